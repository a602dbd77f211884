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
    """The last twelve of each group, two of them a step; keyframes themselves are left alone."""
    parameters = graphs.video_parameters(qp=20, preset="veryfast")
    given = _value(
        graphs.clip(Path("/a"), picture=PICTURE, frames=251, parameters=parameters), "-x264-params"
    )
    zones = dict(entry.split("=", 1) for entry in given.split(":"))["zones"].split("/")
    first = ["114,115,q=19", "116,117,q=18", "118,119,q=17", "120,121,q=16", "122,123,q=15", "124,125,q=14"]
    assert zones[:6] == first
    assert zones[6:] == [
        "239,240,q=19",
        "241,242,q=18",
        "243,244,q=17",
        "245,246,q=16",
        "247,248,q=15",
        "249,250,q=14",
    ]
    short = _value(graphs.clip(Path("/a"), picture=PICTURE, frames=5, parameters=parameters), "-x264-params")
    assert short.endswith("zones=1,2,q=15/3,4,q=14")


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
