"""Promises about the loudness of what a model gives."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.voice.coqui.level import CEILING_DBFS, TARGET_LUFS, levelled
from pipeline.plan.loudness import Meter
from pipeline.plan.resample import resample

_RATE = 22_050


def _tone(seconds: float, peak: float, *, offset: float = 0.0) -> NDArray[np.float32]:
    at = np.arange(int(seconds * _RATE)) / _RATE
    sound = peak * np.sin(2 * np.pi * 220 * at) * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * at)) + offset
    return np.asarray(sound, np.float32)


def _lufs(samples: NDArray[np.int16]) -> float:
    meter = Meter()
    meter.feed(resample(samples, _RATE).astype(np.float32) / np.float32(32768))
    found = meter.integrated()
    assert found is not None
    return found


@pytest.mark.parametrize("peak", [0.03, 0.1, 0.2, 0.4])
def test_lines_are_equally_loud(peak: float) -> None:
    """Whatever a model's own loudness is, its lines have one; as many samples come out as went in."""
    sound = _tone(2.0, peak)
    level = levelled(sound, _RATE)
    assert (level.dtype, len(level)) == (np.int16, len(sound))
    assert _lufs(level) == pytest.approx(TARGET_LUFS, abs=0.1)


def test_what_is_very_quiet_is_raised_by_so_much_alone() -> None:
    """A whisper stays quieter than speech, and a model's noise is not made loud."""
    quiet = levelled(_tone(2.0, 0.004), _RATE)
    assert np.abs(quiet).max() == pytest.approx(0.004 * 10 ** (12 / 20) * 32767, rel=0.02)


def test_an_offset_is_taken_away() -> None:
    """The middle of the sound is zero: a constant would click at both ends."""
    level = levelled(_tone(2.0, 0.2, offset=0.3), _RATE)
    assert abs(float(level.mean())) < 0.5


def test_no_sample_is_clipped() -> None:
    """A line with few loud moments is as loud as its highest sample allows."""
    sound = np.zeros(2 * _RATE, np.float32)
    sound[:: _RATE // 4] = 1.0
    level = levelled(sound, _RATE)
    assert np.abs(level).max() <= np.ceil(32767 * 10 ** (CEILING_DBFS / 20))
    beyond = levelled(_tone(1.0, 3.0), _RATE)
    assert np.abs(beyond).max() <= np.ceil(32767 * 10 ** (CEILING_DBFS / 20))


def test_a_short_line_is_as_loud_as_a_long_one() -> None:
    """Of less than the 400 ms that loudness is measured over, too."""
    short, long = levelled(_tone(0.2, 0.05), _RATE), levelled(_tone(2.0, 0.05), _RATE)
    ratio = float(np.sqrt(np.mean(np.square(short.astype(float))) / np.mean(np.square(long.astype(float)))))
    assert 20 * abs(np.log10(ratio)) < 2.0


def test_silence_stays_silence() -> None:
    """Nothing, and a constant, are no sound."""
    assert len(levelled(np.zeros(0, np.float32), _RATE)) == 0
    assert not levelled(np.full(100, 0.5, np.float32), _RATE).any()
