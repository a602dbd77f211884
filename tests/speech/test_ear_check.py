"""A narration is checked by the real ear: spoken by a voice, heard by Whisper, compared as it is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.engines.ear import EarEngine
from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import InputError
from pipeline.plan.hearing import Check, HearingPlan, Verdict
from pipeline.plan.job import VoiceChoice
from pipeline.steps.check import Checked, check_narration
from pipeline.steps.speak import load_timeline, speak
from pipeline.store import Store
from tests.support import films
from tests.support.ears import HELLO, TEXT, make_reciting, open_whisper, require_ears
from tests.support.films import CountingDesk
from tests.support.shared import made_once

require_ears()

_ENGLISH = VoiceChoice(engine="espeak", name="en-us", language="en")
_OTHER = "Please put on your glasses."


@pytest.fixture(scope="module")
def ear(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EarEngine]:
    """A Whisper that hears one sentence in whatever it is played."""
    opened = open_whisper(made_once(tmp_path_factory, "reciting.pt", lambda path: make_reciting(path, HELLO)))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def voice() -> Iterator[EspeakVoice]:
    """The default voice."""
    engine = EspeakVoice()
    yield engine
    engine.close()


def _source(store: Store, folder: Path, text: str) -> Artifact:
    script = folder / "script.txt"
    script.write_text(text, "utf-8")
    return store.adopt(Kind.SOURCE, ".txt", script, limit_bytes=10_000)


def _checked(
    folder: Path, ear: EarEngine, voice: EspeakVoice, text: str, **more: bool
) -> tuple[Artifact, Checked]:
    store, desk = Store(folder / "store"), CountingDesk()
    plan = HearingPlan(model=ear.digest, precision=ear.precision, check=Check.ALL, limit=200, **more)
    job = replace(films.job(), script=_source(store, folder, text), voice=_ENGLISH, hearing=plan)
    spoken = speak(job, desk=desk, store=store, voice=voice)
    assert spoken is not None
    checked = check_narration(job, spoken, desk=desk, store=store, ear=ear, retake=lambda _text, _take: None)
    assert checked is not None
    return spoken, checked


def test_a_sentence_that_is_understood_passes(tmp_path: Path, ear: EarEngine, voice: EspeakVoice) -> None:
    """Nothing is spoken again, and the film is as it was; how it was understood is kept."""
    spoken, checked = _checked(tmp_path, ear, voice, TEXT)
    assert checked.warnings == ()
    before, after = (load_timeline(Store(tmp_path / "store"), each) for each in (spoken, checked.timeline))
    assert [each.verdict for each in after.utterances if each.speech] == [Verdict(errors=0, of=5)]
    assert tuple(replace(each, verdict=None) for each in after.utterances) == before.utterances


def test_a_sentence_that_is_not_understood_is_told(
    tmp_path: Path, ear: EarEngine, voice: EspeakVoice
) -> None:
    """With how much of it; or it stops the film."""
    _, checked = _checked(tmp_path, ear, voice, f"{TEXT} {_OTHER}")
    (warning,) = checked.warnings
    assert (warning.facts["text"], warning.facts["of"]) == (_OTHER, 5)
    with pytest.raises(InputError, match="narration-wrong"):
        _checked(tmp_path, ear, voice, _OTHER, stop=True)
