"""Loudness: measured as FFmpeg's EBU R128 meter does, brought to its target, and never above its ceiling."""

from __future__ import annotations

import re
import subprocess

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.media import find_ffmpeg
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.loudness import Level, Loudness, Meter, Samples, ceiling_of, level_for, limited, true_peaks
from tests.support.films import LOUDNESS, hum

SCALE = np.float32(1 / (1 << 15))


def _voice(seed: int, seconds: float, level: float = 1.0) -> Samples:
    return np.asarray(hum(seed, seconds) * SCALE * np.float32(level), np.float32)


def _bursts(seconds: float) -> Samples:
    """Soft noise with short loud clicks: far more peak than loudness."""
    random = np.random.default_rng(3)
    sound = random.standard_normal(round(seconds * SAMPLE_RATE)) * 0.02
    sound[:: SAMPLE_RATE // 3] = 0.9
    return np.asarray(sound, np.float32)


SIGNALS = {
    "voice": _voice(1, 6),
    "soft voice": _voice(2, 6, 0.02),
    "loud voice": np.clip(_voice(3, 6, 6.0), -1, 1),
    "pauses": np.concatenate([_voice(4, 2), np.zeros(4 * SAMPLE_RATE, np.float32), _voice(5, 2)]),
    "bursts": _bursts(6),
    "three seconds": _voice(6, 3),
}


def _ffmpeg(samples: Samples) -> tuple[float, float]:
    """Integrated loudness and true peak of mono in two equal channels, by FFmpeg's own meter."""
    mono = ["-f", "f32le", "-ar", "48000", "-ac", "1", "-i", "pipe:0"]
    meter = ["-af", "channelmap=map=0-0|0-1:channel_layout=stereo,ebur128=peak=true", "-f", "null", "-"]
    said = subprocess.run(
        [str(find_ffmpeg()), "-hide_banner", "-nostats", *mono, *meter],
        input=samples.tobytes(),
        capture_output=True,
        check=True,
    ).stderr.decode()
    loudness = re.findall(r"I:\s+(\S+) LUFS", said)[-1]
    return float(loudness), float(re.findall(r"Peak:\s+(\S+) dBFS", said)[-1])


def _measured(samples: Samples) -> float:
    meter = Meter()
    meter.feed(samples)
    found = meter.integrated()
    assert found is not None
    return found


def _brought(samples: Samples, target: Loudness = LOUDNESS) -> Samples:
    gain = level_for(lambda: [samples], target).gain
    return np.concatenate(list(limited([samples], gain=gain, ceiling=ceiling_of(target))))


@pytest.mark.parametrize("name", SIGNALS)
def test_the_meter_agrees_with_ffmpegs(name: str) -> None:
    """Integrated loudness is FFmpeg's within its rounding."""
    assert _measured(SIGNALS[name]) == pytest.approx(_ffmpeg(SIGNALS[name])[0], abs=0.1)


@pytest.mark.parametrize("name", SIGNALS)
def test_sound_is_brought_to_its_target(name: str) -> None:
    """By FFmpeg's meter: within 0.5 LU of the target, true peak below the ceiling, length unchanged."""
    brought = _brought(SIGNALS[name])
    loudness, peak = _ffmpeg(brought)
    assert len(brought) == len(SIGNALS[name])
    assert peak <= -1.5
    assert loudness == pytest.approx(-16.0, abs=0.5)


def test_a_tone_of_known_loudness() -> None:
    """A 997 Hz tone at -23 dBFS in both channels measures -23 LUFS (EBU Tech 3341, case 1)."""
    tone = np.sin(2 * np.pi * 997 * np.arange(20 * SAMPLE_RATE) / SAMPLE_RATE) * 10 ** (-23 / 20)
    assert _measured(tone.astype(np.float32)) == pytest.approx(-23.0, abs=0.1)


def test_true_peaks_lie_between_samples() -> None:
    """A tone sampled beside its crests shows them."""
    tone = 0.5 * np.sin(np.pi / 2 * np.arange(4800) + np.pi / 4)
    assert np.abs(tone).max() == pytest.approx(0.354, abs=0.001)
    assert true_peaks(tone.astype(np.float32))[100:-100].max() == pytest.approx(0.5, rel=0.02)


def test_quiet_stretches_are_multiplied_alone() -> None:
    """More than 10 ms away from a peak, limiting changes nothing; at the peak it holds the ceiling."""
    sound = np.full(3 * SAMPLE_RATE, 0.01, np.float32)
    sound[SAMPLE_RATE] = 1.0
    brought = np.concatenate(list(limited([sound], gain=1.0, ceiling=0.5)))
    assert true_peaks(brought).max() <= 0.5 + 1e-6
    far = np.abs(np.arange(len(sound)) - SAMPLE_RATE) > SAMPLE_RATE // 100 + 1
    assert np.array_equal(brought[far], sound[far])


@settings(max_examples=10, deadline=None)
@given(cuts=st.lists(st.integers(0, 5 * SAMPLE_RATE), max_size=12))
def test_blocks_do_not_matter(cuts: list[int]) -> None:
    """However the sound is cut into blocks, the same samples and the same loudness come out."""
    sound = _voice(8, 5, 3.0)
    whole = np.concatenate(list(limited([sound], gain=2.0, ceiling=0.5)))
    blocks = np.split(sound, sorted(cuts))
    assert np.array_equal(np.concatenate(list(limited(blocks, gain=2.0, ceiling=0.5))), whole)
    meter = Meter()
    for block in blocks:
        meter.feed(block)
    assert meter.integrated() == _measured(sound)


def test_without_loud_peaks_there_is_one_gain() -> None:
    """Sound that stays below the ceiling is multiplied, and nothing else."""
    sound = _voice(9, 4, 0.3)
    assert np.array_equal(
        np.concatenate(list(limited([sound], gain=1.5, ceiling=0.9))), sound * np.float32(1.5)
    )


@pytest.mark.parametrize("length", [0, 100, SAMPLE_RATE // 5, 5 * SAMPLE_RATE])
def test_silence_stays_silent(length: int) -> None:
    """Silence, and what is too short to have a loudness, is left as it is."""
    silence = np.zeros(length, np.float32)
    assert level_for(lambda: [silence], LOUDNESS) == Level(gain=1.0, spoken=None, reached=None)
    assert sum(len(block) for block in limited([silence], gain=1.0, ceiling=0.8)) == length


def test_the_target_is_whole_numbers() -> None:
    """A target is part of a key: hundredths, no floats."""
    assert Loudness.of(lufs=-16.0, dbtp=-1.5) == Loudness(integrated=-1600, true_peak=-150)
