"""Durations: what a model planned becomes phonemes and words of exactly that length."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.engines.voice.durations import Timed, phonemes_of, words_of
from pipeline.plan.timeline import check_times

_HOP, _RATE = 256, 16_000


def _tokens(text: str, *, frames: int = 10, blank: int = 0) -> list[Timed]:
    """A row of tokens of one length, with blanks of another before, between and behind them."""
    row = [Timed(symbol="", frames=blank)]
    for symbol in text:
        row += [Timed(symbol=symbol, frames=frames), Timed(symbol="", frames=blank)]
    return row


def _sounds(tokens: list[Timed], samples: int | None = None) -> list[tuple[str, int, int, bool]]:
    """Symbol, first and last frame, and stress of each sound."""
    total = sum(token.frames for token in tokens) * _HOP
    found = phonemes_of(tokens, hop=_HOP, samples=total if samples is None else samples, rate=_RATE)
    return [(p.symbol, p.start // _HOP, p.end // _HOP, p.stressed) for p in found]


def test_a_sound_lasts_as_long_as_its_token_and_the_blank_behind_it() -> None:
    """What the first sound waits for is silence; each other blank is the end of the sound before it."""
    assert _sounds(_tokens("mæn", frames=7, blank=1)) == [
        ("", 0, 1, False),
        ("m", 1, 9, False),
        ("æ", 9, 17, False),
        ("n", 17, 25, False),
    ]


def test_marks_belong_to_their_sounds() -> None:
    """A stress mark's frames lead to the sound behind it; length, aspiration and ties join the one before."""
    assert _sounds(_tokens("ˈiːˌtʰt͡ʃ", frames=2, blank=1)) == [
        ("", 0, 1, False),
        ("iː", 1, 10, True),
        ("tʰ", 10, 19, False),
        ("t͡ʃ", 19, 28, False),
    ]


def test_punctuation_is_silence_and_a_space_is_none_unless_it_lasts() -> None:
    """Words that are spoken in one breath touch; where a comma stands, or a blank lasts, nobody speaks."""
    short = [*_tokens("a", frames=4), Timed(symbol=" ", frames=2), *_tokens("b", frames=4)]
    assert _sounds(short) == [("a", 0, 6, False), ("b", 6, 10, False)]
    long = [*_tokens("a", frames=4), Timed(symbol=" ", frames=9), *_tokens("b", frames=4)]
    assert _sounds(long) == [("a", 0, 4, False), ("", 4, 13, False), ("b", 13, 17, False)]
    comma = [*_tokens("a, ", frames=1), *_tokens("b", frames=4)]
    assert _sounds(comma) == [("a", 0, 1, False), ("", 1, 3, False), ("b", 3, 7, False)]


def test_the_sound_decides_where_everything_ends() -> None:
    """Tokens beyond the sound are cut off; what is left of the sound behind them is silence."""
    tokens = _tokens("ab", frames=4)
    assert _sounds(tokens, 6 * _HOP) == [("a", 0, 4, False), ("b", 4, 6, False)]
    assert _sounds(tokens, 10 * _HOP) == [("a", 0, 4, False), ("b", 4, 8, False), ("", 8, 10, False)]
    assert _sounds(tokens, 0) == []


@given(
    st.lists(st.tuples(st.sampled_from(["", " ", ",", "ˈ", "ː", "͡", "a", "t", "ʃ"]), st.integers(0, 20))),
    st.integers(0, 30_000),
)
def test_phonemes_follow_each_other_without_gaps(row: list[tuple[str, int]], samples: int) -> None:
    """Whatever a model plans: from the first sample to the last, in order, two silences in a row are one."""
    tokens = [Timed(symbol=symbol, frames=frames) for symbol, frames in row]
    found = phonemes_of(tokens, hop=_HOP, samples=samples, rate=_RATE)
    check_times(found, (), samples)
    if found:
        assert (found[0].start, found[-1].end) == (0, samples)
    for one, other in pairwise(found):
        assert one.end == other.start
        assert one.symbol or other.symbol


def test_words_are_the_texts_own() -> None:
    """A model of letters: each word of the text from its first letter's sound to its last one's."""
    text = "Well, don't go!"
    words = words_of(_tokens(text.lower(), frames=1), text, hop=_HOP, samples=99 * _HOP)
    assert [text[word.text_start : word.text_end] for word in words] == ["Well", "don't", "go"]
    assert [(word.start // _HOP, word.end // _HOP) for word in words] == [(0, 4), (6, 11), (12, 14)]


def test_words_that_are_spelled_anew_are_placed_by_who_spelled_them() -> None:
    """A model of phonemes: its words stand where they are said to; there are none if they are not as many."""
    tokens, text = _tokens("tˈuː mˈɛn", frames=2), "2 men"
    words = words_of(tokens, text, hop=_HOP, samples=99 * _HOP, places=[(0, 1), (2, 5)])
    assert [text[word.text_start : word.text_end] for word in words] == ["2", "men"]
    assert words_of(tokens, "two more men", hop=_HOP, samples=99 * _HOP) == ()
