"""What the farm is at: reads of the ledger become what people and machines are shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

from db import leases, reads, workers
from db.reads import JobLine, Problem, StepView
from db.states import ArchiveState, JobState, Role, StepState
from farm.bootstrap import Farm
from farm.policy.eta import estimate_ms
from farm.views import AttemptView, BatchView, FarmView, JobDetail, JobView, Told, WorkerView
from pipeline.plan import trace
from pipeline.plan.errors import InputError
from pipeline.plan.names import link_for

#: More batches or jobs than any farm has.
_ALL = 1_000_000
_HELD = "held"


def whole(farm: Farm, *, most: int) -> FarmView:
    """The whole farm: who works, what is active, and which batches are not over; at most so many of each."""
    found = [_batch(view) for view in reads.list_batches(farm.ledger, limit=_ALL)]
    open_batches = [view for view in reversed(found) if not view.over][:most]
    counts: Counter[str] = Counter()
    for view in found:
        counts.update(view.counts)
    return FarmView(
        counts=dict(counts),
        workers=tuple(
            WorkerView(name=worker.name, capabilities=tuple(sorted(worker.capabilities)))
            for worker in workers.read_workers(farm.ledger)
            if worker.alive
        ),
        dispatcher=bool(leases.read_leadership(farm.ledger).holder),
        batches=tuple(_with_progress(farm, view) for view in open_batches),
        jobs=tuple(
            _closely(farm, line) for line in reads.list_jobs(farm.ledger, state=JobState.ACTIVE, limit=most)
        ),
        archive_pending=sum(view.archive_pending for view in found),
    )


def newest_batch(farm: Farm) -> int:
    """Number of the batch that was submitted last.

    Raises:
        InputError: ``command-nothing-submitted``.
    """
    for view in reads.list_batches(farm.ledger, limit=1):
        return view.id
    raise InputError("command-nothing-submitted")


def batches(farm: Farm, *, most: int) -> tuple[BatchView, ...]:
    """The batches, the newest first."""
    return tuple(_with_progress(farm, _batch(view)) for view in reads.list_batches(farm.ledger, limit=most))


def batch(farm: Farm, number: int) -> BatchView:
    """One batch.

    Raises:
        InputError: ``ledger-batch-unknown``.
    """
    return _with_progress(farm, _batch(reads.read_batch(farm.ledger, number)))


def jobs(farm: Farm, *, batch: int, state: str | None = None, most: int = _ALL) -> tuple[JobView, ...]:
    """The jobs of a batch in row order, or those in one state; ``held`` is one as well.

    Raises:
        InputError: ``command-usage``: there is no such state.
    """
    if state == _HELD:
        lines = reads.list_jobs(farm.ledger, batch=batch, limit=_ALL)
        return tuple(_job(farm, line) for line in lines if line.held)[:most]
    if state is not None and state not in set(JobState):
        known = ", ".join([*JobState, _HELD])
        raise InputError("command-usage", reason=f"--state takes one of {known}, not {state!r}")
    chosen = None if state is None else JobState(state)
    lines = reads.list_jobs(farm.ledger, batch=batch, state=chosen, limit=most)
    return tuple(_job(farm, line) for line in lines)


def lively(farm: Farm, batch: int, *, most: int) -> tuple[JobView, ...]:
    """The jobs of a batch that are worth a line of a screen: the active ones, then those that come next."""
    active = reads.list_jobs(farm.ledger, batch=batch, state=JobState.ACTIVE, limit=most)
    queued = reads.list_jobs(farm.ledger, batch=batch, state=JobState.QUEUED, limit=most - len(active))
    return tuple(_closely(farm, line) for line in (*active, *queued))


def job(farm: Farm, number: int) -> JobDetail:
    """One job with everything that is known of it.

    Raises:
        InputError: ``ledger-job-unknown``.
    """
    view = reads.read_job(farm.ledger, number)
    spec = view.spec
    return JobDetail(
        job=_looked_at(farm, view),
        attempts=tuple(attempt for step in view.steps for attempt in _attempts(step)),
        files={role.value: str(farm.store.root / artifact.path) for role, artifact in view.results.items()},
        user=spec.user,
        scene=spec.scene,
        voice=f"{spec.voice.engine}/{spec.voice.name}",
        language=spec.voice.language,
        format=f"{spec.format.width}x{spec.format.height}",
        fps=spec.format.fps,
        essence=view.essence or "",
        warnings=tuple(Told(code=notice.code, facts=notice.facts) for notice in view.warnings),
    )


def _batch(view: reads.BatchView) -> BatchView:
    counts = {state.value: number for state, number in view.states.items() if number}
    if view.held:
        counts[_HELD] = view.held
    return BatchView(
        id=view.id,
        name=view.name,
        user=view.user,
        submitted=_moment(view.created_at),
        counts=counts,
        jobs=view.jobs,
        per_cent=0,
        eta_s=None,
        archive_pending=view.archives.get(ArchiveState.PENDING, 0),
    )


def _with_progress(farm: Farm, view: BatchView) -> BatchView:
    """The same batch, with how far it is and until when."""
    if view.over:
        return replace(view, per_cent=100)
    active = reads.list_jobs(farm.ledger, batch=view.id, state=JobState.ACTIVE, limit=_ALL)
    done = (
        view.jobs - view.counts.get("queued", 0) - view.counts.get("active", 0) - view.counts.get("review", 0)
    )
    per_cent = (100 * done + sum(line.percent for line in active)) // view.jobs
    return replace(view, per_cent=min(per_cent, 99))


def _job(farm: Farm, line: JobLine) -> JobView:
    """A job as lists show it."""
    return JobView(
        id=line.id,
        batch=line.batch,
        row=line.row,
        title=line.title,
        state=line.state.value,
        holds=tuple(hold.value for hold in line.held),
        stage=line.stage.value if line.stage else "",
        per_cent=line.percent,
        ahead=None,
        eta_s=None,
        waiting=_HELD if line.held else "",
        retry_in_s=None,
        frames=line.frames,
        trace=trace.parse(line.traceparent).trace_id,
        archive=line.archive.value,
        film=_place(farm, line),
        error=_told(line.problem),
        submitted=_moment(line.submitted_at),
        ended=_moment(line.ended_at) if line.ended_at is not None else "",
    )


def _closely(farm: Farm, line: JobLine) -> JobView:
    return _looked_at(farm, reads.read_job(farm.ledger, line.id))


def _looked_at(farm: Farm, view: reads.JobView) -> JobView:
    """A job with what takes a closer look: who is ahead, until when, and why it waits."""
    shown = _job(farm, view.line)
    if shown.over:
        film = view.results.get(Role.FILM)
        return replace(shown, film=shown.film or (str(farm.store.root / film.path) if film else ""))
    estimate = estimate_ms(view.eta) if view.eta else None
    shown = replace(shown, ahead=view.ahead, eta_s=None if estimate is None else estimate // 1000)
    if shown.waiting:
        return shown
    if view.eta is not None and view.eta.workers == 0:
        return replace(shown, waiting="no-worker", eta_s=None)
    retry = _retry(view.steps, farm.ledger.clock())
    if retry is None:
        return shown
    step, wait_ms = retry
    return replace(
        shown, waiting="retry", retry_in_s=1 + wait_ms // 1000, error=_told(step.problem) or shown.error
    )


def _retry(steps: tuple[StepView, ...], now_ms: int) -> tuple[StepView, int] | None:
    """The step whose next attempt is waited for, and for how long; None while another one can go on."""
    unfinished = [step for step in steps if step.state in {StepState.READY, StepState.RUNNING}]
    waiting = [(step, step.not_before - now_ms) for step in unfinished if step.not_before > now_ms]
    if not waiting or len(waiting) < len(unfinished):
        return None
    return min(waiting, key=lambda pair: pair[1])


def _attempts(step: StepView) -> list[AttemptView]:
    return [
        AttemptView(
            stage=step.stage.value,
            chunk=step.index,
            number=attempt.number,
            outcome=attempt.outcome.value if attempt.outcome else "running",
            worker=attempt.worker,
            started=_moment(attempt.started_at),
            machine_ms=attempt.machine_ms,
            error=_told(attempt.problem),
        )
        for attempt in step.attempts
    ]


def _place(farm: Farm, line: JobLine) -> str:
    """Where a film is: a link that opens it, else its path in the archive; empty while it is not there."""
    if not line.archive_path or line.archive is not ArchiveState.ARCHIVED:
        return ""
    link = link_for(line.archive_path, farm.settings.archive.public_prefix)
    return link or str(farm.archive / line.archive_path)


def _told(problem: Problem | None) -> Told | None:
    return None if problem is None else Told(code=problem.code, facts=problem.facts)


def _moment(time_ms: int) -> str:
    """A time in UTC, ISO 8601 with seconds."""
    return datetime.fromtimestamp(time_ms // 1000, UTC).isoformat().replace("+00:00", "Z")
