"""Promises about what a manifest tells of a film's words; old jobs are told of as they always were."""

from __future__ import annotations

from dataclasses import replace

from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.filmspeech import verdict_told, words_from, words_told
from pipeline.plan.hearing import Check, HearingPlan, Verdict
from pipeline.plan.models import ModelUse
from pipeline.plan.speech import Times
from pipeline.plan.timeline import Timeline, Utterance
from pipeline.plan.writingplan import Sampling, WritingPlan
from tests.db.values import artifact, spec

SILENT = Utterance(
    shown="",
    spoken="",
    language="",
    speech="",
    speech_digest="",
    lead=0,
    samples=0,
    frames=5,
    phonemes=(),
    words=(),
)


def _timeline(*told: tuple[Times, int]) -> Timeline:
    spoken = [replace(SILENT, speech="k", shown="A.", times=times, cost=cost) for times, cost in told]
    return Timeline(fps=25, utterances=(SILENT, *spoken), voice_version="1")


def test_a_spoken_job_is_told_of_as_it_always_was() -> None:
    """A voice without a model has just the fields that it had; its times are its own."""
    job = spec("row")
    timeline = _timeline((Times.OWN, 0), (Times.OWN, 0))
    assert words_from(job, timeline) == {
        "voice": {
            "engine": "espeak", "name": "en-us", "language": "en", "speed": 100, "pitch": 100, "version": "1"
        }
    }  # fmt: skip
    assert words_told(job, timeline, None) == {"speech": {"times": {"own": 2}}}


def test_what_words_were_made_from_is_told() -> None:
    """Recording, brief, dictionary, the sample that a voice sounds like: each by digest and size."""
    sources = {name: artifact(Kind.SOURCE, name) for name in ("recording", "brief", "lexicon")}
    voice = replace(spec("row").voice, model="m" * 64, latents="l" * 64, converter="c" * 64)
    told = words_from(replace(spec("row"), voice=voice, **sources), _timeline())
    assert {name: told[name] for name in sources} == {
        name: {"digest": source.digest, "size": source.size} for name, source in sources.items()
    }
    assert isinstance(told["voice"], dict)
    assert {told["voice"][part][0] for part in ("model", "latents", "converter")} == {"m", "l", "c"}


def test_how_words_came_about_is_told() -> None:
    """Where times come from and how well they fit; who listened, how strictly; who wrote, with which seed."""
    timeline = _timeline((Times.ALIGNED, 300), (Times.ALIGNED, 200), (Times.ALIGNED, 400), (Times.NONE, 0))
    hearing = HearingPlan(model="w", precision="int8", check=Check.SAMPLE, limit=150)
    writing = WritingPlan(model="q", sampling=Sampling(seed=7))
    writer = ModelUse(role="write", name="qwen", digest="q", engine="transformers", licence="own")
    transcript = Artifact(kind=Kind.HEARD, key="k", digest="d", size=3, suffix=".txt")
    told = words_told(
        replace(spec("row"), hearing=hearing, writing=writing, others=(writer,)), timeline, transcript
    )
    assert told == {
        "speech": {"times": {"aligned": 3, "none": 1}, "alignment_cost": 300},
        "hearing": {
            "model": "w", "precision": "int8", "check": "sample", "limit_per_mille": 150, "denoised": False,
            "checked": 0, "doubtful": 0, "takes": 0, "worst_per_mille": 0,
        },
        "written": {"name": "qwen", "model": "q", "seed": 7},
        "transcript": {"digest": "d", "size": 3},
    }  # fmt: skip


def test_what_a_check_came_to_is_told() -> None:
    """How many were checked, in how many takes of what was spoken once, and how bad the worst of them is."""
    found = (
        ("a", Verdict(errors=1, of=10, takes=2)),
        ("a", Verdict(errors=1, of=10, takes=2)),
        ("b", Verdict(errors=2, of=3, takes=3, doubtful=True)),
        ("c", None),
    )
    utterances = tuple(replace(SILENT, speech=key, verdict=verdict) for key, verdict in found)
    job = replace(spec("row"), hearing=HearingPlan(model="w", check=Check.SAMPLE, limit=150))
    told = words_told(job, Timeline(fps=25, utterances=(SILENT, *utterances)), None)["hearing"]
    assert isinstance(told, dict)
    assert {name: told[name] for name in ("checked", "doubtful", "takes", "worst_per_mille")} == {
        "checked": 3,
        "doubtful": 1,
        "takes": 5,
        "worst_per_mille": 667,
    }
    assert verdict_told(found[2][1]) == {"check": found[2][1]}
    assert verdict_told(None) == {}
