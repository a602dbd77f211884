"""A voice's audio made ready to be laid: its own silence cut off, and no click at either border."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.resample import resample, time_at_master
from pipeline.plan.speech import Phoneme, Speech, Word

#: Length of the fades at both borders, in samples: 5 ms.
FADE = 5 * SAMPLE_RATE // 1000
SegmentT = TypeVar("SegmentT", Phoneme, Word)

# -60 dBFS: what is quieter at a border is the voice's own silence.
_AUDIBLE = 33


def master(speech: Speech) -> Speech:
    """The speech at 48 kHz, from its first sound to its last, faded in and out.

    Silence before and after, as the voice gave it, is cut off up to 5 ms beside what can be heard and never
    within a phoneme; raised-cosine fades of 5 ms lie at both ends. Times move along; silent phonemes at the
    ends are dropped, silence between others is kept. A speech in which nothing can be heard, or all of whose
    phonemes are silent, becomes one of length 0; a voice that knows no phoneme times at all is heard alone.
    """
    whole = at_master(speech)
    samples, phonemes = whole.samples, whole.phonemes
    sounds = [phoneme for phoneme in phonemes if phoneme.symbol]
    heard = np.flatnonzero(np.abs(samples.astype(np.int32)) > _AUDIBLE)
    if not len(heard) or (speech.phonemes and not sounds):
        return replace(whole, samples=np.zeros(0, np.int16), phonemes=(), words=())
    first, last = (sounds[0].start, sounds[-1].end) if sounds else (int(heard[0]), int(heard[-1]) + 1)
    start = max(0, min(int(heard[0]) - FADE, first))
    end = min(len(samples), max(int(heard[-1]) + 1 + FADE, last))
    return replace(
        whole,
        samples=_faded(samples[start:end]),
        phonemes=_moved([p for p in phonemes if first <= p.start and p.end <= last], start),
        words=_moved([w for w in whole.words if start <= w.start and w.end <= end], start),
    )


def at_master(speech: Speech) -> Speech:
    """The whole speech at 48 kHz, its silence included."""
    samples = resample(speech.samples, speech.rate)
    return replace(
        speech,
        rate=SAMPLE_RATE,
        samples=samples,
        phonemes=tuple(_at_master(speech.phonemes, speech.rate, len(samples))),
        words=tuple(_at_master(speech.words, speech.rate, len(samples))),
    )


def _at_master(parts: Iterable[SegmentT], rate: int, samples: int) -> list[SegmentT]:
    """The same segments in samples at 48 kHz; one that becomes shorter than a sample is dropped."""
    moved = [
        replace(
            part,
            start=min(time_at_master(part.start, rate), samples),
            end=min(time_at_master(part.end, rate), samples),
        )
        for part in parts
    ]
    return [part for part in moved if part.start < part.end]


def _moved(parts: Iterable[SegmentT], start: int) -> tuple[SegmentT, ...]:
    return tuple(replace(part, start=part.start - start, end=part.end - start) for part in parts)


def _faded(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    length = min(FADE, len(samples) // 2)
    # Half a step in, so that the ramp and its mirror image add up to one, and neither reaches 0 or 1.
    ramp = 0.5 - 0.5 * np.cos(np.pi * (np.arange(length) + 0.5) / max(length, 1))
    faded = samples.copy()
    faded[:length] = np.rint(samples[:length] * ramp)
    faded[len(faded) - length :] = np.rint(samples[len(samples) - length :] * ramp[::-1])
    return faded
