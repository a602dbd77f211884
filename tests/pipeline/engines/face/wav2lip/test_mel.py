"""The mel spectrogram: librosa's, within a millionth, and the same bits wherever it stands."""

from __future__ import annotations

import functools
import os
import tracemalloc
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.face import Drive
from pipeline.engines.face.wav2lip.mel import SILENCE, columns, spectrogram, windows
from pipeline.engines.face.wav2lip.speech import windows_of
from pipeline.engines.shelf import voices
from pipeline.plan.clock import FRAME_RATES, samples_per_frame
from pipeline.plan.job import VoiceChoice
from pipeline.plan.lipsync import Lipsync, Mode
from pipeline.plan.resample import resample
from pipeline.plan.thirds import thirds

_RATE = 16_000


def _noise(samples: int, level: float = 0.3) -> NDArray[np.float32]:
    return (np.random.default_rng(samples).standard_normal(samples) * level).astype(np.float32)


def _click(samples: int, place: int) -> NDArray[np.float32]:
    sound = np.zeros(samples, np.float32)
    sound[place] = 1.0
    return sound


def _square(samples: int) -> NDArray[np.float32]:
    return np.where(np.arange(samples) // 20 % 2, 1.0, -1.0).astype(np.float32)


@functools.lru_cache(maxsize=1)
def _speech() -> NDArray[np.int16]:
    """A sentence at the master's rate."""
    shelf = voices()
    choice = VoiceChoice(engine="espeak", name="en-us", language="en")
    speech = shelf.open("espeak").speak("Six thick swans sing; please, Bob, move the big box.", choice)
    shelf.close()
    return resample(speech.samples, speech.rate)


@pytest.fixture(scope="module", name="librosa")
def _librosa() -> Any:  # noqa: ANN401 - a module
    """The library that Wav2Lip's program hears with."""
    if "CI" not in os.environ:
        pytest.importorskip("librosa", reason="librosa is not installed: the extra dev brings it")
    import librosa

    return librosa


def _official(librosa: Any, sound: NDArray[np.float32]) -> NDArray[np.float64]:  # noqa: ANN401 - a module
    """What Wav2Lip's program makes of a sound with librosa, written from the facts about it."""
    from scipy.signal import lfilter

    with warnings.catch_warnings():
        # It says so of sounds that are shorter than a window.
        warnings.simplefilter("ignore", UserWarning)
        spectrum = librosa.stft(y=lfilter([1, -0.97], [1], sound), n_fft=800, hop_length=200, win_length=800)
    basis = librosa.filters.mel(sr=_RATE, n_fft=800, n_mels=80, fmin=55, fmax=7600)
    decibels = 20 * np.log10(np.maximum(1e-5, basis @ np.abs(spectrum))) - 20
    level: NDArray[np.float64] = np.clip(8 * ((decibels + 100) / 100) - 4, -4, 4)
    return level


_SOUNDS: Mapping[str, NDArray[np.float32]] = {
    "noise": _noise(3 * _RATE),
    "faint noise": _noise(_RATE, 1e-4),
    "silence": np.zeros(_RATE, np.float32),
    "click": _click(_RATE, 5_000),
    "click at the beginning": _click(_RATE, 0),
    "click at the end": _click(_RATE, _RATE - 1),
    "square wave at full scale": _square(_RATE),
    "direct current": np.full(_RATE, 0.5, np.float32),
    "one sample": _click(1, 0),
    "shorter than a column": _noise(199),
    "a column": _noise(200),
    "shorter than a frame": _noise(799),
    "shorter than a window": _noise(2_900),
}


@pytest.mark.parametrize("name", _SOUNDS)
def test_columns_are_those_of_librosa(librosa: Any, name: str) -> None:  # noqa: ANN401 - a module
    """Every value of every column is librosa's within a millionth, whatever the sound."""
    ours, theirs = spectrogram(_SOUNDS[name]), _official(librosa, _SOUNDS[name])
    assert ours.dtype == np.float32
    assert ours.shape == theirs.shape == (80, 1 + len(_SOUNDS[name]) // 200)
    assert np.abs(ours - theirs).max() < 1e-6


def test_speech_is_heard_as_the_original_program_hears_it(librosa: Any) -> None:  # noqa: ANN401 - a module
    """From the master on, resampled by us and by librosa: within an 8,000th of the scale."""
    master = _speech()
    theirs = librosa.resample(master.astype(np.float32) / 32_768, orig_sr=48_000, target_sr=_RATE)
    assert np.abs(spectrogram(theirs) - _official(librosa, theirs)).max() < 1e-6
    assert np.abs(spectrogram(thirds(master)) - _official(librosa, theirs)).max() < 1e-3


@pytest.mark.parametrize("fps", FRAME_RATES)
def test_frames_are_drawn_from_what_the_original_program_draws_them_from(
    librosa: Any,  # noqa: ANN401 - a module
    fps: int,
) -> None:
    """In `exact` every frame whose window lies inside the sound has the original program's window."""
    frames = 3 * fps
    master = np.resize(_speech(), frames * samples_per_frame(fps))
    sound = librosa.resample(master.astype(np.float32) / 32_768, orig_sr=48_000, target_sr=_RATE)
    mel, theirs, index = _official(librosa, sound), [], 0
    while (start := int(index * (80.0 / fps))) + 16 <= mel.shape[1]:
        theirs.append(mel[:, start : start + 16])
        index += 1
    drive = Drive(audio=master, phonemes=(), frames=frames, fps=fps, seed=1)
    ours = windows_of(drive, Lipsync(mode=Mode.EXACT)).take(range(frames))
    assert frames - fps // 4 < len(theirs) < frames
    assert np.abs(ours[: len(theirs)] - np.array(theirs)).max() < 1e-3


def test_the_same_sound_has_the_same_columns_wherever_it_stands() -> None:
    """At any place of any block, and however much of the sound is there, a column has the same bits."""
    sound = _noise(20 * _RATE)
    whole = spectrogram(sound)
    for first, count in ((0, 1), (3, 7), (100, 129), (127, 2), (700, 800)):
        assert np.array_equal(columns(sound, first, first + count), whole[:, first : first + count])
        # All that these columns look at, moved by a number of columns that no block is a multiple of.
        begin, end = max(first * 200 - 401, 0), (first + count - 1) * 200 + 400
        moved = np.concatenate([np.zeros(37 * 200 + begin % 200, np.float32), sound[begin:end]])
        place = 37 + first - begin // 200
        assert np.array_equal(columns(moved, place, place + count), whole[:, first : first + count])


def test_a_long_sound_takes_no_more_memory_than_what_it_gives() -> None:
    """Beside the columns themselves, and the sound at 16 kHz, a few megabytes, however long it is."""
    master = np.resize(_speech(), 180 * 48_000)
    spectrogram(thirds(master[:48_000]))
    tracemalloc.start()
    try:
        sound = thirds(master)
        mel = spectrogram(sound)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < sound.nbytes + mel.nbytes + (8 << 20)


def test_silence_goes_on_around_the_sound() -> None:
    """Columns before the first and behind the last may be asked for; out of reach they are silent."""
    sound = _noise(2_000)
    around = columns(sound, -10, 30)
    assert np.array_equal(around[:, 10:21], spectrogram(sound))
    assert (around[:, :8] == SILENCE).all()
    assert (around[:, 23:] == SILENCE).all()
    assert columns(sound, 5, 5).shape == (80, 0)


def test_windows_are_what_stands_from_their_starts_on() -> None:
    """A window is a copy of its columns, in the layout that networks take."""
    mel = spectrogram(_noise(_RATE))
    taken = windows(mel, np.array([0, 7, 7, 65]), 16)
    assert taken.shape == (4, 80, 16)
    assert taken.flags.c_contiguous
    assert np.array_equal(taken[1], mel[:, 7:23])
    assert np.array_equal(taken[3], mel[:, 65:81])


@pytest.mark.parametrize(
    "samples",
    [np.zeros(5), np.zeros((5, 2), np.float32), np.array([0.0, np.nan], np.float32)],
)
def test_other_input_is_refused(samples: NDArray[np.float32]) -> None:
    """Doubles, several channels and what is no number are a mistake of the caller."""
    with pytest.raises(ValueError, match="float"):
        spectrogram(samples)
