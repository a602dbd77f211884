"""The booth: what a voice is given of a script, and what makes two speeches one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.engines.voice import PLAINLY, Direction, Voice
from pipeline.engines.voice.aligned import Aligner
from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import DamageError
from pipeline.plan.hearing import CheckPart
from pipeline.plan.job import Format, JobSpec, VoiceChoice
from pipeline.plan.lexicon import Entry, to_json
from pipeline.plan.speech import Speech, Times
from pipeline.plan.wave import to_wave
from pipeline.steps.booth import Booth, Line
from pipeline.steps.memory import MemoryDesk
from pipeline.steps.speak import load_timeline, speak
from pipeline.store import Store

_ENGLISH = VoiceChoice(engine="espeak", name="en-us", language="en")
_LEXICON = (
    Entry(word="nginx", language="en", said="engine x"),
    Entry(word="Nguyen", language="en", ipa="wɪn"),
)


class _LetterVoice(EspeakVoice):
    """A voice like one that was trained on letters: no sounds, and a model."""

    def voices(self) -> tuple[Voice, ...]:
        """The same voices, which know less."""
        return tuple(replace(each, heeds_phonemes=False) for each in super().voices())


class _ManyAtOnce(EspeakVoice):
    """A voice that is asked for several lines together, and remembers how many."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    def speak_all(self, lines: Sequence[tuple[str, VoiceChoice, Direction]], /) -> Iterator[Speech]:
        """One after the other, which is how they have to sound."""
        self.asked.append(len(lines))
        for line in lines:
            yield self.speak(*line)


class _Untimed(EspeakVoice):
    """A voice that does not know when it makes which sound."""

    def speak(self, text: str, choice: VoiceChoice, direction: Direction = PLAINLY, /) -> Speech:
        """Speak, and tell no times."""
        return replace(super().speak(text, choice, direction), phonemes=(), words=())


class _Deeper:
    """A converter that halves every sample of what it is given, and says so."""

    name, version = "deeper", "1"

    def convert(self, speech: Speech, timbre: bytes, /) -> Speech:
        """The same times, another sound."""
        assert timbre == b"somebody"
        return replace(speech, samples=speech.samples // 2)

    def latents(self, reference: Speech, /) -> bytes:
        """Not asked for here."""
        raise NotImplementedError

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture(scope="module")
def espeak() -> Iterator[EspeakVoice]:
    """An engine for all."""
    engine = EspeakVoice()
    yield engine
    engine.close()


def _lines(
    booth: Booth, text: str, choice: VoiceChoice = _ENGLISH, *, lexicon: Sequence[Entry] = ()
) -> list[Line]:
    return [part for part in booth.lines_of(text, choice, lexicon=lexicon) if isinstance(part, Line)]


def test_the_dictionary_reaches_the_voice(espeak: EspeakVoice) -> None:
    """Captions show the script; the voice is given the other text, and the sounds with their places."""
    first, second = _lines(Booth(voice=espeak), "Start nginx, Nguyen. It is 9 am.", lexicon=_LEXICON)
    assert first.sentence.shown == "Start nginx, Nguyen."
    assert first.sentence.spoken == "Start engine x, Nguyen."
    assert [(each.text_start, each.text_end, each.ipa) for each in first.direction.said] == [(16, 22, "wɪn")]
    assert (second.sentence.spoken, second.direction) == ("It is nine a.m.", PLAINLY)


def test_a_voice_without_numbers_gets_words() -> None:
    """It is given what is to be said, in the words that `read_aloud` has for it; sounds it cannot heed."""
    engine = _LetterVoice()
    try:
        (line,) = _lines(Booth(voice=engine), "Nguyen paid $5 at 9 am.", lexicon=_LEXICON)
    finally:
        engine.close()
    assert line.sentence.spoken == "Nguyen paid five dollars at nine a.m."
    assert line.sentence.shown == "Nguyen paid $5 at 9 am."
    assert line.direction == PLAINLY


def test_what_plays_no_part_is_not_in_the_key(espeak: EspeakVoice) -> None:
    """A sentence that no entry concerns has one key; sounds, a check and a converter make others."""
    plain, converted = Booth(voice=espeak), Booth(voice=espeak, converter=_Deeper(), timbre=b"somebody")
    key = plain.key(_ENGLISH, "Good morning.")
    assert _lines(plain, "Good morning.", lexicon=_LEXICON)[0].key == key
    assert converted.key(_ENGLISH, "Good morning.") == key
    assert Booth(voice=espeak, aligner=Aligner(espeak)).key(_ENGLISH, "Good morning.") == key
    said = _lines(plain, "Good Nguyen.", lexicon=_LEXICON)[0]
    check = CheckPart(model="m", precision="fp32", limit=200, takes=3)
    others = {
        said.key,
        plain.key(_ENGLISH, "Good Nguyen."),
        plain.key(_ENGLISH, "Good morning.", check=check),
        converted.key(replace(_ENGLISH, converter="c"), "Good morning."),
        plain.key(replace(_ENGLISH, converter="c"), "Good morning."),
        Booth(voice=espeak, aligner=Aligner(espeak)).key(replace(_ENGLISH, model="m"), "Good morning."),
        plain.key(replace(_ENGLISH, model="m"), "Good morning."),
    }
    assert len(others | {key}) == 8


def test_lines_together_sound_as_alone(tmp_path: Path, espeak: EspeakVoice) -> None:
    """A job's lines are given to such an engine some at a time, and its film is the same."""
    script = "One. Two. Three. Four. Five. Six. Seven. Eight. Nine. One. Two."
    engine, desk = _ManyAtOnce(), MemoryDesk()
    try:
        together, alone = Store(tmp_path / "a"), Store(tmp_path / "b")
        first = speak(_job(together, tmp_path, script), desk=desk, store=together, voice=engine)
        assert engine.asked == [8]
        assert first == speak(_job(alone, tmp_path, script), desk=MemoryDesk(), store=alone, voice=espeak)
    finally:
        engine.close()


def test_a_voice_is_made_somebody_elses(espeak: EspeakVoice) -> None:
    """What was spoken is converted, for a choice that says so and for no other."""
    booth = Booth(voice=espeak, converter=_Deeper(), timbre=b"somebody")
    own, other = (
        next(booth.speak_all(_lines(booth, "Good morning.", choice)))
        for choice in (_ENGLISH, replace(_ENGLISH, converter="c"))
    )
    assert [each.symbol for each in own.phonemes] == [each.symbol for each in other.phonemes]
    assert np.abs(other.samples.astype(int)).max() < np.abs(own.samples.astype(int)).max() * 6 // 10


def test_a_voice_of_a_model_gets_its_times(espeak: EspeakVoice) -> None:
    """Phonemes that it does not tell are found; a voice without a model is left as it is."""
    untimed = _Untimed()
    try:
        booth = Booth(voice=untimed, aligner=Aligner(espeak))
        found, left = (
            next(booth.speak_all(_lines(booth, "Good morning, everyone.", choice)))
            for choice in (replace(_ENGLISH, model="m"), _ENGLISH)
        )
    finally:
        untimed.close()
    assert found.times is Times.ALIGNED
    assert [word.text_start for word in found.words] == [0, 5, 14]
    assert not left.phonemes
    assert to_wave(found) != to_wave(left)


def test_a_job_speaks_by_its_own_dictionary(tmp_path: Path, espeak: EspeakVoice) -> None:
    """It is kept with the job, and one that was damaged is said to be."""
    store = Store(tmp_path / "store")
    job = replace(_job(store, tmp_path, "Start nginx."), lexicon=_kept(store, tmp_path, to_json(_LEXICON)))
    timeline = speak(job, desk=MemoryDesk(), store=store, voice=espeak)
    assert timeline is not None
    told = [each for each in load_timeline(store, timeline).utterances if each.spoken]
    assert [(each.shown, each.spoken) for each in told] == [("Start nginx.", "Start engine x.")]
    wrong = replace(job, lexicon=_kept(store, tmp_path, "[]"))
    with pytest.raises(DamageError, match="store-artifact-damaged"):
        speak(wrong, desk=MemoryDesk(), store=store, voice=espeak)


def _job(store: Store, folder: Path, script: str) -> JobSpec:
    source = _kept(store, folder, script)
    return JobSpec(
        row="1",
        title="A talk",
        user="ann",
        scene="1",
        script=source,
        portrait=source,
        voice=_ENGLISH,
        face="warp",
        format=Format(width=512, height=512, fps=25),
    )


def _kept(store: Store, folder: Path, text: str) -> Artifact:
    source = folder / "source.txt"
    source.write_text(text, "utf-8")
    return store.adopt(Kind.SOURCE, ".txt", source, limit_bytes=1_000_000)
