"""Plate films of portraits that are videos: made once for all steps and jobs of a farm, and kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from farm.bootstrap import Workshop
from farm.portraits import box_of, footage_limits, open_eye
from pipeline.media import machine_ms
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.background import Colour, colour_of
from pipeline.plan.errors import DamageError, InputError
from pipeline.plan.footage import plates_key
from pipeline.plan.job import JobSpec
from pipeline.scratch import scratch_folder
from pipeline.steps.desk import Desk
from pipeline.steps.footage import follow, sight
from pipeline.steps.picture import Picture
from pipeline.steps.plates import make_plates

_SUFFIX = ".mp4"


def plates_of(
    workshop: Workshop, job: JobSpec, desk: Desk, behind: Callable[[], Colour | Picture | None]
) -> Artifact | None:
    """The plate film of a job's portrait, found or made; None while another worker makes it: come back.

    It lies among the clips, under a key of its own: a job needs it for as long as it needs those.

    Args:
        workshop: store, FFmpeg and eyes.
        job: its portrait is a video.
        desk: what is known of the store, and who makes what.
        behind: gives what is seen where the video does not fill the film.

    Raises:
        SupersededError: the work is no longer this worker's.
        DamageError: the portrait is missing from the store or damaged.
        InputError: it cannot be used, which a complete check at submission should have found.
        TransientError, AwayError: as `pipeline.media.Media.run`.
    """
    eye = open_eye(workshop.eyes)
    seen_behind = colour_of(job.options) if job.background is None else job.background.digest
    key = plates_key(
        job.portrait.digest,
        format=job.format,
        box=box_of(job.options),
        behind=str(seen_behind or ""),
        makers=f"ffmpeg-{workshop.media.version} {eye.name}-{eye.version}",
    )
    found = desk.find(Kind.CLIP, key)
    if found is not None:
        try:
            workshop.store.verify(found)
        except DamageError:
            desk.forget(found)
        else:
            return found
    if not desk.take(Kind.CLIP, key):
        return None
    begun = machine_ms()
    artifact = workshop.store.put(
        Kind.CLIP, key, _SUFFIX, lambda path: _make(workshop, job, desk, behind, path)
    )
    desk.put(artifact, machine_ms() - begun)
    return artifact


def _make(
    workshop: Workshop,
    job: JobSpec,
    desk: Desk,
    behind: Callable[[], Colour | Picture | None],
    target: Path,
) -> None:
    source, limits = workshop.store.open(job.portrait), footage_limits(workshop.settings)
    eye, media = open_eye(workshop.eyes), workshop.media
    with scratch_folder() as folder:
        sighting = sight(
            source, eye, media, fps=job.format.fps, limits=limits, folder=folder, check=desk.check
        )
        followed = follow(sighting, eye, media, job.format, box=box_of(job.options))
        for finding in followed.findings:
            if finding.level == "error":
                raise InputError(finding.code, **finding.facts)
        make_plates(
            source,
            sighting,
            followed,
            target,
            media=media,
            behind=behind(),
            seconds=limits.seconds,
            check=desk.check,
        )
