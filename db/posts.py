"""Posts: what a worker tells of itself besides its skills, and what an operator has ordered it.

A post is there under its worker's name for as long as the ledger is: an order outlives the process that heard
it, so that a worker which is started anew is still under it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import Connection, Executable, bindparam, case, exists, insert, select, update

from db import blocks, cards, rows
from db.cards import CPU
from db.ledger import Ledger
from db.loading import Loaded, Unopened, loaded_from_text, loaded_to_text
from db.prepared import run
from db.states import CardState, Condition, WorkerOrder
from db.tables import audit, posts, workers
from pipeline.plan.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Post:
    """A place to work at.

    Attributes:
        worker: the worker's name.
        pool: the devices that it is one of; empty for none.
        version: the version of Lectern that it runs; empty while it has not told.
        pid: its main process on its host; 0 while it has not told.
        condition: whether it could take work.
        detail: why not, in a few words of its own.
        ordered: what an operator has told it.
        reason: why, in the operator's words.
        by: who has told it.
        at: when.
        loaded: what it has opened before anybody asked, and what it could not.
    """

    worker: str
    pool: str = ""
    version: str = ""
    pid: int = 0
    condition: Condition = Condition.ABLE
    detail: str = ""
    ordered: WorkerOrder = WorkerOrder.NONE
    reason: str = ""
    by: str = ""
    at: int = 0
    loaded: Loaded = field(default_factory=Loaded)


#: What a post is before anything was told of it.
_BLANK = {
    "pool": "",
    "version": "",
    "pid": 0,
    "condition": Condition.ABLE.value,
    "detail": "",
    "ordered": WorkerOrder.NONE.value,
    "reason": "",
    "by": "",
    "at": 0,
    "loaded": "",
}


def _setting(*told: str) -> rows.PerDialect:
    """Enter a post, or change these columns of one that is there."""

    def build(inserter: rows.Inserter) -> Executable:
        entered = inserter(posts)
        return entered.on_conflict_do_update(
            index_elements=[posts.c.worker], set_={name: entered.excluded[name] for name in told}
        )

    return rows.per_dialect(build)


_ORDER = _setting("ordered", "reason", "by", "at")
_TELL = _setting("pool", "version", "pid")
_TELL_CONDITION = _setting("condition", "detail")
_TELL_LOADED = _setting("loaded")
_IS_KNOWN = select(workers.c.host, workers.c.device).where(workers.c.name == bindparam("who"))
_POSTED = select(posts.c.worker).where(posts.c.worker == bindparam("who"))
_ORDERED = (
    select(posts.c.ordered, posts.c.reason, posts.c.at)
    .where(posts.c.worker == bindparam("who"))
    .with_for_update()
)
_NAMES = select(workers.c.name).order_by(workers.c.name)
_USERS = (
    select(workers.c.device, posts.c.pid)
    .join_from(workers, posts, posts.c.worker == workers.c.name)
    .where(workers.c.host == bindparam("on_host"), workers.c.alive == 1)
)
_POSTS = select(posts).order_by(posts.c.worker)
_AUDIT = insert(audit)
_HEED = (
    update(workers)
    .where(workers.c.name == bindparam("who"))
    .values(
        draining=case(
            (
                exists().where(posts.c.worker == workers.c.name, posts.c.ordered != WorkerOrder.NONE.value),
                1,
            ),
            else_=0,
        )
    )
)


def order(
    ledger: Ledger,
    worker: str,
    what: WorkerOrder,
    *,
    reason: str,
    by: str,
    seen: Post | None = None,
    audited: bool = True,
) -> bool:
    """Tell a worker what to do about new work; it hears of it by its next beat, and gets none from now on.

    Args:
        ledger: the ledger.
        worker: its name in the farm.
        what: `DRAIN` finishes the clip in work and gives the rest back, `LOCK` finishes the step; either
            takes nothing new. `NONE` ends both.
        reason: why, for whoever asks later.
        by: who says so.
        seen: nothing is ordered unless the order that it is under still is the one in here.
        audited: whether the audit tells of it: not of what is ordered again and again.

    Returns:
        Whether it was ordered.

    Raises:
        InputError: ``worker-unknown``.
        AwayError: ``ledger-away``.
    """
    with ledger.write("order") as connection:
        _known(connection, worker)
        if seen is not None and not _is_as_seen(connection, seen):
            return False
        now = ledger.clock()
        told = {"ordered": what.value, "reason": reason, "by": by, "at": now}
        connection.execute(rows.spoken(connection, _ORDER), {**_BLANK, "worker": worker, **told})
        heed(connection, worker)
        verb = "unlock" if what is WorkerOrder.NONE else what.value
        if audited:
            told = {"at": now, "by": by, "verb": f"worker-{verb}", "detail": f"{worker}: {reason}"}
            connection.execute(_AUDIT, told)
    return True


@dataclass(frozen=True, kw_only=True)
class Cleared:
    """What an operator had forgotten: how the worker's card stood, and what it was kept from."""

    card: CardState = CardState.WELL
    blocked: tuple[str, ...] = ()


def clear(ledger: Ledger, worker: str, *, reason: str, by: str) -> Cleared:
    """Forget what a worker failed at: nothing is kept from it any more, and its card is held to be well.

    What it failed at until now counts no longer, also where that has not kept it from anything yet.

    Raises:
        InputError, AwayError: as `order`.
    """
    with ledger.write("clear") as connection:
        now = ledger.clock()
        place = _known(connection, worker)
        blocked, card = blocks.lift(connection, worker, now), CardState.WELL
        if place is not None and place[1] != CPU:
            card = cards.clear(connection, *place, now=now, by=by)
        told = {"at": now, "by": by, "verb": "worker-clear", "detail": f"{worker}: {reason}"}
        connection.execute(_AUDIT, told)
    return Cleared(card=card, blocked=blocked)


def tell(ledger: Ledger, worker: str, *, pool: str, version: str, pid: int) -> None:
    """Tell of a worker that begins what its registration does not.

    Raises:
        AwayError: ``ledger-away``.
    """
    told = {"pool": pool, "version": version, "pid": pid}
    with ledger.write("tell-post") as connection:
        connection.execute(rows.spoken(connection, _TELL), {**_BLANK, "worker": worker, **told})


def tell_condition(ledger: Ledger, worker: str, condition: Condition, *, detail: str = "") -> None:
    """Tell whether a worker could take work, and if not, why.

    Raises:
        AwayError: ``ledger-away``.
    """
    told = {"condition": condition.value, "detail": detail}
    with ledger.write("tell-condition") as connection:
        connection.execute(rows.spoken(connection, _TELL_CONDITION), {**_BLANK, "worker": worker, **told})


def tell_loaded(ledger: Ledger, worker: str, opened: Collection[str], unopened: Collection[Unopened]) -> None:
    """Tell what a worker has opened before anybody asked, and what it could not.

    Raises:
        AwayError: ``ledger-away``.
    """
    told = {"loaded": loaded_to_text(opened, unopened)}
    with ledger.write("tell-loaded") as connection:
        connection.execute(rows.spoken(connection, _TELL_LOADED), {**_BLANK, "worker": worker, **told})


def read_posts(ledger: Ledger) -> dict[str, Post]:
    """Every post that was told of, or ordered anything, by its worker's name.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return {
            row.worker: Post(
                worker=row.worker,
                pool=row.pool,
                version=row.version,
                pid=row.pid,
                condition=Condition(row.condition),
                detail=row.detail,
                ordered=WorkerOrder(row.ordered),
                reason=row.reason,
                by=row.by,
                at=row.at,
                loaded=loaded_from_text(row.loaded),
            )
            for row in run(connection, _POSTS, {})
        }


def read_users(ledger: Ledger, host: str) -> dict[str, frozenset[int]]:
    """The main processes of the workers that are held to live on a host, by what they compute with.

    Raises:
        AwayError: ``ledger-away``.
    """
    users: dict[str, frozenset[int]] = {}
    with ledger.read() as connection:
        for row in run(connection, _USERS, {"on_host": host}):
            users[row.device] = users.get(row.device, frozenset()) | {row.pid}
    return users


def heed(connection: Connection, worker: str) -> None:
    """Have a worker get nothing new while it stands under an order."""
    run(connection, _HEED, {"who": worker})


def _is_as_seen(connection: Connection, seen: Post) -> bool:
    row = run(connection, _ORDERED, {"who": seen.worker}).first()
    stands = (row.ordered, row.reason, row.at) if row is not None else (WorkerOrder.NONE.value, "", 0)
    return stands == (seen.ordered.value, seen.reason, seen.at)


def _known(connection: Connection, worker: str) -> tuple[str, str] | None:
    """Where a worker is and what it computes with; None for one that is gone, and whose post stands."""
    row = run(connection, _IS_KNOWN, {"who": worker}).first()
    if row is not None:
        return row.host, row.device
    if run(connection, _POSTED, {"who": worker}).first() is None:
        known = ", ".join(row.name for row in run(connection, _NAMES, {}))
        raise InputError("worker-unknown", worker=worker, known=known or "-")
    return None
