"""How jobs and batches are said to a person: the cells and lines that several commands share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from rich.table import Table
from rich.text import Text

from cli.clean import clean
from cli.terminal import Cell, Terminal, told
from farm.views.films import AttemptView, BatchView, JobView
from farm.views.stops import HoldView, StopView

_STYLES: Mapping[str, str] = {
    "completed": "green",
    "failed": "bold red",
    "canceled": "dim",
    "active": "cyan",
    "held": "yellow",
}
#: In the order in which counts are told.
_COUNTED = ("completed", "failed", "canceled", "active", "queued", "review", "held")
_CONSENT, _OFF_PEAK, _QUOTA, _START_AFTER = "consent", "off_peak", "quota", "start_after"
_SET_BY_PEOPLE = frozenset({"operator", _START_AFTER})
#: Columns that are aligned right.
_USUAL = ("normal", 0)
_NUMBERS = frozenset({"job", "batch", "per-cent"})


def state_of(terminal: Terminal, job: JobView) -> Text:
    """A job's state in words, or that it is held."""
    return Text(terminal.words.state(job.standing), style=_STYLES.get(job.standing, ""))


def counts_of(terminal: Terminal, counts: Mapping[str, int]) -> Text:
    """How many jobs are in which state, leaving out what there is none of."""
    line = Text()
    for state in _COUNTED:
        if number := counts.get(state, 0):
            if line:
                line.append(" · ", style="dim")
            line.append(f"{number} {terminal.words.state(state)}", style=_STYLES.get(state, ""))
    return line


def consent_of(terminal: Terminal, standing: str, expires: str) -> str:
    """How a consent stands, with the last day on which it holds by the clock on the wall here."""
    last = datetime.fromisoformat(expires) - timedelta(milliseconds=1) if expires else None
    day = last.astimezone().strftime("%Y-%m-%d") if last else ""
    return terminal.words(f"consent-{standing}", day=day)


def eta_of(terminal: Terminal, seconds: int | None) -> str:
    """When it is expected to be done; a dash while nothing was measured that could tell."""
    return terminal.words("unknown") if seconds is None else terminal.words.span(seconds)


def waiting_of(terminal: Terminal, job: JobView) -> str:
    """Why nothing moves, in words; empty when something does."""
    words = terminal.words
    if job.waiting == "held":
        return _held(terminal, job)
    if job.waiting == "stopped":
        return words("semicolon").join(stop_line(terminal, stop, brief=True) for stop in job.stops)
    if job.waiting == "retry":
        error = told(job.error.code, job.error.facts, terminal.language)[0] if job.error else ""
        return words("waiting-retry", span=words.span(job.retry_in_s or 0), error=error)
    if job.waiting == "no-version":
        return words("waiting-no-version", needs=clean(job.needs), batch=job.batch)
    if job.waiting == "no-pool":
        return words("waiting-no-pool", pool=clean(job.needs)) if job.needs else words("waiting-all-kept")
    return words(f"waiting-{job.waiting}") if job.waiting else ""


def _held(terminal: Terminal, job: JobView) -> str:
    """Which holds there are: one for want of a consent is ended by another consent alone."""
    words = terminal.words
    told_apart = {_CONSENT, _OFF_PEAK, *_SET_BY_PEOPLE, *({_QUOTA} if job.begins else ())}
    others = [words.state(f"hold-{hold}") for hold in job.holds if hold not in told_apart]
    parts = [words("waiting-consent", job=job.id)] if _CONSENT in job.holds else []
    parts += [
        hold_line(terminal, hold, job=job.id, begun=job.begun)
        for hold in job.held
        if hold.reason in _SET_BY_PEOPLE
    ]
    parts += [words("waiting-held", reasons=", ".join(others))] if others else []
    if _OFF_PEAK in job.holds:
        opens = terminal.moment(job.opens) if job.opens else words("unknown")
        parts.append(words("waiting-window", window=clean(job.window), opens=opens))
    if job.begins:
        parts.append(words("waiting-quota", begins=terminal.moment(job.begins)))
    return words("semicolon").join(parts)


def hold_line(terminal: Terminal, hold: HoldView, *, job: int, begun: bool) -> str:
    """A hold that somebody has set: by whom, since when, until when, why, and the command that ends it."""
    words = terminal.words
    name = "paused" if begun or hold.paused else "held"
    return words(
        "waiting-start-after" if hold.reason == _START_AFTER else f"waiting-{name}-by",
        by=clean(hold.by),
        since=terminal.moment(hold.since),
        until=until_of(terminal, hold),
        reason=words("stop-reason", reason=clean(hold.detail)) if hold.detail else "",
        job=job,
    )


def whom_of(terminal: Terminal, stop: StopView) -> str:
    """Whose stop it is."""
    return terminal.words(f"stop-{stop.scope}", name=clean(stop.name))


def until_of(terminal: Terminal, stop: HoldView | StopView) -> str:
    """Until when it stands."""
    if not stop.until:
        return terminal.words("stop-open")
    return terminal.words("stop-until", time=terminal.moment(stop.until))


def set_by(terminal: Terminal, stop: StopView) -> dict[str, str]:
    """Who set it, since when and why, as words name them."""
    return {
        "by": clean(stop.by),
        "since": terminal.moment(stop.since),
        "reason": terminal.words("stop-reason", reason=clean(stop.detail)) if stop.detail else "",
    }


def stop_line(terminal: Terminal, stop: StopView, *, brief: bool = False) -> str:
    """A stop in one sentence: what, by whom, since when, until when, why, and the command that lifts it.

    Args:
        terminal: whose language it is.
        stop: the stop.
        brief: as why a film waits.
    """
    words, verb = terminal.words, "release" if stop.kind == "hold" else "resume"
    return words(
        f"stop-waits-{stop.kind}" if brief else f"stop-stands-{stop.kind}",
        whom=whom_of(terminal, stop),
        until=until_of(terminal, stop),
        **set_by(terminal, stop),
        command=f"lectern {verb} --{stop.scope} {clean(stop.name)}",
    )


def archive_of(terminal: Terminal, job: JobView) -> str:
    """Where a film stands on its way to the archive, and the hold that keeps it from there."""
    line = terminal.words.state(f"archive-{job.archive}")
    if job.archive == "pending" and job.waiting == "held":
        return f"{line}; {waiting_of(terminal, job)}"
    return line


def progress_of(terminal: Terminal, job: JobView) -> str:
    """What a job is at: its stage, or why it waits, or what ended it."""
    if not job.over and (waiting := waiting_of(terminal, job)):
        return waiting
    if job.state == "failed" and job.error is not None:
        return told(job.error.code, job.error.facts, terminal.language)[0]
    if job.state == "canceled":
        return terminal.words("canceled-hint", job=job.id)
    if job.state == "completed":
        return clean(job.film) or terminal.words("in-store", job=job.id)
    if job.state == "queued":
        return terminal.words("behind", jobs=job.ahead) if job.ahead else ""
    return terminal.words.state(job.stage) if job.stage else ""


def took_of(terminal: Terminal, attempt: AttemptView) -> str:
    """For how long an attempt kept its worker; a dash for one that has not ended yet, or in no time."""
    if attempt.held_ms == 0 and attempt.outcome != "ok":
        return terminal.words("unknown")
    seconds, rest = divmod(attempt.held_ms, 1000)
    return terminal.words.span(seconds) if seconds else f"{rest} ms"


def urgency_of(terminal: Terminal, job: JobView) -> str:
    """How urgent a job is, its number, of which the higher one goes first, and whether for its deadline."""
    word = terminal.words(f"urgency-{job.urgency}")
    shown = f"{word} {job.priority:+d}" if job.priority else word
    return terminal.words("urgency-lifted", urgency=shown) if job.lifted else shown


def jobs_table(terminal: Terminal, jobs: Iterable[JobView], *, across: bool = False) -> Table:
    """One line for each job; with its batch when the jobs are taken from across the batches.

    When all of them are over, there is nothing to expect, and what they are at is what became of them.
    """
    listed = tuple(jobs)
    ordered = any((job.urgency, job.priority) != _USUAL for job in listed)
    lively = any(not job.over for job in listed)
    rows: list[Sequence[Cell]] = [
        (
            str(job.id),
            *([str(job.batch)] if across else []),
            job.row,
            state_of(terminal, job),
            *([urgency_of(terminal, job)] if ordered else []),
            f"{job.per_cent} %",
            *([] if not lively else [""] if job.over else [eta_of(terminal, job.eta_s)]),
            progress_of(terminal, job),
        )
        for job in listed
    ]
    eta = ["eta"] if lively else []
    heads = (
        "job",
        *(["batch"] if across else []),
        "row",
        "state",
        *(["urgency-first"] if ordered else []),
        "per-cent",
        *eta,
        "now" if lively else "result",
    )
    right = [index for index, head in enumerate(heads) if head in _NUMBERS]
    table = terminal.table(*heads, rows=rows, right=right)
    # A path that is broken into lines cannot be copied.
    table.columns[-1].no_wrap = any(job.film for job in listed)
    return table


def batch_line(terminal: Terminal, batch: BatchView) -> Text:
    """A batch in one line: what it is, how far it is, and until when."""
    line = Text(terminal.words("batch-named", batch=batch.id, name=clean(batch.name)), style="bold")
    line.append("  ").append_text(counts_of(terminal, batch.counts))
    if not batch.over:
        line.append(f"  {batch.per_cent} %")
        if batch.eta_s is not None:
            line.append("  " + terminal.words("left", span=terminal.words.span(batch.eta_s)))
    return line
