"""Promises about the characters that a voice can say."""

from __future__ import annotations

import pytest

from pipeline.plan.sayable import is_silent, unsayable

_LETTERS = "abcdefghijklmnopqrstuvwxyz!',.? "


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("Good morning, everyone!", ()),
        ("Zoë met Zoë", ("ë",)),
        ("Zoe\u0308", ("ë",)),
        ("你好 you", ("你", "好")),
        ("5 km²", ("5", "²")),
        ("a “quoted” – word…", ()),
    ],
)
def test_what_a_voice_leaves_out_is_named_once(text: str, left_out: tuple[str, ...]) -> None:
    """Letters, digits and symbols outside its alphabet; marks and capitals are no loss."""
    assert unsayable(text, _LETTERS) == left_out


def test_an_alphabet_of_capitals_says_small_letters() -> None:
    """Whichever of the two a model was trained on."""
    assert unsayable("abc", "ABC") == ()


def test_a_voice_without_an_alphabet_says_anything() -> None:
    """Nothing is left out, and nothing is silent."""
    assert unsayable("你好 ☃", "") == ()
    assert not is_silent("你好", "")


@pytest.mark.parametrize(
    ("text", "silent"), [("你好。", True), ("你好 a", False), ("...", False), ("5", True), ("", False)]
)
def test_a_text_is_silent_when_nothing_of_it_is_left(text: str, *, silent: bool) -> None:
    """Where there was something to be said at all."""
    assert is_silent(text, _LETTERS) is silent
