"""What a model gives becomes speech of one loudness: no offset, no clipping, whole samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.loudness import Meter
from pipeline.plan.resample import resample

#: What every line is brought to, in LUFS; the film's own loudness follows later.
TARGET_LUFS = -23.0
#: By so much at most a line is raised or lowered.
MOST_DB = 12.0
#: No sample lies above this, in dBFS.
CEILING_DBFS = -1.0

_FULL = 32767
# What is shorter is heard as if it went on: loudness is that of 400 ms at least.
_HEARD = SAMPLE_RATE // 2


def levelled(sound: NDArray[np.float32], rate: int) -> NDArray[np.int16]:
    """A model's sound without offset at `TARGET_LUFS`, as int16; no sample lies above `CEILING_DBFS`.

    What is very quiet or very loud is brought nearer by `MOST_DB` alone: it may be meant so. Silence stays
    silence.

    Args:
        sound: mono, full scale 1.0, all of it numbers.
        rate: samples a second.
    """
    centred = sound.astype(np.float64)
    centred -= centred.mean() if len(centred) else 0.0
    peak = float(np.abs(centred).max(initial=0.0))
    if peak == 0.0:
        return np.zeros(len(centred), np.int16)
    # It is measured at one height, since what is quiet would be coarse in whole numbers.
    whole = np.rint(centred * (_FULL / peak)).astype(np.int16)
    lufs = _loudness(resample(whole, rate))
    gain_db = 0.0
    if lufs is not None:
        found = lufs + 20 * np.log10(peak)
        gain_db = float(np.clip(TARGET_LUFS - found, -MOST_DB, MOST_DB))
    gain = min(10 ** (gain_db / 20), 10 ** (CEILING_DBFS / 20) / peak)
    return np.rint(centred * (gain * _FULL)).astype(np.int16)


def _loudness(samples: NDArray[np.int16]) -> float | None:
    meter = Meter()
    again = -(-_HEARD // len(samples))
    meter.feed(np.tile(samples, again).astype(np.float32) / np.float32(_FULL + 1))
    return meter.integrated()
