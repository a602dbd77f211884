"""Listening to a recording: all of it, as it is, understood as far as somebody can."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from pipeline.engines.voice.aligned import Aligner
from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.plan.artifact import Kind
from pipeline.plan.captions import cues
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.errors import DamageError, InputError, TransientError
from pipeline.plan.hearing import HearingPlan
from pipeline.plan.job import JobSpec, VoiceChoice
from pipeline.plan.lexicon import Entry, to_json
from pipeline.plan.speech import Times
from pipeline.plan.timeline import Timeline
from pipeline.steps.listen import Listened, listen
from pipeline.steps.speak import load_timeline, utterance_audio
from pipeline.store import Store
from tests.support import films
from tests.support.films import CountingDesk
from tests.support.recital import KnowingEar, Recital, recite
from tests.support.recordings import talk, written

_MS = SAMPLE_RATE // 1000
_SENTENCES = (
    "Good morning, and welcome to the workshop.",
    "Please put on your glasses before you switch the machine on.",
    "The red button stops everything at once.",
    "Thank you, and work safely.",
)


@pytest.fixture(scope="module")
def voice() -> Iterator[EspeakVoice]:
    """A voice whose words and sounds are known."""
    engine = EspeakVoice()
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def recital(voice: EspeakVoice) -> Recital:
    """Four sentences in a quiet room."""
    return recite(voice, _SENTENCES)


def _job(
    store: Store, source: Path, *, script: str = "", fps: int = 25, plan: HearingPlan | None = None
) -> JobSpec:
    text = source.with_suffix(".txt")
    text.write_text(script, "utf-8")
    job = films.job(replace(films.SMALL, fps=fps))
    return replace(
        job,
        script=store.adopt(Kind.SOURCE, ".txt", text, limit_bytes=1_000_000),
        recording=store.adopt(Kind.SOURCE, ".wav", source, limit_bytes=10_000_000),
        voice=VoiceChoice(engine="", name="", language=""),
        hearing=plan,
    )


def _listen(
    job: JobSpec,
    store: Store,
    *,
    desk: CountingDesk | None = None,
    ear: KnowingEar | None = None,
    reader: Aligner | None = None,
) -> tuple[Listened, Timeline]:
    found = listen(
        job,
        desk=desk or CountingDesk(),
        store=store,
        media=films.media(),
        activity=None,
        ear=ear,
        reader=reader,
    )
    assert found is not None
    return found, load_timeline(store, found.timeline)


def _codes(listened: Listened) -> list[str]:
    return [finding.code for finding in listened.warnings]


@pytest.mark.parametrize("fps", [24, 25, 60])
def test_without_an_ear_the_film_is_the_recording(tmp_path: Path, fps: int) -> None:
    """Its pieces one behind the other are the recording, sample by sample; it has no words, and says so."""
    store, sound = Store(tmp_path / "store"), talk()
    listened, timeline = _listen(_job(store, written(tmp_path / "a.wav", sound), fps=fps), store)
    assert (_codes(listened), listened.transcript) == (["recording-no-ear"], None)
    assert len(timeline.utterances) in {2, 3}
    whole = np.concatenate([utterance_audio(store, u, fps) for u in timeline.utterances])
    assert np.array_equal(whole[: len(sound)], sound)
    assert not whole[len(sound) :].any()
    assert len(whole) - len(sound) < 10_000
    assert timeline.frames * samples_per_frame(fps) == len(whole)
    assert cues(timeline) == ()
    assert not any(u.words or u.phonemes or u.times is not Times.NONE for u in timeline.utterances)


def test_words_are_shown_when_they_are_said(tmp_path: Path, recital: Recital, voice: EspeakVoice) -> None:
    """Each sentence once, in order; each word to the sample at 16 kHz; the transcript says the same."""
    store, ear = Store(tmp_path / "store"), KnowingEar(recital)
    job = _job(store, written(tmp_path / "a.wav", recital.sound))
    listened, timeline = _listen(job, store, ear=ear, reader=Aligner(voice))
    assert _codes(listened) == []
    said, at = [], 0
    for utterance in timeline.utterances:
        said += [(utterance.spoken[w.text_start : w.text_end], at + w.start) for w in utterance.words]
        at += utterance.frames * samples_per_frame(25)
    assert [text for text, _ in said] == [word.text for word in recital.words]
    assert all(abs(start - word.start) < 3 for (_, start), word in zip(said, recital.words, strict=True))
    assert listened.transcript is not None
    text = store.verify(listened.transcript).read_text("utf-8")
    assert text.split() == " ".join(_SENTENCES).replace(",", "").replace(".", "").split()
    shown = cues(timeline)
    assert " ".join(line for cue in shown for line in cue.lines).split() == text.split()
    begun = [round(cue.start_ms * _MS) for cue in shown]
    assert all(min(abs(at - begin) for at, _ in recital.talks) < 900 * _MS for begin in begun)


def test_phonemes_are_those_that_are_heard(tmp_path: Path, recital: Recital, voice: EspeakVoice) -> None:
    """A reading of the words, laid onto them: where words are known, half of the sounds within 20 ms."""
    store = Store(tmp_path / "store")
    job = _job(store, written(tmp_path / "a.wav", recital.sound))
    _, timeline = _listen(job, store, ear=KnowingEar(recital), reader=Aligner(voice))
    starts, at = [], 0
    for utterance in timeline.utterances:
        starts += [at + p.start for p in utterance.phonemes if p.symbol]
        assert (utterance.times is Times.NONE) == (not utterance.words)
        at += utterance.frames * samples_per_frame(25)
    truth = np.array([p.start for p in recital.phonemes if p.symbol])
    off = [np.abs(truth - start).min() for start in starts]
    assert 0.8 * len(truth) < len(starts) < 1.2 * len(truth)
    assert np.median(off) < 20 * _MS


def test_silence_costs_no_ear(tmp_path: Path, recital: Recital) -> None:
    """It is given speech with some hundredths of a second around it, each part once."""
    store, ear = Store(tmp_path / "store"), KnowingEar(recital)
    _listen(_job(store, written(tmp_path / "a.wav", recital.sound)), store, ear=ear)
    spoken = sum(end - begin for begin, end in recital.talks)
    heard = 3 * sum(end - begin for begin, end, _ in ear.given)
    assert spoken < heard < spoken + len(recital.talks) * 700 * _MS < len(recital.sound)
    assert all(one[1] <= other[0] for one, other in pairwise(ear.given))


def test_each_part_is_heard_with_what_was_said_before(tmp_path: Path, recital: Recital) -> None:
    """The text before it; at the beginning the names of the script, those of the dictionary first."""
    store, ear = Store(tmp_path / "store"), KnowingEar(recital)
    source = written(tmp_path / "a.wav", recital.sound)
    _listen(_job(store, source), store, ear=ear)
    first, *others = [prompt for _, _, prompt in ear.given]
    assert first == ""
    assert all(prompt for prompt in others)
    assert others[0].startswith("Good morning")
    named, job = KnowingEar(recital), _job(store, source, script="We greet Ann Miller at kubectl today.")
    (tmp_path / "lexicon.json").write_text(
        to_json([Entry(word="kubectl", language="en", said="cube control")])
    )
    lexicon = store.adopt(Kind.SOURCE, ".json", tmp_path / "lexicon.json", limit_bytes=1_000)
    _listen(replace(job, lexicon=lexicon), store, ear=named)
    assert named.given[0][2] == "kubectl, Ann Miller."


def test_what_was_heard_is_not_heard_again(tmp_path: Path, recital: Recital) -> None:
    """A second job of the same recording makes nothing; an attempt goes on where another one ended."""
    store, desk, ear = Store(tmp_path / "store"), CountingDesk(), KnowingEar(recital)
    job = _job(store, written(tmp_path / "a.wav", recital.sound))

    class _Failing(KnowingEar):
        def hear(self, *given: object, **options: object) -> object:  # type: ignore[override]
            if len(self.given) == 2:
                raise TransientError("engine-memory-short")
            return super().hear(*given, **options)  # type: ignore[arg-type]

    failing = _Failing(recital)
    with pytest.raises(TransientError):
        _listen(job, store, desk=desk, ear=failing)
    assert len(failing.given) == 2
    first = _listen(job, store, desk=desk, ear=ear)
    assert [given[:2] for given in failing.given + ear.given] == sorted(
        {given[:2] for given in failing.given + ear.given}
    )
    made = len(desk.made)
    assert _listen(replace(job, title="Another film"), store, desk=desk, ear=ear) == first
    assert len(desk.made) == made


def test_what_is_doubted_is_not_shown(tmp_path: Path, recital: Recital) -> None:
    """The part has no words, the film says where, and the next part is not told of them."""
    store, ear = Store(tmp_path / "store"), KnowingEar(recital)
    ear.doubts = {1: "hearing-unsure"}
    listened, timeline = _listen(_job(store, written(tmp_path / "a.wav", recital.sound)), store, ear=ear)
    (finding,) = listened.warnings
    assert (finding.code, finding.facts) == ("recording-no-words", {"count": 1, "at": "0:00"})
    assert "Good" not in " ".join(utterance.shown for utterance in timeline.utterances)
    assert ear.given[1][2] == ""
    deaf = KnowingEar(recital)
    deaf.doubts = dict.fromkeys(range(20), "hearing-silent")
    script = " ".join(_SENTENCES)
    other = Store(tmp_path / "other")
    job = _job(other, written(tmp_path / "a.wav", recital.sound), script=script)
    _, timeline = _listen(job, other, ear=deaf)
    assert cues(timeline) == ()


def test_a_script_is_only_timed(tmp_path: Path, recital: Recital) -> None:
    """Its own words and marks are shown, when the ear finds them; another script is told to be another."""
    store, ear = Store(tmp_path / "store"), KnowingEar(recital)
    source = written(tmp_path / "a.wav", recital.sound)
    script = "\n\n".join(sentence.replace("workshop", "work-shop") for sentence in _SENTENCES)
    listened, timeline = _listen(_job(store, source, script=script), store, ear=ear)
    assert _codes(listened) == []
    assert " ".join(u.shown for u in timeline.utterances if u.shown) == " ".join(script.split())
    assert ear.timed == [u.shown for u in timeline.utterances if u.shown]
    other = "Something else that nobody says here at all, about ships and the sea."
    listened, _ = _listen(_job(store, source, script=other), store, ear=KnowingEar(recital))
    assert _codes(listened) == ["recording-script-other"]


@pytest.mark.parametrize("harm", ["gone", "changed"])
def test_a_damaged_piece_is_cut_again(tmp_path: Path, harm: str) -> None:
    """The same one, and no other."""
    store, desk = Store(tmp_path / "store"), CountingDesk()
    job = _job(store, written(tmp_path / "a.wav", talk()))
    first = _listen(job, store, desk=desk)
    path = store.open(desk.made[1])
    data = path.read_bytes()
    path.unlink()
    if harm == "changed":
        path.write_bytes(data[:-1] + b"\x99")
    with pytest.raises(DamageError):
        utterance_audio(store, first[1].utterances[1], 25)
    made = len(desk.made)
    assert _listen(job, store, desk=desk) == first
    assert desk.made[made:] == [desk.made[1]]


def test_a_piece_that_is_made_elsewhere_is_waited_for(tmp_path: Path) -> None:
    """All others are made; the answer is None until it is there."""
    store, elsewhere, desk = Store(tmp_path / "store"), CountingDesk(), CountingDesk()
    job = _job(store, written(tmp_path / "a.wav", talk()))
    first = _listen(job, store, desk=elsewhere)
    desk.held = {elsewhere.made[1].key}
    options = {"store": store, "media": films.media(), "activity": None, "ear": None, "reader": None}
    assert listen(job, desk=desk, **options) is None  # type: ignore[arg-type]
    assert len(desk.made) == len(elsewhere.made) - 1
    desk.held.clear()
    assert _listen(job, store, desk=desk) == first


def test_a_recording_is_cleaned_on_request_alone(tmp_path: Path) -> None:
    """As long as it was; where no room is heard alone it stays as it is, and that is said."""
    store, sound = Store(tmp_path / "store"), talk(noise=200)
    plan = HearingPlan(denoise=True)
    source = written(tmp_path / "a.wav", sound)
    listened, timeline = _listen(_job(store, source, plan=plan), store)
    assert _codes(listened) == ["recording-no-ear"]
    whole = np.concatenate([utterance_audio(store, u, 25) for u in timeline.utterances])[: len(sound)]
    assert np.std(whole[: 500 * _MS]) < 0.5 * np.std(sound[: 500 * _MS])
    endless = written(tmp_path / "b.wav", talk(noise=0, talks=((0, 9_990),), ms=9_990))
    listened, timeline = _listen(_job(store, endless, plan=plan), store)
    assert "recording-not-cleaned" in _codes(listened)


def test_somebody_who_never_pauses_is_told_so(tmp_path: Path) -> None:
    """How often it was cut within speech, and where first."""
    store = Store(tmp_path / "store")
    source = written(tmp_path / "a.wav", talk(talks=((0, 20_000),), ms=20_000))
    listened, timeline = _listen(_job(store, source), store)
    (finding,) = [found for found in listened.warnings if found.code == "recording-no-pauses"]
    assert finding.facts["count"] == 1 == len(timeline.utterances) - 1


def test_where_nobody_speaks_there_is_no_film(tmp_path: Path) -> None:
    """It is refused for good."""
    store = Store(tmp_path / "store")
    job = _job(store, written(tmp_path / "a.wav", np.zeros(96_000, np.int16)))
    with pytest.raises(InputError) as caught:
        _listen(job, store)
    assert caught.value.code == "recording-no-speech"
