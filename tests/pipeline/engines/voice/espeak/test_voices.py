"""The library's voices under the names and tags that people use."""

from __future__ import annotations

import re

import pytest

from pipeline.engines.voice.choice import choose_voice
from pipeline.engines.voice.espeak import EspeakVoice

_TAG = re.compile(r"[a-z]{2,8}(-[A-Za-z0-9]{1,8})*")


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "en-us"),
        ("en-US", "en-us"),
        ("en-GB", "en-gb"),
        ("zh", "cmn"),
        ("zh-CN", "cmn"),
        ("cmn", "cmn"),
        ("zh-HK", "yue"),
        ("yue", "yue"),
        ("de", "de"),
        ("de-AT", "de"),
        ("fr", "fr"),
        ("fr-CA", "fr"),
        ("es-MX", "es-419"),
        ("pt", "pt"),
        ("pt-BR", "pt-br"),
        ("no", "nb"),
        ("ja", "ja"),
    ],
)
def test_languages_find_their_voices(espeak: EspeakVoice, language: str, name: str) -> None:
    """The languages that people ask for mean the voices that they expect, a man's unless one is named."""
    assert choose_voice(espeak.voices(), engine="espeak", language=language).name == name


def test_there_are_more_than_a_hundred(espeak: EspeakVoice) -> None:
    """Every language of the library is there, each as a man and as a woman, with well-formed tags."""
    listed = espeak.voices()
    men = [voice for voice in listed if not voice.timbre]
    women = [voice for voice in listed if voice.timbre]
    assert len(men) == len(women) > 100
    assert [voice.languages for voice in men] == [voice.languages for voice in women]
    for voice in listed:
        assert all(_TAG.fullmatch(tag) for tag in voice.languages), voice


def test_pitch_is_what_it_says(espeak: EspeakVoice) -> None:
    """A pitch in per cent moves the fundamental by about as much, as far as the library reaches."""
    periods = {}
    for pitch in (75, 100, 150):
        choice = choose_voice(espeak.voices(), engine="espeak", language="en", pitch=pitch)
        speech = espeak.speak("Far, far, far.", choice)
        vowel = next(phoneme for phoneme in speech.phonemes if phoneme.symbol.startswith("ɑː"))
        middle = (vowel.start + vowel.end) // 2
        window = speech.samples[middle - 600 : middle + 600].astype(float)
        echo = [
            float(window[lag:] @ window[: len(window) - lag]) / (len(window) - lag) for lag in range(80, 400)
        ]
        periods[pitch] = 80 + echo.index(max(echo))
    assert periods[100] / periods[150] == pytest.approx(1.5, rel=0.12)
    assert periods[100] / periods[75] == pytest.approx(0.75, rel=0.12)
