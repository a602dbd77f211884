"""Promises about `captions.burn`: the words that people write."""

from __future__ import annotations

import pytest

from pipeline.plan.burn import BURN, burn_of, with_plain_burn
from pipeline.plan.errors import InputError


@pytest.mark.parametrize("word", ["yes", "YES ", "true", "TRUE", "1", "是"])
def test_yes_is_yes(word: str) -> None:
    """As people and spreadsheets write it."""
    assert burn_of({BURN: word})
    assert with_plain_burn({BURN: word, "a.b": "c"}) == {BURN: "yes", "a.b": "c"}


@pytest.mark.parametrize("word", ["", "no", "False", "0", "否"])
def test_no_is_no(word: str) -> None:
    """A film whose captions are not drawn has the options that it had before there was a choice."""
    assert not burn_of({BURN: word})
    assert with_plain_burn({BURN: word, "a.b": "c"}) == {"a.b": "c"}


def test_anything_else_is_refused() -> None:
    """Nothing is guessed."""
    with pytest.raises(InputError) as refused:
        burn_of({BURN: "maybe"})
    assert refused.value.code == "captions-burn-unknown"
