"""Hearing: audio alone moves the lips as its phonemes would, and the same way everywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.face import Drive
from pipeline.engines.face.warp import WarpEngine, hearing
from pipeline.engines.face.warp.hearing import NET, SOUNDS, heard, likelihoods
from pipeline.engines.face.warp.tracks import HEAD, TAIL, Sound, at_frames, mouth_tracks
from pipeline.engines.face.warp.visemes import VISEMES, Contact
from pipeline.engines.shelf import voices
from pipeline.engines.voice import VoiceEngine
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.job import VoiceChoice
from pipeline.plan.recording import CONTEXT
from pipeline.plan.resample import resample, time_at_master
from pipeline.plan.spectrum import HOP, features
from tests.support.faces import murmured, silent
from tests.support.sync import lag_and_correlation, phoneme_openness

_LEAD = 240 * SAMPLE_RATE // 1000
_SAID = {
    "en-us": "Please move the five big boxes above the open window, and wait for Bob.",
    "cmn": "大家好，我们明天八点半在办公室门口见面，请不要忘了买票。",
    "de+f3": "Guten Morgen, bitte bringen Sie alle Papiere mit, wir fahren um halb acht.",
    "id": "Selamat pagi, mohon buka jendela dan letakkan buku itu di atas meja sebelum bus berangkat.",
}


@pytest.fixture(scope="module")
def voice() -> Iterator[VoiceEngine]:
    """A voice whose phonemes are known."""
    shelf = voices()
    yield shelf.open("espeak")
    shelf.close()


def _spoken(voice: VoiceEngine, name: str) -> Drive:
    speech = voice.speak(_SAID[name], VoiceChoice(engine="espeak", name=name, language="en"))
    sound = resample(speech.samples, speech.rate)
    frames = (_LEAD + len(sound) + TAIL) // samples_per_frame(25) + 1
    audio = np.zeros(frames * samples_per_frame(25), np.int16)
    audio[_LEAD : _LEAD + len(sound)] = sound
    phonemes = tuple(
        replace(
            p,
            start=_LEAD + time_at_master(p.start, speech.rate),
            end=_LEAD + time_at_master(p.end, speech.rate),
        )
        for p in speech.phonemes
    )
    return Drive(audio=audio, phonemes=phonemes, frames=frames, fps=25, seed=1)


def _opening(said: tuple[Sound, ...], drive: Drive) -> NDArray[np.float64]:
    return at_frames(mouth_tracks(said, len(drive.audio)), drive.frames, drive.fps).aperture


@pytest.mark.parametrize("name", _SAID)
def test_lips_open_as_for_the_sounds_that_were_spoken(voice: VoiceEngine, name: str) -> None:
    """Within a frame, and alike by an independent table; the net has never heard any Indonesian."""
    drive = _spoken(voice, name)
    opening = _opening(heard(drive.audio), drive)
    lag, agreement = lag_and_correlation(opening, phoneme_openness(drive.phonemes, drive.frames, drive.fps))
    assert abs(lag) < 1
    assert agreement >= 0.75


@pytest.mark.parametrize("name", _SAID)
def test_lips_close_on_what_is_made_with_them(voice: VoiceEngine, name: str) -> None:
    """Of the closures of p, b and m nine in ten are heard, and hardly any where there is none."""
    drive = _spoken(voice, name)
    said = heard(drive.audio)
    opening = _opening(said, drive)
    frame = samples_per_frame(25)
    lips = [p for p in drive.phonemes if p.symbol[:1] in {"p", "b", "m"} and p.symbol]
    spans = [slice((p.start - SAMPLE_RATE // 14) // frame, p.end // frame + 2) for p in lips]
    assert sum(bool((opening[span] < 0.03).any()) for span in spans) >= 0.9 * len(lips)
    contacts = [s for s in said if s.viseme.contact is Contact.LIPS]
    assert len(contacts) <= 1.5 * len(lips)


@pytest.mark.parametrize("name", ["en-us", "de+f3"])
def test_lips_tuck_on_most_of_f_and_v(voice: VoiceEngine, name: str) -> None:
    """Short and weak as they are between vowels, more than half of f and v are heard, and nothing else."""
    drive = _spoken(voice, name)
    near = SAMPLE_RATE // 20
    tucked = [s for s in heard(drive.audio) if s.viseme.contact is Contact.LIP_AND_TEETH]
    made = [p for p in drive.phonemes if p.symbol[:1] in {"f", "v"} and p.symbol]
    met = [(s, p) for s in tucked for p in made if p.start - near < s.end and s.start < p.end + near]
    assert len({p.start for _, p in met}) > 0.5 * len(made)
    assert len({s.start for s, _ in met}) == len(tucked)


def test_silence_says_nothing() -> None:
    """Digital silence, and what nobody can hear, has no sounds."""
    audio = silent(50).audio
    assert heard(audio) == ()
    assert heard((np.arange(len(audio)) % 60 - 30).astype(np.int16)) == ()
    assert heard(audio[:100]) == ()
    assert heard(np.full(HOP - 1, 9_000, np.int16)) == ()


def test_sounds_keep_off_the_borders() -> None:
    """Whatever is heard, an utterance begins and ends at rest; sounds are in order and do not overlap."""
    audio = np.tile(murmured().audio[20_000:60_000], 3)
    said = heard(audio)
    assert said
    assert said[0].start >= HEAD
    assert said[-1].end <= len(audio) - TAIL
    assert all(a.start < a.end <= b.start for a, b in pairwise(said))
    assert any(s.stressed for s in said)
    assert not all(s.stressed for s in said)


def test_a_vowel_is_stressed_that_is_stronger_than_any_other_within_reach() -> None:
    """Those whose middles lie less than 0.6 s apart compete, in half an hour of speech as in a second."""
    random = np.random.default_rng(4)
    frames, vowel = 180_000, SOUNDS.index("a")
    likely = np.zeros((frames, len(SOUNDS)))
    spoken = np.repeat(random.random(frames // 6) < 0.5, 6)
    likely[np.arange(frames), np.where(spoken, vowel, len(SOUNDS) - 1)] = 1
    loudness = random.integers(0, 1000, frames).astype(np.float64)
    stressed = hearing._stressed(likely, loudness)
    assert not stressed[~spoken].any()
    vowels = list(hearing._runs(spoken))[:400]
    force = [float((loudness[start:end] - loudness.min()).sum()) for start, end in vowels]
    for own, (start, end) in list(zip(force, vowels, strict=True))[:300]:
        rivals = [f for f, (a, b) in zip(force, vowels, strict=True) if abs(a + b - start - end) < 120]
        assert set(stressed[start:end]) == {own == max(rivals)}


def test_loudness_opens_no_mouth(voice: VoiceEngine) -> None:
    """Speech at a tenth of its level moves the lips in the same way."""
    drive = _spoken(voice, "en-us")
    quiet = np.rint(drive.audio / 10).astype(np.int16)
    difference = _opening(heard(drive.audio), drive) - _opening(heard(quiet), drive)
    assert np.abs(difference).mean() < 0.03


def test_the_nets_sums_are_exact() -> None:
    """No sum can reach 2^53, and 64-bit integers, which no library multiplies, give the same likelihoods."""
    net = hearing._net()
    for weights, biases in zip(net.weights, net.biases, strict=True):
        assert (np.abs(weights).sum(axis=(0, 1)) * hearing._LARGEST + np.abs(biases)).max() < 2**53
    given = features(murmured().audio)
    assert np.array_equal(likelihoods(given, net), _whole_likelihoods(given.astype(np.int64), net))


def _whole_likelihoods(given: NDArray[np.int64], net: hearing.Net) -> NDArray[np.int64]:
    """The net in 64-bit integers and shifts, its inputs added up in another order."""
    values = np.pad(given * (hearing.VALUE // hearing.FEATURE), ((hearing.CONTEXT,) * 2, (0, 0)), "edge")
    half, bits = hearing.WEIGHT // 2, hearing.WEIGHT.bit_length() - 1
    most = int(hearing._LARGEST)
    for index, (weights, biases) in enumerate(zip(net.weights, net.biases, strict=True)):
        dilation = (*hearing.DILATIONS, 0)[index]
        length = len(values) - 2 * dilation
        total = np.tile(biases.astype(np.int64), (length, 1))
        for tap in reversed(range(len(weights))):
            part = values[tap * dilation : tap * dilation + length, ::-1]
            total += part @ weights[tap, ::-1].astype(np.int64)
        found = (total + half) >> bits
        if not dilation:
            values = found
            break
        found = np.clip(found, 0, most)
        values = found if index == 0 else np.minimum(values[dilation:-dilation] + found, most)
    below = np.minimum(values.max(axis=1, keepdims=True) - values, len(hearing._powers()) - 1)
    return hearing._powers().astype(np.int64)[below]


def test_every_mouth_stands_in_the_table_of_visemes() -> None:
    """The net tells letters of the chart apart; what a mouth does for them is told once, elsewhere."""
    assert set(SOUNDS[:-1]) <= set(VISEMES)
    assert SOUNDS[-1] == ""
    shapes = hearing._table()[0]
    assert shapes.shape == (len(SOUNDS), 5)


def test_the_net_is_the_one_that_keys_name() -> None:
    """The engine's version, which every clip key holds, carries the digest of the net's file."""
    file = Path(hearing.__file__).with_name("hearing.npz")
    assert hashlib.sha256(file.read_bytes()).hexdigest().startswith(NET)
    assert WarpEngine.version.endswith(f"-{NET}")


def test_a_piece_is_heard_with_what_is_around_it(voice: VoiceEngine) -> None:
    """Cut out of a sentence, a mouth moves at its borders nearly as there; without what is around, less so.

    What is loud is told by all that is heard, so it is not the same to the last bit.
    """
    audio = _spoken(voice, "en-us").audio
    expected = {sound.start: sound.viseme.aperture for sound in heard(audio)}
    off = {True: 0.0, False: 0.0}
    for begin in range(50 * HOP, len(audio) - CONTEXT - 100 * HOP, 16 * HOP):
        end = begin + 100 * HOP
        around = audio[begin - CONTEXT : end + CONTEXT]
        pieces = {True: heard(around, CONTEXT, CONTEXT + 100 * HOP), False: heard(audio[begin:end])}
        for way, said in pieces.items():
            near = [s for s in said if not HEAD + 5 * HOP <= s.start <= 100 * HOP - TAIL - 5 * HOP]
            off[way] += sum(abs(s.viseme.aperture - expected.get(s.start + begin, 0.0)) for s in near)
    assert off[True] < 0.8 * off[False]


def test_a_drive_brings_what_is_around_it_in_whole_steps() -> None:
    """What does not fill a step before the utterance is left out; without any of it nothing is copied."""
    audio = np.arange(1_920, dtype=np.int16)
    drive = Drive(audio=audio, phonemes=(), frames=1, fps=25, seed=1)
    assert drive.around(HOP)[0] is audio
    around, begin = replace(drive, before=np.arange(-1_000, 0, dtype=np.int16), after=audio[:7]).around(HOP)
    assert begin == 2 * HOP
    assert around.tolist() == [*range(-960, 1_920), *range(7)]
