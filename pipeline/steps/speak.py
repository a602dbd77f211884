"""Speaks a script: each distinct sentence once, found again by its content, and laid on a timeline."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from pipeline.engines.voice import VoiceConverter, VoiceEngine
from pipeline.engines.voice.aligned import Aligner
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.errors import DamageError, InputError
from pipeline.plan.job import JobSpec
from pipeline.plan.lexicon import Entry
from pipeline.plan.lexicon import from_json as lexicon_from
from pipeline.plan.speech import Speech
from pipeline.plan.timeline import Take, Timeline, Utterance, from_json, lay, to_json
from pipeline.plan.wave import from_wave, sound_of, to_wave
from pipeline.steps.booth import Booth, Line
from pipeline.steps.desk import Desk
from pipeline.steps.tidy import give_back
from pipeline.store import Store

#: Of the file of a speech.
SPEECH_SUFFIX = ".wav"
# A longer sentence makes a clip that is costly to lose; splitting a script aims below.
_LONG_S = 15

_log = structlog.get_logger(__name__)


def speak(
    job: JobSpec,
    *,
    desk: Desk,
    store: Store,
    voice: VoiceEngine,
    converter: VoiceConverter | None = None,
    timbre: bytes = b"",
    aligner: Aligner | None = None,
) -> Artifact | None:
    """Speak a job's script and lay its timeline: the timeline in the store, or None if it has to wait.

    Each distinct sentence is spoken once, and not at all if anyone spoke it before with the same voice. One
    that another worker is speaking just now is left for the end; if it is not there by then, the answer is
    None, all else is kept, and the same call completes it later. Safe to run twice.

    Args:
        job: the job; its script and its dictionary are read from the store.
        desk: where speeches are found, taken and put; `advance` counts distinct sentences. The timeline
            itself is not put there: accepting it is the caller's commit.
        store: where the files are.
        voice: the engine of ``job.voice``.
        converter: makes what it speaks sound like a person, for a choice with a converter.
        timbre: whose voice it is, for a choice with latents.
        aligner: finds the times of phonemes that a voice with a model does not tell.

    Raises:
        InputError: ``voice-nothing-spoken``, or what `script.split` and the engine refuse.
        DamageError: the script or the dictionary is missing or damaged.
        TransientError, AwayError, SupersededError: of the engines, the store and the desk.
    """
    give_back()
    text = store.verify(job.script).read_text("utf-8")
    lexicon = () if job.lexicon is None else load_lexicon(store, job.lexicon)
    booth = Booth(voice=voice, converter=converter, timbre=timbre, aligner=aligner)
    parts = booth.lines_of(text, job.voice, lexicon=lexicon)
    lines = {part.key: part for part in parts if isinstance(part, Line)}
    spoken = _Speaker(desk=desk, store=store, booth=booth).spoken(lines)
    if spoken is None:
        return None
    takes = (replace(spoken[p.key], sentence=p.sentence) if isinstance(p, Line) else p for p in parts)
    timeline = replace(lay(takes, fps=job.format.fps), voice_version=voice.version)
    del spoken
    if not any(utterance.speech for utterance in timeline.utterances):
        raise InputError("voice-nothing-spoken", voice=job.voice.name)
    data = to_json(timeline).encode()
    key = hashlib.sha256(data).hexdigest()
    return store.put(Kind.TIMELINE, key, ".json", lambda path: _write(path, data))


def load_timeline(store: Store, artifact: Artifact) -> Timeline:
    """The timeline that `speak` made.

    Raises:
        DamageError: it is missing or not what it was.
    """
    try:
        return from_json(store.verify(artifact).read_text("utf-8"))
    except ValueError as error:
        raise artifact.damage("store-artifact-damaged") from error


def load_lexicon(store: Store, artifact: Artifact) -> tuple[Entry, ...]:
    """The dictionary that a job keeps.

    Raises:
        DamageError: it is missing or not what it was.
    """
    try:
        return lexicon_from(store.verify(artifact).read_text("utf-8"))
    except ValueError as error:
        raise artifact.damage("store-artifact-damaged") from error


def utterance_audio(store: Store, utterance: Utterance, fps: int) -> NDArray[np.int16]:
    """The exact audio of an utterance: int16 mono at 48 kHz, ``frames`` frames long.

    Digital silence, the speech with its 5 ms fades, and digital silence again; a silent utterance is digital
    silence throughout. A piece of a recording is as it was recorded, from its first sample on.

    Raises:
        DamageError: the speech is missing or not what it was.
    """
    return laid_audio(utterance, utterance_speech(store, utterance), fps)


def utterance_speech(store: Store, utterance: Utterance) -> NDArray[np.int16]:
    """What an utterance's speech artifact holds: int16 mono at 48 kHz, with what is around a recorded piece.

    Raises:
        DamageError: it is missing or not what it was.
    """
    if not utterance.speech:
        return np.zeros(0, np.int16)
    artifact = Artifact(
        kind=Kind.SPEECH,
        key=utterance.speech,
        digest=utterance.speech_digest,
        size=utterance.speech_size,
        suffix=SPEECH_SUFFIX,
    )
    try:
        samples = sound_of(store.verify(artifact).read_bytes())
    except ValueError as error:
        raise artifact.damage("store-artifact-damaged") from error
    if len(samples) != utterance.before + utterance.samples + utterance.after:
        raise artifact.damage("store-artifact-damaged")
    return samples


def laid_audio(utterance: Utterance, speech: NDArray[np.int16], fps: int) -> NDArray[np.int16]:
    """The audio of an utterance whose speech artifact holds this: `frames` frames long, in its place."""
    audio = np.zeros(utterance.frames * samples_per_frame(fps), np.int16)
    own = speech[utterance.before : utterance.before + utterance.samples]
    audio[utterance.lead : utterance.lead + utterance.samples] = own
    return audio


class _Speaker:
    """Finds or makes the speeches of one job, one after the other."""

    def __init__(self, *, desk: Desk, store: Store, booth: Booth) -> None:
        self._desk = desk
        self._store = store
        self._booth = booth

    def spoken(self, lines: Mapping[str, Line]) -> dict[str, Take] | None:
        """The speech of every line by its key; None while another worker makes one of them."""
        done: dict[str, Take] = {}
        # Twice: what was taken the first time may be there once all the others are done.
        for _ in range(2):
            missing = [line for key, line in lines.items() if key not in done]
            known = self._desk.find_all(Kind.SPEECH, [line.key for line in missing]) if missing else {}
            while missing:
                some, missing = missing[: self._booth.at_once], missing[self._booth.at_once :]
                for take in self._found_or_made(some, known):
                    done[take[0]] = take[1]
                    self._desk.advance(len(done), len(lines))
        return done if len(done) == len(lines) else None

    def _found_or_made(
        self, lines: Sequence[Line], known: Mapping[str, Artifact]
    ) -> Iterator[tuple[str, Take]]:
        """Each line's key and speech, first those that are there; without those that another makes."""
        wanted = []
        for line in lines:
            self._desk.check()
            take = self._load(line, known.get(line.key))
            if take is not None:
                yield line.key, take
            elif self._desk.take(Kind.SPEECH, line.key):
                wanted.append(line)
        begun = time.monotonic_ns()
        for line, speech in zip(wanted, self._booth.speak_all(wanted), strict=True):
            yield line.key, self._keep(line, speech, begun)
            self._desk.check()
            begun = time.monotonic_ns()

    def _load(self, line: Line, artifact: Artifact | None) -> Take | None:
        if artifact is None:
            return None
        try:
            return _take(line, artifact, load_speech(self._store, artifact))
        except DamageError:
            _log.warning("speech-damaged", key=artifact.key)
            self._desk.forget(artifact)
            return None

    def _keep(self, line: Line, speech: Speech, begun: int) -> Take:
        data = to_wave(speech)
        artifact = self._store.put(Kind.SPEECH, line.key, SPEECH_SUFFIX, lambda path: _write(path, data))
        self._desk.put(artifact, (time.monotonic_ns() - begun) // 1_000_000)
        if len(speech.samples) > _LONG_S * SAMPLE_RATE:
            _log.warning("speech-long", key=line.key, seconds=len(speech.samples) // SAMPLE_RATE)
        return _take(line, artifact, speech)


def _take(line: Line, artifact: Artifact, speech: Speech) -> Take:
    """A speech in the store without its sound: an hour of that would not fit beside a renderer."""
    if not len(speech.samples):
        _log.warning("speech-silent", key=artifact.key)
    return Take(
        sentence=line.sentence,
        speech=artifact,
        samples=len(speech.samples),
        phonemes=speech.phonemes,
        words=speech.words,
        times=speech.times,
        cost=speech.cost,
    )


def load_speech(store: Store, artifact: Artifact) -> Speech:
    """A speech that was made ready for the timeline.

    Raises:
        DamageError: it is missing or not what it was.
    """
    try:
        return from_wave(store.verify(artifact).read_bytes())
    except ValueError as error:
        raise artifact.damage("store-artifact-damaged") from error


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
