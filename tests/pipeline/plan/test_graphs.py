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
    """Two clips of one profile differ in their target alone."""
    parameters = graphs.video_parameters(qp=20, preset="veryfast")
    one = graphs.clip(Path("/a"), picture=PICTURE, parameters=parameters)
    two = graphs.clip(Path("/b"), picture=PICTURE, parameters=parameters)
    assert [argument for argument in one if argument != "file:/a"] == [
        argument for argument in two if argument != "file:/b"
    ]
    assert _value(one, "-threads") == "1"
    assert _value(one, "-video_size") == "512x288"
    assert _value(one, "-preset") == "veryfast"
    assert "keyint=50:min-keyint=50" in _value(one, "-x264-params")


@pytest.mark.parametrize(
    "arguments",
    [
        graphs.sound(Path("/a")),
        graphs.clip(
            Path("/a"), picture=PICTURE, parameters=graphs.video_parameters(qp=20, preset="veryfast")
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
