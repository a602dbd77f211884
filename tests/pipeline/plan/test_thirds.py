"""The master at 16 kHz: whole upper bands, no delay, silence that stays silent, the same bits everywhere."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.plan.thirds import REACH, thirds


def _noise(samples: int, seed: int = 1) -> NDArray[np.int16]:
    return np.random.default_rng(seed).integers(-9_000, 9_000, samples).astype(np.int16)


def _tone(hertz: float, seconds: float = 0.5) -> NDArray[np.int16]:
    time = np.arange(int(48_000 * seconds)) / 48_000
    return np.round(20_000 * np.sin(2 * np.pi * hertz * time)).astype(np.int16)


@pytest.mark.parametrize("samples", [0, 1, 2, 3, 4, 479, 480, 481, 48_000, 100_001])
def test_lengths_are_exact(samples: int) -> None:
    """A third of the samples, rounded up, as float32."""
    result = thirds(_noise(samples))
    assert result.dtype == np.float32
    assert len(result) == -(-samples // 3)


@pytest.mark.parametrize("hertz", [50, 1_000, 5_000, 7_000, 7_300])
def test_what_speech_needs_passes_untouched(hertz: float) -> None:
    """Tones up to 7.3 kHz come out at the same time and level."""
    result = thirds(_tone(hertz))
    ideal = 20_000 / 32_768 * np.sin(2 * np.pi * hertz * np.arange(len(result)) / 16_000)
    # The rounding of 16 bits is in it.
    assert np.abs(result - ideal)[200:-200].max() < 4e-5


@pytest.mark.parametrize("hertz", [8_100, 9_000, 15_000, 23_000])
def test_what_would_fold_is_gone(hertz: float) -> None:
    """Nothing of what lies above the new limit comes out as another tone."""
    assert np.abs(thirds(_tone(hertz))[200:-200]).max() < 4e-5


def test_a_constant_stays_that_constant() -> None:
    """A direct current passes exactly, away from its ends."""
    result = thirds(np.full(9_600, 1_024, np.int16))
    assert set(result[100:-100].tolist()) == {1_024 / 32_768}


def test_silence_stays_digital() -> None:
    """Beyond the filter's reach of any sound each sample is exactly 0."""
    audio = np.zeros(48_000, np.int16)
    audio[24_000:24_100] = _noise(100)
    heard = np.flatnonzero(thirds(audio)) * 3
    assert heard.min() >= 24_000 - REACH
    assert heard.max() <= 24_099 + REACH


def test_full_scale_is_no_trouble() -> None:
    """A square wave at full scale overshoots, as it must, and stays finite."""
    square = np.where(np.arange(9_600) // 48 % 2, 32_767, -32_768).astype(np.int16)
    assert 1.0 < np.abs(thirds(square)).max() < 1.3


@given(before=st.integers(0, 700), seed=st.integers(0, 50))
def test_the_bits_do_not_depend_on_the_place(before: int, seed: int) -> None:
    """The same sound gives the same bits wherever in a longer one it stands."""
    sound = np.zeros(3_000, np.int16)
    sound[500:2_500] = _noise(2_000, seed)
    whole = np.concatenate([np.zeros(3 * before, np.int16), sound, np.zeros(900, np.int16), _noise(600)])
    assert np.array_equal(thirds(whole)[before : before + 1_000], thirds(sound))


def test_the_bits_are_known() -> None:
    """A golden digest: another one means that every mouth that a network drew is drawn anew."""
    digest = hashlib.sha256(thirds(_noise(48_000, 5)).astype("<f4").tobytes()).hexdigest()
    assert digest == "150394642113151d05cf15f018a91bc59a7a2b560285bdfdda79e79ce5f5bda9"


@pytest.mark.parametrize("samples", [np.zeros(5, np.float32), np.zeros((5, 2), np.int16)])
def test_other_input_is_refused(samples: NDArray[np.int16]) -> None:
    """Floats and several channels are a mistake of the caller."""
    with pytest.raises(ValueError, match="5"):
        thirds(samples)
