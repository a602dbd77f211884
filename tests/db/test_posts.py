"""Promises of orders to workers, on either database."""

from __future__ import annotations

from sqlalchemy import select

from db import claims, posts, queue, workers
from db.blocks import read_blocks
from db.ledger import Ledger
from db.posts import Post
from db.states import Condition, WorkerOrder
from db.tables import audit, blocks, cards
from tests.db.acting import take, try_step
from tests.db.values import CAPABILITIES, PROFILE, SKILLS, WORKER, submit


def begin(ledger: Ledger) -> None:
    """A worker begins."""
    workers.register(
        ledger, WORKER, host="here", device="GPU-1", capabilities=CAPABILITIES, profiles=[PROFILE]
    )


def test_a_worker_under_an_order_gets_nothing_new_and_keeps_what_it_has(ledger: Ledger) -> None:
    """Locked, it keeps its step and claims none; who begins anew under its name is locked still."""
    submit(ledger, ["a", "b"])
    begin(ledger)
    held = take(ledger, "speak")
    posts.order(ledger, WORKER, WorkerOrder.LOCK, reason="a fan is replaced", by="fay")
    assert claims.beat(ledger, WORKER, held.holding) == claims.Heard(mine=True, order=WorkerOrder.LOCK)
    (head,) = queue.heads(ledger, SKILLS["speak"], limit=9)
    assert try_step(ledger, head.step) is None
    workers.leave(ledger, WORKER)
    begin(ledger)
    assert try_step(ledger, head.step) is None
    (seen,) = workers.read_workers(ledger)
    assert seen.draining
    posts.order(ledger, WORKER, WorkerOrder.NONE, reason="it turns again", by="fay")
    assert claims.beat(ledger, WORKER, held.holding) == claims.Heard(mine=True)
    assert try_step(ledger, head.step) is not None


def test_an_order_is_kept_with_who_gave_it_and_why(ledger: Ledger) -> None:
    """A post tells of the order; the audit of every one there was."""
    begin(ledger)
    posts.tell(ledger, WORKER, pool="studio", version="1", pid=7)
    posts.order(ledger, WORKER, WorkerOrder.DRAIN, reason="noise", by="fay")
    posts.tell_condition(ledger, WORKER, Condition.DISK_LOW, detail="1 MB")
    post = posts.read_posts(ledger)[WORKER]
    assert post == Post(
        worker=WORKER,
        pool="studio",
        version="1",
        pid=7,
        condition=Condition.DISK_LOW,
        detail="1 MB",
        ordered=WorkerOrder.DRAIN,
        reason="noise",
        by="fay",
        at=post.at,
    )
    posts.order(ledger, WORKER, WorkerOrder.NONE, reason="quiet", by="joe")
    with ledger.read() as connection:
        told = [(row.verb, row.by, row.detail) for row in connection.execute(select(audit))]
    assert told == [
        ("worker-drain", "fay", f"{WORKER}: noise"),
        ("worker-unlock", "joe", f"{WORKER}: quiet"),
    ]


def test_who_clears_a_worker_heals_its_card_and_no_other(ledger: Ledger) -> None:
    """Its blocks go, its card is well; another host's card of the same name is as ill as before."""
    begin(ledger)
    kept = [{"worker": who, "capability": "join", "until": 1 << 60, "reason": "x"} for who in (WORKER, "w")]
    ill = {"device": "GPU-1", "name": "", "state": "sick", "reason": "x", "facts": "{}", "since": 0, "by": ""}
    with ledger.write("test") as connection:
        connection.execute(cards.insert(), [{**ill, "host": "here"}, {**ill, "host": "there"}])
        connection.execute(blocks.insert(), kept)
    posts.clear(ledger, WORKER, reason="replaced", by="fay")
    with ledger.read() as connection:
        found = connection.execute(select(cards.c.host, cards.c.state).order_by(cards.c.host)).all()
        assert [tuple(row) for row in found] == [("here", "well"), ("there", "sick")]
    assert [block.worker for block in read_blocks(ledger)] == ["w"]
