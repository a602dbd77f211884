"""A film's clips, looked at one by one before they are joined: none missing, damaged or foreign."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from pipeline.media import Media, Track, fits
from pipeline.plan import graphs
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import DamageError, TransientError
from pipeline.plan.figures import ClipFigures
from pipeline.steps.clips import ClipPlan, ClipPlanner
from pipeline.steps.desk import Desk
from pipeline.store import Store


@dataclass(frozen=True, kw_only=True)
class Reel:
    """Clips that may be joined.

    Attributes:
        clips: one for each utterance, in order; equal utterances share one.
        tracks: what the tables of each of them tell.
        figures: what the frames of each of them are like.
    """

    clips: Sequence[Artifact]
    tracks: Sequence[Track]
    figures: Sequence[ClipFigures]

    @property
    def parameters(self) -> str:
        """SHA-256 (hex) of the decoder configuration that all of them have."""
        return self.tracks[0].parameters

    @property
    def frames(self) -> int:
        """How many they have together."""
        return sum(track.packets for track in self.tracks)

    @property
    def keyframes(self) -> int:
        """How many of those can be decoded by themselves."""
        return sum(len(track.keyframes) for track in self.tracks)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Seen:
    artifact: Artifact
    track: Track
    figures: ClipFigures


def checked_reel(planner: ClipPlanner, *, desk: Desk, store: Store, media: Media) -> Reel:
    """Look at every clip of a film: its digest, its sample tables, its parameters.

    Packet by packet a clip was looked at when it was made; its digest says that it is still the same.

    Raises:
        DamageError: ``store-artifact-missing``, ``store-artifact-damaged`` or ``media-clip-foreign`` for the
            first clip that will not do. Every such clip is struck out at the desk, so that one more run of
            the film's renders makes them all.
    """
    plans = [planner.plan(index) for index in range(len(planner.timeline.utterances))]
    seen: dict[str, _Seen] = {}
    damages: list[DamageError] = []
    distinct = {plan.key: plan for plan in plans}
    known = desk.find_all(Kind.CLIP, distinct)
    for plan in distinct.values():
        desk.check()
        try:
            seen[plan.key] = _look(plan, known.get(plan.key), planner, desk=desk, store=store, media=media)
        except DamageError as damage:
            damages.append(damage)
    entry = _right_entry(seen.values(), planner, desk=desk, media=media)
    damages.extend(
        _struck(desk, clip.artifact, "media-clip-foreign")
        for clip in seen.values()
        if clip.track.entry != entry
    )
    if damages:
        raise damages[0]
    clips = [seen[plan.key] for plan in plans]
    return Reel(
        clips=[clip.artifact for clip in clips],
        tracks=[clip.track for clip in clips],
        figures=[clip.figures for clip in clips],
    )


def _look(
    plan: ClipPlan, artifact: Artifact | None, planner: ClipPlanner, *, desk: Desk, store: Store, media: Media
) -> _Seen:
    if artifact is None:
        raise DamageError("store-artifact-missing", kind=Kind.CLIP.value, key=plan.key)
    try:
        path = store.verify(artifact)
    except DamageError:
        desk.forget(artifact)
        raise
    with _struck_if_unreadable(desk, artifact):
        track = media.track(path)
    if not _is_even(track, frames=plan.utterance.frames, fps=planner.timeline.fps):
        raise _struck(desk, artifact, "media-clip-foreign")
    with _struck_if_unreadable(desk, artifact):
        figures = media.figures(track)
    return _Seen(artifact=artifact, track=track, figures=figures)


def _is_even(track: Track, *, frames: int, fps: int) -> bool:
    """Whether a track has so many frames, all of the right length and shown, the first one a keyframe."""
    return (
        (track.packets, track.timescale, track.step, track.hidden)
        == (frames, graphs.TIMESCALE, graphs.TIMESCALE // fps, 0)
    ) and bool(track.keyframes[0] == 1)


def _struck(desk: Desk, artifact: Artifact, code: str) -> DamageError:
    desk.forget(artifact)
    return artifact.damage(code)


@contextlib.contextmanager
def _struck_if_unreadable(desk: Desk, artifact: Artifact) -> Iterator[None]:
    """Have a clip that cannot be read made again: trying once more would not change its bytes."""
    try:
        yield
    except TransientError as error:
        if error.code != "media-unreadable":
            raise
        raise _struck(desk, artifact, "store-artifact-damaged") from error


def _right_entry(seen: Collection[_Seen], planner: ClipPlanner, *, desk: Desk, media: Media) -> bytes:
    """The sample entry of most clips, the one profile of them all; empty if even that is foreign."""
    counted = Counter(clip.track.entry for clip in seen)
    if not counted:
        return b""
    usual = counted.most_common(1)[0][0]
    clip = next(clip for clip in seen if clip.track.entry == usual)
    with _struck_if_unreadable(desk, clip.artifact):
        found = media.probe(clip.track.path)
    return usual if fits(found, picture=planner.job.format, frames=clip.track.packets) else b""
