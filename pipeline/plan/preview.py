"""An animated preview: which frames of a film's first spoken clip it shows, for how long, and how large."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from pipeline.plan.artifact import Artifact
from pipeline.plan.job import Format
from pipeline.plan.keys import digest_of

#: Bytes at most; what is larger is tried again at the next quality.
MOST_BYTES = 2_000_000
#: WebP's own measure, from the one to try first to the last resort.
QUALITIES = (75, 60, 45, 30, 10)

_SCHEMA = 1
_SIDE = 480
_MS = 6_000
_RATE = 12
# Clips begin and end at rest, so that a whole one loops without a seam. A cut one melts into its beginning.
_MELTING_MS = 400


@dataclass(frozen=True, kw_only=True)
class PreviewPlan:
    """What a preview shows.

    Attributes:
        width, height: in pixels.
        every: of so many frames of the clip one is shown, the first one first.
        durations_ms: of each picture.
        melting: so many of the last ones melt into the first.
    """

    width: int
    height: int
    every: int
    durations_ms: tuple[int, ...]
    melting: int


def plan_preview(picture: Format, *, frames: int) -> PreviewPlan:
    """A preview of a clip of so many frames: at most 480 pixels either way, six seconds, 12.5 a second."""
    every = max(1, -(-picture.fps // (_RATE + 1)))
    shown = min(frames, _MS * picture.fps // 1000)
    edges = [number * 1000 // picture.fps for number in (*range(0, shown, every), shown)]
    scale = min(1.0, _SIDE / max(picture.width, picture.height))
    cut = shown < frames
    return PreviewPlan(
        width=round(picture.width * scale),
        height=round(picture.height * scale),
        every=every,
        durations_ms=tuple(end - begin for begin, end in pairwise(edges)),
        melting=_MELTING_MS * picture.fps // 1000 // every if cut else 0,
    )


def preview_key(clip: Artifact) -> str:
    """Key of the preview that is made from a clip."""
    return digest_of("preview", _SCHEMA, clip=clip.digest)
