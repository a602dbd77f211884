"""What every face engine promises, asked of every engine on the shelf."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from pipeline.engines.face import Canvas, Drive, FaceEngine, Sitter
from pipeline.engines.shelf import faces
from pipeline.media.picture import to_yuv
from pipeline.plan.bearing import Bearing, Expression, Motion
from pipeline.plan.clock import FRAME_RATES
from pipeline.plan.lipsync import Lipsync, Mode
from tests.support.face_digest import digest
from tests.support.face_engines import Way, open_for_tests
from tests.support.faces import murmured, silent, spoken
from tests.support.openvino import require_openvino
from tests.support.wav2lip import shared_checkpoint

_ROOT = Path(__file__).resolve().parents[4]
_SENTENCE = "h ə ˈl oʊ m aɪ _ f ɹ ɛ n d z"


def _drawn(sitter: Sitter, drive: Drive) -> list[NDArray[np.uint8]]:
    return [frame.copy() for frame in sitter.frames(drive)]


@pytest.fixture(scope="module")
def sitter(engine: FaceEngine, canvas: Canvas, way: Way) -> Sitter:
    """A portrait made ready."""
    return engine.prepare(canvas, Lipsync(mode=way.mode))


def test_it_names_itself_for_keys(engine: FaceEngine) -> None:
    """Name, version, backend and precision are plain words that a clip's key can carry."""
    for word in (engine.name, engine.version, engine.backend, engine.precision):
        assert re.fullmatch(r"[a-z0-9][a-z0-9.+-]*", word)


@pytest.mark.parametrize("fps", FRAME_RATES)
def test_it_gives_exactly_the_frames_asked_for(sitter: Sitter, canvas: Canvas, fps: int) -> None:
    """As many frames as the drive says, each of the canvas's size, raw yuv420p."""
    drive = spoken("h a m", fps=fps)
    count = 0
    for frame in sitter.frames(drive):
        assert frame.shape == to_yuv(canvas.picture).shape
        assert frame.dtype == np.uint8
        count += 1
    assert count == drive.frames


def test_the_same_drive_gives_the_same_frames(
    engine: FaceEngine, canvas: Canvas, sitter: Sitter, way: Way
) -> None:
    """Twice from one sitter, and once from another, the frames are equal byte by byte."""
    drive = spoken(_SENTENCE)
    first = _drawn(sitter, drive)
    assert all(np.array_equal(a, b) for a, b in zip(first, sitter.frames(drive), strict=True))
    other = engine.prepare(canvas, Lipsync(mode=way.mode))
    assert all(np.array_equal(a, b) for a, b in zip(first, other.frames(drive), strict=True))


def test_frames_do_not_depend_on_what_was_asked_before(sitter: Sitter) -> None:
    """Another utterance before, between or left unfinished changes nothing."""
    drive, other = spoken(_SENTENCE, seed=4), spoken("u b a f i", seed=9)
    alone = _drawn(sitter, drive)
    unfinished = sitter.frames(other)
    for _ in range(7):
        next(unfinished)
    mixed = []
    for frame in sitter.frames(drive):
        mixed.append(frame.copy())
        next(unfinished, None)
    assert all(np.array_equal(a, b) for a, b in zip(alone, mixed, strict=True))


def test_both_ends_of_every_utterance_are_one_frame(sitter: Sitter) -> None:
    """Whatever is said, with whatever seed, the first and the last frame show the same rest."""
    rest = _drawn(sitter, silent(5, seed=0))[0]
    for drive in (spoken(_SENTENCE, seed=1), spoken("p a", seed=2), spoken("ɑ", fps=60), silent(50, seed=3)):
        frames = _drawn(sitter, drive)
        assert np.array_equal(frames[0], rest)
        assert np.array_equal(frames[-1], rest)


def test_a_seed_and_the_bearing_change_the_motion_where_there_is_any(sitter: Sitter, way: Way) -> None:
    """Silence is alive, in seeds and looks differently; what is drawn `exact` stands still in all of them.

    So neither is in the key of what is `exact` (`pipeline.plan.clipkey.shaping`).
    """
    lively = Bearing(expression=Expression.FRIENDLY, motion=Motion.LIVELY)
    quiet = silent(50, seed=1)
    one = _drawn(sitter, quiet)
    for other in (silent(50, seed=2), replace(quiet, bearing=lively)):
        moved = any(not np.array_equal(a, b) for a, b in zip(one, sitter.frames(other), strict=True))
        assert moved is (way.mode is not Mode.EXACT)
    assert any(not np.array_equal(one[0], frame) for frame in one) is (way.mode is not Mode.EXACT)


def test_what_is_heard_moves_the_lips_where_no_phonemes_are_known(sitter: Sitter, way: Way) -> None:
    """Audio alone moves the mouth, the same way each time, and ends at rest; silence does not move it."""
    drive = murmured(seed=6, frames=30 if way.backend else 50)
    frames = _drawn(sitter, drive)
    assert all(np.array_equal(a, b) for a, b in zip(frames, sitter.frames(drive), strict=True))
    still = _drawn(sitter, silent(drive.frames, seed=6))
    assert np.array_equal(frames[0], still[0])
    assert np.array_equal(frames[-1], still[-1])
    moved = [int(np.count_nonzero(a != b)) for a, b in zip(frames, still, strict=True)]
    assert sum(count > 500 for count in moved) >= 12


def test_a_canvas_is_left_as_it_was(engine: FaceEngine, canvas: Canvas, way: Way) -> None:
    """Neither preparing nor drawing writes into the portrait."""
    before = canvas.picture.copy()
    for _ in engine.prepare(canvas, Lipsync(mode=way.mode)).frames(spoken("a m")):
        pass
    assert np.array_equal(before, canvas.picture)


def test_memory_does_not_grow_with_frames(sitter: Sitter) -> None:
    """Three hundred frames after as many, a frame of 96 KiB each, take less than 4 MiB more.

    The first ones find out how much room the heap needs for their sound, which it keeps.
    """
    process = psutil.Process()
    for _ in sitter.frames(silent(300)):
        pass
    before = process.memory_info().rss
    for _ in sitter.frames(silent(300)):
        pass
    assert process.memory_info().rss - before < 4 << 20


@pytest.mark.parametrize("engine_name", faces().names())
def test_threads_locale_and_hash_seed_do_not_matter(
    engine_name: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """With 4 threads, another locale, hash seed and folder, the bytes of all ways are those of here."""
    checkpoint = None
    if faces().opened_with(engine_name):
        require_openvino()
        checkpoint = shared_checkpoint(tmp_path_factory)
    environment = {
        **os.environ,
        "PYTHONPATH": str(_ROOT),
        "PYTHONHASHSEED": "77",
        "LC_ALL": "C" if os.environ.get("LC_ALL") != "C" else "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "4",
        "OMP_NUM_THREADS": "4",
    }
    weights = [] if checkpoint is None else [str(checkpoint)]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.face_digest", engine_name, "4", *weights],
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        here = digest(engine_name, checkpoint)
        there = program.communicate(timeout=100)[0].strip()
    assert program.returncode == 0
    assert len(here) == 64
    assert here == there


def test_it_can_be_closed_twice(way: Way, model: Path | None) -> None:
    """Closing releases what is held, also when nothing is."""
    shelf = faces()
    fresh = open_for_tests(shelf, way, model)
    fresh.close()
    fresh.close()
    shelf.close()
