"""The desk of a step that runs on the farm: every question and answer goes to the ledger, under the fence."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import structlog

from db import claims
from db.ledger import Ledger
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import AwayError
from tasks.attempt import Attempt

AnswerT = TypeVar("AnswerT")

_FIRST_WAIT_S = 0.25
_LONGEST_WAIT_S = 5.0
_CHECK_S = 0.05
#: Progress is told to people, who do not read faster.
_ADVANCE_S = 1.0


class LedgerDesk:
    """A step's window to the ledger; implements `pipeline.steps.desk.Desk`.

    A ledger that cannot be reached makes a call wait, not fail: the work so far is worth more than the time.
    """

    def __init__(self, ledger: Ledger, attempt: Attempt) -> None:
        self._ledger = ledger
        self._attempt = attempt
        self._claim = attempt.claim
        self._advanced_at = 0.0

    def find(self, kind: Kind, key: str) -> Artifact | None:
        """The accepted artifact of a key, if there is one."""
        return self._insist(lambda: claims.find(self._ledger, self._claim, kind, key))

    def take(self, kind: Kind, key: str) -> bool:
        """Become the one maker of a key; False while another worker is making it."""
        return self._insist(lambda: claims.take(self._ledger, self._claim, kind, key))

    def put(self, artifact: Artifact, machine_ms: int) -> None:
        """Have an artifact accepted, with the machine time it took; its key is free again."""
        self._insist(lambda: claims.put(self._ledger, self._claim, artifact, machine_ms))

    def forget(self, artifact: Artifact) -> None:
        """Strike out an artifact that was found missing or damaged, so that it is made again."""
        self._insist(lambda: claims.forget(self._ledger, self._claim, artifact))

    def advance(self, done: int, total: int) -> None:
        """Tell how far the step is: the first time, the last, and about once a second between."""
        self.check()
        now = time.monotonic()
        if done < total and now - self._advanced_at < _ADVANCE_S:
            return
        self._advanced_at = now
        self._insist(lambda: claims.advance(self._ledger, self._claim, done, total))

    def check(self) -> None:
        """Raise `SupersededError` if the work is no longer this worker's."""
        self._attempt.check()

    def _insist(self, ask: Callable[[], AnswerT]) -> AnswerT:
        return insist(ask, self._attempt.check)


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
