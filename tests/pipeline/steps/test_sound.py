"""A film's sound: its sentences are equally loud, nothing clicks, and a recording keeps its dynamics."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.plan.artifact import Kind
from pipeline.plan.clock import samples_per_frame
from pipeline.plan.job import VoiceChoice
from pipeline.plan.loudness import Loudness, Meter
from pipeline.plan.timeline import Timeline
from pipeline.steps.memory import MemoryDesk
from pipeline.steps.sound import write_sound
from pipeline.steps.speak import load_timeline, speak, utterance_audio
from pipeline.store import Store
from tests.support import films

# Two voices, words and sentences: as they are spoken they lie far apart.
_SCRIPT = (
    "Yes. The quick brown fox jumps over the lazy dog. Sixteen. 今天天气很好，我们去公园吧。 "
    "Good. 好。 Stop it!"
)
# So low that the limiter has nothing to do.
_LOW = Loudness.of(lufs=-26, dbtp=-1.5)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store for all."""
    return Store(tmp_path_factory.mktemp("sound") / "store")


@pytest.fixture(scope="module")
def timeline(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Timeline:
    """What was spoken."""
    source = tmp_path_factory.mktemp("script") / "script.txt"
    source.write_text(_SCRIPT, "utf-8")
    script = store.adopt(Kind.SOURCE, ".txt", source, limit_bytes=10_000)
    choice = VoiceChoice(engine="espeak", name="en-us", language="en")
    engine = EspeakVoice()
    made = speak(
        replace(films.job(), script=script, voice=choice), desk=MemoryDesk(), store=store, voice=engine
    )
    engine.close()
    assert made is not None
    return load_timeline(store, made)


def _heard(store: Store, timeline: Timeline, folder: Path) -> NDArray[np.float32]:
    target, door = folder / "sound.m4a", films.media()
    write_sound(target, timeline, _LOW, store=store, media=door, check=lambda: None)
    return np.concatenate(list(door.heard(target)))


def _loudness(timeline: Timeline, sound: NDArray[np.float32]) -> list[float]:
    """LUFS of each utterance that is spoken."""
    told, at = [], 0
    for utterance in timeline.utterances:
        end = at + utterance.frames * samples_per_frame(timeline.fps)
        if utterance.speech:
            meter = Meter()
            meter.feed(sound[at:end])
            found = meter.integrated()
            assert found is not None
            told.append(found)
        at = end
    return told


def _spoken(store: Store, timeline: Timeline) -> NDArray[np.float32]:
    parts = [utterance_audio(store, each, timeline.fps) for each in timeline.utterances]
    return np.asarray(np.concatenate(parts) / (1 << 15), np.float32)


def test_sentences_are_equally_loud(store: Store, timeline: Timeline, tmp_path: Path) -> None:
    """As the voice says them they lie far apart; in the film within 1.5 LU."""
    spoken = _loudness(timeline, _spoken(store, timeline))
    heard = _loudness(timeline, _heard(store, timeline, tmp_path))
    assert max(spoken) - min(spoken) > 4
    assert max(heard) - min(heard) < 1.5


def test_nothing_clicks(store: Store, timeline: Timeline, tmp_path: Path) -> None:
    """Where an utterance begins or ends the sound rises and falls softly, and around it is silence."""
    sound = _heard(store, timeline, tmp_path)
    steps = np.abs(np.diff(sound))
    loudest = float(np.abs(sound).max())
    at = 0
    for utterance in timeline.utterances:
        begin, end = at + utterance.lead, at + utterance.lead + utterance.samples
        at += utterance.frames * samples_per_frame(timeline.fps)
        for border in (begin, end, at):
            # A cut of full height would be a step of that height; a fade of 5 ms is far below.
            assert float(steps[max(0, border - 24) : border + 24].max(initial=0)) < loudest / 20


def test_a_recording_keeps_its_dynamics(store: Store, timeline: Timeline, tmp_path: Path) -> None:
    """What a person said softly stays softer: the whole gets one gain."""
    recorded = replace(timeline, utterances=tuple(replace(each, heard=True) for each in timeline.utterances))
    spoken = _loudness(timeline, _spoken(store, timeline))
    heard = _loudness(timeline, _heard(store, recorded, tmp_path))
    raised = [after - before for before, after in zip(spoken, heard, strict=True)]
    assert max(raised) - min(raised) < 0.3
