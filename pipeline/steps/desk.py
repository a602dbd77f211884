"""What a step may ask of its surroundings while it works, and nothing more."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from pipeline.plan.artifact import Artifact, Kind


class Desk(Protocol):
    """A step's window to the world that remembers: the ledger's, or one in memory.

    Every call raises `SupersededError` once the work is no longer this worker's.
    """

    def find(self, kind: Kind, key: str) -> Artifact | None:
        """The accepted artifact of a key, if there is one."""
        ...

    def find_all(self, kind: Kind, keys: Collection[str]) -> Mapping[str, Artifact]:
        """The accepted artifacts of some keys, by key; a key that is not there has none."""
        ...

    def take(self, kind: Kind, key: str) -> bool:
        """Become the one maker of a key; False while another worker is making it."""
        ...

    def put(self, artifact: Artifact, machine_ms: int, *, then: str | None = None) -> bool:
        """Have an artifact accepted, with the machine time it took; its key is free again.

        Args:
            artifact: what was made.
            machine_ms: what it has cost.
            then: a key of the same kind to take in the same move, which costs less than two.

        Returns:
            Whether `then` was taken, as `take` says; False without one.
        """
        ...

    def forget(self, artifact: Artifact) -> None:
        """Strike out an artifact that was found missing or damaged, so that it is made again."""
        ...

    def advance(self, done: int, total: int) -> None:
        """Tell how far the step is, in whatever unit it counts."""
        ...

    def check(self) -> None:
        """Raise `SupersededError` if the work is no longer this worker's; cheap enough for every frame.

        It proves progress: it is called when another piece is made, and while something is waited for that
        has a limit of its own. Who calls nothing of all this for long is held to hang.
        """
        ...

    def still(self) -> None:
        """Raise as `check` does, and prove no progress: for who waits, and tells of what is made himself."""
        ...
