"""Promises about the times that a model's durations become."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from pipeline.engines.voice.coqui.family import Raw
from pipeline.engines.voice.coqui.times import of_letters, of_phonemes
from pipeline.engines.voice.durations import Timed
from pipeline.plan.speech import Said, Times

_RATE, _HOP = 16_000, 160


def _raw(text: str, frames: int = 20) -> Raw:
    tokens = tuple(Timed(symbol=sign, frames=frames) for sign in text)
    sound = np.zeros(len(tokens) * frames * _HOP, np.float32)
    return Raw(sound=sound, rate=_RATE, tokens=tokens, hop=_HOP)


def test_a_number_is_one_word_of_the_text() -> None:
    """The runs of phonemes that stand for one word of the text are one word, from the first to the last."""
    raw = _raw("nˈaɪn tˈɛn ɪt")
    told = of_phonemes(raw, raw.sound.astype(np.int16), "9,10 it", ((0, 4), (0, 4), (5, 7)))
    assert [(word.text_start, word.text_end) for word in told.words] == [(0, 4), (5, 7)]
    assert told.words[0].end == 10 * 20 * _HOP
    assert told.times is Times.DURATIONS
    assert "".join(phoneme.symbol for phoneme in told.phonemes) == "naɪntɛnɪt"


def test_letters_give_words_their_times_and_a_reading_its_sounds() -> None:
    """Each word's phonemes share its time; sounds follow each other without gaps from first to last."""
    raw = _raw("hello, you")
    read = (Said(text_start=0, text_end=5, ipa="həlˈoʊ"), Said(text_start=7, text_end=10, ipa="juː"))
    told = of_letters(raw, raw.sound.astype(np.int16), "Hello, you", read)
    hello, you = told.words
    assert (hello.start, hello.end) == (0, 5 * 20 * _HOP)
    inside = [phoneme for phoneme in told.phonemes if phoneme.symbol and phoneme.end <= hello.end]
    assert "".join(phoneme.symbol for phoneme in inside) == "həloʊ"
    assert [phoneme.stressed for phoneme in inside] == [False, False, False, True, False]
    assert [p.symbol for p in told.phonemes if p.start >= you.start] == ["j", "uː"]
    assert told.phonemes[5] == told.phonemes[5].__class__(symbol="", start=hello.end, end=you.start)
    assert (told.phonemes[0].start, told.phonemes[-1].end) == (0, len(raw.sound))
    for one, other in pairwise(told.phonemes):
        assert one.end == other.start


def test_a_short_gap_between_words_is_no_silence() -> None:
    """Below 100 ms the sound before goes over; above it, and at both ends, there is silence."""
    raw = _raw("a b", frames=5)
    read = (Said(text_start=0, text_end=1, ipa="ə"), Said(text_start=2, text_end=3, ipa="b"))
    told = of_letters(raw, raw.sound.astype(np.int16), "a b", read)
    assert [phoneme.symbol for phoneme in told.phonemes] == ["ə", "b"]


def test_words_that_are_not_the_texts_have_no_times() -> None:
    """Where the model's text was cleaned into other words, nothing is guessed."""
    raw = _raw("nineteen")
    read = (Said(text_start=0, text_end=2, ipa="naɪntin"),)
    told = of_letters(raw, raw.sound.astype(np.int16), "1 9", read)
    assert (told.phonemes, told.words, told.times) == ((), (), Times.NONE)


def test_a_model_that_plans_no_durations_tells_no_times() -> None:
    """Its sound is all there is."""
    raw = Raw(sound=np.ones(100, np.float32), rate=_RATE)
    told = of_letters(raw, np.ones(100, np.int16), "Hello", ())
    assert (told.phonemes, told.words, told.times) == ((), (), Times.NONE)
