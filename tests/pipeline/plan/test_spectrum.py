"""What an ear makes of sound: the same numbers everywhere, whatever the loudness."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.plan import spectrum
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.spectrum import BANDS, FEATURES, HOP, OCTAVE, features


def _tone(hertz: float, level: int = 8_000, seconds: float = 0.5) -> NDArray[np.int16]:
    at = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return np.rint(level * np.sin(2 * np.pi * hertz * at)).astype(np.int16)


def _noise(level: int = 3_000, seconds: float = 0.5) -> NDArray[np.int16]:
    rng = np.random.Generator(np.random.PCG64(5))
    return rng.integers(-level, level, int(seconds * SAMPLE_RATE)).astype(np.int16)


def test_every_ten_milliseconds_have_features() -> None:
    """One row of whole numbers for each 10 ms; what is shorter has none."""
    found = features(_noise())
    assert found.shape == (50, FEATURES)
    assert np.array_equal(found, np.rint(found))
    assert features(np.ones(HOP - 1, np.int16)).shape == (0, FEATURES)


@pytest.mark.parametrize(("low", "high"), [(120, 300), (300, 1_000), (1_000, 3_000), (3_000, 7_000)])
def test_a_higher_tone_is_in_a_higher_band(low: int, high: int) -> None:
    """A tone is loudest in one band, and a higher one in a higher band."""
    bands = [int(np.argmax(features(_tone(hertz))[25, :BANDS])) for hertz in (low, high)]
    assert bands[0] < bands[1]


def test_loudness_plays_no_part() -> None:
    """The same sound at a thirtieth of its level gives the same features within a third of a decibel."""
    loud = _noise(30_000)
    quiet = np.rint(loud / 30).astype(np.int16)
    assert np.abs(features(loud) - features(quiet)).max() <= OCTAVE // 9


def test_a_frame_stands_for_its_own_ten_milliseconds() -> None:
    """A noise of ten frames is loud in these frames, and as much in the one before as in the one after."""
    sound = np.zeros(SAMPLE_RATE // 2, np.int16)
    sound[20 * HOP : 30 * HOP] = _noise(seconds=0.1)
    loud = np.flatnonzero(features(sound)[:, :BANDS].sum(axis=1) > -8 * BANDS * OCTAVE)
    assert set(range(20, 30)) <= set(loud.tolist())
    assert loud.mean() == 24.5


@pytest.mark.parametrize("kind", ["noise", "tone", "square"])
def test_sums_are_exact(kind: str) -> None:
    """Energies in doubles, by whatever matrix product, equal those in 64-bit integers to the last bit."""
    tone = _tone(2_000, 32_767)
    audio = {
        "noise": _noise(32_767),
        "tone": tone,
        "square": np.where(tone > 0, 32_767, -32_768).astype(np.int16),
    }[kind]
    gain, frames = spectrum._PEAK // spectrum.peak(audio), len(audio) // HOP
    sound = spectrum._at_ear_rate(audio, gain, 0, -(-len(audio) // 3))
    assert np.array_equal(spectrum._energies(audio, gain, 0, frames), _whole_energies(sound, frames))


def _whole_energies(sound: NDArray[np.float64], frames: int) -> NDArray[np.float64]:
    window, hop, shift = spectrum._WINDOW, HOP // 3, spectrum._SHIFT
    padded = np.pad(sound.astype(np.int64), ((window - hop) // 2, window + hop))
    windows = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop][:frames]
    waves = (windows @ spectrum._fourier().astype(np.int64) + (1 << (shift - 1))) >> shift
    bins = waves.shape[1] // 2
    power = waves[:, :bins] ** 2 + waves[:, bins:] ** 2
    return 1.0 + power @ spectrum._mel().astype(np.int64)
