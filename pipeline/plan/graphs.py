"""What FFmpeg is asked to do: argument lists, compiled by ffmpeg-python, with no user's text in any graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import ffmpeg

from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.job import Format

#: The encoder of clips, and what its profile is made of.
VIDEO_ENCODER = "libx264"
#: The encoder of cards; which of them have one, a trial tells (`pipeline.media.trial`).
CARD_ENCODER = "h264_nvenc"
AUDIO_ENCODER = "aac"
#: The audio encoder's parameters, for one channel that `pipeline.media.stereo` doubles, so without the tools
#: that shape noise for each channel. At a quality, about 90 kbit/s for speech, nothing is tried again until a
#: rate fits. Speech has nothing above 16 kHz that anyone hears; without it a fifth less is to be done.
AUDIO_PARAMETERS = ("q:a=1.5", "aac_coder=fast", "aac_tns=0", "aac_pns=0", "cutoff=16000")
#: What `lettering` reads in the folder that FFmpeg runs in.
DRAWING, FONTS = "drawing.ass", "fonts"
#: Every track counts time in the samples of the master audio, of which each frame is a whole number.
TIMESCALE = SAMPLE_RATE

#: Keyframes are so many quantizer steps finer than other pictures; to x264 a ratio of 2 ** (steps / 6).
_FINER = 9
_READ = {"protocol_whitelist": "file,pipe"}
_TAGS = {
    "color_range": "tv",
    "colorspace": "bt709",
    "color_primaries": "bt709",
    "color_trc": "bt709",
}
_SAME_BYTES = {"fflags": "+bitexact", "map_metadata": "-1", "map_chapters": "-1"}


def video_parameters(*, qp: int, preset: str) -> tuple[str, ...]:
    """Parameters for every clip of a profile, as ``name=value``: x264's own, and two that `clip` reads.

    High profile whatever the preset. No B-frames: on talking portraits they save no bytes (measured), and
    without them decoding order is showing order, in which clips are joined without edit lists.

    One quantizer for every block of a picture: what does not move is not coded again. Nothing is looked ahead
    for. Against a constant rate factor with x264's own aids, preset ``veryfast``, a talking portrait of
    1080 x 1080 takes less than half of the work (measured).

    Nothing pulses where clips meet. A keyframe codes all grain anew, so whatever the pictures before it had
    lost of theirs would come back at once. So keyframes are few (``group``: at most so many seconds between
    them) and finer than other pictures (``finer``: so many quantizer steps), and the pictures before them
    approach that, one step in each: both then show what was drawn, and thus the same, as sentences begin and
    end alike. A picture of grain all over steps there by 0.4 to 0.5 levels instead of 1.2 to 1.5, what does
    not move by 0.06 instead of 0.7; for that and a quantizer of 18 instead of 20, VMAF 96 instead of 95,
    films are half as large again to twice as large, at less than a tenth more work (measured).
    """
    return (
        f"preset={preset}",
        f"qp={qp}",
        f"ipratio={2 ** (_FINER / 6):.4f}",
        "group=10",
        f"finer={_FINER}",
        "bframes=0",
        "weightp=0",
        "mbtree=0",
        "rc-lookahead=0",
        "cabac=1",
        "8x8dct=1",
        "scenecut=0",
        "open-gop=0",
    )


def card_parameters(*, qp: int) -> tuple[str, ...]:
    """Parameters of `CARD_ENCODER` for every clip of a profile, in the spirit of `video_parameters`.

    One quantizer for all pictures between keyframes, which are few and three steps finer, x264's usual ratio;
    no B-frames, nothing looked ahead for, and nothing adapted to the picture. A card knows no quantizer for a
    single picture, so those before a keyframe do not approach it.
    """
    return (
        f"codec={CARD_ENCODER}",
        "preset=p4",
        f"qp={qp}",
        "group=10",
        "finer=3",
        "tune=hq",
        "rc=constqp",
        "bf=0",
        "b_ref_mode=disabled",
        "no-scenecut=1",
        "spatial-aq=0",
        "temporal-aq=0",
        "coder=cabac",
    )


def codec_of(parameters: Sequence[str]) -> str:
    """The encoder that parameters are for."""
    given = {name: value for name, _, value in (parameter.partition("=") for parameter in parameters)}
    return given.get("codec", VIDEO_ENCODER)


def clip(target: Path, *, picture: Format, frames: int, parameters: Sequence[str]) -> list[str]:
    """Raw planar BT.709 frames on standard input -> one MP4 without sound, the same bytes each time.

    Args:
        target: the file to make.
        picture: size and frame rate.
        frames: how many there will be.
        parameters: as `video_parameters` or `card_parameters` gives them; of one name the last.
    """
    keyframes = group_of(frames, fps=picture.fps, parameters=parameters)
    given = dict(parameter.split("=", 1) for parameter in parameters)
    encoded = _ENCODED[codec_of(parameters)](given, frames, keyframes)
    raw = ffmpeg.input(
        "pipe:0",
        format="rawvideo",
        pix_fmt="yuv420p",
        video_size=(picture.width, picture.height),
        framerate=picture.fps,
        **_TAGS,
        **_READ,
    )
    return _compiled(
        raw,
        target,
        format="mp4",
        **encoded,
        **{"profile:v": "high", "flags:v": "+bitexact", "video_track_timescale": TIMESCALE},
        pix_fmt="yuv420p",
        threads=1,
        **_TAGS,
        **_SAME_BYTES,
    )


def _by_x264(given: dict[str, str], frames: int, keyframes: int) -> dict[str, str]:
    """The options of x264; what FFmpeg has no name for goes through in one."""
    preset, finer = given.pop("preset"), int(given.pop("finer"))
    del given["group"]
    given |= {"keyint": str(keyframes), "min-keyint": str(keyframes)}
    if zones := _zones(frames, keyframes, finer=finer, qp=int(given["qp"])):
        given["zones"] = zones
    told = ":".join(f"{name}={value}" for name, value in given.items())
    return {"vcodec": VIDEO_ENCODER, "preset": preset, "x264-params": told}


def _by_card(given: dict[str, str], _frames: int, keyframes: int) -> dict[str, str]:
    """The options of a card's encoder, each by its own name."""
    qp, finer = int(given.pop("qp")), int(given.pop("finer"))
    del given["group"], given["codec"]
    quantizers = {"init_qpI": str(max(qp - finer, 0)), "init_qpP": str(qp), "init_qpB": str(qp)}
    return {"vcodec": CARD_ENCODER, **given, **quantizers, "g": str(keyframes)}


#: How each encoder is told its parameters: all of them, and how many frames there are, and in a group.
_ENCODED: Mapping[str, Callable[[dict[str, str], int, int], dict[str, str]]] = {
    VIDEO_ENCODER: _by_x264,
    CARD_ENCODER: _by_card,
}


def group_of(frames: int, *, fps: int, parameters: Sequence[str]) -> int:
    """How many frames of a clip lie from one keyframe to the next; the first one is a keyframe."""
    seconds = int(dict(parameter.split("=", 1) for parameter in parameters)["group"])
    groups = -(-frames // (seconds * fps))
    # x264 takes groups of one for a stream of another kind.
    return max(-(-frames // groups), 2)


def lettering(target: Path, *, picture: Format) -> list[str]:
    """Raw planar frames on standard input -> the same with a drawing on them, two frames to its second.

    The drawing and its fonts are called by names of ours, in the folder that FFmpeg runs in: no graph holds a
    path or a text.

    Args:
        target: the file of raw frames to make.
        picture: size.
    """
    raw = ffmpeg.input(
        "pipe:0",
        format="rawvideo",
        pix_fmt="yuv420p",
        video_size=(picture.width, picture.height),
        framerate=2,
        **_TAGS,
        **_READ,
    )
    drawn = raw.filter("ass", filename=DRAWING, fontsdir=FONTS, shaping="complex")
    return _compiled(drawn, target, format="rawvideo", pix_fmt="yuv420p", threads=1)


def _zones(frames: int, keyframes: int, *, finer: int, qp: int) -> str:
    """x264's zones: each of the last frames of a group is a quantizer step finer than the one before it."""
    return "/".join(
        f"{frame},{frame},q={max(qp - finer + end - 1 - frame, 0)}"
        for begin in range(0, frames, keyframes)
        for end in (min(begin + keyframes, frames),)
        for frame in range(max(end - finer, begin + 1), end)
    )


def sound(target: Path) -> list[str]:
    """Mono float32 samples at 48 kHz on standard input -> one channel of AAC-LC as a stream (ADTS)."""
    given = dict(parameter.split("=", 1) for parameter in AUDIO_PARAMETERS)
    samples = ffmpeg.input("pipe:0", format="f32le", ar=SAMPLE_RATE, ac=1, **_READ)
    return _compiled(
        samples,
        target,
        format="adts",
        acodec=AUDIO_ENCODER,
        ar=SAMPLE_RATE,
        **given,
        **{"flags:a": "+bitexact"},
        threads=1,
        **_SAME_BYTES,
    )


def _compiled(stream: Any, target: Path, **options: Any) -> list[str]:  # noqa: ANN401 - ffmpeg-python has no types
    """The argument list behind the program's name; a part of one's own may be begun anew."""
    output = ffmpeg.output(stream, f"file:{target}", **options)
    return [str(argument) for argument in ffmpeg.compile(output, overwrite_output=True)[1:]]
