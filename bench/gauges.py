"""What telling Prometheus of the farm costs: the leader's reading of its ledger, and an answer to a scrape.

    python bench/gauges.py [--jobs 100000] [--departments 20] [--only sqlite|postgresql] [--postgresql URL]

The farm is that of `queue_scale.py`: 64 workers render, 20,000 attempts have ended lately, every other film
waits. Told, in milliseconds of wall time and of the processor's, this process's and the server's for it: each
reading, what the readings cost a second at the pace at which they are done, and one answer to a scrape.
"""

from __future__ import annotations

import argparse
from functools import partial

from _databases import on_both
from queue_scale import Clock, sow

from db.budgets import read_budgets
from db.cardtime import CardTime
from db.census import read_card_states, read_dead_letters, read_pending, read_workforce
from db.depths import read_depths, read_running
from db.overview import read_oldest
from db.totals import Totals
from farm.bootstrap import Farm
from farm.gauges import Gauges
from worker.dispatching import GAUGES_S, MINUTE_S, PROSPECTS_S

_TIMES = 5
_SCRAPES = 200


def measure(farm: Farm) -> None:
    """Print what this farm's numbers cost."""
    ledger = farm.ledger
    clock, gauges, totals = Clock(ledger), Gauges(farm, expiry_s=3600), Totals(ledger)
    clock.tell("whoever begins to lead adds up what ended", 1, lambda: _silently(Totals(ledger).read))
    totals.read()
    for name, read in (
        ("queue depths", partial(read_depths, ledger)),
        ("oldest waits", partial(read_oldest, ledger)),
        ("what runs", partial(read_running, ledger)),
        ("what ended", totals.read),
        ("dead letters", partial(read_dead_letters, ledger)),
        ("the archive's line", partial(read_pending, ledger)),
        ("workers", partial(read_workforce, ledger)),
        ("cards", partial(read_card_states, ledger)),
        ("budgets", partial(read_budgets, ledger, CardTime(ledger))),
    ):
        clock.tell(f"  {name}", _TIMES, partial(_silently, read))
    gauges.stands("", leading=True)
    for name, look, every_s in (
        ("all of these", gauges.look, GAUGES_S),
        ("places", gauges.look_at_places, MINUTE_S),
        ("windows and storage", gauges.look_far, PROSPECTS_S),
    ):
        clock.tell(f"{name}, every {every_s} s", _TIMES, partial(_silently, look))
    clock.tell(
        f"a scrape of {len(gauges.exposition())} bytes", _SCRAPES, partial(_silently, gauges.exposition)
    )


def _silently(act: object) -> None:
    """Do it, and tell nothing."""
    act()  # type: ignore[operator]


def run(farm: Farm, database: str, asked: argparse.Namespace) -> None:
    """Sow and measure one database."""
    sow(farm.ledger, asked.jobs, asked.departments)
    print(f"{database}: {asked.jobs} jobs of {asked.departments} departments")
    measure(farm)


if __name__ == "__main__":
    on_both(__doc__, run, jobs=100_000, departments=20)
