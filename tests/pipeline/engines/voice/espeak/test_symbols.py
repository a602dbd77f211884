"""The library's symbols as IPA."""

from __future__ import annotations

import string

import pytest

from pipeline.engines.voice.choice import choose_voice
from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.engines.voice.espeak.symbols import ipa


@pytest.mark.parametrize(
    ("symbol", "voice", "letters"),
    [
        ("ˈoʊ", "en-us", "oʊ"),
        ("ˌɜː", "en-us", "ɜː"),
        ("tʃ", "en-us", "tʃ"),
        ("n̩", "en-us", "n̩"),
        ("h", "en-us", "h"),
        ("ts.h", "cmn", "tʂʰ"),
        ("ˈonɡ", "cmn", "oŋ"),
        ("ˈi.", "cmn", "ɨ"),
        ("ˈɑu", "cmn", "ɑu"),
        ("ˈaanɡ", "yue", "aːŋ"),
        ("c", "yue", "tsʰ"),
        ("z", "en-us", "z"),
        ("tS", "uz", "tʃ"),
        ("n^", "hak", "ɲ"),
        ("l#", "is", "l"),
        ("", "en-us", ""),
        ("5", "cmn", ""),
        ("˧˥", "cmn", ""),
    ],
)
def test_symbols_are_ipa(symbol: str, voice: str, letters: str) -> None:
    """Stress, tones and the library's own marks go; mnemonics become IPA letters."""
    assert ipa(symbol, voice) == letters


def test_every_voice_speaks_ipa(espeak: EspeakVoice) -> None:
    """Every voice that is listed makes a sound of numbers or of its letters, in IPA without other marks."""
    allowed = set(string.ascii_lowercase) - {"g"}
    for voice in espeak.voices():
        if voice.timbre:
            continue
        choice = choose_voice(espeak.voices(), engine="espeak", name=voice.name)
        speech = espeak.speak("12 Berlin 中国", choice)
        symbols = "".join(phoneme.symbol for phoneme in speech.phonemes)
        assert symbols, voice
        assert {letter for letter in symbols if letter.isascii()} <= allowed, (voice, symbols)
        assert abs(speech.samples.astype(int)).max() > 1000, voice
