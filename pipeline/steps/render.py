"""Renders a chunk: every clip of it that is not there yet."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye import EyeEngine
from pipeline.engines.face import FaceEngine, Sitter
from pipeline.media import Media, Plate, laid_over, machine_ms
from pipeline.plan.artifact import Kind
from pipeline.plan.delivery import profile_for
from pipeline.plan.job import JobSpec, RenderProfile
from pipeline.plan.overlay import Inset
from pipeline.plan.timeline import Timeline
from pipeline.steps.clips import SUFFIX, ClipPlan, ClipPlanner, known_clips
from pipeline.steps.desk import Desk
from pipeline.steps.tidy import give_back
from pipeline.store import Store

# Texts that are drawn in one go; each takes two raw pictures of temporary space.
_AT_ONCE = 8


@dataclass(frozen=True, kw_only=True)
class Encoder:
    """What makes clips of frames: its name with all that can change a bit, and its parameters in order."""

    name: str
    parameters: tuple[str, ...]


def profile_of(face: FaceEngine, eye: EyeEngine, encoder: Encoder, *, mode: str) -> RenderProfile:
    """Everything here that shapes pixels: the engines, the encoder's build and its parameters.

    The eye counts with the face: its landmarks decide what is cut out and what moves.
    """
    return RenderProfile(
        engine=face.name,
        version=f"{face.version} {eye.name}-{eye.version}",
        backend=face.backend,
        precision=face.precision,
        encoder=encoder.name,
        parameters=encoder.parameters,
        mode=mode,
        weights=face.weights,
        batch=face.batch,
        threads=face.threads,
    )


def render(
    job: JobSpec,
    timeline: Timeline,
    chunk: range,
    *,
    desk: Desk,
    store: Store,
    media: Media,
    profile: RenderProfile,
    sitter: Sitter,
    pixels: str,
) -> bool:
    """Make every clip of a chunk that is missing; False when another worker makes one of them: come back.

    Safe to run twice, and by two workers at once: a clip that is there is not made again, one that another
    worker is making is left for the end.

    Args:
        job: the film.
        timeline: all of its utterances.
        chunk: which of them, by index.
        desk: what is known, and what is to be told; progress is counted in frames.
        store: where speech is and clips go.
        media: encodes.
        profile: the job's; the caller has made sure that it is what this machine does. The quality that the
            job wants changes it by a fixed rule.
        sitter: the portrait made ready on the job's format.
        pixels: digest of the portrait's decoded and turned pixels.

    Raises:
        SupersededError: the work is no longer this worker's; nothing is left running.
        DamageError: speech that the timeline names is missing or damaged.
        TransientError, AwayError: as the media and store rooms say.
        DefectError: ``media-frames-wrong``: the engine gave other frames than it promises.
    """
    give_back()
    profile = profile_for(profile, job.options)
    planner = ClipPlanner(job=job, timeline=timeline, store=store, profile=profile, pixels=pixels)
    clips = {clip.key: clip for clip in map(planner.plan, chunk)}
    work = _Chunk(
        planner=planner,
        desk=desk,
        media=media,
        sitter=sitter,
        total=sum(clip.utterance.frames for clip in clips.values()),
    )
    taken = work.settle(clips.values())
    # By now the other workers may be done with what they had taken.
    return not (taken and work.settle(taken))


@dataclass(kw_only=True)
class _Chunk:
    """One run through a chunk: how far it is, and how a clip is made."""

    planner: ClipPlanner
    desk: Desk
    media: Media
    sitter: Sitter
    total: int
    done: int = field(default=0, init=False)
    ahead: list[Inset] = field(default_factory=list, init=False)
    drawn: dict[Inset, Plate] = field(default_factory=dict, init=False)

    def settle(self, clips: Collection[ClipPlan]) -> list[ClipPlan]:
        """Find or make each clip; those that another worker has taken, or has made meanwhile, are left."""
        taken: list[ClipPlan] = []
        known = known_clips(self.desk, self.planner.store, [clip.key for clip in clips])
        missing = [clip.key for clip in clips if clip.key not in known]
        self.ahead = [inset for clip in clips if clip.key not in known for inset in clip.insets]
        following = dict(itertools.pairwise(missing))
        # Each key is taken with the put before it, the first one by itself.
        mine: bool | None = None
        for clip in clips:
            self.desk.check()
            if clip.key not in known:
                if mine is None:
                    mine = self.desk.take(Kind.CLIP, clip.key)
                if not mine:
                    mine = None
                    taken.append(clip)
                    continue
                mine = self._make(clip, following.get(clip.key))
            self.done += clip.utterance.frames
            self.desk.advance(self.done, self.total)
        return taken

    def _make(self, clip: ClipPlan, then: str | None) -> bool:
        """Make a clip; whether the one to make after it is taken."""
        begun = machine_ms()
        picture = self.planner.job.format

        def write(path: Path) -> None:
            frames = self._frames(clip)
            if clip.insets:
                frames = laid_over(frames, self._plates(clip), picture)
            self.media.encode_clip(
                frames,
                path,
                picture=picture,
                total=clip.utterance.frames,
                parameters=self.planner.profile.parameters,
                # Each frame is told of by itself; an encoder that takes none may hang, on its card too.
                check=self.desk.still,
            )

        artifact = self.planner.store.put(Kind.CLIP, clip.key, SUFFIX, write)
        return self.desk.put(artifact, machine_ms() - begun, then=then)

    def _plates(self, clip: ClipPlan) -> list[Plate]:
        """What is laid over a clip, drawn with some of what the next ones need: to begin costs the most."""
        first = [inset for inset in clip.insets if inset not in self.drawn]
        if first:
            later = [inset for inset in dict.fromkeys(self.ahead) if inset not in clip.insets]
            count = max(_AT_ONCE - len(first), 0)
            wanted, self.ahead = [*first, *later[:count]], later[count:]
            plates = self.media.draw(
                wanted, self.planner.job.format, self.planner.fonts(), check=self.desk.check
            )
            self.drawn |= zip(wanted, plates, strict=True)
        return [self.drawn.pop(inset) for inset in clip.insets]

    def _frames(self, clip: ClipPlan) -> Iterator[NDArray[np.uint8]]:
        drive = self.planner.drive(clip)
        for count, frame in enumerate(self.sitter.frames(drive)):
            if count:
                self.desk.advance(self.done + count, self.total)
            yield frame
