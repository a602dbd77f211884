"""The queue: what stands at the head of each lane (`db.lanes`), and what is on its way to a worker."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    Executable,
    Integer,
    Select,
    SmallInteger,
    String,
    TableValuedAlias,
    bindparam,
    case,
    column,
    exists,
    func,
    literal_column,
    select,
    true,
    update,
)

from db import rows
from db.gates import gates_in
from db.lanes import IS_WAITING, ONE, Lane, Line, lines_in
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
    jobs,
    steps,
)
from db.values import Skill
from farm.policy.gates import Gate, Gates
from farm.policy.order import Head, Spot, Standing, rank

#: A column or a parameter.
_Asked = ColumnElement[Any]
_sibling = steps.alias("sibling")
_PLACES = (steps.c.rank, steps.c.batch_id, steps.c.job_id, steps.c.index)
_SPOT = (
    steps.c.id,
    steps.c.job_id,
    steps.c.department_id,
    steps.c.rank,
    steps.c.batch_id,
    steps.c.index.label("place"),
)
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
        select(func.count())
        .where(_sibling.c.job_id == steps.c.job_id, _sibling.c.stage == steps.c.stage)
        .scalar_subquery()
        .label("siblings"),
    )
    .join_from(steps, jobs, jobs.c.id == steps.c.job_id)
    .join(batches, batches.c.id == steps.c.batch_id)
    .where(steps.c.id.in_(_IDS))
)
#: The stages without which nobody knows what there is to render.
_PREPARES = frozenset(stage.value for stage in Stage if STAGE_ORDER[stage] < STAGE_ORDER[Stage.RENDER])
#: What stands for nobody among those who are left out.
_NOBODY = "\n"


def first_of(limit: int) -> Select[*tuple[int, ...]]:
    """The question for the first steps of a lane, by its index alone."""
    of_lane = _in_lane(bindparam("department"), bindparam("window"), bindparam("opening"))
    return of_lane.where(rows.IS_DUE).order_by(*_PLACES).limit(literal_column(str(limit), Integer))


def _in_lane(department: _Asked, window: _Asked, opening: _Asked) -> Select[*tuple[int, ...]]:
    """What waits in a lane of the skill that is asked for."""
    return select(*_SPOT).where(
        steps.c.capability == bindparam("capability"),
        steps.c.profile == bindparam("profile"),
        steps.c.department_id == department,
        steps.c.window == window,
        steps.c.opening == opening,
        *IS_WAITING,
    )


@lru_cache(maxsize=32)
def _of_lane(limit: int, *, leaving_out: bool) -> Executable:
    """The heads of one lane, perhaps without those of some members and pools."""
    first = first_of(limit)
    if leaving_out:
        first = first.where(
            exists().where(
                jobs.c.id == steps.c.job_id,
                jobs.c.member.not_in(bindparam("members", expanding=True)),
                jobs.c.pool.not_in(bindparam("pools", expanding=True)),
            )
        )
    return first


def _lanes() -> TableValuedAlias:
    """The lanes that are asked for, as a table; in PostgreSQL's words."""
    return (
        func.unnest(
            bindparam("departments", type_=ARRAY(BigInteger)),
            bindparam("windows", type_=ARRAY(String)),
            bindparam("openings", type_=ARRAY(SmallInteger)),
        )
        .table_valued(
            column("department", BigInteger), column("window", String), column("opening", SmallInteger)
        )
        .render_derived(name="lane")
    )


@lru_cache(maxsize=32)
def _of_lanes(limit: int) -> Executable:
    """The heads of many lanes of a skill at once; in PostgreSQL's words."""
    lane = _lanes()
    first = (
        _in_lane(lane.c.department, lane.c.window, lane.c.opening)
        .where(rows.IS_DUE)
        .order_by(*_PLACES)
        .limit(literal_column(str(limit), Integer))
        .correlate(lane)
        .lateral("first")
    )
    return select(first).select_from(lane.join(first, true()))


@lru_cache(maxsize=32)
def _beyond_of_lanes(count: int) -> Executable:
    """Of many lanes of a skill those in which more waits than this; in PostgreSQL's words."""
    lane = _lanes()
    of_lane = _in_lane(lane.c.department, lane.c.window, lane.c.opening).correlate(lane)
    return select(lane.c.department, lane.c.window, lane.c.opening).where(
        _nth(of_lane, count).scalar_subquery().is_not(None)
    )


@lru_cache(maxsize=32)
def _beyond_of_lane(count: int) -> Executable:
    """Whether more waits in a lane than this."""
    return _nth(_in_lane(bindparam("department"), bindparam("window"), bindparam("opening")), count)


def _nth(of_lane: Select[*tuple[int, ...]], number: int) -> Select[int]:
    """One of a lane, if there are more than so many."""
    return (
        of_lane.with_only_columns(steps.c.id)
        .order_by(*_PLACES)
        .limit(ONE)
        .offset(literal_column(str(number), Integer))
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


def spots(
    ledger: Ledger,
    skill: Skill,
    *,
    limit: int,
    gates: Gates | None = None,
    lanes: Collection[Lane] | None = None,
) -> tuple[Spot, ...]:
    """The first `limit` steps of each lane of a skill that may go now and are not on their way.

    What the gates do not let through is not asked for, so that it stops nobody. While an archive hangs, none
    goes that is to be archived but the one that finds out whether it is back. Films that are rendered with
    another profile stand in a line of their own.

    Read by index: the length of the line does not matter. How much work each is, is not told.

    Args:
        ledger: the ledger.
        skill: what shall be done.
        limit: how many of each lane.
        gates: what stands open; as the ledger tells unless given.
        lanes: the skill's, if they are known (`db.lanes.read_lines`).

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        now = ledger.clock()
        if skill.capability == Stage.ARCHIVE.value and waits_for_archive(connection, now):
            return ()
        stands = gates_in(connection, now) if gates is None else gates
        if lanes is None:
            lanes = lines_in(connection).get(skill, Line()).lanes
        passed = [lane for lane in lanes if stands.lets_through(lane.facts) is Gate.OPEN]
        found = _heads_in(connection, skill, passed, stands, limit=limit, now=now)
    return tuple(sorted(map(_spot, found), key=lambda spot: spot.place))


def heads(
    ledger: Ledger,
    skill: Skill,
    *,
    limit: int,
    gates: Gates | None = None,
    lanes: Collection[Lane] | None = None,
) -> tuple[Head, ...]:
    """The same steps as `spots`, with what is told of each.

    Raises:
        AwayError: ``ledger-away``.
    """
    return heads_of(ledger, spots(ledger, skill, limit=limit, gates=gates, lanes=lanes))


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
        if line.sent or (passed and _heads_in(connection, skill, passed, gates, limit=1, now=now)):
            return True
    return False


def _heads_in(
    connection: Connection, skill: Skill, lanes: Sequence[Lane], gates: Gates, *, limit: int, now: int
) -> list[Found]:
    most = 1 << (limit - 1).bit_length()
    asked = {"capability": skill.capability, "profile": skill.profile, "now": now}
    whole = [lane for lane in lanes if not _left_out(gates, lane)]
    found: list[Found] = []
    if connection.dialect.name == "postgresql" and len(whole) > 1:
        found += run(connection, _of_lanes(most), {**asked, **_named_all(whole)}).rows
        whole = []
    for lane in whole:
        found += run(connection, _of_lane(most, leaving_out=False), {**asked, **_named(lane)}).rows
    for lane in lanes:
        if left_out := _left_out(gates, lane):
            statement = _of_lane(most, leaving_out=True)
            found += run(connection, statement, {**asked, **_named(lane)}, left_out).rows
    return found


def short(ledger: Ledger, skill: Skill, lanes: Sequence[Lane], *, most: int) -> frozenset[Lane]:
    """Those lanes of a skill in which no more than `most` steps wait; however long the others are.

    Raises:
        AwayError: ``ledger-away``.
    """
    asked = {"capability": skill.capability, "profile": skill.profile}
    with ledger.read() as connection:
        if connection.dialect.name == "postgresql":
            found = run(connection, _beyond_of_lanes(most), {**asked, **_named_all(lanes)})
            beyond = {(row.department, row.window, row.opening) for row in found}
            return frozenset(
                lane for lane in lanes if (lane.department, lane.window, int(lane.opening)) not in beyond
            )
        statement = _beyond_of_lane(most)
        return frozenset(lane for lane in lanes if not run(connection, statement, asked | _named(lane)).rows)


def _named_all(lanes: Sequence[Lane]) -> dict[str, list[int] | list[str]]:
    return {
        "departments": [lane.department for lane in lanes],
        "windows": [lane.window for lane in lanes],
        "openings": [int(lane.opening) for lane in lanes],
    }


def _named(lane: Lane) -> dict[str, int | str]:
    return {"department": lane.department, "window": lane.window, "opening": int(lane.opening)}


def _left_out(gates: Gates, lane: Lane) -> dict[str, Sequence[str]]:
    """Who of a lane is not let through; nobody: empty."""
    members, pools = gates.members_out(lane.facts), gates.pools_out(lane.facts)
    if not members and not pools:
        return {}
    return {"members": [_NOBODY, *sorted(members)], "pools": [_NOBODY, *sorted(pools)]}


def _spot(row: Found) -> Spot:
    return Spot(
        step=row.id,
        job=row.job_id,
        department=row.department_id,
        rank=row.rank,
        batch=row.batch_id,
        index=row.place,
    )


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
