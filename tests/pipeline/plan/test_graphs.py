"""Argument lists: one thread, one set of parameters, known formats."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.plan import graphs
from pipeline.plan.job import Format

PICTURE = Format(width=512, height=288, fps=25)


def _value(arguments: list[str], option: str) -> str:
    return arguments[arguments.index(option) + 1]


def test_a_clip_has_one_set_of_parameters() -> None:
    """Two clips of one profile and length differ in their target alone."""
    parameters = graphs.video_parameters(qp=20, preset="veryfast")
    one = graphs.clip(Path("/a"), picture=PICTURE, frames=120, parameters=parameters)
    two = graphs.clip(Path("/b"), picture=PICTURE, frames=120, parameters=parameters)
    assert [argument for argument in one if argument != "file:/a"] == [
        argument for argument in two if argument != "file:/b"
    ]
    assert _value(one, "-threads") == "1"
    assert _value(one, "-video_size") == "512x288"
    assert _value(one, "-preset") == "veryfast"
    assert "keyint=120:min-keyint=120" in _value(one, "-x264-params")


def test_before_keyframes_pictures_become_finer() -> None:
    """Each of a group's last nine pictures by a step, down to a keyframe's own; keyframes are left alone."""
    assert _zones(251) == [f"{end - 9 + k},{end - 9 + k},q={19 - k}" for end in (126, 251) for k in range(9)]
    assert _zones(5) == [f"{at},{at},q={15 - at}" for at in range(1, 5)]
    assert _zones(1) == []


def _zones(frames: int) -> list[str]:
    parameters = graphs.video_parameters(qp=20, preset="veryfast")
    arguments = graphs.clip(Path("/a"), picture=PICTURE, frames=frames, parameters=parameters)
    given = dict(entry.split("=", 1) for entry in _value(arguments, "-x264-params").split(":"))
    return given["zones"].split("/") if "zones" in given else []


@pytest.mark.parametrize(
    "arguments",
    [
        graphs.sound(Path("/a")),
        graphs.clip(
            Path("/a"),
            picture=PICTURE,
            frames=120,
            parameters=graphs.video_parameters(qp=20, preset="veryfast"),
        ),
    ],
    ids=["sound", "clip"],
)
def test_inputs_are_files_and_pipes_of_known_formats(arguments: list[str]) -> None:
    """Every input is opened with its format said and with the protocols of files and pipes alone."""
    inputs = [index for index, argument in enumerate(arguments) if argument == "-i"]
    assert inputs
    start = 0
    for index in inputs:
        options = arguments[start:index]
        assert _value(options, "-protocol_whitelist") == "file,pipe"
        assert "-f" in options
        start = index + 2


def test_a_card_is_told_each_parameter_by_name() -> None:
    """A constant quantizer, finer in keyframes, no B-frames, closed groups, High, BT.709; nothing of x264."""
    parameters = graphs.card_parameters(qp=20)
    told = graphs.clip(Path("/a"), picture=PICTURE, frames=251, parameters=parameters)
    assert graphs.codec_of(parameters) == "h264_nvenc"
    wanted = {"-vcodec": "h264_nvenc", "-rc": "constqp", "-init_qpI": "17", "-init_qpP": "20", "-bf": "0"}
    wanted |= {"-g": "126", "-profile:v": "high", "-colorspace": "bt709", "-color_range": "tv"}
    assert {option: _value(told, option) for option in wanted} == wanted
    assert not {"-x264-params", "-codec", "-group", "-finer", "-qp"} & set(told)
    assert graphs.codec_of(graphs.video_parameters(qp=20, preset="veryfast")) == "libx264"
