"""The one resampler: exact lengths, no delay, the same bits everywhere."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.plan.resample import length_at_master, resample, time_at_master

_RATES = (8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 96_000)


def _sine(rate: int, seconds: float, hertz: float) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    time = np.arange(int(rate * seconds)) / rate
    return np.round(20_000 * np.sin(2 * np.pi * hertz * time)).astype(np.int16)


@pytest.mark.parametrize("rate", _RATES)
@pytest.mark.parametrize("samples", [0, 1, 2, 147, 1_000, 4_411])
def test_lengths_are_exact(rate: int, samples: int) -> None:
    """The length is the ceiling of samples * 48000 / rate, whatever the rate."""
    result = resample(np.full(samples, 1234, np.int16), rate)
    assert len(result) == length_at_master(samples, rate) == -(-samples * 48_000 // rate)
    assert result.dtype == np.int16


@pytest.mark.parametrize("rate", _RATES)
def test_a_tone_stays_that_tone(rate: int) -> None:
    """A tone comes out at the same time and level, 80 dB above whatever else comes out."""
    result = resample(_sine(rate, 0.5, rate / 10), rate)
    ideal = 20_000 * np.sin(2 * np.pi * rate / 10 * np.arange(len(result)) / 48_000)
    middle = slice(2_000, -2_000)
    error = float(np.mean((result[middle] - ideal[middle]) ** 2))
    assert 10 * np.log10(np.mean(ideal[middle] ** 2) / error) > 80


def test_images_are_gone() -> None:
    """What stands above the old Nyquist frequency is 80 dB below the tone it would mirror."""
    result = resample(_sine(22_050, 0.5, 9_900), 22_050)
    spectrum = np.abs(np.fft.rfft(result * np.blackman(len(result))))
    hertz = np.fft.rfftfreq(len(result), 1 / 48_000)
    assert 20 * np.log10(spectrum.max() / spectrum[hertz > 11_600].max()) > 80


@pytest.mark.parametrize("level", [-32_768, -1, 0, 1, 7, 32_767])
def test_a_constant_stays_that_constant(level: int) -> None:
    """Silence stays digital silence, and a constant that constant, to its very ends."""
    assert set(resample(np.full(500, level, np.int16), 22_050).tolist()) == {level}


def test_full_scale_is_limited_not_wrapped() -> None:
    """Loud input overshoots into the limit and never wraps around."""
    square = np.where(np.arange(2_000) // 50 % 2, 32_767, -32_768).astype(np.int16)
    result = resample(square, 24_000).astype(int)
    assert np.sign(result[200:-200:100]).tolist() == np.sign(square[100:-100:50].astype(int)).tolist()


def test_master_rate_passes() -> None:
    """Audio at 48 kHz is copied bit for bit."""
    noise = np.random.default_rng(1).integers(-32_768, 32_768, 999).astype(np.int16)
    result = resample(noise, 48_000)
    assert np.array_equal(result, noise)
    assert not np.shares_memory(result, noise)


def test_the_bits_are_known() -> None:
    """A golden digest: another one means that every speech and clip in every store is made anew."""
    noise = np.random.default_rng(5).integers(-32_768, 32_768, 22_050).astype(np.int16)
    digest = hashlib.sha256(resample(noise, 22_050).astype("<i2").tobytes()).hexdigest()
    assert digest == "d8d671aa70237474bfafffb529f27c2d3ba4a47ea6bc85c74bb5cd9f2fbdcf7e"


def test_blocks_do_not_show() -> None:
    """A long input gives, away from its ends, what its parts give by themselves."""
    noise = np.random.default_rng(2).integers(-20_000, 20_000, 147 * 2_000).astype(np.int16)
    whole = resample(noise, 22_050)
    part = resample(noise[147 * 1_000 :], 22_050)
    assert np.array_equal(whole[320 * 1_000 + 200 :], part[200:])


@given(st.integers(0, 10**7), st.integers(8_000, 192_000))
def test_times_stay_within_the_audio(sample: int, rate: int) -> None:
    """A time moves to the nearest sample, never back and never behind the end."""
    assert time_at_master(sample, rate) <= length_at_master(sample, rate)
    assert abs(time_at_master(sample, rate) * rate - sample * 48_000) * 2 <= rate
    assert time_at_master(sample, rate) <= time_at_master(sample + 1, rate)


@pytest.mark.parametrize(
    ("samples", "rate"),
    [
        (np.zeros(5, np.float32), 22_050),
        (np.zeros((5, 2), np.int16), 22_050),
        (np.zeros(5, np.int16), 100),
        (np.zeros(5, np.int16), 1_000_000),
    ],
)
def test_other_input_is_refused(samples: np.ndarray[tuple[int, ...], np.dtype[np.int16]], rate: int) -> None:
    """Floats, several channels and rates out of this world are a mistake of the caller."""
    with pytest.raises(ValueError, match="Hz"):
        resample(samples, rate)
