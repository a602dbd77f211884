"""Promises about the names of languages in a film's tracks."""

from __future__ import annotations

import pytest

from pipeline.plan.languages import three_letters


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("en", "eng"),
        ("en-GB", "eng"),
        ("EN_us", "eng"),
        ("zh", "zho"),
        ("zh-Hans", "zho"),
        ("cmn", "zho"),
        ("yue", "zho"),
        ("de", "deu"),
        ("fr-CA", "fra"),
        ("nb", "nob"),
        ("haw", "haw"),
        ("", "und"),
        ("x-klingon", "und"),
        ("q1x", "und"),
        ("ünd", "und"),
    ],
)
def test_a_tag_has_three_letters(tag: str, name: str) -> None:
    """The terminological names of ISO 639-2; what has none is not told."""
    assert three_letters(tag) == name
