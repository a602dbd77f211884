"""Looks: how much work films that nobody has begun will be, found by looking at a few of each batch."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import BindParameter, Connection, bindparam, select

from db import rows
from db.paces import speeches_in, works_in
from db.prepared import Found, run
from db.states import Stage
from db.tables import artifacts, jobs
from farm.policy.costs import Basis, Price, Speech, price, speech_rate
from farm.policy.eta import frames_of_script
from pipeline.plan.chunks import LIMIT_S
from pipeline.plan.job import Format

#: So many films are looked at, and of a batch no more than a few.
_LOOKED_AT, _OF_A_BATCH = 800, 8
_STAGES = (Stage.SPEAK, Stage.RENDER, Stage.JOIN, Stage.ARCHIVE)
_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
_LOOK = (
    select(jobs.c.id, jobs.c.batch_id, jobs.c.pool, jobs.c.spec, jobs.c.frames, artifacts.c.size)
    .join_from(jobs, artifacts, artifacts.c.id == jobs.c.script_id)
    .where(jobs.c.id.in_(_JOBS))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a film is like, or some that are alike.

    Attributes:
        pool: whose workers render it; empty for none.
        face: who draws it.
        share: which part of its batch is like it.
        costs: for how long each stage keeps a worker, in milliseconds.
        length_s: how long the film is, in seconds.
        chunks: in how many steps it is rendered.
        basis: what the cost of rendering rests on.
        attempts: how many were measured for that.
        jobs: the ids of the films that were looked at, in order.
    """

    pool: str
    face: str
    share: float
    costs: Mapping[Stage, float]
    length_s: float
    chunks: float
    basis: Basis
    attempts: int
    jobs: tuple[int, ...]

    @property
    def work_ms(self) -> float:
        """For how long all of it keeps workers."""
        return sum(self.costs.values())

    @property
    def width(self) -> float:
        """How many workers it can keep at once, on the average of its time."""
        alone = self.work_ms - self.costs[Stage.RENDER] * (1 - 1 / self.chunks)
        return max(1.0, self.work_ms / alone) if alone else 1.0


class Looker:
    """Looks at films, at what this farm has measured on its own work.

    Args:
        connection: within a transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._works = works_in(connection)
        self._speeches = speeches_in(connection)
        self._prices: dict[tuple[Stage, str, Format], Price] = {}

    def of_batches(
        self, connection: Connection, ids: Mapping[int, Collection[int]]
    ) -> Mapping[int, tuple[Look, ...]]:
        """What the films of batches are like.

        Args:
            connection: within a transaction.
            ids: of each batch the ids of some of its films.
        """
        most = max(1, min(_OF_A_BATCH, _LOOKED_AT // max(1, len(ids))))
        stride = max(1, len(ids) // _LOOKED_AT)
        asked = [
            each
            for number, some in enumerate(ids.values())
            if not number % stride
            for each in _spread(some, most)
        ]
        found: dict[int, list[Look]] = defaultdict(list)
        for start in range(0, len(asked), rows.MANY):
            for row in run(connection, _LOOK, {}, {"jobs": asked[start : start + rows.MANY]}):
                found[row.batch_id].append(self._look(row))
        every = [look for looks in found.values() for look in looks]
        others = _together(every) if stride > 1 else ()
        return {batch: _together(found[batch]) if found[batch] else others for batch in ids}

    def of_jobs(self, connection: Connection, job_ids: Collection[int]) -> Mapping[int, Look]:
        """What some films are like, each on its own."""
        found: dict[int, Look] = {}
        asked = sorted(job_ids)
        for start in range(0, len(asked), rows.MANY):
            some = run(connection, _LOOK, {}, {"jobs": asked[start : start + rows.MANY]})
            found |= {row.id: self._look(row) for row in some}
        return found

    def _look(self, row: Found) -> Look:
        spec = json.loads(row.spec)
        picture, face = Format(**spec["format"]), spec["face"]
        frames = row.frames or _frames(row.size, spec, self._speeches)
        stages = ((Stage.WRITE,) if spec.get("brief") else ()) + _STAGES
        prices = {
            stage: self._price(stage, face if stage is Stage.RENDER else "", picture) for stage in stages
        }
        return Look(
            pool=row.pool,
            face=face,
            share=1.0,
            costs={stage: max(1.0, one.wall_us * frames / 1000) for stage, one in prices.items()},
            length_s=frames / picture.fps,
            chunks=max(1, -(-frames // (LIMIT_S * picture.fps))),
            basis=prices[Stage.RENDER].basis,
            attempts=prices[Stage.RENDER].attempts,
            jobs=(row.id,),
        )

    def _price(self, stage: Stage, engine: str, picture: Format) -> Price:
        key = stage, engine, picture
        if key not in self._prices:
            self._prices[key] = price(
                self._works, stage=stage.value, engine=engine, format=picture, device=""
            )
        return self._prices[key]


def _frames(size: int, spec: Mapping[str, object], speeches: Mapping[tuple[str, str], Speech]) -> int:
    """How long a film will likely be that nobody has spoken yet."""
    voice, fps = spec["voice"], Format(**spec["format"]).fps  # type: ignore[arg-type]
    rate = speech_rate(speeches, voice["engine"], voice["language"])  # type: ignore[index]
    if rate is None or spec.get("brief") or spec.get("recording"):
        return max(1, frames_of_script(size) * fps // 25)
    frames: int = rate * size * fps * 100 // (1_000_000 * voice["speed"])  # type: ignore[index]
    return max(1, frames)


def _spread(ids: Collection[int], most: int) -> list[int]:
    """No more than so many of some, evenly."""
    ordered = sorted(ids)
    step = max(1, -(-len(ordered) // most))
    return ordered[::step]


def _together(looks: Sequence[Look]) -> tuple[Look, ...]:
    """Those that are rendered by the same workers, as one."""
    alike: dict[tuple[str, str], list[Look]] = defaultdict(list)
    for look in looks:
        alike[look.pool, look.face].append(look)
    return tuple(
        Look(
            pool=pool,
            face=face,
            share=len(some) / len(looks),
            costs={
                stage: sum(look.costs.get(stage, 0.0) for look in some) / len(some)
                for stage in dict.fromkeys(stage for look in some for stage in look.costs)
            },
            length_s=sum(look.length_s for look in some) / len(some),
            chunks=sum(look.chunks for look in some) / len(some),
            basis=max((look.basis for look in some), key=_WORSE.index),
            attempts=min(look.attempts for look in some),
            jobs=tuple(sorted(job for look in some for job in look.jobs)),
        )
        for (pool, face), some in alike.items()
    )


_WORSE = (Basis.MEASURED, Basis.SCALED, Basis.RULE)
