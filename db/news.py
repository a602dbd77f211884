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
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, and_, bindparam, delete, func, insert, or_, select, update

from db.codec import facts_from_text
from db.ledger import Ledger
from db.prepared import Found, run
from db.states import ArchiveState, DeliveryState, Event, JobState, Stage
from db.tables import audit, batches, deliveries, delivery_tries, jobs, steps, subscriptions
from pipeline.plan.errors import Fact, InputError
from pipeline.plan.keys import canonical

#: How many jobs one statement names.
_MANY = 500
_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
#: Facts of errors that may quote a script: no news repeats them.
_QUOTING = frozenset({"text", "word", "words", "said", "heard", "sentence", "script"})
_LONGEST_FACT = 200
_QUOTED = "…"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A piece of news that is to be told, or was.

    Attributes:
        id: its number, for people.
        key: its name for those who get it, always the same.
        event: what happened.
        batch: to which batch, or to a film of which.
        job: to which film; None: to the batch.
        body: what is told, as values.
        state: whether it was told.
        tries: how often it was tried.
        forgiven: how many of these do not count any more.
        due_at: when it is tried next.
        created_at: when it happened.
        ended_at: when it was told or given up.
    """

    id: int
    key: str
    event: Event
    batch: int
    job: int | None
    body: Mapping[str, Any]
    state: DeliveryState
    tries: int
    forgiven: int
    due_at: int
    created_at: int
    ended_at: int | None


@dataclass(frozen=True, kw_only=True)
class Try:
    """One try to tell a piece of news.

    Attributes:
        number: from 1.
        at: when it ended.
        status: what HTTP's status was; 0: there was no answer.
        detail: why it did not succeed, in a few words; empty where it did.
    """

    number: int
    at: int
    status: int
    detail: str


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
_DUE = (
    select(deliveries)
    .where(deliveries.c.state == DeliveryState.DUE.value, deliveries.c.due_at <= bindparam("now"))
    .order_by(deliveries.c.due_at, deliveries.c.id)
    .limit(bindparam("most"))
)
_TRIED = (
    update(deliveries)
    .where(
        deliveries.c.id == bindparam("which"),
        deliveries.c.tries == bindparam("seen"),
        deliveries.c.state == DeliveryState.DUE.value,
    )
    .values(
        tries=bindparam("seen_now"),
        state=bindparam("to"),
        due_at=bindparam("due"),
        ended_at=bindparam("ended"),
    )
)
_TRY = insert(delivery_tries)
_AGAIN = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("which"))
    .values(
        state=DeliveryState.DUE.value, due_at=bindparam("now"), ended_at=None, forgiven=deliveries.c.tries
    )
)
_AUDIT = insert(audit)
_ONE = select(deliveries).where(deliveries.c.id == bindparam("which"))
_NEWEST = select(deliveries).order_by(deliveries.c.id.desc()).limit(bindparam("most"))
_TRIES = (
    select(delivery_tries)
    .where(delivery_tries.c.delivery_id == bindparam("which"))
    .order_by(delivery_tries.c.number)
)
_GIVEN_UP = (
    select(func.count()).select_from(deliveries).where(deliveries.c.state == DeliveryState.GIVEN_UP.value)
)
_old = (deliveries.c.state != DeliveryState.DUE.value) & (deliveries.c.ended_at < bindparam("before"))
_DROP_TRIES = delete(delivery_tries).where(
    delivery_tries.c.delivery_id.in_(select(deliveries.c.id).where(_old))
)
_DROP = delete(deliveries).where(_old)


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


def read_due(ledger: Ledger, *, most: int) -> tuple[Delivery, ...]:
    """What is to be told now, what waits for longest first.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        found = run(connection, _DUE, {"now": ledger.clock(), "most": most})
        return tuple(_delivery(row) for row in found)


def tried(
    ledger: Ledger,
    delivery: Delivery,
    *,
    status: int,
    detail: str,
    state: DeliveryState,
    wait_ms: int = 0,
) -> bool:
    """Remember a try and what comes of it; False: another one was remembered first, and this one is not.

    Args:
        ledger: the ledger.
        delivery: as it was read.
        status: what was answered; 0: nothing.
        detail: why it did not succeed.
        state: how the piece of news stands from now on.
        wait_ms: how long it waits until it is tried again, if it is.

    Raises:
        AwayError: ``ledger-away``: the try may be made again, under the same key.
    """
    with ledger.write("news-tried") as connection:
        now, number = ledger.clock(), delivery.tries + 1
        told = {
            "which": delivery.id,
            "seen": delivery.tries,
            "seen_now": number,
            "to": state.value,
            "due": now + wait_ms,
            "ended": None if state is DeliveryState.DUE else now,
        }
        if connection.execute(_TRIED, told).rowcount != 1:
            return False
        made = {"delivery_id": delivery.id, "number": number, "at": now, "status": status, "detail": detail}
        connection.execute(_TRY, [made])
        return True


def replay(ledger: Ledger, ids: Sequence[int], *, by: str) -> None:
    """Have pieces of news told anew, under the keys that they had, with all their tries before them.

    Raises:
        InputError: ``notice-unknown``: there is none of a number; nothing was changed.
        AwayError: ``ledger-away``.
    """
    with ledger.write("news-replay") as connection:
        now = ledger.clock()
        for which in sorted(set(ids)):
            row = connection.execute(_ONE, {"which": which}).first()
            if row is None:
                raise InputError("notice-unknown", number=which)
            connection.execute(_AGAIN, {"which": which, "now": now})
            told = {"at": now, "by": by, "verb": "replay", "detail": f"{row.event} {which}"}
            connection.execute(_AUDIT, [{**told, "batch_id": row.batch_id, "job_id": row.job_id}])


def drop_old(ledger: Ledger, *, before: int) -> int:
    """Forget what was told or given up before a time, with its tries; how many pieces of news.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.write("news-drop") as connection:
        connection.execute(_DROP_TRIES, {"before": before})
        return connection.execute(_DROP, {"before": before}).rowcount


def read_newest(ledger: Ledger, *, most: int, state: DeliveryState | None = None) -> tuple[Delivery, ...]:
    """The latest pieces of news, the newest first; those of one state alone if asked so.

    Raises:
        AwayError: ``ledger-away``.
    """
    query = _NEWEST if state is None else _NEWEST.where(deliveries.c.state == state.value)
    with ledger.read() as connection:
        return tuple(_delivery(row) for row in connection.execute(query, {"most": most}))


def read_one(ledger: Ledger, which: int) -> tuple[Delivery, tuple[Try, ...]]:
    """A piece of news, and every try to tell it.

    Raises:
        InputError: ``notice-unknown``.
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        row = run(connection, _ONE, {"which": which}).first()
        if row is None:
            raise InputError("notice-unknown", number=which)
        return _delivery(row), tuple(
            Try(number=each.number, at=each.at, status=each.status, detail=each.detail)
            for each in run(connection, _TRIES, {"which": which})
        )


def count_given_up(ledger: Ledger) -> int:
    """How many pieces of news were given up, and are remembered.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        number: int = run(connection, _GIVEN_UP, {}).scalar()
        return number


def _delivery(row: Found) -> Delivery:
    return Delivery(
        id=row.id,
        key=row.key,
        event=Event(row.event),
        batch=row.batch_id,
        job=row.job_id,
        body=json.loads(row.body),
        state=DeliveryState(row.state),
        tries=row.tries,
        forgiven=row.forgiven,
        due_at=row.due_at,
        created_at=row.created_at,
        ended_at=row.ended_at,
    )
