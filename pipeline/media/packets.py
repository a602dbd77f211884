"""Looks into our own MP4 files, packet by packet and frame by frame, by PyAV."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream
from av.stream import Disposition
from av.subtitles.stream import SubtitleStream
from av.video.stream import VideoStream
from numpy.typing import NDArray

from pipeline.media.opening import opened
from pipeline.media.picture import to_bgr
from pipeline.media.probe import Picture, Probe, Sound, Words
from pipeline.plan.aigc import AIGC
from pipeline.plan.softtrack import EMPTY, TextDigest

# Before each packet's bytes: presentation and decoding time, duration in ticks, and size.
_HEADER = struct.Struct("<qqqq")


class _Tally:
    """Counts one stream's packets as they pass."""

    def __init__(self, stream: VideoStream | AudioStream) -> None:
        self.stream = stream
        self.packets = 0
        self.keyframes = 0
        self.first_is_key = False
        self.steps: set[int] = set()
        self.end = 0
        self._last = 0
        self._digest = hashlib.sha256()
        self._digest.update(f"{stream.type} {stream.time_base}".encode())
        # Without a context the codec is one that nobody here knows.
        known = stream.codec_context is not None
        self._digest.update(bytes(stream.codec_context.extradata or b"") if known else b"")

    def count(self, packet: av.Packet[Any]) -> None:
        pts, dts, duration, size = packet.pts or 0, packet.dts or 0, packet.duration or 0, packet.size
        if not self.packets:
            self.first_is_key = packet.is_keyframe
            # Zero is no step that packets in order can have: a late beginning spoils what follows.
            self.steps |= {0} if pts else set()
        elif pts - self._last not in self.steps:
            self.steps.add(pts - self._last)
        self._last = pts
        self.packets += 1
        self.keyframes += packet.is_keyframe
        self.end = max(self.end, pts + duration)
        self._digest.update(_HEADER.pack(pts, dts, duration, size))
        self._digest.update(packet)

    @property
    def step(self) -> int:
        if self.packets == 1:
            return self.end
        return self.steps.pop() if len(self.steps) == 1 else 0

    @property
    def digest(self) -> bytes:
        return self._digest.digest()


class _TextTally:
    """The same for a stream of captions."""

    def __init__(self, stream: SubtitleStream) -> None:
        self.stream = stream
        self.packets = 0
        self.cues = 0
        self.text = TextDigest()

    def count(self, packet: av.Packet[Any]) -> None:
        self.packets += 1
        self.cues += packet.size > len(EMPTY)
        self.text.add(packet.pts or 0, packet.duration or 0, bytes(packet))


def read(path: Path, *, edited: bool = False) -> Probe:
    """What an MP4 file holds and says of itself.

    Every packet is read, so a file that was cut short shows in the counts.

    Args:
        path: the file.
        edited: as in `pipeline.media.opening.opened`; for what others may have written.

    Raises:
        ValueError: it cannot be read as an MP4 (PyAV's errors of invalid data are ValueErrors).
        OSError: it cannot be opened or read.
    """
    with opened(path, edited=edited) as container:
        tallies = {
            stream.index: _Tally(stream)
            for stream in container.streams
            if isinstance(stream, (VideoStream, AudioStream))
        }
        texts = {
            stream.index: _TextTally(stream)
            for stream in container.streams
            if isinstance(stream, SubtitleStream)
        }
        every: dict[int, _Tally | _TextTally] = {**tallies, **texts}
        for packet in container.demux():
            if packet.size and packet.stream_index in every:
                every[packet.stream_index].count(packet)
        essence = hashlib.sha256()
        for tally in tallies.values():
            essence.update(tally.digest)
        readable = [tally for tally in tallies.values() if tally.stream.codec_context is not None]
        pictures = [tally for tally in readable if isinstance(tally.stream, VideoStream)]
        sounds = [tally for tally in readable if isinstance(tally.stream, AudioStream)]
        return Probe(
            picture=_picture(pictures[0]) if len(pictures) == 1 else None,
            sound=_sound(sounds[0]) if len(sounds) == 1 else None,
            words=_words(*texts.values()) if len(texts) == 1 else None,
            streams=len(container.streams),
            essence=essence.hexdigest(),
            label=container.metadata.get(AIGC, ""),
            comment=container.metadata.get("comment", ""),
        )


def label_of(path: Path) -> str:
    """Value of a file's machine-readable label, from its tables alone; empty if there is none.

    Raises:
        ValueError, OSError: as `read`.
    """
    with opened(path) as container:
        return container.metadata.get(AIGC, "")


def _picture(tally: _Tally) -> Picture:
    stream = tally.stream
    assert isinstance(stream, VideoStream)  # noqa: S101 - `read` sorted them
    codec = stream.codec_context
    base = stream.time_base or Fraction(1)
    return Picture(
        codec=codec.name,
        profile=codec.profile or "",
        layout=codec.pix_fmt or "",
        width=codec.width,
        height=codec.height,
        colours=(
            int(codec.color_primaries),
            int(codec.color_trc),
            int(codec.colorspace),
            int(codec.color_range),
        ),
        parameters=hashlib.sha256(bytes(codec.extradata or b"")).hexdigest(),
        timescale=int(1 / base),
        packets=tally.packets,
        step=tally.step,
        keyframes=tally.keyframes,
        first_is_key=tally.first_is_key,
        end=tally.end * base,
    )


def _sound(tally: _Tally) -> Sound:
    stream = tally.stream
    assert isinstance(stream, AudioStream)  # noqa: S101 - `read` sorted them
    codec = stream.codec_context
    base = stream.time_base or Fraction(1)
    return Sound(
        codec=codec.name,
        profile=codec.profile or "",
        rate=codec.rate,
        channels=codec.layout.nb_channels,
        packets=tally.packets,
        samples=int(tally.end * base * codec.rate),
        end=tally.end * base,
    )


def _words(tally: _TextTally) -> Words:
    stream = tally.stream
    return Words(
        codec=stream.codec_context.name if stream.codec_context is not None else "",
        language=stream.language or "",
        packets=tally.packets,
        cues=tally.cues,
        digest=tally.text.hexdigest(),
        shown=bool(stream.disposition & Disposition.default),
    )


def decode(path: Path) -> Iterator[NDArray[np.uint8]]:
    """Every frame of one of our own files, as BGR uint8 (height, width, 3), full range.

    Raises:
        ValueError, OSError: it cannot be read (PyAV's errors of invalid data are ValueErrors).
    """
    with opened(path) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        for frame in container.decode(stream):
            yield to_bgr(np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8))
