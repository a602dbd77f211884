"""What a model tells of its letters or phonemes becomes the times of a line's phonemes and words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.voice.coqui.family import Raw
from pipeline.engines.voice.durations import Timed, phonemes_of, words_of
from pipeline.engines.voice.inherent import inherent
from pipeline.plan.speech import Phoneme, Said, Speech, Times, Word

# What is shorter between two words is no pause: the sound before it goes over.
_PAUSE_MS = 100


def of_phonemes(raw: Raw, samples: NDArray[np.int16], text: str, places: Sequence[tuple[int, int]]) -> Speech:
    """The speech of a model that reads phonemes: its own durations are the phonemes' times.

    Args:
        raw: what the model gave.
        samples: its sound, levelled; as many as in `raw`.
        text: what was spoken.
        places: where in the text each run of phonemes stands.
    """
    phonemes = phonemes_of(raw.tokens, hop=raw.hop, samples=len(samples), rate=raw.rate)
    words = words_of(raw.tokens, text, hop=raw.hop, samples=len(samples), places=places)
    return _speech(raw, samples, phonemes, tuple(_joined(words)))


def of_letters(raw: Raw, samples: NDArray[np.int16], text: str, read: Sequence[Said]) -> Speech:
    """The speech of a model that reads letters: words last as it says, the phonemes of a reading lie in them.

    Where its words are not the text's, no times are known.

    Args:
        raw: what the model gave.
        samples: its sound, levelled.
        text: what was spoken.
        read: how the words are pronounced.
    """
    words = words_of(raw.tokens, text, hop=raw.hop, samples=len(samples))
    if not words or not read:
        return _speech(raw, samples, (), words)
    return _speech(raw, samples, tuple(_closed(_laid(words, read), len(samples), raw.rate)), words)


def _speech(
    raw: Raw, samples: NDArray[np.int16], phonemes: tuple[Phoneme, ...], words: tuple[Word, ...]
) -> Speech:
    known = any(phoneme.symbol for phoneme in phonemes)
    return Speech(
        rate=raw.rate,
        samples=samples,
        phonemes=phonemes if known else (),
        words=words,
        times=Times.DURATIONS if known else Times.NONE,
    )


def _joined(words: Sequence[Word]) -> Iterator[Word]:
    """A number that is read as several words is one word of the text."""
    for _, group in groupby(words, key=lambda word: (word.text_start, word.text_end)):
        runs = list(group)
        yield replace(runs[0], end=runs[-1].end)


def _laid(words: Sequence[Word], read: Sequence[Said]) -> Iterator[Phoneme]:
    """The phonemes of each word: each has as much of the word's time as such a sound has by nature."""
    for word in words:
        inside = [said.ipa for said in read if word.text_start <= said.text_start < word.text_end]
        letters = [letter for letter in "".join(inside) if not letter.isspace()]
        span = word.end - word.start
        ends = list(accumulate(inherent(letters)))
        bounds = [span * end // max(1, ends[-1]) for end in [0, *ends]] if ends else []
        tokens = [
            Timed(symbol=letter, frames=end - start)
            for letter, (start, end) in zip(letters, pairwise(bounds), strict=True)
        ]
        for phoneme in phonemes_of(tokens, hop=1, samples=span, rate=1):
            yield replace(phoneme, start=word.start + phoneme.start, end=word.start + phoneme.end)


def _closed(sounds: Iterator[Phoneme], samples: int, rate: int) -> Iterator[Phoneme]:
    """The same sounds without gaps, from the first sample to the last; only a long gap is silence."""
    last: Phoneme | None = None
    at = 0
    for sound in sounds:
        if last is not None and sound.start - at < rate * _PAUSE_MS // 1000:
            last, at = replace(last, end=sound.start), sound.start
        if last is not None:
            yield last
        if at < sound.start:
            yield Phoneme(symbol="", start=at, end=sound.start)
        last, at = sound, sound.end
    if last is not None:
        yield last
    if at < samples:
        yield Phoneme(symbol="", start=at, end=samples)
