"""What nobody needs any more, as the ledger sees it: the half of gc that is transactions.

A job needs what its steps use until its film is archived, and its inputs and the parts of its film for as
long as it is remembered. So failed and canceled jobs, which may be retried, keep everything.

Where the store has a limit, what nobody needs stays in it for as long as there is room: a sentence that is
changed years later finds the clips of the others. What was not used for longest goes first then, and with it
films that lie in the archive: of these the ledger still knows what they were.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import BindParameter, ColumnElement, bindparam, delete, exists, func, select, update

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


def in_window(column: ColumnElement[int] | ColumnElement[int | None]) -> ColumnElement[bool]:
    """Whether an artifact's id is one of the window ``after`` to ``upto``."""
    return (column > _after) & (column <= _upto)


# What refers to an artifact is looked for within the window alone, by the index of each column: so a look
# costs what the window holds, whatever a database thinks of the rest. Each is a NOT EXISTS of its own, since
# PostgreSQL makes a join of one, and not of several within an OR.
#: What was given with jobs, and what profiles are made of.
INPUTS = (
    jobs.c.script_id,
    jobs.c.portrait_id,
    jobs.c.background_id,
    jobs.c.recording_id,
    jobs.c.brief_id,
    jobs.c.lexicon_id,
)
OF_PROFILES = (
    profiles.c.consent_id,
    profiles.c.reference_id,
    profile_files.c.artifact_id,
)
_is_open = jobs.c.archive != ArchiveState.ARCHIVED.value
_is_part = exists().where(
    results.c.artifact_id == artifacts.c.id,
    in_window(results.c.artifact_id),
    results.c.role != Role.TIMELINE.value,
)
#: What no step of an unfinished job uses, and no profile is made of.
UNUSED = (
    in_window(artifacts.c.id),
    ~exists().where(
        uses.c.artifact_id == artifacts.c.id,
        in_window(uses.c.artifact_id),
        uses.c.job_id == jobs.c.id,
        _is_open,
    ),
    ~exists().where(
        results.c.artifact_id == artifacts.c.id,
        in_window(results.c.artifact_id),
        results.c.job_id == jobs.c.id,
        _is_open,
    ),
    *(~exists().where(column == artifacts.c.id, in_window(column)) for column in OF_PROFILES),
)
#: What no unfinished job needs, though it may be a part of a film that is archived.
_SPARE = (
    *UNUSED,
    *(~exists().where(column == artifacts.c.id, in_window(column)) for column in INPUTS),
)
_UNNEEDED = (~_is_part, *_SPARE)
_last_use = (
    select(func.max(func.coalesce(jobs.c.ended_at, jobs.c.submitted_at)))
    .join_from(uses, jobs, jobs.c.id == uses.c.job_id)
    .where(uses.c.artifact_id == artifacts.c.id)
    .scalar_subquery()
)
#: What may go where the store has a limit, and when a job last used it; None: none did.
SPARE = (
    select(artifacts.c.id, artifacts.c.size, artifacts.c.made_at, _last_use.label("used_at"))
    .where(artifacts.c.made_at < bindparam("before"), artifacts.c.struck == 0, *_SPARE)
    .order_by(artifacts.c.id)
)
_STORED = select(func.coalesce(func.sum(artifacts.c.size), 0)).where(artifacts.c.struck == 0)
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
SEIZE = (
    select(artifacts.c.id)
    .where(artifacts.c.id.in_(_IDS))
    .order_by(artifacts.c.id)
    .with_for_update(skip_locked=True)
)
_STILL_UNNEEDED = select(artifacts.c.id).where(artifacts.c.id.in_(_IDS), *_UNNEEDED)
_DROP_USES = delete(uses).where(uses.c.artifact_id.in_(_IDS))
_DROP_RESULTS = delete(results).where(results.c.artifact_id.in_(_IDS))
_DROP = delete(artifacts).where(artifacts.c.id.in_(_IDS))
_PARTS = select(artifacts.c.id).where(artifacts.c.id.in_(_IDS), _is_part, *_SPARE)
STRIKE = update(artifacts).where(artifacts.c.id.in_(_IDS)).values(struck=1)
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


@dataclass(frozen=True, kw_only=True)
class Spared:
    """What became of a store that has a limit.

    Attributes:
        artifacts: artifacts whose files nobody refers to any more.
        over: bytes beyond the limit that remain, since they are needed or too young.
    """

    artifacts: int
    over: int


def drop_unneeded(ledger: Ledger, *, before: int) -> int:
    """Forget artifacts from before a time that no job needs; how many. Their files are left over then.

    A step that found one of them meanwhile and has not committed yet is refused its commit, and begins again.

    Raises:
        AwayError: ``ledger-away``.
    """
    dropped = 0
    for window in windows_of(ledger):
        with ledger.read() as connection:
            some = [row.id for row in run(connection, OLD, {"before": before, **window})]
        if some:
            dropped += _drop(ledger, some, window)
    return dropped


def drop_least_used(ledger: Ledger, *, before: int, most: int) -> Spared:
    """Forget so many artifacts from before a time that the rest is no larger than `most` bytes, if it may be.

    Who was not used for longest goes first: used is what a job uses, up to that job's end. What an unfinished
    job needs, a film that is not archived yet, and what was given, stay. Files are left over as with
    `drop_unneeded`, of which the files of archived films are told apart by their artifacts, which are struck.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        excess = int(run(connection, _STORED, {}).scalar()) - most
    dropped = 0
    if excess > 0:
        victims = _least_used(ledger, before, excess)
        ids = sorted(victims)
        for start in range(0, len(ids), rows.MANY):
            some = ids[start : start + rows.MANY]
            dropped += _drop(ledger, some, {"after": some[0] - 1, "upto": some[-1]}, parts=True)
        excess -= sum(victims.values())
    return Spared(artifacts=dropped, over=max(0, excess))


def _least_used(ledger: Ledger, before: int, excess: int) -> Mapping[int, int]:
    """Those not used for longest that together free this many bytes, as few as may be: their sizes by id."""
    kept: list[tuple[int, int, int]] = []
    freed = 0
    for window in windows_of(ledger):
        with ledger.read() as connection:
            found = run(connection, SPARE, {"before": before, **window}).rows
        for row in found:
            # The latest used stands first, and goes back when the others are enough without it.
            heapq.heappush(kept, (-max(row.made_at, row.used_at or 0), -row.id, row.size))
            freed += row.size
            while freed - kept[0][2] >= excess:
                freed -= heapq.heappop(kept)[2]
    return {-number: size for _, number, size in kept}


def windows_of(ledger: Ledger) -> Iterator[Mapping[str, int]]:
    """The artifacts' ids in parts that a look may take at once."""
    window = {"after": 0, "upto": 0}
    while True:
        with ledger.read() as connection:
            upto = run(connection, _UPTO, window).scalar()
        if upto is None:
            return
        yield {**window, "upto": upto}
        window["after"] = upto


def _drop(ledger: Ledger, some: Sequence[int], window: Mapping[str, int], *, parts: bool = False) -> int:
    with ledger.write("drop-unneeded") as connection:
        seized = list(connection.execute(SEIZE, {"ids": some}).scalars())
        # Asked again in statements of their own, which see what was committed before the seizure.
        asked = {"ids": seized, **window}
        ids = {"ids": list(connection.execute(_STILL_UNNEEDED, asked).scalars())}
        of_films = {"ids": list(connection.execute(_PARTS, asked).scalars()) if parts else []}
        connection.execute(_DROP_USES, ids)
        connection.execute(_DROP_RESULTS, ids)
        left = connection.execute(STRIKE, of_films).rowcount
        return connection.execute(_DROP, ids).rowcount + left


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
