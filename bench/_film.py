"""One film in this process, stage by stage, as a worker makes it, with a desk that counts."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable

from farm.bootstrap import Workshop
from farm.studio import Studio
from pipeline.plan import chunks, trace
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.faceway import way_of
from pipeline.plan.job import JobSpec
from pipeline.plan.loudness import Loudness
from pipeline.steps.join import JoinedFilm, join
from pipeline.steps.memory import MemoryDesk
from pipeline.steps.render import render
from pipeline.steps.speak import load_timeline, speak

_PLACES = (
    "harbour",
    "market",
    "library",
    "station",
    "garden",
    "workshop",
    "bridge",
    "archive",
    "kitchen",
    "tower",
)
_DEEDS = (
    "opened",
    "moved",
    "measured",
    "repaired",
    "painted",
    "counted",
    "planned",
    "cleaned",
    "closed",
    "visited",
)
_TIMES = (
    "in early spring",
    "on a cold morning",
    "after the long storm",
    "before the summer came",
    "in that year",
)


class CountingDesk(MemoryDesk):
    """Counts what was made, and the machine time that was told for it."""

    def __init__(self) -> None:
        super().__init__()
        self.made: Counter[Kind] = Counter()
        self.machine_ms: Counter[Kind] = Counter()

    def put(self, artifact: Artifact, machine_ms: int, *, then: str | None = None) -> bool:
        """Accept and count."""
        self.made[artifact.kind] += 1
        self.machine_ms[artifact.kind] += machine_ms
        return super().put(artifact, machine_ms, then=then)


def sentences(count: int) -> list[str]:
    """Distinct sentences of about six seconds each, their pauses included."""
    told = []
    for number in range(count):
        place, deed = _PLACES[number % 10], _DEEDS[number // 10 % 10]
        when = _TIMES[number // 100 % 5]
        told.append(
            f"Note {number + 1}: the old {place} by the river was {deed} {when}, as everyone could see."
        )
    return told


def make(
    workshop: Workshop,
    studio: Studio,
    job: JobSpec,
    desk: MemoryDesk,
    *,
    tell: Callable[[str], None] = lambda _stage: None,
) -> JoinedFilm:
    """Speak, render and join a job's film. Each stage is told when it begins."""
    seat, profile, store = studio.seat(job, desk), studio.profile(way_of(job)), workshop.store
    if seat is None:
        raise RuntimeError("nobody else prepares portraits here")
    tell("speak")
    spoken = speak(job, desk=desk, store=store, voice=workshop.voices.open(job.voice.engine))
    if spoken is None:
        raise RuntimeError("nobody else speaks here")
    timeline = load_timeline(store, spoken)
    tell("render")
    for chunk in chunks.cut(timeline):
        render(
            job,
            timeline,
            chunk,
            desk=desk,
            store=store,
            media=workshop.media,
            profile=profile,
            sitter=seat.sitter,
            pixels=seat.pixels,
        )
    set_to = workshop.settings.film
    tell("join")
    joined = join(
        job,
        timeline,
        desk=desk,
        store=store,
        media=workshop.media,
        profile=profile,
        pixels=seat.pixels,
        trace=trace.new(os.urandom(24)),
        submitted_ms=time.time_ns() // 1_000_000,
        loudness=Loudness.of(lufs=set_to.loudness_lufs, dbtp=set_to.true_peak_dbtp),
        producer=workshop.settings.label.producer,
    )
    if joined is None:
        raise RuntimeError("nobody else joins here")
    return joined
