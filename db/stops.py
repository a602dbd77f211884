"""Stops: departments and pools of which an operator lets nothing begin, new jobs of theirs included.

They stand until they are lifted, or until a time. What they keep from beginning is decided wherever something
is to begin (`farm.policy.gates`); nothing of it is written to any job.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import BindParameter, Connection, Executable, bindparam, delete, exists, insert, select

from db import rows
from db.acts import told
from db.ledger import Ledger
from db.pausing import paused_of
from db.prepared import Found, run
from db.states import ITSELF, ArchiveState, HoldReason, JobState, StepState, StopKind, StopScope
from db.tables import audit, batches, departments, holds, jobs, posts, steps, stops
from db.tables.rights import pools
from farm.policy.pools import ANY
from pipeline.plan.errors import InputError
from pipeline.plan.moments import iso


@dataclass(frozen=True, kw_only=True)
class Stop:
    """Why nothing, or no new film, of a department or a pool begins.

    Attributes:
        scope: which of both it is.
        name: its name; of a pool empty for films that are kept for none.
        kind: `HOLD`: films of which something was begun go on; `PAUSE`: nothing goes on.
        until: when it ends by itself, in milliseconds since the Unix epoch; None: somebody has to lift it.
        reason: why, in the words of whoever set it; may be empty.
        by: who set it.
        at: when.
    """

    scope: StopScope
    name: str
    kind: StopKind
    until: int | None
    reason: str
    by: str
    at: int


@dataclass(frozen=True, kw_only=True)
class Held:
    """Why a job may not go on; fields as of `Stop`, and of an operator's hold whether it is a pause."""

    reason: HoldReason
    paused: bool
    until: int | None
    by: str
    since: int
    detail: str


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What may keep a job from going on: its own holds, and whose stops are its.

    Attributes:
        department: its department's name.
        pool: whose workers render it; empty for none.
        begun: whether anything of it was ever begun.
        opening: whether it is yet to begin, also once more.
        holds: its holds, by reason.
    """

    department: str
    pool: str
    begun: bool
    opening: bool
    holds: tuple[Held, ...] = ()


def _entering(inserter: rows.Inserter) -> Executable:
    entered = inserter(stops)
    return entered.on_conflict_do_update(
        index_elements=[stops.c.scope, stops.c.name, stops.c.kind],
        set_={name: entered.excluded[name] for name in ("until", "reason", "by", "at")},
    )


_ENTER = rows.per_dialect(_entering)
_is_it = (stops.c.scope == bindparam("of_scope")) & (stops.c.name == bindparam("of_name"))
_BEFORE = select(stops).where(_is_it, stops.c.kind == bindparam("of_kind")).with_for_update()
_LIFT = delete(stops).where(_is_it, stops.c.kind == bindparam("of_kind")).returning(*stops.c)
_over = stops.c.until <= bindparam("now")
_SOME_OVER = select(exists().where(_over))
_END = delete(stops).where(_over).returning(*stops.c)
_ALL = select(stops).order_by(stops.c.scope, stops.c.name, stops.c.kind)
_AUDIT = insert(audit)
_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
_WHOSE = (
    select(jobs.c.id, jobs.c.pool, jobs.c.state, jobs.c.started_at, departments.c.name.label("department"))
    .join_from(jobs, batches, batches.c.id == jobs.c.batch_id)
    .join(departments, departments.c.id == batches.c.department_id)
    .where(jobs.c.id.in_(_JOBS))
)
_HOLDS = select(holds).where(holds.c.job_id.in_(_JOBS)).order_by(holds.c.job_id, holds.c.reason)
_UNDER_WAY = [JobState.QUEUED.value, JobState.ACTIVE.value]
_to_come = jobs.c.state.in_(_UNDER_WAY) | (jobs.c.archive == ArchiveState.PENDING.value)
_runs = exists().where(steps.c.job_id == jobs.c.id, steps.c.state == StepState.RUNNING.value)
_OF = {
    StopScope.DEPARTMENT: (
        select(jobs.c.id)
        .join_from(jobs, batches, batches.c.id == jobs.c.batch_id)
        .join(departments, departments.c.id == batches.c.department_id)
        .where(departments.c.name == bindparam("name"), _to_come)
        .order_by(jobs.c.id)
    ),
    StopScope.POOL: select(jobs.c.id).where(jobs.c.pool == bindparam("name"), _to_come).order_by(jobs.c.id),
}
_RUNNING_OF = {scope: query.where(_runs) for scope, query in _OF.items()}
_stopped = select(stops.c.name).where(stops.c.scope == StopScope.POOL.value)
_POOLS = select(posts.c.pool.label("name")).union(
    select(pools.c.name), select(departments.c.pool), select(jobs.c.pool), _stopped
)


def stop(
    ledger: Ledger,
    scope: StopScope,
    name: str,
    kind: StopKind,
    *,
    by: str,
    until: int | None = None,
    reason: str = "",
) -> Stop | None:
    """Stop a department or a pool; what stood there of the kind is replaced, and told.

    Raises:
        InputError: ``stop-time-past``.
        AwayError: ``ledger-away``.
    """
    now = ledger.clock()
    if until is not None and until <= now:
        raise InputError("stop-time-past", time=iso(until))
    with ledger.write("stop") as connection:
        asked = {"of_scope": scope.value, "of_name": name, "of_kind": kind.value}
        before = run(connection, _BEFORE, asked).first()
        entered = {"scope": scope.value, "name": name, "kind": kind.value, "until": until}
        entered |= {"reason": reason, "by": by, "at": now}
        run(connection, rows.spoken(connection, _ENTER), entered)
        was = "" if before is None else iso(before.until) or "until it is lifted"
        detail = told(**{scope.value: name or ANY}, reason=reason, until=iso(until), before=was)
        run(connection, _AUDIT, {"at": now, "by": by, "verb": kind.value, "detail": detail})
        return None if before is None else _stop_of(before)


def lift(
    ledger: Ledger, scope: StopScope, name: str, kinds: Collection[StopKind], *, by: str, reason: str = ""
) -> tuple[Stop, ...]:
    """Lift stops of a department or a pool; those that stood there.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.write("lift") as connection:
        now = ledger.clock()
        asked = ({"of_scope": scope.value, "of_name": name, "of_kind": kind.value} for kind in sorted(kinds))
        lifted = [_stop_of(row) for each in asked for row in run(connection, _LIFT, each)]
        _tell_lifted(connection, lifted, now=now, by=by, reason=reason)
        return tuple(lifted)


def end_stops(ledger: Ledger) -> None:
    """Lift every stop whose time has come; written into the audit as the ledger's own act.

    Raises:
        AwayError: ``ledger-away``.
    """
    asked = {"now": ledger.clock()}
    with ledger.read() as connection:
        if not run(connection, _SOME_OVER, asked).scalar():
            return
    with ledger.write("end-stops") as connection:
        over = [_stop_of(row) for row in run(connection, _END, asked)]
        _tell_lifted(connection, over, now=asked["now"], by=ITSELF, reason="")


def read_stops(ledger: Ledger) -> tuple[Stop, ...]:
    """Every stop that stands now.

    Raises:
        AwayError: ``ledger-away``.
    """
    now = ledger.clock()
    with ledger.read() as connection:
        found = (_stop_of(row) for row in run(connection, _ALL, {}))
        return tuple(each for each in found if each.until is None or each.until > now)


def read_pools(ledger: Ledger) -> frozenset[str]:
    """Every pool that the ledger has heard of: of workers, films and departments, and those that are set up.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return frozenset(row.name for row in run(connection, _POOLS, {})) - {""}


def jobs_in(ledger: Ledger, scope: StopScope, name: str, *, running: bool = False) -> tuple[int, ...]:
    """The jobs of a department or a pool of which something is still to be done, the oldest first.

    Args:
        ledger: the ledger.
        scope: which of both.
        name: its name.
        running: only those of which something runs.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return tuple(
            row.id for row in run(connection, (_RUNNING_OF if running else _OF)[scope], {"name": name})
        )


def read_kept(ledger: Ledger, job_ids: Collection[int]) -> Mapping[int, Kept]:
    """What may keep jobs from going on, by job.

    Raises:
        AwayError: ``ledger-away``.
    """
    found: dict[int, Kept] = {}
    ordered = sorted(job_ids)
    with ledger.read() as connection:
        for start in range(0, len(ordered), rows.MANY):
            some = {"jobs": ordered[start : start + rows.MANY]}
            held: dict[int, list[Held]] = {}
            kept = tuple(run(connection, _HOLDS, {}, some))
            operated = [row.job_id for row in kept if row.reason == HoldReason.OPERATOR.value]
            paused = paused_of(connection, operated)
            for row in kept:
                hold = Held(
                    reason=HoldReason(row.reason),
                    paused=row.reason == HoldReason.OPERATOR.value and row.job_id in paused,
                    until=row.until,
                    by=row.by,
                    since=row.since,
                    detail=row.detail,
                )
                held.setdefault(row.job_id, []).append(hold)
            for row in run(connection, _WHOSE, {}, some):
                found[row.id] = Kept(
                    department=row.department,
                    pool=row.pool,
                    begun=row.started_at is not None,
                    opening=row.state == JobState.QUEUED.value,
                    holds=tuple(held.get(row.id, ())),
                )
    return found


def _tell_lifted(connection: Connection, lifted: Collection[Stop], *, now: int, by: str, reason: str) -> None:
    for each in lifted:
        verb = "release" if each.kind is StopKind.HOLD else "resume"
        before = f"{each.by}, {iso(each.at)}"
        detail = told(**{each.scope.value: each.name or ANY}, reason=reason, before=before)
        run(connection, _AUDIT, {"at": now, "by": by, "verb": verb, "detail": detail})


def _stop_of(row: Found) -> Stop:
    return Stop(
        scope=StopScope(row.scope),
        name=row.name,
        kind=StopKind(row.kind),
        until=row.until,
        reason=row.reason,
        by=row.by,
        at=row.at,
    )
