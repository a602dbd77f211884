"""Pieces of a recording: all of it, in order, each ending where a mouth may rest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.engines.face.warp.tracks import HEAD, TAIL
from pipeline.plan.clock import FRAME_RATES, SAMPLE_RATE, grid_frames, samples_per_frame
from pipeline.plan.lipsync import MOST_OFFSET
from pipeline.plan.pauses import STEP, Spans
from pipeline.plan.recording import CONTEXT, only_within, pieces

_MS = SAMPLE_RATE // 1000
_TALKS = ((0, 2_400), (2_900, 4_000), (5_200, 6_500), (7_000, 19_000), (19_600, 21_000), (21_500, 30_000))


def _ms(*talks: tuple[int, int]) -> Spans:
    return tuple((begin * _MS, end * _MS) for begin, end in talks)


def _even(samples: int) -> NDArray[np.int32]:
    return np.full(samples // STEP, 1_000, np.int32)


@st.composite
def _recordings(draw: st.DrawFn) -> tuple[int, Spans]:
    """A length, and spans in order within it."""
    samples = draw(st.integers(1, 70 * SAMPLE_RATE))
    edges = sorted(draw(st.sets(st.integers(0, samples), max_size=40)))
    return samples, tuple(zip(edges[::2], edges[1::2], strict=False))


@settings(max_examples=60, deadline=None)
@given(_recordings(), st.sampled_from(FRAME_RATES))
def test_pieces_are_the_whole_recording(recording: tuple[int, Spans], fps: int) -> None:
    """Sample by sample from 0 on, 2 to 15 seconds each, on the grid; only the last one is padded up to it."""
    samples, spans = recording
    found = pieces(samples, spans, _even(samples), fps=fps)
    unit = grid_frames(fps) * samples_per_frame(fps)
    assert [piece.start for piece in found] == [0, *(p.start + p.samples for p in found[:-1])]
    assert found[-1].start + found[-1].samples == samples
    for piece in found:
        assert piece.start % unit == 0
        assert 0 <= piece.frames * samples_per_frame(fps) - piece.samples < unit
        assert piece.samples <= 15 * SAMPLE_RATE
        assert len(found) == 1 or piece.samples > 2 * SAMPLE_RATE - unit
        assert piece.before == min(piece.start, CONTEXT)
        assert piece.after == min(samples - piece.start - piece.samples, CONTEXT)
    assert sum(piece.frames for piece in found) * samples_per_frame(fps) < samples + unit


@settings(max_examples=60, deadline=None)
@given(_recordings(), st.sampled_from(FRAME_RATES))
def test_a_mouth_rests_where_pieces_meet(recording: tuple[int, Spans], fps: int) -> None:
    """80 ms after speech and 150 ms before it, or the piece says that nobody pauses there."""
    samples, spans = recording
    for piece in pieces(samples, spans, _even(samples), fps=fps)[1:]:
        beside = [
            (begin, end)
            for begin, end in spans
            if begin < piece.start + 150 * _MS and end > piece.start - 80 * _MS and begin < end
        ]
        assert piece.rests == (not beside)


@settings(max_examples=40, deadline=None)
@given(_recordings())
def test_speaking_is_told_in_what_goes_along(recording: tuple[int, Spans]) -> None:
    """What a piece says of itself and its neighbours is what the recording's spans say."""
    samples, spans = recording
    spoken = np.zeros(samples, bool)
    for begin, end in spans:
        spoken[begin:end] = True
    for piece in pieces(samples, spans, _even(samples), fps=25):
        own = np.zeros(piece.before + piece.samples + piece.after, bool)
        for begin, end in piece.speaking:
            own[begin:end] = True
        first = piece.start - piece.before
        assert np.array_equal(own, spoken[first : first + len(own)])


def test_the_longest_pause_ends_a_piece() -> None:
    """Of all pauses within eight seconds, in its middle; a later one only where there is none."""
    samples = 30 * SAMPLE_RATE
    cuts = [piece.start // _MS for piece in pieces(samples, _ms(*_TALKS), _even(samples), fps=25)]
    assert cuts == [0, 4_600, 6_800, 19_200, 21_200]


def test_where_nobody_pauses_the_quietest_place_is_taken() -> None:
    """Between 8 and 15 seconds, and it says so."""
    level = _even(20 * SAMPLE_RATE)
    level[1_090:1_110] = 300
    level[300:320] = 0
    found = pieces(20 * SAMPLE_RATE, ((0, 20 * SAMPLE_RATE),), level, fps=25)
    assert [(piece.start, piece.rests) for piece in found] == [(0, True), (11 * SAMPLE_RATE, False)]


def test_what_does_not_speak_becomes_silence() -> None:
    """Speech stays as it is to the last bit; around it lie fades of 20 ms, and beyond them nothing."""
    audio = np.random.default_rng(1).integers(-32_768, 32_768, SAMPLE_RATE).astype(np.int16)
    spans = ((0, 5_000), (5_600, 9_000), (20_000, 30_000), (47_500, 48_000))
    kept = only_within(audio, spans)
    for begin, end in spans:
        assert np.array_equal(kept[begin:end], audio[begin:end])
    quiet = np.concatenate([kept[9_960:19_040], kept[30_960:46_540]])
    assert not quiet.any()
    # Between spans that are near the sound is never louder than it was, and is no step.
    near = slice(5_000, 5_600)
    assert (np.abs(kept[near].astype(int)) <= np.abs(audio[near].astype(int))).all()
    constant = only_within(np.full(SAMPLE_RATE, 9_600, np.int16), spans).astype(int)
    assert np.abs(np.diff(constant)).max() <= 10
    assert not only_within(audio, ()).any()


@pytest.mark.parametrize("fps", FRAME_RATES)
def test_what_goes_along_is_more_than_any_window_reaches(fps: int) -> None:
    """A window of 200 ms of columns that reach 31 ms further, lips as far ahead as may be asked."""
    reach = 200 * _MS + 31 * _MS + (MOST_OFFSET - 1) * samples_per_frame(fps)
    assert reach <= CONTEXT
    assert CONTEXT % 480 == CONTEXT % 600 == 0


def test_a_border_leaves_as_much_as_faces_are_silent_there() -> None:
    """What they show is what is decided here: nothing that is said is lost at a border that rests."""
    (first, second) = pieces(4 * SAMPLE_RATE, _ms((0, 1_920), (2_150, 4_000)), _even(4 * SAMPLE_RATE), fps=25)
    assert second.rests
    assert first.samples - 1_920 * _MS == TAIL
    assert 2_150 * _MS - second.start == HEAD
    (whole,) = pieces(4 * SAMPLE_RATE, _ms((0, 1_921), (2_149, 4_000)), _even(4 * SAMPLE_RATE), fps=25)
    assert whole.samples == 4 * SAMPLE_RATE
