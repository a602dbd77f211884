"""A rendered film whose joining is tested."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.job import JobSpec
from pipeline.plan.loudness import Loudness
from pipeline.plan.timeline import Timeline
from pipeline.plan.trace import Trace
from pipeline.steps.clips import ClipPlanner
from pipeline.steps.join import JoinedFilm, join
from pipeline.steps.render import render
from pipeline.store import Store
from tests.support import films
from tests.support.films import CountingDesk, SketchSitter

#: A second and a half past one o'clock in the morning of 21 November 2026, UTC.
SUBMITTED_MS = 1_795_222_801_500


@dataclass(frozen=True, kw_only=True)
class JoinFarm:
    """A film that is rendered and can be joined."""

    store: Store
    timeline: Timeline
    desk: CountingDesk

    def render(self, job: JobSpec | None = None) -> None:
        """Make what is missing."""
        door = films.media()
        assert render(
            job or films.job(),
            self.timeline,
            range(len(self.timeline.utterances)),
            desk=self.desk,
            store=self.store,
            media=door,
            profile=films.profile(door),
            sitter=SketchSitter(films.SMALL),
            pixels=films.PIXELS,
        )

    def join(
        self,
        job: JobSpec | None = None,
        *,
        trace: Trace = films.TRACE,
        submitted_ms: int = SUBMITTED_MS,
        loudness: Loudness = films.LOUDNESS,
    ) -> JoinedFilm | None:
        """Join, or hear why not."""
        door = films.media()
        return join(
            job or films.job(),
            self.timeline,
            desk=self.desk,
            store=self.store,
            media=door,
            profile=films.profile(door),
            pixels=films.PIXELS,
            trace=trace,
            submitted_ms=submitted_ms,
            loudness=loudness,
            producer=films.PRODUCER,
        )

    def joined(self, job: JobSpec | None = None, *, trace: Trace = films.TRACE) -> JoinedFilm:
        """The finished film."""
        film = self.join(job, trace=trace)
        assert film is not None
        return film

    def planner(self, job: JobSpec | None = None) -> ClipPlanner:
        """What says which clips a film needs."""
        return ClipPlanner(
            job=job or films.job(),
            timeline=self.timeline,
            store=self.store,
            profile=films.profile(films.media()),
            pixels=films.PIXELS,
        )

    def clip(self, index: int) -> Artifact:
        """The clip of an utterance."""
        found = self.desk.find(Kind.CLIP, self.planner().plan(index).key)
        assert found is not None
        return found

    def replace_clip(self, index: int, data: bytes) -> Artifact:
        """Have the desk believe that other bytes are the clip."""
        old = self.clip(index)

        def write(path: Path) -> None:
            path.write_bytes(data)

        other = self.store.put(Kind.CLIP, old.key, ".mp4", write)
        self.desk.put(other, 0)
        return other
