"""Events become phonemes and words."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.engines.voice.espeak.events import to_speech
from pipeline.engines.voice.espeak.zygote import EVENT, EVENT_PHONEME, EVENT_WORD, SPEECH
from pipeline.plan.speech import Phoneme, Word


def _answer(events: list[tuple[int, int, int, str]], samples: int) -> bytes:
    packed = b"".join(EVENT.pack(kind, place, 0, at, name.encode()) for kind, place, at, name in events)
    return SPEECH.pack(22_050, len(events)) + packed + np.zeros(samples, np.int16).tobytes()


def test_sounds_reach_up_to_the_next_one() -> None:
    """Segments touch; silences that touch are one; language changes and empty spans are no sounds."""
    events = [
        (EVENT_PHONEME, 1, 10, "h"),
        (EVENT_PHONEME, 1, 30, "ˈoʊ"),
        (EVENT_PHONEME, 1, 60, ""),
        (EVENT_PHONEME, 1, 70, "(en)"),
        (EVENT_PHONEME, 1, 80, ""),
        (EVENT_PHONEME, 1, 90, "b"),
        (EVENT_PHONEME, 1, 90, "ˌɪ"),
        (EVENT_PHONEME, 1, 95, ""),
    ]
    assert to_speech(_answer(events, 100), text="ho bi", voice="en-us").phonemes == (
        Phoneme(symbol="", start=0, end=10),
        Phoneme(symbol="h", start=10, end=30),
        Phoneme(symbol="oʊ", start=30, end=60, stressed=True),
        Phoneme(symbol="", start=60, end=90),
        Phoneme(symbol="ɪ", start=90, end=95),
        Phoneme(symbol="", start=95, end=100),
    )


def test_numbers_are_one_word_and_silent_words_none() -> None:
    """Parts of a number that the library reports are one word; a word without a sound is left out."""
    text = "In 1,234.5 (—) 中文 ok."
    words = [(1, 0), (4, 10), (5, 20), (6, 30), (12, 40), (16, 50), (17, 60), (19, 70)]
    events = []
    for place, at in words:
        events.append((EVENT_WORD, place, at, ""))
        events.append((EVENT_PHONEME, place, at, "" if place == 12 else "a"))
    speech = to_speech(_answer(events, 80), text=text, voice="cmn")
    assert [text[word.text_start : word.text_end] for word in speech.words] == [
        "In",
        "1,234.5",
        "中",
        "文",
        "ok",
    ]
    assert speech.words[1] == Word(start=10, end=40, text_start=3, text_end=10)


def test_letters_with_marks_stay_whole() -> None:
    """A combining mark at a word's end belongs to it."""
    text = "cafe\u0301, ok"
    events = [
        (EVENT_WORD, 1, 0, ""),
        (EVENT_PHONEME, 1, 0, "k"),
        (EVENT_WORD, 8, 9, ""),
        (EVENT_PHONEME, 8, 9, "o"),
    ]
    speech = to_speech(_answer(events, 20), text=text, voice="fr")
    assert [text[word.text_start : word.text_end] for word in speech.words] == ["cafe\u0301", "ok"]


@pytest.mark.parametrize("answer", [b"", SPEECH.pack(22_050, 3) + b"xx", SPEECH.pack(22_050, 0) + b"x"])
def test_a_malformed_answer_is_refused(answer: bytes) -> None:
    """An answer that is cut short is an error, not a guess."""
    with pytest.raises(ValueError, match=r"answer|buffer"):
        to_speech(answer, text="", voice="en-us")
