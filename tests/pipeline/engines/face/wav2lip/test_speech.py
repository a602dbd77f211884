"""Windows of an utterance: the film's, bit for bit; equal ones known, silent ones told."""

from __future__ import annotations

import hashlib
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.face import Drive
from pipeline.engines.face.wav2lip.batches import NOTHING
from pipeline.engines.face.wav2lip.mel import SILENCE, spectrogram
from pipeline.engines.face.wav2lip.speech import windows_of
from pipeline.plan.clock import FRAME_RATES, SAMPLE_RATE, grid_frames, samples_per_frame
from pipeline.plan.lipsync import Lipsync, Mode
from pipeline.plan.recording import CONTEXT
from pipeline.plan.speech import Phoneme
from pipeline.plan.thirds import thirds
from pipeline.plan.timeline import LEAD, TAIL

_EXACT = Lipsync(mode=Mode.EXACT)


def _utterance(fps: int, seed: int, seconds: float = 1.0) -> Drive:
    """Noise that speaks up as soon as it may and ends as late as it may, in an utterance on the grid."""
    speech = np.random.default_rng(seed).integers(-9_000, 9_000, int(seconds * SAMPLE_RATE)).astype(np.int16)
    unit = grid_frames(fps) * samples_per_frame(fps)
    audio = np.zeros(-(-(LEAD + len(speech) + TAIL) // unit) * unit, np.int16)
    audio[LEAD : LEAD + len(speech)] = speech
    return Drive(
        audio=audio,
        phonemes=(Phoneme(symbol="a", start=LEAD, end=LEAD + len(speech)),),
        frames=len(audio) // samples_per_frame(fps),
        fps=fps,
        seed=seed,
    )


def _joined(drives: list[Drive]) -> Drive:
    audio = np.concatenate([drive.audio for drive in drives])
    return replace(drives[0], audio=audio, frames=sum(drive.frames for drive in drives))


def _all(drive: Drive, lipsync: Lipsync = _EXACT) -> NDArray[np.float32]:
    return windows_of(drive, lipsync).take(range(drive.frames))


@pytest.mark.parametrize("offset", [-2, 0])
@pytest.mark.parametrize("fps", FRAME_RATES)
def test_an_utterance_alone_has_the_windows_of_the_film(fps: int, offset: int) -> None:
    """Bit for bit: a clip that is made alone is the one that the whole film would have."""
    drives = [_utterance(fps, seed, 0.3 + 0.217 * seed) for seed in range(1, 4)]
    lipsync = Lipsync(mode=Mode.EXACT, offset=offset)
    alone = np.concatenate([_all(drive, lipsync) for drive in drives])
    assert np.array_equal(alone, _all(_joined(drives), lipsync))


@pytest.mark.parametrize("offset", [-5, 0, 5])
@pytest.mark.parametrize("fps", FRAME_RATES)
def test_a_piece_of_a_recording_has_the_windows_of_the_recording(fps: int, offset: int) -> None:
    """Bit for bit, though it goes on all around: with what is heard beside it, as far as that goes along."""
    unit = grid_frames(fps) * samples_per_frame(fps)
    grids = 3 * SAMPLE_RATE // unit
    whole = np.random.default_rng(fps).integers(-9_000, 9_000, grids * unit).astype(np.int16)
    drive = _with(whole, fps=fps)
    lipsync = Lipsync(mode=Mode.EXACT, offset=offset)
    begin, end = grids // 3 * unit, 2 * grids // 3 * unit
    first, last = (edge // samples_per_frame(fps) for edge in (begin, end))
    alone = replace(drive, audio=whole[begin:end], frames=last - first)
    piece = replace(alone, before=whole[begin - CONTEXT : begin], after=whole[end : end + CONTEXT])
    expected = _all(drive, lipsync)[first:last]
    assert np.array_equal(_all(piece, lipsync), expected)
    assert not np.array_equal(_all(alone, lipsync), expected)


@pytest.mark.parametrize("fps", FRAME_RATES)
def test_windows_begin_where_the_original_program_has_them(fps: int) -> None:
    """Frame i is drawn from the columns int(i * 80 / fps) to 16 behind it of the whole sound's mel."""
    drive = _utterance(fps, 1)
    mel = spectrogram(thirds(drive.audio))
    for index, window in enumerate(_all(drive)):
        start = int(index * (80.0 / fps))
        if start + 16 <= mel.shape[1]:
            assert np.array_equal(window, mel[:, start : start + 16])
        else:
            assert np.array_equal(window[:, : mel.shape[1] - start], mel[:, start:])
            assert (window[:, mel.shape[1] - start :] == SILENCE).all()


@pytest.mark.parametrize("offset", [-5, -1, 1, 5])
def test_an_offset_moves_windows_by_whole_frames(offset: int) -> None:
    """Each frame is drawn from what is heard so many frames later; beyond the sound there is silence."""
    drive = _utterance(30, 1)
    moved, plain = _all(drive, Lipsync(mode=Mode.EXACT, offset=offset)), _all(drive)
    first, last = max(-offset, 0), drive.frames - max(offset, 0)
    assert np.array_equal(moved[first:last], plain[first + offset : last + offset])
    outside = np.concatenate([moved[:first], moved[last:]])
    assert (outside == SILENCE).all()


def test_equal_windows_have_one_number() -> None:
    """Frames share a number just when their windows are equal, and numbers rise from 0."""
    drive = _joined([_utterance(25, 1), _utterance(25, 1)])
    found = windows_of(drive, _EXACT)
    taken = [window.tobytes() for window in found.take(range(drive.frames))]
    for index, number in enumerate(found.numbers):
        assert found.numbers.index(number) == taken.index(taken[index])
    assert sorted(set(found.numbers)) == list(range(len(set(taken))))
    assert len(set(taken)) < drive.frames // 2 + 1


def test_closed_mouths_need_no_network() -> None:
    """Where the mouth is closed there is no number; elsewhere there is one, as there always is in exact."""
    drive = _joined([_utterance(25, 1), _utterance(25, 2)])
    found = windows_of(drive, Lipsync())
    assert [number == NOTHING for number in found.numbers] == (found.closed == 1).tolist()
    assert 0 < (found.closed == 1).sum() < drive.frames
    exact = windows_of(drive, _EXACT)
    assert not exact.closed.any()
    assert NOTHING not in exact.numbers


def _with(audio: NDArray[np.int16], *, fps: int = 25) -> Drive:
    """A recording as it comes: no phonemes, no silence around it."""
    return Drive(audio=audio, phonemes=(), frames=-(-len(audio) * fps // SAMPLE_RATE), fps=fps, seed=1)


def _square(samples: int) -> NDArray[np.int16]:
    return np.where(np.arange(samples) // 109 % 2, 32_767, -32_768).astype(np.int16)


_BAD: dict[str, Drive] = {
    "no sample": _with(np.zeros(0, np.int16)),
    "one sample": _with(np.full(1, 32_767, np.int16)),
    "one frame": _with(_square(1_920)),
    "one frame at 60": _with(_square(800), fps=60),
    "shorter than a window": _with(_square(6 * 1_920)),
    "only silence": _with(np.zeros(50 * 1_920, np.int16)),
    "a square wave at full scale": _with(_square(50 * 1_920)),
    "direct current at full scale": _with(np.full(50 * 1_920, -32_768, np.int16)),
    "a step": _with(np.repeat(np.array([-32_768, 32_767], np.int16), 25 * 1_920)),
}


@pytest.mark.parametrize("lipsync", [Lipsync(), _EXACT, Lipsync(mode=Mode.EXACT, offset=-5)])
@pytest.mark.parametrize("name", _BAD)
def test_any_sound_has_its_windows(name: str, lipsync: Lipsync) -> None:
    """However short, silent or loud: a window of numbers from -4 to 4 for each frame, and no error."""
    drive = _BAD[name]
    found = windows_of(drive, lipsync)
    taken = found.take(range(drive.frames))
    assert taken.shape == (drive.frames, 80, 16)
    assert taken.dtype == np.float32
    assert (np.abs(taken) <= 4).all()
    assert len(found.closed) == len(found.numbers) == drive.frames
    assert ((found.closed >= 0) & (found.closed <= 1)).all()


def test_a_long_utterance_takes_little_memory() -> None:
    """Forty seconds without phonemes take less than 32 MiB: what is heard of them is heard piece by piece."""
    drive = _with(np.resize(_utterance(25, 3, seconds=2.0).audio, 40 * SAMPLE_RATE))
    windows_of(_with(drive.audio[:SAMPLE_RATE]), Lipsync())
    tracemalloc.start()
    try:
        windows_of(drive, Lipsync())
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 32 << 20


def test_silence_is_one_window_and_none_to_draw() -> None:
    """Of a silent utterance the original program would draw one picture, and a closed mouth needs none."""
    assert set(windows_of(_BAD["only silence"], _EXACT).numbers) == {0}
    assert set(windows_of(_BAD["only silence"], Lipsync()).numbers) == {NOTHING}


def test_direct_current_hardly_moves_a_window() -> None:
    """A sound that lies beside zero is heard as it is without that, but in the four lowest bands."""
    speech = _utterance(25, 1).audio
    plain, moved = _all(_with(speech)), _all(_with((speech + 2_000).astype(np.int16)))
    said = plain.min(axis=(1, 2)) > SILENCE
    assert said.sum() > 10
    assert np.abs(moved - plain)[said][:, 4:].max() < 0.1


def test_the_bits_are_known() -> None:
    """A golden digest: another one means that all mouths change, and asks for a new version of the engine."""
    rng = np.random.default_rng(7)
    sound = rng.integers(-9_000, 9_000, 96_000) * np.abs(np.sin(np.arange(96_000) / 4_000))
    drive = _with(np.pad(sound.astype(np.int16), (LEAD, TAIL)))
    found = windows_of(drive, Lipsync())
    digest = hashlib.sha256(found.mel.astype("<f4").tobytes() + found.closed.astype("<f4").tobytes())
    assert digest.hexdigest() == "fe6e7fe05ff4ceb46e4902b9ac141a384579e3909319e170b9f42aa4e2fefdc6"
