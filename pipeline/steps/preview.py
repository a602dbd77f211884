"""Makes an animated preview: a WebP that loops, of what a clip shows."""

from __future__ import annotations

import io
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.media import Media
from pipeline.plan.errors import TransientError
from pipeline.plan.preview import MOST_BYTES, QUALITIES, PreviewPlan

# Of WebP's efforts 0 to 6 the one behind which files hardly become smaller.
_EFFORT = 4

Frame = NDArray[np.uint8]


def write_preview(
    target: Path, clip: Path, plan: PreviewPlan, *, media: Media, check: Callable[[], None]
) -> None:
    """Write a preview of a clip: the first quality at which it is small enough.

    Raises:
        TransientError: ``media-unreadable``.
    """
    shown = len(plan.durations_ms)
    frames = islice(media.frames(clip), 0, plan.every * (shown - 1) + 1, plan.every)
    small: list[Frame] = []
    for frame in frames:
        check()
        size = (plan.width, plan.height)
        small.append(np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8))
    if len(small) != shown:
        raise TransientError("media-unreadable", reason="WebP")
    _melt(small, plan.melting)
    pictures = [Image.fromarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)) for frame in small]
    for quality in QUALITIES:
        check()
        data = io.BytesIO()
        pictures[0].save(
            data,
            "WEBP",
            save_all=True,
            append_images=pictures[1:],
            duration=list(plan.durations_ms),
            loop=0,
            quality=quality,
            method=_EFFORT,
        )
        if data.tell() <= MOST_BYTES:
            break
    target.write_bytes(data.getvalue())


def _melt(frames: list[Frame], count: int) -> None:
    """Lead the last pictures over to the first one, in place."""
    for number in range(1, count + 1):
        part = number / (count + 1)
        at = len(frames) - count + number - 1
        frames[at] = np.asarray(cv2.addWeighted(frames[at], 1 - part, frames[0], part, 0), np.uint8)
