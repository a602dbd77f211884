"""Accounts: who has used the farm for how long, what of it was good, what came of it, and what it costs.

All sums are whole milliseconds and exact fractions: the lines of any grouping add up to the same total, which
is the sum of the attempts. What an attempt kept its worker for (`held`) is an hour of a card where the worker
has one, else an hour of a processor; never both. What was good of it led to something that was kept; the rest
was wasted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from farm.policy.prices import HOUR_MS, Prices

#: What an attempt of a worker without a card names as its device.
PROCESSOR = "cpu"
#: Films' lengths are counted in this part of a second, which every frame rate divides.
TICKS = 600


class By(StrEnum):
    """What the lines of an account are."""

    DEPARTMENT = "department"
    MEMBER = "member"
    PROJECT = "project"
    BATCH = "batch"
    ENGINE = "engine"
    CARD = "card"
    DAY = "day"

    @property
    def has_films(self) -> bool:
        """Whether a film belongs to one of its lines; several engines and cards work at one."""
        return self not in {By.ENGINE, By.CARD}

    @property
    def has_store(self) -> bool:
        """Whether what lies in the store belongs to its lines: that is so now, and on no other day."""
        return self.has_films and self is not By.DAY


@dataclass(frozen=True, kw_only=True)
class Held:
    """Attempts of one line on one device, added up.

    Attributes:
        key: the line's.
        device: what they computed with: `PROCESSOR`, or a card's UUID.
        attempts: how many, each of a series of waits that was folded into one row as well.
        held_ms: for how long they kept their workers.
        good_ms: how much of it was good.
        machine_ms: processor time that they used themselves.
    """

    key: str
    device: str
    attempts: int
    held_ms: int
    good_ms: int
    machine_ms: int


@dataclass(frozen=True, kw_only=True)
class Films:
    """Finished films of one line: how many, and how long together, in `TICKS` of a second."""

    key: str
    films: int
    ticks: int


@dataclass(frozen=True, kw_only=True)
class Stored:
    """Bytes in the store; `key` is None for what no film refers to."""

    key: str | None
    size: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of an account, or its total.

    Attributes:
        key: whose it is: a name, a number, a date, a capability, a device.
        name: what that is called besides, such as a batch or a card.
        attempts: how many.
        card_ms: time of cards.
        card_good_ms: how much of that was good.
        processor_ms: time of workers without a card.
        processor_good_ms: how much of that was good.
        machine_ms: processor time used, on workers of either kind.
        films: finished.
        ticks: their length, in `TICKS` of a second.
        store_bytes: what lies in the store.
        cost: exact; nothing is rounded yet. Nought where no price is told.
    """

    key: str = ""
    name: str = ""
    attempts: int = 0
    card_ms: int = 0
    card_good_ms: int = 0
    processor_ms: int = 0
    processor_good_ms: int = 0
    machine_ms: int = 0
    films: int = 0
    ticks: int = 0
    store_bytes: int = 0
    cost: Fraction = Fraction(0)

    @property
    def held_ms(self) -> int:
        """All of its time."""
        return self.card_ms + self.processor_ms

    @property
    def wasted_ms(self) -> int:
        """What of it led to nothing."""
        return self.held_ms - self.card_good_ms - self.processor_good_ms


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account over some time.

    Attributes:
        by: what its lines are.
        lines: dearest first; days in their order.
        total: all of them, and what no line is owed.
        unowned_bytes: what lies in the store and belongs to no film; part of the total.
        unpriced: names of cards that were used and have no price, though others have.
    """

    by: By
    lines: tuple[Line, ...]
    total: Line
    unowned_bytes: int = 0
    unpriced: tuple[str, ...] = ()


def account(
    by: By,
    held: Iterable[Held],
    films: Iterable[Films] = (),
    stored: Iterable[Stored] = (),
    *,
    prices: Prices | None = None,
    cards: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
) -> Account:
    """Add up what the ledger tells.

    Args:
        by: what the lines are.
        held: attempts; several of one line may come apart.
        films: likewise finished films.
        stored: likewise what lies in the store.
        prices: of hours.
        cards: names of cards by device.
        names: what else lines are called, by key.
    """
    known = prices or Prices()
    called = cards or {}
    lines: dict[str, Line] = {}
    unpriced: dict[str, None] = {}
    unowned = 0
    for each in held:
        price = _price(each, known, called)
        if price is None and known.told and each.device != PROCESSOR:
            unpriced.setdefault(called.get(each.device) or each.device)
        _add(lines, _line(each, price or Fraction(0)))
    for film in films:
        _add(lines, Line(key=film.key, films=film.films, ticks=film.ticks))
    for part in stored:
        if part.key is None:
            unowned += part.size
        else:
            _add(lines, Line(key=part.key, store_bytes=part.size))
    total = _sum(lines.values())
    return Account(
        by=by,
        lines=_in_order(by, (replace(line, name=(names or {}).get(line.key, "")) for line in lines.values())),
        total=replace(total, store_bytes=total.store_bytes + unowned),
        unowned_bytes=unowned,
        unpriced=tuple(sorted(unpriced)),
    )


def _price(held: Held, prices: Prices, names: Mapping[str, str]) -> Fraction | None:
    return (
        prices.processor if held.device == PROCESSOR else prices.of_card(names.get(held.device, held.device))
    )


def _line(held: Held, price: Fraction) -> Line:
    on_card = held.device != PROCESSOR
    return Line(
        key=held.key,
        attempts=held.attempts,
        card_ms=held.held_ms if on_card else 0,
        card_good_ms=held.good_ms if on_card else 0,
        processor_ms=0 if on_card else held.held_ms,
        processor_good_ms=0 if on_card else held.good_ms,
        machine_ms=held.machine_ms,
        cost=price * held.held_ms / HOUR_MS,
    )


def _add(lines: dict[str, Line], more: Line) -> None:
    before = lines.get(more.key)
    lines[more.key] = more if before is None else plus(before, more)


def plus(one: Line, other: Line) -> Line:
    """Both together, under the name of the first."""
    return Line(
        key=one.key,
        attempts=one.attempts + other.attempts,
        card_ms=one.card_ms + other.card_ms,
        card_good_ms=one.card_good_ms + other.card_good_ms,
        processor_ms=one.processor_ms + other.processor_ms,
        processor_good_ms=one.processor_good_ms + other.processor_good_ms,
        machine_ms=one.machine_ms + other.machine_ms,
        films=one.films + other.films,
        ticks=one.ticks + other.ticks,
        store_bytes=one.store_bytes + other.store_bytes,
        cost=one.cost + other.cost,
    )


def _sum(lines: Iterable[Line]) -> Line:
    total = Line()
    for line in lines:
        total = plus(total, line)
    return total


def _in_order(by: By, lines: Iterable[Line]) -> tuple[Line, ...]:
    found: Sequence[Line] = sorted(lines, key=lambda line: line.key)
    if by is not By.DAY:
        found = sorted(found, key=lambda line: (-line.cost, -line.card_ms, -line.processor_ms))
    return tuple(found)
