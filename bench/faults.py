"""Faults: what is lost, doubled and wasted by hundreds of them, and how soon work goes on.

    python bench/faults.py [--database sqlite] [--rounds 2] [--timed 10] [--seed 7] [--without KIND]

On each database first the kinds that are timed, `--timed` times, with the clocks as they are shipped; then
all kinds, `--rounds` times, with leases of 1.5 s, so that more faults find their place in an hour. After each
campaign an auditor looks through ledger, store, archive and processes, and compares every film with the one
that is made without faults. What was found is kept in docs/reliability.json, a campaign in place of the
earlier one of its database, clocks and seed, and docs/reliability.md is written from all of them. Ends with 1
if anything was lost or doubled.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from _farm import machine

from tests.faults.campaign import KINDS, Fault, Report, run_campaign
from tests.faults.kinds.kind import Clock
from tests.support.machine import folder_in_memory

_DOCS = Path(__file__).parents[1] / "docs"
_RAW, _PAGE = _DOCS / "reliability.json", _DOCS / "reliability.md"
#: What is measured with the clocks as they are shipped.
_TIMED = (
    "hand-killed",
    "main-killed",
    "host-gone",
    "redis-killed",
    "redis-wiped",
    "postgresql-killed",
    "watchdog-killed",
    "supervisor-killed",
)
_DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_AUDITED = """\
After each campaign an auditor looks through ledger, store, archive and processes: every film is in the
archive, and its pictures and sound are bit by bit those of the same film made without a fault; every step was
accepted once, and so was every clip, save those whose file the fault itself destroyed; every claim has its
attempt and every attempt its end; every accepted file is what its digest says; no process, no half-written
file and no lease is left."""
_WASTED = """\
A clip is wasted that was in work when its worker was lost: it is begun anew. Again: made once more because a
fault destroyed its file. Quick clocks: leases of 1.5 s in place of 12 s."""
_COLUMNS = (
    "ledger", "clocks", "faults", "films", "lost", "complaints", "attempts", "clips", "again", "wasted",
    "wasted per fault",
)  # fmt: skip
Raw = Mapping[str, Any]


def main() -> int:
    """Run the campaigns and write the page; 1 if anything was lost or doubled."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=sorted(_DATABASES), help="this one alone")
    parser.add_argument("--rounds", type=int, default=2, help="of all kinds, with quick clocks; 0: none")
    parser.add_argument("--timed", type=int, default=10, help="rounds of those that are timed; 0: none")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--without", action="append", default=[], metavar="KIND", help="leave this kind out")
    parser.add_argument("--no-page", action="store_true", help="keep docs/reliability.md as it is")
    given = parser.parse_args()
    print(machine())
    well = True
    for database in [given.database] if given.database else sorted(_DATABASES):
        for quick, rounds in ((False, given.timed), (True, given.rounds)):
            if rounds:
                names = [kind.name for kind in KINDS] if quick else _TIMED
                only = [name for name in names if name not in given.without]
                report = _campaign(database, quick=quick, rounds=rounds, seed=given.seed, only=only)
                _keep(_raw(report, rounds))
                well &= not report.complaints
                print(*report.complaints or ("nothing lost, nothing doubled",), sep="\n")
    if not given.no_page:
        _PAGE.write_text(page(_kept()), "utf-8")
    return 0 if well else 1


def _campaign(database: str, *, quick: bool, rounds: int, seed: int, only: Sequence[str]) -> Report:
    print(f"== {_DATABASES[database]}, clocks {'quick' if quick else 'as shipped'}, seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="lectern-", dir=folder_in_memory()) as folder:
        return run_campaign(
            Path(folder),
            database=database,
            seed=seed,
            rounds=rounds,
            quick=quick,
            only=only,
            tell=_tell,
        )


def _tell(fault: Fault) -> None:
    measured = "" if fault.effect.seconds is None else f"  goes on after {fault.effect.seconds:.1f} s"
    print(f"{fault.took_s:6.1f} s  {fault.kind}{measured}{'  FAILED ' if fault.failed else ''}", flush=True)


def _raw(report: Report, rounds: int) -> dict[str, Any]:
    assert report.books is not None  # noqa: S101 - every campaign ends with an audit
    return {
        "at": time.strftime("%Y-%m-%d"),
        "machine": machine(),
        "database": report.database,
        "quick": report.quick,
        "seed": report.seed,
        "rounds": rounds,
        "faults": [
            {"kind": fault.kind, "clock": fault.effect.clock.name, "seconds": fault.effect.seconds}
            for fault in report.faults
        ],
        "not_run": dict(report.not_run),
        "books": asdict(report.books),
        "complaints": report.complaints,
    }


def _kept() -> list[Raw]:
    return list(json.loads(_RAW.read_text("utf-8"))) if _RAW.exists() else []


def _keep(raw: Raw) -> None:
    others = [each for each in _kept() if _which(each) != _which(raw)]
    everything = sorted([*others, raw], key=_which)
    _RAW.write_text(json.dumps(everything, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _which(campaign: Raw) -> tuple[str, bool, int]:
    return campaign["database"], campaign["quick"], campaign["seed"]


def page(campaigns: Sequence[Raw]) -> str:
    """The page, of all that was kept."""
    return "\n".join(
        (*_head(campaigns), "", *_books(campaigns), "", *_times(campaigns), "", *_kinds(campaigns), "")
    )


def _head(campaigns: Sequence[Raw]) -> Iterator[str]:
    faults = sum(len(each["faults"]) for each in campaigns)
    lost = sum(each["books"]["lost"] for each in campaigns)
    complaints = [complaint for each in campaigns for complaint in each["complaints"]]
    yield "# Reliability: what faults cost"
    yield ""
    yield "Written by `bench/faults.py`, from campaigns of faults that are done to a farm of real processes."
    yield ""
    yield f"**{faults} faults, {lost} films lost.**"
    yield ""
    yield _AUDITED
    if complaints:
        yield ""
        yield "What the auditor found:"
        yield ""
        yield from (f"- {complaint[:300]}" for complaint in complaints)
    yield ""
    yield "To do it again (a folder in memory, two workers, two cores); which faults a seed gives depends on"
    yield "the kinds that there are, so that one that was added since changes their order:"
    yield ""
    yield "```"
    for each in campaigns:
        quick, shipped = (each["rounds"], 0) if each["quick"] else (0, each["rounds"])
        which = f"--database {each['database']} --rounds {quick} --timed {shipped} --seed {each['seed']}"
        yield f"PYTHONPATH=. python bench/faults.py {which}  # {each['at']}"
    yield "```"
    yield ""
    yield from sorted({f"Measured on: {each['machine']}." for each in campaigns})


def _books(campaigns: Sequence[Raw]) -> Iterator[str]:
    yield "## Lost, doubled, wasted"
    yield ""
    yield _WASTED
    yield ""
    yield _row(*_COLUMNS)
    yield _row(*("---" for _ in _COLUMNS))
    for each in campaigns:
        books, faults = each["books"], len(each["faults"])
        outcomes = ", ".join(f"{count} {name}" for name, count in sorted(books["outcomes"].items()))
        yield _row(
            *_names(each),
            faults,
            books["jobs"],
            books["lost"],
            len(each["complaints"]),
            f"{books['attempts']} ({outcomes})",
            books["clips"],
            books["again"],
            books["wasted"],
            f"{books['wasted'] / max(1, faults):.2f}",
        )


def _names(campaign: Raw) -> tuple[str, str]:
    return _DATABASES[campaign["database"]], "quick" if campaign["quick"] else "as shipped"


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _times(campaigns: Sequence[Raw]) -> Iterator[str]:
    yield "## Until work goes on"
    yield ""
    columns = ("from ... until ...", "ledger", "clocks", "times", "median", "p95", "longest")
    yield _row(*columns)
    yield _row(*("---" for _ in columns))
    for clock in Clock:
        for each in campaigns:
            measured = [fault["seconds"] for fault in each["faults"] if fault["clock"] == clock.name]
            taken = sorted(seconds for seconds in measured if seconds is not None)
            if clock is not Clock.NONE and taken:
                told = (statistics.median(taken), _p95(taken), taken[-1])
                yield _row(clock, *_names(each), len(taken), *(f"{seconds:.1f} s" for seconds in told))


def _p95(taken: Sequence[float]) -> float:
    """The time that 95 of 100 do not pass, by the nearest rank."""
    return taken[max(0, -(-95 * len(taken) // 100) - 1)]


def _kinds(campaigns: Sequence[Raw]) -> Iterator[str]:
    yield "## Kinds"
    yield ""
    yield _row("kind", "what is done", *_DATABASES.values())
    yield _row(*("---" for _ in range(2 + len(_DATABASES))))
    for kind in KINDS:
        yield _row(f"`{kind.name}`", kind.words, *(_count(campaigns, name, kind.name) for name in _DATABASES))


def _count(campaigns: Iterable[Raw], database: str, kind: str) -> str:
    mine = [each for each in campaigns if each["database"] == database]
    count = sum(fault["kind"] == kind for each in mine for fault in each["faults"])
    needs = [each["not_run"][kind] for each in mine if kind in each["not_run"]]
    return str(count) if count or not needs else f"not run: needs {needs[0]}"


if __name__ == "__main__":
    sys.exit(main())
