"""Cards: which devices were found ill, by what failed on them or by their own readings.

A card that nobody has read or found anything about has no row. What is out because of a reading is well again
when a later reading is; what is sick or stuck stays so until an operator has looked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, Executable, bindparam, select, update

from db import rows
from db.codec import facts_from_text, facts_to_text
from db.ledger import Ledger
from db.prepared import run
from db.states import CardState
from db.tables import cards, watchdogs
from pipeline.plan.errors import Fact

#: What a worker without a card computes with; it is never ill.
CPU = "cpu"
#: Who finds cards ill when it is no operator.
FARM = "farm"


@dataclass(frozen=True, kw_only=True)
class Card:
    """A card of a host and how it stands.

    Attributes:
        host: where it is.
        device: its UUID.
        name: what it is called; empty while nobody has told.
        state: how it stands; only one that is well gets work.
        reason: code of the catalogue that says why; empty for one that is well.
        facts: what the reason tells.
        since: since when.
        by: who has found so: the farm or an operator.
    """

    host: str
    device: str
    name: str = ""
    state: CardState = CardState.WELL
    reason: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    since: int = 0
    by: str = FARM


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """What a card tells of itself, in degrees Celsius and megabytes; None: it does not."""

    device: str
    name: str
    temperature_c: int | None
    used_mb: int | None
    total_mb: int | None


def _entering(*worse: CardState) -> Mapping[str, Executable]:
    """Enter a card, or change one that is in none of these states."""

    def build(inserter: rows.Inserter) -> Executable:
        entered = inserter(cards)
        told = entered.excluded
        return entered.on_conflict_do_update(
            index_elements=[cards.c.host, cards.c.device],
            set_={
                "name": rows.or_else(told.name, cards.c.name),
                "state": told.state,
                "reason": told.reason,
                "facts": told.facts,
                "since": told.since,
                "by": told.by,
            },
            where=cards.c.state.not_in([state.value for state in worse]),
        )

    return rows.per_dialect(build)


# What is known already stands as it is, with the time since when.
_TAKE_OUT = {
    CardState.OUT: _entering(CardState.OUT, CardState.SICK, CardState.STUCK),
    CardState.SICK: _entering(CardState.SICK, CardState.STUCK),
    CardState.STUCK: _entering(CardState.STUCK),
}
_CLEAR = _entering()
_PUT_BACK = (
    update(cards)
    .where(
        cards.c.host == bindparam("on_host"),
        cards.c.device == bindparam("on_device"),
        cards.c.state == CardState.OUT.value,
    )
    .values(state=CardState.WELL.value, reason="", facts="{}", since=bindparam("now"), by=FARM)
)
# What a card tells changes nothing of how it stands.
_READ = rows.per_dialect(
    lambda inserter: (entered := inserter(cards)).on_conflict_do_update(
        index_elements=[cards.c.host, cards.c.device],
        set_={name: entered.excluded[name] for name in ("temperature_c", "used_mb", "total_mb", "read_at")},
    )
)
_WATCH = rows.per_dialect(
    lambda inserter: (entered := inserter(watchdogs)).on_conflict_do_update(
        index_elements=[watchdogs.c.host], set_={"seen_at": entered.excluded.seen_at}
    )
)
_ALL = select(cards).order_by(cards.c.host, cards.c.device)
_ONE = select(cards.c.state, cards.c.since).where(
    cards.c.host == bindparam("on_host"), cards.c.device == bindparam("on_device")
)


def read_cards(ledger: Ledger) -> tuple[Card, ...]:
    """Every card that anything was ever found about.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return tuple(
            Card(
                host=row.host,
                device=row.device,
                name=row.name,
                state=CardState(row.state),
                reason=row.reason,
                facts=facts_from_text(row.facts),
                since=row.since,
                by=row.by,
            )
            for row in run(connection, _ALL, {})
        )


def take_out(ledger: Ledger, card: Card) -> bool:
    """Give a card no work from now on; False if it is out for this or for something graver already.

    Args:
        ledger: the ledger.
        card: with the state that it is in from now on, and why; `since` is the ledger's to tell.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.write("take-out") as connection:
        return enter(connection, card, ledger.clock())


def watch_over(ledger: Ledger, host: str, gauges: Collection[Gauge]) -> None:
    """Tell that a watchdog watches over a host, and what it read of the host's cards.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.write("watch-over") as connection:
        now = ledger.clock()
        run(connection, rows.spoken(connection, _WATCH), {"host": host, "seen_at": now})
        # In one order, so that two watchdogs never wait for each other.
        for gauge in sorted(gauges, key=lambda gauge: gauge.device):
            blank = Card(host=host, device=gauge.device, name=gauge.name)
            read = {"temperature_c": gauge.temperature_c, "used_mb": gauge.used_mb}
            read |= {"total_mb": gauge.total_mb, "read_at": now}
            run(connection, rows.spoken(connection, _READ), {**_row(blank), "since": 0, **read})


def enter(connection: Connection, card: Card, now: int) -> bool:
    """The same within a transaction."""
    statement = rows.spoken(connection, _TAKE_OUT[card.state])
    return run(connection, statement, {**_row(card), "since": now}).rowcount == 1


def _row(card: Card) -> dict[str, str]:
    told = {"host": card.host, "device": card.device, "name": card.name, "state": card.state.value}
    return told | {"reason": card.reason, "facts": facts_to_text(card.facts), "by": card.by}


def clear(connection: Connection, host: str, device: str, *, now: int, by: str) -> CardState:
    """Hold a card to be well, whatever it failed at until now; how it stood.

    Args:
        connection: the transaction.
        host: where it is.
        device: its UUID.
        now: the ledger's milliseconds.
        by: which operator says so.
    """
    row = run(connection, _ONE, {"on_host": host, "on_device": device}).first()
    told = {"host": host, "device": device, "name": "", "state": CardState.WELL.value}
    told |= {"reason": "", "facts": facts_to_text({}), "by": by}
    run(connection, rows.spoken(connection, _CLEAR), {**told, "since": now})
    return CardState.WELL if row is None else CardState(row.state)


def put_back(ledger: Ledger, host: str, device: str) -> bool:
    """Give a card work again whose readings are fine; False if it was not out because of them.

    Raises:
        AwayError: ``ledger-away``.
    """
    asked = {"on_host": host, "on_device": device, "now": ledger.clock()}
    return ledger.change("put-back", _PUT_BACK, asked).rowcount == 1


def cleared_at(connection: Connection, host: str, device: str) -> int:
    """Since when a card is well again; 0 if it never was anything else."""
    row = run(connection, _ONE, {"on_host": host, "on_device": device}).first()
    return row.since if row is not None and row.state == CardState.WELL.value else 0
