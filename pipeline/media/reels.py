"""Looks into films of people that anybody may have made: the tables of one, before any of it is decoded."""

from __future__ import annotations

from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from pipeline.media.filmkind import kind_of
from pipeline.media.stranger import MEMORY_BYTES, capped
from pipeline.plan.errors import InputError
from pipeline.plan.footage import KINDS_TOLD, FootageLimits
from pipeline.plan.platefilm import Reel

_DEMUXERS = {"mp4": "mp4", "mov": "mp4", "matroska": "matroska", "webm": "matroska", "avi": "avi"}
# Nothing but this file is read, and little of it decoded to learn what is in it.
_ONLY_FILES = {"protocol_whitelist": "file,pipe", "probesize": "5000000", "analyzeduration": "2000000"}
_COVERS = Disposition.attached_pic | Disposition.timed_thumbnails
_MICROSECONDS = 1_000_000


def read(path: Path, limits: FootageLimits) -> Reel:
    """What the tables of a film tell of its picture.

    Raises:
        InputError: ``portrait-file-missing``, ``portrait-video-damaged``, ``portrait-video-no-picture``,
            ``portrait-video-too-many-pixels``, ``portrait-video-too-long`` or ``portrait-video-too-large``.
    """
    try:
        size = path.stat().st_size
        kind = kind_of(path)
    except OSError as error:
        raise InputError("portrait-file-missing", file=path.name) from error
    if size > limits.file_bytes:
        raise InputError("portrait-video-too-large", file=path.name, most=limits.file_bytes // 1_000_000)
    if not kind:
        raise InputError("portrait-video-damaged", file=path.name, kinds=KINDS_TOLD)
    try:
        with capped(MEMORY_BYTES), _opened(path, _DEMUXERS[kind]) as container:
            return _reel(container, path, _DEMUXERS[kind], limits)
    except (av.FFmpegError, ValueError, OSError, MemoryError) as error:
        raise InputError("portrait-video-damaged", file=path.name, kinds=KINDS_TOLD) from error


def _opened(path: Path, demuxer: str) -> InputContainer:
    return av.open(str(path), format=demuxer, options=_ONLY_FILES, metadata_errors="replace")


def _reel(container: InputContainer, path: Path, demuxer: str, limits: FootageLimits) -> Reel:
    pictures = [
        stream
        for stream in container.streams
        if isinstance(stream, VideoStream) and not stream.disposition & _COVERS
    ]
    if not pictures:
        raise InputError("portrait-video-no-picture", file=path.name)
    codec = pictures[0].codec_context
    if codec is None or not codec.width:
        raise InputError("portrait-video-damaged", file=path.name, kinds=KINDS_TOLD)
    if codec.width * codec.height > limits.pixels:
        raise InputError("portrait-video-too-many-pixels", file=path.name, most=_tenths(limits.pixels))
    if 2 * (container.duration or 0) > (2 * limits.seconds + 1) * _MICROSECONDS:
        raise InputError("portrait-video-too-long", file=path.name, most=limits.seconds)
    return Reel(
        demuxer=demuxer,
        columns=codec.width,
        lines=codec.height,
        matrix=int(codec.colorspace),
        transfer=int(codec.color_trc),
    )


def _tenths(pixels: int) -> str:
    """So many pixels, in millions."""
    return f"{pixels / 1_000_000:.1f}"
