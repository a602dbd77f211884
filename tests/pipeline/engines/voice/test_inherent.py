"""How the sounds of a word share its time."""

from __future__ import annotations

import numpy as np

from pipeline.engines.voice.choice import choose_voice
from pipeline.engines.voice.coqui.times import _laid
from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.engines.voice.inherent import inherent

_TEXTS = (
    "Every department pays for the hours that its films have used.",
    "Nobody knows where the yellow umbrella was left behind.",
    "Choose a quiet room, switch off the fan and begin to speak.",
)


def test_a_stressed_vowel_is_longest_and_a_mark_has_no_time() -> None:
    """Long ones are longer still; without stress, and for a tap, there is less."""
    mark, tap, vowel, long, weak = inherent("ˈɾaːə")
    assert mark == 0
    assert tap < weak < vowel
    assert long > 0
    assert inherent("a") == inherent("ˈa")[1:]
    assert inherent("") == ()


def test_sounds_lie_nearer_to_their_own_times_than_equal_shares() -> None:
    """Held against espeak, which knows when it makes which: a tenth nearer at least."""
    espeak = EspeakVoice()
    shared, equal = [], []
    for text in _TEXTS:
        choice = choose_voice(espeak.voices(), engine=espeak.name, language="en")
        speech = espeak.speak(text, choice)
        laid = tuple(_laid(speech.words, espeak.reading(text, choice)))
        for word in speech.words:
            own, found = (
                [sound for sound in each if sound.symbol and word.start <= sound.start < word.end]
                for each in (speech.phonemes, laid)
            )
            if len(own) == len(found):
                evenly = np.linspace(word.start, word.end, len(own) + 1)[:-1]
                shared += [abs(one.start - other.start) for one, other in zip(own, found, strict=True)]
                equal += [abs(one.start - at) for one, at in zip(own, evenly, strict=True)]
    espeak.close()
    assert len(shared) > 40
    assert np.mean(shared) < 0.9 * np.mean(equal)
