"""Who wants films of a farm, when and how long: drawn by chance, the same for the same seed."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

ZONE = "Asia/Shanghai"
#: The Monday with which every week begins, in milliseconds since the Unix epoch.
MONDAY_MS = round(datetime(2026, 11, 23, tzinfo=ZoneInfo(ZONE)).timestamp()) * 1000
SECOND_MS = 1000
HOUR_MS = 3600 * SECOND_MS
DAY_MS = 24 * HOUR_MS
_LONGEST_S = 3600
_SHORTEST_S = 10


@dataclass(frozen=True, kw_only=True)
class House:
    """A department.

    Attributes:
        id: its number.
        name: what people call it.
        weight: its share of the farm while others want it, too.
        films: how many films of it may begin a day; None: any number.
        running: how many of its films may be under way at once; None: any number.
        pool: whose cards render its films; empty: those that are in no pool.
    """

    id: int
    name: str
    weight: int = 100
    films: int | None = None
    running: int | None = None
    pool: str = ""


@dataclass(frozen=True, kw_only=True)
class Film:
    """A film that is wanted.

    Attributes:
        house: its department's number.
        batch: with which it was submitted.
        at_ms: when, in milliseconds since the Unix epoch.
        seconds: how long it will be.
        urgency: ``urgent``, ``normal`` or ``bulk``.
        priority: -50 to 50.
        window: the window that it waits for; empty: none.
    """

    house: int
    batch: int
    at_ms: int
    seconds: float
    urgency: str = "normal"
    priority: int = 0
    window: str = ""


SERVICE = House(id=1, name="service", weight=100)
MARKETING = House(id=2, name="marketing", weight=200, films=600)
TRAINING = House(id=3, name="training", weight=100)
HOUSES = (SERVICE, MARKETING, TRAINING)


def lognormal_s(chance: random.Random, median_s: float, sigma: float) -> float:
    """The length of a film around a median, now and then much longer."""
    return _bounded(chance.lognormvariate(math.log(median_s), sigma))


def pareto_s(chance: random.Random, least_s: float, alpha: float) -> float:
    """The length of a film that has a least one, and a heavy tail."""
    return _bounded(least_s * chance.paretovariate(alpha))


def week(seed: int, *, busy: float = 1.0) -> tuple[Film, ...]:
    """A week's films, in order of submission.

    On working days service wants short films at once, one by one; marketing submits batches of films, some of
    them for the night, and on Tuesday a campaign far beyond its quota; training submits courses in the
    afternoon, in bulk for the night. At the weekend little comes in.

    Args:
        seed: the same one draws the same week.
        busy: how many times as many films come in.
    """
    chance = random.Random(seed)  # noqa: S311 - the same for the same seed
    films: list[Film] = []
    for day in range(7):
        begin, works = MONDAY_MS + day * DAY_MS, day < 5
        films += _service(chance, begin, (60 if works else 6) * busy)
        films += _marketing(chance, begin, batches=round((6 if works else 1) * busy), day=day)
        if day == 1:
            films += _campaign(chance, begin, round(800 * busy))
        if works:
            films += _training(chance, begin, courses=round(6 * busy), day=day)
    return tuple(sorted(films, key=lambda film: film.at_ms))


def backlog(
    seed: int, count: int, *, houses: Sequence[House] = HOUSES, at_ms: int = MONDAY_MS
) -> tuple[Film, ...]:
    """So many films of some departments, all submitted at once, each department's in one batch."""
    chance = random.Random(seed)  # noqa: S311 - the same for the same seed
    return tuple(
        Film(house=house.id, batch=house.id, at_ms=at_ms, seconds=lognormal_s(chance, 150, 1.0))
        for house in houses
        for _ in range(count // len(houses))
    )


def _service(chance: random.Random, begin: int, an_hour: float) -> Iterator[Film]:
    """One by one from nine to six, as calls come in."""
    at = begin + 9 * HOUR_MS
    while True:
        at += round(chance.expovariate(an_hour) * HOUR_MS)
        if at >= begin + 18 * HOUR_MS:
            return
        urgent = chance.random() < 0.6
        yield Film(
            house=SERVICE.id,
            batch=at,
            at_ms=at,
            seconds=lognormal_s(chance, 45, 0.8),
            urgency="urgent" if urgent else "normal",
        )


def _marketing(chance: random.Random, begin: int, *, batches: int, day: int) -> Iterator[Film]:
    """Batches over the working day; every second one may wait for the night."""
    for number in range(batches):
        at = begin + round(chance.uniform(9, 18) * HOUR_MS)
        window = "night" if chance.random() < 1 / 2 else ""
        for _ in range(chance.randrange(15, 60)):
            yield Film(
                house=MARKETING.id,
                batch=at + day + number,
                at_ms=at,
                seconds=lognormal_s(chance, 120, 0.9),
                priority=chance.choice((0, 0, 0, 10, -10)),
                window=window,
            )


def _campaign(chance: random.Random, begin: int, count: int) -> Iterator[Film]:
    """Everybody's own film, all at once."""
    at = begin + 14 * HOUR_MS
    for _ in range(count):
        yield Film(house=MARKETING.id, batch=at, at_ms=at, seconds=lognormal_s(chance, 60, 0.4))


def _training(chance: random.Random, begin: int, *, courses: int, day: int) -> Iterator[Film]:
    """Courses of long lessons, for the nights."""
    for number in range(courses):
        at = begin + round(chance.uniform(14, 19) * HOUR_MS)
        for _ in range(chance.randrange(30, 110)):
            yield Film(
                house=TRAINING.id,
                batch=at + day + number,
                at_ms=at,
                seconds=pareto_s(chance, 110, 1.5),
                urgency="bulk",
                window="night",
            )


def _bounded(seconds: float) -> float:
    return min(max(seconds, _SHORTEST_S), _LONGEST_S)
