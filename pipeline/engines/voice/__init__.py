"""Voices: text in, audio with phoneme and word times out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pipeline.plan.job import VoiceChoice
from pipeline.plan.speech import Speech


@dataclass(frozen=True, kw_only=True)
class Voice:
    """One voice of an engine: its name there, the BCP 47 languages it speaks, and a label for people."""

    name: str
    languages: tuple[str, ...]
    label: str


class VoiceEngine(Protocol):
    """Speaks one sentence at a time; the same text, choice and version give the same bytes, everywhere."""

    name: str
    #: Changes whenever any audio changes; part of every speech key.
    version: str

    def voices(self) -> tuple[Voice, ...]:
        """Every voice that can be used here, in a stable order."""
        ...

    def speak(self, text: str, choice: VoiceChoice) -> Speech:
        """Speak `text`: int16 mono at the engine's own rate, with phoneme and word times in its samples.

        Raises:
            InputError: the voice or the language is unknown.
            TransientError: the engine failed and may succeed when tried again.
        """
        ...

    def close(self) -> None:
        """End every process that the engine started; it may be called twice."""
        ...
