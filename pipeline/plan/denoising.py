"""What there is to know before a recording is cleaned of the noise of its room, and afterwards."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.pauses import STEP, levels

#: So much of a room's own sound is listened to: half a second, in samples.
ROOM = 50 * STEP

# A room is softer than the loud part of a recording by 12 dB; else somebody speaks throughout.
_SOFTER, _VOICE = 4, 95
_FULL_SCALE = 32_768
# What a filter is told of noise, in decibels below full scale; it takes no others.
_LOUDEST_DB, _SOFTEST_DB = -20, -80
# A sound and what was made of it are compared over so long.
_COMPARED = 4 * SAMPLE_RATE


def room_of(level: NDArray[np.int32]) -> int | None:
    """Where in a recording its room is heard alone: the first of `ROOM` samples; None if it never is.

    Digital silence is no room: somebody put it there.

    Args:
        level: how loud it is, as `pauses.levels` tells.
    """
    steps = ROOM // STEP
    if len(level) < steps:
        return None
    windows = np.lib.stride_tricks.sliding_window_view(level, steps)
    loudest = np.where(windows.min(axis=1) > 0, windows.max(axis=1), _FULL_SCALE)
    found = int(loudest.argmin())
    voice = int(np.sort(level)[(len(level) - 1) * _VOICE // 100])
    return found * STEP if int(loudest[found]) * _SOFTER < voice else None


def noise_db(room: NDArray[np.int16]) -> int:
    """How loud a room is, in whole decibels below full scale, as far as a filter can be told."""
    power = float(np.mean(room.astype(np.float64) ** 2)) / _FULL_SCALE**2
    told = round(10 * math.log10(power)) if power > 0 else _SOFTEST_DB
    return min(max(told, _SOFTEST_DB), _LOUDEST_DB)


def delay_of(sound: NDArray[np.int16], made: NDArray[np.int16], *, most: int) -> int:
    """By how many samples what was made of a sound comes later than it, 0 to `most`; to the sample.

    By their correlation where the sound is loudest.

    Args:
        sound: as it was.
        made: what a filter made of it, at least `most` samples longer.
        most: what is looked for.
    """
    length = min(_COMPARED, len(sound) // STEP * STEP)
    energy = np.cumsum(np.append(0.0, levels(sound).astype(np.float64) ** 2))
    steps = length // STEP
    begin = STEP * int((energy[steps:] - energy[: len(energy) - steps]).argmax())
    size = 1 << (2 * length + most).bit_length()
    one = np.fft.rfft(sound[begin : begin + length].astype(np.float64), size)
    other = np.fft.rfft(made[begin : begin + length + most].astype(np.float64), size)
    return int(np.fft.irfft(other * one.conj(), size)[: most + 1].argmax())
