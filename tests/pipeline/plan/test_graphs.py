"""Argument lists: one thread, known formats, and no user's text where it could mean anything."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.plan import graphs
from pipeline.plan.job import Format

EVIL = "x'; drawtext=textfile=/etc/passwd, [0]concat\nfile '/etc/passwd'"
PICTURE = Format(width=512, height=288, fps=25)
NINE = graphs.Contents(fps=25, frames=9, keyframes=1, size=9000)


def _value(arguments: list[str], option: str) -> str:
    return arguments[arguments.index(option) + 1]


def test_a_clip_has_one_set_of_parameters() -> None:
    """Two clips of one profile differ in their target alone."""
    parameters = graphs.video_parameters(crf=20, preset="veryfast")
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
    [graphs.sound(Path("/a")), graphs.film(Path("/s"), Path("/a"), contents=NINE, title="", comment="")],
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


def test_a_users_text_is_metadata_and_nothing_else() -> None:
    """A title stands in an argument of its own behind -metadata, and in no graph, list or file name."""
    arguments = graphs.film(Path("/s"), Path("/a"), contents=NINE, title=EVIL, comment="trace 1")
    holding = [index for index, argument in enumerate(arguments) if "passwd" in argument]
    assert [arguments[index] for index in holding] == [f"title={EVIL}"]
    assert arguments[holding[0] - 1].startswith("-metadata")
    assert not any(argument.startswith("-filter") for argument in arguments)


def test_a_listing_names_our_own_files_alone() -> None:
    """The concat list takes paths of the store's own making, and refuses any other."""
    path = f"clip/ab/{'ab' * 32}.{'cd' * 8}.mp4"
    assert (
        b"".join(graphs.listing([path, path])).decode()
        == f"ffconcat version 1.0\nfile file:{path}\nfile file:{path}\n"
    )
    for wrong in (EVIL, "/etc/passwd", "clip/../../x", "clip/a b", "http://x", "clip"):
        with pytest.raises(ValueError, match=re.escape(wrong)):
            list(graphs.listing([wrong]))


def test_any_title_fits_an_argument() -> None:
    """A title with a NUL, or one without an end, still makes an argument list that a system takes."""
    arguments = graphs.film(Path("/s"), Path("/a"), contents=NINE, title="a\0b" + "c" * 500_000, comment="")
    (title,) = (argument for argument in arguments if argument.startswith("title="))
    assert title.startswith("title=abc")
    assert len(title) < 2000


def test_the_longest_film_has_room_for_its_tables() -> None:
    """Every character of the longest script spoken as a digit at half speed: FFmpeg still takes the room."""
    frames = 80_000 * 520 * 2 // 1000 * 60
    contents = graphs.Contents(fps=60, frames=frames, keyframes=frames, size=1 << 40)
    arguments = graphs.film(Path("/s"), Path("/a"), contents=contents, title="", comment="")
    assert int(_value(arguments, "-moov_size")) < 1 << 31
