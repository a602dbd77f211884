"""What FFmpeg is asked to do with recordings: argument lists, with no user's text in any graph."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import ffmpeg

from pipeline.plan.clock import SAMPLE_RATE

_RAW = {"format": "s16le", "ar": SAMPLE_RATE}
_READ = {"protocol_whitelist": "file,pipe"}
# Decibels by which noise is lowered, and by how much louder than it is on average it may be for a moment.
_LOWERED_DB, _MARGIN_DB = 20, 6
# The filter has heard enough before what it listens to is over.
_LISTENED = 9, 10


def decoded(source: Path, target: Path, *, reader: str, seconds: int) -> list[str]:
    """The first sound in a stranger's file -> raw samples: int16, the mean of its channels, at 48 kHz.

    Args:
        source: the file.
        target: the file to make.
        reader: FFmpeg's name of what reads it; nothing else is tried.
        seconds: a little more than so much is read.
    """
    given = ffmpeg.input(f"file:{source}", format=reader, t=seconds + 1, threads=1, **_READ)
    return _compiled(ffmpeg.output(given["a:0"], f"file:{target}", ac=1, **_RAW))


def denoised(target: Path, *, room: int, noise_db: int, behind: int) -> list[str]:
    """Raw samples on standard input -> the same with less noise; later by what the filter takes.

    The filter works on spectra (FFmpeg's ``afftdn``): it listens to the room first, and lowers what is no
    louder than that.

    Args:
        target: the file of raw samples to make.
        room: so many samples at the beginning are the room alone.
        noise_db: how loud it is, in decibels below full scale, -80 to -20.
        behind: so many samples of silence are put behind all others.
    """
    part, whole = _LISTENED
    listened_ms = room * 1000 * part // (SAMPLE_RATE * whole)
    told = f"0.0 afftdn sn start; {listened_ms // 1000}.{listened_ms % 1000:03} afftdn sn stop"
    raw = ffmpeg.input("pipe:0", ch_layout="mono", **_RAW, **_READ)
    cleaned = (
        raw.filter("apad", pad_len=behind)
        .filter("asendcmd", commands=told)
        .filter("afftdn", noise_reduction=_LOWERED_DB, noise_floor=min(noise_db + _MARGIN_DB, -20))
    )
    return _compiled(ffmpeg.output(cleaned, f"file:{target}", **_RAW))


def _compiled(output: object) -> list[str]:
    """The argument list behind the program's name."""
    compiled: Sequence[str] = ffmpeg.compile(output, overwrite_output=True)[1:]
    return [str(argument) for argument in compiled]
