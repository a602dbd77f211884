"""Speaking: every distinct sentence once, the same film every time, and neither a halt nor a click."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.clock import grid_frames, samples_per_frame
from pipeline.plan.errors import DamageError, InputError
from pipeline.plan.job import Format, JobSpec, VoiceChoice
from pipeline.plan.speech import Phoneme, Speech
from pipeline.plan.timeline import LEAD, TAIL, Timeline
from pipeline.steps.memory import MemoryDesk
from pipeline.steps.speak import load_timeline, speak, utterance_audio
from pipeline.store import Store

_MS = 48
_ENGLISH = VoiceChoice(engine="espeak", name="en-us", language="en")
_MANDARIN = VoiceChoice(engine="espeak", name="cmn", language="zh")
# Somewhat more than 90 seconds.
_TALK = """Welcome to the workshop. Before you switch the machine on, please put on your glasses, tie back
long hair, and check that the guard is closed. Dr. Miller, who has trained our teams for 12 years, says that
most accidents happen in the first 2.5 minutes!

The red button stops everything at once. Press it whenever something looks wrong, sounds wrong, or simply
feels wrong; nobody will ever blame you for stopping. Have you found it? Good. Now look at the panel on your
left, where four small lamps tell you how the machine is doing.

Green means that it is ready. Yellow means that it is warming up, which takes about three minutes on a cold
morning. Blue means that a colleague has locked it for repair, so walk away and ask at www.example.com/help
before you do anything else. Red, as you may have guessed, means stop.

When you have finished, clean the table, sweep the floor, and write your name into the book beside the door.
Thank you for listening, and take good care of yourself and of each other. We look forward to seeing you
again next week, when we will talk about the large saw, the small press, and the paint room. Bring your
questions, your gloves, and a friend. Until then, work safely, take your breaks, and drink enough water.
If anything is still unclear, write to us, come by in the morning, or simply ask the person beside you."""


class _CountingVoice(EspeakVoice):
    """espeak, and what it was asked to say."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, str]] = []

    def speak(self, text: str, choice: VoiceChoice) -> Speech:
        """Note it, and speak."""
        self.said.append((choice.name, text))
        return super().speak(text, choice)


class _UntimedVoice(EspeakVoice):
    """A voice that does not know when it makes which sound."""

    def speak(self, text: str, choice: VoiceChoice) -> Speech:
        """Speak, and tell no times."""
        return replace(super().speak(text, choice), phonemes=(), words=())


class _SharedDesk(MemoryDesk):
    """A desk at which other workers are making some speeches just now."""

    def __init__(self) -> None:
        super().__init__()
        self.elsewhere: set[str] = set()

    def take(self, kind: Kind, key: str) -> bool:
        """Refuse what is made elsewhere."""
        return key not in self.elsewhere and super().take(kind, key)


@pytest.fixture
def voice() -> Iterator[_CountingVoice]:
    """An engine of the test's own."""
    engine = _CountingVoice()
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def speaker() -> Iterator[EspeakVoice]:
    """An engine for all."""
    engine = EspeakVoice()
    yield engine
    engine.close()


def _job(store: Store, folder: Path, script: str, voice: VoiceChoice = _ENGLISH, fps: int = 25) -> JobSpec:
    source = folder / "script.txt"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(script, "utf-8")
    adopted = store.adopt(Kind.SOURCE, ".txt", source, limit_bytes=1_000_000)
    return JobSpec(
        row="1",
        title="A talk",
        user="ann",
        scene="1",
        script=adopted,
        portrait=adopted,
        voice=voice,
        face="warp",
        format=Format(width=512, height=512, fps=fps),
    )


def _speak(
    job: JobSpec, store: Store, voice: EspeakVoice, desk: MemoryDesk | None = None
) -> tuple[Artifact, Timeline]:
    artifact = speak(job, desk=desk or MemoryDesk(), store=store, voice=voice)
    assert artifact is not None
    return artifact, load_timeline(store, artifact)


def test_each_distinct_sentence_is_spoken_once(tmp_path: Path, voice: _CountingVoice) -> None:
    """A sentence that comes again is one speech, and a second run speaks nothing at all."""
    store, told = Store(tmp_path / "store"), []
    desk = MemoryDesk(progress=lambda done, total: told.append((done, total)))
    job = _job(store, tmp_path, "Good morning. Please sit down. Good morning. Thank you. Good morning.")
    artifact, timeline = _speak(job, store, voice, desk)
    assert sorted(text for _, text in voice.said) == ["Good morning.", "Please sit down.", "Thank you."]
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert [u.spoken for u in timeline.utterances if u.speech].count("Good morning.") == 3
    assert _speak(job, store, voice, desk) == (artifact, timeline)
    assert len(voice.said) == 3


def test_what_another_version_of_the_voice_has_said_is_in_no_film_of_this_one(
    tmp_path: Path, voice: _CountingVoice
) -> None:
    """A script that is half spoken when an engine is upgraded is spoken as a whole by one version."""
    store, desk = Store(tmp_path / "store"), MemoryDesk()
    old = _CountingVoice()
    old.version = f"{voice.version}-older"
    try:
        speak(_job(store, tmp_path, "One. Two."), desk=desk, store=store, voice=old)
    finally:
        old.close()
    spoken = speak(_job(store, tmp_path, "One. Two. Three."), desk=desk, store=store, voice=voice)
    assert spoken is not None
    assert [text for _, text in voice.said] == ["One.", "Two.", "Three."]
    assert load_timeline(store, spoken).voice_version == voice.version


def test_the_timeline_is_the_same_everywhere(tmp_path: Path, speaker: EspeakVoice) -> None:
    """Another folder and a half-filled cache give the same bytes; another frame rate shares every speech."""
    text = "One sentence. Another one, with a comma. 然后是一句中文。"
    first, second = Store(tmp_path / "a"), Store(tmp_path / "b" / "c")
    half = MemoryDesk()
    _speak(_job(second, tmp_path, "Another one, with a comma."), second, speaker, half)
    one, timeline = _speak(_job(first, tmp_path, text), first, speaker)
    other, _ = _speak(_job(second, tmp_path, text), second, speaker, half)
    assert one == other
    _, faster = _speak(_job(first, tmp_path, text, fps=60), first, speaker)
    assert [u.speech_digest for u in faster.utterances] == [u.speech_digest for u in timeline.utterances]


def test_a_changed_sentence_changes_its_utterance_alone(tmp_path: Path, speaker: EspeakVoice) -> None:
    """All the others stay exactly as they were."""
    store = Store(tmp_path / "store")
    before = _speak(_job(store, tmp_path, "First. Second one. Third."), store, speaker)[1].utterances
    after = _speak(_job(store, tmp_path, "First. Something else. Third."), store, speaker)[1].utterances
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, True, False, True, True]


def test_speech_that_is_made_elsewhere_is_waited_for(tmp_path: Path, voice: _CountingVoice) -> None:
    """All else is made first; the answer is None until the other worker's is there, which is then used."""
    store, desk = Store(tmp_path / "store"), _SharedDesk()
    job = _job(store, tmp_path, "Ours. Theirs. Ours too.")
    elsewhere = MemoryDesk()
    _speak(_job(store, tmp_path, "Theirs."), store, voice, elsewhere)
    theirs = load_timeline(store, _speak(job, store, voice, elsewhere)[0]).utterances[2]
    desk.elsewhere = {theirs.speech}
    voice.said.clear()
    assert speak(job, desk=desk, store=store, voice=voice) is None
    assert [text for _, text in voice.said] == ["Ours.", "Ours too."]
    found = elsewhere.find(Kind.SPEECH, theirs.speech)
    assert found is not None
    desk.put(found, 0)
    assert speak(job, desk=desk, store=store, voice=voice) is not None
    assert len(voice.said) == 2


def test_a_voice_without_phonemes_is_laid_as_it_sounds(tmp_path: Path, speaker: EspeakVoice) -> None:
    """Its utterances are there with their text and sound, as long as with phonemes."""
    store, untimed = Store(tmp_path / "store"), _UntimedVoice()
    job = _job(store, tmp_path, "Good morning. Please sit down.")
    timed = [u for u in _speak(job, store, speaker)[1].utterances if u.speech]
    heard = [u for u in _speak(job, store, untimed)[1].utterances if u.speech]
    untimed.close()
    assert [u.shown for u in heard] == [u.shown for u in timed]
    assert not any(u.phonemes or u.words for u in heard)
    assert all(abs(a.samples - b.samples) < 50 * _MS for a, b in zip(heard, timed, strict=True))
    assert all(np.abs(utterance_audio(store, u, 25)).max() > 1_000 for u in heard)


@pytest.mark.parametrize("harm", ["gone", "short", "changed"])
def test_damaged_speech_is_made_again(tmp_path: Path, voice: _CountingVoice, harm: str) -> None:
    """A speech that is missing, cut short or changed is forgotten and spoken anew, the same."""
    store, desk = Store(tmp_path / "store"), MemoryDesk()
    job = _job(store, tmp_path, "First. Second.")
    artifact, timeline = _speak(job, store, voice, desk)
    utterance = timeline.utterances[1]
    found = desk.find(Kind.SPEECH, utterance.speech)
    assert found is not None
    path = store.open(found)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(data if harm == "changed" else data[:-9])
    with pytest.raises(DamageError) as caught:
        utterance_audio(store, utterance, 25)
    assert caught.value.facts["key"] == utterance.speech
    voice.said.clear()
    assert _speak(job, store, voice, desk) == (artifact, timeline)
    assert voice.said == [("en-us", "First.")]
    assert len(utterance_audio(store, utterance, 25)) == utterance.frames * 1_920


def test_a_damaged_timeline_is_told(tmp_path: Path, speaker: EspeakVoice) -> None:
    """A timeline that is not what it was is damage."""
    store = Store(tmp_path / "store")
    artifact, _ = _speak(_job(store, tmp_path, "Hello."), store, speaker)
    path = store.open(artifact)
    path.write_bytes(path.read_bytes().replace(b"Hello", b"Hallo"))
    with pytest.raises(DamageError):
        load_timeline(store, artifact)


@pytest.mark.parametrize(("own", "expected"), [(_MANDARIN, ["cmn", "en-us"]), (_ENGLISH, ["cmn", "en-us"])])
def test_each_language_has_its_voice(
    tmp_path: Path, voice: _CountingVoice, own: VoiceChoice, expected: list[str]
) -> None:
    """An English sentence in a Mandarin job is spoken in English, and the other way round."""
    store = Store(tmp_path / "store")
    _speak(_job(store, tmp_path, "欢迎大家。Welcome to our show.", own), store, voice)
    assert [name for name, _ in voice.said] == expected


def test_every_choice_has_a_speech_of_its_own(tmp_path: Path, speaker: EspeakVoice) -> None:
    """Another voice, speed or pitch is another speech with another sound."""
    store, seen = Store(tmp_path / "store"), set()
    for choice in (
        _ENGLISH,
        replace(_ENGLISH, name="en-gb"),
        replace(_ENGLISH, name="en-us+f3"),
        replace(_ENGLISH, speed=120),
        replace(_ENGLISH, pitch=120),
    ):
        utterance = _speak(_job(store, tmp_path, "Hello there.", choice), store, speaker)[1].utterances[1]
        seen.add((utterance.speech, utterance.speech_digest, utterance_audio(store, utterance, 25).tobytes()))
    assert all(len({entry[part] for entry in seen}) == 5 for part in range(3))


def test_a_script_without_sound_is_refused(tmp_path: Path, speaker: EspeakVoice) -> None:
    """A script without anything that the voice can speak is refused; one such sentence is left out."""
    store = Store(tmp_path / "store")
    with pytest.raises(InputError) as caught:
        _speak(_job(store, tmp_path, "⒈."), store, speaker)
    assert caught.value.code == "voice-nothing-spoken"
    _, timeline = _speak(_job(store, tmp_path, "Hello.\n\n⒈⒈⒈⒈.\n\nGoodbye."), store, speaker)
    assert [u.spoken for u in timeline.utterances if u.speech] == ["Hello.", "Goodbye."]


def test_a_long_talk_has_no_halt_and_no_click(tmp_path: Path, speaker: EspeakVoice) -> None:
    """In over 90 seconds: fades and digital silence at every border, short pauses, sounds where due."""
    store = Store(tmp_path / "store")
    _, timeline = _speak(_job(store, tmp_path, _TALK), store, speaker)
    parts = [utterance_audio(store, utterance, 25) for utterance in timeline.utterances]
    whole = np.concatenate(parts).astype(int)
    assert len(whole) == timeline.frames * samples_per_frame(25) > 90 * 48_000
    gaps = []
    for utterance, audio in zip(timeline.utterances, parts, strict=True):
        assert utterance.frames % grid_frames(25) == 0
        if not utterance.speech:
            assert not audio.any()
            continue
        begin, end = utterance.lead, utterance.lead + utterance.samples
        assert begin == LEAD
        assert len(audio) - end >= TAIL
        assert not audio[:begin].any()
        assert not audio[end:].any()
        steps = np.abs(np.diff(audio.astype(int)))
        # A click is a step into or out of silence: here the sound begins and ends below -50 dBFS.
        assert max(steps[begin - 2 : begin + 24].max(), steps[end - 26 : end + 1].max()) < 100
        inner = [p.end - p.start for p in utterance.phonemes if not p.symbol]
        assert max(inner, default=0) < 400 * _MS
        gaps += _onset_errors(audio, utterance.phonemes)
    assert len(gaps) > 20
    assert max(gaps) <= 10 * _MS


def _onset_errors(
    audio: np.ndarray[tuple[int], np.dtype[np.int16]], phonemes: tuple[Phoneme, ...]
) -> list[int]:
    """How many samples lie between a phoneme after a pause and the sound that is heard."""
    level = np.sqrt(np.convolve(audio.astype(float) ** 2, np.ones(_MS) / _MS, "same"))
    errors = []
    for pause, sound in pairwise(phonemes):
        if not pause.symbol and pause.end - pause.start > 60 * _MS:
            middle = (pause.start + pause.end) // 2
            errors.append(abs(middle + int(np.flatnonzero(level[middle:] > 150)[0]) - sound.start))
    return errors
