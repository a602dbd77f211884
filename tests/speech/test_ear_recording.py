"""Recordings through Silero and Whisper themselves: what they tell becomes words, captions and phonemes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.engines.ear import ActivityEngine, EarEngine
from pipeline.engines.shelf import activities
from pipeline.engines.voice.aligned import Aligner
from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.plan.artifact import Kind
from pipeline.plan.captions import cues
from pipeline.plan.clock import samples_per_frame
from pipeline.plan.hearing import HearingPlan
from pipeline.plan.job import JobSpec, VoiceChoice
from pipeline.plan.speech import Times
from pipeline.plan.thirds import thirds
from pipeline.plan.timeline import Timeline
from pipeline.steps.listen import Listened, listen
from pipeline.steps.speak import load_timeline, utterance_audio
from pipeline.store import Store
from tests.support import films
from tests.support.ears import HELLO, LIMITS, TEXT, make_reciting, open_whisper, require_ears
from tests.support.films import CountingDesk
from tests.support.recital import Recital, recite
from tests.support.recordings import written
from tests.support.shared import made_once

require_ears()

_PAUSE = 2 * 48_000


@dataclass(frozen=True, kw_only=True, eq=False)
class _Booth:
    """What listens, and a recording in which one sentence is said twice."""

    activity: ActivityEngine
    reader: Aligner
    recital: Recital
    source: Path


@pytest.fixture(scope="module")
def booth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Booth]:
    """Silero, a reader of texts, and the recording."""
    shelf, voice = activities(), EspeakVoice()
    recital = recite(voice, [TEXT, TEXT], gap=_PAUSE)
    source = written(tmp_path_factory.mktemp("booth") / "talk.wav", recital.sound)
    yield _Booth(activity=shelf.open("silero"), reader=Aligner(voice), recital=recital, source=source)
    voice.close()
    shelf.close()


@pytest.fixture(scope="module")
def reciting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Whisper that hears the sentence in whatever it is played."""
    return made_once(tmp_path_factory, "reciting.pt", lambda path: make_reciting(path, HELLO))


@pytest.fixture(scope="module")
def ear(reciting: Path) -> Iterator[EarEngine]:
    """The same, opened."""
    engine = open_whisper(reciting)
    yield engine
    engine.close()


def _listen(
    store: Store, booth: _Booth, ear: EarEngine, desk: CountingDesk, *, script: str = ""
) -> tuple[Listened, Timeline]:
    text = store.root.parent / "script.txt"
    text.write_text(script, "utf-8")
    job: JobSpec = replace(
        films.job(),
        script=store.adopt(Kind.SOURCE, ".txt", text, limit_bytes=1_000),
        recording=store.adopt(Kind.SOURCE, ".wav", booth.source, limit_bytes=10_000_000),
        voice=VoiceChoice(engine="", name="", language="en"),
        hearing=HearingPlan(model=ear.digest, precision=ear.precision),
    )
    found = listen(
        job,
        desk=desk,
        store=store,
        media=films.media(),
        activity=booth.activity,
        ear=ear,
        reader=booth.reader,
    )
    assert found is not None
    return found, load_timeline(store, found.timeline)


def test_what_whisper_hears_is_shown_where_silero_found_it(
    tmp_path: Path, booth: _Booth, ear: EarEngine
) -> None:
    """Both sentences, words at the times that it tells of what it is played; again it costs nothing."""
    store, desk = Store(tmp_path / "store"), CountingDesk()
    listened, timeline = _listen(store, booth, ear, desk)
    assert listened.warnings == ()
    said = [utterance for utterance in timeline.utterances if utterance.shown]
    assert [utterance.shown for utterance in said] == [TEXT, TEXT]
    assert desk.count(Kind.HEARD) == 2
    at, found = 0, []
    for utterance in timeline.utterances:
        if utterance.shown:
            assert utterance.times is not Times.NONE
            assert sum(bool(p.symbol) for p in utterance.phonemes) > 10
            begin = utterance.speaking[0][0] - utterance.before
            found.append(at + begin)
            end = utterance.speaking[-1][1] - utterance.before
            played = thirds(booth.recital.sound)[(at + begin) // 3 : (at + end) // 3]
            told = ear.hear(played, language="en").words
            assert [(w.start - begin) // 3 for w in utterance.words] == [word.start for word in told]
        at += utterance.frames * samples_per_frame(25)
    for start, (begin, _) in zip(found, booth.recital.talks, strict=True):
        assert abs(start - begin) < 0.35 * 48_000
    assert [" ".join(cue.lines) for cue in cues(timeline)] == [TEXT, TEXT]
    made = len(desk.made)
    assert _listen(store, booth, ear, desk) == (listened, timeline)
    assert len(desk.made) == made


def test_a_script_is_found_in_what_whisper_hears(tmp_path: Path, booth: _Booth, ear: EarEngine) -> None:
    """Its own spelling is shown, at the times that the model aligns it to."""
    store = Store(tmp_path / "store")
    script = "“Hello, World” - this is Ada!\n\nHello world; this is *Ada*."
    listened, timeline = _listen(store, booth, ear, CountingDesk(), script=script)
    assert listened.warnings == ()
    said = [utterance for utterance in timeline.utterances if utterance.shown]
    assert " ".join(utterance.shown for utterance in said) == " ".join(script.split())
    assert all(len(utterance.words) >= 5 for utterance in said)


def test_what_whisper_doubts_is_not_shown(tmp_path: Path, booth: _Booth, reciting: Path) -> None:
    """Where it is never sure enough, its guesses are told of and left out; the recording is there, whole."""
    ear, store = open_whisper(reciting, limits=replace(LIMITS, logprob=1)), Store(tmp_path / "store")
    listened, timeline = _listen(store, booth, ear, CountingDesk())
    ear.close()
    (finding,) = listened.warnings
    assert (finding.code, finding.facts["count"]) == ("recording-no-words", 2)
    assert cues(timeline) == ()
    whole = np.concatenate([utterance_audio(store, u, 25) for u in timeline.utterances])
    assert np.array_equal(whole[: len(booth.recital.sound)], booth.recital.sound)
