"""Progress: how much of a job is done, told from its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from db import rows
from db.states import Stage, StepState
from db.tables import steps

#: Rendering is nearly all of a job's work; archiving comes after it is completed. A job has the shares of
#: the stages that it has.
_SHARES = {Stage.WRITE: 3, Stage.SPEAK: 5, Stage.LISTEN: 7, Stage.RENDER: 85, Stage.JOIN: 10}
#: A step that is not committed is never told as done.
_NEARLY = 0.99
# What a lost or failed attempt has made stands, and is found by the next one.
_BEGUN = {StepState.RUNNING.value, StepState.READY.value}
_STEPS = select(
    steps.c.job_id,
    steps.c.stage,
    steps.c.state,
    steps.c.frames,
    steps.c.progress_done,
    steps.c.progress_total,
).where(steps.c.job_id.in_(bindparam("jobs", expanding=True)), steps.c.stage != Stage.ARCHIVE.value)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a job is: the first stage that is not done, and how much of all is, 0 to 100."""

    stage: Stage = Stage.SPEAK
    percent: int = 0


def read_progress(connection: Connection, job_ids: Sequence[int]) -> dict[int, Progress]:
    """How far each of some jobs is."""
    parts: dict[int, dict[Stage, list[tuple[int, float]]]] = {}
    for start in range(0, len(job_ids), rows.MANY):
        for row in connection.execute(_STEPS, {"jobs": job_ids[start : start + rows.MANY]}):
            done = _done(row.state, row.progress_done, row.progress_total)
            part = parts.setdefault(row.job_id, {}).setdefault(Stage(row.stage), [])
            part.append((max(1, row.frames), done))
    return {job: _progress_of(of) for job, of in parts.items()}


def _done(state: str, done: int, total: int) -> float:
    if state == StepState.DONE.value:
        return 1.0
    if state in _BEGUN and total:
        return min(done / total, _NEARLY)
    return 0.0


def _progress_of(parts: dict[Stage, list[tuple[int, float]]]) -> Progress:
    # Renders are planned once a film's length is known.
    shares = {each: share for each, share in _SHARES.items() if each in parts or each is Stage.RENDER}
    percent = 0.0
    stage: Stage | None = None
    for each, share in shares.items():
        steps_of = parts.get(each, [])
        frames = sum(weight for weight, _ in steps_of)
        done = sum(weight * part for weight, part in steps_of) / frames if frames else 0.0
        percent += 100 * share / sum(shares.values()) * done
        if done < 1.0 and stage is None:
            stage = each
    return Progress(stage=stage or Stage.JOIN, percent=min(int(percent + 1e-9), 100))
