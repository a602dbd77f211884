"""Plays our own plate films in any order, backwards as fast as on: a group of frames at a time."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from pipeline.media.opening import opened
from pipeline.plan.errors import TransientError
from pipeline.plan.graphs import TIMESCALE
from pipeline.plan.platefilm import GROUP

_Raw = NDArray[np.uint8]


class Plates:
    """A plate film, open; a context manager.

    No more than one group of its frames is in memory, whatever is asked for; neighbours in the order of
    asking are decoded once.

    Args:
        path: the film.
        fps: its frame rate.

    Raises:
        TransientError: ``media-unreadable``.
    """

    def __init__(self, path: Path, *, fps: int) -> None:
        self._step = TIMESCALE // fps
        self._group = -1
        self._frames: list[_Raw] = []
        try:
            self._container = opened(path)
        except (ValueError, OSError) as error:
            raise TransientError("media-unreadable", reason=type(error).__name__) from error
        self._stream = self._container.streams.video[0]
        self._stream.codec_context.thread_count = 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._frames = []
        self._container.close()

    def read(self, index: int) -> _Raw:
        """A frame as raw yuv420p, uint8 (height * 3 / 2, width), BT.709, limited range; for reading only.

        Raises:
            TransientError: ``media-unreadable``: it is not there, or damaged.
        """
        group, place = divmod(index, GROUP)
        if group != self._group:
            # What was there is given up first: never two groups at a time.
            self._group, self._frames = -1, []
            try:
                self._frames = self._decoded(group)
            except (ValueError, OSError) as error:
                raise TransientError("media-unreadable", reason=type(error).__name__) from error
            self._group = group
        if place >= len(self._frames):
            raise TransientError("media-unreadable", reason="MP4")
        return self._frames[place]

    def _decoded(self, group: int) -> list[_Raw]:
        """Every frame of a group.

        Raises:
            ValueError: it does not begin with a keyframe in its place: another frame would be shown.
        """
        first = group * GROUP * self._step
        self._container.seek(first, stream=self._stream)
        codec = self._stream.codec_context
        codec.flush_buffers()
        frames: list[_Raw] = []
        begun = False
        for packet in self._container.demux(self._stream):
            if packet.pts is None or packet.pts >= first + GROUP * self._step:
                break
            if not begun and (packet.pts != first or not packet.is_keyframe):
                raise ValueError(group)
            begun = True
            frames += [_raw(frame) for frame in codec.decode(packet)]
        frames += [_raw(frame) for frame in codec.decode(None)]
        codec.flush_buffers()
        return frames


def _raw(frame: VideoFrame) -> _Raw:
    return np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8)
