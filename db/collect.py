"""What nobody needs any more, as the ledger sees it: the half of gc that is transactions.

A job needs what its steps use until its film is archived, and its inputs and the parts of its film for as
long as it is remembered. So failed and canceled jobs, which may be retried, keep everything.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import BindParameter, bindparam, delete, exists, func, or_, select

from db import rows
from db.ledger import Ledger
from db.states import ArchiveState, Role
from db.tables import IS_RUNNING, artifacts, attempts, jobs, key_leases, results, steps, uses

_OLDEST = select(func.min(attempts.c.started_at)).join_from(
    steps, attempts, (attempts.c.step_id == steps.c.id) & (attempts.c.number == steps.c.fence)
)
_OLDEST = _OLDEST.where(IS_RUNNING)
_needed = or_(
    exists().where(
        uses.c.artifact_id == artifacts.c.id,
        uses.c.job_id == jobs.c.id,
        jobs.c.archive != ArchiveState.ARCHIVED.value,
    ),
    exists().where(results.c.artifact_id == artifacts.c.id, results.c.role != Role.TIMELINE.value),
    exists().where(
        results.c.artifact_id == artifacts.c.id,
        results.c.job_id == jobs.c.id,
        jobs.c.archive != ArchiveState.ARCHIVED.value,
    ),
    exists().where(jobs.c.script_id == artifacts.c.id),
    exists().where(jobs.c.portrait_id == artifacts.c.id),
)
_OLD = (
    select(artifacts.c.id)
    .where(artifacts.c.made_at < bindparam("before"), artifacts.c.id > bindparam("after"), ~_needed)
    .order_by(artifacts.c.id)
    .limit(rows.MANY)
)
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
# Whoever is about to rest on one of them holds it; such a one is left for the next time.
_SEIZE = (
    select(artifacts.c.id)
    .where(artifacts.c.id.in_(_IDS))
    .order_by(artifacts.c.id)
    .with_for_update(skip_locked=True)
)
_STILL_UNNEEDED = select(artifacts.c.id).where(artifacts.c.id.in_(_IDS), ~_needed)
_DROP_USES = delete(uses).where(uses.c.artifact_id.in_(_IDS))
_DROP_RESULTS = delete(results).where(results.c.artifact_id.in_(_IDS))
_DROP = delete(artifacts).where(artifacts.c.id.in_(_IDS))
_KEPT = select(artifacts.c.kind, artifacts.c.key, artifacts.c.digest).where(
    artifacts.c.key.in_(bindparam("keys", expanding=True)), artifacts.c.struck == 0
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
    after = 0
    while True:
        with ledger.read() as connection:
            some = list(connection.execute(_OLD, {"before": before, "after": after}).scalars())
        if not some:
            return dropped
        after = some[-1]
        with ledger.write("drop-unneeded") as connection:
            seized = list(connection.execute(_SEIZE, {"ids": some}).scalars())
            # Asked again in a statement of its own, which sees what was committed before the seizure.
            ids = {"ids": list(connection.execute(_STILL_UNNEEDED, {"ids": seized}).scalars())}
            connection.execute(_DROP_USES, ids)
            connection.execute(_DROP_RESULTS, ids)
            dropped += connection.execute(_DROP, ids).rowcount


def kept_files(ledger: Ledger, keys: Collection[str]) -> frozenset[tuple[str, str, str]]:
    """Kind, key and digest of every accepted artifact among some keys.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        found = connection.execute(_KEPT, {"keys": sorted(set(keys))})
        return frozenset((row.kind, row.key, row.digest) for row in found)


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
