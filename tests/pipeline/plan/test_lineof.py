"""Promises of where in a script a sentence stands."""

from __future__ import annotations

import pytest

from pipeline.plan.script import Sentence, line_of, normalise, split

_SCRIPT = "Hello there. How are you?\r\n\r\n\r\n我们今天\n讨论农场。 Hello there.\n[pause 1s]\nThe  end."


def shown(text: str) -> list[str]:
    """What captions show of its sentences."""
    return [piece.shown for piece in split(text, language="en") if isinstance(piece, Sentence)]


@pytest.mark.parametrize("text", [_SCRIPT, normalise(_SCRIPT)])
def test_each_sentence_is_found_in_its_line(text: str) -> None:
    """Blank lines do not count, so that it is its line in the person's file; equal ones are told apart."""
    said = shown(text)
    assert [line_of(text, said, index) for index in range(len(said))] == [1, 1, 2, 3, 3, 5]


def test_what_is_not_in_the_script_has_no_line() -> None:
    """And keeps nothing behind it from being found."""
    assert line_of("One.\nTwo.", ["Other.", "Two."], 0) == 0
    assert line_of("One.\nTwo.", ["Other.", "Two."], 1) == 2
    assert line_of("", [], 0) == 0
