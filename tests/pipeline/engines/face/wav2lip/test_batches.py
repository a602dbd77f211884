"""Streams of mouths: nothing twice, nothing lost, and nothing left running."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Sequence
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.engines.face.wav2lip.batches import NOTHING, mouths, turns

_NUMBERS = st.lists(st.integers(min_value=NOTHING, max_value=60), max_size=120)
_BATCHES = st.integers(min_value=1, max_value=17)


class _Painter:
    """Draws each frame's number as a picture of one colour, and remembers what it was asked."""

    def __init__(self, numbers: Sequence[int], *, fails_at: int = 10_000) -> None:
        self.numbers = numbers
        self.asked: list[tuple[int, ...]] = []
        self.threads: set[threading.Thread] = set()
        self._fails_at = fails_at

    def __call__(self, frames: Sequence[int]) -> NDArray[np.float32]:
        self.asked.append(tuple(frames))
        self.threads.add(threading.current_thread())
        if self._fails_at in frames:
            raise ArithmeticError
        drawn = np.zeros((len(frames), 2, 3, 3), np.float32)
        drawn[:] = np.array([self.numbers[frame] for frame in frames], np.float32)[:, None, None, None]
        return drawn


@given(numbers=_NUMBERS, batch=_BATCHES)
def test_each_frame_gets_its_own_mouth_whatever_the_batch(numbers: list[int], batch: int) -> None:
    """Batching changes nothing: each frame gets the mouth of its number, in order, and silence none."""
    shown = list(mouths(numbers, _Painter(numbers), batch=batch))
    assert [None if mouth is None else int(mouth[0, 0, 0]) for mouth in shown] == [
        None if number == NOTHING else number for number in numbers
    ]


@given(numbers=_NUMBERS, batch=_BATCHES)
def test_batches_are_full_and_frames_rise(numbers: list[int], batch: int) -> None:
    """Every batch but the last is full, and frames are computed in rising order."""
    computed = [turn.computed for turn in turns(numbers, batch=batch)]
    assert all(len(each) == batch for each in computed[:-1])
    assert [i for each in computed for i in each] == sorted(i for each in computed for i in each)


def test_equal_windows_are_computed_once() -> None:
    """Of equal numbers the first frame's mouth alone is computed; of frames without a number nothing is."""
    numbers = [NOTHING, 0, 1, 0, 2, 2, NOTHING, 0, 3, 1, 0]
    painter = _Painter(numbers)
    assert len(list(mouths(numbers, painter, batch=2))) == len(numbers)
    assert painter.asked == [(1, 2), (4, 8)]


def test_silence_needs_no_network() -> None:
    """Where every frame is silent nothing is computed, and no thread is started."""
    painter = _Painter([])
    assert list(mouths([NOTHING] * 7, painter, batch=4)) == [None] * 7
    assert painter.asked == []


def test_what_is_kept_is_bounded() -> None:
    """However many mouths come again, few are kept: the others are computed again."""
    numbers = [*range(500), *range(500)]
    assert max(len(turn.keep) for turn in turns(numbers, batch=8)) <= 32
    painter = _Painter(numbers)
    assert [
        int(mouth[0, 0, 0]) for mouth in mouths(numbers, painter, batch=8) if mouth is not None
    ] == numbers
    assert sum(map(len, painter.asked)) >= 900


def test_the_next_batch_is_computed_while_the_last_is_drawn() -> None:
    """When the first frame is given the second batch is begun already, and the third is not."""
    second = threading.Event()

    def draw(frames: Sequence[int]) -> NDArray[np.float32]:
        if 4 in frames:
            second.set()
        assert 8 not in frames, "two batches are in memory already"
        return np.zeros((len(frames), 1, 1, 3), np.float32)

    stream = mouths(list(range(12)), draw, batch=4)
    next(stream)
    assert second.wait(10)
    stream.close()


def test_two_batches_are_in_memory_at_most() -> None:
    """A batch is let go of when its frames are drawn, even one whose mouths come again."""
    alive: list[weakref.ref[NDArray[np.float32]]] = []
    most = 0

    def draw(frames: Sequence[int]) -> NDArray[np.float32]:
        drawn = np.zeros((len(frames), 2, 2, 3), np.float32)
        alive.append(weakref.ref(drawn))
        return drawn

    for _ in mouths([n % 64 for n in range(256)], draw, batch=4):
        most = max(most, sum(ref() is not None for ref in alive))
    assert most <= 2


def test_what_goes_wrong_is_raised_where_the_frames_are_asked_for() -> None:
    """Frames before a batch that fails are given, then its own error is raised, and no thread is left."""
    numbers = list(range(12))
    painter = _Painter(numbers, fails_at=6)
    stream = mouths(numbers, painter, batch=4)
    assert len(list(islice(stream, 4))) == 4
    with pytest.raises(ArithmeticError):
        next(stream)
    assert not any(thread.is_alive() for thread in painter.threads)


@pytest.mark.parametrize("taken", [0, 1, 5])
def test_who_leaves_early_leaves_nothing_behind(taken: int) -> None:
    """A stream that is closed before its end, or dropped, ends its thread and computes no more."""
    numbers = list(range(40))
    painter = _Painter(numbers)
    stream = mouths(numbers, painter, batch=4)
    assert len(list(islice(stream, taken))) == taken
    del stream
    gc.collect()
    assert len(painter.asked) <= 3
    assert not any(thread.is_alive() for thread in painter.threads)
