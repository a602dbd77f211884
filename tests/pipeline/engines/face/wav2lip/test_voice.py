"""Where somebody speaks: every word of it, and neither breath nor noise, nor hum."""

from __future__ import annotations

import functools
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.face.warp.tracks import HEAD, TAIL
from pipeline.engines.face.wav2lip.silence import PAUSE
from pipeline.engines.face.wav2lip.voice import STEP, spoken
from pipeline.engines.shelf import voices
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.job import VoiceChoice
from pipeline.plan.recording import CONTEXT
from pipeline.plan.resample import resample, time_at_master

Sound = NDArray[np.float64]

_MS = SAMPLE_RATE // 1000
_SAID = {
    "en-us": ("Six thick swans sing.", "Please, Bob, move the big box.", "Fifty fresh fish."),
    "cmn": ("大家好。", "我们明天八点半在办公室门口见面。", "请不要忘了买票。"),
}
_GAP = 900 * _MS
# Sounds that begin or end softly are marked earlier or later than they are heard.
_NEAR = 90 * _MS


@functools.lru_cache(maxsize=2)
def _sentences(name: str) -> tuple[Sound, list[tuple[int, int]]]:
    """Three sentences with digital silence around them, and when each is spoken by its voice's phonemes."""
    shelf = voices()
    voice = shelf.open("espeak")
    parts, spans, at = [], [], 0
    for text in _SAID[name]:
        speech = voice.speak(text, VoiceChoice(engine="espeak", name=name, language="en"))
        sound = resample(speech.samples, speech.rate)
        first, last = speech.phonemes[0].start, speech.phonemes[-1].end
        begin, end = time_at_master(first, speech.rate), time_at_master(last, speech.rate)
        at += _GAP
        spans.append((at, at + end - begin))
        at += end - begin
        parts += [np.zeros(_GAP), sound[begin:end].astype(np.float64)]
    shelf.close()
    parts.append(np.zeros(_GAP))
    return np.concatenate(parts), spans


def _noise(samples: int, slope: float, seed: int = 1) -> Sound:
    """Noise of unit size, louder towards low tones by a slope."""
    hertz = np.maximum(np.fft.rfftfreq(samples, 1 / SAMPLE_RATE), 30)
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=samples)) * hertz**-slope
    noise = np.fft.irfft(spectrum, samples)
    return noise / noise.std()


def _breath(samples: int) -> Sound:
    """Air through an open mouth: noise about 1.5 kHz that swells and dies away."""
    hertz = np.maximum(np.fft.rfftfreq(samples, 1 / SAMPLE_RATE), 50)
    colour = np.exp(-((np.log2(hertz / 1_500) / 1.2) ** 2))
    air = np.fft.irfft(np.fft.rfft(np.random.default_rng(2).normal(size=samples)) * colour, samples)
    return air / air.std() * np.sin(np.pi * np.arange(samples) / samples)


def _loudness(sound: Sound) -> float:
    return float(np.sqrt((sound[sound != 0] ** 2).mean()))


def _taken(sound: Sound) -> NDArray[np.int16]:
    return np.clip(np.rint(sound), -32_768, 32_767).astype(np.int16)


def _assert_told(found: list[tuple[int, int]], spans: list[tuple[int, int]], *, late: int) -> None:
    """Every sentence is found from end to end, and nothing that lies further from it than so many samples."""
    assert all(any(a - late <= start and end <= b + late for a, b in spans) for start, end in found)
    for start, end in spans:
        own = [each for each in found if start - late <= each[0] and each[1] <= end + late]
        assert own[0][0] <= start + _NEAR
        assert own[-1][1] >= end - 1.2 * _NEAR
        # Within a sentence lips stay open from one to the next.
        assert all(following[0] - each[1] < PAUSE for each, following in pairwise(own))


@pytest.mark.parametrize("name", _SAID)
@pytest.mark.parametrize("level", [1.0, 0.02])
def test_speech_is_found_as_its_phonemes_tell(name: str, level: float) -> None:
    """Each sentence, from its first sound to its last, loud or soft; and the pauses between are none."""
    sound, spans = _sentences(name)
    _assert_told(spoken(_taken(sound * level)), spans, late=_NEAR)


@pytest.mark.parametrize("below", [40, 30, 20])
def test_a_noisy_room_is_not_speech(below: int) -> None:
    """Noise in the pauses, even loud, keeps no mouth open, and hides no word."""
    sound, spans = _sentences("en-us")
    noise = _noise(len(sound), 0.5) * _loudness(sound) * 10 ** (-below / 20)
    _assert_told(spoken(_taken(sound + noise)), spans, late=2 * _NEAR)


@pytest.mark.parametrize("below", [20, 30])
def test_breaths_are_not_speech(below: int) -> None:
    """A breath in a pause opens no mouth; one right before a word opens it a little early at most."""
    sound, spans = _sentences("cmn")
    breathed = sound + _noise(len(sound), 0.3) * _loudness(sound) * 0.005
    for start, end in spans:
        for place in (start - 410 * _MS, end + 100 * _MS):
            breathed[place : place + 350 * _MS] += _breath(350 * _MS) * _loudness(sound) * 10 ** (-below / 20)
    _assert_told(spoken(_taken(breathed)), spans, late=450 * _MS)
    found = spoken(_taken(breathed))
    for (_, end), (start, _) in pairwise(spans):
        assert not any(a < start - 250 * _MS and end + 500 * _MS < b for a, b in found)


@pytest.mark.parametrize("slope", [0.0, 0.5, 1.2])
@pytest.mark.parametrize("level", [3_000, 100])
def test_noise_alone_says_nothing(slope: float, level: float) -> None:
    """A room in which nobody speaks is silence, however loud and of whatever colour its noise is."""
    assert spoken(_taken(_noise(3 * SAMPLE_RATE, slope) * level)) == []


def test_hum_says_nothing() -> None:
    """Mains hum is no voice."""
    at = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    hum = np.sin(2 * np.pi * 50 * at) + 0.3 * np.sin(2 * np.pi * 100 * at)
    assert spoken(_taken(2_000 * hum + 20 * _noise(len(at), 0.0))) == []


def test_the_shortest_sounds_and_silence_say_nothing() -> None:
    """No sample, one sample, a step, digital silence: nothing, and no error."""
    for samples in (0, 1, STEP - 1, STEP, 3 * STEP, SAMPLE_RATE):
        assert spoken(np.zeros(samples, np.int16)) == []
        assert spoken(np.full(samples, 9_000, np.int16)) == []


def test_a_voice_goes_on_across_the_borders_of_a_piece() -> None:
    """A second out of the middle of speech: it is told to begin and to end where the whole sound is."""
    sound, _ = _sentences("en-us")
    whole = sound.astype(np.int16)
    spans = spoken(whole)
    first, last = max(spans, key=lambda span: span[1] - span[0])
    begin = (first + last) // 2 // STEP * STEP - SAMPLE_RATE // 2
    end = begin + SAMPLE_RATE
    expected = [(max(a, begin) - begin, min(b, end) - begin) for a, b in spans if a < end and b > begin]
    around = whole[begin - CONTEXT : end + CONTEXT]
    found = spoken(around, CONTEXT, CONTEXT + SAMPLE_RATE)
    # At the borders of an utterance faces are silent.
    assert abs(found[0][0] - max(expected[0][0], HEAD)) <= 2 * STEP
    assert abs(found[-1][1] - min(expected[-1][1], SAMPLE_RATE - TAIL)) <= 2 * STEP
