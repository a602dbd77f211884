"""What a finished MP4 holds: the values that a look into it gives."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A video stream.

    Attributes:
        codec: such as ``h264``.
        profile: such as ``High``.
        layout: pixel format, such as ``yuv420p``.
        width: pixels.
        height: pixels.
        colours: primaries, transfer, matrix and range, as numbers of ITU-T H.273 and FFmpeg's range.
        parameters: SHA-256 (hex) of the decoder configuration (avcC for H.264).
        timescale: ticks a second.
        packets: how many there are: one a frame.
        step: ticks between any two packets, or 0 if they differ or do not begin at zero.
        keyframes: how many packets can be decoded by themselves.
        first_is_key: whether the first packet is one of them.
        end: seconds from the beginning to the end of the last packet.
    """

    codec: str
    profile: str
    layout: str
    width: int
    height: int
    colours: tuple[int, int, int, int]
    parameters: str
    timescale: int
    packets: int
    step: int
    keyframes: int
    first_is_key: bool
    end: Fraction


@dataclass(frozen=True, kw_only=True)
class Sound:
    """An audio stream.

    Attributes:
        codec: such as ``aac``.
        profile: such as ``LC``.
        rate: samples a second.
        channels: how many.
        packets: how many there are.
        samples: length that players show, encoder delay and padding left out.
        end: seconds from the beginning to the end of what players show.
    """

    codec: str
    profile: str
    rate: int
    channels: int
    packets: int
    samples: int
    end: Fraction


@dataclass(frozen=True, kw_only=True)
class Words:
    """A stream of captions.

    Attributes:
        codec: such as ``mov_text``.
        language: as the file names it; empty if it does not.
        packets: how many there are, those in which nothing is shown among them.
        cues: how many of them show something.
        digest: SHA-256 (hex) over them and their times, as `pipeline.plan.softtrack.TextDigest` makes it.
        shown: whether players show it without being asked.
    """

    codec: str
    language: str
    packets: int
    cues: int
    digest: str
    shown: bool


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A file's streams, and what it says of itself.

    Attributes:
        picture: the video stream, if there is exactly one.
        sound: the audio stream, if there is exactly one.
        words: the stream of captions, if there is exactly one.
        streams: how many streams of any kind.
        essence: SHA-256 (hex) over the configuration and packets of every video and audio stream, in order,
            without captions and container metadata: equal for two files that differ in these, title, trace id
            or layout alone.
        label: value of the machine-readable label; empty if there is none.
        comment: what the file says of itself to people; empty if nothing.
    """

    picture: Picture | None
    sound: Sound | None
    words: Words | None
    streams: int
    essence: str
    label: str
    comment: str
