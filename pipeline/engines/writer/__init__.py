"""Writers: a brief in, a script out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from pipeline.plan.writingplan import Brief, Sampling


class WriterEngine(Protocol):
    """Writes scripts; a brief's answer depends on it and the sampling alone, on machines of one kind."""

    name: str
    #: Changes whenever any answer changes; part of the key of every script that is written.
    version: str
    #: SHA-256 (hex) of its model, and its arithmetic, such as ``bf16``.
    digest: str
    precision: str
    #: Tokens of a prompt and its answer together, at most.
    context: int

    def write(
        self,
        briefs: Sequence[Brief],
        sampling: Sampling,
        *,
        told: Callable[[int, int], None] | None = None,
    ) -> tuple[str, ...]:
        """The model's answer to each brief, as it is: nobody has looked at it yet.

        Args:
            briefs: what is asked for; they do not shape one another's answers.
            sampling: how words are chosen.
            told: is told how many tokens of how many are written; an error that it raises ends the work.

        Raises:
            InputError: a brief is longer than the model can read.
            TransientError: the engine failed and may succeed when tried again.
        """
        ...

    def close(self) -> None:
        """Release the model; it may be called twice."""
        ...
