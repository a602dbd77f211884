"""Whose clocks differ from the ledger's, as far as it can be told from here."""

from __future__ import annotations

from collections.abc import Iterator

from db.clocks import read_skew
from db.siting import this_machine
from db.workers import read_workers
from farm.bootstrap import Farm
from farm.crews import silence_ms
from farm.policy.clocks import ahead_of
from farm.views.screen import ClockView


def look(farm: Farm, *, led: bool) -> tuple[ClockView, ...]:
    """The machines whose clocks differ for sure; a ledger that is a file has one machine alone.

    Args:
        farm: the farm.
        led: whether a dispatcher leads, who finds workers dead that have not beaten for a while.

    Raises:
        AwayError: ``ledger-away``.
    """
    here = read_skew(farm.ledger)
    if here is None:
        return ()
    ahead = dict(_hosts(farm, farm.ledger.clock() - here.ahead_ms, led=led))
    if here.differs:
        ahead[this_machine().host] = here.ahead_ms
    return tuple(ClockView(host=host, ahead_s=ms // 1000) for host, ms in sorted(ahead.items()))


def _hosts(farm: Farm, now: int, *, led: bool) -> Iterator[tuple[str, int]]:
    silence = silence_ms(farm)
    for worker in read_workers(farm.ledger):
        if ms := ahead_of(worker.seen_at, now, lives=led, silence_ms=silence):
            yield worker.host, ms
