"""The gain of one utterance: to one loudness, within bounds, and by the speech alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.level import MOST_DB, SPOKEN_LUFS, gain_of
from pipeline.plan.loudness import Meter
from tests.support.films import hum


def _speech(seconds: float, level: float) -> NDArray[np.int16]:
    return np.asarray(hum(1, seconds) * level, np.int16)


def _lufs(speech: NDArray[np.int16], gain: float) -> float:
    meter = Meter()
    meter.feed(np.asarray(np.pad(speech, SAMPLE_RATE // 4) * (gain / (1 << 15)), np.float32))
    found = meter.integrated()
    assert found is not None
    return found


@pytest.mark.parametrize("level", [0.7, 1.0, 1.4])
@pytest.mark.parametrize("seconds", [0.6, 2.0, 8.0])
def test_speech_comes_to_one_loudness(seconds: float, level: float) -> None:
    """Loud or soft, long or short, within half a LU."""
    base = _speech(seconds, 1.0)
    speech = np.asarray(base * level * 10 ** ((SPOKEN_LUFS - _lufs(base, 1.0)) / 20), np.int16)
    assert _lufs(speech, gain_of(speech)) == pytest.approx(SPOKEN_LUFS, abs=0.5)


@pytest.mark.parametrize(("level", "bound"), [(0.01, MOST_DB), (1.0, 0.0)])
def test_it_is_never_raised_by_much(level: float, bound: float) -> None:
    """A whisper stays softer than the rest; what is right already is left nearly as it is."""
    speech = np.asarray(
        _speech(2, 1.0) * level * 10 ** ((SPOKEN_LUFS - _lufs(_speech(2, 1.0), 1.0)) / 20), np.int16
    )
    assert 20 * math.log10(gain_of(speech)) == pytest.approx(bound, abs=0.5)


def test_what_has_no_loudness_is_left_alone() -> None:
    """Silence, nothing, and a sound that is too short to be compared."""
    for seconds in (0.0, 0.2):
        assert gain_of(_speech(seconds, 1.0)) == 1.0
    assert gain_of(np.zeros(SAMPLE_RATE, np.int16)) == 1.0
