"""A recording cut into utterances, where nobody speaks. Nothing is inserted, left out or moved."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.plan.clock import SAMPLE_RATE, grid_frames, samples_per_frame
from pipeline.plan.pauses import STEP, Spans

_MS = SAMPLE_RATE // 1000

#: Of what is heard around a piece so much goes with it on each side, in samples: 400 ms. No engine's window
#: reaches further, with lips as far ahead of the sound as may be asked for, and it is a whole number of steps
#: for every engine that hears.
CONTEXT = 400 * _MS

# A mouth comes to rest in so much time after speech, and leaves it in so much before: faces are silent at
# the borders of an utterance, whatever is heard there.
_MEETS, _PARTS = 80 * _MS, 150 * _MS
# A piece lasts at least the first, usually no more than the second, never more than the third.
_LEAST, _USUAL, _MOST = 2 * SAMPLE_RATE, 8 * SAMPLE_RATE, 15 * SAMPLE_RATE
# How quiet a border is, is told by so many steps on each side of it.
_NEAR = 10
# What is not speech fades out, and speech in, within so many samples: 20 ms.
_FADE = 20 * _MS


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of a recording that becomes an utterance.

    Attributes:
        start: its first sample in the recording, at 48 kHz.
        samples: how many of the recording belong to it.
        frames: its length; only that of a recording's last piece is more than its samples, by less than a
            grid.
        before: samples of the recording that go with it, from right before it: `CONTEXT`, or all there are.
        after: likewise, from right behind it.
        speaking: when somebody speaks in all of these: first sample, counted from the first of them, and
            the one behind the last.
        rests: whether nobody speaks where it begins.
    """

    start: int
    samples: int
    frames: int
    before: int
    after: int
    speaking: Spans
    rests: bool


def pieces(samples: int, spans: Spans, level: NDArray[np.int32], *, fps: int) -> tuple[Piece, ...]:
    """A recording from its first sample to its last, in pieces on the frame grid.

    Each ends in the longest pause that is left after 2 to 8 seconds, or the first one up to 15. Where nobody
    pauses for so long it ends where it is least loud: there the mouth rests for a moment all the same.

    Args:
        samples: length of the recording at 48 kHz.
        spans: when somebody speaks in it.
        level: how loud it is, as `pauses.levels` tells.
        fps: frame rate.
    """
    grid = grid_frames(fps)
    unit = grid * samples_per_frame(fps)
    borders = _Borders(spans, level, unit=unit, count=-(-samples // unit))
    cuts, resting = borders.cuts()
    found = []
    for (first, behind), rests in zip(pairwise([*cuts, borders.count]), resting, strict=True):
        start, end = first * unit, min(behind * unit, samples)
        before, after = min(start, CONTEXT), min(samples - end, CONTEXT)
        found.append(
            Piece(
                start=start,
                samples=end - start,
                frames=(behind - first) * grid,
                before=before,
                after=after,
                speaking=_within(spans, start - before, end + after),
                rests=rests,
            )
        )
    return tuple(found)


def only_within(audio: NDArray[np.int16], spans: Spans) -> NDArray[np.int16]:
    """A sound of which nothing is left outside of spans, but for fades of 20 ms around them.

    Within them it is what it was.
    """
    gain = np.zeros(len(audio) + 2 * _FADE, np.int32)
    ramp = np.arange(_FADE, dtype=np.int32)
    for first, behind in spans:
        # Shifted by a fade: the gain begins so much before the sound.
        rising, falling = slice(first, first + _FADE), slice(behind + _FADE, behind + 2 * _FADE)
        gain[rising] = np.maximum(gain[rising], ramp)
        gain[first + _FADE : behind + _FADE] = _FADE
        gain[falling] = np.maximum(gain[falling], ramp[::-1])
    kept: NDArray[np.int16] = (audio * gain[_FADE : len(audio) + _FADE] // _FADE).astype(np.int16)
    return kept


class _Borders:
    """The points of a recording's grid, counted in grids, and which of them are good borders."""

    def __init__(self, spans: Spans, level: NDArray[np.int32], *, unit: int, count: int) -> None:
        self.count = count
        self._unit = unit
        self._level = level
        self._starts = [first for first, _ in spans]
        self._ends = [behind for _, behind in spans]
        self._least, self._usual, self._most = -(-_LEAST // unit), _USUAL // unit, _MOST // unit

    def cuts(self) -> tuple[list[int], list[bool]]:
        """Where pieces begin, the first at 0, and for each of them whether nobody speaks there."""
        cuts, resting = [0], [True]
        while (found := self._next(cuts[-1])) is not None:
            cuts.append(found)
            resting.append(self._pause(found) is not None)
        return cuts, resting

    def _next(self, here: int) -> int | None:
        """The border behind one; None when what is left is one piece."""
        last = self.count - self._least
        near = range(here + self._least, min(here + self._usual, last) + 1)
        if paused := [point for point in near if self._pause(point) is not None]:
            return max(paused, key=self._worth)
        if self.count - here <= self._most:
            return None
        far = range(near.stop, min(here + self._most, last) + 1)
        return next((point for point in far if self._pause(point) is not None), min(far, key=self._loudness))

    def _pause(self, point: int) -> tuple[int, int] | None:
        """From when to when nobody speaks around a point, in samples; None where a mouth would not rest."""
        place = point * self._unit
        index = bisect_right(self._starts, place)
        begin = self._ends[index - 1] if index else 0
        end = self._starts[index] if index < len(self._starts) else self.count * self._unit
        rests = (not index or place - begin >= _MEETS) and place + _PARTS <= end
        return (begin, end) if rests else None

    def _worth(self, point: int) -> tuple[int, int]:
        """How long nobody speaks around a point, then how near it is to the middle of that."""
        begin, end = self._pause(point) or (0, 0)
        return end - begin, -abs(2 * point * self._unit - begin - end)

    def _loudness(self, point: int) -> int:
        at = point * self._unit // STEP
        return int(self._level[max(at - _NEAR, 0) : at + _NEAR].sum())


def _within(spans: Sequence[tuple[int, int]], begin: int, end: int) -> Spans:
    """What of spans lies between two samples, counted from the first of these."""
    return tuple(
        (max(first, begin) - begin, min(behind, end) - begin)
        for first, behind in spans
        if first < end and behind > begin
    )
