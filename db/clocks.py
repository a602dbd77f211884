"""The ledger's clock, beside that of whoever asks it."""

from __future__ import annotations

import time

from sqlalchemy import text

from db.ledger import Ledger
from farm.policy.clocks import Skew

_NOW = text("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)")


def read_skew(ledger: Ledger) -> Skew | None:
    """How the clock that stamps this ledger's rows from here differs from its server's.

    None for a file: it serves one machine, whose clock is all that there is.

    Raises:
        AwayError: ``ledger-away``.
    """
    if ledger.is_sqlite:
        return None
    with ledger.read() as connection:
        # Whatever it takes to come to a connection is behind us.
        connection.execute(_NOW).scalar_one()
        began, asked_at = time.monotonic(), ledger.clock()
        there = int(connection.execute(_NOW).scalar_one())
        took_ms = int((time.monotonic() - began) * 1000) + 1
    return Skew(ahead_ms=asked_at + took_ms // 2 - there, within_ms=took_ms // 2 + 1)
