"""Clips and sounds of noise: no two packets are equal, and hardly two of one size."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pipeline.plan import graphs
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.job import Format
from tests.support import films

SIDE = 64
# Short groups of pictures, so that a short clip has several keyframes.
_PARAMETERS = (*graphs.video_parameters(qp=40, preset="veryfast"), "group=2")


def noise_clip(path: Path, *, fps: int, frames: int, seed: int = 1) -> Path:
    """A clip of so many frames."""
    picture = Format(width=SIDE, height=SIDE, fps=fps)
    noise = np.random.default_rng(seed).integers(0, 255, (frames, SIDE * SIDE * 3 // 2), np.uint8)
    arguments = graphs.clip(path, picture=picture, frames=frames, parameters=_PARAMETERS)
    films.media().run(arguments, feed=(frame.data for frame in noise))
    return path


def noise_sound(path: Path, *, fps: int, frames: int) -> Path:
    """An audio track as long as so many frames."""
    samples = frames * samples_per_frame(fps)
    noise = np.random.default_rng(fps).normal(0, 0.1, samples).astype(np.float32)
    films.media().encode_sound([noise], path, samples=samples)
    return path


def noise_channel(path: Path, *, seconds: int) -> Path:
    """One channel of so many seconds, as FFmpeg lays it in an MP4: in chunks."""
    noise = np.random.default_rng(seconds).normal(0, 0.1, seconds * SAMPLE_RATE)
    arguments = ["mp4" if argument == "adts" else argument for argument in graphs.sound(path)]
    films.media().run(arguments, feed=[noise.astype("<f4").data])
    return path


def open_files() -> int:
    """How many files this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))
