"""What the latest work has cost: machine time, lengths and sizes of films, for a forecast of others."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, bindparam, func, select

from db import rows
from db.codec import profile_from_text
from db.helping import help_in
from db.ledger import Ledger
from db.pools import honoured_for
from db.states import JobState, Outcome, Role, Stage, capability_of
from db.tables import artifacts, attempts, jobs, makings, results, skills, steps, workers
from farm.policy.costs import Pace, Size, Speech, Work
from farm.policy.pools import bound
from farm.policy.profiles import choose_profile
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.faceway import FaceWay, way_in
from pipeline.plan.job import Format, RenderProfile

# So many attempts, and so many films, tell the pace of a farm as it is now.
_ATTEMPTS, _FILMS = 1000, 300

_made = (
    select(func.count())
    .where(
        makings.c.step_id == attempts.c.step_id,
        makings.c.number == attempts.c.number,
        makings.c.kind == Kind.CLIP.value,
    )
    .correlate(attempts)
    .scalar_subquery()
)
_LATEST = (
    select(
        steps.c.stage,
        steps.c.frames,
        (steps.c.end - steps.c.first).label("clips"),
        _made.label("made"),
        jobs.c.frames.label("film"),
        jobs.c.spec,
        attempts.c.device,
        attempts.c.machine_ms,
        (attempts.c.ended_at - attempts.c.started_at).label("wall_ms"),
    )
    .join_from(attempts, steps, attempts.c.step_id == steps.c.id)
    .join(jobs, jobs.c.id == steps.c.job_id)
    .where(attempts.c.outcome == Outcome.OK.value)
    .order_by(attempts.c.ended_at.desc())
    .limit(_ATTEMPTS)
)
_SPOKEN = select(jobs.c.spec, jobs.c.frames).where(jobs.c.frames.is_not(None))
_SPOKEN = _SPOKEN.order_by(jobs.c.id.desc()).limit(_FILMS)
_SIZES = (
    select(jobs.c.spec, jobs.c.frames, artifacts.c.size)
    .join_from(jobs, results, results.c.job_id == jobs.c.id)
    .join(artifacts, artifacts.c.id == results.c.artifact_id)
    .where(jobs.c.state == JobState.COMPLETED.value, results.c.role == Role.FILM.value)
    .order_by(jobs.c.id.desc())
    .limit(_FILMS)
)
_HANDS = (
    select(workers.c.device, func.count(func.distinct(workers.c.name)).label("hands"))
    .join_from(workers, skills, skills.c.worker == workers.c.name)
    .where(
        workers.c.alive == 1,
        workers.c.draining == 0,
        skills.c.capability.in_(bindparam("capabilities", expanding=True)),
    )
    .group_by(workers.c.device)
)
_PROFILES = select(jobs.c.profile).where(jobs.c.profile.is_not(None)).order_by(jobs.c.id.desc()).limit(_FILMS)
_ACCEPTED = select(artifacts.c.key, artifacts.c.digest, artifacts.c.size, artifacts.c.suffix).where(
    artifacts.c.kind == bindparam("kind"),
    artifacts.c.key.in_(bindparam("keys", expanding=True)),
    artifacts.c.struck == 0,
)


def read_pace(ledger: Ledger, faces: Collection[str], pools: Collection[str] = ("",)) -> Pace:
    """What the latest work of this farm has cost, and who is there to do more of it.

    Args:
        ledger: the ledger.
        faces: the face engines that shall render.
        pools: whose workers shall; an empty one for those that are kept for none.

    Raises:
        AwayError: ``ledger-away``.
    """
    renders = [capability_of(Stage.RENDER, face) for face in sorted(set(faces))]
    asked = [bound(render, pool) for render in renders for pool in sorted(set(pools))]
    with ledger.read() as connection:
        help_ = help_in(connection)
        direct = {each.capability for each in help_.able}
        # A pool's own workers do its work; where it has none, those who stand in or are lent do.
        helped = (each for each in asked if each not in direct)
        able = {*asked, *(bound(each, pool) for each in helped for pool in help_.helpers(each))}
        return Pace(
            works=works_in(connection),
            speeches=speeches_in(connection),
            sizes=_sizes(connection),
            hands={
                row.device: row.hands for row in connection.execute(_HANDS, {"capabilities": sorted(able)})
            },
        )


def read_profile(ledger: Ledger, way: FaceWay, pool: str = "") -> RenderProfile | None:
    """How faces are drawn here in some way: as a film of a pool would be planned now, else as the last was.

    None: nobody has drawn in that way yet.

    Raises:
        AwayError: ``ledger-away``.
    """
    for honoured in honoured_for(ledger, bound(capability_of(Stage.RENDER, way.engine), pool)):
        if (chosen := choose_profile(honoured, way)) is not None:
            return chosen
    with ledger.read() as connection:
        for row in connection.execute(_PROFILES):
            profile = profile_from_text(row.profile)
            if profile is not None and way_in(profile) == way:
                return profile
    return None


def read_accepted(ledger: Ledger, kind: Kind, keys: Collection[str]) -> dict[str, Artifact]:
    """Those artifacts of some keys that are there, by key.

    Raises:
        AwayError: ``ledger-away``.
    """
    found: dict[str, Artifact] = {}
    ordered = sorted(set(keys))
    with ledger.read() as connection:
        for start in range(0, len(ordered), rows.MANY):
            asked = {"kind": kind.value, "keys": ordered[start : start + rows.MANY]}
            for row in connection.execute(_ACCEPTED, asked):
                found[row.key] = Artifact(
                    kind=kind, key=row.key, digest=row.digest, size=row.size, suffix=row.suffix
                )
    return found


def works_in(connection: Connection) -> tuple[Work, ...]:
    """The latest attempts, those of one kind added up."""
    found: dict[tuple[object, ...], Work] = {}
    for row in connection.execute(_LATEST):
        spec = json.loads(row.spec)
        stage = Stage(row.stage)
        frames = row.film or 0
        if stage is Stage.RENDER:
            # What another film had made already has cost this attempt nothing.
            frames = row.frames * min(row.made, row.clips) // row.clips if row.clips else 0
        if frames < 1:
            continue
        picture = Format(**spec["format"])
        engine = spec["face"] if stage is Stage.RENDER else ""
        key = (stage, engine, picture.width, picture.height, row.device)
        before = found.get(key)
        found[key] = Work(
            stage=stage.value,
            engine=engine,
            width=picture.width,
            height=picture.height,
            device=row.device,
            frames=frames + (before.frames if before else 0),
            machine_ms=row.machine_ms + (before.machine_ms if before else 0),
            wall_ms=max(0, row.wall_ms) + (before.wall_ms if before else 0),
            attempts=1 + (before.attempts if before else 0),
        )
    return tuple(found.values())


def speeches_in(connection: Connection) -> Mapping[tuple[str, str], Speech]:
    """How long the latest films became, by voice engine and language."""
    found: dict[tuple[str, str], Speech] = {}
    for row in connection.execute(_SPOKEN):
        spec = json.loads(row.spec)
        if spec.get("brief") or spec.get("recording"):
            # Such a film's length is not that of the script in its job.
            continue
        voice = spec["voice"]
        key = voice["engine"], voice["language"].partition("-")[0]
        before = found.get(key, Speech(films=0, bytes=0, normal_ms=0))
        ms = row.frames * 1000 // spec["format"]["fps"]
        found[key] = Speech(
            films=before.films + 1,
            bytes=before.bytes + spec["script"]["size"],
            normal_ms=before.normal_ms + ms * voice["speed"] // 100,
        )
    return found


def _sizes(connection: Connection) -> Mapping[tuple[int, int], Size]:
    """How large the latest films are, by width and height."""
    found: dict[tuple[int, int], Size] = {}
    for row in connection.execute(_SIZES):
        picture = Format(**json.loads(row.spec)["format"])
        before = found.get((picture.width, picture.height), Size(films=0, frames=0, bytes=0))
        found[picture.width, picture.height] = Size(
            films=before.films + 1, frames=before.frames + row.frames, bytes=before.bytes + row.size
        )
    return found
