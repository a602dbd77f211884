"""What a worker does at each stage: calls the step, and says how its result is committed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime

from db import commits
from db.names import reserve_name
from db.pools import honoured_for
from db.states import Stage, capability_of
from db.values import Chunk, Claim, Film, Notice
from farm.booths import speak_in_booth
from farm.bootstrap import Farm
from farm.listening import listen_to
from farm.policy.pools import bound
from farm.policy.profiles import choose_profile
from farm.studio import Studio
from farm.writerdoor import open_writer
from pipeline.plan import trace
from pipeline.plan.artifact import Artifact
from pipeline.plan.chunks import cut
from pipeline.plan.delivery import loudness_for
from pipeline.plan.errors import AwayError, DefectError, InputError, TransientError
from pipeline.plan.faceway import way_of
from pipeline.plan.job import JobSpec, RenderProfile
from pipeline.plan.loudness import Loudness
from pipeline.plan.names import FILM_SUFFIX, folder_for, numbered, stem_for
from pipeline.plan.people import ProfileKind, is_forgotten
from pipeline.plan.portrait import Finding
from pipeline.plan.timeline import Timeline
from pipeline.spans import span
from pipeline.steps.archive import Delivery, archive, archive_id
from pipeline.steps.desk import Desk
from pipeline.steps.join import join
from pipeline.steps.render import render
from pipeline.steps.speak import load_timeline
from pipeline.steps.write import write
from tasks.measuring import Tally

#: A worker renders otherwise than it has told of itself: it tells anew, and the step goes back to the line.
PROFILE_CHANGED = "farm-profile-changed"


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What the steps of one process work with, and what the one in work has drawn and made."""

    farm: Farm
    studio: Studio
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What an attempt has cost and used: known when its step is done, written with its result.

    Attributes:
        machine_ms: its machine time.
        used: every artifact that it found or put.
    """

    machine_ms: int
    used: Collection[Artifact]


#: Writes a step's result into the ledger; may be called again when the reply was lost.
Commit = Callable[[Costs], None]
#: Runs a step; None: another worker makes something that it needs, so it comes back later.
Perform = Callable[[Bench, Claim, Desk], Commit | None]


def _write(bench: Bench, claim: Claim, desk: Desk) -> Commit | None:
    farm, job = bench.farm, claim.spec
    if job.writing is None:
        raise DefectError("farm-claim-incomplete", step=claim.step)
    written = write(
        job,
        desk=desk,
        store=farm.store,
        writer=open_writer(farm, job.writing.model),
        characters=farm.settings.limits.script_characters,
    )
    if written is None:
        return None
    return lambda costs: commits.finish_write(
        farm.ledger,
        claim,
        script=written.script,
        warnings=_notices(written.warnings),
        used=costs.used,
        machine_ms=costs.machine_ms,
    )


def _speak(bench: Bench, claim: Claim, desk: Desk) -> Commit | None:
    farm, job = bench.farm, claim.spec
    spoken = speak_in_booth(farm, job, desk=desk)
    if spoken is None:
        return None
    # Whoever ends last plans the film.
    chunks, profile = ([], None) if job.hearing is not None else _plan(bench, claim, spoken)
    return lambda costs: commits.finish_speak(
        farm.ledger,
        claim,
        timeline=spoken,
        chunks=chunks,
        profile=profile,
        used=costs.used,
        machine_ms=costs.machine_ms,
    )


def _listen(bench: Bench, claim: Claim, desk: Desk) -> Commit | None:
    farm, job = bench.farm, claim.spec
    if job.recording is None and (claim.timeline is None or job.hearing is None):
        raise DefectError("farm-claim-incomplete", step=claim.step)
    spoken = claim.timeline if job.recording is None else None
    listened = listen_to(farm, job, spoken, desk=desk)
    if listened is None:
        return None
    chunks, profile = _plan(bench, claim, listened.timeline)
    return lambda costs: commits.finish_listen(
        farm.ledger,
        claim,
        timeline=listened.timeline,
        transcript=listened.transcript,
        warnings=_notices(listened.warnings),
        chunks=chunks,
        profile=profile,
        used=costs.used,
        machine_ms=costs.machine_ms,
    )


def _plan(bench: Bench, claim: Claim, timeline: Artifact) -> tuple[list[Chunk], RenderProfile]:
    """The render steps of a film whose timeline holds, and how they are rendered; raises as `_planned`."""
    laid = load_timeline(bench.farm.store, timeline)
    return [_chunk(laid, part) for part in cut(laid)], _planned(bench, claim.spec, claim.pool)


def _planned(bench: Bench, job: JobSpec, pool: str) -> RenderProfile:
    """How a film will be rendered: as somebody does who is there for its pool, else as this machine would.

    Raises:
        AwayError: ``farm-no-renderer``: nobody draws with these models, and neither can this machine.
    """
    way = way_of(job)
    for honoured in honoured_for(bench.farm.ledger, bound(capability_of(Stage.RENDER, way.engine), pool)):
        if (chosen := choose_profile(honoured, way)) is not None:
            return chosen
    try:
        return bench.studio.profile(way)
    except InputError as error:
        models = ", ".join(model.name for model in job.models) or "-"
        raise AwayError("farm-no-renderer", engine=way.engine, models=models, code=error.code) from error


def _render(bench: Bench, claim: Claim, desk: Desk) -> Commit | None:
    farm, job = bench.farm, claim.spec
    profile = bench.studio.profile(way_of(job))
    if profile != claim.profile:
        raise TransientError(PROFILE_CHANGED, engine=job.face)
    seat = bench.studio.seat(job, desk)
    if seat is None:
        return None
    whole = render(
        job,
        _timeline(bench, claim),
        claim.chunk,
        desk=desk,
        store=farm.store,
        media=farm.media,
        profile=profile,
        sitter=bench.tally.counted(seat.sitter),
        pixels=seat.pixels,
    )
    if not whole:
        return None
    return lambda costs: commits.finish_render(
        farm.ledger, claim, used=costs.used, machine_ms=costs.machine_ms
    )


def _join(bench: Bench, claim: Claim, desk: Desk) -> Commit | None:
    farm, job, film = bench.farm, claim.spec, bench.farm.settings.film
    if claim.profile is None:
        raise DefectError("farm-claim-incomplete", step=claim.step)
    joined = join(
        job,
        _timeline(bench, claim),
        desk=desk,
        store=farm.store,
        media=farm.media,
        profile=claim.profile,
        pixels=bench.studio.pixels(job),
        trace=trace.parse(claim.traceparent),
        submitted_ms=claim.submitted_at,
        loudness=loudness_for(job.options, Loudness.of(lufs=film.loudness_lufs, dbtp=film.true_peak_dbtp)),
        producer=farm.settings.label.producer,
        transcript=claim.transcript,
    )
    if joined is None:
        return None
    result = Film(
        film=joined.film,
        srt=joined.srt,
        vtt=joined.vtt,
        poster=joined.poster,
        manifest=joined.manifest,
        frames=joined.frames,
        essence=joined.essence,
        preview=joined.preview,
        warnings=_notices(joined.warnings),
    )
    return lambda costs: commits.finish_join(farm.ledger, claim, film=result, machine_ms=costs.machine_ms)


def _archive(bench: Bench, claim: Claim, desk: Desk) -> Commit | None:
    farm, job, film = bench.farm, claim.spec, claim.film
    if film is None:
        raise DefectError("farm-claim-incomplete", step=claim.step)
    # One that is away is found out before a name is given: names are given in the order of delivery.
    farm.apart.run(archive_id, farm.archive)
    # The day and the time in an archive's names are those of the farm's own place.
    submitted = datetime.fromtimestamp(claim.submitted_at / 1000).astimezone()
    folder, stem = reserve_name(
        farm.ledger,
        claim,
        folder=folder_for(submitted),
        stem=stem_for(job.user, submitted, job.scene),
        numbered=numbered,
    )
    delivery = Delivery(
        name=f"{folder}/{stem}{FILM_SUFFIX}",
        film=film.film,
        companions=film.companions,
        script=job.script,
        portrait=None if is_forgotten(job.people, ProfileKind.PORTRAIT) else job.portrait,
        background=job.background,
    )
    told = {"lectern.files": 1 + len(delivery.companions), "lectern.bytes": film.film.size}
    with ExitStack() as part:
        part.enter_context(span("archive copy", told))

        def confirm() -> None:
            # Whatever is asked, the ledger refuses who has lost the step.
            desk.find(film.film.kind, film.film.key)
            part.close()
            part.enter_context(span("archive publish", told))

        path = farm.apart.ask(
            archive, {"confirm": confirm}, desk.check, delivery, store=farm.store, root=farm.archive
        )
    return lambda costs: commits.finish_archive(farm.ledger, claim, path=path, machine_ms=costs.machine_ms)


def _notices(found: Iterable[Finding]) -> tuple[Notice, ...]:
    return tuple(Notice(code=each.code, facts=each.facts) for each in found)


def _timeline(bench: Bench, claim: Claim) -> Timeline:
    if claim.timeline is None:
        raise DefectError("farm-claim-incomplete", step=claim.step)
    return load_timeline(bench.farm.store, claim.timeline)


def _chunk(timeline: Timeline, part: range) -> Chunk:
    frames = sum(timeline.utterances[index].frames for index in part)
    return Chunk(first=part.start, end=part.stop, frames=frames)


STAGES: Mapping[Stage, Perform] = {
    Stage.WRITE: _write,
    Stage.SPEAK: _speak,
    Stage.LISTEN: _listen,
    Stage.RENDER: _render,
    Stage.JOIN: _join,
    Stage.ARCHIVE: _archive,
}
