"""The timeline: whole frames on the grid, exact times, and the same JSON for the same film."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.clock import FRAME_RATES, grid_frames, samples_per_frame
from pipeline.plan.hearing import Verdict
from pipeline.plan.script import Pause, Sentence
from pipeline.plan.speech import Phoneme, Times, Word
from pipeline.plan.timeline import LEAD, TAIL, Take, Timeline, from_json, lay, to_json


def _take(samples: int, text: str = "Hello.") -> Take:
    half = samples // 2
    return Take(
        sentence=Sentence(shown=text, spoken=text, language="en"),
        speech=Artifact(kind=Kind.SPEECH, key="a" * 64, digest="b" * 64, size=99, suffix=".wav"),
        samples=samples,
        phonemes=(
            Phoneme(symbol="ɛ", start=0, end=half, stressed=True),
            Phoneme(symbol="", start=half, end=samples),
        ),
        words=(Word(start=0, end=half, text_start=0, text_end=5),),
    )


@given(st.integers(2, 48_000 * 20), st.sampled_from(FRAME_RATES))
def test_every_length_is_on_the_grid(samples: int, fps: int) -> None:
    """240 ms lie before a speech and 80 ms or more behind it, and no more than the grid asks for."""
    (utterance,) = lay([_take(samples)], fps=fps).utterances
    assert utterance.frames % grid_frames(fps) == 0
    rest = utterance.frames * samples_per_frame(fps) - utterance.lead - samples
    assert utterance.lead == LEAD == 11_520
    assert TAIL == 3_840 <= rest < TAIL + grid_frames(fps) * samples_per_frame(fps)


def test_times_are_never_rounded() -> None:
    """Phonemes and words move by the lead, to the sample."""
    (utterance,) = lay([_take(10_007)], fps=25).utterances
    assert [(p.start, p.end) for p in utterance.phonemes] == [(11_520, 16_523), (16_523, 21_527)]
    assert utterance.words == (Word(start=11_520, end=16_523, text_start=0, text_end=5),)
    assert (utterance.speech, utterance.speech_digest, utterance.speech_size) == ("a" * 64, "b" * 64, 99)


def test_where_times_come_from_is_kept() -> None:
    """An utterance tells where its phonemes' times come from, unless from its voice: names stay then."""
    plain = lay([_take(10_007)], fps=25)
    aligned = lay([replace(_take(10_007), times=Times.ALIGNED, cost=300)], fps=25)
    assert from_json(to_json(aligned)) == aligned
    assert (aligned.utterances[0].times, aligned.utterances[0].cost) == (Times.ALIGNED, 300)
    assert not {"times", "cost"} & set(json.loads(to_json(plain))["utterances"][0])
    with pytest.raises(ValueError, match="no timeline"):
        from_json(to_json(aligned).replace('"aligned"', '"guessed"'))


@pytest.mark.parametrize(
    ("ms", "fps", "frames"),
    [(1, 25, 5), (300, 25, 10), (299, 25, 5), (1_500, 25, 40), (1_500, 30, 45), (1_500, 24, 36), (60, 60, 3)],
)
def test_a_pause_is_the_nearest_grid(ms: int, fps: int, frames: int) -> None:
    """A pause is a silent utterance of the nearest whole number of grids, one at least."""
    (utterance,) = lay([Pause(ms=ms)], fps=fps).utterances
    assert utterance.frames == frames
    assert (utterance.speech, utterance.samples, utterance.phonemes) == ("", 0, ())


def test_nothing_depends_on_its_neighbours() -> None:
    """An utterance is the same alone and among others; one without sound takes no time."""
    alone = lay([_take(30_000)], fps=25).utterances[0]
    among = lay([Pause(ms=300), _take(9_000, "A."), _take(30_000), _take(0), Pause(ms=700)], fps=25)
    assert among.utterances[2] == alone
    assert len(among.utterances) == 4
    assert among.frames == sum(utterance.frames for utterance in among.utterances)


def test_json_comes_back() -> None:
    """A timeline survives its JSON, which is canonical."""
    laid = lay([Pause(ms=300), _take(9_001, "你好 “ok”")], fps=30)
    timeline = replace(laid, voice_version='1.52 "Ω"')
    text = to_json(timeline)
    assert from_json(text) == timeline
    assert to_json(from_json(text)) == text
    assert json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False, separators=(",", ":")) == text


def test_a_verdict_comes_back() -> None:
    """What was found of an utterance; one that nobody checked tells nothing of it."""
    (utterance,) = lay([_take(20_000)], fps=25).utterances
    judged = replace(utterance, verdict=Verdict(errors=2, of=5, takes=3, doubtful=True))
    timeline = Timeline(fps=25, utterances=(utterance, judged))
    assert from_json(to_json(timeline)) == timeline
    assert to_json(timeline).count("verdict") == 1
    for old, new in (("[2,5,3,true]", "[2,5,0,true]"), ("[2,5,3,true]", "[2,5,3,1]")):
        assert old in to_json(timeline)
        with pytest.raises(ValueError, match="no timeline"):
            from_json(to_json(timeline).replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"schema":2', '"schema":1'),
        ('"voice_version":""', '"voice_version":1'),
        ('"fps":25', '"fps":29'),
        ('"fps":25', '"fps":25.0'),
        ('"frames":20', '"frames":21'),
        ('"frames":20', '"frames":0'),
        ('"lead":11520', '"lead":"11520"'),
        ('"lead":11520', '"lead":90000'),
        ('"lead":11520', '"lead":true'),
        ('["ɛ",11520', '["ɛ",99999'),
        ('["ɛ",11520', '["ɛ",1e4'),
        ('["ɛ",11520', '["ɛ"'),
        ('"shown":', '"showm":'),
        ('"utterances":', '"utterance":'),
        ("{", "["),
    ],
)
def test_json_is_read_strictly(old: str, new: str) -> None:
    """Another schema, a float, a missing or unknown field, a time out of order: each is refused."""
    text = to_json(lay([_take(20_000)], fps=25))
    assert old in text
    with pytest.raises(ValueError, match="no timeline"):
        from_json(text.replace(old, new))


def _recorded() -> Timeline:
    """A film of one utterance that was cut from a recording."""
    (utterance,) = lay([_take(96_000)], fps=25).utterances
    piece = replace(
        utterance,
        lead=0,
        before=480,
        after=960,
        heard=True,
        speaking=((0, 300), (300, 50_000), (60_000, 97_440)),
    )
    return Timeline(fps=25, utterances=(piece,))


def test_a_piece_of_a_recording_is_told_whole() -> None:
    """What is around it and when somebody speaks come back; what is not from a recording tells none of it."""
    assert from_json(to_json(_recorded())) == _recorded()
    assert not {"before", "after", "heard", "speaking"} & set(
        json.loads(to_json(lay([_take(96_000)], fps=25)))["utterances"][0]
    )


@pytest.mark.parametrize(
    "speaking",
    [((0, 97_441),), ((-1, 5),), ((5, 4),), ((0, 9), (8, 20)), ((0, 1, 2),), ((0, True),)],
)
def test_nobody_speaks_outside_of_a_piece(speaking: tuple[tuple[int, ...], ...]) -> None:
    """Spans that are out of order, or beyond what the speech holds, are no timeline."""
    piece = replace(_recorded().utterances[0], speaking=speaking)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no timeline"):
        from_json(to_json(Timeline(fps=25, utterances=(piece,))))
