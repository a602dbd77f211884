"""Clips as they leave the encoder: one set of parameters, exact, and the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.face import Drive
from pipeline.media import fits, track
from pipeline.media.packets import decode
from pipeline.plan import graphs
from pipeline.plan.clock import FRAME_RATES, grid_frames, samples_per_frame
from pipeline.plan.errors import DefectError, TransientError
from pipeline.plan.job import Format
from tests.support import films

PARAMETERS = graphs.video_parameters(qp=20, preset="veryfast")


def _frames(picture: Format, count: int) -> Iterator[NDArray[np.uint8]]:
    audio = np.zeros(count * samples_per_frame(picture.fps), np.int16)
    drive = Drive(audio=audio, phonemes=(), frames=count, fps=picture.fps, seed=1)
    return films.SketchSitter(picture).frames(drive)


def _encode(target: Path, picture: Format, count: int) -> Path:
    films.media().encode_clip(
        _frames(picture, count), target, picture=picture, total=count, parameters=PARAMETERS
    )
    return target


def test_the_same_frames_give_the_same_bytes(tmp_path: Path) -> None:
    """A clip's file is the same each time it is made."""
    one = _encode(tmp_path / "one", films.SMALL, 60).read_bytes()
    assert _encode(tmp_path / "two", films.SMALL, 60).read_bytes() == one


@pytest.mark.parametrize("fps", FRAME_RATES)
def test_a_clip_is_exact(tmp_path: Path, fps: int) -> None:
    """At every frame rate: so many packets at one step, one keyframe, tags, exact end."""
    picture = Format(width=64, height=48, fps=fps)
    count = 3 * fps // grid_frames(fps) * grid_frames(fps)
    door = films.media()
    found = door.probe(_encode(tmp_path / "clip", picture, count))
    assert fits(found, picture=picture, frames=count)
    assert found.picture is not None
    assert found.picture.packets == count
    assert found.picture.step == samples_per_frame(fps)
    assert found.picture.keyframes == 1
    assert found.picture.end * fps == count
    assert not fits(found, picture=picture, frames=count - 1)
    assert not fits(found, picture=films.SMALL, frames=count)


@pytest.mark.parametrize(
    ("count", "keyframes"), [(1, [0]), (250, [0]), (252, [0, 126]), (501, [0, 167, 334])]
)
def test_long_clips_have_more_keyframes(tmp_path: Path, count: int, keyframes: list[int]) -> None:
    """At most ten seconds apart, as evenly as can be, so that players find their way."""
    clip = _encode(tmp_path / "clip", Format(width=64, height=48, fps=25), count)
    assert (track.read(clip).keyframes - 1).tolist() == keyframes


def test_parameters_do_not_depend_on_length_or_content(tmp_path: Path) -> None:
    """Clips of one profile have equal decoder configurations, from the shortest on."""
    door = films.media()
    noise = np.random.default_rng(1).integers(0, 256, (260, 96, 96), dtype=np.uint8)
    found = []
    for count in (1, 5, 60, 200, 260):
        clip = tmp_path / f"{count}"
        door.encode_clip(iter(noise[:count]), clip, picture=films.SMALL, total=count, parameters=PARAMETERS)
        found.append(door.probe(clip).picture)
    found.append(door.probe(_encode(tmp_path / "still", films.SMALL, 5)).picture)
    assert len({picture.parameters for picture in found if picture is not None}) == 1


def test_frames_decode_in_number(tmp_path: Path) -> None:
    """Every frame that went in comes out."""
    assert sum(1 for _ in decode(_encode(tmp_path / "clip", films.SMALL, 55))) == 55


@pytest.mark.parametrize("given", [4, 6])
def test_an_engine_that_miscounts_is_named(tmp_path: Path, given: int) -> None:
    """A frame too few or too many is a defect, not a film."""
    with pytest.raises(DefectError, match="media-frames-wrong"):
        films.media().encode_clip(
            _frames(films.SMALL, given), tmp_path / "x", picture=films.SMALL, total=5, parameters=PARAMETERS
        )


def test_a_frame_of_another_size_is_named(tmp_path: Path) -> None:
    """So is a frame that is not of the film's size."""
    with pytest.raises(DefectError, match="media-frames-wrong"):
        films.media().encode_clip(
            _frames(Format(width=64, height=64, fps=25), 5),
            tmp_path / "x",
            picture=films.SMALL,
            total=5,
            parameters=PARAMETERS,
        )


def test_what_is_no_clip_is_told(tmp_path: Path) -> None:
    """A file that is cut off or no MP4 at all is unreadable, in words."""
    whole = _encode(tmp_path / "clip", films.SMALL, 60).read_bytes()
    for name, data in (("short", whole[: len(whole) // 2]), ("text", b"no film"), ("empty", b"")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(TransientError, match="media-unreadable"):
            films.media().probe(tmp_path / name)
        with pytest.raises(TransientError, match="media-unreadable"):
            films.media().first_frame(tmp_path / name)
