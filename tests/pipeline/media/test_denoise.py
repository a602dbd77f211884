"""Cleaning: less noise, the same speech, at the same time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.denoising import ROOM, delay_of, noise_db, room_of
from pipeline.plan.envelope import Envelope, offset_ms
from pipeline.plan.pauses import levels
from tests.support import films
from tests.support.recordings import TALKS, talk

_MS = SAMPLE_RATE // 1000


def _coloured(size: int, slope: float) -> NDArray[np.float64]:
    spectrum = np.fft.rfft(np.random.default_rng(3).normal(size=size))
    spectrum *= np.maximum(np.fft.rfftfreq(size, 1 / SAMPLE_RATE), 30) ** -slope
    noise = np.fft.irfft(spectrum, size)
    return noise / noise.std()


def _ratio_db(clean: NDArray[np.int16], sound: NDArray[np.int16]) -> float:
    off = sound.astype(float) - clean
    return 10 * np.log10(np.mean(clean.astype(float) ** 2) / np.mean(off**2))


def _steps(sound: NDArray[np.int16]) -> NDArray[np.float32]:
    envelope = Envelope()
    envelope.feed((sound / 32_768).astype(np.float32))
    return envelope.steps()


@pytest.mark.parametrize(("loud", "slope"), [(60, 0.0), (300, 0.0), (300, 0.5), (600, 0.0)])
def test_noise_becomes_less_and_speech_stays_where_it_is(tmp_path: Path, loud: float, slope: float) -> None:
    """A hiss or a rumble: at least 5 dB less of it, as long, not a hundredth of a second early or late."""
    clean = talk(noise=0)
    sound = np.clip(clean + loud * _coloured(len(clean), slope), -32_768, 32_767).astype(np.int16)
    room = room_of(levels(sound))
    assert room is not None
    found = films.media().denoise(sound, room, tmp_path / "cleaned.raw")
    assert len(found) == len(sound)
    assert delay_of(sound, np.append(found, np.zeros(9_600, np.int16)), most=9_600) == 0
    assert offset_ms(_steps(clean), _steps(found)) == 0
    assert _ratio_db(clean, found) > _ratio_db(clean, sound) + 5
    assert [path.name for path in tmp_path.iterdir()] == ["cleaned.raw"]


def test_a_room_is_heard_where_nobody_speaks() -> None:
    """The softest half second; none in digital silence, which somebody put there, nor without pauses."""
    sound = talk(noise=80)
    room = room_of(levels(sound))
    assert room is not None
    assert not any(begin * _MS < room + ROOM and end * _MS > room for begin, end in TALKS)
    assert noise_db(sound[room : room + ROOM]) == round(20 * np.log10(80 / 32_768))
    assert room_of(levels(talk(noise=0))) is None
    assert room_of(levels(talk(talks=(), noise=500))) is None
    assert room_of(levels(sound[: ROOM - 1])) is None


@pytest.mark.parametrize("delay", [0, 1, 1_200, 9_600])
def test_a_delay_is_told_to_the_sample(delay: int) -> None:
    """Whatever else a filter did to the sound."""
    sound = talk(noise=100)
    made = np.concatenate([np.zeros(delay), np.convolve(sound, [0.2, 0.6, 0.2], "same"), np.zeros(9_600)])
    assert delay_of(sound, made.astype(np.int16), most=9_600) == delay
