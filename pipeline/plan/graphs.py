"""What FFmpeg is asked to do: argument lists, compiled by ffmpeg-python, with no user's text in any graph."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.job import Format

#: The encoder of clips, and what its profile is made of.
VIDEO_ENCODER = "libx264"
AUDIO_ENCODER = "aac"
#: The audio encoder's parameters. Two equal channels are one sum and no difference, so the tools for scarce
#: bits are left out. At a quality, about 130 kbit/s for speech, nothing is tried again until a rate fits: ten
#: minutes take 5 core-seconds, against 10 at a fixed rate and 23 with the default search (measured).
#: Speech has nothing above 16 kHz that anyone hears; without it a fifth less is to be done.
AUDIO_PARAMETERS = ("q:a=2", "aac_coder=fast", "aac_ms=1", "aac_is=0", "aac_pns=0", "cutoff=16000")
#: Every track counts time in the samples of the master audio, of which each frame is a whole number.
TIMESCALE = SAMPLE_RATE

_KEYFRAME_S = 2
# Samples of a packet of AAC-LC (ISO/IEC 14496-3), and the packets that stand before and behind the sound.
_PACKET_SAMPLES = 1024
_MORE_PACKETS = 3
# What a film's index takes without its tables and texts: 1.4 KB (measured).
_HEADERS_BYTES = 1 << 12
_TITLE_CHARACTERS = 1000
# Below it, places in a file are told in 4 bytes: half of what those can tell, since tables stand there too.
_SMALL_BYTES = 1 << 31
_OWN_PATH = re.compile(r"[a-z0-9]+(/[a-z0-9]+(\.[a-z0-9]+)*)+")
_READ = {"protocol_whitelist": "file,pipe"}
_TAGS = {
    "color_range": "tv",
    "colorspace": "bt709",
    "color_primaries": "bt709",
    "color_trc": "bt709",
}
_SAME_BYTES = {"fflags": "+bitexact", "map_metadata": "-1", "map_chapters": "-1"}


def video_parameters(*, crf: int, preset: str) -> tuple[str, ...]:
    """x264's parameters for every clip of a profile, as ``name=value``.

    High profile whatever the preset. No B-frames: on talking portraits they save no bytes (measured), and
    without them decoding order is showing order, in which clips are joined without edit lists.
    """
    return (
        f"preset={preset}",
        f"crf={crf}",
        "bframes=0",
        "cabac=1",
        "8x8dct=1",
        "scenecut=0",
        "open-gop=0",
    )


def clip(target: Path, *, picture: Format, parameters: Sequence[str]) -> list[str]:
    """Raw planar BT.709 frames on standard input -> one MP4 without sound, the same bytes each time.

    Args:
        target: the file to make.
        picture: size and frame rate.
        parameters: as `video_parameters` gives them.
    """
    given = dict(parameter.split("=", 1) for parameter in parameters)
    preset = given.pop("preset")
    keyframes = _KEYFRAME_S * picture.fps
    given |= {"keyint": str(keyframes), "min-keyint": str(keyframes)}
    frames = ffmpeg.input(
        "pipe:0",
        format="rawvideo",
        pix_fmt="yuv420p",
        video_size=(picture.width, picture.height),
        framerate=picture.fps,
        **_TAGS,
        **_READ,
    )
    return _compiled(
        frames,
        target,
        format="mp4",
        vcodec=VIDEO_ENCODER,
        preset=preset,
        **{"profile:v": "high", "x264-params": ":".join(f"{name}={value}" for name, value in given.items())},
        **{"flags:v": "+bitexact", "video_track_timescale": TIMESCALE},
        pix_fmt="yuv420p",
        threads=1,
        **_TAGS,
        **_SAME_BYTES,
    )


def sound(target: Path) -> list[str]:
    """Mono float32 samples at 48 kHz on standard input -> AAC-LC in two equal channels, in an MP4."""
    given = dict(parameter.split("=", 1) for parameter in AUDIO_PARAMETERS)
    samples = ffmpeg.input("pipe:0", format="f32le", ar=SAMPLE_RATE, ac=1, **_READ)
    # Said outright, since a resampler's own idea of mono in stereo is 3 dB softer.
    stereo = samples.filter("channelmap", map="0-0|0-1", channel_layout="stereo")
    return _compiled(
        stereo,
        target,
        format="mp4",
        acodec=AUDIO_ENCODER,
        ar=SAMPLE_RATE,
        **given,
        **{"flags:a": "+bitexact"},
        threads=1,
        **_SAME_BYTES,
    )


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a film's tables will tell of.

    Attributes:
        fps: frames a second.
        frames: how many the clips have together.
        keyframes: how many of those can be decoded by themselves.
        size: bytes of the clips and the sound together, or more.
    """

    fps: int
    frames: int
    keyframes: int
    size: int


def film(sound_file: Path, target: Path, *, contents: Contents, title: str, comment: str) -> list[str]:
    """A `listing` of clips on standard input and one audio track -> the film, by stream copy.

    The film's tables stand before its packets, in room that is kept for them from the beginning: moving the
    packets afterwards would write every film twice and hold its tables twice more.

    Args:
        sound_file: as `sound` made it.
        target: the file to make.
        contents: what the clips and the sound are.
        title: written into the metadata, never into a graph or a list.
        comment: written likewise.
    """
    # The listing names files by their protocol, which the demuxer's safe mode does not know.
    clips = ffmpeg.input("pipe:0", format="concat", safe=0, **_READ)
    # A stream copy takes the one edit list as it is; applying it would hold a second table of all packets.
    audio = ffmpeg.input(f"file:{sound_file}", format="mp4", advanced_editlist=0, **_READ)
    texts = (f"title={_argument(title)}", f"comment={_argument(comment)}")
    # ffmpeg-python takes an option's name once; the specifiers only keep the two entries apart.
    stream = ffmpeg.output(
        clips["v:0"],
        audio["a:0"],
        f"file:{target}",
        format="mp4",
        c="copy",
        moov_size=_room_for_tables(contents, texts),
        video_track_timescale=TIMESCALE,
        **{f"metadata:g:{number}": text for number, text in enumerate(texts)},
        **_SAME_BYTES,
    )
    return _arguments(stream)


def listing(paths: Iterable[str]) -> Iterator[bytes]:
    """The concat demuxer's list of clips, line by line: paths in the store, relative to its root.

    Raises:
        ValueError: a path with anything but letters, digits, dots and slashes in it.
    """
    yield b"ffconcat version 1.0\n"
    for path in paths:
        if not _OWN_PATH.fullmatch(path):
            raise ValueError(path)
        yield f"file file:{path}\n".encode()


def _room_for_tables(contents: Contents, texts: Iterable[str]) -> int:
    """Bytes that the ``moov`` box of a film needs at most, by ISO/IEC 14496-12, section 8.

    Each packet has its size (4 bytes), each keyframe its number (4). A chunk holds at least one packet, and
    two chunks of sound have a frame between them; each has its place (4, in a large file 8) and how many
    packets it holds (12, unless as many as the one before it). A character has at most 4 bytes.
    """
    frames = contents.frames
    samples = frames * samples_per_frame(contents.fps)
    packets = samples // _PACKET_SAMPLES + _MORE_PACKETS
    chunks = frames + min(packets, frames + 1)
    place = 4 if contents.size < _SMALL_BYTES else 8
    tables = 4 * (frames + packets + contents.keyframes) + (place + 12) * chunks
    return tables + 4 * sum(map(len, texts)) + _HEADERS_BYTES


def _argument(text: str) -> str:
    """A text that an argument list can carry: no NUL, and no longer than a title has any use for."""
    return text.replace("\0", "")[:_TITLE_CHARACTERS]


def _compiled(stream: Any, target: Path, **options: Any) -> list[str]:  # noqa: ANN401 - ffmpeg-python has no types
    return _arguments(ffmpeg.output(stream, f"file:{target}", **options))


def _arguments(stream: Any) -> list[str]:  # noqa: ANN401 - ffmpeg-python has no types
    """The argument list behind the program's name; a part of one's own may be begun anew."""
    return [str(argument) for argument in ffmpeg.compile(stream, overwrite_output=True)[1:]]
