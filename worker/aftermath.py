"""What is settled when a process ended or is stuck: its step is free again, and so is its lead."""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import structlog

from db import leases, stuck
from db.leases import Lease
from farm.bootstrap import Farm
from farm.endings import tell_lost
from pipeline.plan.errors import LecternError
from tasks.bell import Bell
from worker.beside import Beside
from worker.proof import DISPATCHER

_AGAIN_S = 1.0
#: A process that is stuck may still beat; its counter is read anew as often as this.
_READINGS = 5


@dataclass(frozen=True, kw_only=True)
class Left:
    """What a process left behind.

    Attributes:
        role: what it was: ``main``, ``hand`` or ``dispatcher``.
        worker: its worker's name in the ledger, or the dispatcher's own; empty for none.
        pid: its process id.
        step: the step that it held or asked for; 0: none.
        fence: with which fence; 0: the ledger may have answered, and nobody heard.
        stuck: process ids that were killed and do not end.
    """

    role: str
    worker: str
    pid: int
    step: int
    fence: int
    stuck: tuple[int, ...] = ()

    def held(self, lease: Lease) -> bool:
        """Whether a lease was its own."""
        return lease.worker == self.worker and lease.step == self.step and self.fence in {0, lease.fence}


class Aftermath:
    """Settles what processes left, in a thread of its own; a context manager.

    A ledger that is away is asked again until it answers; meanwhile the watchdog goes on watching.

    Args:
        farm: whose ledger it is.
        bell: rung when a step may run again.
    """

    def __init__(self, farm: Farm, bell: Bell) -> None:
        self._farm = farm
        self._bell = bell
        self._given: queue.SimpleQueue[tuple[Left, Callable[[], None]]] = queue.SimpleQueue()
        self._pending: list[tuple[Left, Callable[[], None]]] = []
        self._thread = Beside("aftermath", self._turn, every_s=_AGAIN_S)
        self._log = structlog.get_logger()

    def __enter__(self) -> Self:
        self._thread.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End; what is not settled stays proved, and is settled by the next watchdog."""
        self._thread.__exit__(kind, error, trace)

    def settle(self, left: Left, settled: Callable[[], None]) -> None:
        """Have it settled soon; returns at once. `settled` is called then, from another thread."""
        self._given.put((left, settled))
        self._thread.stir()

    def _turn(self) -> bool:
        with contextlib.suppress(queue.Empty):
            while True:
                self._pending.append(self._given.get_nowait())
        self._pending = [(left, settled) for left, settled in self._pending if not self._try(left, settled)]
        return True

    def _try(self, left: Left, settled: Callable[[], None]) -> bool:
        try:
            self._release(left)
            if left.role == DISPATCHER:
                # If it led, the next one need not watch it for a whole lease.
                leases.resign(self._farm.ledger, left.worker)
            if left.stuck:
                stuck.record(self._farm.ledger, left.worker, role=left.role, pids=left.stuck)
        except LecternError as error:
            self._log.warning("not settled", worker=left.worker, step=left.step, code=error.code)
            return False
        except Exception:  # noqa: BLE001 - whatever it was, the others wait behind it
            self._log.exception("not settled", worker=left.worker, step=left.step)
            return False
        settled()
        return True

    def _release(self, left: Left) -> None:
        if not left.step:
            return
        deaths = self._farm.settings.retry.poison_deaths
        for _ in range(_READINGS):
            held = [each for each in leases.read_leases(self._farm.ledger) if left.held(each)]
            for lease in held:
                expired = leases.expire(self._farm.ledger, lease, poison_deaths=deaths)
                if expired.taken:
                    self._log.warning(
                        "step released",
                        job=lease.job,
                        step=lease.step,
                        attempt=lease.fence,
                        worker=left.worker,
                        poisoned=expired.poisoned,
                    )
                    self._bell.ring()
                    tell_lost(self._farm.ledger, lease.job, expired.span)
            if not held:
                return
