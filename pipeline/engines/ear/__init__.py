"""Ears: sound in, where speech is in it and what is said out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.media import nothing
from pipeline.plan.heard import Heard, HeardWord, Span


class EarEngine(Protocol):
    """Understands speech; the same sound, language and prompt give the same words on machines of one kind."""

    name: str
    #: Changes whenever any word or time changes; part of the key of everything that is heard.
    version: str
    #: SHA-256 (hex) of its model, and its arithmetic: ``fp16``, ``fp32`` or ``int8``.
    digest: str
    precision: str

    def languages(self) -> tuple[str, ...]:
        """BCP 47 tags of what it understands, sorted."""
        ...

    def hear(
        self, sound: NDArray[np.float32], *, language: str = "", prompt: str = "", timed: bool = True
    ) -> Heard:
        """What is said in a sound.

        Args:
            sound: mono at 16 kHz, -1 to 1, 30 seconds at most.
            language: BCP 47 tag of what is spoken; empty to find out.
            prompt: text that came before, or names that may occur.
            timed: whether its words are wanted with their times; without them it is done sooner.

        Raises:
            InputError: it does not understand the language.
            TransientError: the engine failed and may succeed when tried again.
        """
        ...

    def align(self, sound: NDArray[np.float32], text: str, *, language: str) -> tuple[HeardWord, ...]:
        """The times of a text's own words in a sound where just this is said; arguments as of `hear`.

        None where the engine cannot tell.
        """
        ...

    def count(self, prompt: str) -> int:
        """How many tokens a prompt is."""
        ...

    def close(self) -> None:
        """Release the model; it may be called twice."""
        ...


class ActivityEngine(Protocol):
    """Finds out where in a sound anybody speaks."""

    name: str
    #: Changes whenever any span changes.
    version: str

    def spans(
        self, sound: NDArray[np.float32], /, *, check: Callable[[], None] = nothing
    ) -> tuple[Span, ...]:
        """Where speech is in a sound, mono at 16 kHz of any length; in order, without overlaps.

        Args:
            sound: the sound.
            check: called every some minutes of it; what it raises ends it.
        """
        ...

    def close(self) -> None:
        """Release the model; it may be called twice."""
        ...
