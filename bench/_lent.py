"""Two pools of which one has nothing to do by day, and lends its cards: played, and what it promises."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator
from dataclasses import replace
from random import Random

from _arrivals import HOUR_MS, HOUSES, MARKETING, MONDAY_MS, SECOND_MS, TRAINING, Film, lognormal_s
from _promises import Finding, idleness, use
from _records import Record, Site
from _simulation import play

_STUDIO = "studio"
_DAY = MONDAY_MS + 9 * HOUR_MS, MONDAY_MS + 22 * HOUR_MS


def lent(seed: int, *, cards: int = 16, lends: bool = True) -> Record:
    """A day of marketing's films, more than its cards can do, and training's courses for the night.

    Half of the cards are in training's pool.
    """
    chance = Random(seed)  # noqa: S311 - the same for the same seed
    houses = [replace(house, films=None, pool=_STUDIO if house.id == TRAINING.id else "") for house in HOUSES]
    films = [
        Film(
            house=MARKETING.id,
            batch=at,
            at_ms=MONDAY_MS + round(chance.uniform(9, 20) * HOUR_MS),
            seconds=lognormal_s(chance, 120, 0.9),
        )
        for at in range(25 * cards)
    ]
    films += [
        Film(
            house=TRAINING.id,
            batch=0,
            at_ms=MONDAY_MS + 15 * HOUR_MS,
            seconds=lognormal_s(chance, 240, 0.9),
            urgency="bulk",
            window="night",
        )
        for _ in range(4 * cards)
    ]
    site = Site(
        cards=cards,
        hands=max(1, cards // 4),
        houses=houses,
        seed=seed,
        pools={_STUDIO: cards // 2},
        lends=frozenset({_STUDIO} if lends else ()),
        every_s=10,
    )
    return play(site, films)


def of_lending(record: Record) -> Iterator[Finding]:
    """What lending promises, by counting alone."""
    yield Finding(what="idle card time while one may be lent", found=idleness(record), most=1, unit="%")
    yield Finding(what="cards lent while their own pool's pictures wait", found=lent_in_vain(record), most=0)
    chunk_s = record.site.chunk_s * record.site.render * 1.1
    yield Finding(
        what="a lent card is back for its own pool after", found=back_s(record), most=chunk_s, unit="s"
    )


def lent_in_vain(record: Record) -> int:
    """Steps begun on a lent card between two samples in both of which its own pool's pictures waited."""
    times = [sample.at_ms for sample in record.samples]
    found = 0
    for span in record.spans:
        after = bisect(times, span.begun_ms)
        if span.lent and after < len(times):
            found += all(_STUDIO in sample.renders for sample in record.samples[after - 1 : after + 1])
    return found


def back_s(record: Record) -> float:
    """For how long lent cards were kept at most after their own pool's night had begun, in seconds."""
    opens = _DAY[1]
    lent_then = [span for span in record.spans if span.lent and span.begun_ms < opens < span.ended_ms]
    return max((span.ended_ms - opens for span in lent_then), default=0) / SECOND_MS


def lent_h(record: Record) -> float:
    """For how many card hours cards were lent."""
    return sum(span.ended_ms - span.begun_ms for span in record.spans if span.lent) / HOUR_MS


def as_told(seed: int, record: Record) -> str:
    """The day with lending and without, in a sentence."""
    alone = lent(seed, cards=record.site.cards, lends=False)
    ends = [
        max(job.ended_ms for job in each.jobs if job.film.house == MARKETING.id) for each in (record, alone)
    ]
    hours = [(end - MONDAY_MS) / HOUR_MS for end in ends]
    return (
        f"lending: from 9 to 22 {use(record, *_DAY):.0f} % of the card time in use, "
        f"without it {use(alone, *_DAY):.0f} %; {lent_h(record):.0f} card hours lent; "
        f"the day's last film is done after {hours[0]:.1f} h of the day, without it after {hours[1]:.1f} h"
    )
