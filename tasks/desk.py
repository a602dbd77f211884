"""The desk of a step that runs on the farm: it asks the ledger, and goes on asking while that is away."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

import structlog

from db.desk import LedgerDesk
from farm import tracing
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import AwayError

AnswerT = TypeVar("AnswerT")

_FIRST_WAIT_S = 0.25
_LONGEST_WAIT_S = 5.0
_CHECK_S = 0.05
#: Progress is told to people, who do not read faster.
_ADVANCE_S = 1.0


class PatientDesk:
    """A step's window to the ledger; implements `pipeline.steps.desk.Desk`.

    A ledger that cannot be reached makes a call wait, not fail: the work so far is worth more than the time.
    A step that is drained is left between two things that it makes, never while it is making one.

    Args:
        desk: the ledger's own.
        made: what was put is added to it.
        check: raises when the attempt may not go on.
        check_next: raises when it may not begin another thing.
        move: told of everything that is made or asked, also while the ledger is waited for.
    """

    def __init__(
        self,
        desk: LedgerDesk,
        check: Callable[[], None],
        check_next: Callable[[], None],
        *,
        move: Callable[[], None] = lambda: None,
        made: set[tuple[Kind, str]] | None = None,
    ) -> None:
        self._desk = desk
        self._check = check
        self._check_next = check_next
        self._move = move
        #: What is being made, and since when by the clock on the wall, in nanoseconds.
        self._making: dict[str, int] = {}
        self._made = set[tuple[Kind, str]]() if made is None else made
        self._advanced_at = time.monotonic()

    def find(self, kind: Kind, key: str) -> Artifact | None:
        """The accepted artifact of a key, if there is one."""
        return insist(lambda: self._desk.find(kind, key), self._step)

    def find_all(self, kind: Kind, keys: Collection[str]) -> Mapping[str, Artifact]:
        """The accepted artifacts of some keys, by key."""
        return insist(lambda: self._desk.find_all(kind, keys), self._step)

    def take(self, kind: Kind, key: str) -> bool:
        """Become the one maker of a key; False while another worker is making it."""
        # What is made for the sake of something else belongs to that.
        if not self._making:
            self._check_next()
        taken = insist(lambda: self._desk.take(kind, key), self._step)
        if taken:
            self._making[key] = time.time_ns()
        return taken

    def put(self, artifact: Artifact, machine_ms: int, *, then: str | None = None) -> bool:
        """Have an artifact accepted, with the machine time it took; its key is free again, `then` taken."""
        taken = insist(lambda: self._desk.put(artifact, machine_ms, then=then), self._step)
        self._made.add((artifact.kind, artifact.key))
        if begun := self._making.pop(artifact.key, 0):
            tracing.tell_past(f"make {artifact.kind}", begun, {"key": artifact.key, "bytes": artifact.size})
        if then is not None and not self._making:
            self._check_next()
        if then is not None and taken:
            self._making[then] = time.time_ns()
        return taken

    def forget(self, artifact: Artifact) -> None:
        """Strike out an artifact that was found missing or damaged, so that it is made again."""
        insist(lambda: self._desk.forget(artifact), self._step)

    def advance(self, done: int, total: int) -> None:
        """Tell how far the step is, about once a second; its end is told by its commit."""
        self._step()
        now = time.monotonic()
        if now - self._advanced_at < _ADVANCE_S:
            return
        self._advanced_at = now
        insist(lambda: self._desk.advance(done, total), self._step)

    def check(self) -> None:
        """Raise `SupersededError` if the work is no longer this worker's, and when it takes too long."""
        self._step()

    def still(self) -> None:
        """Raise as `check` does, and prove no progress."""
        self._check()

    def _step(self) -> None:
        self._check()
        self._move()


def insist(ask: Callable[[], AnswerT], check: Callable[[], None]) -> AnswerT:
    """Ask the ledger until it answers, with growing patience, for as long as `check` does not raise."""
    wait_s = _FIRST_WAIT_S
    while True:
        check()
        try:
            return ask()
        except AwayError as error:
            structlog.get_logger().warning("ledger away", code=error.code, again_in_s=wait_s)
            until = time.monotonic() + wait_s
            while time.monotonic() < until:
                check()
                time.sleep(_CHECK_S)
            wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
