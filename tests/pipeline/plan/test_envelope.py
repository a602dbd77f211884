"""What comparing sounds promises: the same one at the same time passes, a late one and another one do not."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.envelope import Envelope, offset_ms
from tests.support.films import hum


def _steps(samples: np.ndarray, block: int = 7_001) -> np.ndarray:
    envelope = Envelope()
    for begin in range(0, len(samples), block):
        envelope.feed(samples[begin : begin + block].astype(np.float32) / 32768)
    return envelope.steps()


VOICE = np.concatenate([np.zeros(9_600, np.int16), hum(1, 3), np.zeros(24_000, np.int16), hum(2, 2)])


def test_blocks_change_nothing() -> None:
    """However a sound is cut, its steps are the same."""
    assert np.array_equal(_steps(VOICE, 480), _steps(VOICE, 100_000))


def test_coding_is_no_other_sound() -> None:
    """Noise at 30 dB below, a little more or less gain, and some silence behind its end."""
    noise = np.random.default_rng(1).normal(0, 200, len(VOICE))
    coded = np.concatenate([VOICE * 0.97 + noise * (VOICE != 0), np.zeros(512)])
    assert offset_ms(_steps(VOICE), _steps(coded)) == 0


@pytest.mark.parametrize("late_ms", [-40, -20, 20, 50])
def test_a_shifted_sound_is_told(late_ms: int) -> None:
    """An encoder's delay of 21 ms shows, early or late."""
    shifted = np.roll(VOICE, SAMPLE_RATE * late_ms // 1000)
    assert offset_ms(_steps(VOICE), _steps(shifted)) == late_ms
    delayed = np.concatenate([np.zeros(1024, np.int16), VOICE])[: len(VOICE)]
    assert offset_ms(_steps(VOICE), _steps(delayed)) == 20


def test_another_sound_is_told() -> None:
    """Another voice, half of it missing, silence, or too short a sound."""
    halved = VOICE.copy()
    halved[len(VOICE) // 2 :] = 0
    for other in (hum(7, 6)[: len(VOICE)], halved, np.zeros_like(VOICE), VOICE[: len(VOICE) // 2]):
        assert offset_ms(_steps(VOICE), _steps(other)) is None


def test_silence_is_silence() -> None:
    """A film in which nothing is said is heard at the right time, unless something is heard."""
    silence = np.zeros(48_000, np.int16)
    assert offset_ms(_steps(silence), _steps(silence)) == 0
    assert offset_ms(_steps(silence), _steps(hum(1, 1))) is None


def test_a_steady_tone_is_at_its_place() -> None:
    """Alike all over, it fits a little early or late as well: it is not taken for shifted."""
    tone = (8_000 * np.sin(np.arange(96_000) * 0.05)).astype(np.int16)
    assert offset_ms(_steps(tone), _steps(tone * 0.99)) == 0


def test_a_long_sound_is_compared_to_its_end() -> None:
    """Minute by minute; what is wrong in the second one is found, and borders are not."""
    long = np.tile(VOICE, 22)
    assert len(long) > 2 * 60 * SAMPLE_RATE
    assert offset_ms(_steps(long), _steps(long)) == 0
    assert offset_ms(_steps(long), _steps(np.roll(long, 1024))) == 20
    broken = long.copy()
    broken[len(long) // 2 :] = 0
    assert offset_ms(_steps(long), _steps(broken)) is None
