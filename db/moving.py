"""Films whose engines' versions nobody has any more: which they are, and how an operator moves them.

A film keeps the versions that it was begun with until somebody has it moved to those of the workers that are
there. What is done stays done: a spoken script is not spoken again, and a film that has all of its clips is
joined from them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import BindParameter, Connection, Select, bindparam, exists, func, insert, select, update

from db import rows
from db.codec import profile_digest, profile_from_text, profile_to_text
from db.helping import help_in
from db.ledger import Ledger
from db.pools import honoured_for_in
from db.prepared import Found, run
from db.replan import render_anew
from db.states import JobState, Stage, StepState
from db.tables import (
    IS_OPEN,
    IS_READY,
    IS_UNSENT,
    artifacts,
    audit,
    batches,
    jobs,
    skills,
    steps,
    uses,
    workers,
)
from farm.policy.profiles import choose_profile, version_of
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import InputError
from pipeline.plan.faceway import way_in
from pipeline.plan.job import RenderProfile


@dataclass(frozen=True, kw_only=True)
class Stranded:
    """Films of a batch that wait for versions of engines that nobody has any more.

    Attributes:
        batch: its id.
        capability: what is to be done with them.
        kit: the line that they stand in: a render profile's digest, or a kit.
        films: how many there are.
        needs: the versions, for people.
        to: the profile that they would get; None where they are not rendered, or nobody renders like that.
        movable: whether somebody is there who can do it with another version.
    """

    batch: int
    capability: str
    kit: str
    films: int
    needs: str
    to: RenderProfile | None
    movable: bool


@dataclass(frozen=True, kw_only=True)
class Price:
    """What is made again of what was finished when films are moved, at most: clips, and spoken sentences."""

    clips: int = 0
    sentences: int = 0


_RENDERS = f"{Stage.RENDER}."
_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
_is_had = exists().where(
    skills.c.worker == workers.c.name,
    workers.c.alive == 1,
    workers.c.draining == 0,
    skills.c.capability == steps.c.capability,
    skills.c.profile == steps.c.profile,
)
_is_done_by_some = exists().where(
    skills.c.worker == workers.c.name,
    workers.c.alive == 1,
    workers.c.draining == 0,
    skills.c.capability == bindparam("capability"),
)
_lines = (
    select(
        steps.c.batch_id,
        steps.c.capability,
        steps.c.profile,
        func.count(func.distinct(steps.c.job_id)).label("films"),
        func.min(steps.c.job_id).label("one"),
    )
    .where(steps.c.profile != "", ~_is_had)
    .group_by(steps.c.batch_id, steps.c.capability, steps.c.profile)
    .order_by(steps.c.batch_id, steps.c.capability, steps.c.profile)
)
# Those that could go on at once: by the index of the lines.
_WAITING = _lines.where(IS_READY, IS_OPEN, IS_UNSENT)
_UNDER_WAY = [JobState.QUEUED.value, JobState.ACTIVE.value]
_TO_COME = [StepState.READY.value, StepState.BLOCKED.value]
_to_come = (jobs.c.id == steps.c.job_id) & jobs.c.state.in_(_UNDER_WAY) & steps.c.state.in_(_TO_COME)
_OF_BATCH = _lines.where(steps.c.batch_id == bindparam("batch"), exists().where(_to_come).correlate(steps))
_PLANNED = select(jobs.c.profile).where(jobs.c.id == bindparam("job"))
_CAN_DO = select(_is_done_by_some)
_BATCH = select(batches.c.id).where(batches.c.id == bindparam("batch"))
_ROWS = (
    select(jobs.c.id, jobs.c.row_name).where(jobs.c.batch_id == bindparam("batch")).order_by(jobs.c.position)
)
_in_line = (steps.c.capability == bindparam("capability")) & (steps.c.profile == bindparam("of"))
_CONCERNED = (
    select(jobs.c.id)
    .join_from(jobs, steps, steps.c.job_id == jobs.c.id)
    .where(jobs.c.batch_id == bindparam("batch"), _to_come, _in_line)
    .distinct()
    .order_by(jobs.c.id)
)
_LOCK = select(jobs.c.id).where(jobs.c.id.in_(_JOBS)).order_by(jobs.c.id).with_for_update(key_share=True)
_STILL = (
    select(jobs.c.id)
    .join_from(jobs, steps, steps.c.job_id == jobs.c.id)
    .where(jobs.c.id.in_(_JOBS), _to_come, _in_line, ~_is_had)
    .distinct()
    .order_by(jobs.c.id)
)
_FREE = (
    update(steps)
    .where(steps.c.job_id.in_(_JOBS), _in_line, steps.c.state.in_(_TO_COME))
    .values(profile="", not_before=0, published_at=0, progress_done=0, progress_total=0)
)
_MADE = (
    select(artifacts.c.kind, func.count(func.distinct(artifacts.c.id)).label("number"))
    .join_from(uses, artifacts, uses.c.artifact_id == artifacts.c.id)
    .join(steps, steps.c.id == uses.c.step_id)
    .where(steps.c.job_id.in_(_JOBS), _in_line, artifacts.c.struck == 0)
    .group_by(artifacts.c.kind)
)
_AUDIT = insert(audit)


def read_stranded(ledger: Ledger, *, batch: int | None = None) -> tuple[Stranded, ...]:
    """The films that wait for versions of engines that nobody living has, by batch and what is to be done.

    Of all batches those that could go on at once; of one batch also those that are held, or not so far yet.
    Films that are planned anew by themselves are not among them.

    Raises:
        InputError: ``ledger-batch-unknown``.
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        if batch is not None and not run(connection, _BATCH, {"batch": batch}).rows:
            raise InputError("ledger-batch-unknown", batch=batch)
        found, help_ = run(connection, *_asked(batch)).rows, help_in(connection)
        told = (_told(connection, row) for row in found if not help_.helpers(row.capability, row.profile))
        return tuple(each for each in told if each is not None)


def _asked(batch: int | None) -> tuple[Select[int, str, str, int, int], dict[str, int]]:
    return (_WAITING, {}) if batch is None else (_OF_BATCH, {"batch": batch})


def _told(connection: Connection, line: Found) -> Stranded | None:
    """What there is to be told of a line; None where nothing has to be done."""
    kit, capability = line.profile, line.capability
    needs, to, can = kit, None, False
    if capability.startswith(_RENDERS):
        planned = profile_from_text(run(connection, _PLANNED, {"job": line.one}).scalar())
        if planned is None:
            return None
        honoured, way = honoured_for_in(connection, capability), way_in(planned)
        if any(choose_profile(each, way, version=planned.version) for each in honoured):
            return None
        chosen = (choose_profile(each, way) for each in honoured)
        needs, to = version_of(planned), next((each for each in chosen if each is not None), None)
        can = to is not None
    else:
        can = bool(run(connection, _CAN_DO, {"capability": capability}).scalar())
    return Stranded(
        batch=line.batch_id,
        capability=capability,
        kit=kit,
        films=line.films,
        needs=needs,
        to=to,
        movable=can,
    )


def read_rows(ledger: Ledger, batch: int) -> dict[str, int]:
    """The jobs of a batch by the ids of their rows.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return {row.row_name: row.id for row in run(connection, _ROWS, {"batch": batch})}


def concerned(ledger: Ledger, stranded: Stranded) -> tuple[int, ...]:
    """The films of a line, by number, whether held or not.

    Raises:
        AwayError: ``ledger-away``.
    """
    asked = {"batch": stranded.batch, "capability": stranded.capability, "of": stranded.kit}
    with ledger.read() as connection:
        return tuple(row.id for row in run(connection, _CONCERNED, asked))


def read_price(ledger: Ledger, stranded: Stranded, job_ids: Collection[int]) -> Price:
    """What of films is made again when they are moved.

    Raises:
        AwayError: ``ledger-away``.
    """
    made: dict[str, int] = {}
    ordered = sorted(job_ids)
    asked = {"capability": stranded.capability, "of": stranded.kit}
    with ledger.read() as connection:
        for start in range(0, len(ordered), rows.MANY):
            for row in run(connection, _MADE, asked, {"jobs": ordered[start : start + rows.MANY]}):
                made[row.kind] = made.get(row.kind, 0) + row.number
    return Price(clips=made.get(Kind.CLIP.value, 0), sentences=made.get(Kind.SPEECH.value, 0))


def move(ledger: Ledger, stranded: Stranded, job_ids: Collection[int], *, by: str) -> tuple[int, ...]:
    """Move films to the versions that are there; those that were moved. Written into the audit.

    A film is left alone that has ended meanwhile, or whose versions somebody has again.

    Args:
        ledger: the ledger.
        stranded: the line that they stand in.
        job_ids: the films.
        by: whose act it is.

    Raises:
        AwayError: ``ledger-away``; those that were moved until then are.
    """
    moved: list[int] = []
    ordered = sorted(job_ids)
    for start in range(0, len(ordered), rows.MANY):
        moved += _move_some(ledger, stranded, ordered[start : start + rows.MANY], by)
    return tuple(moved)


def _move_some(ledger: Ledger, stranded: Stranded, some: list[int], by: str) -> list[int]:
    asked = {"capability": stranded.capability, "of": stranded.kit}
    with ledger.write("move") as connection:
        run(connection, _LOCK, {}, {"jobs": some})
        still = [row.id for row in run(connection, _STILL, asked, {"jobs": some})]
        if not still:
            return []
        now = ledger.clock()
        if stranded.to is not None:
            text = profile_to_text(stranded.to)
            told = {"of": stranded.kit, "to": profile_digest(stranded.to)}
            return render_anew(connection, still, told, text=text, by=by, now=now)
        run(connection, _FREE, asked, {"jobs": still})
        detail = f"{stranded.capability}: {stranded.kit}"
        entry = {"at": now, "by": by, "verb": "replan", "detail": detail, "batch_id": stranded.batch}
        run(connection, _AUDIT, [{**entry, "job_id": job} for job in still])
        return still
