"""What the farm is at: reads of the ledger become what people and machines are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from db import leases, outbox, overview, quotas, reads, views
from db.dead import count_dead
from db.outlook import Outlook, read_outlook
from db.states import ArchiveState, HoldReason, JobState, Role
from db.views import JobLine, StepView
from db.waits import Wait, Waiting, read_waits
from farm import clocks, crews, disks, kept, pools, replanning
from farm.asked import as_wished
from farm.assistance import rendered_by
from farm.attention import AWAY, attention
from farm.bootstrap import Farm
from farm.delivered import place_of, told_of
from farm.limits import limits_of
from farm.policy.costs import Basis
from farm.quotas import waiting_of
from farm.views.films import AttemptView, BatchView, JobDetail, JobView, Told
from farm.views.screen import FailureView, FarmView, QueueView
from farm.why import why
from pipeline.plan import trace
from pipeline.plan.errors import InputError
from pipeline.plan.moments import iso
from pipeline.plan.names import FILM_SUFFIX

#: More batches or jobs than any farm has.
_ALL = 1_000_000
_HELD = "held"
_UNDER_WAY = frozenset({JobState.QUEUED, JobState.ACTIVE})
#: What a film is held for that waits for its window alone.
_BY_NIGHT = (HoldReason.OFF_PEAK,)
#: Waits of which nobody knows when they end.
_UNDATED = frozenset({Waiting.NO_WORKER, Waiting.NO_POOL, Waiting.NO_VERSION})
#: A night's failures are told of.
_FAILED_H = 12
_HOUR_MS = 3_600_000
#: A watchdog says every ten seconds that it watches.
_WATCHED_MS = 60_000
#: What does not lie beside the film in the archive.
_NOT_BESIDE = frozenset({Role.TIMELINE, Role.SCRIPT})


def whole(farm: Farm, *, most: int, redis: Told | None = None, poison: int | None = None) -> FarmView:
    """The whole farm: who works, what is active, and which batches are not over; at most so many of each.

    Args:
        farm: the farm.
        most: of jobs and batches.
        redis: why Redis does not answer, as far as whoever asks can tell.
        poison: messages there that were none of ours; None: nobody can tell.

    Raises:
        AwayError: ``ledger-away``.
    """
    now = farm.ledger.clock()
    totals = reads.count_jobs(farm.ledger)
    going = [_batch(view) for view in reads.list_unfinished(farm.ledger, limit=most)]
    outlook = read_outlook(farm.ledger)
    active = reads.list_jobs(farm.ledger, state=JobState.ACTIVE, limit=most)
    lead, workers = leases.read_leadership(farm.ledger), crews.read(farm)
    watched = {
        host for host, seen in overview.read_watchdogs(farm.ledger).items() if now - seen <= _WATCHED_MS
    }
    hosts = {worker.host for worker in workers if worker.state not in AWAY}
    view = FarmView(
        counts=_standings(totals.states, totals.held),
        workers=workers,
        dispatcher=(led := crews.is_led(farm, lead)),
        clocks=clocks.look(farm, led=led),
        leader=lead.holder,
        leader_seen_s=max(0, now - lead.seen_at) // 1000 if lead.holder and lead.seen_at else None,
        redis=redis,
        poison=poison,
        notices_given_up=outbox.count_given_up(farm.ledger),
        watched=tuple(sorted(watched)),
        unwatched=tuple(sorted(hosts - watched)),
        disks=disks.look(farm),
        queue=tuple(_queue(line, now) for line in overview.read_lines(farm.ledger)),
        failures=tuple(
            FailureView(error=told_of(failure.problem), times=failure.times, films=failure.films)
            for failure in overview.read_failures(farm.ledger, since=now - _FAILED_H * _HOUR_MS)
        ),
        failures_h=_FAILED_H,
        batches=_under_way(farm, going, outlook),
        jobs=_closely(farm, active, outlook),
        archive_pending=totals.archives[ArchiveState.PENDING],
        dead=count_dead(farm.ledger),
        stranded=replanning.stranded(farm),
        pools=tuple(pool for pool in pools.read(farm, workers) if pool.waiting or pool.running),
        stops=kept.stops_of(farm),
        limits=limits_of(farm),
    )
    return replace(view, attention=attention(view))


def _queue(line: overview.StageLine, now: int) -> QueueView:
    return QueueView(
        stage=line.stage.value,
        waiting=line.waiting,
        later=line.later,
        running=line.running,
        oldest_s=None if line.since is None else max(0, now - line.since) // 1000,
        nobody=line.nobody,
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
    found = [_batch(view) for view in reads.list_batches(farm.ledger, limit=most)]
    if all(view.over for view in found):
        return tuple(found)
    outlook = read_outlook(farm.ledger)
    return _under_way(farm, found, outlook)


def batch(farm: Farm, number: int) -> BatchView:
    """One batch.

    Raises:
        InputError: ``ledger-batch-unknown``.
    """
    view = _batch(reads.read_batch(farm.ledger, number))
    return view if view.over else _under_way(farm, [view], read_outlook(farm.ledger))[0]


def with_quota(farm: Farm, view: BatchView) -> BatchView:
    """The same batch with what of it waits for a quota; its department's whole line is gone through for that.

    Raises:
        AwayError: ``ledger-away``.
    """
    if not view.counts.get(_HELD):
        return view
    waiting = waiting_of(farm, quotas.read_batch(farm.ledger, view.id))
    return replace(view, quota=waiting.films, quota_last=waiting.last)


def jobs(
    farm: Farm, *, batch: int | None = None, state: str | None = None, most: int = _ALL
) -> tuple[JobView, ...]:
    """The jobs of a batch, or of all, in the order of submission; of one standing when `state` is given.

    Those of a batch are looked at closely: who is ahead, and until when.
    A standing is what a job counts as: its state, or ``held`` when it is queued or active and may not go on.

    Raises:
        InputError: ``command-state-unknown``: there is no such state.
    """
    chosen, held = None, None
    if state == _HELD:
        held = True
    elif state in set(JobState):
        chosen = JobState(state)
        held = False if chosen in {JobState.QUEUED, JobState.ACTIVE} else None
    elif state is not None:
        known = ", ".join([*JobState, _HELD])
        raise InputError("command-state-unknown", state=state, known=known)
    lines = reads.list_jobs(farm.ledger, batch=batch, state=chosen, held=held, limit=most)
    if batch is None or not any(line.state in {JobState.QUEUED, JobState.ACTIVE} for line in lines):
        return kept.with_reasons(farm, [_job(farm, line) for line in lines])
    return _closely(farm, lines, read_outlook(farm.ledger))


def lively(farm: Farm, batch: int, *, most: int) -> tuple[JobView, ...]:
    """The jobs of a batch that are worth a line of a screen: the active ones, then those that come next."""
    lines = list(reads.list_jobs(farm.ledger, batch=batch, state=JobState.ACTIVE, limit=most))
    if room := most - len(lines):
        lines += reads.list_jobs(farm.ledger, batch=batch, state=JobState.QUEUED, limit=room)
    return _closely(farm, lines, read_outlook(farm.ledger))


def job(farm: Farm, number: int) -> JobDetail:
    """One job with everything that is known of it.

    Raises:
        InputError: ``ledger-job-unknown``.
    """
    view = reads.read_job(farm.ledger, number)
    outlook = read_outlook(farm.ledger)
    (shown,) = _closely(farm, [view.line], outlook)
    film = view.results.get(Role.FILM)
    beside = shown.film.removesuffix(FILM_SUFFIX)
    archived = {
        role.value: beside + artifact.suffix
        for role, artifact in view.results.items()
        if shown.film and role not in _NOT_BESIDE
    }
    if film is not None and not shown.film:
        shown = replace(shown, film=str(farm.store.root / film.path))
    return replace(
        as_wished(farm, view.spec, shown),
        attempts=tuple(attempt for step in view.steps for attempt in attempts_of(step)),
        files={role.value: str(farm.store.root / artifact.path) for role, artifact in view.results.items()},
        archived=archived,
        essence=view.essence or "",
        warnings=tuple(Told(code=notice.code, facts=notice.facts) for notice in view.warnings),
        pool=view.pool,
        rendered_by=rendered_by(farm, view),
        project=view.project,
        why=why(farm, view, outlook),
        department=view.department,
    )


def _standings(states: Mapping[JobState, int], held: Mapping[JobState, int]) -> Mapping[str, int]:
    """How many jobs count as what, without zeros."""
    free = {state.value: number - held[state] for state, number in states.items()}
    standings = {**free, _HELD: sum(held.values())}
    return {standing: number for standing, number in standings.items() if number}


def _batch(view: views.BatchView) -> BatchView:
    return BatchView(
        id=view.id,
        name=view.name,
        keys=view.keys,
        user=view.user,
        submitted=iso(view.created_at),
        counts=_standings(view.states, view.held),
        jobs=view.jobs,
        per_cent=100 if view.finished else 0,
        eta_s=None,
        archive_pending=view.archives.get(ArchiveState.PENDING, 0),
    )


def _under_way(farm: Farm, found: Sequence[BatchView], outlook: Outlook) -> tuple[BatchView, ...]:
    """The same batches, with how far they are and until when."""
    going = [view.id for view in found if not view.over]
    only = going[0] if len(going) == 1 else None
    done: Counter[int] = Counter()
    for line in reads.list_jobs(farm.ledger, batch=only, state=JobState.ACTIVE, limit=_ALL):
        done[line.batch] += line.percent
    now = farm.ledger.clock()
    return tuple(view if view.over else _told(view, done[view.id], outlook, now) for view in found)


def _told(view: BatchView, done: int, outlook: Outlook, now: int) -> BatchView:
    going = sum(view.counts.get(state, 0) for state in ("queued", "active", "review", _HELD))
    per_cent = (100 * (view.jobs - going) + done) // view.jobs
    return replace(view, per_cent=min(per_cent, 99), eta_s=_seconds(outlook.ends_of(view.id), now))


def _job(farm: Farm, line: JobLine) -> JobView:
    """A job as lists show it; a hold stops nothing of a film that has come to its end, or to the archive."""
    going = line.state in {JobState.QUEUED, JobState.ACTIVE} or line.archive is ArchiveState.PENDING
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
        waiting=_HELD if line.held and going else "",
        retry_in_s=None,
        frames=line.frames,
        trace=trace.parse(line.traceparent).trace_id,
        archive=line.archive.value,
        film=place_of(farm, line),
        error=told_of(line.problem),
        submitted=iso(line.submitted_at),
        ended=iso(line.ended_at),
        urgency=line.urgency.value,
        priority=line.priority,
        window=line.window,
        opens=iso(line.opens_at) if line.opens_at else "",
        begins=iso(line.begins_at) if line.begins_at else "",
        deadline=iso(line.deadline),
        lifted=line.lifted,
    )


def _closely(farm: Farm, lines: Sequence[JobLine], outlook: Outlook) -> tuple[JobView, ...]:
    """Jobs with what takes a closer look: who is ahead, until when, and why one waits."""
    going = [line.id for line in lines if line.state in _UNDER_WAY and not line.held]
    by_night = [line.id for line in lines if line.state in _UNDER_WAY and line.held == _BY_NIGHT]
    places, waits = outlook.places([*going, *by_night]), read_waits(farm.ledger, going)
    now = farm.ledger.clock()
    looked_at = []
    for line in lines:
        shown = _job(farm, line)
        if (place := places.get(line.id)) is not None:
            ends = None if place.basis is Basis.RULE else place.ends
            shown = replace(shown, ahead=place.ahead, eta_s=_seconds(ends, now))
            wait = waits.get(line.id)
            if line.held:
                shown = replace(shown, ahead=None)
            elif place.workers == 0 and (wait is not None or line.state is JobState.QUEUED):
                why = Waiting.NO_POOL if place.pool or place.kept else Waiting.NO_WORKER
                shown = replace(shown, waiting=why.value, needs=place.pool)
            elif wait is not None:
                shown = _waiting(shown, wait, now)
        looked_at.append(shown)
    return kept.with_reasons(farm, looked_at)


def _waiting(shown: JobView, wait: Wait, now: int) -> JobView:
    """A job with what it waits for."""
    shown = replace(shown, waiting=wait.why.value, needs=wait.needs)
    if wait.why in _UNDATED:
        return replace(shown, eta_s=None)
    if wait.why is Waiting.RETRY:
        left = max(0, wait.until - now)
        return replace(shown, retry_in_s=-(-left // 1000), error=told_of(wait.problem))
    return shown


def attempts_of(step: StepView) -> list[AttemptView]:
    """A step's attempts as people are shown them, the oldest first."""
    return [
        AttemptView(
            stage=step.stage.value,
            chunk=step.index,
            number=attempt.number,
            outcome=attempt.outcome.value if attempt.outcome else "running",
            worker=attempt.worker,
            device=attempt.device,
            started=iso(attempt.started_at),
            ended=iso(attempt.ended_at),
            machine_ms=attempt.machine_ms,
            held_ms=attempt.held_ms,
            error=told_of(attempt.problem),
        )
        for attempt in step.attempts
    ]


def _seconds(ends: int | None, now: int) -> int | None:
    """Seconds until a film is there, at least one; None when nobody can tell."""
    return None if ends is None else max(1, (ends - now) // 1000)
