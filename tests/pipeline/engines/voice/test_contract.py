"""What every voice engine promises that is opened without a model, and what those promise beyond."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from pipeline.engines.voice import VoiceEngine
from pipeline.engines.voice.choice import choose_voice
from tests.pipeline.engines.voice.contract import *  # noqa: F403 - every test of the contract
from tests.pipeline.engines.voice.contract import ENGLISH, MANDARIN


@pytest.mark.parametrize(("language", "text"), [("en", ENGLISH), ("zh", MANDARIN)])
def test_phonemes_begin_with_their_sound(engine: VoiceEngine, language: str, text: str) -> None:
    """After a pause the first phoneme begins where the sound does, within 10 ms."""
    speech = engine.speak(text, choose_voice(engine.voices(), engine=engine.name, language=language))
    ms = speech.rate // 1000
    level = np.sqrt(np.convolve(speech.samples.astype(float) ** 2, np.ones(ms) / ms, "same"))
    gaps = []
    for pause, sound in pairwise(speech.phonemes):
        if not pause.symbol and pause.end - pause.start > 60 * ms:
            middle = (pause.start + pause.end) // 2
            heard = middle + int(np.flatnonzero(level[middle:] > 150)[0])
            gaps.append(abs(heard - sound.start) / ms)
    assert len(gaps) >= 4
    assert max(gaps) <= 10
