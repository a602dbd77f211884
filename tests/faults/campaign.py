"""A campaign: faults by a seeded schedule, done to a farm at work, and what came of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.faults.auditor import Books, audit, audit_remains, essences_without_faults
from tests.faults.ground import Ground, NotHappenedError, farm_up, until
from tests.faults.kinds import archive, doorbell, files, ledger, processes, rest
from tests.faults.kinds.kind import Clock, Effect, FaultKind, Need
from tests.tasks.yard import story

KINDS: Sequence[FaultKind] = (
    *processes.KINDS,
    *doorbell.KINDS,
    *ledger.KINDS,
    *archive.KINDS,
    *files.KINDS,
    *rest.KINDS,
)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A fault that was done.

    Attributes:
        kind: its kind's name.
        effect: what was measured.
        took_s: from its beginning until the next one.
        failed: what did not happen that should have; empty if all did.
    """

    kind: str
    effect: Effect
    took_s: float
    failed: str = ""


@dataclass(kw_only=True)
class Report:
    """A campaign and its audit.

    Attributes:
        seed: from which the schedule was drawn.
        database: the ledger's kind.
        quick: whether clocks were quick; else they were as shipped.
        faults: in their order.
        not_run: kinds that could not be done here, and what they need.
        books: what the audit found.
        left: what the farm left behind.
    """

    seed: int
    database: str
    quick: bool
    faults: list[Fault] = field(default_factory=list)
    not_run: Mapping[str, str] = field(default_factory=dict)
    books: Books | None = None
    left: tuple[str, ...] = ()

    @property
    def complaints(self) -> list[str]:
        """Whatever is not as it was promised."""
        found = [f"{fault.kind}: {fault.failed}" for fault in self.faults if fault.failed]
        return [*found, *(self.books.complaints if self.books else ("no audit",)), *self.left]

    def seconds(self, clock: Clock) -> list[float]:
        """What was measured by one clock, sorted."""
        effects = [fault.effect for fault in self.faults if fault.effect.clock is clock]
        return sorted(each.seconds for each in effects if each.seconds is not None)


def run_campaign(
    place: Path,
    *,
    database: str,
    seed: int,
    rounds: int = 1,
    minutes: float | None = None,
    quick: bool = True,
    only: Sequence[str] = (),
    tell: Callable[[Fault], None] = lambda _fault: None,
) -> Report:
    """Do every kind of fault so often, in an order by chance, and look through the books afterwards.

    Args:
        place: a folder of its own.
        database: sqlite or postgresql.
        seed: the schedule's.
        rounds: how often each kind is done.
        minutes: go on with rounds for so long instead.
        quick: whether clocks are quick; else they are as shipped.
        only: names of kinds; all unless given.
        tell: told of each fault when it is over.
    """
    chance = Random(seed)  # noqa: S311 - a schedule is no secret
    report = Report(seed=seed, database=database, quick=quick)
    with farm_up(place / "farm", database, quick=quick) as ground:
        here = _kinds_here(ground, report, only)
        end = time.monotonic() + (minutes or 0) * 60
        done = 0
        while time.monotonic() < end if minutes is not None else done < rounds:
            done += 1
            schedule = list(here)
            chance.shuffle(schedule)
            for kind in schedule:
                if minutes is not None and time.monotonic() > end:
                    break
                fault = _do(ground, kind, chance)
                report.faults.append(fault)
                tell(fault)
        _await_films(ground, report)
        essences = essences_without_faults(place / "reference", ground.scripts)
        ground.end()
        report.books = audit(ground, essences)
        report.left = audit_remains(ground)
    return report


def _kinds_here(ground: Ground, report: Report, only: Sequence[str]) -> list[FaultKind]:
    database = Need.SQLITE if ground.server is None else Need.POSTGRESQL
    met = {database, *([Need.ROOT] if ground.mounted else []), *([Need.SHIM] if ground.shim else [])}
    wanted = [kind for kind in KINDS if not only or kind.name in only]
    report.not_run = {
        kind.name: ", ".join(sorted(set(kind.needs) - met))
        for kind in wanted
        # A kind of fault of one database is no fault of the other.
        if set(kind.needs) - met - {Need.SQLITE, Need.POSTGRESQL}
    }
    return [kind for kind in wanted if met.issuperset(kind.needs)]


def _do(ground: Ground, kind: FaultKind, chance: Random) -> Fault:
    begun = time.monotonic()
    failed, effect = "", Effect()
    try:
        effect = kind.inflict(ground, chance)
    except NotHappenedError as error:
        failed = f"{error} {story(ground.farm)}"
    return Fault(kind=kind.name, effect=effect, took_s=time.monotonic() - begun, failed=failed)


def _await_films(ground: Ground, report: Report) -> None:
    """Wait until every film has ended; what has not, the audit will tell."""

    def ended() -> bool:
        ground.child.tend()
        unended = (
            "SELECT id FROM jobs WHERE state NOT IN ('failed', 'canceled') "
            "AND archive NOT IN ('archived', 'error')"
        )
        return not ground.ask(unended)

    begun = time.monotonic()
    try:
        until(ended, "every film has ended")
    except NotHappenedError as error:
        told = f"{error} {story(ground.farm)}"
        report.faults.append(
            Fault(kind="the end", effect=Effect(), took_s=time.monotonic() - begun, failed=told)
        )
