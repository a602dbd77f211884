"""What Whisper tells, as ears tell it: in whole samples, in order, and whether it is to be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from pipeline.engines.ear.whisper.prompts import tidy
from pipeline.engines.ear.whisper.tongues import tag_of
from pipeline.plan.doubt import Limits, doubt_of
from pipeline.plan.heard import Heard, HeardWord
from pipeline.plan.thirds import SPEECH_RATE

#: A word as Whisper times it: its text, from when to when in seconds, and how probable it is.
RawWord = tuple[str, float, float, float]


def heard_of(told: Mapping[str, Any], *, samples: int, limits: Limits) -> Heard:
    """What `whisper.transcribe` told of so many samples."""
    parts = [part for part in told["segments"] if part["text"].strip()]
    text = tidy("".join(part["text"] for part in parts))
    raw = (
        (word["word"], word["start"], word["end"], word["probability"])
        for part in parts
        for word in part.get("words", ())
    )
    doubt = doubt_of(
        text,
        ms=samples * 1000 // SPEECH_RATE,
        # numpy's: of a model that computes no numbers they are none, and stay that.
        logprob=float(np.min([part["avg_logprob"] for part in parts] or [0.0])),
        compression=float(np.max([part["compression_ratio"] for part in parts] or [0.0])),
        limits=limits,
    )
    words = tuple(words_of(raw, samples=samples))
    return Heard(text=text, language=tag_of(told["language"]), words=words, doubt=doubt)


def words_of(raw: Iterable[RawWord], *, samples: int) -> Iterator[HeardWord]:
    """Words in order and without overlaps, each within so many samples; those without text are left out."""
    before = 0
    for text, start, end, probability in raw:
        word = tidy(text)
        if not word:
            continue
        first = min(max(round(start * SPEECH_RATE), before), samples)
        before = min(max(round(end * SPEECH_RATE), first), samples)
        sure = round(1000 * probability) if np.isfinite(probability) else 0
        yield HeardWord(text=word, start=first, end=before, sure=sure)
