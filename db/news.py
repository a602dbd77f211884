"""News for other programs: entered by the very transaction that ends a film, told until somebody took it.

A film has ended when it lies in the archive, when it or its way there failed, or when it was canceled; a
batch when each of its films has. So nothing is told of a film that nobody can open yet, and what is told is
what stands: no transaction ends a film without its news, and none tells of an end that was undone. A film
that goes on after a retry, or is made anew, ends once more, and so does its batch: that is told again.
Nothing is entered of events that nobody has subscribed to.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import BindParameter, Connection, and_, bindparam, delete, func, insert, or_, select

from db.codec import facts_from_text
from db.ledger import Ledger
from db.prepared import Found, run
from db.states import ArchiveState, DeliveryState, Event, JobState, Stage
from db.tables import batches, deliveries, jobs, steps, subscriptions
from pipeline.plan.errors import Fact
from pipeline.plan.keys import canonical

#: How many jobs one statement names.
_MANY = 500
_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
#: Facts of errors that may quote a script: no news repeats them.
_QUOTING = frozenset({"text", "word", "words", "said", "heard", "sentence", "script"})
_LONGEST_FACT = 200
_QUOTED = "…"


_WANTED = select(subscriptions.c.event)
_ENDED = (
    select(
        jobs.c.id,
        jobs.c.batch_id,
        jobs.c.row_name,
        jobs.c.state,
        jobs.c.archive,
        jobs.c.archive_path,
        jobs.c.frames,
        jobs.c.spec,
        jobs.c.traceparent,
        func.coalesce(jobs.c.error_code, steps.c.error_code).label("error_code"),
        func.coalesce(jobs.c.error_facts, steps.c.error_facts).label("error_facts"),
    )
    .join_from(
        jobs, steps, and_(steps.c.job_id == jobs.c.id, steps.c.stage == Stage.ARCHIVE.value), isouter=True
    )
    .where(jobs.c.id.in_(_JOBS))
    .order_by(jobs.c.id)
)
# Two films that end at once would otherwise not see each other's end on PostgreSQL.
_LOCK_BATCH = (
    select(batches.c.name, batches.c.created_at)
    .where(batches.c.id == bindparam("batch"))
    .with_for_update(key_share=True)
)
_GOING = (
    select(jobs.c.id)
    .where(
        jobs.c.batch_id == bindparam("batch"),
        or_(
            jobs.c.state.in_([JobState.QUEUED.value, JobState.ACTIVE.value, JobState.REVIEW.value]),
            jobs.c.archive == ArchiveState.PENDING.value,
        ),
    )
    .limit(1)
)
_COUNTS = (
    select(jobs.c.state, jobs.c.archive, func.count().label("films"))
    .where(jobs.c.batch_id == bindparam("batch"))
    .group_by(jobs.c.state, jobs.c.archive)
)
_ENTER = insert(deliveries)


def enter(connection: Connection, job_ids: Iterable[int], now: int) -> None:
    """Enter the news of films that this very transaction has ended, and of batches that end with them.

    Called last in it: batches are locked after all of its jobs.

    Args:
        connection: the transaction.
        job_ids: films that were under way before; one that is on its way to the archive has not ended.
        now: when.
    """
    wanted = {row.event for row in run(connection, _WANTED, {})}
    if not wanted:
        return
    concerned: set[int] = set()
    ordered = sorted(set(job_ids))
    for start in range(0, len(ordered), _MANY):
        found = run(connection, _ENDED, {}, {"jobs": ordered[start : start + _MANY]}).rows
        ended = [(event, row) for row in found if (event := _event_of(row)) is not None]
        concerned.update(row.batch_id for _, row in ended)
        told = [
            _entry(event, now, batch=row.batch_id, job=row.id, body=_film(row))
            for event, row in ended
            if event.value in wanted
        ]
        if told:
            connection.execute(_ENTER, told)
    if Event.BATCH_COMPLETE.value in wanted:
        for batch in sorted(concerned):
            _complete(connection, batch, now)


def _complete(connection: Connection, batch: int, now: int) -> None:
    """Enter that a batch is complete, if it is."""
    row = run(connection, _LOCK_BATCH, {"batch": batch}).one()
    if run(connection, _GOING, {"batch": batch}).first() is not None:
        return
    films = {"done": 0, "failed": 0, "canceled": 0}
    for count in run(connection, _COUNTS, {"batch": batch}):
        event = _event_of(count)
        if event is not None:
            films[event.value.removeprefix("film.")] += count.films
    body = {"name": row.name, "submitted_at": row.created_at, "films": films}
    connection.execute(_ENTER, [_entry(Event.BATCH_COMPLETE, now, batch=batch, job=None, body=body)])


def _entry(event: Event, now: int, *, batch: int, job: int | None, body: Mapping[str, Any]) -> dict[str, Any]:
    told = {"key": str(uuid.uuid4()), "event": event.value, "batch_id": batch, "job_id": job}
    stands = {"state": DeliveryState.DUE.value, "tries": 0, "forgiven": 0, "due_at": now, "created_at": now}
    return {**told, **stands, "body": canonical(dict(body)), "ended_at": None}


def _event_of(row: Found) -> Event | None:
    """What a film's standing is news of; None: it has not ended."""
    if row.state == JobState.FAILED.value or row.archive == ArchiveState.ERROR.value:
        return Event.FILM_FAILED
    if row.state == JobState.CANCELED.value:
        return Event.FILM_CANCELED
    return Event.FILM_DONE if row.archive == ArchiveState.ARCHIVED.value else None


def _film(row: Found) -> dict[str, Any]:
    failed = _event_of(row) is Event.FILM_FAILED and row.error_code
    facts = {name: _unquoted(name, fact) for name, fact in facts_from_text(row.error_facts).items()}
    return {
        "row": row.row_name,
        "state": row.state,
        "archive": row.archive,
        "path": row.archive_path if row.archive == ArchiveState.ARCHIVED.value else None,
        "frames": row.frames,
        "fps": json.loads(row.spec)["format"]["fps"],
        "trace": row.traceparent,
        "error": {"code": row.error_code, "facts": facts} if failed else None,
    }


def _unquoted(name: str, fact: Fact) -> Fact:
    if isinstance(fact, int):
        return fact
    return _QUOTED if name in _QUOTING or len(fact) > _LONGEST_FACT else fact


def subscribe(ledger: Ledger, events: Collection[Event]) -> bool:
    """Have news of these events entered from now on, and of no others; whether that is new.

    Raises:
        AwayError: ``ledger-away``.
    """
    wanted = {event.value for event in events}
    with ledger.read() as connection:
        if {row.event for row in run(connection, _WANTED, {})} == wanted:
            return False
    with ledger.write("news-subscribe") as connection:
        connection.execute(delete(subscriptions))
        if wanted:
            connection.execute(insert(subscriptions), [{"event": event} for event in sorted(wanted)])
    return True
