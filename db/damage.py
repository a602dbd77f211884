"""Damage: when an artifact is missing or not what it was, the step that made it runs again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, delete, exists, select, update

from db import rows
from db.plans import stages_of
from db.states import STAGE_ORDER, ArchiveState, JobState, Outcome, Stage, StepState
from db.tables import artifacts, attempts, jobs, key_leases, steps, uses
from db.values import Claim
from pipeline.plan.artifact import Kind
from pipeline.plan.job import JobSpec

# What is listened to is what was spoken before, where anybody spoke: both stages begin with the first.
_SOUND = (Stage.SPEAK, Stage.LISTEN)
#: The stages that make each kind, of which a job's first one begins again: what it has made is found, and
#: the others make the rest. A source was given, nothing can make it again.
MAKERS = {
    Kind.SCRIPT: (Stage.WRITE,),
    Kind.LATENTS: _SOUND,
    Kind.SPEECH: _SOUND,
    Kind.HEARD: _SOUND,
    Kind.TIMELINE: _SOUND,
    Kind.CLIP: (Stage.RENDER,),
    Kind.AUDIO: (Stage.JOIN,),
    Kind.FILM: (Stage.JOIN,),
    Kind.CAPTIONS: (Stage.JOIN,),
    Kind.POSTER: (Stage.JOIN,),
    Kind.MANIFEST: (Stage.JOIN,),
}

_THIS_KEY = (artifacts.c.kind == bindparam("kind_"), artifacts.c.key == bindparam("key_"))
_STRIKE = update(artifacts).where(*_THIS_KEY, artifacts.c.digest == bindparam("digest_")).values(struck=1)
_STANDS = select(artifacts.c.id, artifacts.c.struck).where(*_THIS_KEY)
_ARTIFACTS: BindParameter[int] = bindparam("artifacts", expanding=True)
_uses_it = exists().where(uses.c.step_id == steps.c.id, uses.c.artifact_id.in_(_ARTIFACTS))
_MAKERS_STEPS = select(steps.c.id, _uses_it.label("uses_it")).where(
    steps.c.job_id == bindparam("job"),
    steps.c.stage == bindparam("stage"),
    steps.c.state == StepState.DONE.value,
)
_SEND_BACK = (
    update(steps)
    .where(steps.c.id.in_(bindparam("ids", expanding=True)))
    .values(state=StepState.READY.value, not_before=0, published_at=0, closed=rows.IS_CLOSED)
)
_LATER = (
    steps.c.job_id == bindparam("job"),
    steps.c.stage.in_(bindparam("stages", expanding=True)),
)
_later_steps = select(steps.c.id).where(*_LATER)
_SUPERSEDE = (
    update(attempts)
    .where(attempts.c.step_id.in_(_later_steps), attempts.c.outcome.is_(None))
    .values(
        outcome=Outcome.SUPERSEDED.value,
        ended_at=bindparam("now"),
        machine_ms=rows.PROVEN_MS,
        **rows.KEPT_WORKER,
    )
)
_FREE = delete(key_leases).where(key_leases.c.step_id.in_(_later_steps))
_BLOCK = (
    update(steps)
    .where(*_LATER, steps.c.state.not_in([StepState.DEAD.value, StepState.CANCELED.value]))
    .values(
        state=StepState.BLOCKED.value, worker=None, published_at=0, progress_done=0, closed=rows.IS_CLOSED
    )
)
_REACTIVATE = (
    update(jobs)
    .where(jobs.c.id == bindparam("job"), jobs.c.state == JobState.COMPLETED.value)
    .values(state=JobState.ACTIVE.value, archive=ArchiveState.NONE.value, ended_at=None, essence=None)
)


def strike(connection: Connection, kind: Kind, key: str, digest: str) -> None:
    """Strike out one file of a key, unless another has taken its place already."""
    connection.execute(_STRIKE, {"kind_": kind.value, "key_": key, "digest_": digest})


@dataclass(frozen=True, kw_only=True)
class Damaged:
    """What was found missing or damaged: a key, and the digest of the file; empty where there was none."""

    kind: Kind
    key: str
    digest: str


def remake(connection: Connection, claim: Claim, found: Damaged, now: int) -> None:
    """Strike a file out and send the steps of this job that made it back to the line; later ones are blocked.

    The claim's own attempt must have ended. Where another file has taken its place since, nothing is made
    again: the report is late. Other jobs that rest on the same artifact find out by themselves.
    """
    strike(connection, found.kind, found.key, found.digest)
    stands: Any = connection.execute(_STANDS, {"kind_": found.kind.value, "key_": found.key}).first()
    if stands is not None and not stands.struck:
        return
    maker = maker_of(found.kind, claim.spec)
    send_back(connection, claim.job, maker, [] if stands is None else [stands.id], now, asking=claim.stage)


def maker_of(kind: Kind, spec: JobSpec) -> Stage:
    """The stage of a job that begins again where something of a kind is to be made anew.

    Raises:
        KeyError: nothing makes it.
    """
    has = {*stages_of(spec), Stage.RENDER}
    return next(stage for stage in MAKERS[kind] if stage in has)


def send_back(
    connection: Connection,
    job: int,
    maker: Stage,
    struck: Sequence[int],
    now: int,
    *,
    asking: Stage | None = None,
) -> None:
    """Send the steps of a job that made struck artifacts back to the line; later ones are blocked.

    Args:
        connection: the transaction.
        job: the job's id.
        maker: the stage that makes them.
        struck: their ids.
        now: the time.
        asking: the stage that found them missing; None: none did.
    """
    found = connection.execute(
        _MAKERS_STEPS, {"job": job, "stage": maker.value, "artifacts": list(struck)}
    ).all()
    # A step that forgot what it used is found by its stage: looking again costs it little.
    chosen = [row.id for row in found if row.uses_it]
    if not chosen and asking is not maker:
        chosen = [row.id for row in found]
    later = [stage.value for stage in Stage if STAGE_ORDER[stage] > STAGE_ORDER[maker]]
    if later:
        connection.execute(_SUPERSEDE, {"job": job, "stages": later, "now": now})
        connection.execute(_FREE, {"job": job, "stages": later})
        connection.execute(_BLOCK, {"job": job, "stages": later})
    connection.execute(_REACTIVATE, {"job": job})
    for start in range(0, len(chosen), rows.MANY):
        connection.execute(_SEND_BACK, {"ids": chosen[start : start + rows.MANY]})
