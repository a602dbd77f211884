"""Pauses by level: where a voice stops they are, whatever the room sounds like."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.pauses import STEP, levels, spans
from tests.support.recordings import voiced

_MS = SAMPLE_RATE // 1000
# When somebody speaks, in milliseconds, in six seconds of a room.
_TALKS = ((500, 2_100), (2_900, 4_000), (4_400, 5_500))


def _room(noise: float, *, gain: float = 1.0) -> NDArray[np.int16]:
    """Six seconds of somebody who speaks and pauses, in a room of this noise."""
    sound = noise * np.random.default_rng(5).normal(size=6 * SAMPLE_RATE)
    for seed, (begin, end) in enumerate(_TALKS):
        sound[begin * _MS : end * _MS] += gain * voiced(seed, end - begin)
    return np.clip(sound, -32_768, 32_767).astype(np.int16)


@pytest.mark.parametrize(("noise", "gain"), [(0, 1.0), (3, 1.0), (60, 1.0), (200, 1.0), (5, 0.1), (0, 2.5)])
def test_speech_is_found_in_quiet_and_in_noise(noise: float, gain: float) -> None:
    """Loud or soft, in a studio and beside a fan: each talk within a tenth of a second, and nothing else."""
    found = [(first // _MS, last // _MS) for first, last in spans(levels(_room(noise, gain=gain)))]
    assert len(found) == len(_TALKS)
    for (first, last), (begin, end) in zip(found, _TALKS, strict=True):
        assert -100 <= first - begin <= 60
        assert -60 <= last - end <= 100


def test_a_short_halt_is_no_pause_and_a_click_no_word() -> None:
    """150 ms within speech are spoken through; a knock of 20 ms in a silence stays silence."""
    sound = np.zeros(3 * SAMPLE_RATE, np.float64)
    sound[500 * _MS : 1_000 * _MS] = voiced(1, 500)
    sound[1_120 * _MS : 1_700 * _MS] = voiced(2, 580)
    sound[2_500 * _MS : 2_520 * _MS] = 9_000.0
    assert len(spans(levels(sound.astype(np.int16)))) == 1


@pytest.mark.parametrize("audio", [np.zeros(0), np.zeros(479), np.zeros(96_000), np.full(96_000, 20)])
def test_where_nothing_is_audible_nobody_speaks(audio: NDArray[np.float64]) -> None:
    """Nothing at all, digital silence and hiss below -60 dBFS have no span."""
    assert spans(levels(audio.astype(np.int16))) == ()


def test_a_voice_without_any_pause_is_one_span() -> None:
    """What is as loud throughout is speech throughout: leaving some of it out would be worse."""
    sound = np.sin(np.arange(4 * SAMPLE_RATE) * 0.02) * 8_000
    assert spans(levels(sound.astype(np.int16))) == ((0, 4 * SAMPLE_RATE),)


def test_levels_are_exact_whole_numbers() -> None:
    """Full scale is full scale, and what does not fill a step is not told."""
    audio = np.concatenate([np.full(STEP, -32_768), np.full(STEP, 3), np.full(STEP - 1, 9_999)])
    assert levels(audio.astype(np.int16)).tolist() == [32_768, 3]
