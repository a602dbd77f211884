"""Leases: counters that workers raise; a dispatcher takes a step away when its counter stands still.

Whether a counter stands still is told by the dispatcher's own monotonic clock, counting only while it can
read the ledger; `Watch` does that counting. Two dispatchers may do all this at once without harm.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select, update

from db import rows
from db.blame import blame
from db.codec import facts_to_text
from db.fitness import OTHER_LIVES
from db.ledger import Ledger
from db.prepared import Found, run
from db.states import Outcome, Stage, StepState
from db.tables import IS_RUNNING, attempts, leaders, steps, workers
from farm.policy.retry import Deaths, End, RetrySettings, Verdict, decide


@dataclass(frozen=True, kw_only=True)
class Lease:
    """A running step's lease as it was read."""

    step: int
    job: int
    stage: Stage
    fence: int
    counter: int
    worker: str


@dataclass(frozen=True, kw_only=True)
class WorkerPulse:
    """A live worker's counter as it was read."""

    worker: str
    counter: int


@dataclass(frozen=True, kw_only=True)
class Leadership:
    """Who leads the dispatchers; an empty holder: nobody.

    Attributes:
        holder: its name.
        counter: moves while it leads.
        seen_at: when it moved last, by the clock of whoever moved it; for people.
    """

    holder: str
    counter: int
    seen_at: int = 0


@dataclass(frozen=True, kw_only=True)
class Expired:
    """What became of a lost lease: the step is ready again, or dead of poison; or nothing, it had moved.

    Attributes:
        taken: it is no longer its worker's.
        poisoned: it is dead.
        span: id of the span of the attempt that was lost; empty: it had none.
    """

    taken: bool
    poisoned: bool
    span: str = ""


_RUNNING = select(
    steps.c.id, steps.c.job_id, steps.c.stage, steps.c.fence, steps.c.lease, steps.c.worker
).where(IS_RUNNING)
_STOOD_STILL = (
    (steps.c.id == bindparam("step"))
    & (steps.c.fence == bindparam("held"))
    & (steps.c.lease == bindparam("counter"))
    & (steps.c.state == StepState.RUNNING.value)
)
_LOST = (
    select(
        steps.c.deaths,
        steps.c.death_key,
        steps.c.capability,
        steps.c.profile,
        steps.c.avoid_worker,
        steps.c.avoid_until,
        select(attempts.c.span)
        .where(attempts.c.step_id == steps.c.id, attempts.c.number == steps.c.fence)
        .scalar_subquery()
        .label("span"),
    )
    .where(_STOOD_STILL)
    .with_for_update()
)
_DIED = (
    select(attempts.c.worker)
    .where(attempts.c.step_id == bindparam("step"), attempts.c.outcome == Outcome.LOST.value)
    .order_by(attempts.c.number.desc())
    .limit(bindparam("deaths"))
)
_TAKE_AWAY = (
    update(steps)
    .where(_STOOD_STILL)
    .values(
        state=bindparam("to"),
        worker=None,
        deaths=bindparam("dead_so_far"),
        death_key=bindparam("last"),
        avoid_worker=bindparam("who"),
        avoid_until=bindparam("until"),
        error_code=bindparam("code"),
        error_facts=bindparam("facts"),
    )
)
_PULSES = select(workers.c.name, workers.c.counter).where(workers.c.alive == 1)
_BURY = (
    update(workers)
    .where(workers.c.name == bindparam("who"), workers.c.counter == bindparam("seen"), workers.c.alive == 1)
    .values(alive=0)
)
_LEADER = select(leaders).where(leaders.c.id == 1)
_LEAD_ON = (
    update(leaders)
    .where(leaders.c.id == 1, leaders.c.holder == bindparam("me"))
    .values(counter=leaders.c.counter + 1, seen_at=bindparam("now"))
)
_RESIGN = _LEAD_ON.values(holder="")
_TAKE_LEAD = (
    update(leaders)
    .where(leaders.c.id == 1, leaders.c.holder == bindparam("old"), leaders.c.counter == bindparam("seen"))
    .values(holder=bindparam("me"), counter=leaders.c.counter + 1, seen_at=bindparam("now"))
)


def read_leases(ledger: Ledger) -> tuple[Lease, ...]:
    """The lease of every running step.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return tuple(
            Lease(
                step=row.id,
                job=row.job_id,
                stage=Stage(row.stage),
                fence=row.fence,
                counter=row.lease,
                worker=row.worker or "",
            )
            for row in run(connection, _RUNNING, {})
        )


def expire(ledger: Ledger, lease: Lease, *, poison_deaths: int) -> Expired:
    """Take a step from a worker that was lost, if its counter still stands where it was read.

    It uses up no retry. So many deaths in a row over the same key are poison, and the step is dead, if they
    are of two workers, or no other worker lives that can do it; else that other one goes first.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.write("expire") as connection:
        now = ledger.clock()
        rows.lock_job(connection, lease.job)
        asked = {"step": lease.step, "held": lease.fence, "counter": lease.counter}
        lost = connection.execute(_LOST, asked).first()
        if lost is None:
            return Expired(taken=False, poisoned=False)
        last = next(iter(rows.making_of(connection, lease.step, lease.fence)), None)
        deaths = lost.deaths + 1 if lost.deaths and lost.death_key == last else 1
        _end_lost(connection, lease, last, now)
        decision = decide(
            End.LOST,
            deaths=_deaths(connection, lease, lost, deaths, now),
            settings=RetrySettings(poison_deaths=poison_deaths),
        )
        poisoned = decision.verdict is Verdict.DEAD
        facts = facts_to_text({"stage": lease.stage.value, "deaths": deaths, "key": last or ""})
        avoided = (lost.avoid_worker, lost.avoid_until)
        if decision.elsewhere_ms:
            avoided = (lease.worker, now + decision.elsewhere_ms)
        told = {
            "to": StepState.DEAD.value if poisoned else StepState.READY.value,
            "dead_so_far": deaths,
            "last": last,
            "code": "ledger-poison" if poisoned else None,
            "facts": facts if poisoned else None,
            "who": avoided[0],
            "until": avoided[1],
        }
        connection.execute(_TAKE_AWAY, {**asked, **told})
        if poisoned:
            rows.fail_job(connection, lease, "ledger-poison", facts, now)
        return Expired(taken=True, poisoned=poisoned, span=lost.span or "")


def _deaths(connection: Connection, lease: Lease, lost: Found, deaths: int, now: int) -> Deaths:
    """Who died over the same thing, and whether another one lives who could be given it."""
    died = connection.execute(_DIED, {"step": lease.step, "deaths": deaths}).scalars()
    asked = {"capability": lost.capability, "profile": lost.profile, "worker": lease.worker, "now": now}
    return Deaths(workers=tuple(died), others=bool(connection.execute(OTHER_LIVES, asked).scalar()))


def _end_lost(connection: Connection, lease: Lease, last: str | None, now: int) -> None:
    spent = rows.proven_ms(connection, lease.step, lease.fence)
    ended = {"outcome": Outcome.LOST.value, "ended_at": now, "machine_ms": spent, "last_key": last}
    # Whether the card had a part in it is seen when it happens again and again.
    rows.end_attempt(connection, lease.step, lease.fence, {**ended, "blamed": 1})
    rows.free_keys(connection, lease.step)
    blame(connection, step=lease.step, fence=lease.fence, code="", now=now)


def read_pulses(ledger: Ledger) -> tuple[WorkerPulse, ...]:
    """The counter of every worker that is held to be alive.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return tuple(
            WorkerPulse(worker=row.name, counter=row.counter) for row in run(connection, _PULSES, {})
        )


def bury(ledger: Ledger, pulse: WorkerPulse) -> bool:
    """Hold a worker to be dead if its counter still stands where it was read; a later beat revives it.

    Raises:
        AwayError: ``ledger-away``.
    """
    return ledger.change("bury", _BURY, {"who": pulse.worker, "seen": pulse.counter}).rowcount == 1


def read_leadership(ledger: Ledger) -> Leadership:
    """Who leads.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        row = run(connection, _LEADER, {}).one()
        return Leadership(holder=row.holder, counter=row.counter, seen_at=row.seen_at)


def lead_on(ledger: Ledger, holder: str) -> bool:
    """Raise the leader's counter; False: somebody else leads by now.

    Raises:
        AwayError: ``ledger-away``.
    """
    return ledger.change("lead-on", _LEAD_ON, {"me": holder, "now": ledger.clock()}).rowcount == 1


def take_lead(ledger: Ledger, holder: str, seen: Leadership) -> bool:
    """Become the leader in place of one whose counter stands still, or of nobody.

    Raises:
        AwayError: ``ledger-away``.
    """
    asked = {"me": holder, "old": seen.holder, "seen": seen.counter, "now": ledger.clock()}
    return ledger.change("take-lead", _TAKE_LEAD, asked).rowcount == 1


def resign(ledger: Ledger, holder: str) -> None:
    """Leave the lead to whoever comes, at once.

    Raises:
        AwayError: ``ledger-away``.
    """
    ledger.change("resign", _RESIGN, {"me": holder, "now": ledger.clock()})


class Watch:
    """Tells which counters stood still for too long, by the caller's monotonic clock alone.

    Args:
        expiry_s: how long a counter may stand still.
        gap_s: readings further apart than this mean that the ledger could not be read: the time between
            counts for nobody.
    """

    def __init__(self, *, expiry_s: float, gap_s: float) -> None:
        self._expiry_s = expiry_s
        self._gap_s = gap_s
        self._read_at: float | None = None
        self._still: dict[Hashable, tuple[int, float]] = {}
        self._due_in_s = expiry_s

    @property
    def due_in_s(self) -> float:
        """How soon after the last reading another counter can have stood still for too long, in seconds."""
        return self._due_in_s

    def observe(self, counters: Collection[tuple[Hashable, int]], now_s: float) -> frozenset[Hashable]:
        """Take in a reading of (who, counter) at monotonic time `now_s`; who stood still for too long."""
        passed_s = 0.0 if self._read_at is None else now_s - self._read_at
        counted_s = passed_s if passed_s <= self._gap_s else 0.0
        self._read_at = now_s
        still: dict[Hashable, tuple[int, float]] = {}
        for who, counter in counters:
            before, still_s = self._still.get(who, (counter, 0.0))
            known = who in self._still and before == counter
            still[who] = (counter, still_s + counted_s if known else 0.0)
        self._still = still
        lost = frozenset(who for who, (_, still_s) in still.items() if still_s >= self._expiry_s)
        waited = [still_s for who, (_, still_s) in still.items() if who not in lost]
        self._due_in_s = self._expiry_s - max(waited, default=0.0)
        return lost
