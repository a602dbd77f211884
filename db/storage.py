"""How much of the store a department may take: nothing more is submitted for it beyond that.

Storage is counted as `db.accounts` counts it: what several films share counts once, for the one that asked
for it first. To count all of it takes a while where there are many films, so that is done before a submission
holds anything; inside its transaction, only what came since is added.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from sqlalchemy import BindParameter, Connection, Select, bindparam, func, select, union_all

from db import rows
from db.accounts import read_stored
from db.collect import INPUTS
from db.ledger import Ledger
from db.tables import artifacts, departments, jobs, results, uses
from db.values import Room
from farm.policy.accounts import By
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import InputError

_MEGABYTE = 1_000_000


_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_OF: BindParameter[int] = bindparam("department")
_LIMITED = select(departments.c.id, departments.c.name, departments.c.store_bytes).where(
    departments.c.store_bytes.is_not(None)
)
_NAMED = _LIMITED.where(departments.c.name == bindparam("name"))
_LIMIT = select(departments.c.store_bytes).where(departments.c.id == _OF)
# Jobs of one department are numbered in the order in which they are committed: submissions to it go one after
# the other.
_LAST = select(jobs.c.id).where(jobs.c.department_id == _OF).order_by(jobs.c.id.desc()).limit(1)
_NEW_JOBS = select(jobs.c.id, *INPUTS).where(jobs.c.id > bindparam("last"), jobs.c.department_id == _OF)
_NEW_USES = select(uses.c.artifact_id).join_from(uses, jobs, jobs.c.id == uses.c.job_id)
_NEW_USES = _NEW_USES.where(jobs.c.id > bindparam("last"), jobs.c.department_id == _OF).distinct()
_KEYS = select(artifacts.c.id, artifacts.c.key).where(
    artifacts.c.kind == bindparam("kind_"),
    artifacts.c.key.in_(bindparam("keys", expanding=True)),
    artifacts.c.struck == 0,
)


def _owners() -> Select[int, int]:
    """Some artifacts with the first job that refers to each."""
    every = union_all(
        select(uses.c.artifact_id, uses.c.job_id).where(uses.c.artifact_id.in_(_IDS)),
        select(results.c.artifact_id, results.c.job_id).where(results.c.artifact_id.in_(_IDS)),
        *(
            select(column.label("artifact_id"), jobs.c.id.label("job_id")).where(column.in_(_IDS))
            for column in INPUTS
        ),
    ).subquery()
    return select(every.c.artifact_id, func.min(every.c.job_id).label("job_id")).group_by(every.c.artifact_id)


_OWNERS = _owners()
_SIZES = select(artifacts.c.id, artifacts.c.size).where(artifacts.c.id.in_(_IDS), artifacts.c.struck == 0)


def read_used(ledger: Ledger, names: Collection[str]) -> Mapping[str, int]:
    """Bytes that some departments have in the store, as accounts count them; of none without a name.

    Raises:
        AwayError: ``ledger-away``.
    """
    if not names:
        return {}
    only = next(iter(names)) if len(names) == 1 else ""
    stored = {each.key: each.size for each in read_stored(ledger, By.DEPARTMENT, department=only)}
    return {name: stored.get(name, 0) for name in names}


def read_room(ledger: Ledger, department: str) -> Room | None:
    """What a department has in the store, and may have; None: there is no limit.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        found = connection.execute(_NAMED, {"name": department}).first()
        if found is None or found.store_bytes is None:
            return None
        # What comes between is counted twice rather than not at all.
        last = connection.execute(_LAST, {"department": found.id}).scalar() or 0
    used = read_used(ledger, [department])[department]
    return Room(id=found.id, name=found.name, limit=found.store_bytes, used=used, last=last)


def check_ahead(ledger: Ledger, department: str, given: Mapping[tuple[Kind, str], Artifact]) -> Room | None:
    """Refuse what would take a department beyond its limit, before anything of it is stored.

    Args:
        ledger: the ledger.
        department: its name.
        given: what the new films are given.

    Returns:
        What it has and would get; None: there is no limit.

    Raises:
        InputError: ``submit-store-limit``.
        AwayError: ``ledger-away``.
    """
    room = read_room(ledger, department)
    if room is None:
        return None
    with ledger.read() as connection:
        owned = _owned(connection, given)
    return _checked(room, sum(each.size for place, each in given.items() if place not in owned))


def check_entered(connection: Connection, room: Room) -> Room | None:
    """Refuse a submission whose jobs have been entered and that takes its department beyond its limit.

    Args:
        connection: the submission's transaction, which holds the department's row.
        room: what was counted before.

    Returns:
        What it has and gets; None: there is no limit any more.

    Raises:
        InputError: ``submit-store-limit``.
    """
    limit = connection.execute(_LIMIT, {"department": room.id}).scalar()
    if limit is None:
        return None
    asked = {"department": room.id, "last": room.last}
    entered: set[int] = set()
    given = set(connection.execute(_NEW_USES, asked).scalars())
    for row in connection.execute(_NEW_JOBS, asked):
        entered.add(row.id)
        given.update(each for each in row[1:] if each is not None)
    new = 0
    for some in _parts(given):
        owners = connection.execute(_OWNERS, {"ids": some})
        mine = {row.artifact_id for row in owners if row.job_id in entered}
        new += sum(row.size for row in connection.execute(_SIZES, {"ids": some}) if row.id in mine)
    return _checked(replace(room, limit=limit), new)


def _checked(room: Room, new: int) -> Room:
    if room.used + new > room.limit:
        raise InputError(
            "submit-store-limit",
            department=room.name,
            limit=_megabytes(room.limit),
            used=_megabytes(room.used),
            new=_megabytes(new),
        )
    return replace(room, new=new)


def _owned(connection: Connection, given: Iterable[tuple[Kind, str]]) -> set[tuple[Kind, str]]:
    """Those of some artifacts that lie in the store and count for a film already."""
    by_kind: dict[Kind, list[str]] = {}
    for kind, key in given:
        by_kind.setdefault(kind, []).append(key)
    owned: set[tuple[Kind, str]] = set()
    for kind, keys in by_kind.items():
        for start in range(0, len(keys), rows.MANY):
            asked = {"kind_": kind.value, "keys": sorted(keys)[start : start + rows.MANY]}
            known = {row.id: row.key for row in connection.execute(_KEYS, asked)}
            found = connection.execute(_OWNERS, {"ids": sorted(known)})
            owned |= {(kind, known[row.artifact_id]) for row in found}
    return owned


def _parts(ids: Iterable[int]) -> Iterable[list[int]]:
    ordered = sorted(ids)
    return (ordered[start : start + rows.MANY] for start in range(0, len(ordered), rows.MANY))


def _megabytes(size: int) -> str:
    return f"{size / _MEGABYTE:,.1f}"
