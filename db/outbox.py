"""The outbox: each piece of news that is to be told or was, to whom, and every try to tell it.

Where several programs are told, each has a delivery of its own, with a key, tries and an end of its own. What
a film's end has entered is one row; before it is told for the first time, it becomes one for each of them.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, cast, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import JSON

from db.ledger import Ledger
from db.prepared import run
from db.states import DeliveryState, Event
from db.tables import audit, deliveries, delivery_tries
from pipeline.plan.errors import InputError
from pipeline.plan.keys import canonical

#: In a body: the program that it is for, by name.
_TO = "to"
#: How many are given their programs at a time.
_AT_ONCE = 500
_SAME = ("event", "batch_id", "job_id", "state", "tries", "forgiven", "due_at", "created_at", "ended_at")


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A piece of news that is to be told, or was.

    Attributes:
        id: its number, for people.
        key: its name for those who get it, always the same.
        event: what happened.
        batch: to which batch, or to a film of which.
        job: to which film; None: to the batch.
        to: which program is told, by name; empty: the only one.
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
    to: str
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


_DUE = (
    select(deliveries)
    .where(deliveries.c.state == DeliveryState.DUE.value, deliveries.c.due_at <= bindparam("now"))
    .order_by(deliveries.c.due_at, deliveries.c.id)
    .limit(bindparam("most"))
)
_TO_OF: Mapping[str, ColumnElement[str]] = {
    "sqlite": func.json_extract(deliveries.c.body, f"$.{_TO}"),
    "postgresql": func.json_extract_path_text(cast(deliveries.c.body, JSON), _TO),
}
_UNADDRESSED = {
    dialect: select(deliveries)
    .where(deliveries.c.state == DeliveryState.DUE.value, to.is_(None))
    .order_by(deliveries.c.id)
    .limit(_AT_ONCE)
    for dialect, to in _TO_OF.items()
}
_ADDRESSED = update(deliveries).where(deliveries.c.id == bindparam("which")).values(body=bindparam("told"))
_ENTER = insert(deliveries)
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


def address(ledger: Ledger, names: Sequence[str]) -> None:
    """Have what is due and for nobody yet told to each of some programs, apart from all others.

    What was tried before there were several is for the first one alone: to it, it was.

    Args:
        ledger: the ledger.
        names: the programs.

    Raises:
        AwayError: ``ledger-away``.
    """
    question = _UNADDRESSED[ledger.engine.dialect.name]
    with ledger.read() as connection:
        if connection.execute(question).first() is None:
            return
    with ledger.write("news-address") as connection:
        for row in connection.execute(question.with_for_update()).all():
            body = json.loads(row.body)
            first, *others = [canonical({**body, _TO: name}) for name in names]
            connection.execute(_ADDRESSED, {"which": row.id, "told": first})
            if others and not row.tries:
                same = {name: getattr(row, name) for name in _SAME}
                connection.execute(
                    _ENTER, [{**same, "key": str(uuid.uuid4()), "body": other} for other in others]
                )


def read_due(
    ledger: Ledger, *, most: int, to: str | None = None, known: Collection[str] = ()
) -> tuple[Delivery, ...]:
    """What is to be told now, what waits for longest first.

    Args:
        ledger: the ledger.
        most: no more than so many.
        to: only what is for this program; None: whatever it is for.
        known: and what is for none of these.

    Raises:
        AwayError: ``ledger-away``.
    """
    whom, question = _TO_OF[ledger.engine.dialect.name], _DUE
    if to is not None:
        question = question.where(or_(whom == to, whom.not_in(known)) if known else whom == to)
    with ledger.read() as connection:
        found = connection.execute(question, {"now": ledger.clock(), "most": most})
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


def _delivery(row: Any) -> Delivery:  # noqa: ANN401 - a row of either kind
    body = json.loads(row.body)
    return Delivery(
        id=row.id,
        key=row.key,
        event=Event(row.event),
        batch=row.batch_id,
        job=row.job_id,
        to=body.pop(_TO, ""),
        body=body,
        state=DeliveryState(row.state),
        tries=row.tries,
        forgiven=row.forgiven,
        due_at=row.due_at,
        created_at=row.created_at,
        ended_at=row.ended_at,
    )
