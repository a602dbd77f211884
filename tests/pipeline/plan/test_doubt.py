"""When what an ear understood is not to be trusted."""

from __future__ import annotations

import pytest

from pipeline.plan.doubt import REPEATS, SILENT, UNSURE, Limits, doubt_of

_LIMITS = Limits(no_speech=60, logprob=-100, compression=240)


def _doubt(text: str, *, ms: int = 10_000, logprob: float = -0.3, compression: float = 1.2) -> str:
    return doubt_of(text, ms=ms, logprob=logprob, compression=compression, limits=_LIMITS)


@pytest.mark.parametrize("text", ["We begin at noon.", "你好，世界。", "Yes yes yes.", "no no no no no no"])
def test_what_is_plain_is_trusted(text: str) -> None:
    """Also a word that somebody says six times: that is three runs of four."""
    assert _doubt(text) == ""


@pytest.mark.parametrize("text", ["", " ", "...", "♪"])
def test_no_words_are_silence(text: str) -> None:
    """Whatever an ear writes instead."""
    assert _doubt(text) == SILENT


@pytest.mark.parametrize("text", ["Thank you for watching. " * 4, "谢谢观看" * 5, "la " * 7])
def test_the_same_again_and_again_is_made_up(text: str) -> None:
    """Four words in a row, four times."""
    assert _doubt(text) == REPEATS


def test_what_can_be_compressed_too_far_repeats_itself() -> None:
    """By the operator's limit, which is not yet beyond it."""
    assert _doubt("We begin at noon.", compression=2.4) == ""
    assert _doubt("We begin at noon.", compression=2.41) == REPEATS


@pytest.mark.parametrize("logprob", [-1.01, float("-inf"), float("nan")])
def test_unlikely_words_are_unsure(logprob: float) -> None:
    """Also those of a model that computes no numbers."""
    assert _doubt("We begin at noon.", logprob=logprob) == UNSURE


@pytest.mark.parametrize(("ms", "doubt"), [(3_000, ""), (2_900, UNSURE), (10, UNSURE)])
def test_more_than_anybody_says_is_unsure(ms: int, doubt: str) -> None:
    """Ninety characters take three seconds."""
    text = " ".join(f"word{number:04}" for number in range(10)) + "."
    assert len(text) == 90
    assert _doubt(text, ms=ms) == doubt


def test_a_short_word_in_little_time_is_trusted() -> None:
    """In less than a second a rate says nothing."""
    assert _doubt("Yes, of course.", ms=400) == ""
