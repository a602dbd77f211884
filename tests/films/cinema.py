"""Films for tests: every real step, in one folder, in whatever size and pieces a test asks for."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from farm.bootstrap import Workshop, open_workshop, settings_of
from farm.sources import store_script
from farm.studio import Seat, Studio
from pipeline.plan import chunks, trace
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.faceway import FaceWay
from pipeline.plan.job import Format, JobSpec, RenderProfile, VoiceChoice
from pipeline.plan.loudness import Loudness
from pipeline.plan.timeline import Timeline
from pipeline.steps.clips import ClipPlanner
from pipeline.steps.desk import Desk
from pipeline.steps.join import JoinedFilm, join
from pipeline.steps.memory import MemoryDesk
from pipeline.steps.render import render
from pipeline.steps.speak import load_timeline, speak
from pipeline.store import Store
from tests.support.portraits import LEO_FILE

ENGLISH = VoiceChoice(engine="espeak", name="en-us", language="en")
MANDARIN = VoiceChoice(engine="espeak", name="cmn", language="zh")
SMALL = Format(width=128, height=128, fps=25)
LARGE = Format(width=512, height=512, fps=25)
#: One o'clock in the morning of 21 November 2026, UTC.
SUBMITTED_MS = 1_795_222_800_000
LOUDNESS = Loudness.of(lufs=-16.0, dbtp=-1.5)
#: The demo's course on suspicious messages: more than 90 seconds.
LONG_SCRIPT = Path(__file__).resolve().parents[2] / "demo/scripts/phishing.txt"


def beginning(paragraphs: int) -> str:
    """The first paragraphs of the long script."""
    return "\n\n".join(LONG_SCRIPT.read_text("utf-8").split("\n\n")[:paragraphs])


@dataclass(frozen=True, kw_only=True)
class Film:
    """A finished film and what it was made of; its clips in order, as they lie in the store."""

    store: Store
    job: JobSpec
    timeline: Timeline
    clips: tuple[Artifact, ...]
    made: JoinedFilm
    trace: str

    @property
    def path(self) -> Path:
        """The film's file."""
        return self.store.verify(self.made.film)

    @property
    def digests(self) -> list[str]:
        """What its clips are, in order."""
        return [clip.digest for clip in self.clips]


class Cinema:
    """Makes films in a folder of its own; a context manager.

    Args:
        home: where its store is; made when it is not there.
        workshop: engines to share with another cinema; its own unless given.
    """

    def __init__(self, home: Path, workshop: Workshop | None = None) -> None:
        self._own = open_workshop(settings_of({"LECTERN_HOME": str(home)})) if workshop is None else None
        shared = workshop or self._own
        assert shared is not None
        self.store = Store(home / "store")
        self.workshop = Workshop(
            settings=shared.settings,
            store=self.store,
            media=shared.media,
            voices=shared.voices,
            faces=shared.faces,
            eyes=shared.eyes,
            converters=shared.converters,
            ears=shared.ears,
            activities=shared.activities,
            writers=shared.writers,
            models=shared.models,
        )
        self._studio = Studio(self.workshop)
        self._index = home / "index.jsonl"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace_: TracebackType | None
    ) -> None:
        if self._own is not None:
            self._own.close()

    def desk(self) -> MemoryDesk:
        """A desk that knows what was made here before."""
        return MemoryDesk(index=self._index)

    def order(
        self,
        script: str,
        *,
        voice: VoiceChoice = ENGLISH,
        picture: Format = SMALL,
        portrait: Path = LEO_FILE,
        title: str = "A film",
    ) -> JobSpec:
        """A job with its inputs in the store."""
        return JobSpec(
            row="1",
            title=title,
            user="anna",
            scene="1",
            script=store_script(self.store, script),
            portrait=self.store.adopt(Kind.SOURCE, ".png", portrait, limit_bytes=10_000_000),
            voice=voice,
            face="warp",
            format=picture,
        )

    def speak(self, job: JobSpec, desk: Desk | None = None) -> tuple[Artifact, Timeline]:
        """The film's timeline, in the store and as a value."""
        engine = self.workshop.voices.open(job.voice.engine)
        spoken = speak(job, desk=desk or self.desk(), store=self.store, voice=engine)
        assert spoken is not None
        return spoken, load_timeline(self.store, spoken)

    def render(
        self,
        job: JobSpec,
        timeline: Timeline,
        parts: Iterable[range],
        profile: RenderProfile | None = None,
        desk: Desk | None = None,
    ) -> tuple[Artifact, ...]:
        """Render these chunks; the clips of them, in order."""
        seat, chosen, desk = self.seat(job), profile or self.profile(), desk or self.desk()
        planner = ClipPlanner(
            job=job, timeline=timeline, store=self.store, profile=chosen, pixels=seat.pixels
        )
        clips = []
        for part in parts:
            assert render(
                job,
                timeline,
                part,
                desk=desk,
                store=self.store,
                media=self.workshop.media,
                profile=chosen,
                sitter=seat.sitter,
                pixels=seat.pixels,
            )
            clips += [desk.find(Kind.CLIP, planner.plan(index).key) for index in part]
        return tuple(clip for clip in clips if clip is not None)

    def join(self, job: JobSpec, timeline: Timeline, clips: Iterable[Artifact] = ()) -> Film:
        """Join a film whose clips are made, here or elsewhere in this store."""
        desk, seat, born = self.desk(), self.seat(job), trace.new(os.urandom(24))
        for clip in clips:
            desk.put(clip, 0)
        made = join(
            job,
            timeline,
            desk=desk,
            store=self.store,
            media=self.workshop.media,
            profile=self.profile(),
            pixels=seat.pixels,
            trace=born,
            submitted_ms=SUBMITTED_MS,
            loudness=LOUDNESS,
            producer="lectern",
        )
        assert made is not None
        planner = ClipPlanner(
            job=job, timeline=timeline, store=self.store, profile=self.profile(), pixels=seat.pixels
        )
        found = [desk.find(Kind.CLIP, planner.plan(index).key) for index in range(len(timeline.utterances))]
        return Film(
            store=self.store,
            job=job,
            timeline=timeline,
            clips=tuple(clip for clip in found if clip is not None),
            made=made,
            trace=born.trace_id,
        )

    def film(self, job: JobSpec, *, limit_s: int = chunks.LIMIT_S) -> Film:
        """A film, rendered in chunks of this limit, and joined."""
        _, timeline = self.speak(job)
        self.render(job, timeline, chunks.cut(timeline, limit_s=limit_s))
        return self.join(job, timeline)

    def profile(self) -> RenderProfile:
        """How `warp` renders here."""
        return self._studio.profile(FaceWay(engine="warp"))

    def seat(self, job: JobSpec) -> Seat:
        """The job's portrait, ready to talk."""
        seat = self._studio.seat(job, self.desk())
        assert seat is not None
        return seat
