"""The farm at a glance: what waits and for how long, what failed lately, and who watches over which host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, case, func, select

from db.codec import facts_from_text
from db.gates import gates_in
from db.helping import help_in
from db.ledger import Ledger
from db.prepared import Found, run
from db.rows import IS_DUE
from db.states import STAGE_ORDER, Outcome, Stage
from db.tables import IS_OPEN, IS_READY, IS_RUNNING, attempts, audit, jobs, skills, steps, watchdogs, workers
from db.values import Skill
from db.views import Problem
from farm.policy.pools import pool_told

# Of those that wait longest so many are looked at in one go.
_AT_ONCE = 100
_BAD = [Outcome.ERROR.value, Outcome.TIMEOUT.value, Outcome.LOST.value]


@dataclass(frozen=True, kw_only=True)
class StageLine:
    """What is to be done at one stage.

    Attributes:
        stage: the stage.
        waiting: steps that could begin now.
        later: steps that wait for their time: after an error, or until a window opens.
        running: steps in work.
        since: since when the one has waited that waits longest; None: none waits.
        nobody: steps of `waiting` that no living worker can do.
    """

    stage: Stage
    waiting: int
    later: int
    running: int
    since: int | None
    nobody: int


@dataclass(frozen=True, kw_only=True)
class Failure:
    """An error that attempts met lately.

    Attributes:
        problem: the error as it was met last; None: the worker was lost.
        times: attempts that met it.
        films: films that they were at.
    """

    problem: Problem | None
    times: int
    films: int


_before = steps.alias("before")
# What a step waits for is its own turn, since whatever went before it ended: another stage, or itself.
_ended = (
    select(func.max(attempts.c.ended_at))
    .join_from(attempts, _before, attempts.c.step_id == _before.c.id)
    .where(
        _before.c.job_id == steps.c.job_id, (_before.c.id == steps.c.id) | (_before.c.stage != steps.c.stage)
    )
    .correlate(steps)
    .scalar_subquery()
)
# An operator has brought it back, or let it go on.
_acted = select(func.max(audit.c.at)).where(audit.c.job_id == steps.c.job_id).scalar_subquery()
# What waits for a window that is shut waits for its time, as what failed does.
_IN_TIME = steps.c.window.in_(bindparam("open", expanding=True))
_waiting_for = [steps.c.stage, steps.c.capability, steps.c.profile]
# Counted where they lie: a hundred thousand may wait.
_WAITING = (
    select(
        *_waiting_for,
        func.count().label("steps"),
        func.sum(case((IS_DUE & _IN_TIME, 1), else_=0)).label("due"),
    )
    .where(IS_READY, IS_OPEN)
    .group_by(*_waiting_for)
)
#: Those of a kind that could begin now in the order in which their jobs were submitted, some at a time.
_OLDEST = (
    select(
        steps.c.not_before,
        steps.c.job_id,
        jobs.c.submitted_at,
        _ended.label("ended"),
        _acted.label("acted"),
    )
    .join_from(steps, jobs, steps.c.job_id == jobs.c.id)
    .where(
        steps.c.stage == bindparam("stage"),
        steps.c.capability == bindparam("capability"),
        steps.c.profile == bindparam("profile"),
        steps.c.job_id > bindparam("after"),
        IS_READY,
        IS_OPEN,
        IS_DUE,
        _IN_TIME,
    )
    .order_by(steps.c.job_id)
    .limit(_AT_ONCE)
)
_RUNNING = select(steps.c.stage, func.count().label("steps")).where(IS_RUNNING).group_by(steps.c.stage)
_ABLE = (
    select(skills.c.capability, skills.c.profile)
    .join_from(skills, workers, skills.c.worker == workers.c.name)
    .where(workers.c.alive == 1)
    .distinct()
)
_FAILED = (
    select(
        attempts.c.error_code,
        (func.count() + func.sum(attempts.c.folded)).label("times"),
        func.count(steps.c.job_id.distinct()).label("films"),
        func.max(attempts.c.ended_at).label("last"),
    )
    .join_from(attempts, steps, attempts.c.step_id == steps.c.id)
    .where(attempts.c.ended_at > bindparam("since"), attempts.c.outcome.in_(_BAD))
    .group_by(attempts.c.error_code)
)
_FACTS = select(attempts.c.error_facts).where(
    attempts.c.ended_at == bindparam("at"), attempts.c.error_code == bindparam("code")
)
_WATCHDOGS = select(watchdogs)


def read_lines(ledger: Ledger) -> tuple[StageLine, ...]:
    """What is to be done at each stage at which anything is, in the order of the stages.

    Raises:
        AwayError: ``ledger-away``.
    """
    now = ledger.clock()
    with ledger.read() as connection:
        opened = ("", *sorted(gates_in(connection, now).open))
        kinds = run(connection, _WAITING, {"now": now}, {"open": opened}).rows
        running: dict[str, int] = {row.stage: row.steps for row in run(connection, _RUNNING, {})}
        able = {Skill(capability=row.capability, profile=row.profile) for row in run(connection, _ABLE, {})}
        asked = {Skill(capability=kind.capability, profile=kind.profile) for kind in kinds} - able
        help_ = help_in(connection)
        able |= {each for each in asked if help_.helpers(each.capability, each.profile)}
        since = {kind: _since(connection, kind, now, opened) for kind in kinds if kind.due}
    lines = []
    for stage in sorted(Stage, key=lambda each: STAGE_ORDER[each]):
        here = [kind for kind in kinds if kind.stage == stage.value]
        if here or stage.value in running:
            lines.append(
                StageLine(
                    stage=stage,
                    waiting=sum(kind.due for kind in here),
                    later=sum(kind.steps - kind.due for kind in here),
                    running=running.get(stage.value, 0),
                    since=min((since[kind] for kind in here if kind.due), default=None),
                    nobody=sum(
                        kind.due
                        for kind in here
                        if Skill(capability=kind.capability, profile=kind.profile) not in able
                    ),
                )
            )
    return tuple(lines)


def read_oldest(ledger: Ledger) -> Mapping[tuple[Stage, str], int]:
    """Since when that step has waited that waits longest, of those that could begin now.

    By stage and pool, as `farm.policy.pools.pool_told` has it.

    Raises:
        AwayError: ``ledger-away``.
    """
    now = ledger.clock()
    oldest: dict[tuple[Stage, str], int] = {}
    with ledger.read() as connection:
        opened = ("", *sorted(gates_in(connection, now).open))
        for kind in run(connection, _WAITING, {"now": now}, {"open": opened}):
            if kind.due:
                where = Stage(kind.stage), pool_told(kind.capability)
                oldest[where] = min(oldest.get(where, now), _since(connection, kind, now, opened))
    return oldest


def _since(connection: Connection, kind: Found, now: int, opened: Sequence[str]) -> int:
    """Since when that step of a kind has waited that waits longest.

    None waits from before its job was submitted, and jobs are numbered as they are submitted: so most often
    the first few tell.
    """
    asked = {"stage": kind.stage, "capability": kind.capability, "profile": kind.profile, "now": now}
    oldest, after = now, 0
    while some := run(connection, _OLDEST, {**asked, "after": after}, {"open": opened}).rows:
        for row in some:
            if row.submitted_at >= oldest:
                return oldest
            begun = max(row.submitted_at, min(row.not_before, now), row.ended or 0, row.acted or 0)
            oldest, after = min(oldest, begun), row.job_id
    return oldest


def read_failures(ledger: Ledger, *, since: int) -> tuple[Failure, ...]:
    """The errors that attempts met that ended after a time: what was met most often comes first.

    Raises:
        AwayError: ``ledger-away``.
    """
    found = []
    with ledger.read() as connection:
        for row in run(connection, _FAILED, {"since": since}):
            problem = None
            if row.error_code:
                facts = run(connection, _FACTS, {"at": row.last, "code": row.error_code}).scalar()
                problem = Problem(code=row.error_code, facts=facts_from_text(facts))
            found.append(Failure(problem=problem, times=int(row.times), films=row.films))
    return tuple(sorted(found, key=lambda failure: (-failure.times, -failure.films)))


def read_watchdogs(ledger: Ledger) -> Mapping[str, int]:
    """When each host's watchdog told last that it watches.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return {row.host: row.seen_at for row in run(connection, _WATCHDOGS, {})}
