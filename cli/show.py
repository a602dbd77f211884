"""`lectern show`, `lectern list`: what became of films, one by one and batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from cli.clean import clean
from cli.documents import batch_document, batches_document, job_document, jobs_document
from cli.exits import Exit
from cli.lines import (
    archive_of,
    batch_line,
    consent_of,
    counts_of,
    eta_of,
    jobs_table,
    progress_of,
    state_of,
    took_of,
    urgency_of,
    waiting_of,
)
from cli.options import JobNumber, terminal_of
from cli.quotas import waiting_lines
from cli.terminal import Cell, Terminal, sentence, told
from cli.why import why_line
from farm import show as views
from farm.bootstrap import open_farm
from farm.policy.pools import ANY
from farm.quotas import Waiting
from farm.views.films import AttemptView, BatchView, JobDetail, JobView
from pipeline.plan.background import BLUR
from pipeline.plan.bearing import Bearing
from pipeline.plan.delivery import Quality
from pipeline.plan.label import Label
from worker.flower_pages import known_address, tasks_of

# The role of the model that draws the face.
_FACE = "face"
#: Files that mean something to the farm alone.
_INTERNAL = frozenset({"timeline"})
_MADE_ELSEWHERE = "farm-made-elsewhere"
#: How a consent stands that lets no film go on.
_ENDED = ("expired", "withdrawn")

State = Annotated[
    str | None,
    typer.Option(
        "--state",
        help="Only jobs in this state: queued, active, completed, failed, canceled, review or held.",
    ),
]
Most = Annotated[int, typer.Option("--most", metavar="N", min=1, help="At most so many lines.")]


def show(context: typer.Context, job: JobNumber) -> Exit:
    """Show one job: progress, files, attempts, errors."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        detail = views.job(farm, job)
        flower = known_address(farm.settings)
    tasks = tasks_of(flower, job) if flower else ""
    terminal.answer({**job_document(detail), "flower": tasks}, page_of(detail, terminal, tasks=tasks))
    return Exit.OK


def list_(
    context: typer.Context,
    batch: Annotated[
        int | None,
        typer.Argument(
            metavar="BATCH",
            help="List the jobs of this batch; else all batches, or with --state jobs of all.",
        ),
    ] = None,
    state: State = None,
    most: Most = 1000,
) -> Exit:
    """List the batches, or the jobs of one; with --state, jobs in that state."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        if batch is None and state is not None:
            jobs = views.jobs(farm, state=state, most=most)
            terminal.answer(jobs_document(jobs), _jobs(jobs, terminal))
            return Exit.OK
        if batch is None:
            found = views.batches(farm, most=most)
            terminal.answer(batches_document(found), _batches(found, terminal))
            return Exit.OK
        view = views.with_quota(farm, views.batch(farm, batch))
        jobs = views.jobs(farm, batch=batch, state=state, most=most)
    waiting = waiting_lines(terminal, Waiting(films=view.quota, last=view.quota_last))
    terminal.answer(
        batch_document(view, jobs), (batch_line(terminal, view), *waiting, jobs_table(terminal, jobs))
    )
    return Exit.OK


def _jobs(jobs: tuple[JobView, ...], terminal: Terminal) -> Iterator[Table | str]:
    if jobs:
        yield jobs_table(terminal, jobs, across=True)
    else:
        yield terminal.words("none-in-state")


def _batches(found: tuple[BatchView, ...], terminal: Terminal) -> Iterator[Table | str]:
    if not found:
        yield terminal.words("nothing-submitted")
        return
    rows = [
        (
            str(batch.id),
            batch.name,
            terminal.moment(batch.submitted),
            str(batch.jobs),
            counts_of(terminal, batch.counts),
            "" if batch.over else eta_of(terminal, batch.eta_s),
        )
        for batch in found
    ]
    yield terminal.table("batch", "manifest", "submitted", "films", "state", "eta", rows=rows, right=(0, 3))


def page_of(detail: JobDetail, terminal: Terminal, *, tasks: str = "") -> Iterator[Text | Table | str]:
    """One job for a person: what it is, where its files are, what went wrong, and every attempt.

    Args:
        detail: the job.
        terminal: whose page it is.
        tasks: where its tasks are to be seen in Flower; empty: not known.
    """
    words, job = terminal.words, detail.job
    grid = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for name, value in _facts(detail, terminal):
        grid.add_row(
            Text(words(name), style="bold"), value if isinstance(value, Text) else Text(clean(value))
        )
    # The store's own names help nobody once everything lies in the archive.
    for kind, place in (detail.archived or detail.files).items():
        if place == job.film or kind in _INTERNAL:
            continue
        grid.add_row(Text(words.state(f"file-{kind}"), style="bold"), Text(clean(place)))
    if tasks:
        grid.add_row(Text(words("flower-head"), style="bold"), Text(tasks, overflow="fold"))
    yield grid
    if job.error is not None:
        yield ""
        yield Text(sentence(job.error.code, job.error.facts, terminal.language), style="red")
        yield Text(f"[{job.error.code}]", style="dim")
    for warning in detail.warnings:
        said = sentence(warning.code, warning.facts, terminal.language)
        yield ""
        yield Text(f"{words('warning')}{said}", style="yellow")
        yield Text(f"[{warning.code}]", style="dim")
    if detail.attempts:
        yield ""
        yield attempts_table(detail.attempts, terminal)


def _facts(detail: JobDetail, terminal: Terminal) -> list[tuple[str, Cell]]:
    """What is told of a job, each thing under its head."""
    words, job = terminal.words, detail.job
    facts: list[tuple[str, Cell]] = [
        ("title", job.title),
        ("row", words("row-of-batch", row=clean(job.row), batch=job.batch)),
        ("state", state_of(terminal, job)),
        ("per-cent", f"{job.per_cent} %"),
        ("length", words.span(round(job.frames / detail.fps)) if job.frames else words("unknown")),
        ("voice", _voice(detail, terminal)),
        ("format", f"{detail.format} {detail.fps} fps"),
        *_unusual(detail, terminal),
        *([("at-once", words("frames-at-once", number=detail.at_once))] if detail.at_once else []),
        *_people(detail, terminal),
        ("user", detail.user),
        ("department", clean(detail.department)),
        ("scene", detail.scene),
        ("urgency-first" if job.priority else "urgency", urgency_of(terminal, job)),
        *([("pool", _pool(detail, terminal))] if detail.pool or detail.rendered_by else []),
        *([("project", clean(detail.project))] if detail.project else []),
        *([("window", clean(job.window))] if job.window else []),
        *([("deadline", terminal.moment(job.deadline))] if job.deadline else []),
        ("archive-head", archive_of(terminal, job)),
        ("trace", job.trace),
    ]
    untold = not job.over and not waiting_of(terminal, job)
    if untold and detail.why is not None:
        facts.insert(4, ("why-head", why_line(terminal, detail.why)))
    elif now := progress_of(terminal, job):
        head = "file-film" if job.state == "completed" else "result" if job.over else "now"
        facts.insert(4, (head, now))
    if not job.over:
        facts.insert(4, ("eta", eta_of(terminal, job.eta_s)))
    return facts


def _pool(detail: JobDetail, terminal: Terminal) -> str:
    """Whose workers render it, and who does in their place."""
    if not detail.rendered_by:
        return detail.pool
    return terminal.words("pool-by", pool=detail.pool or ANY, standby=detail.rendered_by)


def _voice(detail: JobDetail, terminal: Terminal) -> str:
    """Who speaks, and in which language."""
    voice = detail.voice or terminal.words("voice-recorded")
    return f"{voice} ({detail.language})" if detail.language else voice


def _unusual(detail: JobDetail, terminal: Terminal) -> Iterator[tuple[str, str]]:
    """How the film is otherwise than most, where somebody wished for it."""
    words, usual = terminal.words, Bearing()
    if detail.quality != Quality.STANDARD:
        yield "quality", words.state(f"quality-{detail.quality}")
    if detail.loudness:
        yield "loudness", f"{detail.loudness} LUFS"
    yield from _models(detail, terminal)
    if detail.expression != usual.expression:
        yield "expression", words.state(f"expression-{detail.expression}")
    if detail.motion != usual.motion:
        yield "motion", words.state(f"motion-{detail.motion}")
    if detail.background != BLUR:
        yield "background", detail.background
    if detail.burned:
        yield "captions-burned", words("yes")
    if not detail.captions:
        yield "captions-soft", words("captions-none")
    if detail.label == Label.NONE:
        yield "film-label", words("label-waived", name=detail.label_name, reason=detail.label_reason)
    elif detail.label != Label.BOTH:
        yield "film-label", words(f"label-{detail.label}")


def _models(detail: JobDetail, terminal: Terminal) -> Iterator[tuple[str, str]]:
    """The models of a film: under which licence each is used, and who took on what that forbids."""
    words = terminal.words
    if any(model.role == _FACE for model in detail.models):
        yield "face-engine", f"{detail.face} ({detail.mode})"
    for model in detail.models:
        accepted = words("model-taken-on", by=model.accepted_by) if model.accepted_by else ""
        yield f"model-{model.role}", f"{model.name} ({model.licence}{accepted})"


def _people(detail: JobDetail, terminal: Terminal) -> Iterator[tuple[str, str]]:
    """Whose voice and picture it uses, and how their consents stand."""
    for each in detail.people:
        standing = consent_of(terminal, each.standing, each.expires)
        told = terminal.words("consent-of", name=each.name, person=each.person, standing=standing)
        if "consent" in detail.job.holds and each.standing in _ENDED:
            told = terminal.words("consent-cure", told=told, kind=each.kind, name=each.name)
        yield f"profile-{each.kind}", told if each.name else standing


def outcome_of(attempt: AttemptView) -> str:
    """How an attempt ended; a wait for what others make is no interruption."""
    waited = attempt.error is not None and attempt.error.code == _MADE_ELSEWHERE
    return "waited" if waited else attempt.outcome


def attempts_table(attempts: tuple[AttemptView, ...], terminal: Terminal) -> Table:
    """One line for each attempt: how it ended, who made it, and what it met."""
    words = terminal.words
    rows = [
        (
            words.state(one.stage) + (f" {one.chunk + 1}" if one.stage == "render" else ""),
            str(one.number),
            words.state(f"outcome-{outcome_of(one)}"),
            took_of(terminal, one),
            one.worker,
            "" if one.error is None else told(one.error.code, one.error.facts, terminal.language)[0],
        )
        for one in attempts
    ]
    return terminal.table(
        "stage", "attempt", "outcome", "took", "worker", "note-head", rows=rows, right=(1, 3)
    )
