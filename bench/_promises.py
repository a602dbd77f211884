"""What the order of work promises, measured on what was played: by the calendar and by counting alone."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from _arrivals import HOUR_MS, ZONE
from _records import JOIN, RENDER, Job, Record

from farm.policy.days import Calendar
from farm.policy.windows import parse

_NIGHT = range(7, 22)
_WEEKEND = 5


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A promise and what was found.

    Attributes:
        what: is promised.
        found: the measured value.
        most: what it may be at most.
        unit: of both.
    """

    what: str
    found: float
    most: float
    unit: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether the promise was kept; what could not be measured is no kept promise."""
        return not math.isnan(self.found) and self.found <= self.most

    def __str__(self) -> str:
        kept = "kept" if self.is_kept else "BROKEN"
        return f"{kept:6}  {self.what}: {self.found:.4g} {self.unit}".rstrip() + f", at most {self.most:g}"


def makespan(record: Record) -> float:
    """How long all films took, in units of what no order could do better than (`evenly_ms`)."""
    return (record.ended_ms - record.begun_ms) / evenly_ms(record.jobs, record.site.cards)


def evenly_ms(jobs: Sequence[Job], cards: int) -> float:
    """All work spread evenly over the cards, or the film that takes longest with the whole farm to itself.

    Whichever is more, in milliseconds. Attempts that failed are no work.
    """
    return max(sum(job.card_ms for job in jobs) / cards, *(job.alone_ms for job in jobs))


def idleness(record: Record) -> float:
    """Per cent of the card time in which a card was idle although a step waited that it could have done.

    Of the time alone in which a step waited, which is stricter than of all of it.
    """
    return 100 * record.idle_ms / record.pressed_ms


def shares(record: Record) -> Mapping[int, float]:
    """Each department's share of the cards in use while all of them had work of one tier waiting."""
    used: Counter[int] = Counter()
    for sample in record.samples:
        if len(sample.tiers) == len(record.site.houses) and len(set(sample.tiers.values())) == 1:
            used.update(sample.busy)
    total = sum(used.values())
    return {house.id: used[house.id] / total if total else math.nan for house in record.site.houses}


def unfairness(record: Record) -> float:
    """By how many per cent of its due share the worst off department's share was off."""
    whole = sum(house.weight for house in record.site.houses)
    found = shares(record)
    return max(abs(100 * found[house.id] * whole / house.weight - 100) for house in record.site.houses)


def overcharged(record: Record) -> int:
    """Films that were let in beyond a day's quota, or before the day that they count against had begun."""
    calendar = Calendar(zone=ZONE)
    limits = {house.id: house.films for house in record.site.houses}
    charged: Counter[tuple[int, int]] = Counter()
    early = 0
    for job in record.jobs:
        day = calendar.day_of(job.admitted_ms)
        charged[job.film.house, day] += 1
        early += day != job.charged_day or not job.film.at_ms <= job.admitted_ms <= job.begun_ms
    beyond = sum(
        max(0, count - limit) for (house, _), count in charged.items() if (limit := limits[house]) is not None
    )
    return beyond + early


def out_of_turn(record: Record) -> int:
    """Films that were let in although an earlier one of their department still waited for its quota."""
    latest: dict[int, int] = defaultdict(int)
    found = 0
    for job in record.jobs:
        found += job.admitted_ms < latest[job.film.house]
        latest[job.film.house] = max(latest[job.film.house], job.admitted_ms)
    return found


def outside(record: Record) -> int:
    """Attempts for the night that began by day, by the wall clock."""
    return sum(bool(span.window) and not _is_night(span.begun_ms) for span in record.spans)


def outlasting_s(record: Record) -> float:
    """For how many seconds films for the night were rendered after its end, at most."""
    windows = {name: parse(times, ZONE) for name, times in record.site.windows.items()}
    late = 0
    for span in record.spans:
        if span.window and span.stage == RENDER:
            shuts = windows[span.window].next_closing(span.begun_ms)
            late = max(late, span.ended_ms - shuts if shuts is not None else 0)
    return late / 1000


def waits_h(record: Record) -> Mapping[str, float]:
    """The longest time that a film waited to begin though it might have, in hours, by its urgency."""
    windows = {name: parse(times, ZONE) for name, times in record.site.windows.items()}
    longest: dict[str, float] = {}
    for job in record.jobs:
        window = windows.get(job.film.window)
        passed = job.begun_ms - job.admitted_ms
        waited = window.open_ms(job.admitted_ms, job.begun_ms) if window is not None else passed
        longest[job.film.urgency] = max(longest.get(job.film.urgency, 0.0), waited / HOUR_MS)
    return longest


def use(record: Record, since_ms: int, until_ms: int) -> float:
    """Per cent of the card time between two times in which cards were in use."""
    used = sum(
        max(0, min(span.ended_ms, until_ms) - max(span.begun_ms, since_ms))
        for span in record.spans
        if span.stage != JOIN
    )
    return 100 * used / ((until_ms - since_ms) * record.site.cards)


def broken(findings: Sequence[Finding]) -> Sequence[Finding]:
    """Those that were not kept."""
    return [finding for finding in findings if not finding.is_kept]


def _is_night(at_ms: int) -> bool:
    wall = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(ZONE))
    return wall.weekday() >= _WEEKEND or wall.hour not in _NIGHT
