"""Plays our own MP4 files back, by PyAV: the luma of frames, or of some keyframes alone, and the sound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from av.audio.stream import AudioStream
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from pipeline.media.opening import opened
from pipeline.plan.clock import SAMPLE_RATE

#: So many samples are given out together.
_BLOCK = SAMPLE_RATE


def lumas(path: Path) -> Iterator[NDArray[np.uint8]]:
    """The luma of every frame: uint8 (height, width), limited range.

    Raises:
        ValueError, OSError: it cannot be read (PyAV's errors of invalid data are ValueErrors).
    """
    with opened(path) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        for frame in container.decode(stream):
            yield _luma(frame)


def stills(path: Path, numbers: Sequence[int], *, step: int) -> Iterator[NDArray[np.uint8]]:
    """The luma of some keyframes, nothing between them being decoded.

    Args:
        path: a film.
        numbers: of frames that are keyframes, counted from 0, in order.
        step: ticks of the picture's timescale from one frame to the next.

    Raises:
        ValueError, OSError: one is not there, or as `lumas`.
    """
    with opened(path) as container:
        stream = container.streams.video[0]
        codec = stream.codec_context
        codec.thread_count = 1
        for number in numbers:
            container.seek(number * step, stream=stream)
            packet = next(container.demux(stream), None)
            if packet is None or packet.pts != number * step or not packet.is_keyframe:
                raise ValueError(number)
            # What the decoder holds back, it gives out at the end of what it is told.
            frames = [*codec.decode(packet), *codec.decode(None)]
            codec.flush_buffers()
            if len(frames) != 1:
                raise ValueError(number)
            yield _luma(frames[0])


def heard(path: Path) -> Iterator[NDArray[np.float32]]:
    """One of the equal channels of a sound, full scale 1.0, in blocks of a second or so.

    What the encoder put before it is left out; behind its end there may be a few samples of silence.

    Raises:
        ValueError, OSError: as `lumas`.
    """
    with opened(path) as container:
        (stream,) = (each for each in container.streams if isinstance(each, AudioStream))
        stream.codec_context.thread_count = 1
        held: list[NDArray[np.float32]] = []
        waiting = 0
        for frame in container.decode(stream):
            channel = np.frombuffer(memoryview(frame.planes[0]), np.float32)[: frame.samples].copy()
            held.append(channel)
            waiting += len(channel)
            if waiting >= _BLOCK:
                yield np.concatenate(held)
                held, waiting = [], 0
        if held:
            yield np.concatenate(held)


def _luma(frame: VideoFrame) -> NDArray[np.uint8]:
    plane = frame.planes[0]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: frame.height, : frame.width]
