"""Chunks: every utterance once, in order, as equal as the utterances allow."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.plan.chunks import cut
from pipeline.plan.timeline import Timeline, Utterance


def _film(lengths: list[int], fps: int = 25) -> Timeline:
    silent = {"shown": "", "spoken": "", "language": "", "speech": "", "speech_digest": ""}
    return Timeline(
        fps=fps,
        utterances=tuple(
            Utterance(**silent, speech_size=0, lead=0, samples=0, frames=frames, phonemes=(), words=())
            for frames in lengths
        ),
    )


LENGTHS = st.lists(st.integers(5, 375), min_size=1, max_size=120)


@given(lengths=LENGTHS, limit=st.sampled_from([1, 5, 30, 50, 1000]))
def test_every_utterance_is_in_one_chunk_in_order(lengths: list[int], limit: int) -> None:
    """No utterance is lost, doubled or moved, and no chunk is empty."""
    chunks = cut(_film(lengths), limit_s=limit)
    assert [index for chunk in chunks for index in chunk] == list(range(len(lengths)))
    assert all(chunks)


@given(lengths=LENGTHS, limit=st.sampled_from([5, 30, 50, 1000]))
def test_chunks_are_as_equal_as_utterances_allow(lengths: list[int], limit: int) -> None:
    """There are at most ceil(T / limit), and each is within one utterance of its equal share."""
    chunks = cut(_film(lengths), limit_s=limit)
    count = math.ceil(sum(lengths) / (limit * 25))
    assert len(chunks) <= count
    if len(chunks) == count:
        for chunk in chunks:
            assert abs(sum(lengths[index] for index in chunk) - sum(lengths) / count) <= max(lengths)


@given(lengths=st.lists(st.integers(5, 100), min_size=30, max_size=120))
def test_the_number_is_exact_for_ordinary_films(lengths: list[int]) -> None:
    """Where utterances are short beside the limit, there are exactly ceil(T / limit) chunks."""
    assert len(cut(_film(lengths), limit_s=5)) == math.ceil(sum(lengths) / 125)


def test_examples() -> None:
    """A film within the limit is one chunk; one beyond it is halved; an empty one has none."""
    assert cut(_film([1250])) == (range(1),)
    assert cut(_film([250] * 6)) == (range(3), range(3, 6))
    assert cut(_film([])) == ()
    assert cut(_film([5000, 10])) == (range(1), range(1, 2))


def test_a_limit_is_positive() -> None:
    """Nothing can be cut into chunks of no length."""
    with pytest.raises(ValueError, match="0"):
        cut(_film([5]), limit_s=0)
