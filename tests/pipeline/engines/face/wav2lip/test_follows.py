"""From the sound to the picture: the drawn mouth moves just where what is heard does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.face import Drive
from pipeline.engines.face.wav2lip.engine import Wav2LipEngine
from pipeline.engines.face.wav2lip.speech import windows_of
from pipeline.plan.bearing import Bearing, Motion
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.lipsync import Lipsync, Mode
from pipeline.plan.speech import Phoneme
from tests.support.faces import drawn_canvas
from tests.support.wav2lip import shared_checkpoint, weights_of

_FRAME = SAMPLE_RATE // 25
_SIDE = 128

# One frame each.
_ODD = {
    "silence": np.zeros(_FRAME),
    "a square wave at full scale": np.where(np.arange(_FRAME) // 109 % 2, 32_767, -32_768),
    "direct current": np.full(_FRAME, 9_000),
}


@pytest.fixture(scope="module", name="checkpoint")
def _checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared_checkpoint(tmp_path_factory)


@pytest.fixture(scope="module", name="exact")
def _exact(checkpoint: Path) -> Iterator[Wav2LipEngine]:
    yield from _opened(checkpoint, Mode.EXACT)


@pytest.fixture(scope="module", name="fast")
def _fast(checkpoint: Path) -> Iterator[Wav2LipEngine]:
    yield from _opened(checkpoint, Mode.FAST)


def _opened(checkpoint: Path, mode: Mode) -> Iterator[Wav2LipEngine]:
    engine = Wav2LipEngine(weights=weights_of(checkpoint), mode=mode, backend="torch", device="cpu", batch=4)
    yield engine
    engine.close()


def _drive(*spans: tuple[int, int], frames: int) -> Drive:
    """Speech from and to so many milliseconds."""
    rng = np.random.default_rng(1)
    audio = np.zeros(frames * _FRAME, np.int16)
    said = [(start * SAMPLE_RATE // 1000, end * SAMPLE_RATE // 1000) for start, end in spans]
    for start, end in said:
        tone = np.sin(np.arange(end - start) * rng.uniform(0.02, 0.06)) * 9_000
        audio[start:end] = tone + rng.normal(size=end - start) * 900
    return Drive(
        audio=audio,
        phonemes=tuple(Phoneme(symbol="a", start=start, end=end) for start, end in said),
        frames=frames,
        fps=25,
        seed=1,
        bearing=Bearing(motion=Motion.NONE),
    )


def _frames(engine: Wav2LipEngine, drive: Drive, lipsync: Lipsync) -> list[NDArray[np.uint8]]:
    sitter = engine.prepare(drawn_canvas(_SIDE), lipsync)
    return [frame.copy() for frame in sitter.frames(drive)]


def _told(engine: Wav2LipEngine, drive: Drive, *, offset: int = 0) -> list[str]:
    """What each frame of `exact` shows, by digest."""
    lipsync = Lipsync(mode=Mode.EXACT, offset=offset)
    return [hashlib.sha256(frame.tobytes()).hexdigest() for frame in _frames(engine, drive, lipsync)]


@pytest.fixture(scope="module", name="plain")
def _plain(exact: Wav2LipEngine) -> list[str]:
    return _told(exact, _SHORT)


_SHORT = _drive((240, 320), frames=15)


def test_a_picture_changes_exactly_where_what_is_heard_changes(plain: list[str]) -> None:
    """Two frames are equal just when their windows are; silence, wherever it is, is one picture."""
    numbers = windows_of(_SHORT, Lipsync(mode=Mode.EXACT)).numbers
    assert len(set(plain)) == len(set(numbers)) > 5
    assert plain[0] == plain[-1]
    assert all((plain[i] == plain[j]) == (numbers[i] == numbers[j]) for i in range(15) for j in range(i))


@pytest.mark.parametrize("offset", [-2, 3])
def test_an_offset_shows_the_same_pictures_earlier_or_later(
    exact: Wav2LipEngine, plain: list[str], offset: int
) -> None:
    """By whole frames, bit for bit, whatever batch they fall into."""
    moved = _told(exact, _SHORT, offset=offset)
    first, last = max(-offset, 0), 15 - max(offset, 0)
    assert moved[first:last] == plain[first + offset : last + offset]


def test_later_sound_shows_the_same_pictures_later(exact: Wav2LipEngine, plain: list[str]) -> None:
    """Silence on the grid before an utterance moves its pictures and changes none."""
    later = replace(_SHORT, audio=np.pad(_SHORT.audio, (10 * _FRAME, 0)), frames=25)
    moved = _told(exact, later)
    assert moved[10:] == plain
    assert set(moved[:10]) == {plain[0]}


def test_a_mouth_rests_in_silence_and_moves_in_speech(fast: Wav2LipEngine) -> None:
    """In a pause and at both ends it is the portrait's own; while somebody speaks each frame has another."""
    drive = _drive((240, 360), (760, 920), frames=30)
    # What is below the eyes, which blink.
    mouths = [frame[_SIDE * 5 // 8 : _SIDE] for frame in _frames(fast, drive, Lipsync())]
    closed = windows_of(drive, Lipsync()).closed
    assert all(
        np.array_equal(mouth, mouths[0]) == (shut == 1) for mouth, shut in zip(mouths, closed, strict=True)
    )
    assert (closed[13:16] == 1).all()
    said = [mouth.tobytes() for mouth, shut in zip(mouths, closed, strict=True) if shut == 0]
    assert len(set(said)) == len(said) > 5


def test_a_single_frame_is_the_portrait_at_rest(fast: Wav2LipEngine) -> None:
    """Whatever its sound: clips join at rest."""
    sitter = fast.prepare(drawn_canvas(_SIDE), Lipsync())
    rest = next(iter(sitter.frames(_SHORT))).copy()
    for audio in _ODD.values():
        drive = Drive(audio=audio.astype(np.int16), phonemes=(), frames=1, fps=25, seed=1)
        assert [np.array_equal(frame, rest) for frame in sitter.frames(drive)] == [True]
