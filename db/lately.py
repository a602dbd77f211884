"""At which pace work has gone lately, and who had it: as the dispatcher reckons that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from db.ledger import Ledger
from db.shares import Reader, read_standings
from db.states import Stage
from farm.policy.share import Ended, Share, Usage


@dataclass(frozen=True, kw_only=True)
class Lately:
    """At which pace work has gone, and who had it.

    Attributes:
        shares: how departments stand, by id.
        costs: for how long a step of a kind kept its worker, in milliseconds, as far as any has ended.
        films: how many were finished.
        film_ms: for how long each of these kept workers, all steps together; 0: none was finished.
    """

    shares: Mapping[int, Share]
    costs: Mapping[str, float]
    films: int
    film_ms: float


def read_lately(ledger: Ledger) -> Lately:
    """At which pace work has gone lately, and who had it: as the dispatcher reckons that.

    Raises:
        AwayError: ``ledger-away``.
    """
    reader, usage, now = Reader(ledger), Usage(ledger.clock()), ledger.clock()
    ended = [*reader.lately(), *reader.ended()]
    usage.tell(ended, now)
    standings = read_standings(ledger)
    films = sum(each.times for each in ended if each.capability == Stage.JOIN.value)
    return Lately(
        shares=usage.shares(standings.weights, standings.going),
        costs={each: usage.cost_ms(each) for each in {one.capability for one in ended}},
        films=films,
        film_ms=_of_a_film(ended, films) if films else 0.0,
    )


def _of_a_film(ended: Iterable[Ended], films: int) -> float:
    """What a film took: of a stage that more films have begun than were finished, its part of one."""
    held, times = Counter[str](), Counter[str]()
    for each in ended:
        # Of rendering there are several steps to a film.
        stage = each.capability.partition(".")[0]
        held[stage] += each.held_ms
        times[stage] += 0 if stage == Stage.RENDER.value else each.times
    return sum(spent / max(times[stage], films) for stage, spent in held.items())
