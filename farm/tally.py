"""Accounts as they are told to spreadsheets and programs: exact, with units in the names of their fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from farm.policy.accounts import TICKS, Account, By, Line
from farm.policy.periods import Period
from farm.policy.prices import HOUR_MS, Prices, rounded
from pipeline.plan.cells import Cell
from pipeline.plan.messages import Language
from pipeline.plan.moments import iso_exact

#: What lines without a name are called: work that no project, or nobody who is known, is behind.
_UNNAMED: Mapping[str, Mapping[Language, str]] = {
    By.PROJECT: {"en": "(no project)", "zh": "（无项目）"},
    By.MEMBER: {"en": "(not known)", "zh": "（未知）"},
}
_TOTAL = "total"
#: So much of a card's UUID tells it from others of a farm.
_UUID = 12
#: The columns of the table, in their order: hours to the thousandth, and the milliseconds that they are.
_COLUMNS = (
    "attempts", "card_hours", "card_hours_wasted", "processor_hours", "processor_hours_wasted",
    "card_ms", "card_ms_wasted", "processor_ms", "processor_ms_wasted", "machine_ms",
    "films", "film_seconds", "stored_bytes",
)  # fmt: skip


def hours(time_ms: int) -> str:
    """A time in hours for people, to the hundredth."""
    return f"{time_ms / HOUR_MS:.2f}"


def label_of(line: Line, by: By, language: Language) -> str:
    """What a line is called."""
    if by is By.CARD:
        return f"{line.name} {line.key[:_UUID]}".strip()
    if by is By.ENGINE:
        return line.key.replace(".", " ")
    return f"{line.key} {line.name}".strip() or _UNNAMED.get(by, {}).get(language, "")


def header_of(by: By, prices: Prices) -> tuple[str, ...]:
    """The columns of an account's table; money only where there are prices."""
    return (by.value, "name", *_COLUMNS, *(("cost", "currency") if prices.told else ()))


def row_of(line: Line, prices: Prices, *, total: bool) -> Sequence[Cell]:
    """A line of an account's table."""
    return (
        _TOTAL if total else line.key,
        line.name,
        line.attempts,
        _thousandths(line.card_ms),
        _thousandths(line.card_ms - line.card_good_ms),
        _thousandths(line.processor_ms),
        _thousandths(line.processor_ms - line.processor_good_ms),
        line.card_ms,
        line.card_ms - line.card_good_ms,
        line.processor_ms,
        line.processor_ms - line.processor_good_ms,
        line.machine_ms,
        line.films,
        _seconds(line),
        line.store_bytes,
        *((str(rounded(line.cost)), prices.currency) if prices.told else ()),
    )


def document_of(found: Account, period: Period, prices: Prices) -> dict[str, object]:
    """An account as a program is told it."""
    return {
        "by": found.by.value,
        "since": iso_exact(period.since),
        "until": iso_exact(period.until),
        "zone": period.zone,
        "currency": prices.currency if prices.told else None,
        "lines": [_line(line, prices) for line in found.lines],
        "total": _line(found.total, prices),
        "unowned_bytes": found.unowned_bytes,
        "unpriced": list(found.unpriced),
    }


def _line(line: Line, prices: Prices) -> dict[str, object]:
    return {
        "key": line.key,
        "name": line.name,
        "attempts": line.attempts,
        "card_ms": line.card_ms,
        "card_good_ms": line.card_good_ms,
        "processor_ms": line.processor_ms,
        "processor_good_ms": line.processor_good_ms,
        "machine_ms": line.machine_ms,
        "films": line.films,
        "film_s": line.ticks / TICKS,
        "store_bytes": line.store_bytes,
        "cost": str(rounded(line.cost)) if prices.told else None,
    }


def _thousandths(time_ms: int) -> str:
    return f"{time_ms / HOUR_MS:.3f}"


def _seconds(line: Line) -> str:
    return f"{line.ticks / TICKS:.3f}"
