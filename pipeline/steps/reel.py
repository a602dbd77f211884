"""A film's clips, looked at one by one before they are joined: none missing, damaged or foreign."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.media import Media, Picture, fits
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import DamageError, TransientError
from pipeline.steps.clips import ClipPlan, ClipPlanner
from pipeline.steps.desk import Desk
from pipeline.store import Store


@dataclass(frozen=True, kw_only=True)
class Reel:
    """Clips that may be joined.

    Attributes:
        clips: one for each utterance, in order; equal utterances share one.
        parameters: SHA-256 (hex) of the decoder configuration that all of them have.
        frames: how many they have together.
        keyframes: how many of those can be decoded by themselves.
    """

    clips: Sequence[Artifact]
    parameters: str
    frames: int
    keyframes: int


@dataclass(frozen=True, kw_only=True)
class _Seen:
    artifact: Artifact
    picture: Picture


def checked_reel(planner: ClipPlanner, *, desk: Desk, store: Store, media: Media) -> Reel:
    """Look at every clip of a film: its digest, its packets, its parameters.

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
    parameters = _usual(seen)
    damages.extend(
        _struck(desk, clip.artifact, "media-clip-foreign")
        for clip in seen.values()
        if clip.picture.parameters != parameters
    )
    if damages:
        raise damages[0]
    return Reel(
        clips=[seen[plan.key].artifact for plan in plans],
        parameters=parameters,
        frames=sum(seen[plan.key].picture.packets for plan in plans),
        keyframes=sum(seen[plan.key].picture.keyframes for plan in plans),
    )


def _look(
    plan: ClipPlan, artifact: Artifact | None, planner: ClipPlanner, *, desk: Desk, store: Store, media: Media
) -> _Seen:
    if artifact is None:
        raise DamageError("store-artifact-missing", kind=Kind.CLIP.value, key=plan.key)
    try:
        found = media.probe(store.verify(artifact))
    except DamageError:
        desk.forget(artifact)
        raise
    except TransientError as error:
        if error.code != "media-unreadable":
            raise
        raise _struck(desk, artifact, "store-artifact-damaged") from error
    if found.picture is None or not fits(found, picture=planner.job.format, frames=plan.utterance.frames):
        raise _struck(desk, artifact, "media-clip-foreign")
    return _Seen(artifact=artifact, picture=found.picture)


def _struck(desk: Desk, artifact: Artifact, code: str) -> DamageError:
    desk.forget(artifact)
    return DamageError(code, kind=artifact.kind.value, key=artifact.key)


def _usual(seen: dict[str, _Seen]) -> str:
    """The parameters of most clips: the one profile of them all, unless one is foreign."""
    counted = Counter(clip.picture.parameters for clip in seen.values())
    return counted.most_common(1)[0][0] if counted else ""
