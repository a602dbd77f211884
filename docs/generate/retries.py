"""Write docs/retries.md from the table of retries; with --check, fail when it is out of date."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from settling import settle

from farm.policy.retry import TABLE, Deaths, End, RetryDecision, RetrySettings, Row, Verdict, decide

PAGE = Path(__file__).resolve().parents[1] / "retries.md"

_HEAD = """# What becomes of a step that did not succeed

This page is made by `make docs` from the one table that decides it,
[farm/policy/retry.py](../farm/policy/retry.py), with the default settings: `[retry] attempts` (3),
`backoff_s` (10 s, doubled each time) and `poison_deaths` (3). *Elsewhere*: for half a minute more another
worker goes first, if one lives that can do the step and takes work. What is waited for is tried at least
every two minutes.

Workers that die over the same clip make it *poison*: its job is failed (`ledger-poison`) until somebody
retries it. One worker alone may be ill itself; where another lives, that one has to die of it, too: from
the death before the last on, it goes first, for an hour if need be, and further deaths of the first worker
do not count.

| what happened | the first time | the second | the third | uses up an attempt | why |
| --- | --- | --- | --- | --- | --- |
"""
_TIMES = range(3)
#: Who dies of it, one after the other, and whether another worker lives meanwhile.
_DEATHS = {
    "another one lives that can do the step": ("aab", True),
    "no other one does": ("aaa", False),
}


def page() -> str:
    """The page."""
    return _HEAD + "".join(f"| {' | '.join(cells)} |\n" for row in TABLE for cells in _lines(row))


def _lines(row: Row) -> Iterator[tuple[str, ...]]:
    if row.sample is not End.LOST:
        decisions = [
            decide(row.sample, failures=time, waits=time, settings=RetrySettings()) for time in _TIMES
        ]
        yield _cells(row.what, decisions, row.why)
        return
    for case, (dying, others) in _DEATHS.items():
        decisions = [
            decide(
                row.sample,
                deaths=Deaths(workers=dying[time::-1], others=others),
                settings=RetrySettings(),
            )
            for time in _TIMES
        ]
        yield _cells(f"{row.what} over one clip; {case}", decisions, row.why)


def _cells(what: str, decisions: list[RetryDecision], why: str) -> tuple[str, ...]:
    return (what, *map(_told, decisions), "yes" if decisions[0].uses_up else "no", why)


def _told(decision: RetryDecision) -> str:
    if decision.verdict is Verdict.DEAD:
        return "never"
    when = f"after {decision.delay_ms / 1000:g} s" if decision.delay_ms else "now"
    if decision.verdict is Verdict.REMAKE:
        return f"{when}, once it was made again"
    return f"{when}, elsewhere" if decision.elsewhere_ms else when


if __name__ == "__main__":
    sys.exit(settle(PAGE, page()))
