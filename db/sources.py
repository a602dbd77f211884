"""What departments gave: when it is let go of, and which jobs cannot be made again since it is gone.

A source goes when every job that refers to it lets it go: its film lies in the archive, or it was canceled,
for as long as its department's retention says. A job that is under way, that failed, whose film is not
archived yet, or whose department keeps its sources, needs them. What profiles are made of stays with them.
The ledger still knows what a source was: its artifact is struck out, and gc deletes the file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
)

from db import rows
from db.collect import INPUTS, SEIZE, STRIKE, UNUSED, in_window, windows_of
from db.ledger import Ledger
from db.states import ArchiveState, JobState, Stage
from db.tables import artifacts, attempts, departments, jobs, steps
from farm.policy.retention import KEEP, over_by
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import Fact

_NEVER_OVER = -1
_LONG_AFTER = 2**62
_RETENTIONS = select(departments.c.retention).where(departments.c.retention != KEEP).distinct()
_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_LOCK_JOBS = (
    select(jobs.c.id, jobs.c.state, *INPUTS)
    .where(jobs.c.id.in_(_JOBS))
    .order_by(jobs.c.id)
    .with_for_update(key_share=True)
)
# Held, so that gc lets nothing go that a job is about to need.
_STRUCK = (
    select(artifacts.c.id, artifacts.c.struck)
    .where(artifacts.c.id.in_(_IDS))
    .order_by(artifacts.c.id)
    .with_for_update(read=True)
)
_STRUCK_SOURCE = (artifacts.c.kind == Kind.SOURCE.value, artifacts.c.struck == 1)
_IS_STRUCK = select(artifacts.c.id).where(*_STRUCK_SOURCE, artifacts.c.key == bindparam("key_"))
_LOST = (
    select(artifacts.c.key)
    .where(*_STRUCK_SOURCE, artifacts.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(artifacts.c.key)
)
_ENDED = {JobState.FAILED.value, JobState.CANCELED.value}


def let_go(ledger: Ledger, *, before: int) -> int:
    """Strike out sources from before a time that no job needs, as departments wish it; how many.

    Their files are left over then, for `farm.gc`.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        wishes = _wishes(connection, ledger.clock())
    if not wishes:
        return 0
    gone, wished = 0, free(wishes)
    for window in windows_of(ledger):
        asked = {"before": before, **window}
        with ledger.read() as connection:
            some = connection.execute(wished, asked).scalars().all()
        if some:
            gone += _strike(ledger, some, asked)
    return gone


def _strike(ledger: Ledger, some: Sequence[int], asked: Mapping[str, int]) -> int:
    with ledger.write("drop-sources") as connection:
        seized = connection.execute(SEIZE, {"ids": some}).scalars().all()
        # Asked again in a statement of its own, which sees what was committed before the seizure: what was
        # submitted or requeued meanwhile, and what a department wishes by now.
        wishes = _wishes(connection, ledger.clock())
        if not wishes:
            return 0
        still = free(wishes).where(artifacts.c.id.in_(_IDS))
        ids = connection.execute(still, {**asked, "ids": seized}).scalars().all()
        return connection.execute(STRIKE, {"ids": ids}).rowcount


def _wishes(connection: Connection, now: int) -> dict[str, int]:
    """By when a job has to have been over, of each retention under which sources go."""
    by = {each: over_by(each, now) for each in connection.execute(_RETENTIONS).scalars()}
    return {each: time for each, time in by.items() if time is not None}


def free(wishes: Mapping[str, int]) -> Select[int]:
    """The sources of a window, from ``before`` a time, that no job needs where these are the wishes.

    Args:
        wishes: by when a job has to have been over, by its department's retention; at least one.
    """
    by: ColumnElement[int] = case(dict(wishes), value=departments.c.retention, else_=_NEVER_OVER)
    archived_later = exists().where(
        steps.c.job_id == jobs.c.id,
        steps.c.stage == Stage.ARCHIVE.value,
        attempts.c.step_id == steps.c.id,
        # Not by the index of its times: a step's attempts are few.
        func.coalesce(attempts.c.ended_at, 0) > by,
    )
    needs_it = or_(
        # Failed ones may be requeued.
        jobs.c.state.not_in([JobState.COMPLETED.value, JobState.CANCELED.value]),
        (jobs.c.state == JobState.COMPLETED.value) & (jobs.c.archive != ArchiveState.ARCHIVED.value),
        func.coalesce(jobs.c.ended_at, _LONG_AFTER) > by,
        archived_later,
    )
    # What is needed within the window is gathered once for each column, by its index: one portrait may be
    # that of all films, and would be looked up for each artifact beside it else.
    needed = (
        select(column)
        .outerjoin_from(jobs, departments, departments.c.id == jobs.c.department_id)
        .where(in_window(column), needs_it)
        for column in INPUTS
    )
    return (
        select(artifacts.c.id)
        .where(
            artifacts.c.kind == Kind.SOURCE.value,
            artifacts.c.struck == 0,
            artifacts.c.made_at < bindparam("before"),
            *UNUSED,
            *(artifacts.c.id.not_in(each) for each in needed),
            # What no job refers to is none of these: gc drops it whole.
            or_(*(artifacts.c.id.in_(_given_in(column)) for column in INPUTS)),
        )
        .order_by(artifacts.c.id)
    )


def _given_in(column: ColumnElement[int] | ColumnElement[int | None]) -> Select[Any]:
    return select(column).where(in_window(column))


def without(connection: Connection, job_ids: Collection[int]) -> set[int]:
    """Those of some jobs that failed or were canceled, and of which a source is gone.

    The jobs and what the others were given are held until the transaction ends.
    """
    ordered, given = sorted(set(job_ids)), dict[int, set[int]]()
    for start in range(0, len(ordered), rows.MANY):
        for row in connection.execute(_LOCK_JOBS, {"jobs": ordered[start : start + rows.MANY]}):
            if row.state in _ENDED:
                given[row.id] = {each for each in row[2:] if each is not None}
    ids = sorted(set().union(*given.values()))
    struck: set[int] = set()
    for start in range(0, len(ids), rows.MANY):
        found = connection.execute(_STRUCK, {"ids": ids[start : start + rows.MANY]})
        struck |= {row.id for row in found if row.struck}
    return {job for job, sources in given.items() if sources & struck}


def is_gone(connection: Connection, facts: Mapping[str, Fact]) -> bool:
    """Whether what an error tells of by ``kind`` and ``key`` is a source that the ledger knows to be gone."""
    key = facts.get("key")
    if facts.get("kind") != Kind.SOURCE.value or not isinstance(key, str):
        return False
    return connection.execute(_IS_STRUCK, {"key_": key}).first() is not None


def bring_back(ledger: Ledger, given: Mapping[tuple[Kind, str], Artifact]) -> None:
    """Accept sources again that were gone and lie in the store once more.

    Raises:
        AwayError: ``ledger-away``.
    """
    lost: list[Artifact] = []
    with ledger.read() as connection:
        keys = sorted(key for kind, key in given if kind is Kind.SOURCE)
        for start in range(0, len(keys), rows.MANY):
            found = connection.execute(_LOST, {"keys": keys[start : start + rows.MANY]}).scalars()
            lost += [given[Kind.SOURCE, key] for key in found]
    if lost:
        with ledger.write("submit") as connection:
            rows.accept(connection, lost, ledger.clock())
