"""Films planned anew, when nobody renders any more as they were planned.

A render profile is chosen once per film, so that all clips of a film are alike. After an engine or FFmpeg was
upgraded there is nobody left who honours the profile of a film that was under way; it then gets the profile
of those who are there and draw in the same way, with the same models. It gets it as a whole: what was
rendered of it is rendered again. What was spoken stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import (
    BindParameter,
    Connection,
    bindparam,
    case,
    delete,
    exists,
    insert,
    select,
    union,
    update,
)

from db import rows
from db.codec import profile_from_text
from db.ledger import Ledger
from db.prepared import run
from db.states import ITSELF, JobState, Outcome, Stage, StepState
from db.tables import IS_OPEN, IS_READY, IS_SENT, IS_UNSENT, attempts, audit, jobs, key_leases, skills, steps
from db.values import Skill
from pipeline.plan.job import RenderProfile

_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
_PROFILE_TEXT = (
    select(skills.c.profile_text)
    .where(skills.c.capability == bindparam("capability"), skills.c.profile == bindparam("to"))
    .limit(1)
)
_ready = (
    select(steps.c.job_id)
    .where(
        steps.c.capability == bindparam("capability"),
        steps.c.profile == bindparam("of"),
        IS_READY,
        IS_OPEN,
    )
    .distinct()
)
# Those in the line, and those whose message is on its way, each by an index of its own. Nobody who hears of
# the second may claim them any more.
_STRANDED = (
    union(_ready.where(IS_UNSENT), _ready.where(IS_SENT)).order_by(steps.c.job_id.name).limit(rows.MANY)
)
_PLANNED = (
    select(jobs.c.profile)
    .join_from(steps, jobs, steps.c.job_id == jobs.c.id)
    .where(steps.c.capability == bindparam("capability"), steps.c.profile == bindparam("of"), IS_READY)
    .limit(1)
)
_of_film = (
    (steps.c.job_id == jobs.c.id)
    & (steps.c.stage == Stage.RENDER.value)
    & (steps.c.profile == bindparam("of"))
)
_TO_DO = [StepState.BLOCKED.value, StepState.READY.value, StepState.RUNNING.value]
# A film that waits to be joined, or to be archived, has all of its clips.
_BEGUN = (
    select(jobs.c.id)
    .where(
        jobs.c.state.in_([JobState.QUEUED.value, JobState.ACTIVE.value]),
        exists().where(_of_film, steps.c.capability == bindparam("capability"), steps.c.fence > 0),
        exists().where(_of_film, steps.c.state.in_(_TO_DO)),
    )
    .limit(1)
)
_LOCK = select(jobs.c.id).where(jobs.c.id.in_(_JOBS)).order_by(jobs.c.id).with_for_update(key_share=True)
_is_render = (steps.c.job_id.in_(_JOBS)) & (steps.c.stage == Stage.RENDER.value)
_is_begun = steps.c.state.in_([StepState.RUNNING.value, StepState.DONE.value])
_MOVE = (
    update(steps)
    .where(_is_render, steps.c.profile == bindparam("of"))
    .values(
        profile=bindparam("to"),
        # An empty step is what an earlier, longer plan left over.
        state=case((_is_begun & (steps.c.first < steps.c.end), StepState.READY.value), else_=steps.c.state),
        worker=None,
        not_before=0,
        published_at=0,
        progress_done=0,
        progress_total=0,
    )
    .returning(steps.c.job_id, steps.c.batch_id)
)
_render_steps = select(steps.c.id).where(_is_render)
_SUPERSEDE = (
    update(attempts)
    .where(attempts.c.step_id.in_(_render_steps), attempts.c.outcome.is_(None))
    .values(
        outcome=Outcome.SUPERSEDED.value,
        ended_at=bindparam("now"),
        machine_ms=rows.PROVEN_MS,
        **rows.KEPT_WORKER,
    )
)
_FREE = delete(key_leases).where(key_leases.c.step_id.in_(_render_steps))
_PROFILE = update(jobs).where(jobs.c.id.in_(_JOBS)).values(profile=bindparam("text"))
_AUDIT = insert(audit)


def read_planned(ledger: Ledger, stranded: Skill) -> RenderProfile | None:
    """The profile that films which wait for a skill were planned with; None when none waits any more.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        asked = {"capability": stranded.capability, "of": stranded.profile}
        return profile_from_text(run(connection, _PLANNED, asked).scalar())


def is_begun(ledger: Ledger, skill: Skill) -> bool:
    """Whether a film that is under way, held or not, has some clips by a skill and needs more of them.

    It would lose them if nobody had the skill any more.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        asked = {"capability": skill.capability, "of": skill.profile}
        return run(connection, _BEGUN, asked).scalar() is not None


def replan(ledger: Ledger, stranded: Skill, profile: str) -> int:
    """Have the films that wait for a skill rendered with another profile; how many.

    Args:
        ledger: the ledger.
        stranded: the capability, and the profile that nobody honours any more.
        profile: digest of the profile to take; a worker's that has told of itself.

    Raises:
        AwayError: ``ledger-away``; those that were planned anew until then are.
    """
    planned = 0
    while some := _replan_some(ledger, stranded, profile):
        planned += some
    return planned


def _replan_some(ledger: Ledger, stranded: Skill, profile: str) -> int:
    asked = {"capability": stranded.capability, "of": stranded.profile, "to": profile}
    with ledger.write("replan") as connection:
        text = run(connection, _PROFILE_TEXT, asked).scalar()
        found = [row.job_id for row in run(connection, _STRANDED, asked)]
        if text is None or not found:
            return 0
        run(connection, _LOCK, {}, {"jobs": found})
        told = {"of": stranded.profile, "to": profile}
        return len(render_anew(connection, found, told, text=text, by=ITSELF, now=ledger.clock()))


def render_anew(
    connection: Connection,
    job_ids: Sequence[int],
    told: Mapping[str, str],
    *,
    text: str,
    by: str,
    now: int,
) -> list[int]:
    """Have films that are locked rendered with another profile, as a whole; those that were not before.

    Args:
        connection: the transaction.
        job_ids: the films.
        told: digests of the profile that they have (``of``) and get (``to``).
        text: the profile that they get.
        by: whose act it is.
        now: the ledger's milliseconds.
    """
    # What another has moved in the meantime is moved no second time.
    moved = {row.job_id: row.batch_id for row in run(connection, _MOVE, told, {"jobs": job_ids})}
    if not moved:
        return []
    ids = {"jobs": sorted(moved)}
    run(connection, _SUPERSEDE, {"now": now}, ids)
    run(connection, _FREE, {}, ids)
    run(connection, _PROFILE, {"text": text}, ids)
    entry = {"at": now, "by": by, "verb": "replan", "detail": text}
    run(connection, _AUDIT, [{**entry, "job_id": job, "batch_id": moved[job]} for job in ids["jobs"]])
    return ids["jobs"]
