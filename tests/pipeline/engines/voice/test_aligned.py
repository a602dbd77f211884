"""Aligned times: a voice that knows none gets those of a reading, as exactly as docs/quality.md says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from pipeline.engines.shelf import voices
from pipeline.engines.voice import VoiceEngine
from pipeline.engines.voice.aligned import Aligner
from pipeline.plan.alignment import LIMIT
from pipeline.plan.job import VoiceChoice
from pipeline.plan.speech import Phoneme, Speech, Times
from pipeline.plan.timeline import check_times
from pipeline.plan.trim import master
from tests.support.recorded import away_ms, recorded, untimed

_TEXTS = (
    ("en", "Hello, my name is Emma, and before we begin, please move the five blue boxes."),
    ("en", "The quick brown fox jumps over the lazy dog, while people from Boston bring apples."),
    ("en", "We will open the room at noon; you may have a problem with the paper form."),
    ("zh", "大家好，我们来了，今天讲面包怎么做。"),
    ("zh", "请把五个蓝色的盒子放在窗户上面，然后等一下。"),
)
# Others than those that read: a woman, and of English another accent.
_SPEAKERS = {"en": "en-gb+f3", "zh": "cmn+f3"}


@pytest.fixture(scope="module")
def reader() -> Iterator[VoiceEngine]:
    """The voice that reads."""
    shelf = voices()
    yield shelf.open("espeak")
    shelf.close()


def _said(reader: VoiceEngine, language: str, text: str) -> Speech:
    """A text in another voice than the reading's, somewhat faster and higher."""
    choice = VoiceChoice(engine="espeak", name=_SPEAKERS[language], language=language, speed=95, pitch=115)
    return master(reader.speak(text, choice))


def test_the_error_is_small(reader: VoiceEngine) -> None:
    """Starts of phonemes in distorted speech of another voice: half within 12 ms, nine of ten within 30."""
    aligner, errors = Aligner(reader), []
    for seed, (language, text) in enumerate(_TEXTS):
        said = _said(reader, language, text)
        sound, truth = recorded(said, seed)
        found = aligner.times(text, language, sound)
        assert found.times is Times.ALIGNED
        assert 0 < found.cost <= LIMIT
        check_times(found.phonemes, found.words, len(sound.samples))
        errors += away_ms(found, truth)
    assert len(errors) > 180
    median, most, worst = np.percentile(errors, [50, 90, 100])
    assert median <= 12
    assert most <= 30
    assert worst <= 120


def test_another_text_is_not_laid(reader: VoiceEngine) -> None:
    """Speech of another text of the language costs more than any of the right one, and keeps no time."""
    aligner = Aligner(reader)
    texts = [text for language, text in _TEXTS if language == "en"]
    sounds = [recorded(_said(reader, "en", text), seed)[0] for seed, text in enumerate(texts)]
    right = [aligner.times(text, "en", sound) for text, sound in zip(texts, sounds, strict=True)]
    wrong = [aligner.times(other, "en", sound) for at, sound in enumerate(sounds) for other in texts[:at]]
    assert max(found.cost for found in right) < min(found.cost for found in wrong)
    assert {(found.phonemes, found.words, found.times) for found in wrong} == {((), (), Times.NONE)}


def test_times_are_in_the_sounds_own_samples(reader: VoiceEngine) -> None:
    """A speech at its voice's own rate gets times in its own samples, and stays as it is otherwise."""
    language, text = _TEXTS[0]
    spoken = reader.speak(text, VoiceChoice(engine="espeak", name="en-us+f3", language=language))
    found = Aligner(reader).times(text, language, untimed(spoken))
    assert (found.rate, found.samples is spoken.samples) == (spoken.rate, True)
    assert [(w.text_start, w.text_end) for w in found.words] == [
        (w.text_start, w.text_end) for w in spoken.words
    ]
    away = [abs(one.start - own.start) for one, own in zip(found.words, spoken.words, strict=True)]
    assert np.median(away) <= spoken.rate * 12 // 1000


def test_what_knows_its_phonemes_keeps_them(reader: VoiceEngine) -> None:
    """A speech with phonemes is not touched, whoever told them."""
    own = Speech(
        rate=48_000,
        samples=np.ones(480, np.int16),
        phonemes=(Phoneme(symbol="a", start=0, end=480),),
        words=(),
        times=Times.DURATIONS,
    )
    assert Aligner(reader).times("a", "en", own) is own


def test_words_that_are_known_stay(reader: VoiceEngine) -> None:
    """A voice that knows its words and not their sounds keeps its own times of them."""
    text = "Good morning, Emma!"
    spoken = reader.speak(text, VoiceChoice(engine="espeak", name="en-us+f3", language="en"))
    words = tuple(replace(word, end=word.end - 1) for word in spoken.words)
    found = Aligner(reader).times(text, "en", replace(untimed(spoken), words=words))
    assert (found.times, found.words) == (Times.ALIGNED, words)
    assert "".join(p.symbol for p in found.phonemes).startswith("ɡʊdmɔːɹ")


@pytest.mark.parametrize(("language", "text"), [("xx", "Hello."), ("en", "…"), ("en", "")])
def test_what_the_reader_cannot_say_has_no_times(reader: VoiceEngine, language: str, text: str) -> None:
    """A language that nobody reads and a text without words leave the sound as it is, without times."""
    sound = Speech(rate=48_000, samples=np.ones(4_800, np.int16), phonemes=(), words=())
    found = Aligner(reader).times(text, language, sound)
    assert (found.phonemes, found.times) == ((), Times.NONE)


def test_the_version_tells_the_readers(reader: VoiceEngine) -> None:
    """Another version of the reader gives other times, and is told."""
    assert reader.version in Aligner(reader).version
