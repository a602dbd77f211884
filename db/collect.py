"""What nobody needs any more, as the ledger sees it: the half of gc that is transactions.

A job needs what its steps use until its film is archived, and its inputs and the parts of its film for as
long as it is remembered. So failed and canceled jobs, which may be retried, keep everything.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import BindParameter, ColumnElement, bindparam, delete, exists, func, select

from db import rows
from db.ledger import Ledger
from db.prepared import run
from db.states import ArchiveState, Role
from db.tables import (
    IS_RUNNING,
    artifacts,
    attempts,
    jobs,
    key_leases,
    profile_files,
    profiles,
    results,
    steps,
    uses,
)
from pipeline.plan.artifact import Kind

_OLDEST = select(func.min(attempts.c.started_at)).join_from(
    steps, attempts, (attempts.c.step_id == steps.c.id) & (attempts.c.number == steps.c.fence)
)
_OLDEST = _OLDEST.where(IS_RUNNING)
_after: BindParameter[int] = bindparam("after")
_upto: BindParameter[int] = bindparam("upto")


def _in_window(column: ColumnElement[int] | ColumnElement[int | None]) -> ColumnElement[bool]:
    return (column > _after) & (column <= _upto)


# What refers to an artifact is looked for within the window alone, by the index of each column: so a look
# costs what the window holds, whatever a database thinks of the rest. Each is a NOT EXISTS of its own, since
# PostgreSQL makes a join of one, and not of several within an OR.
#: What was given: jobs' inputs, and what profiles are made of.
_GIVEN = (
    jobs.c.script_id,
    jobs.c.portrait_id,
    jobs.c.background_id,
    jobs.c.recording_id,
    jobs.c.brief_id,
    jobs.c.lexicon_id,
    profiles.c.consent_id,
    profiles.c.reference_id,
    profile_files.c.artifact_id,
)
_is_open = jobs.c.archive != ArchiveState.ARCHIVED.value
_UNNEEDED = (
    _in_window(artifacts.c.id),
    ~exists().where(
        uses.c.artifact_id == artifacts.c.id,
        _in_window(uses.c.artifact_id),
        uses.c.job_id == jobs.c.id,
        _is_open,
    ),
    ~exists().where(
        results.c.artifact_id == artifacts.c.id,
        _in_window(results.c.artifact_id),
        results.c.role != Role.TIMELINE.value,
    ),
    ~exists().where(
        results.c.artifact_id == artifacts.c.id,
        _in_window(results.c.artifact_id),
        results.c.job_id == jobs.c.id,
        _is_open,
    ),
    *(~exists().where(column == artifacts.c.id, _in_window(column)) for column in _GIVEN),
)
_window = (
    select(artifacts.c.id).where(artifacts.c.id > _after).order_by(artifacts.c.id).limit(rows.MANY).subquery()
)
_UPTO = select(func.max(_window.c.id))
OLD = (
    select(artifacts.c.id)
    .where(artifacts.c.made_at < bindparam("before"), *_UNNEEDED)
    .order_by(artifacts.c.id)
)
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
# Whoever is about to rest on one of them holds it; such a one is left for the next time.
_SEIZE = (
    select(artifacts.c.id)
    .where(artifacts.c.id.in_(_IDS))
    .order_by(artifacts.c.id)
    .with_for_update(skip_locked=True)
)
_STILL_UNNEEDED = select(artifacts.c.id).where(artifacts.c.id.in_(_IDS), *_UNNEEDED)
_DROP_USES = delete(uses).where(uses.c.artifact_id.in_(_IDS))
_DROP_RESULTS = delete(results).where(results.c.artifact_id.in_(_IDS))
_DROP = delete(artifacts).where(artifacts.c.id.in_(_IDS))
# Without the kind, no index would lead to a key.
KEPT = select(artifacts.c.key, artifacts.c.digest).where(
    artifacts.c.kind == bindparam("kind_"),
    artifacts.c.key.in_(bindparam("keys", expanding=True)),
    artifacts.c.struck == 0,
)
_is_held = exists().where(steps.c.id == key_leases.c.step_id, steps.c.fence == key_leases.c.fence, IS_RUNNING)
_STALE = select(key_leases.c.kind, key_leases.c.key).where(~_is_held)
_ONE_KEY = (key_leases.c.kind == bindparam("kind_")) & (key_leases.c.key == bindparam("key_"))
_SEIZE_KEY = select(key_leases.c.key).where(_ONE_KEY).with_for_update(skip_locked=True)
_DROP_KEY = delete(key_leases).where(_ONE_KEY, ~_is_held)


def horizon(ledger: Ledger, *, grace_ms: int) -> int:
    """The time before which no work under way can touch anything: the grace before the oldest attempt.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        oldest = connection.execute(_OLDEST).scalar()
    return min(ledger.clock(), oldest if oldest is not None else ledger.clock()) - grace_ms


def drop_unneeded(ledger: Ledger, *, before: int) -> int:
    """Forget artifacts from before a time that no job needs; how many. Their files are left over then.

    A step that found one of them meanwhile and has not committed yet is refused its commit, and begins again.

    Raises:
        AwayError: ``ledger-away``.
    """
    dropped = 0
    window = {"after": 0, "upto": 0}
    while True:
        with ledger.read() as connection:
            upto = run(connection, _UPTO, window).scalar()
            if upto is None:
                return dropped
            window["upto"] = upto
            some = [row.id for row in run(connection, OLD, {"before": before, **window})]
        if some:
            dropped += _drop(ledger, some, window)
        window["after"] = upto


def _drop(ledger: Ledger, some: list[int], window: Mapping[str, int]) -> int:
    with ledger.write("drop-unneeded") as connection:
        seized = list(connection.execute(_SEIZE, {"ids": some}).scalars())
        # Asked again in a statement of its own, which sees what was committed before the seizure.
        ids = {"ids": list(connection.execute(_STILL_UNNEEDED, {"ids": seized, **window}).scalars())}
        connection.execute(_DROP_USES, ids)
        connection.execute(_DROP_RESULTS, ids)
        return connection.execute(_DROP, ids).rowcount


def kept_files(ledger: Ledger, kind: Kind, keys: Collection[str]) -> frozenset[tuple[str, str]]:
    """Key and digest of every accepted artifact of a kind among some keys.

    Raises:
        AwayError: ``ledger-away``.
    """
    asked = {"keys": sorted(set(keys))}
    with ledger.read() as connection:
        return frozenset((row.key, row.digest) for row in run(connection, KEPT, {"kind_": kind.value}, asked))


def drop_stale_keys(ledger: Ledger) -> int:
    """Drop the leases of keys whose makers are gone; how many.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        stale = connection.execute(_STALE).all()
    if not stale:
        return 0
    dropped = 0
    with ledger.write("drop-stale-keys") as connection:
        for row in stale:
            asked = {"kind_": row.kind, "key_": row.key}
            if connection.execute(_SEIZE_KEY, asked).first() is not None:
                dropped += connection.execute(_DROP_KEY, asked).rowcount
    return dropped
