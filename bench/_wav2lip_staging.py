"""Sets the stage for the engine `wav2lip`: the demo's portrait is looked at, and a voice speaks.

A file of its own: a process that only draws on that stage need not load a farm.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np
from _farm import Film, job_of, settings_in
from _film import sentences
from _wav2lip_stage import Stage

from farm.bootstrap import open_workshop
from farm.portraits import open_eye, picture_limits
from pipeline.engines.face import Drive
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.job import Format
from pipeline.plan.speech import Phoneme
from pipeline.steps.look import load_picture, look_at
from pipeline.steps.memory import MemoryDesk
from pipeline.steps.speak import load_timeline, speak, utterance_audio

_PORTRAIT = Path(__file__).resolve().parents[1] / "demo/portraits/astronaut.png"
# A sentence of `_film.sentences` takes longer than this.
_SENTENCE_S = 4


def staged(home: Path, pictures: Sequence[Format], *, seconds: int, films: int) -> list[Stage]:
    """The demo's portrait in each picture, and so many stretches of speech without a gap between them.

    Args:
        home: a folder for what the steps make.
        pictures: sizes, all of one frame rate.
        seconds: length of each stretch.
        films: how many.
    """
    with open_workshop(settings_in(home)) as workshop:
        eye = open_eye(workshop.eyes)
        portrait = load_picture(_PORTRAIT, picture_limits(workshop.settings))
        told = sentences(seconds * films // _SENTENCE_S + 2)
        job = job_of(workshop, Film("speech", " ".join(told), pictures[0]))
        voice = workshop.voices.open(job.voice.engine)
        spoken = speak(job, desk=MemoryDesk(), store=workshop.store, voice=voice)
        if spoken is None:
            raise RuntimeError("nobody else speaks here")
        timeline = load_timeline(workshop.store, spoken)
        sounds = [utterance_audio(workshop.store, each, timeline.fps) for each in timeline.utterances]
        begins = accumulate((len(sound) for sound in sounds), initial=0)
        phonemes = [
            Phoneme(symbol=sound.symbol, start=sound.start + at, end=sound.end + at, stressed=sound.stressed)
            for at, each in zip(begins, timeline.utterances, strict=False)
            for sound in each.phonemes
        ]
        audio = np.concatenate(sounds)
        length = seconds * SAMPLE_RATE
        frames, fps = length // samples_per_frame(timeline.fps), timeline.fps
        drives = [
            Drive(
                audio=audio[at : at + length],
                phonemes=_between(phonemes, at, at + length),
                frames=frames,
                fps=fps,
                seed=at,
            )
            for at in range(0, films * length, length)
        ]
        reports = [look_at(portrait, eye, picture) for picture in pictures]
    canvases = [report.canvas for report in reports if report.canvas is not None]
    if len(canvases) != len(pictures) or len(drives[-1].audio) != length:
        raise RuntimeError("the portrait was refused, or the speech is too short")
    return [Stage(canvas=canvas, drives=drives) for canvas in canvases]


def _between(phonemes: Sequence[Phoneme], first: int, stop: int) -> tuple[Phoneme, ...]:
    """The sounds that lie between two samples whole, counted from the first."""
    return tuple(
        Phoneme(symbol=each.symbol, start=each.start - first, end=each.end - first, stressed=each.stressed)
        for each in phonemes
        if first <= each.start and each.end <= stop
    )
