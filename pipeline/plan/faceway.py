"""The ways in which faces are drawn: by which engine, with which models, in which of the engine's modes.

What a job asks for, and what a machine can honour, are told in the same words; backend, precision and batch
are the machine's own, and stand in its render profile.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipeline.plan.job import JobSpec, RenderProfile
from pipeline.plan.lipsync import lipsync_of

_BETWEEN = "+"


@dataclass(frozen=True, kw_only=True)
class FaceWay:
    """One way of drawing a face.

    Attributes:
        engine: name of the face engine.
        mode: which of its ways, as in `RenderProfile.mode`; empty for an engine without models.
        weights: what it draws with, as in `RenderProfile.weights`; likewise.
    """

    engine: str
    mode: str = ""
    weights: str = ""

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests of its models: that of the face, then that of what restores it, if anything does."""
        return tuple(self.weights.split(_BETWEEN)) if self.weights else ()


def joined_weights(digests: Iterable[str]) -> str:
    """Digests of models in one word: that of the face first, then that of what restores it."""
    return _BETWEEN.join(digests)


def way_of(job: JobSpec) -> FaceWay:
    """The way in which a job's face is drawn.

    Raises:
        InputError: its options cannot be understood, which a complete check at submission should have found.
    """
    if not job.models:
        return FaceWay(engine=job.face)
    return FaceWay(
        engine=job.face,
        mode=lipsync_of(job.options).mode.value,
        weights=joined_weights(model.digest for model in job.models),
    )


def unrestored(job: JobSpec) -> JobSpec:
    """The same film, drawn without what restores its faces; one without that is as it was."""
    return replace(job, models=job.models[:1])


def way_in(profile: RenderProfile) -> FaceWay:
    """The way that a profile honours."""
    return FaceWay(engine=profile.engine, mode=profile.mode, weights=profile.weights)
