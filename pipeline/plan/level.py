"""Every sentence as loud as the next: the gain that brings speech to one loudness before a film's own gain.

A voice says short sentences softer than long ones, and two voices differ by more. The gain depends on the
speech alone, so that a sentence is as loud in one film as in another. It is bounded: what is much softer is
meant to be, or is no speech.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.loudness import Meter
from pipeline.plan.timeline import LEAD, TAIL

#: LUFS that speech is brought to: the middle of what voices give, so that most are hardly touched.
SPOKEN_LUFS = -19.0
#: Decibels that it is raised or lowered by at most.
MOST_DB = 6.0
# Shorter sounds have no loudness that could be compared: 0.3 s.
_SHORTEST = 3 * SAMPLE_RATE // 10
# The meter hears stretches of 0.4 s; the filter before it rings for less than that.
_QUIET = 4 * SAMPLE_RATE // 10
_FULL_SCALE = np.float32(1 / (1 << 15))


def gain_of(speech: NDArray[np.int16]) -> float:
    """What the samples of one utterance's speech, int16 mono at 48 kHz, are multiplied by; 1.0 for silence.

    It is measured between the silences that every utterance has around it, as it will be heard.
    """
    if len(speech) < _SHORTEST:
        return 1.0
    meter = Meter()
    meter.feed(np.zeros(LEAD, np.float32))
    meter.feed(speech * _FULL_SCALE)
    meter.feed(np.zeros(TAIL + _QUIET, np.float32))
    found = meter.integrated()
    if found is None:
        return 1.0
    decibels = min(max(SPOKEN_LUFS - found, -MOST_DB), MOST_DB)
    return float(10 ** (decibels / 20))
