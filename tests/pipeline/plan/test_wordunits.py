"""What ears compare: words without their dress, characters where nobody writes spaces."""

from __future__ import annotations

import pytest

from pipeline.plan.wordunits import counts_characters, folded, units


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello, World!", "hello world"),
        ("It's Ada’s well-known café…", "its adas well known cafe"),
        ("ＡＢＣ１２３ straße ﬁne", "abc123 strasse fine"),
        ("你好，Lectern 世界！", "你 好 lectern 世 界"),
        ("カメラで", "カ メ ラ で"),
        ("한국어 말", "한 국 어 말"),
        ("नमस्ते दुनिया", "नमस्ते दुनिया"),
        ("- … “ ” 😀 ★", ""),
        ("", ""),
    ],
)
def test_units_are_what_is_said(text: str, words: str) -> None:
    """Case, accents, width and punctuation are none of it; marks of other scripts are."""
    expected = [folded(word) for word in words.split()]
    assert [unit.text for unit in units(text)] == expected


def test_units_stand_in_their_text() -> None:
    """In order, and where they were found."""
    text = "A 你好 b’c."
    assert [(text[unit.start : unit.end], unit.text) for unit in units(text)] == [
        ("A", "a"),
        ("你", "你"),
        ("好", "好"),
        ("b’c", "bc"),
    ]


@pytest.mark.parametrize(
    ("language", "answer"), [("zh-CN", True), ("yue", True), ("en-GB", False), ("", False)]
)
def test_languages_without_spaces_count_characters(language: str, *, answer: bool) -> None:
    """By the first part of the tag."""
    assert counts_characters(language) is answer
