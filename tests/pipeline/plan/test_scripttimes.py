"""When a script's own words are said: those that were heard, and those between them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.plan.heard import HeardWord
from pipeline.plan.scripttimes import ScriptWord, found_per_mille, script_times, shares


def _heard(text: str, *, each: int = 100) -> tuple[HeardWord, ...]:
    """Words of equal length, one after the other."""
    return tuple(
        HeardWord(text=word, start=at * each, end=(at + 1) * each, sure=900)
        for at, word in enumerate(text.split())
    )


def _told(script: str, words: tuple[ScriptWord, ...]) -> list[tuple[str, int, int, bool]]:
    return [(script[word.text_start : word.text_end], word.start, word.end, word.found) for word in words]


def test_words_that_were_heard_have_their_times() -> None:
    """Case, punctuation and accents make no difference."""
    script = "“Hello,” said Zoë: well-known!"
    assert _told(script, script_times(script, _heard("hello said zoe wellknown"))) == [
        ("Hello", 0, 100, True),
        ("said", 100, 200, True),
        ("Zoë", 200, 300, True),
        ("well", 300, 344, True),
        ("known", 344, 400, True),
    ]


def test_words_that_were_not_heard_share_the_time_between() -> None:
    """By their letters; misheard words are such, too."""
    script = "one two three four"
    assert _told(script, script_times(script, _heard("one xxx four"))) == [
        ("one", 0, 100, True),
        ("two", 100, 137, False),
        ("three", 137, 200, False),
        ("four", 200, 300, True),
    ]


def test_what_is_heard_beyond_the_script_shifts_nothing() -> None:
    """A word that nobody wrote stands between two that somebody did."""
    script = "one two"
    assert _told(script, script_times(script, _heard("one er um two"))) == [
        ("one", 0, 100, True),
        ("two", 300, 400, True),
    ]


def test_chinese_is_timed_by_characters() -> None:
    """Whatever pieces an ear hears it in."""
    script = "你好，世界。"
    heard = (
        HeardWord(text="你", start=0, end=100, sure=900),
        HeardWord(text="好世界", start=100, end=400, sure=900),
    )
    assert [word.start for word in script_times(script, heard)] == [0, 100, 200, 300]
    assert found_per_mille(script_times(script, heard)) == 1000


@pytest.mark.parametrize(
    ("script", "heard", "found"),
    [("a b c d", "a x c d", 750), ("a b", "", 0), ("", "a b", 1000), ("...", "", 1000)],
)
def test_how_much_was_found(script: str, heard: str, found: int) -> None:
    """Per mille of the script's words; of none nothing is missing."""
    assert found_per_mille(script_times(script, _heard(heard))) == found


@given(
    script=st.text(alphabet="ab c.", max_size=40),
    heard=st.lists(st.sampled_from(["a", "b", "ab", "c"]), max_size=12),
)
def test_times_never_fall(script: str, heard: list[str]) -> None:
    """Every word of the script has a time, in order, within what was heard."""
    words = script_times(script, _heard(" ".join(heard)))
    for word in words:
        assert 0 <= word.start <= word.end <= len(heard) * 100
    for one, other in pairwise(words):
        assert one.end <= other.start
        assert one.text_end <= other.text_start


def test_pieces_get_the_words_that_are_said_in_them() -> None:
    """With the marks that close what is before and open what is behind."""
    script = "Go on, (he said). “Now,” she said."
    words = script_times(script, _heard("go on he said now she said"))
    parts = [script[start:end] for start, end in shares(script, words, [200, 400])]
    assert parts == ["Go on,", " (he said).", " “Now,” she said."]


@given(
    heard=st.lists(st.sampled_from(["a", "b", "c"]), max_size=12),
    borders=st.lists(st.integers(0, 1500), max_size=4).map(sorted),
)
def test_pieces_together_are_the_script(heard: list[str], borders: list[int]) -> None:
    """No character is lost or told twice, also where a piece has nothing to say."""
    script = "a b, c (a) “b” c. c b a"
    parts = shares(script, script_times(script, _heard(" ".join(heard))), borders)
    assert len(parts) == len(borders) + 1
    assert "".join(script[start:end] for start, end in parts) == script
