"""Whom a worker's process tells what its steps took: whoever counts them, for others to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from db.states import Outcome, Stage
from db.values import Claim
from pipeline.engines.face import Drive, Sitter
from pipeline.engines.holding import Load
from pipeline.plan.artifact import Kind

#: What each stage makes where it does not find it. What else it finds another stage has made, each time.
MAKES: Mapping[Stage, frozenset[Kind]] = {
    Stage.WRITE: frozenset({Kind.SCRIPT}),
    Stage.SPEAK: frozenset({Kind.SPEECH, Kind.LATENTS}),
    Stage.LISTEN: frozenset({Kind.HEARD, Kind.SPEECH}),
    Stage.RENDER: frozenset({Kind.CLIP}),
    Stage.JOIN: frozenset({Kind.FILM, Kind.AUDIO, Kind.CAPTIONS, Kind.POSTER, Kind.MANIFEST}),
    Stage.ARCHIVE: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class Ended:
    """An attempt that is over for this process.

    Attributes:
        claim: what it was at.
        outcome: how it ended, as the ledger was told; superseded: it was not, since it is another worker's.
        code: the code of why; empty if all went well.
        seconds: from the claim to the commit.
        frames: how many were drawn.
        found: how many artifacts were found that this stage would have made, by kind.
        made: how many were made, by kind.
    """

    claim: Claim
    outcome: Outcome
    code: str
    seconds: float
    frames: int
    found: Mapping[Kind, int]
    made: Mapping[Kind, int]


class Measures(Protocol):
    """Is told what a process does; every call costs next to nothing, and none fails."""

    def begun(self, claim: Claim) -> None:
        """A step was claimed."""
        ...

    def drew(self, claim: Claim, frames: int) -> None:
        """So many more frames of a step were drawn."""
        ...

    def ended(self, told: Ended) -> None:
        """A step is no longer this process's."""
        ...

    def models(self, loads: Iterable[Load], held: Mapping[str, int]) -> None:
        """What engines have loaded since this was told last, and what they hold on cards now, in bytes."""
        ...

    def drained(self) -> None:
        """This process was told to take nothing more, and has left what it was at."""
        ...


class Unmeasured:
    """Nobody: a process that nobody measures."""

    def begun(self, claim: Claim) -> None:
        """Tell nobody."""

    def drew(self, claim: Claim, frames: int) -> None:
        """Tell nobody."""

    def ended(self, told: Ended) -> None:
        """Tell nobody."""

    def models(self, loads: Iterable[Load], held: Mapping[str, int]) -> None:
        """Tell nobody."""

    def drained(self) -> None:
        """Tell nobody."""


@dataclass(kw_only=True)
class Tally:
    """What one attempt has drawn and made so far.

    Attributes:
        drew: told of the frames of each drive once they are drawn, or left.
        frames: how many were drawn.
        made: what was put.
    """

    drew: Callable[[int], None] = lambda _frames: None
    frames: int = 0
    made: set[tuple[Kind, str]] = field(default_factory=set)

    def counted(self, sitter: Sitter) -> Sitter:
        """A sitter whose frames are counted."""
        return _Counted(sitter, self)

    def parted(self, stage: Stage, used: Iterable[tuple[Kind, str]]) -> tuple[Counter[Kind], Counter[Kind]]:
        """How much of what a stage makes was found, and how much made, by kind.

        Args:
            stage: which one.
            used: all that was found or made.
        """
        found = Counter(kind for kind, key in used if kind in MAKES[stage] and (kind, key) not in self.made)
        return found, Counter(kind for kind, _ in self.made)


class _Counted:
    """A sitter, and how many frames it drew."""

    def __init__(self, sitter: Sitter, tally: Tally) -> None:
        self._sitter = sitter
        self._tally = tally

    def frames(self, drive: Drive) -> Iterator[NDArray[np.uint8]]:
        """As the sitter's own."""
        drawn = 0
        try:
            for frame in self._sitter.frames(drive):
                drawn += 1
                yield frame
        finally:
            self._tally.frames += drawn
            self._tally.drew(drawn)
