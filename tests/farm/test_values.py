"""Values of variables: checked, and written as a voice reads them well."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farm.values import KINDS, is_language, written
from pipeline.plan.errors import InputError


@pytest.mark.parametrize(
    ("value", "kind", "language", "said"),
    [
        ("as it is", "text", "en", "as it is"),
        ("1200", "whole", "en", "1,200"),
        ("1,200", "whole", "en", "1,200"),
        ("12.0", "whole", "en", "12"),
        ("１２", "whole", "zh", "12"),
        ("1200", "whole", "de", "1.200"),
        ("-5", "whole", "zh", "负5"),
        ("-5", "number", "en", "-5"),
        ("0.125", "number", "en", "0.125"),
        ("1234.5", "number", "de", "1.234,5"),
        ("1.234,5", "number", "de", "1.234,5"),
        ("1 234,5", "number", "fr", "1 234,5"),
        ("2026-03-02", "date", "en", "March 2, 2026"),
        ("2026-03-02", "date", "en-GB", "2 March 2026"),
        ("2026/3/2", "date", "zh", "2026年3月2日"),
        ("2026年3月2日", "date", "en", "March 2, 2026"),
        ("Monday, 2nd March 2026", "date", "de", "2. März 2026"),
        ("Sept. 3, 2026", "date", "cmn", "2026年9月3日"),
        ("2026-03-02 00:00:00", "date", "en", "March 2, 2026"),
        ("14:30", "time", "en", "2:30 PM"),
        ("14:00", "time", "en", "2 PM"),
        ("2 pm", "time", "zh", "14点"),
        ("9:05", "time", "zh", "9点05分"),
        ("14点30分", "time", "de", "14:30"),
        ("12:15 a.m.", "time", "zh", "0点15分"),
        ("2026-03-02", "date", "xx-yy", "March 2, 2026"),
    ],
)
def test_written_well(value: str, kind: str, language: str, said: str) -> None:
    """However a cell spells it, a value is written as the script's language does."""
    assert written(value, kind, language) == said


@pytest.mark.parametrize(
    ("value", "kind", "language"),
    [
        ("12.5", "whole", "en"),
        ("twelve", "whole", "en"),
        ("1,2", "number", "en"),
        ("12,34", "number", "en"),
        ("1.200", "number", "de"),
        ("50%", "number", "en"),
        ("nan", "number", "en"),
        ("1e9", "number", "en"),
        ("9" * 40, "number", "en"),
        ("3/2/2026", "date", "en"),
        ("2026-02-30", "date", "en"),
        ("tomorrow", "date", "en"),
        ("2026-03-02 14:30", "date", "en"),
        ("25:00", "time", "en"),
        ("13:00 pm", "time", "en"),
        ("9:5", "time", "en"),
        ("noon", "time", "en"),
    ],
)
def test_refused(value: str, kind: str, language: str) -> None:
    """What is not of its kind, or could be read in two ways, is refused with what was written."""
    with pytest.raises(InputError) as caught:
        written(value, kind, language)
    assert caught.value.code == f"manifest-variable-{kind}"
    assert caught.value.facts["value"] == value[:40]


def test_languages() -> None:
    """Most voices are named like their language."""
    assert is_language("en-us")
    assert is_language("cmn")
    assert not is_language("male2")
    assert not is_language("")


@settings(deadline=None)
@given(st.text(max_size=40), st.sampled_from(sorted(KINDS)), st.sampled_from(["en", "zh", "de", "ar", "x"]))
def test_any_value(value: str, kind: str, language: str) -> None:
    """Any text gives a value on one line, or a coded error."""
    try:
        said = written(value, kind, language)
    except InputError:
        return
    assert kind == "text" or "\n" not in said
