"""Checking a narration: what is misheard is spoken again, what is good is kept, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import DamageError, InputError
from pipeline.plan.heard import Heard, HeardWord
from pipeline.plan.hearing import Check, HearingPlan, Verdict
from pipeline.plan.job import JobSpec, VoiceChoice
from pipeline.plan.lexicon import Entry, to_json
from pipeline.plan.speech import Speech
from pipeline.plan.thirds import thirds
from pipeline.plan.timeline import Utterance
from pipeline.plan.trim import master
from pipeline.steps.check import Checked, check_narration
from pipeline.steps.speak import load_timeline, speak, utterance_speech
from pipeline.store import Store
from tests.support import films
from tests.support.films import CountingDesk

_ENGLISH = VoiceChoice(engine="espeak", name="en-us", language="en")
_NOON = "We begin at noon today."
_ADA = "Please bring Ada Lovelace along."
_SCRIPT = f"{_NOON} {_ADA} {_NOON}"
_PLAN = HearingPlan(model="e" * 64, precision="fp32", check=Check.ALL, limit=200, takes=3)


class _Ear:
    """Understands what each sound is told to be, so that the course of a check is known."""

    name, version, digest, precision = "told", "1", "e" * 64, "fp32"

    def __init__(self) -> None:
        self.told: dict[bytes, Heard] = {}
        self.given: list[bytes] = []
        self.prompts: list[str] = []

    def tell(self, samples: NDArray[np.int16], text: str, *, doubt: str = "") -> None:
        """What a sound at 48 kHz is to be understood as."""
        self.told[thirds(samples).tobytes()] = Heard(text=text, language="en", words=(), doubt=doubt)

    def languages(self) -> tuple[str, ...]:
        """English alone."""
        return ("en",)

    def hear(
        self, sound: NDArray[np.float32], *, language: str = "", prompt: str = "", timed: bool = True
    ) -> Heard:
        """As told; times are not asked for."""
        assert (language, timed) == ("en", False)
        self.given.append(sound.tobytes())
        self.prompts.append(prompt)
        return self.told[sound.tobytes()]

    def align(self, sound: NDArray[np.float32], text: str, *, language: str) -> tuple[HeardWord, ...]:
        """Nobody asks for it here."""
        raise NotImplementedError

    def count(self, prompt: str) -> int:
        """A word is a token."""
        return len(prompt.split())

    def close(self) -> None:
        """Nothing is held."""


@dataclass(kw_only=True)
class _Studio:
    """A spoken job, an ear that understands all of it, and a voice with three takes."""

    store: Store
    desk: CountingDesk
    ear: _Ear
    job: JobSpec
    spoken: Artifact
    voice: EspeakVoice
    retaken: list[tuple[str, int]]

    def passed(self, checked: Checked | None) -> bool:
        """Whether nothing but what was found differs from what was spoken, and nothing is told."""
        assert checked is not None
        timeline = load_timeline(self.store, checked.timeline)
        bare = tuple(replace(each, verdict=None) for each in timeline.utterances)
        return checked.warnings == () and bare == load_timeline(self.store, self.spoken).utterances

    def utterance(self, text: str, artifact: Artifact | None = None) -> Utterance:
        """The first one that shows a text."""
        timeline = load_timeline(self.store, artifact or self.spoken)
        return next(each for each in timeline.utterances if each.shown == text)

    def take(self, text: str, number: int) -> Speech:
        """A sentence spoken again: a little faster each time."""
        return master(self.voice.speak(text, replace(_ENGLISH, speed=100 + 10 * number)))

    def retake(self, utterance: Utterance, number: int) -> Speech | None:
        """As the voice of a job does."""
        self.retaken.append((utterance.shown, number))
        return self.take(utterance.spoken, number)

    def mishear(self, text: str, *heard: str) -> None:
        """What a sentence's takes are understood as, one after the other."""
        self.ear.tell(utterance_speech(self.store, self.utterance(text)), heard[0])
        for number, words in enumerate(heard[1:], 1):
            self.ear.tell(self.take(text, number).samples, words)

    def check(self, plan: HearingPlan = _PLAN, *, desk: CountingDesk | None = None) -> Checked | None:
        """Listen to the narration."""
        return check_narration(
            replace(self.job, hearing=plan),
            self.spoken,
            desk=desk or self.desk,
            store=self.store,
            ear=self.ear,
            retake=self.retake,
        )


@pytest.fixture(scope="module")
def voice() -> Iterator[EspeakVoice]:
    """The default voice."""
    engine = EspeakVoice()
    yield engine
    engine.close()


@pytest.fixture
def studio(tmp_path: Path, voice: EspeakVoice) -> _Studio:
    """Two sentences, the first of them twice, spoken and understood."""
    store, desk, ear = Store(tmp_path / "store"), CountingDesk(), _Ear()
    script = tmp_path / "script.txt"
    script.write_text(_SCRIPT, "utf-8")
    source = store.adopt(Kind.SOURCE, ".txt", script, limit_bytes=1_000)
    job = replace(films.job(), script=source, voice=_ENGLISH)
    spoken = speak(job, desk=desk, store=store, voice=voice)
    assert spoken is not None
    made = _Studio(store=store, desk=desk, ear=ear, job=job, spoken=spoken, voice=voice, retaken=[])
    for text in (_NOON, _ADA):
        made.mishear(text, text)
    return made


def test_a_narration_that_is_understood_stays_as_it_is(studio: _Studio) -> None:
    """Its sound and all times; each distinct sentence is heard once, and none is spoken again."""
    checked = studio.check()
    assert studio.passed(checked)
    assert len(studio.ear.given) == 2
    assert studio.retaken == []
    assert checked is not None
    assert studio.utterance(_ADA, checked.timeline).verdict == Verdict(errors=0, of=5)


def test_what_was_found_of_each_utterance_is_told(studio: _Studio) -> None:
    """Errors and takes, of a good one and of a doubtful one; the same for who finds their takes later."""
    studio.mishear(_NOON, "Bacon and tunes away.", "x y", "We began at noon today.")
    studio.mishear(_ADA, "bacon", "Please bring bacon.", "bacon")
    first = studio.check()
    assert first is not None
    noon, ada = (studio.utterance(text, first.timeline).verdict for text in (_NOON, _ADA))
    assert noon == Verdict(errors=1, of=5, takes=3)
    assert ada == Verdict(errors=3, of=5, takes=3, doubtful=True)
    assert studio.check() == first


def test_who_was_not_checked_has_no_verdict(studio: _Studio) -> None:
    """Of a sample, the others."""
    checked = studio.check(replace(_PLAN, check=Check.SAMPLE, per_cent=0))
    assert checked is not None
    verdicts = {text: studio.utterance(text, checked.timeline).verdict for text in (_NOON, _ADA)}
    assert sorted(verdict is None for verdict in verdicts.values()) == [False, True]


def test_the_ear_is_told_the_names(studio: _Studio) -> None:
    """Those of the sentence alone, so that it is understood alike in every film."""
    studio.check()
    assert sorted(studio.ear.prompts) == ["", "Ada Lovelace."]


def test_a_name_that_is_spelt_otherwise_is_right(studio: _Studio) -> None:
    """Nobody hears how it is written."""
    studio.mishear(_ADA, "Please bring Ida Lovelass along.")
    assert studio.passed(studio.check(replace(_PLAN, limit=0)))


def test_words_of_the_dictionary_are_names(studio: _Studio, tmp_path: Path) -> None:
    """Who says how a word is pronounced cannot expect that it is written like that."""
    studio.mishear(_NOON, "We began at noon today.")
    lexicon = tmp_path / "lexicon.json"
    lexicon.write_text(to_json([Entry(word="begin", language="en", said="beg in")]), "utf-8")
    kept = studio.store.adopt(Kind.SOURCE, ".json", lexicon, limit_bytes=1_000)
    studio.job = replace(studio.job, lexicon=kept)
    assert studio.passed(studio.check(replace(_PLAN, limit=0)))
    assert "begin." in studio.ear.prompts


def test_a_misheard_sentence_is_spoken_again(studio: _Studio) -> None:
    """Until a take is good; wherever it occurs it is that take, and all else stays."""
    studio.mishear(_NOON, "Bacon and tunes away.", "We begin at noon to day.")
    checked = studio.check()
    assert checked is not None
    assert checked.warnings == ()
    assert studio.retaken == [(_NOON, 1)]
    before, after = (load_timeline(studio.store, each) for each in (studio.spoken, checked.timeline))
    assert [each.shown for each in after.utterances] == [each.shown for each in before.utterances]
    takes = [each for each in after.utterances if each.shown == _NOON]
    assert len({each.speech for each in takes}) == 1
    for each in takes:
        assert np.array_equal(utterance_speech(studio.store, each), studio.take(_NOON, 1).samples)
        assert each.phonemes[-1].end <= each.lead + each.samples
    assert [replace(each, verdict=None) for each in after.utterances if each.shown != _NOON] == [
        each for each in before.utterances if each.shown != _NOON
    ]


def test_an_accepted_take_is_what_everybody_finds(studio: _Studio) -> None:
    """A second film with the same sentence neither listens nor speaks again."""
    studio.mishear(_NOON, "Bacon and tunes away.", "x y", _NOON)
    first = studio.check()
    heard, retaken = len(studio.ear.given), list(studio.retaken)
    assert studio.check() == first
    assert (len(studio.ear.given), studio.retaken) == (heard, retaken)
    assert retaken == [(_NOON, 1), (_NOON, 2)]


def test_rejected_takes_are_kept_nowhere(studio: _Studio) -> None:
    """One good take of each sentence, and the timeline's own speeches."""
    studio.mishear(_NOON, "x", "y", _NOON)
    before = studio.desk.count(Kind.SPEECH)
    studio.check()
    assert studio.desk.count(Kind.SPEECH) - before == 2


def test_without_a_good_take_the_best_one_goes_on_with_a_warning(studio: _Studio) -> None:
    """With the sentence, its errors and the limit; the same for who finds it later, without a new take."""
    studio.mishear(_NOON, "bacon tunes away", "we begin at moon or day", "we began it noon sunday at last")
    checked = studio.check()
    assert checked is not None
    (warning,) = checked.warnings
    assert (warning.code, warning.level) == ("film-narration-doubtful", "warning")
    assert warning.facts == {"text": _NOON, "errors": 3, "of": 5, "limit": 200}
    kept = studio.utterance(_NOON, checked.timeline)
    assert np.array_equal(utterance_speech(studio.store, kept), studio.take(_NOON, 1).samples)
    taken = list(studio.retaken)
    assert studio.check() == checked
    assert studio.retaken == taken


def test_where_no_take_is_better_the_first_one_stays(studio: _Studio) -> None:
    """With its warning, and the timeline as it was."""
    studio.mishear(_NOON, "bacon", "bacon", "bacon")
    checked = studio.check()
    assert checked is not None
    assert len(checked.warnings) == 1
    assert studio.utterance(_NOON, checked.timeline).speech_digest == studio.utterance(_NOON).speech_digest


def test_a_film_may_stop_instead(studio: _Studio) -> None:
    """By an error that no retry cures, also where another film went on with a warning."""
    studio.mishear(_NOON, "bacon", "bacon", "bacon")
    studio.check()
    with pytest.raises(InputError) as stopped:
        studio.check(replace(_PLAN, stop=True))
    assert stopped.value.code == "narration-wrong"
    assert stopped.value.facts == {"text": _NOON, "errors": 5, "of": 5, "limit": 200}


def test_a_voice_without_another_take_is_not_asked_twice(studio: _Studio) -> None:
    """What it said first is what there is."""
    studio.mishear(_NOON, "bacon")
    studio.retake = lambda utterance, number: studio.retaken.append((utterance.shown, number))  # type: ignore[method-assign]
    checked = studio.check()
    assert checked is not None
    assert studio.retaken == [(_NOON, 1)]
    assert [warning.code for warning in checked.warnings] == ["film-narration-doubtful"]


@pytest.mark.parametrize(("limit", "takes"), [(0, 3), (100_000, 1)])
def test_limits_are_the_plans(studio: _Studio, limit: int, takes: int) -> None:
    """None is good enough, or any that was understood at all."""
    studio.mishear(_NOON, "we begin at noon", "we begin at noon", "we begin at noon")
    studio.check(replace(_PLAN, limit=limit))
    assert len(studio.retaken) == takes - 1


@pytest.mark.parametrize("doubt", ["hearing-silent", "hearing-repeats"])
def test_what_an_ear_makes_up_is_no_proof(studio: _Studio, doubt: str) -> None:
    """Silence is never good, whatever the limit; a made-up text counts as if nothing had been heard."""
    studio.mishear(_NOON, _NOON, _NOON)
    studio.ear.tell(utterance_speech(studio.store, studio.utterance(_NOON)), _NOON, doubt=doubt)
    studio.check(replace(_PLAN, limit=100_000 if doubt == "hearing-silent" else 999))
    assert studio.retaken == [(_NOON, 1)]


def test_a_sample_is_chosen_by_the_sentences(studio: _Studio) -> None:
    """One at least is heard, and the other is left as it is."""
    assert studio.check(replace(_PLAN, check=Check.SAMPLE, per_cent=0)) is not None
    assert len(studio.ear.given) == 1


def test_what_another_worker_checks_is_waited_for(studio: _Studio) -> None:
    """All else is done meanwhile, and kept."""
    desk = CountingDesk()
    studio.check(desk=desk)
    (one, _) = [made.key for made in desk.made if made.kind is Kind.SPEECH]
    waiting = CountingDesk()
    waiting.held.add(one)
    assert studio.check(desk=waiting) is None
    assert waiting.count(Kind.SPEECH) == 1
    waiting.held.clear()
    assert studio.passed(studio.check(desk=waiting))
    assert waiting.count(Kind.SPEECH) == 2


def test_a_damaged_take_is_found_anew(studio: _Studio) -> None:
    """It is struck out, and the sentence is checked as if for the first time."""
    studio.mishear(_NOON, "bacon", _NOON)
    first = studio.check()
    assert first is not None
    kept = studio.utterance(_NOON, first.timeline)
    (damaged,) = [made for made in studio.desk.made if made.key == kept.speech]
    path = studio.store.open(damaged)
    path.chmod(0o644)
    path.write_bytes(b"0" * path.stat().st_size)
    assert studio.check() is not None
    assert studio.retaken == [(_NOON, 1), (_NOON, 1)]


def test_a_damaged_speech_is_told(studio: _Studio) -> None:
    """The step that made it makes it again."""
    damaged = studio.utterance(_ADA)
    (made,) = [each for each in studio.desk.made if each.key == damaged.speech]
    studio.store.open(made).unlink()
    with pytest.raises(DamageError):
        studio.check()
