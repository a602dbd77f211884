"""Listens to what a voice spoke: a sentence that is understood otherwise is spoken again."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from pipeline.engines.ear import EarEngine
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.checking import good, sampled
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.doubt import SILENT
from pipeline.plan.errors import DamageError, InputError
from pipeline.plan.hearing import Check, CheckPart, HearingPlan, Verdict
from pipeline.plan.job import JobSpec
from pipeline.plan.keys import digest_of
from pipeline.plan.portrait import Finding
from pipeline.plan.prompting import names_of, prompt_of
from pipeline.plan.script import Sentence
from pipeline.plan.speech import Speech
from pipeline.plan.thirds import thirds
from pipeline.plan.timeline import Take, Utterance, relaid, to_json
from pipeline.plan.wave import to_wave
from pipeline.plan.wordrate import Rate, rate
from pipeline.steps.desk import Desk
from pipeline.steps.speak import SPEECH_SUFFIX, load_lexicon, load_speech, load_timeline
from pipeline.steps.tidy import give_back
from pipeline.steps.understand import understood
from pipeline.store import Store

# Raised by hand whenever another take may be found good.
_SCHEMA = 1
# An ear takes half a minute.
_MOST = 28 * SAMPLE_RATE
#: So much of a sentence stands in a message.
_BEGINNING = 40

#: Speaks an utterance's sentence another time, given the number of the take; None: the voice has no other.
Retake = Callable[[Utterance, int], Speech | None]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What listening to a narration gave.

    Attributes:
        timeline: with the takes that were found good, and what was found of each, in the store.
        warnings: the sentences without a good take.
    """

    timeline: Artifact
    warnings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class _Verdict:
    """Which take of a sentence is used, and how it was understood; None for the one that was there."""

    shown: str
    found: Verdict
    take: Take | None


@dataclass(frozen=True, kw_only=True, eq=False)
class _Known:
    """A take that was kept of a sentence; a doubtful one where none was good."""

    artifact: Artifact
    speech: Speech
    doubtful: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class _Heard:
    """A take that was listened to."""

    speech: Speech
    rate: Rate
    good: bool


def check_narration(
    job: JobSpec, spoken: Artifact, *, desk: Desk, store: Store, ear: EarEngine, retake: Retake
) -> Checked | None:
    """Check that what was spoken says what the script says; None: another worker checks a part of it.

    A sentence that an ear understands otherwise, beyond the limit, is spoken again with other chances, as
    often as the job's hearing plan allows and its voice can. A good take is kept under a key of its own: who
    wants the same sentence checked in the same way finds it there. Without one the film goes on with the best
    take and a warning, or fails, as the plan says. Safe to run twice.

    Args:
        job: the job, with a hearing plan.
        spoken: the timeline that `speak` made.
        desk: where takes are found, taken and put; `advance` counts distinct sentences. The timeline itself
            is not put there: accepting it is the caller's commit.
        store: where the files are.
        ear: the one of ``job.hearing``.
        retake: speaks a sentence again; called for those alone that were understood otherwise.

    Raises:
        InputError: ``narration-wrong``: a sentence has no good take, and the plan stops then;
            ``hearing-language-unknown``.
        DamageError: the timeline, a speech or the dictionary is missing or damaged.
        TransientError, AwayError, SupersededError: of the engines, the store and the desk.
    """
    give_back()
    plan = job.hearing or HearingPlan()
    timeline = load_timeline(store, spoken)
    sentences = {each.speech: each for each in timeline.utterances if each.speech}
    chosen = sampled(sentences, plan.per_cent) if plan.check is Check.SAMPLE else frozenset(sentences)
    names = () if job.lexicon is None else tuple(entry.word for entry in load_lexicon(store, job.lexicon))
    checker = _Checker(plan=plan, names=names, desk=desk, store=store, ear=ear, retake=retake)
    verdicts = checker.judged({key: each for key, each in sentences.items() if key in chosen})
    if verdicts is None:
        return None
    takes = {key: verdict.take for key, verdict in verdicts.items() if verdict.take is not None}
    found = {key: verdict.found for key, verdict in verdicts.items()}
    checked = _put(store, to_json(relaid(timeline, takes, found)))
    return Checked(timeline=checked, warnings=tuple(_warnings(plan, verdicts)))


class _Checker:
    """Finds or makes the good takes of one job, one sentence after the other."""

    def __init__(
        self,
        *,
        plan: HearingPlan,
        names: Sequence[str],
        desk: Desk,
        store: Store,
        ear: EarEngine,
        retake: Retake,
    ) -> None:
        self._plan = plan
        self._names = names
        self._desk = desk
        self._store = store
        self._ear = ear
        self._retake = retake

    def judged(self, sentences: Mapping[str, Utterance]) -> dict[str, _Verdict] | None:
        """The verdict on every sentence by its key; None while another worker checks one of them."""
        done: dict[str, _Verdict] = {}
        # Twice: what was taken the first time may be there once all the others are done.
        for _ in range(2):
            missing = {key: each for key, each in sentences.items() if key not in done}
            known = self._found(missing.values())
            for key, utterance in missing.items():
                self._desk.check()
                verdict = self._verdict(utterance, known)
                if verdict is not None:
                    done[key] = verdict
                    self._desk.advance(len(done), len(sentences))
        return {key: done[key] for key in sentences} if len(done) == len(sentences) else None

    def _found(self, utterances: Iterable[Utterance]) -> Mapping[str, Artifact]:
        """The takes that were kept of some sentences, by this job or by another one with the same."""
        keys = [self._key(each, doubtful=doubtful) for each in utterances for doubtful in (False, True)]
        return self._desk.find_all(Kind.SPEECH, keys) if keys else {}

    def _verdict(self, utterance: Utterance, found: Mapping[str, Artifact]) -> _Verdict | None:
        """The verdict on a sentence; None while another worker listens to it."""
        kept = self._known(utterance, found)
        if kept is None:
            return self._listened(utterance)
        heard = self._hear(utterance, kept.speech)
        if heard is None:
            return None
        return self._judged(utterance, kept, heard.rate)

    def _known(self, utterance: Utterance, found: Mapping[str, Artifact]) -> _Known | None:
        """The take of a sentence that was kept when somebody listened to it before."""
        for doubtful in (False, True):
            artifact = found.get(self._key(utterance, doubtful=doubtful))
            if artifact is None:
                continue
            try:
                speech = load_speech(self._store, artifact)
            except DamageError:
                _log.warning("speech-damaged", key=artifact.key)
                self._desk.forget(artifact)
                continue
            return _Known(artifact=artifact, speech=speech, doubtful=doubtful)
        return None

    def _listened(self, utterance: Utterance) -> _Verdict | None:
        """The first good take, else the best one; None while another worker listens to it."""
        if not self._desk.take(Kind.SPEECH, self._key(utterance, doubtful=False)):
            return None
        begun = time.monotonic_ns()
        best: _Heard | None = None
        takes = 0
        for speech in self._takes(utterance):
            takes += 1
            self._desk.check()
            heard = self._hear(utterance, speech)
            if heard is None:
                return None
            if best is None or heard.good or heard.rate.errors < best.rate.errors:
                best = heard
            if heard.good:
                break
        if best is None:
            raise ValueError(self._plan.takes)
        kept = self._kept(utterance, replace(best.speech, takes=takes), begun, doubtful=not best.good)
        return self._judged(utterance, kept, best.rate)

    def _takes(self, utterance: Utterance) -> Iterator[Speech]:
        yield load_speech(self._store, _spoken(utterance))
        for number in range(1, self._plan.takes):
            again = self._retake(utterance, number)
            if again is None:
                return
            yield again

    def _hear(self, utterance: Utterance, speech: Speech) -> _Heard | None:
        """How far a take is understood as its script; None while another worker listens to the same sound."""
        names = names_of(utterance.shown, language=utterance.language, known=self._names)
        parts = []
        for start in range(0, len(speech.samples), _MOST):
            told = understood(
                thirds(speech.samples[start : start + _MOST]),
                desk=self._desk,
                store=self._store,
                ear=self._ear,
                language=utterance.language,
                prompt=prompt_of(before="", names=names, language=utterance.language, count=self._ear.count),
                timed=False,
            )
            if told is None:
                return None
            parts.append(told)
        # What is made up says nothing of the voice; it counts as if nothing had been understood.
        text = " ".join(part.text for part in parts if not part.doubt)
        # A word that is respelled for the voice's sake is heard as it is written.
        rates = (
            rate(script, text, language=utterance.language, names=names)
            for script in (utterance.spoken, utterance.shown)
        )
        found = min(rates, key=lambda each: each.errors)
        silent = found.of > 0 and all(part.doubt == SILENT for part in parts)
        return _Heard(speech=speech, rate=found, good=good(found, self._plan.limit) and not silent)

    def _kept(self, utterance: Utterance, speech: Speech, begun: int, *, doubtful: bool) -> _Known:
        key, data = self._key(utterance, doubtful=doubtful), to_wave(speech)
        artifact = self._store.put(Kind.SPEECH, key, SPEECH_SUFFIX, lambda path: _write(path, data))
        self._desk.put(artifact, (time.monotonic_ns() - begun) // 1_000_000)
        return _Known(artifact=artifact, speech=speech, doubtful=doubtful)

    def _judged(self, utterance: Utterance, kept: _Known, found: Rate) -> _Verdict:
        takes, doubtful = kept.speech.takes, kept.doubtful
        verdict = Verdict(errors=found.errors, of=found.of, takes=takes, doubtful=doubtful)
        if doubtful:
            _log.warning("narration-doubtful", key=utterance.speech, errors=found.errors, of=found.of)
            if self._plan.stop:
                raise InputError("narration-wrong", **_facts(utterance.shown, verdict, self._plan))
        take = None if _is_first(kept.speech, utterance) else _take(utterance, kept.artifact, kept.speech)
        return _Verdict(shown=utterance.shown, found=verdict, take=take)

    def _key(self, utterance: Utterance, *, doubtful: bool) -> str:
        """The key of a sentence's good take, or of the best one where there is none that is good."""
        part = CheckPart(
            model=self._plan.model,
            precision=self._ear.precision,
            limit=self._plan.limit,
            takes=self._plan.takes,
        )
        kind = "doubtful" if doubtful else "checked"
        return digest_of(kind, _SCHEMA, speech=utterance.speech, check=part)


def _warnings(plan: HearingPlan, verdicts: Mapping[str, _Verdict]) -> Iterator[Finding]:
    for verdict in verdicts.values():
        if verdict.found.doubtful:
            facts = _facts(verdict.shown, verdict.found, plan)
            yield Finding(code="film-narration-doubtful", level="warning", facts=facts)


def _facts(text: str, found: Verdict, plan: HearingPlan) -> dict[str, str | int]:
    shortened = text if len(text) <= _BEGINNING else f"{text[: _BEGINNING - 1]}…"
    return {"text": shortened, "errors": found.errors, "of": found.of, "limit": plan.limit}


def _is_first(speech: Speech, utterance: Utterance) -> bool:
    """Whether a take is the one that an utterance has already, however often it was spoken since."""
    return hashlib.sha256(to_wave(replace(speech, takes=1))).hexdigest() == utterance.speech_digest


def _spoken(utterance: Utterance) -> Artifact:
    return Artifact(
        kind=Kind.SPEECH,
        key=utterance.speech,
        digest=utterance.speech_digest,
        size=utterance.speech_size,
        suffix=SPEECH_SUFFIX,
    )


def _take(utterance: Utterance, artifact: Artifact, speech: Speech) -> Take:
    return Take(
        sentence=Sentence(shown=utterance.shown, spoken=utterance.spoken, language=utterance.language),
        speech=artifact,
        samples=len(speech.samples),
        phonemes=speech.phonemes,
        words=speech.words,
        times=speech.times,
        cost=speech.cost,
    )


def _put(store: Store, text: str) -> Artifact:
    data = text.encode()
    return store.put(
        Kind.TIMELINE, hashlib.sha256(data).hexdigest(), ".json", lambda path: _write(path, data)
    )


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
