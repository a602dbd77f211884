"""Promises about further takes: of a job's own sentences, by a voice that has several, when needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.engines.voice import PLAINLY, Direction, Voice
from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.plan.artifact import Kind
from pipeline.plan.job import JobSpec, VoiceChoice
from pipeline.plan.lexicon import Entry, to_json
from pipeline.plan.speech import Speech
from pipeline.plan.timeline import Timeline
from pipeline.steps.booth import Booth
from pipeline.steps.memory import MemoryDesk
from pipeline.steps.retake import Retaker
from pipeline.steps.speak import load_timeline, speak
from pipeline.store import Store
from tests.support import films


class _Moody(EspeakVoice):
    """Speaks each take somewhat faster; its English voice has three of them."""

    def voices(self) -> tuple[Voice, ...]:
        """As espeak's."""
        return tuple(replace(each, takes=3 if each.name == "en-us" else 1) for each in super().voices())

    def speak(self, text: str, choice: VoiceChoice, direction: Direction = PLAINLY, /) -> Speech:
        """Another speed for another take."""
        faster = replace(choice, speed=choice.speed + 15 * direction.take)
        return super().speak(text, faster, replace(direction, take=0))


@pytest.fixture(scope="module")
def voice() -> Iterator[_Moody]:
    """One voice for all."""
    engine = _Moody()
    yield engine
    engine.close()


def _spoken(folder: Path, voice: EspeakVoice, script: str) -> tuple[JobSpec, Timeline, Store]:
    store = Store(folder / "store")
    sources = []
    for name, text in (
        ("script", script),
        ("lexicon", to_json([Entry(word="SQL", language="en", said="sequel")])),
    ):
        path = folder / name
        path.write_text(text, "utf-8")
        sources.append(store.adopt(Kind.SOURCE, ".txt", path, limit_bytes=1_000))
    choice = VoiceChoice(engine="espeak", name="en-us", language="en")
    job = replace(films.job(), script=sources[0], lexicon=sources[1], voice=choice)
    timeline = speak(job, desk=MemoryDesk(), store=store, voice=voice)
    assert timeline is not None
    return job, load_timeline(store, timeline), store


def test_a_sentence_is_spoken_again_as_it_was_given(tmp_path: Path, voice: _Moody) -> None:
    """With the dictionary's words; takes differ, each is the same each time, and there are three."""
    job, timeline, store = _spoken(tmp_path, voice, "SQL is fun. 你好。")
    opened: list[str] = []

    def open_booth() -> Booth:
        opened.append("booth")
        return Booth(voice=voice)

    retaker = Retaker(job, store=store, open_booth=open_booth)
    assert not opened
    english, chinese = (each for each in timeline.utterances if each.speech)
    assert english.spoken == "sequel is fun."
    takes = [retaker.take(english, number) for number in (1, 2, 1)]
    one, two, again = (take.samples for take in takes if take is not None)
    assert len(one) > len(two)
    assert np.array_equal(one, again)
    assert retaker.take(english, 3) is None
    assert retaker.take(chinese, 1) is None
    assert opened == ["booth"]


def test_what_the_job_does_not_say_is_not_spoken(tmp_path: Path, voice: _Moody) -> None:
    """A sentence of another voice's version, or of another film."""
    job, timeline, store = _spoken(tmp_path, voice, "One.")
    (utterance,) = (each for each in timeline.utterances if each.speech)
    retaker = Retaker(job, store=store, open_booth=lambda: Booth(voice=voice))
    assert retaker.take(replace(utterance, speech="0" * 64), 1) is None
