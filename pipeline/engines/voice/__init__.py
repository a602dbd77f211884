"""Voices: text in, audio with phoneme and word times out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pipeline.plan.job import VoiceChoice
from pipeline.plan.speech import Speech


@dataclass(frozen=True, kw_only=True)
class Voice:
    """One voice of an engine.

    Attributes:
        name: the engine's own name of it.
        languages: BCP 47 tags that it speaks, the one that it is made for first.
        label: for people.
        timbre: voices of the same timbre sound like one person, whatever their language.
    """

    name: str
    languages: tuple[str, ...]
    label: str
    timbre: str = ""


class VoiceEngine(Protocol):
    """Speaks one sentence at a time; the same text, choice and version give the same bytes, everywhere."""

    name: str
    #: Changes whenever any audio changes; part of every speech key.
    version: str

    def voices(self) -> tuple[Voice, ...]:
        """Every voice that can be used here, in a stable order: of equals, the first one is the default."""
        ...

    def speak(self, text: str, choice: VoiceChoice) -> Speech:
        """Speak `text`: int16 mono at the engine's own rate, with phoneme and word times in its samples.

        A voice that does not know its phonemes gives none at all: faces then follow what is heard.

        Raises:
            InputError: the voice or the language is unknown.
            TransientError: the engine failed and may succeed when tried again.
        """
        ...

    def close(self) -> None:
        """End every process that the engine started; it may be called twice."""
        ...
