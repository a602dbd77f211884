"""Claims: how a worker gets a step and keeps it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, case, exists, func, insert, select, update

from db import rows
from db.borrowing import may_borrow
from db.codec import profile_digest, profile_from_text, spec_from_text
from db.fitness import OTHER_LIVES, is_ill, is_kept_off
from db.gates import gates_in
from db.ledger import Ledger
from db.limits import with_limits_of
from db.outage import waits_for_archive
from db.plans import stages_of
from db.prepared import Found, run
from db.states import Condition, JobState, Role, Stage, StepState, WorkerOrder
from db.tables import artifacts, attempts, epochs, jobs, posts, results, steps, workers
from db.values import Claim, Film, Holding, Skill
from farm.policy.gates import Facts, Gate
from farm.policy.retry import waits
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.capability import engines_of, kit_of
from pipeline.plan.job import JobSpec, RenderProfile


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What a worker's beat brings back.

    Attributes:
        mine: what it holds is still its own; else it is to be stopped, and nothing written. Who holds
            nothing hears False.
        order: what an operator has told it; under either order it takes nothing new.
        known: the ledger knows the worker; else it is to tell of itself again.
        leave: the code of why what it holds is to be given back after the clip in work; empty: it is to go
            on.
    """

    mine: bool
    order: WorkerOrder = WorkerOrder.NONE
    known: bool = True
    leave: str = ""


_KNOWN = select(exists().where(steps.c.id == bindparam("step")))
_sibling = steps.alias("sibling")
_before = steps.alias("before")
# What a step waits for is its own turn, since whatever went before it ended: another stage, or itself.
_ended = (
    select(func.max(attempts.c.ended_at))
    .join_from(attempts, _before, attempts.c.step_id == _before.c.id)
    .where(
        _before.c.job_id == steps.c.job_id, (_before.c.id == steps.c.id) | (_before.c.stage != steps.c.stage)
    )
    .correlate(steps)
    .scalar_subquery()
)
_LOOK = (
    select(
        steps.c.job_id,
        steps.c.stage,
        steps.c.index.label("place"),
        steps.c.first,
        steps.c.end,
        steps.c.state,
        steps.c.closed,
        steps.c.capability,
        steps.c.department_id,
        steps.c.window,
        steps.c.opening,
        steps.c.batch_id,
        steps.c.profile.label("profile_digest"),
        steps.c.not_before,
        steps.c.published_at,
        steps.c.failures,
        steps.c.waits,
        steps.c.avoid_worker,
        steps.c.avoid_until,
        jobs.c.state.label("job_state"),
        jobs.c.spec,
        jobs.c.traceparent,
        jobs.c.submitted_at,
        jobs.c.profile,
        jobs.c.frames,
        jobs.c.essence,
        jobs.c.pool,
        jobs.c.member,
        select(func.count())
        .where(_sibling.c.job_id == steps.c.job_id, _sibling.c.stage == steps.c.stage)
        .scalar_subquery()
        .label("siblings"),
        func.coalesce(_ended, 0).label("ended"),
        is_kept_off(bindparam("worker"), steps.c.capability, bindparam("now")).label("kept_off"),
        exists()
        .where(workers.c.name == bindparam("worker"), is_ill(workers.c.host, bindparam("device")))
        .label("ill"),
        exists().where(workers.c.name == bindparam("worker"), workers.c.draining == 1).label("takes_nothing"),
        exists()
        .where(posts.c.worker == bindparam("worker"), posts.c.condition != Condition.ABLE.value)
        .label("unable"),
        func.coalesce(select(epochs.c.fence).scalar_subquery(), 0).label("epoch"),
    )
    .join_from(steps, jobs, steps.c.job_id == jobs.c.id)
    .where(steps.c.id == bindparam("step"))
)
_RESULTS = (
    select(
        results.c.role,
        artifacts.c.kind,
        artifacts.c.key,
        artifacts.c.digest,
        artifacts.c.size,
        artifacts.c.suffix,
    )
    .join_from(results, artifacts, results.c.artifact_id == artifacts.c.id)
    .where(results.c.job_id == bindparam("job"))
)
_ACTIVATE = (
    update(jobs)
    .where(jobs.c.id == bindparam("job"), jobs.c.state == JobState.QUEUED.value)
    .values(state=JobState.ACTIVE.value, started_at=func.coalesce(jobs.c.started_at, bindparam("now")))
)
_OPENED = update(steps).where(steps.c.job_id == bindparam("job"), steps.c.opening == 1).values(opening=0)
_CLAIM = (
    update(steps)
    .where(
        steps.c.id == bindparam("step"),
        steps.c.state == StepState.READY.value,
        steps.c.closed == 0,
        steps.c.profile == bindparam("profile"),
        rows.IS_DUE,
    )
    .values(
        state=StepState.RUNNING.value,
        fence=case((steps.c.fence < bindparam("epoch"), bindparam("epoch")), else_=steps.c.fence) + 1,
        lease=steps.c.lease + 1,
        worker=bindparam("by"),
        published_at=0,
        leave="",
        profile=bindparam("kept"),
    )
    .returning(steps.c.fence)
)
# A message that led nowhere must not count as on its way for ever.
_UNMARK = (
    update(steps)
    .where(steps.c.id == bindparam("step"), steps.c.published_at == bindparam("sent"))
    .values(published_at=0)
)
_BEGIN = insert(attempts)
_BEAT = update(steps).where(rows.IS_HELD).values(lease=steps.c.lease + 1).returning(steps.c.leave)
_PULSE = (
    update(workers)
    .where(workers.c.name == bindparam("worker"))
    .values(counter=workers.c.counter + 1, alive=1, seen_at=bindparam("now"), memory_mb=bindparam("memory"))
    .returning(
        func.coalesce(
            select(posts.c.ordered).where(posts.c.worker == workers.c.name).scalar_subquery(),
            WorkerOrder.NONE.value,
        ).label("ordered")
    )
)
# PostgreSQL does both in one statement.
_BEAT_AND_PULSE = select(
    select(_BEAT.cte("beat").c.leave).scalar_subquery().label("leave"),
    select(_PULSE.cte("pulse").c.ordered).scalar_subquery().label("ordered"),
)


class _ClaimedElsewhereError(Exception):
    """Another worker was faster, or the film was planned anew: what was begun to be written is undone."""


def claim(
    ledger: Ledger,
    step: int,
    *,
    worker: str,
    capabilities: Collection[str],
    profiles: Collection[RenderProfile] | None = None,
    releases: Mapping[str, str] | None = None,
    device: str = "cpu",
    span: str = "",
) -> Claim | None:
    """Make a step this worker's by one conditional UPDATE that raises the fence; None: nothing to do.

    A message may be lost, doubled or late: a step that is not ready, waits, is held, needs what this worker
    cannot do, or has another worker go first, is left alone (and may be published again). So is a film to be
    archived while another one finds out whether an archive that hung is back; and so is every step while the
    worker's card is ill, its disks are low, or while it was ordered to take nothing new; and every step that
    no gate lets through any more (`farm.policy.gates`), so that nothing begins after a window's end.

    A worker does what it can do, and renders films of other pools as `farm.policy.lending` has it.

    Whoever claims a step first that engines other than the face's are needed for decides for their releases:
    from then on it is done by those who have the same.

    Args:
        ledger: the ledger.
        step: id of the step, as the message told.
        worker: the worker's registered name.
        capabilities: what it can do.
        profiles: render profiles that it can honour; None: any.
        releases: of the engines that speak, hear and write there, by name; None: any.
        device: what it computes with, such as a GPU's UUID.
        span: id that the attempt's span is to have, in hex: known from now on, however the attempt ends.

    Raises:
        AwayError: ``ledger-away``. The claim may stand all the same; its lease then runs out.
    """
    honoured = None if profiles is None else {profile_digest(profile) for profile in profiles}
    try:
        with ledger.write("claim") as connection:
            now = ledger.clock()
            seen = run(
                connection, _LOOK, {"step": step, "worker": worker, "device": device, "now": now}
            ).first()
            if seen is None or seen.state != StepState.READY.value:
                return None
            spec = spec_from_text(seen.spec)
            kept = _kept(seen, spec, honoured, releases)
            able = seen.capability in capabilities or may_borrow(
                connection, _skill(seen), worker=worker, capabilities=capabilities, now=now
            )
            able = able and _is_free(connection, ledger, seen, worker, now)
            if kept is None or not able:
                run(connection, _UNMARK, {"step": step, "sent": seen.published_at})
                return None
            begun = _Begun(step=step, worker=worker, device=device, span=span, kept=kept, now=now)
            return _begin(connection, seen, spec, begun)
    except _ClaimedElsewhereError:
        return None


def _skill(seen: Found) -> Skill:
    """What a step needs."""
    return Skill(capability=seen.capability, profile=seen.profile_digest)


def _kept(
    seen: Found, spec: JobSpec, honoured: Collection[str] | None, releases: Mapping[str, str] | None
) -> str | None:
    """The profile or kit that a worker would do a step with; None: it has another than the step's own."""
    if seen.stage == Stage.RENDER.value:
        same = not seen.profile_digest or honoured is None or seen.profile_digest in honoured
        return str(seen.profile_digest) if same else None
    own = None if releases is None else kit_of(engines_of(seen.stage, spec), releases)
    kept = str(seen.profile_digest or own or "")
    return kept if own is None or kept == own else None


def _is_free(connection: Connection, ledger: Ledger, seen: Found, worker: str, now: int) -> bool:
    """Whether nothing stands against a worker's beginning a step now that it can do."""
    return not (
        seen.takes_nothing
        or seen.unable
        or seen.closed
        or waits(seen.not_before, now)
        or seen.ill
        or _after_another(connection, seen, worker, now)
        or (seen.stage == Stage.ARCHIVE.value and waits_for_archive(connection, now))
        or _shut(connection, ledger, seen, now)
    )


def _shut(connection: Connection, ledger: Ledger, seen: Found, now: int) -> bool:
    """Whether a gate is shut by now that was open when the message was sent."""
    facts = Facts(
        department=seen.department_id,
        window=seen.window,
        opening=bool(seen.opening),
        renders=seen.stage == Stage.RENDER.value,
        pool=seen.pool,
        member=seen.member,
    )
    gates = gates_in(connection, now)
    if facts.opening or facts.renders:
        gates = with_limits_of(connection, ledger, gates, facts.department, now, opening=facts.opening)
    return gates.lets_through(facts) is not Gate.OPEN


def is_known(ledger: Ledger, step: int) -> bool:
    """Whether the ledger has such a step at all, in whatever state.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return bool(connection.execute(_KNOWN, {"step": step}).scalar())


def beat(ledger: Ledger, worker: str, holding: Holding | None = None, *, memory_mb: int = 0) -> Heard:
    """Raise the lease of what a worker holds and the worker's own counter; hear whether it is still its own.

    Args:
        ledger: the ledger.
        worker: its name.
        holding: what it holds; None: nothing.
        memory_mb: what its process holds, for people; 0: not known.

    Raises:
        AwayError: ``ledger-away``: nothing was heard, so the work goes on.
    """
    held = {"step": holding.step, "held": holding.fence} if holding else {"step": 0, "held": 0}
    told = {"worker": worker, "now": ledger.clock(), "memory": memory_mb}
    if not ledger.is_sqlite:
        heard = ledger.change("beat", _BEAT_AND_PULSE, {**held, **told}).one()
        return _heard(leave=heard.leave, ordered=heard.ordered)
    with ledger.write("beat") as connection:
        leave = None if holding is None else run(connection, _BEAT, held).scalar()
        return _heard(leave=leave, ordered=run(connection, _PULSE, told).scalar())


def _heard(*, leave: str | None, ordered: str | None) -> Heard:
    """What was heard; who holds nothing hears of no leave, and whom nobody knows of no order."""
    return Heard(
        mine=leave is not None,
        order=WorkerOrder(ordered or WorkerOrder.NONE),
        known=ordered is not None,
        leave=leave or "",
    )


@dataclass(frozen=True, kw_only=True)
class _Begun:
    """Who begins a step, on what, as which span, by which profile or kit from now on, and when."""

    step: int
    worker: str
    device: str
    span: str
    kept: str
    now: int


def _begin(connection: Connection, seen: Found, spec: JobSpec, by: _Begun) -> Claim:
    if seen.job_state == JobState.QUEUED.value:
        run(connection, _ACTIVATE, {"job": seen.job_id, "now": by.now})
        run(connection, _OPENED, {"job": seen.job_id})
    told = {"step": by.step, "profile": seen.profile_digest, "now": by.now, "by": by.worker, "kept": by.kept}
    # Whoever held this step, or another one of its number, before the ledger was put back, stays refused.
    told["epoch"] = seen.epoch
    fence = run(connection, _CLAIM, told).scalar()
    if fence is None:
        raise _ClaimedElsewhereError
    begun = {"step_id": by.step, "number": fence, "worker": by.worker, "device": by.device}
    begun |= {"started_at": by.now, "machine_ms": 0, "log_tail": "", "span": by.span, "folded": 0}
    run(connection, _BEGIN, begun)
    return _claim_of(connection, seen, spec, by, fence=fence)


def _after_another(connection: Connection, seen: Found, worker: str, now: int) -> bool:
    """Whether this worker failed at the step last, or at its like again and again, and another one lives."""
    if not seen.kept_off and (seen.avoid_worker != worker or seen.avoid_until <= now):
        return False
    asked = {"capability": seen.capability, "profile": seen.profile_digest, "worker": worker, "now": now}
    return bool(run(connection, OTHER_LIVES, asked).scalar())


def _claim_of(connection: Connection, seen: Found, spec: JobSpec, by: _Begun, *, fence: int) -> Claim:
    stage = Stage(seen.stage)
    # A job's first step has nothing to begin with but the job.
    kept = {} if stage is next(stages_of(spec)) else read_results(connection, seen.job_id)
    return Claim(
        step=by.step,
        fence=fence,
        job=seen.job_id,
        batch=seen.batch_id,
        stage=stage,
        index=seen.place,
        count=seen.siblings,
        capability=seen.capability,
        worker=by.worker,
        chunk=range(seen.first, seen.end),
        spec=replace(spec, script=kept.get(Role.SCRIPT, spec.script)),
        traceparent=seen.traceparent,
        span=by.span,
        submitted_at=seen.submitted_at,
        profile=profile_from_text(seen.profile),
        timeline=kept.get(Role.TIMELINE),
        transcript=kept.get(Role.TRANSCRIPT),
        film=_film_of(kept, seen) if stage is Stage.ARCHIVE else None,
        failures=seen.failures,
        waits=seen.waits,
        pool=seen.pool,
        waited_ms=max(0, by.now - max(seen.submitted_at, seen.not_before, seen.ended)),
    )


def read_results(connection: Connection, job: int) -> dict[Role, Artifact]:
    """A job's script, timeline, transcript and the parts of its film, as far as it has come."""
    return {
        Role(row.role): Artifact(
            kind=Kind(row.kind), key=row.key, digest=row.digest, size=row.size, suffix=row.suffix
        )
        for row in run(connection, _RESULTS, {"job": job})
    }


def _film_of(kept: dict[Role, Artifact], seen: Found) -> Film:
    return Film(
        film=kept[Role.FILM],
        srt=kept[Role.SRT],
        vtt=kept[Role.VTT],
        poster=kept[Role.POSTER],
        manifest=kept[Role.MANIFEST],
        frames=seen.frames,
        essence=seen.essence,
        preview=kept.get(Role.PREVIEW),
        transcript=kept.get(Role.TRANSCRIPT),
    )
