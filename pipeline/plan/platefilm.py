"""How FFmpeg makes plates of a stranger's film: turned upright, even in time, cut as a portrait would be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from pipeline.plan.canvas import Area, Shot
from pipeline.plan.footage import look_step
from pipeline.plan.graphs import TIMESCALE, VIDEO_ENCODER

#: Frames from one keyframe of a plate film to the next: so many are in memory when it is played backwards.
GROUP = 12
#: A film of a person is looked at, and a film shows it, no larger than this: longer and shorter side.
LARGEST = (1920, 1080)

# Transfer characteristics of high dynamic range (ITU-T H.273, table 3): PQ and HLG.
_HDR = frozenset({16, 18})
# The matrix that nobody wrote down: BT.709 for high definition, BT.601 below, as players take it.
_UNSPECIFIED, _HD_LINES = 2, 720
# Diffuse white of HDR in candela per square metre (ITU-R BT.2408).
_WHITE = 203
# Far below what a film's own encoder leaves; whole groups, none of which needs another one.
_PLATES = "qp=12:bframes=0:scenecut=0:open-gop=0:rc-lookahead=0:mbtree=0:weightp=0"
_LOOKS = "qp=16:bframes=0:rc-lookahead=0:mbtree=0:weightp=0"
_SCALED = "lanczos+accurate_rnd+full_chroma_int+bitexact"
_TAGS = {"color_range": "tv", "colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709"}
_WRITTEN = {
    "format": "mp4",
    "vcodec": VIDEO_ENCODER,
    "profile:v": "high",
    "flags:v": "+bitexact",
    "fflags": "+bitexact",
    "map_metadata": "-1",
    "map_chapters": "-1",
    "video_track_timescale": TIMESCALE,
    "pix_fmt": "yuv420p",
    "threads": 1,
    **_TAGS,
}


@dataclass(frozen=True, kw_only=True)
class Reel:
    """A stranger's film, as far as its tables tell.

    Attributes:
        demuxer: FFmpeg's name of what reads its container.
        columns, lines: of its picture, as it is coded.
        matrix: of its colours, as ITU-T H.273 numbers them.
        transfer: likewise.
    """

    demuxer: str
    columns: int
    lines: int
    matrix: int
    transfer: int


def looks(source: Path, target: Path, *, reel: Reel, fps: int, seconds: int) -> list[str]:
    """Every so many-th frame of a film, upright and whole, no larger than `LARGEST`; each a keyframe.

    Args:
        source: the stranger's film.
        target: the MP4 to make.
        reel: what is known of it.
        fps: frames a second between which `footage.look_step` counts.
        seconds: no more than this, and a little, is read.
    """
    step = look_step(fps)
    stream = _even_in_time(_input(source, reel, seconds), fps)
    stream = stream.filter("select", f"not(mod(n,{step}))").filter("setpts", f"N*{step}/({fps}*TB)")
    return _compiled(_in_colour(stream, reel, *_fitting()), target, **{"x264-params": f"keyint=1:{_LOOKS}"})


def first_look(source: Path, target: Path, *, reel: Reel) -> list[str]:
    """The first frame alone, as `looks` gives it."""
    stream = _in_colour(_input(source, reel, 1), reel, *_fitting())
    return _compiled(stream, target, **{"x264-params": f"keyint=1:{_LOOKS}", "frames:v": 1})


def plates(
    source: Path,
    target: Path,
    *,
    reel: Reel,
    shot: Shot,
    size: tuple[int, int],
    veil: Path | None,
    seconds: int,
) -> list[str]:
    """Every frame, cut and scaled as a portrait would be, with what is seen where it does not fill the film.

    Args:
        source: the stranger's film.
        target: the MP4 to make.
        reel: what is known of it.
        shot: what is shown, in pixels of a picture of `size`; as `even` gives it.
        size: of the film as `looks` shows it.
        veil: a picture with transparency, of the film's size, to be laid over each frame; None for none.
        seconds: as in `looks`.
    """
    film = shot.format
    part, at = shot.part, shot.at
    across, down = (Fraction(1, side) for side in size)
    stream = _even_in_time(_input(source, reel, seconds), film.fps)
    stream = stream.filter(
        "crop",
        w=f"iw*{part.width}*{across}",
        h=f"ih*{part.height}*{down}",
        x=f"iw*{part.x}*{across}",
        y=f"ih*{part.y}*{down}",
    )
    stream = _in_colour(stream, reel, str(at.width), str(at.height))
    if veil is not None:
        room = stream.filter("pad", film.width, film.height, at.x, at.y)
        over = ffmpeg.input(str(veil), protocol_whitelist="file,pipe", format="png_pipe")
        over = over.filter("scale", out_color_matrix="bt709", out_range="tv", flags=_SCALED)
        over = over.filter("format", "yuva420p")
        stream = ffmpeg.overlay(room, over, format="yuv420")
    group = f"keyint={GROUP}:min-keyint={GROUP}:{_PLATES}"
    return _compiled(stream, target, preset="superfast", **{"x264-params": group})


def even(shot: Shot) -> Shot:
    """The same shot at even places of the film, where chroma has its pixels."""
    at = shot.at
    x, y = at.x + at.x % 2, at.y + at.y % 2
    inner = Area(
        x=x,
        y=y,
        width=(at.x + at.width - x) // 2 * 2,
        height=(at.y + at.height - y) // 2 * 2,
    )
    return replace(shot, at=inner)


def _input(source: Path, reel: Reel, seconds: int) -> Any:  # noqa: ANN401 - ffmpeg-python has no types
    """The film's moving picture; a cover or a thumbnail is none."""
    given = ffmpeg.input(
        f"file:{source}", format=reel.demuxer, protocol_whitelist="file,pipe", t=seconds + 1, threads=1
    )
    return given["V:0"].filter("bwdif", mode="send_frame", deint="interlaced")


def _even_in_time(stream: Any, fps: int) -> Any:  # noqa: ANN401 - as above
    return stream.filter("setpts", "PTS-STARTPTS").filter("fps", fps)


def _in_colour(stream: Any, reel: Reel, width: str, height: str) -> Any:  # noqa: ANN401 - as above
    """BT.709, limited range, 8 bits, in this size."""
    if reel.transfer in _HDR:
        stream = stream.filter("zscale", t="linear", npl=_WHITE).filter("format", "gbrpf32le")
        stream = stream.filter("zscale", p="bt709").filter("tonemap", "hable", desat=0)
        stream = stream.filter("zscale", t="bt709", m="bt709", r="tv").filter("format", "yuv420p")
        matrix = "bt709"
    elif reel.matrix == _UNSPECIFIED:
        matrix = "bt709" if reel.lines >= _HD_LINES else "bt601"
    else:
        matrix = "auto"
    stream = stream.filter(
        "scale",
        w=width,
        h=height,
        flags=_SCALED,
        in_color_matrix=matrix,
        out_color_matrix="bt709",
        out_range="tv",
    )
    stream = stream.filter("setsar", 1).filter("format", "yuv420p")
    return stream.filter(
        "setparams", range="tv", color_primaries="bt709", color_trc="bt709", colorspace="bt709"
    )


def _fitting() -> tuple[str, str]:
    """Width and height, even, of a picture with square pixels no larger than `LARGEST`."""
    longer, shorter = LARGEST
    part = f"min(1,min({longer}/max(iw*sar,ih),{shorter}/min(iw*sar,ih)))"
    return f"max(2,2*round(iw*sar*{part}/2))", f"max(2,2*round(ih*{part}/2))"


def _compiled(stream: Any, target: Path, **options: Any) -> list[str]:  # noqa: ANN401 - as above
    output = ffmpeg.output(stream, f"file:{target}", fps_mode="passthrough", **{**_WRITTEN, **options})
    return [str(argument) for argument in ffmpeg.compile(output, overwrite_output=True)[1:]]
