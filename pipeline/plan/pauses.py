"""When somebody speaks in a recording, told by its level alone: where no better detector is at hand.

A detector with hysteresis as of Lamel et al. 1981, "An improved endpoint detector for isolated word
recognition": speech begins where it is clearly louder than the room, and lasts while it is louder at all. It
takes steady noise for a pause and a slammed door for a word. All values are whole numbers: the same sound has
the same pauses on every machine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.plan.clock import SAMPLE_RATE

#: First sample of each time somebody speaks, at 48 kHz, and the one behind its last.
Spans = tuple[tuple[int, int], ...]

#: Samples of which one level is told: 10 ms.
STEP = SAMPLE_RATE // 100

#: -60 dBFS: what stays below is silence, whatever it contains.
AUDIBLE = 33
# Of all levels the room is a soft one, the voice a loud one.
_ROOM, _VOICE = 10, 95
# Speech begins 12 dB above the room, but no more than 40 dB and no less than 12 dB below the voice; it lasts
# while it is no more than 6 dB below that.
_ABOVE_ROOM, _FAR, _NEAR, _LASTS = 4, 100, 4, 2
# Steps: a pause is at least so long, a word as well; and so much belongs to speech on each side of it, the
# breath before it and what fades behind it.
_PAUSE, _WORD, _AROUND = 20, 5, 6
_AT_ONCE = 6_000


def levels(audio: NDArray[np.int16]) -> NDArray[np.int32]:
    """Root mean square of each whole `STEP` of a sound, in whole sample values."""
    steps = len(audio) // STEP
    level = np.empty(steps, np.int32)
    # Some at a time: an hour in whole numbers of 8 bytes is more than a gigabyte.
    for first in range(0, steps, _AT_ONCE):
        last = min(first + _AT_ONCE, steps)
        rows = audio[first * STEP : last * STEP].reshape(-1, STEP).astype(np.int64)
        squares = np.einsum("ij,ij->i", rows, rows) // STEP
        level[first:last] = np.floor(np.sqrt(squares.astype(np.float64)))
    return level


def spans(level: NDArray[np.int32]) -> Spans:
    """When somebody speaks, in order, without overlaps, by the levels of a whole recording."""
    if not len(level):
        return ()
    ordered = np.sort(level)
    room, voice = (int(ordered[(len(ordered) - 1) * part // 100]) for part in (_ROOM, _VOICE))
    if voice <= AUDIBLE:
        return ()
    begins = max(min(max(_ABOVE_ROOM * room, voice // _FAR), voice // _NEAR), AUDIBLE)
    loud = level > begins
    found: list[tuple[int, int]] = []
    for start, end in _runs(level > begins // _LASTS):
        if end - start < _WORD or not loud[start:end].any():
            continue
        first, behind = max(start - _AROUND, 0), min(end + _AROUND, len(level))
        if found and first - found[-1][1] < _PAUSE:
            found[-1] = (found[-1][0], behind)
        else:
            found.append((first, behind))
    return tuple((first * STEP, behind * STEP) for first, behind in found)


def _runs(marked: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where marks stand side by side: from the first one of each run to behind its last."""
    edges = np.flatnonzero(np.diff(marked, prepend=False, append=False)).reshape(-1, 2)
    return [(int(start), int(end)) for start, end in edges]
