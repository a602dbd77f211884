"""What a kind of fault is: a name, what it needs, and how it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from tests.faults.ground import Ground


class Need(StrEnum):
    """What a kind of fault needs of the machine or the farm."""

    ROOT = "root"
    SHIM = "a C compiler"
    SQLITE = "a ledger of SQLite"
    POSTGRESQL = "a ledger of PostgreSQL"


class Clock(StrEnum):
    """What is measured of a fault: from it until work goes on again."""

    NONE = ""
    WORKER = "kill -9 of a worker's process until its step is in work again"
    HOST = "kill -9 of a worker, with nobody left on its host to tell, until its step is in work elsewhere"
    WATCHDOG = "kill -9 of the watchdog and of a worker's process until its step is in work again"
    SUPERVISOR = "kill -9 of everything on the host, started again at once, until the step is in work again"
    REDIS = "kill -9 of Redis, or its being emptied, until a new film is begun"
    DATABASE = "kill -9 of PostgreSQL until something is written again"


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What a fault did.

    Attributes:
        clock: what was measured; nothing unless it hit.
        seconds: how long it took.
    """

    clock: Clock = Clock.NONE
    seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class FaultKind:
    """A kind of fault.

    Attributes:
        name: its name.
        words: what is done, for the report.
        inflict: does it once: brings the farm where it hurts, does it, undoes what an operator would have to
            undo, and returns when it is seen that the farm has met it. Films go on meanwhile.
        needs: what it cannot be done without.
    """

    name: str
    words: str
    inflict: Callable[[Ground, Random], Effect]
    needs: tuple[Need, ...] = ()
