"""Backlogs of several sizes: how long they take, and what of it no order could do better."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from _arrivals import House, backlog
from _promises import evenly_ms, makespan
from _records import JOIN, SPEAK, Job, Record, Site
from _simulation import play

#: Beyond so many films chunks of half the length are not tried.
_SMALL = 300


@dataclass(frozen=True, kw_only=True)
class Row:
    """Backlogs of a size, each of another seed.

    Attributes:
        films: how many.
        chunks: for each card, on average.
        found: each makespan, in the least there could be.
        whole: the same, in the least there could be of chunks that cannot be cut.
        planned: how long the best plan that is known takes, in the least there could be: made by somebody who
            knows beforehand to the millisecond how long each chunk takes, and without failures.
        finer: each makespan with chunks half as long; none of large backlogs.
    """

    films: int
    chunks: float
    found: Sequence[float]
    whole: Sequence[float]
    planned: Sequence[float]
    finer: Sequence[float]


def measure(sizes: Mapping[int, int], *, cards: int, houses: Sequence[House]) -> Iterator[Row]:
    """Play backlogs of these sizes, of each so many."""
    for films, times in sizes.items():
        seeds = range(1, times + 1)
        played = [_played(films, seed, cards, houses, Site.chunk_s) for seed in seeds]
        yield Row(
            films=films,
            chunks=statistics.fmean(sum(len(job.chunks_ms) for job in each.jobs) for each in played) / cards,
            found=[makespan(each) for each in played],
            whole=[(each.ended_ms - each.begun_ms) / least_ms(each.jobs, cards) for each in played],
            planned=[planned_ms(each.jobs, cards) / evenly_ms(each.jobs, cards) for each in played],
            finer=[
                makespan(_played(films, seed, cards, houses, Site.chunk_s // 2))
                for seed in seeds
                if films <= _SMALL
            ],
        )


def least_ms(jobs: Sequence[Job], cards: int) -> float:
    """What no order of whole chunks could do better than, in milliseconds.

    Some card has one more of the longest chunks than there are for each, and every chunk has its film spoken
    before it and joined after it.
    """
    even = sum(job.card_ms for job in jobs) / cards
    soonest = min(job.longest_ms[SPEAK] for job in jobs)
    last = min(job.longest_ms[JOIN] for job in jobs)
    together = _packed_least([length for job in jobs for length in job.chunks_ms], cards)
    alone = (
        job.longest_ms[SPEAK]
        + max(_packed_least(job.chunks_ms, cards), *job.chunks_ms)
        + job.longest_ms[JOIN]
        for job in jobs
    )
    return max(even + last, soonest + together + last, *alone)


def _packed_least(lengths: Sequence[int], cards: int) -> float:
    """Of k for each card and one more some card has k + 1, which take at least as long as the shortest do."""
    longest = sorted(lengths, reverse=True)
    rounds = range(1, (len(longest) - 1) // cards + 1)
    found = [sum(longest[k * cards - k : k * cards + 1]) for k in rounds]
    return max([sum(longest) / cards, *found])


def planned_ms(jobs: Sequence[Job], cards: int) -> float:
    """How long a plan takes that fills cards by whole chunks, the longest first (MULTIFIT).

    Coffman, Garey, Johnson: An application of bin-packing to multiprocessor scheduling, 1978. Speaking is
    spread evenly over the cards before it, and the soonest join comes after it.
    """
    longest = sorted((length for job in jobs for length in job.chunks_ms), reverse=True)
    low, high = _packed_least(longest, cards), 2.0 * max(longest[0], sum(longest) / cards)
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (low, middle) if _fits(longest, cards, middle) else (middle, high)
    spoken = sum(job.longest_ms[SPEAK] for job in jobs) / cards
    return spoken + high + min(job.longest_ms[JOIN] for job in jobs)


def _fits(longest: Sequence[int], cards: int, most: float) -> bool:
    """Whether each chunk finds a card that has time for it yet."""
    used = [0] * cards
    for length in longest:
        place = next((number for number, time in enumerate(used) if time + length <= most), None)
        if place is None:
            return False
        used[place] += length
    return True


def _played(films: int, seed: int, cards: int, houses: Sequence[House], chunk_s: int) -> Record:
    site = Site(cards=cards, seed=seed, houses=houses, chunk_s=chunk_s)
    return play(site, backlog(seed, films, houses=houses))


def table(rows: Sequence[Row]) -> str:
    """The rows as a table of a page."""
    told = [
        f"| {row.films:,} | {len(row.found)} | {row.chunks:.1f} | {statistics.fmean(row.found):.3f} "
        f"| {max(row.found):.3f} | {max(row.whole):.3f} | {max(row.planned):.3f} "
        f"| {f'{max(row.finer):.3f}' if row.finer else ''} |"
        for row in rows
    ]
    head = (
        "| films | seeds | chunks a card | mean | at most | of whole chunks | planned ahead | half as long |"
    )
    return "\n".join([head, f"|{' ---: |' * 8}", *told, ""])
