"""Asks the ledger who still needs a model's weights."""

from __future__ import annotations

from db.engine import check_schema, connect, revision_of
from db.ledger import Ledger
from db.needing import jobs_that_name


def promised_to(ledger_url: str, digest: str) -> tuple[int, ...] | None:
    """The jobs that were promised these weights and are not over; None where no ledger was ever made.

    Raises:
        InputError: ``ledger-url-wrong``, or the ledger's schema is older or newer than Lectern.
        AwayError: ``ledger-away``.
    """
    engine = connect(ledger_url)
    try:
        if revision_of(engine) is None:
            return None
        check_schema(engine)
        return jobs_that_name(Ledger(engine), digest)
    finally:
        engine.dispose()
