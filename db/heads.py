"""Heads: the first steps of lanes (`db.lanes`), read by the index that they are sorted by.

However long a lane is, its first few steps cost the same; where some members may begin nothing, their batches
are leapt over, however many films are in them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnClause,
    ColumnElement,
    Connection,
    Executable,
    Integer,
    Select,
    SmallInteger,
    String,
    TableValuedAlias,
    Text,
    bindparam,
    case,
    cast,
    column,
    exists,
    func,
    literal_column,
    select,
    true,
    tuple_,
)
from sqlalchemy.types import TypeEngine

from db import rows
from db.lanes import IS_WAITING, ONE, Lane
from db.prepared import Found, run
from db.tables import jobs, steps
from farm.policy.gates import Facts, Gates
from farm.policy.order import Spot

_PLACES = (steps.c.rank, steps.c.batch_id, steps.c.job_id, steps.c.index)
_SPOT = (
    steps.c.id,
    steps.c.job_id,
    steps.c.department_id,
    steps.c.rank,
    steps.c.batch_id,
    steps.c.index.label("place"),
)
_QUOTED = str.maketrans({'"': '\\"', "\\": "\\\\"})
#: What stands for nobody among those who are left out.
_NOBODY = "\n"
#: So many batches are leapt over at most; those behind them are walked past step by step, since a leap costs
#: as much as thirty steps.
_LEAPS = 64
#: A lane's columns, as `_LANE` names them.
_Columns = Mapping[str, ColumnElement[Any]]
_LANE: Mapping[str, type[TypeEngine[Any]]] = {
    "capability": String,
    "profile": String,
    "department": BigInteger,
    "window": String,
    "opening": SmallInteger,
}
#: One lane, told by parameters.
_ASKED: _Columns = {name: bindparam(name) for name in _LANE}


def _number(value: int) -> ColumnElement[int]:
    # Literal limits: with a parameter PostgreSQL may plan for many rows, and sort them all.
    return literal_column(str(value), Integer)


def _in_lane(lane: _Columns) -> tuple[ColumnElement[bool], ...]:
    """That a step waits in a lane."""
    return (
        steps.c.capability == lane["capability"],
        steps.c.profile == lane["profile"],
        steps.c.department_id == lane["department"],
        steps.c.window == lane["window"],
        steps.c.opening == lane["opening"],
        *IS_WAITING,
    )


def first_of(limit: int) -> Select[*tuple[int, ...]]:
    """The question for the first steps of a lane, by its index alone."""
    waiting = select(*_SPOT).where(*_in_lane(_ASKED))
    return waiting.where(rows.IS_DUE).order_by(*_PLACES).limit(_number(limit))


_NOT_LEFT_OUT = exists().where(
    jobs.c.id == steps.c.job_id,
    jobs.c.member.not_in(bindparam("members", expanding=True)),
    jobs.c.pool.not_in(bindparam("pools", expanding=True)),
)
_first = lru_cache(maxsize=32)(first_of)


@lru_cache(maxsize=32)
def _of_batch(limit: int) -> Executable:
    """The first steps of a batch and rank in a lane that are not left out."""
    ours = (steps.c.rank == bindparam("rank"), steps.c.batch_id == bindparam("batch"), _NOT_LEFT_OUT)
    return first_of(limit).where(*ours)


@lru_cache(maxsize=32)
def _behind(limit: int) -> Executable:
    """The first steps of a lane behind a batch and rank that are not left out."""
    here = tuple_(bindparam("rank", type_=BigInteger), bindparam("batch", type_=BigInteger))
    return first_of(limit).where(tuple_(steps.c.rank, steps.c.batch_id) > here, _NOT_LEFT_OUT)


@lru_cache(maxsize=32)
def _batches(limit: int, leaps: int) -> Executable:
    """The first batches of a lane, each with its rank and member, until so many are of whom is not left out.

    All steps of a batch that have one rank stand together, and all films of a batch are one member's.
    """
    here, job = steps.alias("here"), jobs.alias("job")
    head = (
        select(steps.c.id)
        .where(*_in_lane(_ASKED))
        .order_by(*_PLACES)
        .limit(ONE)
        .scalar_subquery()
        .label("id")
    )
    leap = select(head, _number(0).label("leaps"), _number(0).label("found")).cte("leap", recursive=True)
    ahead = select(steps.c.id).where(*_in_lane(_ASKED)).order_by(*_PLACES).limit(ONE)
    same = ahead.where(steps.c.rank == here.c.rank, steps.c.batch_id > here.c.batch_id)
    after = func.coalesce(
        same.correlate(here).scalar_subquery(),
        ahead.where(steps.c.rank > here.c.rank).correlate(here).scalar_subquery(),
    )
    ours = case((job.c.member.in_(bindparam("members", expanding=True)), 0), else_=1)
    found = leap.c.found + ours
    leap = leap.union_all(
        select(after, leap.c.leaps + 1, found)
        .select_from(leap.join(here, here.c.id == leap.c.id).join(job, job.c.id == here.c.job_id))
        .where(leap.c.leaps < _number(leaps), found < _number(limit))
    )
    return (
        select(here.c.rank, here.c.batch_id.label("batch"), job.c.member)
        .select_from(leap.join(here, here.c.id == leap.c.id).join(job, job.c.id == here.c.job_id))
        .order_by(here.c.rank, here.c.batch_id)
    )


def _lanes() -> tuple[TableValuedAlias, _Columns]:
    """The lanes that are asked for, as a table with their numbers from 1; in PostgreSQL's words."""
    told: list[ColumnElement[Any]] = [
        cast(bindparam(name, type_=Text), ARRAY(kind)) for name, kind in _LANE.items()
    ]
    named: list[ColumnClause[Any]] = [column(name, kind) for name, kind in _LANE.items()]
    table = func.unnest(*told).table_valued(*named, with_ordinality="number").render_derived(name="lane")
    return table, {name: table.c[name] for name in _LANE}


@lru_cache(maxsize=32)
def _of_lanes(limit: int) -> Executable:
    """The heads of many lanes at once; in PostgreSQL's words."""
    table, lane = _lanes()
    first = (
        select(*_SPOT)
        .where(*_in_lane(lane), rows.IS_DUE)
        .order_by(*_PLACES)
        .limit(_number(limit))
        .correlate(table)
        .lateral("first")
    )
    return select(table.c.number, first).select_from(table.join(first, true()))


def _beyond(lane: _Columns, count: int) -> Select[int]:
    """One of a lane, if there are more than so many."""
    return (
        select(_number(1).label("one"))
        .where(*_in_lane(lane))
        .order_by(*_PLACES)
        .limit(ONE)
        .offset(_number(count))
    )


@lru_cache(maxsize=32)
def _longer(count: int) -> Executable:
    """Of some departments those with more than this in one of the lanes; in PostgreSQL's words."""
    table, lane = _lanes()
    who = (
        func.unnest(cast(bindparam("asked", type_=Text), ARRAY(BigInteger)))
        .table_valued(column("department", BigInteger))
        .render_derived(name="who")
    )
    beyond = _beyond(lane, count).correlate(table).exists()
    theirs = select(_number(1)).select_from(table).where(table.c.department == who.c.department, beyond)
    return select(who.c.department).where(theirs.correlate(who).exists())


@lru_cache(maxsize=32)
def _longer_than(count: int) -> Executable:
    """Whether more waits in a lane than this."""
    return _beyond(_ASKED, count)


def heads_in(
    connection: Connection, lanes: Sequence[Lane], gates: Gates, *, limit: int, now: int
) -> Mapping[Lane, Sequence[Spot]]:
    """The first steps of each lane that may go now, in their order; lanes without any are left out.

    Args:
        connection: within a transaction.
        lanes: those that the gates let through.
        gates: which members and pools of them are left out.
        limit: how many of each; what is read may be up to twice as many.
        now: the ledger's milliseconds.
    """
    # Few lengths, few wordings.
    most = 1 << (limit - 1).bit_length()
    out = {lane: left for lane in lanes if (left := _left_out(gates, lane.facts))}
    whole = [lane for lane in lanes if lane not in out] if out else lanes
    found: dict[Lane, list[Spot]] = defaultdict(list)
    if connection.dialect.name == "postgresql" and len(whole) > 1:
        for number, *row in run(connection, _of_lanes(most), {**_named_all(whole), "now": now}):
            found[whole[number - 1]].append(_spot(row))
        whole = ()
    for lane in whole:
        if read := run(connection, _first(most), {**_named(lane), "now": now}).rows:
            found[lane] = list(map(_spot, read))
    for lane, left in out.items():
        if read := list(_passing(connection, lane, left, most, now)):
            found[lane] = list(map(_spot, read))
    return found


def _passing(
    connection: Connection, lane: Lane, out: Mapping[str, Sequence[str]], most: int, now: int
) -> Iterator[Found]:
    """The first steps of a lane, those of some members and pools left out."""
    asked = {**_named(lane), "now": now}
    batches = run(connection, _batches(most, _LEAPS), asked, {"members": out["members"]}).rows
    left, ours = most, 0
    for each in batches:
        if each.member in out["members"]:
            continue
        here = {"rank": each.rank, "batch": each.batch}
        read = run(connection, _of_batch(left), {**asked, **here}, out).rows
        yield from read[:left]
        ours, left = ours + 1, left - len(read)
        if left <= 0:
            return
    if ours >= most or len(batches) > _LEAPS:
        here = {"rank": batches[-1].rank, "batch": batches[-1].batch}
        yield from run(connection, _behind(most), {**asked, **here}, out).rows[:left]


def longer_in(connection: Connection, lanes: Collection[Lane], *, most: int) -> frozenset[int]:
    """The departments that have more than this waiting in one of their lanes, however much more.

    Args:
        connection: within a transaction.
        lanes: which are looked at.
        most: how many count as few.
    """
    if connection.dialect.name == "postgresql":
        asked = {**_named_all(lanes), "asked": _array({lane.department for lane in lanes})}
        return frozenset(row.department for row in run(connection, _longer(most), asked))
    longer: set[int] = set()
    for lane in lanes:
        if lane.department not in longer and run(connection, _longer_than(most), _named(lane)).rows:
            longer.add(lane.department)
    return frozenset(longer)


def _named_all(lanes: Collection[Lane]) -> dict[str, str]:
    """Each column of some lanes as PostgreSQL writes arrays, which costs less than the driver's lists."""
    return {
        "capability": _array(lane.skill.capability for lane in lanes),
        "profile": _array(lane.skill.profile for lane in lanes),
        "department": _array(lane.department for lane in lanes),
        "window": _array(lane.window for lane in lanes),
        "opening": _array(int(lane.opening) for lane in lanes),
    }


def _array(values: Iterable[int] | Iterable[str]) -> str:
    """Numbers or texts as PostgreSQL writes an array (its manual, section 8.15.2)."""
    return "{" + ",".join(f'"{str(each).translate(_QUOTED)}"' for each in values) + "}"


def _named(lane: Lane) -> dict[str, int | str]:
    return {
        "capability": lane.skill.capability,
        "profile": lane.skill.profile,
        "department": lane.department,
        "window": lane.window,
        "opening": int(lane.opening),
    }


def _left_out(gates: Gates, lane: Facts) -> Mapping[str, Sequence[str]]:
    """Who of a lane is not let through; nobody: empty."""
    members, pools = gates.members_out(lane), gates.pools_out(lane)
    if not members and not pools:
        return {}
    return {"members": [_NOBODY, *sorted(members)], "pools": [_NOBODY, *sorted(pools)]}


def _spot(row: Sequence[Any]) -> Spot:
    step, job, department, rank, batch, place = row
    return Spot(step=step, job=job, department=department, rank=rank, batch=batch, index=place)
