"""Why a job is where it is: the one reason that is told of it, and when its turn comes.

Reasons stand in one order, and the first that holds is told. Whoever lifts it finds the next one. Of the
steps of a job that wait, the one counts that has the least before it. When its turn comes is told by
`farm.policy.foresight`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from farm.policy.gates import Gate


class Reason(StrEnum):
    """Why a job is where it is; the earlier in this list, the more it matters."""

    CANCELED = "canceled"
    FAILED = "failed"
    UNDELIVERED = "undelivered"
    """The film is finished, but could not be put into the archive."""
    DONE = "done"
    RUNNING = "running"
    OPERATOR = "operator"
    CONSENT = "consent"
    APPROVAL = "approval"
    QUOTA = "quota"
    WINDOW = "window"
    START_AFTER = "start_after"
    STOPPED = "stopped"
    """Its department or its pool is."""
    RUNNING_LIMIT = "running-limit"
    CARD_TIME = "card-time"
    NO_WORKER = "no-worker"
    NO_POOL = "no-pool"
    NO_VERSION = "no-version"
    NO_PROFILE = "no-profile"
    NO_HANDS = "no-hands"
    """Workers are there who can do it, but none of them takes work."""
    ARCHIVE_HANGS = "archive-hangs"
    RETRY = "retry"
    SHARED = "shared"
    SENT = "sent"
    TURN = "turn"
    """Nothing keeps it but those who go before it."""


_ORDER = tuple(Reason)
_HOLDS = (Reason.OPERATOR, Reason.CONSENT, Reason.APPROVAL, Reason.QUOTA, Reason.WINDOW, Reason.START_AFTER)
#: What keeps the rest of a job that is running from going on, and is worth telling with it.
_KEEPS = frozenset(_ORDER[_ORDER.index(Reason.OPERATOR) : _ORDER.index(Reason.CARD_TIME) + 1])
_GATES = {
    Gate.PAUSED: Reason.STOPPED,
    Gate.HELD: Reason.STOPPED,
    Gate.WINDOW: Reason.WINDOW,
    Gate.RUNNING: Reason.RUNNING_LIMIT,
    Gate.CARD_TIME: Reason.CARD_TIME,
}


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A step that is not running.

    Attributes:
        gate: what it is not let through by.
        lacks: `Reason.NO_WORKER` to `Reason.ARCHIVE_HANGS`: why nobody could do it; None: somebody could.
        later: it may not go before a time: after an error, or else until another has made a part of it.
        failed: it met an error.
        sent: a message about it is on its way.
    """

    gate: Gate = Gate.OPEN
    lacks: Reason | None = None
    later: bool = False
    failed: bool = False
    sent: bool = False


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a job.

    Attributes:
        over: `Reason.CANCELED` to `Reason.DONE` if nothing is left to do; else None.
        running: whether a step of it is.
        holds: its holds, and `Reason.WINDOW` while its window is shut.
        stopped: its department or its pool is paused, or held and nothing of it was begun.
        steps: those that could run but do not, the first to go first.
    """

    over: Reason | None = None
    running: bool = False
    holds: Collection[Reason] = ()
    stopped: bool = False
    steps: Sequence[Waiting] = ()


@dataclass(frozen=True, kw_only=True)
class Told:
    """Why a job is where it is.

    Attributes:
        reason: the one that matters most.
        step: which of the steps it is told of; None: of none.
        then: of a job that is running, what keeps the rest of it from going on; None: nothing.
    """

    reason: Reason
    step: int | None = None
    then: Reason | None = None


def why(facts: Facts) -> Told:
    """Why a job is where it is."""
    if facts.over is not None:
        return Told(reason=facts.over)
    kept = next((each for each in _HOLDS if each in facts.holds), None)
    if kept is None and facts.stopped:
        kept = Reason.STOPPED
    # Of equals the first one goes first.
    reasons = [_of_step(step) for step in facts.steps]
    place = max(range(len(reasons)), key=lambda each: (_ORDER.index(reasons[each]), -each), default=None)
    if facts.running:
        after = kept or (None if place is None else reasons[place])
        return Told(reason=Reason.RUNNING, then=after if after in _KEEPS else None)
    if kept is not None:
        return Told(reason=kept, step=place)
    # Between two steps it is as good as on its way.
    return Told(reason=Reason.TURN if place is None else reasons[place], step=place)


def _of_step(step: Waiting) -> Reason:
    if step.gate is not Gate.OPEN:
        return _GATES[step.gate]
    if step.lacks is not None:
        return step.lacks
    if step.later:
        return Reason.RETRY if step.failed else Reason.SHARED
    return Reason.SENT if step.sent else Reason.TURN


def left_ms(*, passed_ms: int, done: int, total: int, usual_ms: float | None) -> int | None:
    """How long a running step takes on, by what it has done so far, else as its like takes; None: unknown."""
    if 0 < done <= total:
        return passed_ms * (total - done) // done
    return None if usual_ms is None else max(0, round(usual_ms) - passed_ms)
