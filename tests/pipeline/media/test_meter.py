"""What measuring pictures promises: exact figures of what is encoded, kept in the clip and read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.media import notes
from pipeline.media.meter import PictureMeter, cells
from pipeline.plan import graphs
from pipeline.plan.errors import TransientError
from pipeline.plan.figures import CELLS, SoundFigures
from pipeline.plan.job import Format
from pipeline.plan.measured import alike
from tests.support import films

PICTURE = Format(width=160, height=128, fps=25)
PARAMETERS = (*graphs.video_parameters(qp=20, preset="superfast"), "group=1")


def _frames(count: int) -> list[NDArray[np.uint8]]:
    """A ramp with a patch that moves from the tenth frame on; raw yuv420p."""
    frames = []
    for index in range(count):
        frame = np.full((PICTURE.height * 3 // 2, PICTURE.width), 128, np.uint8)
        frame[: PICTURE.height] = np.linspace(40, 200, PICTURE.width).astype(np.uint8)
        left = 8 + 2 * max(0, index - 9)
        frame[40:60, left : left + 20] = 235
        frames.append(frame)
    return frames


def _encoded(path: Path, count: int = 60) -> list[NDArray[np.uint8]]:
    frames = _frames(count)
    films.media().encode_clip(frames, path, picture=PICTURE, total=count, parameters=PARAMETERS)
    return frames


def test_figures_are_those_of_the_frames() -> None:
    """Mean and spread of each, the largest change of a pixel, and a still of each keyframe."""
    meter = PictureMeter(2)
    black, grey = np.full((128, 160), 16, np.uint8), np.full((128, 160), 100, np.uint8)
    halves = np.concatenate([np.full((128, 80), 50, np.uint8), np.full((128, 80), 150, np.uint8)], axis=1)
    for luma in (black, black, grey, halves):
        meter.see(luma)
    figures = meter.figures()
    assert list(figures.levels) == [16, 16, 100, 100]
    assert list(figures.spreads) == [0, 0, 0, 50]
    assert list(figures.steps) == [0, 0, 84, 50]
    assert set(figures.stills) == {0, 2}
    assert set(figures.stills[2]) == {100}
    assert list(cells(halves)) == [50, 50, 50, 50, 150, 150, 150, 150] * CELLS


def test_a_clip_bears_its_figures(tmp_path: Path) -> None:
    """They are of the frames as they were drawn, and a player does not see them."""
    path = tmp_path / "clip.mp4"
    frames = _encoded(path)
    track = films.media().track(path)
    figures = films.media().figures(track)
    assert figures.frames == len(frames)
    assert [step == 0 for step in figures.steps] == [index < 10 for index in range(60)]
    assert [number + 1 for number in figures.stills] == list(track.keyframes)
    assert all(figures.stills[number] == cells(frames[number][: PICTURE.height]) for number in figures.stills)
    found = films.media().probe(path)
    assert (found.streams, found.picture and found.picture.packets) == (1, 60)


def test_the_same_frames_give_the_same_file(tmp_path: Path) -> None:
    """Figures are whole numbers."""
    for name in ("one.mp4", "two.mp4"):
        _encoded(tmp_path / name)
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


def test_a_clip_from_before_figures_is_measured_by_decoding(tmp_path: Path) -> None:
    """Nothing of an older version has to be made anew."""
    path = tmp_path / "clip.mp4"
    _encoded(path)
    told = films.media().figures(films.media().track(path))
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"uuid") - 4])
    assert notes.read(path) == b""
    measured = films.media().figures(films.media().track(path))
    assert measured.frames == told.frames
    assert set(measured.stills) == set(told.stills)
    assert max(abs(np.frombuffer(measured.levels, np.uint8).astype(int) - list(told.levels))) <= 1
    assert all(alike(told.stills[number], measured.stills[number]) for number in told.stills)


def test_stills_are_keyframes_alone(tmp_path: Path) -> None:
    """Each shows what was drawn; a frame that is no keyframe cannot be asked for."""
    path = tmp_path / "clip.mp4"
    frames = _encoded(path)
    door = films.media()
    numbers = [int(number) - 1 for number in door.track(path).keyframes]
    assert len(numbers) == 3
    shown = list(door.stills(path, numbers, fps=25))
    assert all(
        alike(cells(frames[number][: PICTURE.height]), cells(luma))
        for number, luma in zip(numbers, shown, strict=True)
    )
    with pytest.raises(TransientError) as caught:
        list(door.stills(path, [numbers[1] + 3], fps=25))
    assert caught.value.code == "media-unreadable"


def test_a_sound_without_figures_is_told(tmp_path: Path) -> None:
    """It is of an older version, or none of ours."""
    path = tmp_path / "sound.m4a"
    door = films.media()
    samples = films.hum(1, 1).astype(np.float32) / 32768
    door.encode_sound([samples], path, samples=len(samples))
    with pytest.raises(TransientError):
        door.sound_figures(path)
    figures = SoundFigures(spoken=None, integrated=-1600, gain=0, peak=-100, late_ms=0, speeches=[])
    door.note(path, figures.packed())
    assert door.sound_figures(path) == figures


def test_a_sound_is_heard_as_it_was_encoded(tmp_path: Path) -> None:
    """Its beginning is where it was, and all of it is there."""
    path = tmp_path / "sound.m4a"
    door = films.media()
    samples = np.concatenate([np.zeros(24_000, np.int16), films.hum(1, 2)]).astype(np.float32) / 32768
    door.encode_sound([samples], path, samples=len(samples))
    heard = np.concatenate(list(door.heard(path)))
    assert len(samples) <= len(heard) <= len(samples) + 2048
    assert np.abs(heard[: len(samples)] - samples).mean() < np.abs(samples).mean() / 5


def test_text_above_and_below_does_not_hide_that_a_picture_is_black() -> None:
    """Labels and captions are drawn on black frames, too."""
    meter = PictureMeter(25)
    luma = np.full((720, 1280), 16, np.uint8)
    luma[20:110, 40:700] = luma[520:700, 100:1100] = 235
    meter.see(luma)
    assert (list(meter.figures().levels), list(meter.figures().spreads)) == ([16], [0])
