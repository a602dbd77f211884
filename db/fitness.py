"""Fitness: who may be given a step, as conditions of a question to the ledger."""

from __future__ import annotations

from sqlalchemy import ColumnElement, FromClause, bindparam, exists, select

from db.states import CardState, Condition
from db.tables import blocks, cards, posts, skills, workers


def is_kept_off(
    worker: ColumnElement[str], capability: ColumnElement[str], now: ColumnElement[int]
) -> ColumnElement[bool]:
    """Whether a worker is kept from a kind of step just now."""
    return exists().where(
        blocks.c.worker == worker,
        blocks.c.capability == capability,
        blocks.c.until > now,
        blocks.c.reason != "",
    )


def is_ill(host: ColumnElement[str], device: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a host's card is anything but well."""
    return exists().where(
        cards.c.host == host, cards.c.device == device, cards.c.state != CardState.WELL.value
    )


def takes_work(worker: FromClause = workers) -> ColumnElement[bool]:
    """Whether a worker lives, and neither itself nor an operator nor its card stands against new work.

    Args:
        worker: the table of workers, under any name.
    """
    return (
        (worker.c.alive == 1)
        & (worker.c.draining == 0)
        & ~exists().where(posts.c.worker == worker.c.name, posts.c.condition != Condition.ABLE.value)
        & ~is_ill(worker.c.host, worker.c.device)
    )


#: Whether another worker than `worker` may be given a step of some `capability` and `profile`, `now`.
OTHER_LIVES = select(
    exists().where(
        workers.c.name == skills.c.worker,
        skills.c.capability == bindparam("capability"),
        skills.c.profile == bindparam("profile"),
        workers.c.name != bindparam("worker"),
        takes_work(),
        ~is_kept_off(workers.c.name, skills.c.capability, bindparam("now")),
    )
)
