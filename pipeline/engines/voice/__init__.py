"""Voices: text in, audio with phoneme and word times out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from pipeline.plan.job import VoiceChoice
from pipeline.plan.speech import Said, Speech


@dataclass(frozen=True, kw_only=True)
class Voice:
    """One voice of an engine.

    Attributes:
        name: the engine's own name of it.
        languages: BCP 47 tags that it speaks, the one that it is made for first.
        label: for people.
        timbre: voices of the same timbre sound like one person, whatever their language.
        heeds_phonemes: whether it pronounces what `Direction.said` says as it says.
        cloned: whether it needs a person's sample, `Direction.timbre`, to speak at all.
        alphabet: the characters that it can say, sorted; empty for any.
        model: SHA-256 (hex) of the model that it belongs to; empty for a voice without.
        speeds: whether it heeds a choice's speed.
        pitches: whether it heeds a choice's pitch.
        takes: how many different takes of one text it can give.
    """

    name: str
    languages: tuple[str, ...]
    label: str
    timbre: str = ""
    heeds_phonemes: bool = False
    cloned: bool = False
    alphabet: str = ""
    model: str = ""
    speeds: bool = True
    pitches: bool = True
    takes: int = 1


@dataclass(frozen=True, kw_only=True)
class Direction:
    """How a line is spoken beyond its voice's choice.

    Attributes:
        said: words that are pronounced in a way of their own, in the order of the text.
        timbre: whose voice it is, as `CloningVoice.latents` gives it; empty for the engine's own.
        take: another one sounds otherwise, where a voice has several; from 0.
    """

    said: tuple[Said, ...] = ()
    timbre: bytes = b""
    take: int = 0


#: As the choice says, and no more.
PLAINLY = Direction()


class VoiceEngine(Protocol):
    """Speaks one sentence at a time; the same text, choice, direction and version give the same bytes.

    Without a model they do so everywhere; with one, on machines of one kind.
    """

    name: str
    #: Changes whenever any audio changes; part of every speech key.
    version: str

    def voices(self) -> tuple[Voice, ...]:
        """Every voice that can be used here, in a stable order: of equals, the first one is the default."""
        ...

    def speak(self, text: str, choice: VoiceChoice, direction: Direction = PLAINLY, /) -> Speech:
        """Speak `text`: int16 mono at the engine's own rate, with phoneme and word times in its samples.

        A voice that does not know its phonemes gives none at all: faces then follow what is heard. What a
        voice does not heed of a direction, it ignores.

        Raises:
            InputError: the voice or the language is unknown.
            TransientError: the engine failed and may succeed when tried again.
        """
        ...

    def close(self) -> None:
        """End every process that the engine started; it may be called twice."""
        ...


@runtime_checkable
class BatchVoice(Protocol):
    """A voice engine that may speak several lines at once, which is faster."""

    def speak_all(self, lines: Sequence[tuple[str, VoiceChoice, Direction]], /) -> Iterator[Speech]:
        """The lines in order, each as `speak` alone would give it, bit for bit; raises as that does."""
        ...


@runtime_checkable
class CloningVoice(Protocol):
    """A voice engine, or a converter, that can sound like a person."""

    def latents(self, reference: Speech, /) -> bytes:
        """What makes the model sound like the speaker, as safetensors; equal samples give equal bytes."""
        ...


class VoiceConverter(CloningVoice, Protocol):
    """Makes what one voice spoke sound like another person."""

    name: str
    #: Changes whenever any audio changes; part of every speech key.
    version: str

    def convert(self, speech: Speech, timbre: bytes, /) -> Speech:
        """The same speech in another voice, exactly as long, with the same phoneme and word times.

        Args:
            speech: what was spoken.
            timbre: whose voice it becomes, as `latents` gives it.

        Raises:
            TransientError: the converter failed and may succeed when tried again.
        """
        ...

    def close(self) -> None:
        """Release the model; it may be called twice."""
        ...
