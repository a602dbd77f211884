"""What measuring films promises: each fault is told with its place, and a good film is told nothing of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.figures import CELLS, ClipFigures, SoundFigures, SpeechFigures
from pipeline.plan.loudness import Loudness
from pipeline.plan.measured import (
    STILLS,
    Stretch,
    alike,
    compared,
    decibels,
    figures_of,
    findings,
    listed,
    speech_figures,
)
from pipeline.plan.messages import filled
from pipeline.plan.portrait import Finding
from pipeline.plan.script import Pause, Sentence
from pipeline.plan.speech import Phoneme
from pipeline.plan.timeline import Take, Timeline, lay
from tests.support.films import hum

TARGET = Loudness.of(lufs=-16, dbtp=-1.5)
TEXT = "Please move the five big boxes above the open window."
FINE = SpeechFigures(peak=20_000, silent_ms=120)


def _timeline(*seconds: float, fps: int = 25, text: str = TEXT) -> Timeline:
    speech = Artifact(kind=Kind.SPEECH, key="0" * 64, digest="0" * 64, size=1, suffix=".wav")
    takes = []
    for length in seconds:
        samples = round(length * 48_000)
        sounds = (Phoneme(symbol="a", start=0, end=samples),) if samples else ()
        sentence = Sentence(shown=text, spoken=text, language="en")
        takes.append(Take(sentence=sentence, speech=speech, samples=samples, phonemes=sounds, words=()))
    return lay([Pause(ms=1_000), *takes, Pause(ms=2_000)], fps=fps)


def _clips(timeline: Timeline, **changed: Mapping[int, bytes]) -> list[ClipFigures]:
    """Lively pictures, but for what is changed at an utterance."""
    clips = []
    for index, utterance in enumerate(timeline.utterances):
        parts = {"levels": bytes([120]), "spreads": bytes([50]), "steps": bytes([30])}
        told = {name: changed.get(name, {}).get(index, usual) for name, usual in parts.items()}
        clips.append(
            ClipFigures(
                **{
                    name: value * utterance.frames if len(value) == 1 else value
                    for name, value in told.items()
                }
            )
        )
    return clips


def _sound(timeline: Timeline, speech: SpeechFigures = FINE, integrated: int | None = -1_600) -> SoundFigures:
    speeches = [speech if each.spoken else SpeechFigures() for each in timeline.utterances]
    return SoundFigures(
        spoken=-2_000, integrated=integrated, gain=400, peak=-150, late_ms=0, speeches=speeches
    )


def _findings(
    timeline: Timeline,
    clips: list[ClipFigures] | None = None,
    sound: SoundFigures | None = None,
    speed: int = 100,
) -> dict[str, Finding]:
    film = figures_of(timeline, clips or _clips(timeline), sound or _sound(timeline), speed=speed)
    told = findings(film, timeline, target=TARGET)
    for finding in told:
        for language in ("en", "zh"):
            assert all(filled(finding.code, finding.facts, language))  # type: ignore[arg-type]
    return {finding.code: finding for finding in told}


def test_a_good_film_is_told_nothing_of() -> None:
    """A film of two sentences between pauses, at every frame rate."""
    for fps in (24, 25, 30, 50, 60):
        assert _findings(_timeline(3.0, 3.1, fps=fps)) == {}


def test_black_is_told_with_its_place() -> None:
    """Where it begins and ends, and how long it is, also across clips; a dark picture is not black."""
    timeline = _timeline(3.0, 3.0)
    black = _clips(timeline, levels={1: b"\x10", 2: b"\x11"}, spreads={1: b"\x02", 2: b"\x00"})
    told = _findings(timeline, black)["film-black"].facts
    begin = timeline.utterances[0].frames
    end = begin + sum(each.frames for each in timeline.utterances[1:3])
    assert told == {
        "begin": f"0:{begin / 25:04.1f}",
        "end": f"0:{end / 25:04.1f}",
        "places": 1,
        "seconds": f"{(end - begin) / 25:.1f}",
    }
    dark = _clips(timeline, levels={1: b"\x16"}, spreads={1: b"\x0c"})
    assert _findings(timeline, dark) == {}


def test_a_face_that_speaks_has_to_move() -> None:
    """Frozen in a sentence is told; at rest in a pause, or for the length of a vowel, is not."""
    timeline = _timeline(3.0)
    assert set(_findings(timeline, _clips(timeline, steps={1: b"\x01"}))) == {"film-frozen"}
    assert _findings(timeline, _clips(timeline, steps={0: b"\x00", 2: b"\x00"})) == {}
    frames = timeline.utterances[1].frames
    vowel = bytes([30] * 20 + [0] * 12 + [30] * (frames - 32))
    assert _findings(timeline, _clips(timeline, steps={1: vowel})) == {}


@pytest.mark.parametrize(
    "speech", [SpeechFigures(), SpeechFigures(peak=90), SpeechFigures(peak=9_000, silent_ms=2_600)]
)
def test_silence_for_speech_is_told(speech: SpeechFigures) -> None:
    """None at all, a breath of noise, or a long silence within a sentence."""
    timeline = _timeline(3.0, 3.0)
    told = _findings(timeline, sound=_sound(timeline, speech))["film-silent"].facts
    assert told["places"] == 2


def test_clipping_is_told() -> None:
    """From ten milliseconds of flat tops on."""
    timeline = _timeline(3.0)
    assert _findings(timeline, sound=_sound(timeline, SpeechFigures(peak=32_767, clipped=479))) == {}
    told = _findings(timeline, sound=_sound(timeline, SpeechFigures(peak=32_767, clipped=480)))
    assert told["film-clipped"].facts == {"ms": 10}


@pytest.mark.parametrize(
    ("seconds", "speed", "codes"),
    [
        (3.0, 100, set()),
        (1.5, 200, set()),
        (6.0, 50, set()),
        (1.5, 100, {"film-short"}),
        (7.0, 100, {"film-long"}),
        (3.0, 50, {"film-short"}),
    ],
)
def test_the_length_of_speech_is_held_against_its_script(seconds: float, speed: int, codes: set[str]) -> None:
    """A voice that swallows half of a text is told, at whatever speed it speaks."""
    assert set(_findings(_timeline(seconds), speed=speed)) == codes


def test_a_recording_takes_as_long_as_it_takes() -> None:
    """Nobody was given its words to speak."""
    timeline = _timeline(7.0)
    heard = tuple(replace(utterance, heard=True) for utterance in timeline.utterances)
    assert _findings(replace(timeline, utterances=heard)) == {}


def test_a_swallowed_sentence_is_told_among_whole_ones() -> None:
    """The film's length as a whole would hide it."""
    timeline = _timeline(3.0, 3.1, 0.6, 3.1, 3.0)
    told = _findings(timeline)["film-swallowed"].facts
    assert told == {"sentences": 1, "text": "Please move the five big boxes above the…"}


def test_a_loudness_that_was_not_reached_is_told() -> None:
    """From one LU on, either way; silence has none."""
    timeline = _timeline(3.0)
    assert _findings(timeline, sound=_sound(timeline, integrated=-1_700)) == {}
    assert _findings(timeline, sound=_sound(timeline, integrated=-1_821))["film-loudness"].facts == {
        "lufs": "-18.2",
        "wanted": "-16.0",
    }


def test_the_manifest_tells_figures() -> None:
    """Times in milliseconds, levels in their units, and the warnings."""
    timeline = _timeline(3.0)
    sound = _sound(timeline, SpeechFigures(peak=32_767, clipped=960))
    film = figures_of(timeline, _clips(timeline, steps={1: b"\x00"}), sound, speed=100)
    told = listed(film, findings(film, timeline, target=TARGET))
    begin = timeline.utterances[0].frames * 40
    assert told["picture"] == {
        "black": [],
        "frozen": [{"start_ms": begin, "end_ms": begin + timeline.utterances[1].frames * 40}],
        "mean_luma": 120,
    }
    assert told["sound"] == {
        "silent": [],
        "loudness_lufs": -16.0,
        "spoken_lufs": -20.0,
        "gain_db": 4.0,
        "peak_dbfs": -1.5,
        "clipped_ms": 20,
        "samples": timeline.frames * 1920,
        "late_ms": 0,
    }
    assert [warning["code"] for warning in told["warnings"]] == ["film-frozen", "film-clipped"]  # type: ignore[attr-defined]


def test_speech_is_measured() -> None:
    """Its peak, its longest silence, and tops that were cut off; touching full scale is no clipping."""
    voice = np.concatenate([hum(1, 1), np.zeros(24_000, np.int16), hum(2, 1)])
    found = speech_figures(voice)
    assert found.peak == int(np.abs(voice.astype(int)).max())
    assert 500 <= found.silent_ms <= 700
    assert found.clipped == 0
    touching = voice.copy()
    touching[5_000:5_003] = 32_767
    assert speech_figures(touching).clipped == 0
    cut = np.clip(voice.astype(int) * 20, -32_768, 32_767).astype(np.int16)
    assert speech_figures(cut).clipped > 10_000
    assert speech_figures(cut).peak == 32_768
    assert speech_figures(np.zeros(0, np.int16)) == SpeechFigures()
    assert speech_figures(np.zeros(100, np.int16)).peak == 0


def test_keyframes_that_are_compared_are_spread_over_the_film() -> None:
    """All of a few; of many some, with the first and the last."""
    assert compared([0, 5, 9]) == (0, 5, 9)
    assert compared([]) == ()
    chosen = compared(range(0, 1_000, 10))
    assert (len(chosen), chosen[0], chosen[-1]) == (STILLS, 0, 990)
    assert max(np.diff(chosen)) - min(np.diff(chosen)) <= 10


def test_coding_is_no_other_picture() -> None:
    """A few levels are; a part that shows something else is not; nor is anything of another size."""
    drawn = bytes(range(CELLS * CELLS))
    assert alike(drawn, bytes(level + 8 for level in drawn))
    assert not alike(drawn, bytes([*drawn[:-1], 90]))
    assert not alike(drawn, drawn[:-1])


def test_decibels_are_hundredths() -> None:
    """Full scale is 0, half of it 6.02 below; silence has none."""
    assert (decibels(1.0), decibels(0.5), decibels(0.0)) == (0, -602, None)


def test_stretches_are_half_open() -> None:
    """As ranges are."""
    timeline = _timeline(3.0)
    film = figures_of(
        timeline, _clips(timeline, levels={0: b"\x10"}, spreads={0: b"\x00"}), _sound(timeline), speed=100
    )
    assert film.black == (Stretch(begin=0, end=timeline.utterances[0].frames),)
