"""Lips follow speech: found again in frames, against the sounds that were spoken."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.eye import EyeEngine
from pipeline.engines.face import Canvas, Drive
from pipeline.engines.face.warp import WarpEngine
from pipeline.engines.shelf import voices
from pipeline.media.picture import to_bgr
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.job import VoiceChoice
from pipeline.plan.lipsync import Lipsync
from pipeline.plan.resample import resample, time_at_master
from pipeline.plan.speech import Phoneme
from tests.support.eye import eye_with_landmarks
from tests.support.faces import smiling_canvas
from tests.support.sync import lag_and_correlation, lip_openness, phoneme_openness

_LEAD = 240 * SAMPLE_RATE // 1000
_TAIL = 80 * SAMPLE_RATE // 1000
_FPS = 25
_SAID = "Please move the five big boxes above the open window, and wait for Bob."
_OTHER = "Nobody knows why a hundred purple elephants are marching over my bridge."


@pytest.fixture(scope="module")
def eye() -> Iterator[EyeEngine]:
    """An eye with landmarks."""
    with eye_with_landmarks() as opened:
        yield opened


def _spoken(text: str) -> Drive:
    shelf = voices()
    choice = VoiceChoice(engine="espeak", name="en-us", language="en")
    speech = shelf.open("espeak").speak(text, choice)
    shelf.close()
    sound = resample(speech.samples, speech.rate)
    grid = 5 * samples_per_frame(_FPS)
    audio = np.zeros(-(-(_LEAD + len(sound) + _TAIL) // grid) * grid, np.int16)
    audio[_LEAD : _LEAD + len(sound)] = sound
    phonemes = tuple(
        Phoneme(
            symbol=p.symbol,
            start=_LEAD + time_at_master(p.start, speech.rate),
            end=_LEAD + time_at_master(p.end, speech.rate),
            stressed=p.stressed,
        )
        for p in speech.phonemes
    )
    return Drive(
        audio=audio,
        phonemes=phonemes,
        frames=len(audio) // samples_per_frame(_FPS),
        fps=_FPS,
        seed=1,
    )


@pytest.fixture(scope="module")
def canvas() -> Canvas:
    """The photograph."""
    return smiling_canvas(512)


def test_lips_follow_what_is_said_and_nothing_else(eye: EyeEngine, canvas: Canvas) -> None:
    """Within a frame of the speech and alike, closed on p, b and m; other speech does not fit."""
    drive = _spoken(_SAID)
    frames: Iterator[NDArray[np.uint8]] = map(to_bgr, WarpEngine().prepare(canvas, Lipsync()).frames(drive))
    lips = lip_openness(frames, eye)
    lag, agreement = lag_and_correlation(lips, phoneme_openness(drive.phonemes, drive.frames, _FPS))
    assert abs(lag) < 1
    assert agreement >= 0.8
    other = phoneme_openness(_spoken(_OTHER).phonemes, drive.frames + 100, _FPS)[: drive.frames]
    _, strange = lag_and_correlation(lips, other)
    assert strange < 0.5
    assert np.abs(np.diff(lips)).max() < 0.12
    closures = [_closest(lips, p) for p in drive.phonemes if p.symbol[:1] in {"p", "b", "m"} and p.symbol]
    assert len(closures) >= 4
    assert max(closures) < 0.03
    assert float(np.median(closures)) < 0.01


def _closest(lips: NDArray[np.float64], phoneme: Phoneme) -> float:
    frame = samples_per_frame(_FPS)
    first = (phoneme.start - 70 * SAMPLE_RATE // 1000) // frame
    return float(np.nanmin(lips[max(first, 0) : phoneme.end // frame + 2]))
