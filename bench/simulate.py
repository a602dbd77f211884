"""The order of work, played: a week of films on 64 cards in virtual time, and what the order promises of it.

    python bench/simulate.py [--seed 1] [--quick] [--docs]

The farm's own rules decide (`farm.policy`: who goes next, shares, gates, windows, quotas, retries); cards,
films and people are played (`bench/_simulation.py`), so that nothing depends on this machine, and the same
seed gives the same week. Told is each promise with what was found, by the calendar and by counting; it ends
with 1 if any was broken. `--docs` draws docs/images/order-week.svg and order-shares.svg, and writes the
figures into docs/order.md. `--quick` plays a small farm and few films: it shows that all works.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from _arrivals import DAY_MS, HOUR_MS, HOUSES, MONDAY_MS, SERVICE, TRAINING, ZONE, Film, backlog, week
from _backlogs import Row, measure, table
from _drawing import COLOURS, Chart, Series, sheet
from _lent import as_told, lent, of_lending
from _promises import (
    Finding,
    broken,
    idleness,
    makespan,
    out_of_turn,
    outlasting_s,
    outside,
    overcharged,
    unfairness,
    use,
    waits_h,
)
from _records import Record, Sample, Site
from _simulation import play

from farm.policy.order import URGENCY_MS
from farm.policy.windows import parse

_DOCS = Path(__file__).parents[1] / "docs"
_PAGE, _WEEK, _SHARES = _DOCS / "order.md", "images/order-week.svg", "images/order-shares.svg"
_FIGURES = re.compile(r"(?<=<!-- figures -->\n).*(?=<!-- /figures -->)", re.DOTALL)
_BACKLOGS = re.compile(r"(?<=<!-- backlogs -->\n).*(?=<!-- /backlogs -->)", re.DOTALL)
_NAMES = {house.id: house.name for house in HOUSES}
#: Without quotas: all that is there may begin.
_UNBOUND = tuple(replace(house, films=None) for house in HOUSES)
_MINUTES = 10


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How much is played.

    Attributes:
        cards: of the farm.
        busy: how busy its week is.
        films: of the backlog that is drawn.
        sizes: of other backlogs, each with how many of them.
        pools: cards of two pools of which one lends.
    """

    cards: int = 64
    busy: float = 1.7
    films: int = 2400
    sizes: Mapping[int, int] = field(
        default_factory=lambda: {60: 8, 100: 8, 150: 8, 300: 8, 600: 8, 2400: 3},
    )
    pools: int = 16


FULL, SMALL = Scale(), Scale(cards=4, busy=0.085, films=42, sizes={15: 1}, pools=2)
#: A backlog of fewer chunks for each card ends too raggedly for the promise.
_FEWEST_CHUNKS = 8


@dataclass(frozen=True, kw_only=True)
class Played:
    """What was played, and what was found."""

    week: Record
    day: Record
    backlogs: Sequence[Row]
    pools: Record
    findings: Sequence[Finding]


def simulate(seed: int, scale: Scale = FULL) -> Played:
    """Play the week, the backlogs, the flood and the pools of a seed, and measure what is promised."""
    # Quotas are as large as the departments are.
    houses = [
        house if house.films is None else replace(house, films=round(house.films * scale.busy / Scale.busy))
        for house in HOUSES
    ]
    played = play(Site(cards=scale.cards, seed=seed, houses=houses), week(seed, busy=scale.busy))
    unbound = Site(cards=scale.cards, seed=seed, houses=_UNBOUND)
    day = play(unbound, backlog(seed, scale.films, houses=_UNBOUND))
    rows = tuple(measure(scale.sizes, cards=scale.cards, houses=_UNBOUND))
    pools = lent(seed, cards=scale.pools)
    findings = [
        *_of_week(played),
        *_of_backlog(day),
        *_of_backlogs(rows),
        *_of_flood(seed),
        *of_lending(pools),
    ]
    return Played(week=played, day=day, backlogs=rows, pools=pools, findings=findings)


def _of_week(record: Record) -> Iterator[Finding]:
    clip_s = 5 * record.site.render
    yield Finding(
        what="idle card time while a step waits that may begin", found=idleness(record), most=1, unit="%"
    )
    yield Finding(what="films beyond a day's quota", found=overcharged(record), most=0)
    yield Finding(what="films let in before an earlier one", found=out_of_turn(record), most=0)
    yield Finding(what="starts for the night by day", found=outside(record), most=0)
    yield Finding(what="rendering after the night's end", found=outlasting_s(record), most=clip_s, unit="s")
    worth_h = {urgency: (URGENCY_MS["urgent"] - worth) / HOUR_MS for urgency, worth in URGENCY_MS.items()}
    for urgency, waited in sorted(waits_h(record).items()):
        yield Finding(
            what=f"longest wait of a film that may begin, {urgency}",
            found=waited,
            most=max(worth_h[urgency], 24),
            unit="h",
        )


def _of_backlog(record: Record) -> Iterator[Finding]:
    yield Finding(
        what="makespan of a backlog, in the least there could be", found=makespan(record), most=1.05
    )
    yield Finding(what="idle card time of a backlog", found=idleness(record), most=1, unit="%")
    yield Finding(what="shares off their weights while all wait", found=unfairness(record), most=5, unit="%")


def _of_backlogs(rows: Iterable[Row]) -> Iterator[Finding]:
    for row in rows:
        if row.chunks >= _FEWEST_CHUNKS:
            what = f"makespan of {len(row.found)} backlogs of {row.films:,} films"
            yield Finding(what=what, found=max(row.found), most=1.05)


def _of_flood(seed: int) -> Iterator[Finding]:
    """A film in bulk, and urgent ones without end that fill a farm half as much again as it can do."""
    # A film of the flood takes a card two hours.
    site = Site(cards=2, hands=1, houses=_UNBOUND, render=144, seed=seed, fails=0, dies=0, every_s=36_000)
    every = round(2 * HOUR_MS / site.cards / 1.5)
    for own, told in (
        (
            TRAINING.id,
            "a flood of its own department's urgent films passes one in bulk, if submitted later by",
        ),
        (SERVICE.id, "under a flood of another department's urgent films one in bulk waits"),
    ):
        flood = [
            Film(house=own, batch=1, at_ms=MONDAY_MS + number * every, seconds=50, urgency="urgent")
            for number in range(9 * DAY_MS // every)
        ]
        at = MONDAY_MS + DAY_MS
        bulk = Film(house=TRAINING.id, batch=2, at_ms=at, seconds=20, urgency="bulk")
        record = play(site, [*flood, bulk])
        (waited,) = (job for job in record.jobs if job.film is bulk)
        if own == TRAINING.id:
            passed = [job.film.at_ms - at for job in record.jobs if job.begun_ms < waited.begun_ms]
            found = max(passed)
        else:
            found = waited.begun_ms - at
        yield Finding(what=told, found=found / HOUR_MS, most=URGENCY_MS["urgent"] / HOUR_MS, unit="h")


def drawn_week(record: Record) -> str:
    """The week as a picture: cards in use by department, and films that wait to begin."""
    samples = _between(record, MONDAY_MS, MONDAY_MS + 7 * DAY_MS)
    places = [(sample.at_ms - MONDAY_MS) / DAY_MS for sample in samples]
    span = (0.0, 7.0)
    night = parse(record.site.windows["night"], ZONE)
    bands = [
        ((since - MONDAY_MS) / DAY_MS, (until - MONDAY_MS) / DAY_MS)
        for since, until in night.spans(MONDAY_MS, MONDAY_MS + 7 * DAY_MS)
    ]
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    names = [(number + 0.5, day) for number, day in enumerate(days)]
    marks = [(number, "") for number in range(8)]
    cards = Chart(
        title="Cards in use",
        unit=f"of {record.site.cards}; the window “night” is shaded",
        places=places,
        areas=[
            Series(
                name=_NAMES[house.id],
                colour=COLOURS[number],
                values=[sample.busy.get(house.id, 0) for sample in samples],
            )
            for number, house in enumerate(record.site.houses)
        ],
        bands=bands,
        marks=marks,
        names=names,
        span=span,
        most=record.site.cards,
        height=230,
    )
    waiting = Chart(
        title="Films that wait to begin",
        places=places,
        areas=[
            Series(name=name, colour=colour, values=[sample.films.get(why, 0) for sample in samples])
            for why, name, colour in (
                ("", "may begin", "#7a8594"),
                ("off_peak", "held: off_peak", "#a9bcd6"),
                ("quota", "held: quota", "#e9c38d"),
            )
        ],
        bands=bands,
        marks=marks,
        names=names,
        span=span,
        height=170,
    )
    return sheet(
        [cards, waiting], title="A week on 64 cards: cards in use by department, and films that wait"
    )


def drawn_shares(record: Record) -> str:
    """The backlog as a picture: each department's share so far, and what is left."""
    last = max(sample.at_ms for sample in record.samples if len(sample.tiers) == len(record.site.houses))
    samples = _between(record, record.begun_ms, last)[1:]
    places = [(sample.at_ms - record.begun_ms) / HOUR_MS for sample in samples]
    whole = sum(house.weight for house in record.site.houses)
    used = {house.id: 0 for house in record.site.houses}
    lines: dict[int, list[float]] = {house.id: [] for house in record.site.houses}
    for sample in samples:
        for house in used:
            used[house] += sample.busy.get(house, 0)
        for house, values in lines.items():
            values.append(100 * used[house] / max(1, sum(used.values())))
    due = sorted({100 * house.weight / whole for house in record.site.houses})
    chart = Chart(
        title="Share of the card time so far",
        unit="in per cent, while all three have films waiting; dashed: their weights",
        places=places,
        lines=[
            Series(name=_NAMES[house], colour=COLOURS[number], values=values)
            for number, (house, values) in enumerate(lines.items())
        ],
        rules=[(share, f"{share:g} %") for share in due],
        span=(0.0, places[-1]),
        marks=[(hour, f"{hour} h") for hour in range(0, int(places[-1]) + 1, 4)],
        most=75,
        height=200,
    )
    return sheet([chart], title="Shares of three departments, by their weights")


def _between(record: Record, since_ms: int, until_ms: int) -> list[Sample]:
    found = [sample for sample in record.samples if since_ms <= sample.at_ms <= until_ms]
    return found[::_MINUTES]


def figures(played: Played) -> str:
    """The findings as a table of a page."""
    rows = [
        f"| {finding.what} | {finding.found:.4g}{' ' * bool(finding.unit)}{finding.unit} "
        f"| {finding.most:g}{' ' * bool(finding.unit)}{finding.unit} |"
        for finding in played.findings
    ]
    return "\n".join(["| promised | found | at most |", "| --- | ---: | ---: |", *rows, ""])


def main() -> None:
    """Play, measure, print, and draw if asked to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="a small farm and few films")
    parser.add_argument("--docs", action="store_true", help="draw the pictures and write the figures")
    given = parser.parse_args()
    begun = time.monotonic()
    played = simulate(given.seed, SMALL if given.quick else FULL)
    record = played.week
    used = use(record, MONDAY_MS, MONDAY_MS + 7 * DAY_MS)
    print(
        f"{len(record.jobs)} films, {len(record.spans)} attempts on {record.site.cards} cards, "
        f"{used:.0f} % of a week's card time in use; {len(played.day.jobs)} films at once"
    )
    print(*played.findings, sep="\n")
    print(table(played.backlogs) + as_told(given.seed, played.pools))
    print(f"played in {time.monotonic() - begun:.0f} s")
    if given.docs:
        (_DOCS / _WEEK).write_text(drawn_week(record), "utf-8")
        (_DOCS / _SHARES).write_text(drawn_shares(played.day), "utf-8")
        page = _PAGE.read_text("utf-8")
        page = _FIGURES.sub(lambda _: figures(played), page)
        _PAGE.write_text(_BACKLOGS.sub(lambda _: table(played.backlogs), page), "utf-8")
    sys.exit(bool(broken(played.findings)))


if __name__ == "__main__":
    main()
