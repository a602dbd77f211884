"""The engine: whatever it is given it speaks or refuses, and its sound changes with its version alone."""

from __future__ import annotations

import hashlib
import platform

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.engines.voice.espeak.zygote import TEXT_LIMIT
from pipeline.plan.errors import InputError
from pipeline.plan.job import VoiceChoice
from pipeline.plan.timeline import check_times
from pipeline.plan.trim import master
from pipeline.plan.wave import to_wave

_GOLDEN = {
    ("1.52.0-0.2.4-1", "x86_64"): {
        (
            "en-us",
            "The quick brown fox jumps over the lazy dog.",
        ): "538b72f66944d1532bdf28f4e3212c0b55951cef15f1c8bb9796252f14933af6",
        (
            "cmn+f3",
            "今天天气很好，我们去公园吧。",
        ): "bddd4b49f26142a1b4c0fe589f83f029c6064cd5df96a1dee4ca2ca77d481ae6",
    },
}


def test_the_sound_is_known(espeak: EspeakVoice) -> None:
    """A golden digest: other bytes under the same version would mix old and new speech in one store."""
    machine = platform.machine()
    if machine != "x86_64":
        pytest.skip(f"no golden digests for {machine}")
    for (name, text), digest in _GOLDEN[espeak.version, machine].items():
        speech = master(espeak.speak(text, VoiceChoice(engine="espeak", name=name, language="")))
        assert hashlib.sha256(to_wave(speech)).hexdigest() == digest, name


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=60),
    name=st.sampled_from(["en-us", "cmn", "ar", "th", "ja", "hi+f3"]),
    speed=st.integers(50, 200),
)
def test_any_text_is_spoken_in_order(espeak: EspeakVoice, text: str, name: str, speed: int) -> None:
    """Of any text at all, phonemes and words are in order, within the sound and within the text."""
    choice = VoiceChoice(engine="espeak", name=name, language="", speed=speed)
    speech = espeak.speak(text, choice)
    check_times(speech.phonemes, speech.words, len(speech.samples))
    places = [place for word in speech.words for place in (word.text_start, word.text_end)]
    assert places == sorted(places)
    assert all(0 <= place <= len(text) for place in places)
    ready = master(speech)
    check_times(ready.phonemes, ready.words, len(ready.samples))


def test_a_text_beyond_the_limit_is_refused(espeak: EspeakVoice) -> None:
    """A text that is longer than the process takes is refused with both numbers."""
    choice = VoiceChoice(engine="espeak", name="en-us", language="en")
    with pytest.raises(InputError) as caught:
        espeak.speak("a" * (TEXT_LIMIT + 1), choice)
    assert caught.value.code == "voice-text-too-long"
    assert caught.value.facts == {"characters": TEXT_LIMIT + 1, "limit": TEXT_LIMIT}


def test_it_tells_how_words_are_pronounced(espeak: EspeakVoice) -> None:
    """Each word of the text has its IPA with both stress marks; what goes over is the first one's."""
    text = "An example of understanding, 1999."
    read = espeak.reading(text, VoiceChoice(engine="espeak", name="en-us", language="en"))
    told = [(text[word.text_start : word.text_end], word.ipa) for word in read]
    assert told == [
        ("An", "ɐn"),
        ("example", "ɛɡzˈæmpəl"),
        ("of", "ʌv"),
        ("understanding", "ˌʌndɚstˈændɪŋ"),
        ("1999", "nˈaɪntiːnhˈʌndɹɪd nˈaɪnti nˈaɪn"),
    ]
