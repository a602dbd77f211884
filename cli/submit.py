"""`lectern submit`: a manifest becomes a batch, or a table of everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from cli.clean import clean
from cli.exits import Exit, exit_of
from cli.forecasts import forecast_document, forecast_lines
from cli.kept import kept_lines
from cli.options import terminal_of
from cli.problems import problem_document, report_of, tell_problems
from cli.quotas import quota_lines
from cli.storing import store_document, store_lines
from cli.terminal import Cell, Terminal, error_document
from cli.watch import follow
from cli.watching import Watching
from cli.windows import missed_lines, night_document, night_lines, waiting_document, waiting_lines
from db.nights import Remaining
from farm import submit as submitting
from farm.bootstrap import Farm, open_farm
from farm.defaults import assigned
from farm.forecast import Forecast, forecast
from farm.nightfall import foresee, held_too_long, missed, of_forecast
from farm.output import check_place, write_whole
from farm.precheck import Admitted, BatchRefusedError, Checked, admit, check
from farm.quotas import QuotaView, of_batch, of_films
from farm.reading import Reading
from farm.results import table_of
from farm.submit import Manner, Receipt
from farm.twice import Kept, kept
from farm.windows import waited_for
from pipeline.plan.messages import Language

_Manifest = Annotated[
    Path, typer.Argument(metavar="MANIFEST", help="CSV, Excel or JSON Lines: one row, one film.")
]
_Watch = Annotated[bool, typer.Option("--watch", help="Show progress until the batch is over.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would be made, and queue nothing.")]
_Yes = Annotated[bool, typer.Option("--yes", "-y", help="Queue it without being asked.")]
_Report = Annotated[
    Path | None,
    typer.Option("--report", help="A CSV file for every problem and warning, such as errors.csv."),
]
_Again = Annotated[
    bool, typer.Option("--again", help="Make a new batch although the same one was submitted before.")
]
_Key = Annotated[
    str | None,
    typer.Option("--key", help="Your own name for this submission; refused if it named other content."),
]
_SkipInvalid = Annotated[
    bool, typer.Option("--skip-invalid", help="Queue the good rows although others are bad.")
]
_Strict = Annotated[bool, typer.Option("--strict", help="Refuse rows that have a warning.")]
_Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A value for empty cells of a column; repeatable."),
]
_Template = Annotated[
    Path | None, typer.Option("--template", help="A text file: the script of rows that have none.")
]
_FaceEngine = Annotated[
    str,
    typer.Option("--face-engine", help="Who draws the faces of rows that name nobody: warp or wav2lip."),
]
_Urgency = Annotated[str, typer.Option("--urgency", help="Of rows that say nothing: urgent, normal or bulk.")]
_Priority = Annotated[
    str,
    typer.Option(
        "--priority", metavar="N", help="Of rows that say nothing: -50 to 50; higher goes first. Else 0."
    ),
]
_Sheet = Annotated[str, typer.Option("--sheet", help="The workbook's sheet, if not the first one.")]
_OffPeak = Annotated[
    bool,
    typer.Option("--off-peak", help="Make the films in the department's window, or the only one, alone."),
]
_Window = Annotated[str, typer.Option("--window", help="Make them in this window of time alone.")]
_Deadline = Annotated[
    str,
    typer.Option(
        "--deadline",
        metavar="TIME",
        help="When they are wanted, such as 2026-11-27 07:00; a date alone is its end.",
    ),
]
_Write = Annotated[
    bool, typer.Option("--write", help="Have scripts written for rows with a brief, and spoken unread.")
]


def submit(
    context: typer.Context,
    *,
    manifest: _Manifest,
    watch: _Watch = False,
    dry_run: _DryRun = False,
    yes: _Yes = False,
    report: _Report = None,
    again: _Again = False,
    key: _Key = None,
    skip_invalid: _SkipInvalid = False,
    strict: _Strict = False,
    settings: _Settings = None,
    template: _Template = None,
    face_engine: _FaceEngine = "",
    sheet: _Sheet = "",
    write: _Write = False,
    off_peak: _OffPeak = False,
    window: _Window = "",
    deadline: _Deadline = "",
    urgency: _Urgency = "",
    priority: _Priority = "",
) -> Exit:
    """Check a spreadsheet of films completely and queue them.

    A batch with a bad row is refused whole; nothing is ever half-submitted. The same content submitted twice
    is the same batch, and its number is told again.
    """
    terminal = terminal_of(context)
    manner = Manner(
        key=key, again=again, skip_invalid=skip_invalid, strict=strict, language=terminal.language
    )
    reading = Reading(
        settings=assigned(settings or ()),
        template=template,
        face_engine=face_engine,
        sheet=sheet,
        write=write,
        off_peak=window or ("yes" if off_peak else ""),
        deadline=deadline,
        urgency=urgency,
        priority=priority,
    )
    return _submit(
        manifest,
        reading,
        manner,
        terminal,
        _Course(report=report, dry_run=dry_run, unasked=yes or not terminal.can_ask, watch=watch),
    )


@dataclass(frozen=True, kw_only=True)
class _Course:
    """What is done besides queueing: a report of problems, nothing but a forecast, no question, a view."""

    report: Path | None
    dry_run: bool
    unasked: bool
    watch: bool


def _submit(manifest: Path, reading: Reading, manner: Manner, terminal: Terminal, course: _Course) -> Exit:
    if course.report is not None:
        check_place(course.report, manifest)
    with open_farm() as farm:
        with Watching(terminal, "checking-manifest") as watching:
            checked = check(farm, manifest, reading=reading, progress=watching)
        try:
            admitted = admit(checked, skip_invalid=manner.skip_invalid, strict=manner.strict)
        except BatchRefusedError as refusal:
            return _refused(refusal, checked, course.report, terminal)
        _report(course.report, admitted, checked, terminal)
        tell_problems([("left-out", admitted.skipped), ("warnings", admitted.warnings)], terminal)
        if course.dry_run:
            return _forecast(farm, admitted, terminal, again=manner.again)
        if not course.unasked and not _agreed(farm, admitted, terminal, again=manner.again):
            return Exit.DECLINED
        return _queued(farm, admitted, manner, terminal, watch=course.watch)


def _forecast(farm: Farm, admitted: Admitted, terminal: Terminal, *, again: bool) -> Exit:
    told = forecast(farm, admitted, again=again)
    document, lines = _foretold(farm, admitted, terminal, told)
    lines.append(terminal.words("dry-run"))
    terminal.answer({**forecast_document(told, admitted, terminal), **document}, lines)
    return Exit.OK


def _foretold(
    farm: Farm, admitted: Admitted, terminal: Terminal, told: Forecast
) -> tuple[dict[str, object], list[Cell | Table]]:
    """What will become of a batch that is new, or what stays of one that was submitted before."""
    known = told.known
    quota = None if known is not None else of_films(farm, admitted.films)
    # What the quota holds is no work for tonight.
    beyond = of_forecast(told)[: None if quota is None else quota.begin]
    document, lines = _windows(farm, admitted, terminal, new=known is None, beyond=beyond, quota=quota)
    stays = Kept() if known is None else kept(farm, known, admitted.films)
    document |= {"quota": _quota_document(quota), "kept": asdict(stays), "room": store_document(told.room)}
    own = (*forecast_lines(told, terminal), *kept_lines(terminal, stays))
    store = store_lines(terminal, told.room, told.store.needed)
    return document, [*own, *store, *lines, *quota_lines(terminal, quota)]


def _windows(
    farm: Farm,
    admitted: Admitted,
    terminal: Terminal,
    *,
    new: bool,
    batch: int = 0,
    beyond: Sequence[Remaining] = (),
    quota: QuotaView | None = None,
) -> tuple[dict[str, object], list[Cell | Table]]:
    """When films begin that wait for windows, and which will not be finished: for machines, and for people.

    A batch that is there already waits as it was submitted then; of a new one number or films are told.
    """
    waiting = waited_for(farm, admitted.films, None if quota is None else quota.begin) if new else ()
    nights = [foresee(farm, each.window.name, beyond=beyond) for each in waiting if each.window.until]
    wanted = new and any(film.deadline is not None for film in admitted.films)
    late = missed(farm, batch, beyond=beyond) if wanted else ()
    late += held_too_long(farm, admitted.films, batch) if wanted and quota is not None else ()
    document: dict[str, object] = {
        "windows": waiting_document(waiting),
        "nights": [night_document(each) for each in nights],
        "missed": [asdict(each) for each in late],
    }
    told = (line for night in nights for line in night_lines(terminal, night))
    return document, [*waiting_lines(terminal, waiting), *told, *missed_lines(terminal, late)]


def _queued(farm: Farm, admitted: Admitted, manner: Manner, terminal: Terminal, *, watch: bool) -> Exit:
    with Watching(terminal, "queueing") as watching:
        receipt = submitting.queue(farm, admitted, manner, progress=watching)
    results = table_of(farm, receipt.batch)
    quota = of_batch(farm, receipt.batch, admitted.films[0].department, receipt.jobs)
    document, lines = _windows(
        farm, admitted, terminal, new=receipt.created, batch=receipt.batch, quota=quota
    )
    stays = Kept() if receipt.created else kept(farm, receipt.batch, admitted.films)
    own = (*_received(receipt, results, terminal), *kept_lines(terminal, stays))
    received = [*own, *store_lines(terminal, receipt.room), *lines, *quota_lines(terminal, quota)]
    if not watch:
        document |= {"quota": _quota_document(quota), "kept": asdict(stays)}
        document["room"] = store_document(receipt.room)
        terminal.answer({**_receipt(receipt, results, terminal.language), **document}, received)
        return Exit.OK
    for line in received:
        terminal.note(line)
    return follow(farm, receipt.batch, terminal)


def _quota_document(quota: QuotaView | None) -> dict[str, object] | None:
    return None if quota is None else asdict(quota)


def _agreed(farm: Farm, admitted: Admitted, terminal: Terminal, *, again: bool) -> bool:
    """Show the forecast to whoever sits there, and ask, unless nothing new would be queued."""
    told = forecast(farm, admitted, again=again)
    for line in _foretold(farm, admitted, terminal, told)[1]:
        terminal.note(line)
    if told.known is not None or terminal.ask(terminal.words("queue-them", films=len(admitted.films))):
        return True
    terminal.note(terminal.words("nothing-queued"))
    return False


def _report(
    path: Path | None, found: Admitted | BatchRefusedError, checked: Checked, terminal: Terminal
) -> None:
    """Write the report that was asked for, and say where it is."""
    if path is None:
        return
    problems = found.problems if isinstance(found, BatchRefusedError) else found.skipped
    write_whole(path, report_of(problems, found.warnings, checked.ids, terminal))
    number = len(problems) + len(found.warnings)
    terminal.note(Text(terminal.words("report-written", path=clean(str(path)), number=number), style="dim"))


def _refused(refusal: BatchRefusedError, checked: Checked, report: Path | None, terminal: Terminal) -> Exit:
    if terminal.json_wanted:
        _report(report, refusal, checked, terminal)
        terminal.failure(_refusal(refusal, terminal.language))
        return exit_of(refusal)
    tell_problems([("problems", refusal.problems), ("warnings", refusal.warnings)], terminal)
    _report(report, refusal, checked, terminal)
    terminal.error(refusal)
    return exit_of(refusal)


def _received(receipt: Receipt, results: str, terminal: Terminal) -> Iterator[Text]:
    words = terminal.words
    name = "batch-queued" if receipt.created else "batch-known"
    yield Text(words(name, batch=receipt.batch, films=receipt.jobs))
    yield Text(words("results-will-be", place=clean(results)))
    yield Text(words("how-to-watch", batch=receipt.batch), style="dim")


def _receipt(receipt: Receipt, results: str, language: Language) -> dict[str, object]:
    """What became of a submission."""
    return {
        "kind": "receipt",
        "batch": receipt.batch,
        "jobs": receipt.jobs,
        "created": receipt.created,
        "results": results,
        "skipped": [problem_document(problem, language) for problem in receipt.skipped],
        "warnings": [problem_document(problem, language) for problem in receipt.warnings],
    }


def _refusal(refusal: BatchRefusedError, language: Language) -> dict[str, object]:
    """Why a batch was refused: an error with every problem of every row."""
    return {
        **error_document(refusal, language),
        "rows": refusal.rows,
        "good": refusal.good,
        "problems": [problem_document(problem, language) for problem in refusal.problems],
        "warnings": [problem_document(problem, language) for problem in refusal.warnings],
    }
