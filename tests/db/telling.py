"""What a dispatcher and an operator do about news, and what has to be true of them at the end."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select

from db import news, outbox
from db.ledger import Ledger
from db.states import DeliveryState, Event
from db.tables import attempts, deliveries, jobs, steps, subscriptions

_DELIVERED = (
    select(steps.c.job_id, func.count().label("times"))
    .join_from(attempts, steps)
    .where(steps.c.stage == "archive", attempts.c.outcome == "ok")
    .group_by(steps.c.job_id)
)


def tell_news(ledger: Ledger) -> None:
    """News are wanted from now on; what is due is told, the latest of it once more, and nothing is old."""
    news.subscribe(ledger, tuple(Event))
    outbox.address(ledger, ["one", "two"])
    for delivery in outbox.read_due(ledger, most=100):
        outbox.tried(ledger, delivery, status=204, detail="", state=DeliveryState.SENT)
    outbox.replay(ledger, [each.id for each in outbox.read_newest(ledger, most=1)], by="anna")
    outbox.drop_old(ledger, before=0)


def audit_news(ledger: Ledger, *, all_told: bool) -> None:
    """Each film that was delivered is told of once for each time that it was, or never.

    Args:
        ledger: the ledger.
        all_told: whether news were wanted, if at all, before the first film was delivered; each job and batch
            ended once since.
    """
    with ledger.read() as connection:
        delivered = {row.job_id: row.times for row in connection.execute(_DELIVERED)}
        told = [row for row in connection.execute(select(deliveries)) if '"to":"two"' not in row.body]
        wanted = connection.execute(select(subscriptions)).all()
        whole = set(connection.execute(select(jobs.c.batch_id)).scalars())
    done = Counter(row.job_id for row in told if row.event == Event.FILM_DONE.value)
    assert all(times <= delivered.get(job, 0) for job, times in done.items()), "an end was told twice"
    if wanted and all_told:
        assert done == delivered, "an end was not told"
        complete = Counter(row.batch_id for row in told if row.event == Event.BATCH_COMPLETE.value)
        assert complete == dict.fromkeys(whole, 1), "a batch's end was not told, or twice"
