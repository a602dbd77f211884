"""Where a reading of a text lies in other speech of the same text: dynamic time warping of what is heard.

The reading's times are known, the sound's are wanted. Both are cut into frames of 10 ms, in bands of the mel
scale; a path through all pairs of frames, from both beginnings to both ends, is found along which the
differences are least (Sakoe and Chiba 1978, "Dynamic programming algorithm optimization for spoken word
recognition"), within a band that follows where somebody speaks. People pause where they like: between any
two words of the reading the sound may be silent for as long as it is, and the reading's own pauses may be
left out.

Features are whole numbers, sums of their products stay below 2^53, and costs are whole numbers too: the same
two sounds give the same path on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.spectrum import BANDS, HOP, OCTAVE, features
from pipeline.plan.speech import Phoneme, Speech, Word

Whole = NDArray[np.int64]
SegmentT = TypeVar("SegmentT", Phoneme, Word)

#: What a reading of the very text costs stays below this, and of most other texts is above (docs/quality.md).
LIMIT = 420

# How much a frame's loudness counts beside its 32 bands, in per cent of their sum.
_LOUDNESS_PER_CENT = 35
# Per cent of the median difference: what it costs to stand still in one of the two, and to begin a pause.
_STILL_PER_CENT, _PAUSE_PER_CENT = 15, 40
# A loud frame in a pause costs so many times the median difference.
_LOUD_PAUSE = 2
# What is softer than loud speech by so many octaves of energy, 30 dB, is surely silence; 12 dB is surely not.
_SILENT, _AUDIBLE = 10 * OCTAVE, 4 * OCTAVE
_LOUD, _SOFT = 95, 5
# The path may leave the line by a fifth of the reading, at least 1 s and at most 6 s.
_BAND_PER_CENT, _NARROWEST, _WIDEST = 20, 100, 600
_ROWS = 64
# Of so many frames of each, differences tell what a usual one is.
_SAMPLED = 256
_NEVER = 1 << 40
_STEP, _STAND, _PASS, _SKIP = range(4)
# A silence between two sounds that nobody sees on lips.
_SHORTEST_MS = 30


@dataclass(frozen=True, kw_only=True, eq=False)
class Fit:
    """How a reading lies on a sound: at its sample ``own[k]`` the sound is at its sample ``other[k]``.

    Neither ever falls. Where one stands still the other goes on: a pause that only one of them has.

    Attributes:
        own: samples of the reading.
        other: samples of the sound, as many.
        cost: per mille of a usual difference, per frame: 0 for the same sound.
    """

    own: Whole
    other: Whole
    cost: int


def align(reading: Speech, sound: NDArray[np.int16]) -> Fit | None:
    """Lay a reading of a text onto a sound of it; None where there is nothing to lay, or no way to.

    Args:
        reading: at 48 kHz, with phonemes and words.
        sound: int16 mono at 48 kHz.

    Raises:
        ValueError: the reading has another rate.
    """
    if reading.rate != SAMPLE_RATE:
        raise ValueError(f"a reading at {reading.rate} Hz")
    rows = _rows(reading)
    if not (rows.frame >= 0).any() or len(sound) < HOP:
        return None
    own, _ = _heard(reading.samples)
    other, level = _heard(sound)
    lattice = _lattice(rows, own, other, level)
    path, cost = _cheapest(rows, lattice)
    if cost >= _NEVER:
        return None
    spoken = rows.frame[path[:, 0]] >= 0
    frames = int((rows.frame >= 0).sum()) + len(np.unique(path[spoken, 1]))
    return replace(_fit(rows, path, len(sound)), cost=1000 * cost // (lattice.usual * max(frames, 1)))


def carried(
    reading: Speech, fit: Fit, *, samples: int, rate: int
) -> tuple[tuple[Phoneme, ...], tuple[Word, ...]]:
    """The reading's phonemes and words where the sound has them, without gaps between the phonemes.

    Args:
        reading: the reading that was laid.
        fit: how it lies.
        samples: how many the sound has.
        rate: how many a second.
    """
    sounds = _moved([phoneme for phoneme in reading.phonemes if phoneme.symbol], fit, samples)
    if not sounds:
        return (), ()
    shortest = rate * _SHORTEST_MS // 1000
    found: list[Phoneme] = []
    at = 0
    for sound in sounds:
        if found and sound.start - at < shortest:
            found[-1] = replace(found[-1], end=sound.start)
        elif sound.start > at:
            found.append(Phoneme(symbol="", start=at, end=sound.start))
        found.append(sound)
        at = sound.end
    if at < samples:
        found.append(Phoneme(symbol="", start=at, end=samples))
    return tuple(found), tuple(_moved(reading.words, fit, samples))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Rows:
    """The reading's frames as the path goes through them: those in which somebody speaks, and pauses.

    Attributes:
        frame: which frame each row is; -1 for a pause, of any length or left out.
        begin: the reading's sample at which a row begins.
        end: the sample at which it ends; a pause between words has no length of its own.
    """

    frame: Whole
    begin: Whole
    end: Whole


@dataclass(frozen=True, kw_only=True, eq=False)
class _Lattice:
    """What each pair of a row and a frame of the sound costs, as far as the band reaches.

    Attributes:
        first: the sound's first frame in a row's part of the band.
        stop: the frame behind its last one.
        costs: (rows, widest part), uint16.
        frames: how many the sound has.
        usual: what a pair of frames costs in the middle.
    """

    first: Whole
    stop: Whole
    costs: NDArray[np.uint16]
    frames: int
    usual: int


def _rows(reading: Speech) -> _Rows:
    """The rows of a reading: a pause first and last, between words, and in place of each silence."""
    frames = len(reading.samples) // HOP
    # Where a word or a silence begins or ends, frames do so at the very sample.
    bounds = np.arange(frames + 1, dtype=np.int64) * HOP
    silent = np.zeros(frames, bool)
    borders = set()
    for silence in (phoneme for phoneme in reading.phonemes if not phoneme.symbol):
        silent[_nearest(silence.start) : _nearest(silence.end)] = True
        borders |= {silence.start, silence.end}
    begun = {word.start for word in reading.words}
    for border in sorted(borders | begun):
        bounds[min(_nearest(border), frames)] = border
    parted = {_nearest(start) for start in begun}
    rows: list[tuple[int, int, int]] = [(-1, 0, 0)]
    for frame in np.flatnonzero(~silent).tolist():
        begin = int(bounds[frame])
        if rows[-1][0] >= 0 and (frame in parted or rows[-1][2] < begin):
            rows.append((-1, rows[-1][2], begin))
        elif rows[-1][0] < 0:
            rows[-1] = (-1, rows[-1][1], begin)
        rows.append((frame, begin, int(bounds[frame + 1])))
    if rows[-1][0] >= 0:
        rows.append((-1, rows[-1][2], len(reading.samples)))
    whole = np.array(rows, np.int64)
    return _Rows(frame=whole[:, 0], begin=whole[:, 1], end=whole[:, 2])


def _heard(audio: NDArray[np.int16]) -> tuple[NDArray[np.float64], Whole]:
    """What each 10 ms sound like, as whole numbers in doubles, and their level in steps of `OCTAVE`."""
    found = features(audio).astype(np.int64)
    bands, loudness = found[:, BANDS:], found[:, :BANDS].sum(axis=1)
    held = np.pad(bands, ((2, 2), (0, 0)), mode="edge")
    parts = [bands, (loudness * _LOUDNESS_PER_CENT // 100)[:, np.newaxis], held[4:] - held[:-4]]
    held = np.pad(np.concatenate(parts, axis=1), ((1, 1), (0, 0)), mode="edge")
    smooth = held[:-2] + 2 * held[1:-1] + held[2:]
    return smooth.astype(np.float64), loudness // BANDS


def _lattice(rows: _Rows, own: NDArray[np.float64], other: NDArray[np.float64], level: Whole) -> _Lattice:
    own = own[np.maximum(rows.frame, 0)]
    spoken = np.flatnonzero(rows.frame >= 0)
    usual = _usual(own[spoken], other)
    ranked = np.sort(level)
    loud = int(ranked[(len(level) - 1) * _LOUD // 100])
    soft = int(np.clip(ranked[(len(level) - 1) * _SOFT // 100], loud - _SILENT, loud - _AUDIBLE))
    pause = np.clip((level - soft) * _LOUD_PAUSE * usual // (loud - soft), 0, _LOUD_PAUSE * usual)
    pause = np.minimum(pause, np.iinfo(np.uint16).max)
    first, stop = _band(len(rows.frame), level > (loud + soft) // 2)
    costs = np.zeros((len(own), int((stop - first).max())), np.uint16)
    for top in range(0, len(own), _ROWS):
        bottom = min(top + _ROWS, len(own))
        left, right = int(first[top]), int(stop[bottom - 1])
        block = _differences(own[top:bottom], other[left:right])
        for row in range(top, bottom):
            part = slice(int(first[row]) - left, int(stop[row]) - left)
            known = block[row - top, part] if rows.frame[row] >= 0 else pause[left:right][part]
            costs[row, : len(known)] = known
    return _Lattice(first=first, stop=stop, costs=costs, frames=len(other), usual=usual)


def _band(rows: int, active: NDArray[np.bool_]) -> tuple[Whole, Whole]:
    """From which frame of the sound up to which each row may lie, if it is spoken as evenly as it can be."""
    # A hundredth of the way goes on in silence, so that no two frames are at the same place.
    done = np.cumsum(np.where(active, 100, 1))
    line = done * (rows - 1) // done[-1]
    reach = int(np.clip(rows * _BAND_PER_CENT // 100, _NARROWEST, _WIDEST))
    at = np.arange(rows)
    return np.searchsorted(line, at - reach, "left"), np.searchsorted(line, at + reach, "right")


def _usual(own: NDArray[np.float64], other: NDArray[np.float64]) -> int:
    """The difference in the middle of those between evenly chosen frames, at least 1."""
    chosen = (frames[:: -(-len(frames) // _SAMPLED)] for frames in (own, other))
    found = np.sort(_differences(*chosen), axis=None)
    return max(int(found[len(found) // 2]), 1)


def _differences(own: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Euclid's distance of each frame of the one from each of the other, rounded down."""
    squares = (own * own).sum(axis=1)[:, np.newaxis] + (other * other).sum(axis=1)
    found: NDArray[np.float64] = np.floor(np.sqrt(squares - 2 * (own @ other.T)))
    return found


def _cheapest(rows: _Rows, lattice: _Lattice) -> tuple[Whole, int]:
    """The cheapest path as (row, frame) of each of its steps, and what it costs."""
    count = len(rows.frame)
    costs = _moves(rows, lattice.usual)
    moves = np.zeros(lattice.costs.shape, np.uint8)
    width = lattice.costs.shape[1]
    flat, chosen = lattice.costs.reshape(-1), moves.reshape(-1)
    at = np.arange(count)
    offset = at * width - at - lattice.first
    diagonals = np.arange(count + lattice.frames - 1)
    lows = np.searchsorted(at + lattice.stop, diagonals, "right")
    highs = np.searchsorted(at + lattice.first, diagonals, "right")
    # Each holds a diagonal by its rows, two places in; the first one is the beginning before both.
    third = second = np.full(count + 2, _NEVER)
    second = second.copy()
    before = second.copy()
    second[1] = 0
    for diagonal, (low, high) in enumerate(zip(lows.tolist(), highs.tolist(), strict=True)):
        best = second[low + 1 : high + 1] + costs[_STEP, low:high]
        move = np.zeros(high - low, np.uint8)
        for kind, known in (
            (_STAND, before[low + 2 : high + 2]),
            (_PASS, before[low + 1 : high + 1]),
            (_SKIP, third[low:high]),
        ):
            tried = known + costs[kind, low:high]
            move[tried < best] = kind
            np.minimum(best, tried, out=best)
        here = offset[low:high] + diagonal
        best += flat[here]
        chosen[here] = move
        third, second, before = second, before, np.full(count + 2, _NEVER)
        before[low + 2 : high + 2] = best
    # The pause behind the last word may be left out.
    last = count - 1 if before[count + 1] <= second[count] else count - 2
    return _walked(lattice, moves, last), int(min(before[count + 1], second[count]))


def _moves(rows: _Rows, usual: int) -> Whole:
    """What it costs, beside the pair itself, to come to each row by each kind of move: (kinds, rows)."""
    pause = rows.frame < 0
    behind = np.concatenate([[False], pause[:-1]])
    costs = np.zeros((4, len(pause)), np.int64)
    # The first pause is where every path may begin.
    costs[_STEP] = np.where(pause & (np.arange(len(pause)) > 0), usual * _PAUSE_PER_CENT // 100, 0)
    costs[_STAND] = np.where(pause, 0, usual * _STILL_PER_CENT // 100)
    costs[_PASS] = np.where(pause | behind, _NEVER, usual * _STILL_PER_CENT // 100)
    costs[_SKIP] = np.where(behind, 0, _NEVER)
    return costs


def _walked(lattice: _Lattice, moves: NDArray[np.uint8], last: int) -> Whole:
    """The path that the moves tell, from its beginning to its end."""
    row, frame = last, lattice.frames - 1
    path = []
    while row >= 0 and frame >= 0:
        path.append((row, frame))
        move = moves[row, frame - lattice.first[row]]
        row -= {_STEP: 1, _STAND: 0, _PASS: 1, _SKIP: 2}[int(move)]
        frame -= int(move != _PASS)
    return np.array(path[::-1], np.int64)


def _fit(rows: _Rows, path: Whole, samples: int) -> Fit:
    """The path in samples: both go on together wherever a step takes it to another row and frame."""
    pairs = [(0, 0)]
    row, frame = -1, -1
    for next_row, next_frame in path.tolist():
        if next_row > row and next_frame > frame:
            if next_row > row + 1:
                # A pause that was left out ends where it begins.
                pairs.append((int(rows.begin[next_row - 1]), next_frame * HOP))
            pairs.append((int(rows.begin[next_row]), next_frame * HOP))
        row, frame = next_row, next_frame
    pairs.append((int(rows.end[row]), min((frame + 1) * HOP, samples)))
    whole = np.array(pairs, np.int64)
    return Fit(own=whole[:, 0], other=whole[:, 1], cost=0)


def _moved(parts: Iterable[SegmentT], fit: Fit, samples: int) -> list[SegmentT]:
    """The parts where the sound has them; one that is left with no length is left out."""
    moved = []
    for part in parts:
        start, end = _place(fit, part.start, first=True), _place(fit, part.end, first=False)
        if start < min(end, samples):
            moved.append(replace(part, start=start, end=min(end, samples)))
    return moved


def _place(fit: Fit, at: int, *, first: bool) -> int:
    """The sound's sample at one of the reading; where it stands still, its last one for what begins there."""
    if first:
        left = int(np.searchsorted(fit.own, at, "right")) - 1
        right = left + 1
    else:
        right = int(np.searchsorted(fit.own, at, "left"))
        left = right - 1
    if right >= len(fit.own) or left < 0:
        return int(fit.other[min(max(left, 0), len(fit.own) - 1)])
    own, span = int(fit.own[left]), int(fit.own[right] - fit.own[left])
    return int(fit.other[left]) + (at - own) * int(fit.other[right] - fit.other[left]) // span


def _nearest(sample: int) -> int:
    return (sample + HOP // 2) // HOP
