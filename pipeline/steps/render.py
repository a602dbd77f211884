"""Renders a chunk: every clip of it that is not there yet."""

from __future__ import annotations

from pipeline.engines.eye import EyeEngine
from pipeline.engines.face import FaceEngine, Sitter
from pipeline.media import Media
from pipeline.plan.job import JobSpec, RenderProfile
from pipeline.plan.timeline import Timeline
from pipeline.steps.desk import Desk
from pipeline.store import Store


def profile_of(media: Media, face: FaceEngine, eye: EyeEngine, *, crf: int, preset: str) -> RenderProfile:
    """Everything here that shapes pixels: the engines, the encoder's build and its parameters.

    The eye counts with the face: its landmarks decide what is cut out and what moves.
    """
    raise NotImplementedError


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

    Args:
        job: the film.
        timeline: all of its utterances.
        chunk: which of them, by index.
        desk: what is known, and what is to be told.
        store: where speech is and clips go.
        media: encodes.
        profile: the job's; the caller has made sure that it is what this machine does.
        sitter: the portrait made ready on the job's format.
        pixels: digest of the portrait's decoded and turned pixels.

    Raises:
        SupersededError: the work is no longer this worker's; nothing is left running.
        DamageError: speech that the timeline names is missing or damaged.
        TransientError, AwayError: as the media and store rooms say.
        DefectError: ``media-frames-wrong``: the engine gave other frames than it promises.
    """
    raise NotImplementedError
