"""The workers as an operator sees and orders them."""

from __future__ import annotations

from datetime import UTC, datetime

from db import posts, roll
from db.roll import Entry
from db.states import CardState, Condition, WorkerOrder
from db.views import Problem
from farm.bootstrap import Farm
from farm.caller import caller
from farm.views import Told, WorkerView, WorkView
from pipeline.plan.errors import InputError

_STATES = {WorkerOrder.DRAIN: ("draining", "drained"), WorkerOrder.LOCK: ("locking", "locked")}


def read(farm: Farm) -> tuple[WorkerView, ...]:
    """Every worker that is there, or was a day ago.

    Raises:
        AwayError: ``ledger-away``.
    """
    now = farm.ledger.clock()
    return tuple(_view(entry, now) for entry in roll.read_roll(farm.ledger))


def order(farm: Farm, worker: str, what: WorkerOrder, *, reason: str) -> str:
    """Tell a worker to take nothing new, or to work again; its full name. Written into the audit.

    Raises:
        InputError: ``worker-unknown`` or ``worker-reason-missing``.
        AwayError: ``ledger-away``.
    """
    name = _full_name(farm, worker)
    posts.order(farm.ledger, name, what, reason=_reason(reason), by=caller())
    return name


def clear(farm: Farm, worker: str, *, reason: str) -> str:
    """Forget what a worker and its card failed at; its full name. Written into the audit.

    Raises:
        InputError, AwayError: as `order`.
    """
    name = _full_name(farm, worker)
    posts.clear(farm.ledger, name, reason=_reason(reason), by=caller())
    return name


def _full_name(farm: Farm, worker: str) -> str:
    """The name of the one worker that is so called on its host; else what was typed."""
    named = [entry.name for entry in roll.read_roll(farm.ledger) if entry.name.partition("@")[0] == worker]
    return named[0] if len(named) == 1 else worker


def _reason(told: str) -> str:
    reason = " ".join(told.split())
    if not reason:
        raise InputError("worker-reason-missing")
    return reason


def _view(entry: Entry, now: int) -> WorkerView:
    post, works = entry.post, entry.works
    return WorkerView(
        name=entry.name,
        capabilities=entry.capabilities,
        host=entry.host,
        device=entry.device,
        pool=post.pool,
        version=post.version,
        pid=post.pid,
        state=_state(entry),
        reason=post.reason if post.ordered is not WorkerOrder.NONE else "",
        by=post.by if post.ordered is not WorkerOrder.NONE else "",
        detail=post.detail,
        work=None
        if works is None
        else WorkView(
            job=works.job,
            row=works.row,
            stage=works.stage.value,
            chunk=works.index,
            clip=min(works.made + 1, works.clips),
            clips=works.clips,
            per_cent=100 * works.done // works.total if works.total else 0,
            since_s=max(0, now - works.since) // 1000,
            progress_s=max(0, now - works.advanced) // 1000,
        ),
        seen_s=max(0, now - entry.seen_at) // 1000,
        failures=entry.failures,
        last_error=_told(entry.last),
        card=_told(entry.card),
        card_state=entry.card_state.value,
        blocked={
            capability: datetime.fromtimestamp(until // 1000, UTC).isoformat().replace("+00:00", "Z")
            for capability, until in entry.blocked.items()
        },
    )


def _state(entry: Entry) -> str:
    """The one word for how a worker stands: the strongest reason why it takes nothing comes first."""
    if not entry.alive:
        return "gone"
    if entry.post.ordered in _STATES:
        busy, idle = _STATES[entry.post.ordered]
        return busy if entry.works is not None else idle
    if entry.card_state is not CardState.WELL:
        return f"card_{entry.card_state.value}"
    if entry.post.condition is not Condition.ABLE:
        return entry.post.condition.value
    if entry.draining:
        return "ending"
    return "idle" if entry.works is None else "working"


def _told(problem: Problem | None) -> Told | None:
    return None if problem is None else Told(code=problem.code, facts=problem.facts)
