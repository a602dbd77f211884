"""What a clip has to be: frames on their way to the encoder, and the file that comes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.media.probe import Probe
from pipeline.plan import graphs
from pipeline.plan.errors import DefectError
from pipeline.plan.job import Format

if TYPE_CHECKING:
    from pipeline.media.meter import PictureMeter


def fits(found: Probe, *, picture: Format, frames: int) -> bool:
    """Whether a file is a clip of this picture: one stream of so many frames, even in time, and tagged."""
    video = found.picture
    bt709_limited = (1, 1, 1, 1)
    return (
        video is not None
        and found.streams == 1
        and (video.codec, video.profile, video.layout) == ("h264", "High", "yuv420p")
        and (video.width, video.height) == (picture.width, picture.height)
        and video.colours == bt709_limited
        and video.timescale == graphs.TIMESCALE
        and video.packets == frames
        and video.step == graphs.TIMESCALE // picture.fps
        and video.end * picture.fps == frames
        and video.first_is_key
    )


def counted(
    frames: Iterable[NDArray[np.uint8]], picture: Format, total: int, meter: PictureMeter
) -> Iterator[memoryview]:
    """Frames as the encoder takes them, counted, checked and measured."""
    wanted = (picture.height * 3 // 2, picture.width)
    count = 0
    for frame in frames:
        count += 1
        if count > total or frame.shape != wanted or frame.dtype != np.uint8:
            raise DefectError("media-frames-wrong", frame=count, total=total)
        meter.see(frame[: picture.height])
        yield frame.data
    if count != total:
        raise DefectError("media-frames-wrong", frame=count, total=total)
