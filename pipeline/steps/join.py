"""Joins a film: its clips by stream copy, one audio track, captions, a poster and a manifest."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.media import Media
from pipeline.plan.artifact import Artifact
from pipeline.plan.job import JobSpec, RenderProfile
from pipeline.plan.loudness import Loudness
from pipeline.plan.timeline import Timeline
from pipeline.plan.trace import Trace
from pipeline.steps.desk import Desk
from pipeline.store import Store


@dataclass(frozen=True, kw_only=True)
class JoinedFilm:
    """A finished film and what goes with it.

    Attributes:
        film: MP4: H.264 and AAC.
        srt: captions as SubRip.
        vtt: captions as WebVTT.
        poster: JPEG.
        manifest: JSON: every digest, engine, version and time that went into the film.
        frames: length of the film.
        essence: SHA-256 (hex) over the packets of its streams, without container metadata.
    """

    film: Artifact
    srt: Artifact
    vtt: Artifact
    poster: Artifact
    manifest: Artifact
    frames: int
    essence: str


def join(
    job: JobSpec,
    timeline: Timeline,
    *,
    desk: Desk,
    store: Store,
    media: Media,
    profile: RenderProfile,
    pixels: str,
    trace: Trace,
    loudness: Loudness,
) -> JoinedFilm | None:
    """The finished film, verified before and after; None when another worker makes a part of it: come back.

    Args:
        job: the film.
        timeline: all of its utterances.
        desk: what is known, and what is to be told.
        store: where speech and clips are, and where the film goes.
        media: joins and encodes.
        profile: the job's.
        pixels: digest of the portrait's decoded and turned pixels.
        trace: the job's; its id is written into film and manifest, and shapes nothing else.
        loudness: what the sound is brought to.

    Raises:
        DamageError: a clip or a speech is missing, damaged or foreign, with its kind and key; what the
            ledger knew of it is struck out already.
        SupersededError: the work is no longer this worker's; nothing is left running.
        TransientError, AwayError: as the media and store rooms say.
        DefectError: ``media-film-wrong``: the film is not the sum of its parts.
    """
    raise NotImplementedError
