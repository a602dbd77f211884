"""What of sentences and clips was there already when steps came to make them: what sharing has saved."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import bindparam, case, func, select

from db.ledger import Ledger
from db.states import Outcome, Stage
from db.tables import artifacts, attempts, jobs, makings, steps, uses
from farm.policy.periods import Period
from pipeline.plan.artifact import Kind
from pipeline.plan.job import Format


@dataclass(frozen=True, kw_only=True)
class Share:
    """What was found and not made of steps of one kind that were done.

    Attributes:
        stage: speak or render.
        engine: the face engine; empty for speaking.
        format: of the films.
        found: sentences or clips that were there already.
        frames: frames of film that those make.
    """

    stage: Stage
    engine: str
    format: Format
    found: int
    frames: int


# Whoever makes a sentence twice has made it once: by keys, whatever attempt they are of.
_made = (
    select(func.count(makings.c.key.distinct()))
    .where(
        makings.c.step_id == steps.c.id,
        makings.c.kind
        == case((steps.c.stage == Stage.RENDER.value, Kind.CLIP.value), else_=Kind.SPEECH.value),
    )
    .correlate(steps)
    .scalar_subquery()
)
_spoken = (
    select(func.count())
    .select_from(uses.join(artifacts, artifacts.c.id == uses.c.artifact_id))
    .where(uses.c.step_id == steps.c.id, artifacts.c.kind == Kind.SPEECH.value)
    .correlate(steps)
    .scalar_subquery()
)
_SHARED = (
    select(
        steps.c.stage,
        jobs.c.spec,
        case((steps.c.stage == Stage.RENDER.value, steps.c.frames), else_=jobs.c.frames).label("frames"),
        case((steps.c.stage == Stage.RENDER.value, steps.c.end - steps.c.first), else_=_spoken).label(
            "parts"
        ),
        _made.label("made"),
    )
    .join_from(attempts, steps, steps.c.id == attempts.c.step_id)
    .join(jobs, jobs.c.id == steps.c.job_id)
    .where(
        attempts.c.outcome == Outcome.OK.value,
        steps.c.stage.in_([Stage.SPEAK.value, Stage.RENDER.value]),
        # A step that is done twice, since a file was damaged, is told once.
        attempts.c.number == steps.c.fence,
        attempts.c.ended_at >= bindparam("since"),
        attempts.c.ended_at < bindparam("until"),
    )
)


def read_shared(ledger: Ledger, period: Period) -> tuple[Share, ...]:
    """What of the sentences and clips of steps that were done was there already, and what film that makes.

    Raises:
        AwayError: ``ledger-away``.
    """
    added: dict[tuple[Stage, str, Format], tuple[int, int]] = {}
    with ledger.read() as connection:
        for row in connection.execute(_SHARED, {"since": period.since, "until": period.until}):
            found = row.parts - row.made
            if found <= 0:
                continue
            stage, (face, picture) = Stage(row.stage), _look_of(row.spec)
            key = stage, face if stage is Stage.RENDER else "", picture
            parts, frames = added.get(key, (0, 0))
            added[key] = parts + found, frames + (row.frames or 0) * found // row.parts
    return tuple(
        Share(stage=stage, engine=engine, format=picture, found=found, frames=frames)
        for (stage, engine, picture), (found, frames) in added.items()
    )


# The films of a batch look alike, and have several steps each.
@lru_cache(maxsize=1024)
def _look_of(spec: str) -> tuple[str, Format]:
    """The face engine and the format of a job."""
    told = json.loads(spec)
    return told["face"], Format(**told["format"])
