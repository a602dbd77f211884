"""The file of a speech: the same bytes for the same speech, and a WAV for everyone else."""

from __future__ import annotations

import hashlib
import io
import wave
from dataclasses import replace

import numpy as np
import pytest

from pipeline.plan.speech import Phoneme, Speech, Times, Word
from pipeline.plan.wave import from_wave, sound_of, to_wave

_SPEECH = Speech(
    rate=48_000,
    samples=np.arange(-500, 500, dtype=np.int16),
    phonemes=(
        Phoneme(symbol="tʃ", start=0, end=300),
        Phoneme(symbol="", start=300, end=310),
        Phoneme(symbol="oʊ", start=310, end=1_000, stressed=True),
    ),
    words=(
        Word(start=0, end=300, text_start=0, text_end=5),
        Word(start=310, end=1_000, text_start=6, text_end=9),
    ),
)


def test_it_comes_back() -> None:
    """Samples, phonemes and words come back as they were."""
    back = from_wave(to_wave(_SPEECH))
    assert back.rate == _SPEECH.rate
    assert np.array_equal(back.samples, _SPEECH.samples)
    assert (back.phonemes, back.words) == (_SPEECH.phonemes, _SPEECH.words)
    assert np.array_equal(sound_of(to_wave(_SPEECH)), _SPEECH.samples)


def test_it_is_a_wav() -> None:
    """Any player reads it: the standard library's does, and passes over the times."""
    with wave.open(io.BytesIO(to_wave(_SPEECH))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 48_000)
        assert file.readframes(10_000) == _SPEECH.samples.tobytes()


def test_where_its_times_come_from_comes_back() -> None:
    """Times that the voice did not tell itself are told as such, with how well they fit."""
    aligned = replace(_SPEECH, times=Times.ALIGNED, cost=312)
    back = from_wave(to_wave(aligned))
    assert (back.times, back.cost) == (Times.ALIGNED, 312)
    assert from_wave(to_wave(_SPEECH)).times is Times.OWN


def test_which_take_it_is_comes_back() -> None:
    """Of one that was spoken once nothing is told."""
    assert from_wave(to_wave(replace(_SPEECH, takes=3))).takes == 3
    assert from_wave(to_wave(_SPEECH)).takes == 1


def test_its_bytes_are_known() -> None:
    """A golden digest: another one means that every speech in every store is made anew."""
    assert (
        hashlib.sha256(to_wave(_SPEECH)).hexdigest()
        == "ba74c6e5f89d49fc8dba967ac4fc0c4ecbdd210919cdc940ae5e10bb75131255"
    )


@pytest.mark.parametrize("cut", [0, 7, 11, 60, 200, 1_500])
def test_a_file_cut_short_is_refused(cut: int) -> None:
    """A file that ends early is damage, told as a ValueError."""
    with pytest.raises(ValueError, match="no speech"):
        from_wave(to_wave(_SPEECH)[:cut])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"WAVE", b"AVI "),
        (b'"schema":1', b'"schema":2'),
        (b'["o', b'[1,"'),
        (b",310,1000,", b",310,1001,"),
        (b"0,300,f", b"0,301,f"),
        (b"lctn", b"note"),
        (b'"aligned"', b'"guessed"'),
        (b'"cost":312', b'"cost":3.2'),
    ],
)
def test_another_content_is_refused(old: bytes, new: bytes) -> None:
    """Another schema, type or chunk, overlaps, times behind the end and of nowhere are damage too."""
    data = to_wave(replace(_SPEECH, times=Times.ALIGNED, cost=312))
    assert old in data
    with pytest.raises(ValueError, match="no speech"):
        from_wave(data.replace(old, new))
