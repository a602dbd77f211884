"""The queue: what stands at the head of each department's line, and what is on its way to a worker."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, literal, select, union_all, update

from db import rows
from db.ledger import Ledger
from db.outage import waits_for_archive
from db.prepared import run
from db.states import Stage
from db.tables import IS_OPEN, IS_READY, IS_RUNNING, IS_SENT, IS_UNSENT, batches, departments, jobs, steps
from db.values import Skill
from farm.policy.order import Head


@dataclass(frozen=True, kw_only=True)
class Line:
    """How the line of a skill stands.

    Attributes:
        ready: steps that wait, those on their way and those in backoff included; closed ones are not.
        sent: steps of which a message is on its way.
        running: steps that are running.
    """

    ready: int
    sent: int
    running: int


def _counted(state: str, *conditions: ColumnElement[bool]) -> Select[str, str, str, int]:
    counted = select(
        literal(state).label("state"), steps.c.capability, steps.c.profile, func.count().label("steps")
    )
    return counted.where(*conditions).group_by(steps.c.capability, steps.c.profile)


# Each part is answered by an index of its own: a look costs little also when ten thousand wait.
_LINES = union_all(
    _counted("waiting", IS_READY, IS_OPEN, IS_UNSENT),
    _counted("sent", IS_READY, IS_SENT, IS_OPEN),
    _counted("running", IS_RUNNING),
)
_BUSY = (
    select(steps.c.department_id, func.count().label("busy"))
    .where((IS_READY & IS_OPEN & IS_SENT) | IS_RUNNING, steps.c.capability == bindparam("capability"))
    .group_by(steps.c.department_id)
)
_DEPARTMENTS = select(departments.c.id).order_by(departments.c.id)
_sibling = steps.alias("sibling")
_PLACES = (steps.c.precedence, steps.c.batch_id, steps.c.job_id, steps.c.index)
FIRST = (
    select(steps.c.id, *_PLACES)
    .where(
        steps.c.capability == bindparam("capability"),
        steps.c.profile == bindparam("profile"),
        steps.c.department_id == bindparam("department"),
        IS_READY,
        IS_OPEN,
        IS_UNSENT,
        rows.IS_DUE,
    )
    .order_by(*_PLACES)
    .limit(bindparam("limit", type_=Integer))
)
_first = FIRST.subquery("first")
_HEADS = (
    select(
        steps.c.id,
        steps.c.job_id,
        steps.c.department_id,
        steps.c.capability,
        steps.c.precedence,
        steps.c.batch_id,
        steps.c.stage,
        steps.c.index.label("place"),
        batches.c.name,
        jobs.c.row_name,
        jobs.c.traceparent,
        select(func.count())
        .where(_sibling.c.job_id == steps.c.job_id, _sibling.c.stage == steps.c.stage)
        .scalar_subquery()
        .label("siblings"),
    )
    .select_from(_first)
    .join(steps, steps.c.id == _first.c.id)
    .join(jobs, jobs.c.id == steps.c.job_id)
    .join(batches, batches.c.id == steps.c.batch_id)
)
_MARK = (
    update(steps)
    .where(steps.c.id.in_(bindparam("ids", expanding=True)), IS_READY, IS_OPEN, IS_UNSENT)
    .values(published_at=bindparam("now"))
    .returning(steps.c.id)
)
_UNMARK_ALL = update(steps).where(IS_READY, IS_SENT).values(published_at=0)
_UNMARK_OLD = _UNMARK_ALL.where(steps.c.published_at < bindparam("before"))
_UNMARK_THESE = _UNMARK_ALL.where(steps.c.id.in_(bindparam("ids", expanding=True)))


def lines(ledger: Ledger) -> Mapping[Skill, Line]:
    """How every line stands: one for each capability and render profile that has something to do.

    Raises:
        AwayError: ``ledger-away``.
    """
    found: dict[Skill, dict[str, int]] = {}
    with ledger.read() as connection:
        for row in run(connection, _LINES, {}):
            skill = Skill(capability=row.capability, profile=row.profile)
            found.setdefault(skill, {})[row.state] = row.steps
    return {
        skill: Line(
            ready=counts.get("waiting", 0) + counts.get("sent", 0),
            sent=counts.get("sent", 0),
            running=counts.get("running", 0),
        )
        for skill, counts in found.items()
    }


def running_by_department(ledger: Ledger, capability: str) -> Mapping[int, int]:
    """Steps running or on their way, by department id.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        found = run(connection, _BUSY, {"capability": capability})
        return {row.department_id: row.busy for row in found}


def heads(ledger: Ledger, skill: Skill, *, limit: int) -> tuple[Head, ...]:
    """The first `limit` steps of each department's line that may go now and are not on their way.

    While an archive hangs, none goes that is to be archived but the one that finds out whether it is back.
    Films that are rendered with another profile stand in a line of their own, so that they stop nobody.

    Read by index: the length of the line does not matter.

    Raises:
        AwayError: ``ledger-away``.
    """
    found: list[Head] = []
    with ledger.read() as connection:
        now = ledger.clock()
        if skill.capability == Stage.ARCHIVE.value and waits_for_archive(connection, now):
            return ()
        line = {"capability": skill.capability, "profile": skill.profile}
        asked = {**line, "limit": limit, "now": now}
        for department in run(connection, _DEPARTMENTS, {}):
            for row in run(connection, _HEADS, {**asked, "department": department.id}):
                head = Head(
                    step=row.id,
                    job=row.job_id,
                    department=row.department_id,
                    capability=row.capability,
                    precedence=row.precedence,
                    batch=row.batch_id,
                    stage=row.stage,
                    index=row.place,
                    count=row.siblings,
                    label=f"{row.name}/{row.row_name}",
                    traceparent=row.traceparent,
                )
                found.append(head)
    return tuple(sorted(found, key=lambda head: head.place))


def mark_sent(ledger: Ledger, step_ids: Collection[int]) -> frozenset[int]:
    """Mark steps as on their way; those that this call marked (one claimed or marked since is not).

    Raises:
        AwayError: ``ledger-away``.
    """
    if not step_ids:
        return frozenset()
    marked: set[int] = set()
    ordered = sorted(step_ids)
    for start in range(0, len(ordered), rows.MANY):
        some = {"ids": ordered[start : start + rows.MANY]}
        marked.update(row.id for row in ledger.change("mark-sent", _MARK, {"now": ledger.clock()}, some))
    return frozenset(marked)


def unmark_sent(
    ledger: Ledger, step_ids: Collection[int] | None = None, *, before_ms: int | None = None
) -> int:
    """Take marks away so that steps are sent anew; how many.

    Args:
        ledger: the ledger.
        step_ids: which; None: all (Redis has lost its memory).
        before_ms: only those sent before this time; not together with `step_ids`.

    Raises:
        AwayError: ``ledger-away``.
    """
    if before_ms is not None:
        return ledger.change("unmark-sent", _UNMARK_OLD, {"before": before_ms}).rowcount
    if step_ids is None:
        return ledger.change("unmark-sent", _UNMARK_ALL, {}).rowcount
    return ledger.change("unmark-sent", _UNMARK_THESE, {}, {"ids": sorted(step_ids)}).rowcount
