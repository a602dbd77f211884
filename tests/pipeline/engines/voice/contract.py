"""What every voice engine promises: the tests of an engine import these, and say by fixtures which it is.

`engine` is the engine; `program` is Python that makes it as `engine`, for another process.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from pipeline.engines.voice import VoiceEngine
from pipeline.engines.voice.choice import choose_voice, speaks
from pipeline.plan.errors import InputError
from pipeline.plan.job import VoiceChoice
from pipeline.plan.speech import Speech
from pipeline.plan.wave import to_wave

ENGLISH = "Now, all of us are here. Many men, my dear, look at Tom, Pat, big cats, and she, few."
MANDARIN = "大家好，我们来了，爸爸，妈妈，知道，吃饭。"
_ANOTHER_PROCESS = """
import hashlib, json, sys
from pipeline.plan.job import VoiceChoice
from pipeline.plan.wave import to_wave
text, choices = json.loads(sys.argv[1])
for choice in choices:
    speech = engine.speak(text, VoiceChoice(**choice))
    print(hashlib.sha256(to_wave(speech)).hexdigest())
engine.close()
"""


def _choice(engine: VoiceEngine, language: str = "en", **values: int) -> VoiceChoice:
    return choose_voice(engine.voices(), engine=engine.name, language=language, **values)


def _digest(speech: Speech) -> str:
    return hashlib.sha256(to_wave(speech)).hexdigest()


@pytest.mark.parametrize(("language", "text"), [("en", ENGLISH), ("zh", MANDARIN)])
def test_speech_is_whole(engine: VoiceEngine, language: str, text: str) -> None:
    """Samples are int16 mono; phonemes follow each other without gaps from the first sample to the last."""
    speech = engine.speak(text, _choice(engine, language))
    assert speech.samples.dtype == np.int16
    assert speech.samples.ndim == 1
    assert 1.5 < len(speech.samples) / speech.rate < 15
    assert speech.phonemes[0].start == 0
    assert speech.phonemes[-1].end == len(speech.samples)
    for one, other in pairwise(speech.phonemes):
        assert one.start < one.end == other.start
        assert one.symbol or other.symbol, "two silences in a row are one"
    assert any(phoneme.stressed for phoneme in speech.phonemes)


@pytest.mark.parametrize(("language", "text"), [("en", ENGLISH), ("zh", MANDARIN)])
def test_words_are_the_texts(engine: VoiceEngine, language: str, text: str) -> None:
    """Words are in order, begin and end with their sounds, and cover every letter of the text, once."""
    speech = engine.speak(text, _choice(engine, language))
    for one, other in pairwise(speech.words):
        assert one.start < one.end <= other.start
        assert one.text_start < one.text_end <= other.text_start
    covered = "".join(text[word.text_start : word.text_end] for word in speech.words)
    letters = [character for character in text if character.isalnum()]
    assert [character for character in covered if character.isalnum()] == letters
    begins = {phoneme.start for phoneme in speech.phonemes if phoneme.symbol}
    assert all(word.start in begins for word in speech.words)


def test_the_same_words_are_the_same_bytes(engine: VoiceEngine) -> None:
    """Twenty times the same text gives the same bytes, with other texts and voices between."""
    choice, other = _choice(engine), _choice(engine, "zh", speed=130)
    digests = set()
    for turn in range(20):
        digests.add(_digest(engine.speak(ENGLISH, choice)))
        engine.speak(f"第{turn}句话。", other)
    assert len(digests) == 1


def test_other_processes_speak_the_same_bytes(engine: VoiceEngine, program: str, tmp_path: Path) -> None:
    """Another process, folder, locale, time zone and hash seed change no byte."""
    # One voice of each timbre: some of them are mixed with noise.
    names = list({voice.timbre: voice.name for voice in engine.voices() if "en" in voice.languages}.values())
    choices = [replace(_choice(engine), name=name) for name in names]
    request = json.dumps([ENGLISH, [asdict(choice) for choice in choices]])
    root = str(Path(__file__).parents[4])
    surroundings = {"LC_ALL": "zh_CN.GB18030", "LANG": "de_DE", "PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai"}
    told = subprocess.run(
        [sys.executable, "-c", program + _ANOTHER_PROCESS, request],
        cwd=tmp_path,
        env={**os.environ, **surroundings, "PYTHONPATH": root, "HOME": str(tmp_path)},
        capture_output=True,
        check=True,
        timeout=60,
    )
    here = [_digest(engine.speak(ENGLISH, choice)) for choice in choices]
    assert told.stdout.decode().split() == here


def test_threads_do_not_mix_their_words(engine: VoiceEngine) -> None:
    """Several threads at once hear each what they asked for."""
    choice = _choice(engine)
    texts = [f"This is sentence number {number}." for number in range(8)]
    alone = [_digest(engine.speak(text, choice)) for text in texts]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda text: _digest(engine.speak(text, choice)), texts))
    assert together == alone


def test_speed_and_pitch_are_heard(engine: VoiceEngine) -> None:
    """Half the speed takes about twice as long, another pitch sounds different, where a voice heeds them."""
    choice = _choice(engine)
    voice = next(voice for voice in engine.voices() if voice.name == choice.name)
    normal, slow = (engine.speak(ENGLISH, _choice(engine, speed=speed)) for speed in (100, 50))
    high = engine.speak(ENGLISH, _choice(engine, pitch=140))
    assert (1.6 < len(slow.samples) / len(normal.samples) < 2.4) == voice.speeds
    if voice.pitches:
        assert _digest(high) != _digest(normal)
    else:
        assert _digest(high) == _digest(normal)


def test_what_cannot_be_spoken_is_silence(engine: VoiceEngine) -> None:
    """A text without anything to say has no phoneme with a sound, and no word."""
    for text in ("", " ", "\n\t", "…"):
        speech = engine.speak(text, _choice(engine))
        assert not [phoneme for phoneme in speech.phonemes if phoneme.symbol]
        assert speech.words == ()


def test_hostile_text_is_plain_text(engine: VoiceEngine) -> None:
    """Markup, controls, lone surrogates and a NUL are read as text or passed over, never obeyed."""
    choice = _choice(engine)
    for text in (
        "a\0b",
        "\x01200S one",
        "x\ud800y",
        "<speak>one</speak>",
        "[[h@l]]",
        "& < > ' \" $(id) `id`",
    ):
        assert engine.speak(text, choice).rate
    plain = engine.speak("one <break time='5s'/> two", choice)
    assert max(p.end - p.start for p in plain.phonemes if not p.symbol) < plain.rate


def test_an_unknown_voice_is_refused(engine: VoiceEngine) -> None:
    """A voice that the engine does not have is told with what comes close."""
    with pytest.raises(InputError) as caught:
        engine.speak("Hello.", VoiceChoice(engine=engine.name, name="nobody-at-all", language="en"))
    assert caught.value.code == "voice-unknown"


def test_voices_are_listed_for_people(engine: VoiceEngine) -> None:
    """Every voice has a name of its own, a language and a label; English and Chinese are among them."""
    listed = engine.voices()
    assert len({voice.name for voice in listed}) == len(listed)
    assert all(voice.languages and voice.label for voice in listed)
    assert listed == engine.voices()
    assert all(any(speaks(voice, language) for voice in listed) for language in ("en", "zh"))


def test_close_may_be_called_twice(engine: VoiceEngine) -> None:
    """Closing twice is fine, and who is asked again speaks again."""
    before = _digest(engine.speak("Hello.", _choice(engine)))
    engine.close()
    engine.close()
    assert _digest(engine.speak("Hello.", _choice(engine))) == before
