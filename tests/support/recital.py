"""A recording of somebody whose words are known: espeak's sentences in a room, and an ear that knows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.voice import VoiceEngine
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.heard import Heard, HeardWord
from pipeline.plan.job import VoiceChoice
from pipeline.plan.speech import Phoneme
from pipeline.plan.thirds import DOWN, thirds
from pipeline.plan.trim import master

_ENGLISH = VoiceChoice(engine="espeak", name="en-us", language="en")
_GAP = 700 * SAMPLE_RATE // 1000


@dataclass(frozen=True, kw_only=True)
class KnownWord:
    """A word and when it is said, in samples at 48 kHz."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Recital:
    """A recording, its words and sounds in samples of it, and when each sentence is spoken."""

    sound: NDArray[np.int16]
    words: tuple[KnownWord, ...]
    phonemes: tuple[Phoneme, ...]
    talks: tuple[tuple[int, int], ...]


def recite(voice: VoiceEngine, sentences: Sequence[str], *, noise: float = 10, gap: int = _GAP) -> Recital:
    """Sentences one after the other, with a pause before, between and behind them."""
    parts: list[NDArray[np.int16]] = []
    words: list[KnownWord] = []
    phonemes: list[Phoneme] = []
    talks: list[tuple[int, int]] = []
    at = 0
    for sentence in sentences:
        at += gap
        speech = master(voice.speak(sentence, _ENGLISH))
        parts += [np.zeros(gap, np.int16), speech.samples]
        words += [
            KnownWord(text=sentence[w.text_start : w.text_end], start=at + w.start, end=at + w.end)
            for w in speech.words
        ]
        phonemes += [replace(p, start=at + p.start, end=at + p.end) for p in speech.phonemes]
        talks.append((at, at + len(speech.samples)))
        at += len(speech.samples)
    whole = np.concatenate([*parts, np.zeros(gap, np.int16)]).astype(np.float64)
    whole += noise * np.random.default_rng(7).normal(size=len(whole))
    sound = np.clip(np.rint(whole), -32_768, 32_767).astype(np.int16)
    return Recital(sound=sound, words=tuple(words), phonemes=tuple(phonemes), talks=tuple(talks))


class KnowingEar:
    """Understands one recital, and remembers what it was given: how an ear is asked, with right answers.

    Args:
        recital: what it knows.
    """

    name, version, digest, precision = "knowing", "1", "e" * 64, "fp32"

    def __init__(self, recital: Recital) -> None:
        self._recital = recital
        self._whole = thirds(recital.sound).tobytes()
        self.given: list[tuple[int, int, str]] = []
        self.timed: list[str] = []
        self.doubts: dict[int, str] = {}

    def languages(self) -> tuple[str, ...]:
        """English alone."""
        return ("en",)

    def hear(
        self,
        sound: NDArray[np.float32],
        *,
        language: str = "",
        prompt: str = "",
        timed: bool = True,  # noqa: ARG002 - it is no faster without
    ) -> Heard:
        """The words that are said in this part of the recital."""
        begin = self._begin(sound)
        self.given.append((begin, begin + len(sound), prompt))
        words = self._words(begin, begin + len(sound))
        text = " ".join(word.text for word in words)
        doubt = self.doubts.get(len(self.given), "")
        return Heard(text=text, language=language or "en", words=words, doubt=doubt)

    def align(self, sound: NDArray[np.float32], text: str, *, language: str) -> tuple[HeardWord, ...]:  # noqa: ARG002 - it knows
        """The text's own words, each when one is said."""
        self.timed.append(text)
        begin = self._begin(sound)
        said = self._words(begin, begin + len(sound))
        return tuple(replace(one, text=word) for one, word in zip(said, text.split(), strict=False))

    def count(self, prompt: str) -> int:
        """A word is a token."""
        return len(prompt.split())

    def close(self) -> None:
        """Nothing is held."""

    def _begin(self, sound: NDArray[np.float32]) -> int:
        return self._whole.index(sound.tobytes()) // sound.itemsize

    def _words(self, begin: int, end: int) -> tuple[HeardWord, ...]:
        return tuple(
            HeardWord(text=w.text, start=w.start // DOWN - begin, end=w.end // DOWN - begin, sure=990)
            for w in self._recital.words
            if begin <= w.start // DOWN and w.end // DOWN <= end
        )
