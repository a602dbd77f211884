"""Jobs that are known from their films alone, and how they come back into the batch that is submitted again.

Nothing but the manifest beside a film tells of them. Each stands in a batch of its own time, completed and
archived; when a row is submitted that comes to the same film, that very job moves into the new batch.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, delete, exists, func, insert, select, update

from db import rows
from db.codec import notices_to_text, spec_from_text, spec_to_text
from db.ledger import Ledger
from db.plans import new_step, rank_of, stages_of
from db.restoring import Delivered, PartsLying, enter_lost, keep_parts, parts_lying, reserve
from db.states import PRECEDENCE, ArchiveState, JobState, StepState, Urgency, capability_of
from db.tables import batches, departments, jobs, reports, steps
from db.values import JobDraft
from farm.policy.order import Standing
from pipeline.plan.artifact import Artifact
from pipeline.plan.capability import engine_for
from pipeline.plan.filmread import FilmRead, likeness
from pipeline.plan.job import JobSpec
from pipeline.plan.keys import digest_of
from pipeline.plan.names import folder_for
from pipeline.plan.trace import Trace

#: What the content of such a batch begins with, where that of others is a digest.
_REBUILT = "rebuilt-"
_AFTER = "rebuilt."
_CONTENT = 64
_DEPARTMENT = "default"
_INPUTS = ("script", "portrait", "background", "recording", "brief")

_OF_DEPARTMENT = select(departments.c.id).where(departments.c.name == _DEPARTMENT)
_BATCH = select(batches.c.id).where(batches.c.content == bindparam("content_"))
_NEW_BATCH = insert(batches).returning(batches.c.id)
_TAKEN = select(jobs.c.row_name).where(jobs.c.batch_id == bindparam("batch"))
_NEXT = select(func.coalesce(func.max(jobs.c.position), -1)).where(jobs.c.batch_id == bindparam("batch"))
_NEW_JOB = insert(jobs).returning(jobs.c.id)
_NEW_STEPS = insert(steps)
_BATCHES: BindParameter[int] = bindparam("batches", expanding=True)
_ROWS: BindParameter[str] = bindparam("rows", expanding=True)
_EVERY = select(batches.c.id).where(batches.c.content >= _REBUILT, batches.c.content < _AFTER)
_ALIKE = (
    select(jobs.c.id, jobs.c.spec, jobs.c.batch_id)
    .where(jobs.c.batch_id.in_(_BATCHES), jobs.c.row_name.in_(_ROWS))
    .order_by(jobs.c.id)
)
_MOVE = (
    update(jobs)
    .where(jobs.c.id == bindparam("job"))
    .values(
        batch_id=bindparam("batch"),
        department_id=bindparam("department"),
        position=bindparam("place"),
        row_name=bindparam("row"),
        spec=bindparam("told"),
        user=bindparam("user_"),
        precedence=bindparam("urgency"),
        priority=bindparam("priority_"),
        pool=bindparam("pool_"),
        project=bindparam("project_"),
        warnings=bindparam("warned"),
    )
)
_MOVE_STEPS = (
    update(steps)
    .where(steps.c.job_id == bindparam("job"))
    .values(batch_id=bindparam("batch"), department_id=bindparam("department"))
)
_EMPTY = (
    select(batches.c.id)
    .where(batches.c.id.in_(_BATCHES))
    .where(~exists().where(jobs.c.batch_id == batches.c.id))
)
_DROP_REPORT = delete(reports).where(reports.c.batch_id == bindparam("batch"))
_DROP = delete(batches).where(batches.c.id == bindparam("batch"))


def enter(ledger: Ledger, films: Sequence[tuple[FilmRead, Delivered]]) -> int:
    """Enter films as completed and archived jobs, in batches as they were submitted; how many.

    Args:
        ledger: the ledger.
        films: what each film's manifest tells, and where it lies; none that the ledger knows by its trace.

    Raises:
        AwayError: ``ledger-away``.
    """
    lying = parts_lying(ledger)
    seen: set[str] = set()
    for start in range(0, len(films), rows.MANY):
        with ledger.write("rebuild-enter") as connection:
            entry = _Entry(connection, lying, ledger.clock())
            for told, delivered in films[start : start + rows.MANY]:
                # A copy of a film that somebody made beside it is the same film.
                if told.trace not in seen:
                    seen.add(told.trace)
                    entry.add(told, delivered)
    return len(seen)


class _Entry:
    """Enters films, inside one transaction."""

    def __init__(self, connection: Connection, lying: PartsLying, now: int) -> None:
        self._connection = connection
        self._lying = lying
        self._now = now
        self._department: int = connection.execute(_OF_DEPARTMENT).scalar_one()
        # Of each batch that it enters into, the rows that have a name; asked once, not once for each film.
        self._rows: dict[int, set[str]] = {}

    def add(self, told: FilmRead, delivered: Delivered) -> None:
        batch = self._batch(told)
        place: int = self._connection.execute(_NEXT, {"batch": batch}).scalar_one() + 1
        if batch not in self._rows:
            self._rows[batch] = set(self._connection.execute(_TAKEN, {"batch": batch}).scalars())
        job: int = self._connection.execute(_NEW_JOB, self._job(batch, place, told, delivered)).scalar_one()
        standing = Standing(submitted_ms=told.submitted_ms, urgency=Urgency.NORMAL)
        done = [
            {
                **new_step(
                    job=job,
                    batch=batch,
                    department=self._department,
                    stage=stage,
                    capability=capability_of(stage, engine_for(stage, told.spec)),
                    rank=rank_of(standing, stage, first=not number),
                ),
                "state": StepState.DONE.value,
            }
            for number, stage in enumerate(stages_of(told.spec))
        ]
        self._connection.execute(_NEW_STEPS, done)
        reserve(self._connection, job, delivered.path)
        keep_parts(self._connection, job, delivered.parts, self._lying, self._now)

    def _batch(self, told: FilmRead) -> int:
        """The batch of what was submitted with it: by the same person at the same millisecond."""
        key = digest_of("rebuilt", 1, user=told.spec.user, submitted=told.submitted_ms)
        content = f"{_REBUILT}{key}"[:_CONTENT]
        found: int | None = self._connection.execute(_BATCH, {"content_": content}).scalar()
        if found is not None:
            return found
        submitted = datetime.fromtimestamp(told.submitted_ms / 1000).astimezone()
        values = {
            "department_id": self._department,
            "content": content,
            "edition": 0,
            "name": f"archive {folder_for(submitted)}",
            "user": told.spec.user,
            "created_at": told.submitted_ms,
        }
        return int(self._connection.execute(_NEW_BATCH, values).scalar_one())

    def _job(self, batch: int, place: int, told: FilmRead, delivered: Delivered) -> dict[str, Any]:
        spec = told.spec
        row = spec.row if spec.row not in self._rows[batch] else f"{spec.row} ({told.trace[:8]})"
        self._rows[batch].add(row)
        inputs: Mapping[str, Artifact | None] = {each: getattr(spec, each) for each in _INPUTS}
        return {
            "batch_id": batch,
            "position": place,
            "row_name": row,
            "title": spec.title,
            "user": spec.user,
            "department_id": self._department,
            "state": JobState.COMPLETED.value,
            "archive": ArchiveState.ARCHIVED.value,
            "precedence": PRECEDENCE[Urgency.NORMAL],
            "spec": spec_to_text(spec),
            **{
                f"{each}_id": None if file is None else enter_lost(self._connection, file, self._now)
                for each, file in inputs.items()
            },
            "lexicon_id": None,
            "traceparent": Trace(
                trace_id=told.trace, span_id=digest_of("span", 1, trace=told.trace)[:16]
            ).traceparent,
            "warnings": notices_to_text(()),
            "submitted_at": told.submitted_ms,
            "started_at": told.submitted_ms,
            "ended_at": max(delivered.ended_at, told.submitted_ms),
            "profile": told.profile,
            "frames": told.frames,
            "essence": told.essence,
            "archive_path": delivered.path,
        }


def take_over(
    connection: Connection, batch: int, department: int, drafts: Sequence[tuple[int, JobDraft]]
) -> Mapping[int, int]:
    """Move jobs that are known from their films into a batch whose rows come to the same films.

    Args:
        connection: the transaction of the submission.
        batch: the batch.
        department: whose it is.
        drafts: its rows by their places.

    Returns:
        Those jobs by the places of their rows, which need none of their own.
    """
    every = connection.execute(_EVERY).scalars().all()
    if not every:
        return {}
    names = sorted({draft.spec.row for _, draft in drafts})
    alike: dict[str, Any] = {}
    for row in connection.execute(_ALIKE, {"batches": every, "rows": names}):
        alike.setdefault(likeness(spec_from_text(row.spec)), row)
    moved: dict[int, int] = {}
    left: set[int] = set()
    for place, draft in drafts:
        known = alike.pop(likeness(draft.spec), None)
        if known is not None:
            _move(connection, known.id, draft, batch=batch, department=department, place=place)
            moved[place] = known.id
            left.add(known.batch_id)
    _drop_empty(connection, left)
    return moved


def _move(
    connection: Connection, job: int, draft: JobDraft, *, batch: int, department: int, place: int
) -> None:
    spec: JobSpec = draft.spec
    told = {
        "row": spec.row,
        "told": spec_to_text(spec),
        "user_": spec.user,
        "urgency": PRECEDENCE[draft.urgency],
        "priority_": draft.priority,
        "pool_": draft.pool,
        "project_": draft.project,
        "warned": notices_to_text(draft.warnings),
    }
    to = {"job": job, "batch": batch, "department": department}
    connection.execute(_MOVE, {**to, "place": place, **told})
    connection.execute(_MOVE_STEPS, to)


def _drop_empty(connection: Connection, some: Collection[int]) -> None:
    """Drop batches that every film has moved out of."""
    for batch in connection.execute(_EMPTY, {"batches": sorted(some)}).scalars().all():
        connection.execute(_DROP_REPORT, {"batch": batch})
        connection.execute(_DROP, {"batch": batch})
