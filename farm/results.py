"""Results: what became of a batch, row by row, as a table for people and as a document for machines."""

from __future__ import annotations

import codecs
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Literal

from db import reports
from db.ledger import Ledger
from db.reports import Outcome, Report
from db.states import ArchiveState
from db.views import Problem
from farm import crews
from farm.bootstrap import Farm
from farm.output import check_folder, write_whole
from pipeline.plan import trace
from pipeline.plan.cells import Cell, to_csv
from pipeline.plan.errors import InputError
from pipeline.plan.messages import Language, remembered
from pipeline.plan.moments import iso
from pipeline.plan.names import folder_for, link_for, stem_for

Form = Literal["csv", "json"]

#: The columns of the table, in their order.
HEADER = ("id", "status", "archive", "video", "link", "duration_s", "trace_id", "warnings", "message")
#: What a file of results ends with.
SUFFIXES: Mapping[Form, str] = {"csv": ".results.csv", "json": ".results.json"}

_KIND = '{"kind": "results", '
#: How a file of each form begins; a table without further columns, whoever ended its lines.
_BEGINNING: Mapping[Form, re.Pattern[bytes]] = {
    "csv": re.compile(",".join(HEADER).encode() + rb"\r?\n"),
    "json": re.compile(re.escape(_KIND).encode()),
}
_TRACE = re.compile(rb"\b[0-9a-f]{32}\b")
# Nothing larger is read in search of a batch's rows.
_MOST = 256 << 20


@dataclass(frozen=True, kw_only=True)
class Results:
    """What had become of a batch by some moment.

    Attributes:
        forms: the whole file in each form.
        traces: trace ids of the rows in hex, by which a file is known as this batch's.
    """

    forms: Mapping[Form, bytes]
    traces: frozenset[bytes]

    def are_in(self, path: Path, form: Form) -> bool:
        """Whether a file holds results of this very batch, from whatever moment.

        Raises:
            OSError: as the system says.
        """
        if path.is_symlink() or not path.is_file() or path.stat().st_size > _MOST:
            return False
        content = path.read_bytes().removeprefix(codecs.BOM_UTF8)
        known = _BEGINNING[form].match(content) is not None
        return known and not self.traces.isdisjoint(_TRACE.findall(content))


def results_of(farm: Farm, batch: int, language: Language) -> Results:
    """What has become of a batch by now, by its number.

    Raises:
        InputError: ``ledger-batch-unknown``.
        AwayError: ``ledger-away``.
    """
    report = reports.read_report(farm.ledger, batch)
    return read_results(farm.ledger, report, prefix=prefix_of(farm), language=language)


def prefix_of(farm: Farm) -> str:
    """What stands before a film's path in the archive in links that open it."""
    return farm.settings.archive.public_prefix or str(farm.archive)


def read_results(ledger: Ledger, report: Report, *, prefix: str, language: Language) -> Results:
    """What has become of a batch by now, told in a language.

    Args:
        ledger: the ledger.
        report: the batch's.
        prefix: what stands before a film's path in the archive.
        language: what messages are told in.

    Raises:
        AwayError: ``ledger-away``.
    """
    outcomes = reports.read_outcomes(ledger, report.batch)
    rows = [_row(outcome, prefix, language) for outcome in outcomes]
    return Results(
        forms={
            "csv": to_csv(HEADER, (row.cells(language) for row in rows)),
            "json": _document(report, rows),
        },
        traces=frozenset(row.trace_id.encode() for row in rows),
    )


def place_for(report: Report) -> str:
    """Where a batch's results would like to lie in the archive, without suffix: beside its films."""
    # The day and the time are those of the farm's own place, as in the names of films.
    submitted = datetime.fromtimestamp(report.created_at / 1000).astimezone()
    name = PurePosixPath(report.name).stem
    return f"{folder_for(submitted)}/{stem_for(report.user, submitted, name)}"


def table_of(farm: Farm, batch: int) -> str:
    """Where a batch's table of results lies, or will lie: a link that opens it, else its path.

    Raises:
        InputError: ``ledger-batch-unknown``.
        AwayError: ``ledger-away``.
    """
    report = reports.read_report(farm.ledger, batch)
    path = f"{report.place or place_for(report)}{SUFFIXES['csv']}"
    return link_for(path, farm.settings.archive.public_prefix) or str(farm.archive / path)


def is_told(farm: Farm, batch: int) -> bool:
    """Whether the files in the archive tell how every row of a batch stands now.

    Raises:
        InputError: ``ledger-batch-unknown``.
        AwayError: ``ledger-away``.
    """
    report = reports.read_report(farm.ledger, batch)
    return report.place is not None and not report.news


def are_coming(farm: Farm, batch: int) -> bool:
    """Whether the files in the archive are about to tell more of a batch: there is news, and who tells it.

    Raises:
        InputError: ``ledger-batch-unknown``.
        AwayError: ``ledger-away``.
    """
    return reports.read_report(farm.ledger, batch).due and crews.is_led(farm)


def save(results: Results, path: Path, form: Form, *, replace: bool) -> None:
    """Put one form of results into a file, whole or not at all; earlier results of the batch give way.

    Args:
        results: what is told.
        path: the file.
        form: which form.
        replace: whether anything else gives way too.

    Raises:
        InputError: ``command-output-exists``; or as `check_folder` and `write_whole`.
    """
    check_folder(path)
    try:
        taken = not replace and os.path.lexists(path) and not results.are_in(path, form)
    except OSError:
        # What cannot be read may be anybody's.
        taken = True
    if taken:
        raise InputError("command-output-exists", path=str(path))
    write_whole(path, results.forms[form])


@dataclass(frozen=True, kw_only=True)
class _Row:
    """One row as both forms tell it; the fields are those of the document."""

    id: str
    status: str
    archive: str
    video: str
    link: str
    duration_s: float | None
    trace_id: str
    warnings: tuple[Mapping[str, str], ...]
    code: str
    message: str

    def cells(self, language: Language) -> Sequence[Cell]:
        """The cells of the table, as `HEADER` names them; a whole number is one in every country."""
        return (
            self.id,
            self.status,
            self.archive,
            self.video,
            self.link,
            "" if self.duration_s is None else round(self.duration_s),
            self.trace_id,
            _joined([warning["what"] for warning in self.warnings], language),
            self.message,
        )


def _row(outcome: Outcome, prefix: str, language: Language) -> _Row:
    path = outcome.archive_path if outcome.archive is ArchiveState.ARCHIVED else None
    problem = outcome.problem
    if problem is None and outcome.window:
        facts = {"window": outcome.window, "opens": iso(outcome.opens_at)}
        problem = Problem(code="window-waits", facts=facts)
    if problem is None and outcome.quota:
        problem = Problem(code="quota-waits-long", facts={})
        if outcome.begins_at:
            problem = Problem(code="quota-waits", facts={"begins": iso(outcome.begins_at)})
    return _Row(
        id=outcome.row,
        status=outcome.standing,
        archive=outcome.archive.value,
        video=path or "",
        link=link_for(path, prefix) if path else "",
        duration_s=None if outcome.frames is None else round(outcome.frames / outcome.fps, 3),
        trace_id=trace.parse(outcome.traceparent).trace_id,
        warnings=tuple(
            {"code": notice.code, "what": remembered(notice.code, notice.facts, language)[0]}
            for notice in outcome.warnings
        ),
        code=problem.code if problem else "",
        message=_joined(remembered(problem.code, problem.facts, language), language) if problem else "",
    )


def _document(report: Report, rows: Sequence[_Row]) -> bytes:
    """The document: a line for each row."""
    head = {
        "kind": "results",
        "batch": report.batch,
        "name": report.name,
        "user": report.user,
        "submitted": iso(report.created_at),
    }
    listed = ",\n".join(json.dumps(vars(row), ensure_ascii=False) for row in rows)
    return f'{json.dumps(head, ensure_ascii=False)[:-1]}, "rows": [\n{listed}\n]}}\n'.encode()


def _joined(sentences: Iterable[str], language: Language) -> str:
    return ("" if language == "zh" else " ").join(sentence for sentence in sentences if sentence)
