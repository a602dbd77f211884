"""Check a batch: every row completely, whatever many rows share once, before anything is stored or queued."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from farm.bootstrap import Farm
from farm.manifest import read_manifest
from farm.profiles.finding import Finder
from farm.reading import ManifestLimits, Reading
from farm.rowcheck import Film, RowChecker
from farm.rows import BrokenRow, Problem, Row
from pipeline.plan.errors import Fact, InputError


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a check found in a batch.

    Attributes:
        name: the manifest's file name.
        total: how many rows the manifest has.
        films: every row without a problem, in order.
        problems: everything wrong, in the order of the rows.
        warnings: what may be an oversight, in the order of the rows.
        ids: the names of those rows that something is to be said of, by number.
    """

    name: str
    total: int
    ids: Mapping[int, str]
    films: tuple[Film, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, kw_only=True)
class Admitted:
    """What may be queued of a batch.

    Attributes:
        name: the manifest's file name.
        films: the rows, in order; at least one.
        skipped: what was wrong with rows that are left out.
        warnings: what the rows are accepted in spite of.
    """

    name: str
    films: tuple[Film, ...]
    skipped: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


class BatchRefusedError(InputError):
    """A batch that cannot be queued as it is: nothing of it was.

    Attributes:
        problems: everything wrong, in the order of the rows.
        warnings: what may be an oversight.
        rows: how many rows the manifest has.
        good: how many of them have no problem.
    """

    def __init__(
        self, *, name: str, problems: Sequence[Problem], warnings: Sequence[Problem], rows: int, good: int
    ) -> None:
        code = "command-batch-refused" if good else "command-batch-hopeless"
        if any(problem.row == 0 for problem in problems):
            code = "command-manifest-unusable"
        elif good and good == rows:
            code = "command-batch-doubtful"
        super().__init__(code, name=name, rows=rows, bad=rows - good, good=good)
        self.problems = tuple(problems)
        self.warnings = tuple(warnings)
        self.rows = rows
        self.good = good


class Progress(Protocol):
    """Hears how far the check of a batch is, and then its queueing."""

    def pictures(self, done: int, of: int) -> None:
        """So many of its distinct pictures were looked at."""
        ...

    def rows(self, done: int, of: int) -> None:
        """So many of its rows were checked."""
        ...

    def inputs(self, done: int, of: int) -> None:
        """So many of its pictures and scripts were copied into the store."""
        ...


class Unheard:
    """Progress that nobody wants to hear of."""

    def pictures(self, done: int, of: int) -> None:
        """Nobody listens."""

    def rows(self, done: int, of: int) -> None:
        """Nobody listens."""

    def inputs(self, done: int, of: int) -> None:
        """Nobody listens."""


def check(
    farm: Farm, path: Path, *, reading: Reading | None = None, progress: Progress | None = None
) -> Checked:
    """Check a manifest's rows completely; nothing is stored or queued.

    Nothing is raised for what is wrong with the manifest or its rows: that is what `Checked.problems` is for.
    Memory does not grow with scripts or pictures: each is read when it is needed, and each distinct picture
    is looked at once, many of them side by side, one at a time on each core. What is found does not depend on
    how many cores there are.

    Args:
        farm: the farm.
        path: the manifest.
        reading: how it shall be read.
        progress: hears how far it is.

    Raises:
        AwayError: the ledger cannot be reached.
        TransientError: ``submit-lookers-gone``: no process could be begun.
    """
    people = Finder(farm)
    known = replace(reading or Reading(), pictures=people.picture)
    manifest = read_manifest(path, limits=_limits_of(farm), reading=known)
    checker = RowChecker(farm, people)
    problems, warnings = list(manifest.problems), list(manifest.warnings)
    every: tuple[Row | BrokenRow, ...] = (*manifest.rows, *manifest.broken)
    heard = progress or Unheard()
    checker.look_ahead(every, heard.pictures)
    for done, row in enumerate(every, 1):
        wrong, doubtful = checker.check(row)
        problems += wrong
        warnings += doubtful
        heard.rows(done, len(every))
    bad = {problem.row for problem in problems}
    films = [checker.film(row) for row in manifest.rows if row.number not in bad]
    problems += _of_others(films)
    problems.sort(key=lambda problem: problem.row)
    warnings.sort(key=lambda warning: warning.row)
    refused = {problem.row for problem in problems}
    told = refused | {warning.row for warning in warnings}
    return Checked(
        name=path.name or str(path),
        total=manifest.total,
        ids={row.number: row.id for row in every if row.number in told},
        films=tuple(film for film in films if film.row.number not in refused),
        problems=tuple(problems),
        warnings=tuple(warnings),
    )


def _of_others(films: Sequence[Film]) -> Iterator[Problem]:
    """The rows of other departments than the first one's: who pays for a batch is one department."""
    for film in films[1:]:
        if film.department != films[0].department:
            facts: dict[str, Fact] = {"department": film.department}
            facts |= {"first": films[0].department, "row": films[0].row.number}
            number = film.row.number
            yield Problem(row=number, column="department", code="submit-department-mixed", facts=facts)


def _limits_of(farm: Farm) -> ManifestLimits:
    """What a manifest may cost here."""
    limits = farm.settings.limits
    return ManifestLimits(
        rows=limits.manifest_rows,
        bytes=limits.manifest_bytes,
        script_characters=limits.script_characters,
        portrait_bytes=limits.portrait_bytes,
        footage_bytes=limits.footage_bytes,
        recording_bytes=limits.recording_bytes,
    )


def admit(checked: Checked, *, skip_invalid: bool = False, strict: bool = False) -> Admitted:
    """What of a checked batch may be queued.

    Args:
        checked: what the check found.
        skip_invalid: admit the good rows although others are bad.
        strict: refuse rows that have a warning.

    Raises:
        BatchRefusedError: rows are refused, each with its column, code and facts.
    """
    problems, warnings = checked.problems, checked.warnings
    if strict:
        problems = tuple(sorted((*problems, *warnings), key=lambda problem: problem.row))
        warnings = ()
    refused = {problem.row for problem in problems}
    films = tuple(film for film in checked.films if film.row.number not in refused)
    whole = 0 in refused
    if whole or not films or (refused and not skip_invalid):
        raise BatchRefusedError(
            name=checked.name,
            problems=problems,
            warnings=warnings,
            rows=checked.total,
            good=0 if whole else len(films),
        )
    kept = tuple(warning for warning in warnings if warning.row not in refused)
    return Admitted(name=checked.name, films=films, skipped=problems, warnings=kept)
