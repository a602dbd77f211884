"""A clip as a worker makes it: the demo's portrait, somebody who talks without a halt, and the encoder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from farm.bootstrap import settings_of
from pipeline.engines.face import Canvas, Drive
from pipeline.engines.shelf import eyes
from pipeline.media import Limits, Media, find_ffmpeg, machine_ms
from pipeline.plan import graphs
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.job import Format
from pipeline.plan.speech import Phoneme
from pipeline.steps.look import PictureLimits, load_picture, look_at

_PORTRAIT = Path(__file__).resolve().parents[1] / "demo/portraits/astronaut.png"
#: Frames a second.
FPS = 25
_SOUNDS = ("h", "ə", "l", "oʊ", "m", "aɪ", "f", "ɹ", "ɛ", "n", "d", "z", "ɑ", "p", "i", "w", "u", "ʃ")


def talk(frames: int) -> Drive:
    """Speech without a halt, 80 ms a sound."""
    samples = frames * samples_per_frame(FPS)
    step = SAMPLE_RATE * 80 // 1000
    starts = range(SAMPLE_RATE // 4, samples - SAMPLE_RATE // 4, step)
    phonemes = tuple(
        Phoneme(symbol=_SOUNDS[k % len(_SOUNDS)], start=at, end=at + step, stressed=k % 5 == 0)
        for k, at in enumerate(starts)
    )
    audio = np.zeros(samples, np.int16)
    return Drive(audio=audio, phonemes=phonemes, frames=frames, fps=FPS, seed=1)


def canvas_of(picture: Format) -> Canvas:
    """The demo's portrait on a film's canvas."""
    shelf = eyes()
    portrait = load_picture(_PORTRAIT, PictureLimits(file_bytes=1 << 24, pixels=1 << 24))
    report = look_at(portrait, shelf.open("facemesh"), picture)
    shelf.close()
    if report.canvas is None:
        raise SystemExit(f"the demo's portrait was refused: {report.errors}")
    return report.canvas


def encoder() -> Media:
    """What encodes, and draws text: FFmpeg, within limits that no clip reaches."""
    return Media(find_ffmpeg(), limits=Limits(seconds=600, memory_bytes=1 << 32))


def encode(frames: Iterable[NDArray[np.uint8]], drive: Drive, picture: Format, media: Media) -> float:
    """CPU seconds of this process and the encoder for a clip of some frames, as a worker makes it."""
    set_to = settings_of(os.environ).encoder
    with tempfile.TemporaryDirectory() as folder:
        begun = machine_ms()
        media.encode_clip(
            frames,
            Path(folder) / "clip.mp4",
            picture=picture,
            total=drive.frames,
            parameters=graphs.video_parameters(qp=set_to.qp, preset=set_to.preset),
        )
        return (machine_ms() - begun) / 1000
