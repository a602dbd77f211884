"""The workers as an operator sees and orders them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from db import leases, posts, roll
from db.leases import Leadership
from db.pools import read_dealings
from db.posts import Cleared
from db.roll import Entry
from db.states import CardState, Condition, WorkerOrder
from db.views import Problem
from farm.attention import TAKING
from farm.bootstrap import Farm
from farm.caller import caller
from farm.policy.aid import aid_of
from farm.policy.lending import Dealing
from farm.policy.pools import ANY, pools_rendering
from farm.views.films import Told
from farm.views.pools import UnopenedView
from farm.views.screen import WorkerView, WorkView
from pipeline.plan.errors import InputError
from pipeline.plan.moments import iso

_STATES = {WorkerOrder.DRAIN: ("draining", "drained"), WorkerOrder.LOCK: ("locking", "locked")}


def read(farm: Farm) -> tuple[WorkerView, ...]:
    """Every worker that is there, or was a day ago.

    Raises:
        AwayError: ``ledger-away``.
    """
    now, patience_ms = farm.ledger.clock(), silence_ms(farm)
    entries = roll.read_roll(farm.ledger)
    found = tuple(_view(entry, now, patience_ms) for entry in entries)
    if all(entry.works is None or entry.works.capability in entry.capabilities for entry in entries):
        return found
    dealings = read_dealings(farm.ledger)
    able = {
        pool for worker in found if worker.state in TAKING for pool in pools_rendering(worker.capabilities)
    }
    return tuple(_aiding(worker, entry, dealings, able) for worker, entry in zip(found, entries, strict=True))


def silence_ms(farm: Farm) -> int:
    """How long who beats or leads may be silent before people are told; hosts' clocks differ."""
    return int(2000 * farm.settings.lease.expiry_s)


def is_led(farm: Farm, lead: Leadership | None = None) -> bool:
    """Whether a dispatcher leads and has said so of late; one that was killed is still named for a while.

    Args:
        farm: the farm.
        lead: who leads, where that was read already.

    Raises:
        AwayError: ``ledger-away``.
    """
    lead = leases.read_leadership(farm.ledger) if lead is None else lead
    return bool(lead.holder) and farm.ledger.clock() - lead.seen_at <= silence_ms(farm)


def order(farm: Farm, worker: str, what: WorkerOrder, *, reason: str) -> str:
    """Tell a worker to take nothing new, or to work again; its full name. Written into the audit.

    Raises:
        InputError: ``worker-unknown`` or ``worker-reason-missing``.
        AwayError: ``ledger-away``.
    """
    name = _full_name(farm, worker)
    posts.order(farm.ledger, name, what, reason=_reason(reason), by=caller())
    return name


def clear(farm: Farm, worker: str, *, reason: str) -> tuple[str, Cleared]:
    """Forget what a worker and its card failed at; its full name, and what that ended. The audit tells of it.

    Raises:
        InputError, AwayError: as `order`.
    """
    name = _full_name(farm, worker)
    return name, posts.clear(farm.ledger, name, reason=_reason(reason), by=caller())


def _full_name(farm: Farm, worker: str) -> str:
    """The name of the one worker that is so called on its host; else what was typed."""
    named = [entry.name for entry in roll.read_roll(farm.ledger) if entry.name.partition("@")[0] == worker]
    return named[0] if len(named) == 1 else worker


def _reason(told: str) -> str:
    reason = " ".join(told.split())
    if not reason:
        raise InputError("worker-reason-missing")
    return reason


def _aiding(
    worker: WorkerView, entry: Entry, dealings: Mapping[str, Dealing], able: Collection[str]
) -> WorkerView:
    """The same, knowing whom it helps with what it is at."""
    if worker.work is None or entry.works is None:
        return worker
    aid = aid_of(entry.works.capability, entry.capabilities, dealings, able)
    if aid is None:
        return worker
    work = replace(worker.work, helps=aid.to or ANY, how=aid.how.value, lender=aid.of or ANY)
    return replace(worker, work=work)


def _view(entry: Entry, now: int, patience_ms: int) -> WorkerView:
    post, works, gauge = entry.post, entry.works, entry.gauge
    return WorkerView(
        name=entry.name,
        capabilities=entry.capabilities,
        host=entry.host,
        device=entry.device,
        pool=post.pool,
        version=post.version,
        pid=post.pid,
        state=_state(entry, silent=now - entry.seen_at > patience_ms),
        reason=post.reason if post.ordered is not WorkerOrder.NONE else "",
        by=post.by if post.ordered is not WorkerOrder.NONE else "",
        ordered=iso(post.at) if post.ordered is not WorkerOrder.NONE else "",
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
        card_name=gauge.name if gauge else "",
        temperature_c=gauge.temperature_c if gauge else None,
        card_used_mb=gauge.used_mb if gauge else None,
        card_total_mb=gauge.total_mb if gauge else None,
        memory_mb=entry.memory_mb,
        opened=post.loaded.opened,
        unopened=tuple(
            UnopenedView(worker=entry.name, name=each.name, error=Told(code=each.code, facts=each.facts))
            for each in post.loaded.unopened
        ),
        blocked={capability: iso(until) for capability, until in entry.blocked.items()},
    )


def _state(entry: Entry, *, silent: bool) -> str:
    """The one word for how a worker stands: the strongest reason why it takes nothing comes first."""
    if not entry.alive or silent:
        return "silent" if entry.alive else "left" if entry.draining else "gone"
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
