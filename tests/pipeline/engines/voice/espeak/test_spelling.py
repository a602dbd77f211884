"""Sounds that a line is given: a voice says just these, and tells its words where they stand."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.engines.voice import Direction
from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.engines.voice.espeak.process import locate
from pipeline.engines.voice.espeak.spelling import mnemonics, question_of
from pipeline.plan.job import VoiceChoice
from pipeline.plan.speech import Said, Speech

_ALPHABET = {"t": "t", "ʃ": "S", "tʃ": "tS", "iː": "i:", "ɔː": "O:", "ɡ": "g", "n": "n"}


def _say(engine: EspeakVoice, text: str, word: str, ipa: str, name: str = "en-us") -> Speech:
    start = text.index(word)
    said = Said(text_start=start, text_end=start + len(word), ipa=ipa)
    choice = VoiceChoice(engine="espeak", name=name, language="")
    return engine.speak(text, choice, Direction(said=(said,)))


def _sounds(speech: Speech) -> str:
    return "".join(each.symbol for each in speech.phonemes)


def _words(speech: Speech, text: str) -> list[str]:
    return [text[word.text_start : word.text_end] for word in speech.words]


@pytest.mark.parametrize(
    ("name", "ipa", "heard"),
    [
        ("en-us", "wɪn", "wɪn"),
        ("en-us", "təˈmɑːtʃoʊ", "təmɑːtʃoʊ"),
        ("en-us", "t͡ʃeɪndʒ", "tʃeɪndʒ"),
        ("en-us", "ˌmæɡəˈziːn", "mæɡəziːn"),
        ("en-gb", "lɒx", "lɒx"),
        ("de", "ˈkɛːzə", "kɛːzə"),
        ("es", "ˈθeso", "θeso"),
        ("cmn", "ʈʂʰuŋ˧˥tɕʰiŋ˥˩", "tʂʰuŋtɕʰiŋ"),
    ],
)
def test_the_sounds_are_said(espeak: EspeakVoice, name: str, ipa: str, heard: str) -> None:
    """In every language the voice makes the sounds that are asked for, and tells them in the same letters."""
    assert _sounds(_say(espeak, "x", "x", ipa, name)) == heard


def test_stress_stands_where_it_is_written(espeak: EspeakVoice) -> None:
    """The same sounds with another syllable stressed."""
    told = [
        [each.symbol for each in _say(espeak, "x", "x", ipa).phonemes if each.stressed]
        for ipa in ("ˈɪnsʌlt", "ɪnˈsʌlt")
    ]
    assert told == [["ɪ"], ["ʌ"]]


def test_what_a_voice_lacks_comes_closest(espeak: EspeakVoice) -> None:
    """An American voice has no rounded ``ɒ`` and no ``y``: its nearest vowels stand for them."""
    assert _sounds(_say(espeak, "dog", "dog", "dɒɡ")) == "dɔɡ"
    assert _sounds(_say(espeak, "tu", "tu", "tyː")) == "ti"


def test_words_stand_where_they_were_written(espeak: EspeakVoice) -> None:
    """Times belong to the written words: one that is several words to the voice is one, also in Chinese."""
    text = "The tomato of New York, Dr. Nguyen, is [[red]]."
    assert _words(_say(espeak, text, "New York", "njuː ˈjɔːk"), text) == (
        ["The", "tomato", "of", "New York", "Dr", "Nguyen", "is", "red"]
    )
    chinese = "我在重庆工作。"
    said = _words(_say(espeak, chinese, "重庆", "tʂʰuŋ˧˥tɕʰiŋ˥˩", "cmn"), chinese)
    assert said == ["我", "在", "重庆", "工", "作"]


def test_a_tone_is_heard(espeak: EspeakVoice) -> None:
    """The same syllable with another tone is another sound."""
    high, falling = (_say(espeak, "码", "码", f"ma{tone}", "cmn") for tone in ("˥˥", "˥˩"))
    assert high.samples.tobytes() != falling.samples.tobytes()


def test_a_word_that_cannot_be_told_is_read(espeak: EspeakVoice) -> None:
    """A sound without any likeness, such as a click, leaves the word as it is written, byte for byte."""
    plain = espeak.speak("A click.", VoiceChoice(engine="espeak", name="en-us", language="en"))
    assert np.array_equal(_say(espeak, "A click.", "click", "ʘǃ").samples, plain.samples)


def test_brackets_of_a_text_are_no_sounds(espeak: EspeakVoice) -> None:
    """What a script writes like the library's mnemonics is text, beside words that are given as sounds."""
    text = "Say [[t3:nd]] and GIF."
    assert _sounds(_say(espeak, text, "GIF", "dʒɪf")).endswith("dʒɪf")
    assert "tɜːnd" not in _sounds(_say(espeak, text, "GIF", "dʒɪf"))


def test_long_sounds_are_found_first() -> None:
    """``tʃ`` is one sound, marks stand before what they belong to, and other spellings mean the same."""
    assert mnemonics("ˈtʃiːn", _ALPHABET) == "'tS|i:|n"
    assert mnemonics("t͡ʃi:n gɒn", _ALPHABET) == "tS|i:|n g|O:|n"
    assert mnemonics("n˥˩n", _ALPHABET) == "n|51|n"
    assert mnemonics("nʘ", _ALPHABET) is None


def test_another_file_is_no_table() -> None:
    """A table of phonemes that is cut short is refused, not half read."""
    table = (locate()[1] / "espeak-ng-data" / "phontab").read_bytes()
    assert question_of(table).places
    for wrong in (b"", table[:1_000]):
        with pytest.raises((ValueError, IndexError)):
            question_of(wrong)
