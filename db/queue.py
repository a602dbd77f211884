"""The queue: what stands at the head of each lane (`db.lanes`), and what is on its way to a worker."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import (
    BindParameter,
    Connection,
    Executable,
    bindparam,
    case,
    func,
    select,
    update,
)

from db import rows
from db.gates import gates_in
from db.heads import heads_in, longer_in
from db.lanes import Lane, Line, lines_in, read_lines
from db.ledger import Ledger
from db.outage import waits_for_archive
from db.prepared import Found, run
from db.states import STAGE_ORDER, URGENCY, Stage
from db.tables import (
    IS_OPEN,
    IS_READY,
    IS_SENT,
    IS_UNSENT,
    artifacts,
    batches,
    departments,
    jobs,
    steps,
)
from db.values import Skill
from farm.policy.gates import Gate, Gates
from farm.policy.order import Head, Spot, Standing, rank

_ARCHIVE = Stage.ARCHIVE.value
_sibling = steps.alias("sibling")
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
#: How much work a step is, to compare it with others of its capability: frames, or before there are any how
#: long its source is.
_WORK = (
    select(
        steps.c.id,
        case(
            (steps.c.frames > 0, steps.c.frames),
            else_=select(artifacts.c.size)
            .where(artifacts.c.id == func.coalesce(jobs.c.recording_id, jobs.c.script_id))
            .scalar_subquery(),
        ).label("work"),
        steps.c.stage,
        jobs.c.submitted_at,
        jobs.c.precedence,
        jobs.c.priority,
    )
    .join_from(steps, jobs, jobs.c.id == steps.c.job_id)
    .where(steps.c.id.in_(_IDS))
)
_TOLD = (
    select(
        steps.c.id,
        steps.c.capability,
        steps.c.stage,
        batches.c.name,
        jobs.c.row_name,
        jobs.c.traceparent,
        departments.c.name.label("owner"),
        select(func.count())
        .where(_sibling.c.job_id == steps.c.job_id, _sibling.c.stage == steps.c.stage)
        .scalar_subquery()
        .label("siblings"),
    )
    .join_from(steps, jobs, jobs.c.id == steps.c.job_id)
    .join(batches, batches.c.id == steps.c.batch_id)
    .join(departments, departments.c.id == steps.c.department_id)
    .where(steps.c.id.in_(_IDS))
)
#: The stages without which nobody knows what there is to render.
_PREPARES = frozenset(stage.value for stage in Stage if STAGE_ORDER[stage] < STAGE_ORDER[Stage.RENDER])
_MARK = (
    update(steps)
    .where(steps.c.id.in_(bindparam("ids", expanding=True)), IS_READY, IS_OPEN, IS_UNSENT)
    .values(published_at=bindparam("now"))
    .returning(steps.c.id)
)
_UNMARK_ALL = update(steps).where(IS_READY, IS_SENT).values(published_at=0)
_UNMARK_OLD = _UNMARK_ALL.where(steps.c.published_at < bindparam("before"))
_UNMARK_THESE = _UNMARK_ALL.where(steps.c.id.in_(bindparam("ids", expanding=True)))


def spots(
    ledger: Ledger, lanes: Collection[Lane], *, limit: int, gates: Gates | None = None
) -> Mapping[Lane, Sequence[Spot]]:
    """The first `limit` steps of each lane that may go now and are not on their way, in their order.

    What the gates do not let through is not asked for, so that it stops nobody. While an archive hangs, none
    goes that is to be archived but the one that finds out whether it is back. Films that are rendered with
    another profile stand in a line of their own.

    Read by index: the length of the line does not matter. How much work each is, is not told.

    Args:
        ledger: the ledger.
        lanes: which (`db.lanes.read_lines`); those without any such step are left out.
        limit: how many of each; what is read may be up to twice as many.
        gates: what stands open; as the ledger tells unless given.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        now = ledger.clock()
        stands = gates_in(connection, now) if gates is None else gates
        passed = [lane for lane in lanes if stands.lets_through(lane.facts) is Gate.OPEN]
        if any(lane.skill.capability == _ARCHIVE for lane in passed) and waits_for_archive(connection, now):
            passed = [lane for lane in passed if lane.skill.capability != _ARCHIVE]
        return heads_in(connection, passed, stands, limit=limit, now=now)


def heads(
    ledger: Ledger,
    skill: Skill,
    *,
    limit: int,
    gates: Gates | None = None,
    lanes: Collection[Lane] | None = None,
) -> tuple[Head, ...]:
    """The same of a skill's lanes, in the order of their ranks, with what is told of each.

    Args:
        ledger: the ledger.
        skill: what shall be done.
        limit: how many of each lane.
        gates: what stands open; as the ledger tells unless given.
        lanes: the skill's, if they are known (`db.lanes.read_lines`).

    Raises:
        AwayError: ``ledger-away``.
    """
    if lanes is None:
        lanes = read_lines(ledger).get(skill, Line()).lanes
    found = spots(ledger, lanes, limit=limit, gates=gates).values()
    return heads_of(ledger, sorted((spot for each in found for spot in each), key=lambda spot: spot.place))


def heads_of(ledger: Ledger, found: Sequence[Spot]) -> tuple[Head, ...]:
    """What is told of steps where they are sent to, in their order; those that are gone are left out.

    Raises:
        AwayError: ``ledger-away``.
    """
    told = {row.id: row for row in _of_steps(ledger, _TOLD, found)}
    return tuple(
        Head(
            **vars(spot),
            capability=row.capability,
            stage=row.stage,
            count=row.siblings,
            label=f"{row.name}/{row.row_name}",
            traceparent=row.traceparent,
            owner=row.owner,
        )
        for spot in found
        if (row := told.get(spot.step)) is not None
    )


def weighed(ledger: Ledger, found: Sequence[Spot]) -> tuple[Spot, ...]:
    """The same, knowing of each what a tail is sorted by; those that are gone are left out.

    Raises:
        AwayError: ``ledger-away``.
    """
    told = {row.id: row for row in _of_steps(ledger, _WORK, found)}
    return tuple(
        replace(spot, work=row.work or 0, base=_base(row), prepares=row.stage in _PREPARES)
        for spot in found
        if (row := told.get(spot.step)) is not None
    )


def _base(row: Found) -> int:
    """The rank that the first step of a step's job has."""
    urgency = URGENCY[row.precedence]
    return rank(Standing(submitted_ms=row.submitted_at, urgency=urgency, priority=row.priority))


def _of_steps(ledger: Ledger, question: Executable, found: Sequence[Spot]) -> list[Found]:
    """What is asked of steps, some at a time: as many as a power of two, lest there be too many wordings."""
    told: list[Found] = []
    with ledger.read() as connection:
        for start in range(0, len(found), rows.MANY):
            ids = [spot.step for spot in found[start : start + rows.MANY]]
            ids += ids[:1] * ((1 << (len(ids) - 1).bit_length()) - len(ids))
            told += run(connection, question, {}, {"ids": ids}).rows
    return told


def waits_in(
    connection: Connection, skills: Collection[Skill] | Collection[str], gates: Gates, now: int
) -> bool:
    """Whether a step that somebody with one of these skills could do is on its way, or may go now.

    Args:
        connection: within a transaction.
        skills: what is asked for, or capabilities, whatever the profile; of archives nobody is told whether
            they are away.
        gates: what stands open.
        now: the ledger's milliseconds.
    """
    asked: frozenset[Skill | str] = frozenset(skills)
    for skill, line in lines_in(connection).items():
        if skill not in asked and skill.capability not in asked:
            continue
        passed = [lane for lane in line.lanes if gates.lets_through(lane.facts) is Gate.OPEN]
        if line.sent or (passed and heads_in(connection, passed, gates, limit=1, now=now)):
            return True
    return False


def longer(ledger: Ledger, lanes: Collection[Lane], *, most: int) -> frozenset[int]:
    """The departments that have more than this waiting in one of these lanes.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return longer_in(connection, lanes, most=most)


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
