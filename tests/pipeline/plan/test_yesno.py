"""Promises about yes and no."""

from __future__ import annotations

import pytest

from pipeline.plan.yesno import yes_or_no


@pytest.mark.parametrize(
    ("written", "said"),
    [
        *((word, True) for word in ("yes", " Yes ", "TRUE", "1", "ｙｅｓ", "是", "x")),
        *((word, False) for word in ("no", "False", "0", "否", "-")),
        *((word, None) for word in ("maybe", "2", "yess")),
    ],
)
def test_yes_and_no_have_many_spellings(written: str, said: bool | None) -> None:  # noqa: FBT001 - a table's column
    """As people write them, and as a spreadsheet makes of what they wrote; the rest is neither."""
    assert yes_or_no(written, usual=True) is said


def test_an_empty_cell_is_the_usual() -> None:
    """Whatever that is."""
    assert yes_or_no(" ", usual=True) is True
    assert yes_or_no("", usual=False) is False
