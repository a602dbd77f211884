"""Recordings of people who speak and pause, made of tones, in files as people have them."""

from __future__ import annotations

import subprocess
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.plan.clock import SAMPLE_RATE
from tests.support import films

_MS = SAMPLE_RATE // 1000
#: When somebody speaks in `talk`, in milliseconds.
TALKS = ((600, 2_900), (3_500, 6_100), (6_700, 9_300))


def voiced(seed: int, ms: int) -> NDArray[np.float64]:
    """A voice without any pause of its own."""
    sound = films.hum(seed, ms / 1000).astype(np.float64)
    return sound + 0.3 * np.roll(sound, SAMPLE_RATE // 5) + 0.3 * np.roll(sound, SAMPLE_RATE // 3)


def talk(
    *, talks: Sequence[tuple[int, int]] = TALKS, ms: int = 10_030, noise: float = 12, seed: int = 5
) -> NDArray[np.int16]:
    """Somebody who speaks and pauses, in a room of this noise."""
    sound = noise * np.random.default_rng(seed).normal(size=ms * _MS)
    for number, (begin, end) in enumerate(talks):
        sound[begin * _MS : end * _MS] += voiced(number, end - begin)
    return np.clip(np.rint(sound), -32_768, 32_767).astype(np.int16)


def written(path: Path, sound: NDArray[np.int16], *, rate: int = SAMPLE_RATE) -> Path:
    """The sound as a WAV of one channel, or of several if it is (samples, channels)."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(sound.shape[1] if sound.ndim > 1 else 1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.ascontiguousarray(sound).astype("<i2").tobytes())
    return path


def converted(source: Path, target: Path, *options: str) -> Path:
    """A recording in another format, as FFmpeg makes it."""
    command = [str(films.media().ffmpeg), "-v", "error", "-y", "-i", str(source), *options, str(target)]
    subprocess.run(command, check=True)
    return target
