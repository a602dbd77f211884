"""Films through ledger, queue and workers with engines that need models: each stage as a farm runs it."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from PIL import Image

from cli.exits import Exit
from cli.main import run
from db import commits, reads, submission
from db.states import JobState, Urgency
from db.values import JobDraft, Submission
from farm import show, stopwords
from farm.bootstrap import Farm, open_farm
from farm.requeue import requeue
from farm.results import results_of
from pipeline.plan import trace
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.capability import HEAR
from pipeline.plan.hearing import Check, HearingPlan
from pipeline.plan.job import JobSpec, VoiceChoice
from pipeline.plan.models import ModelKind, Use, used_as
from pipeline.plan.trim import master
from tasks.bell import Bell
from tasks.step import open_runner
from tests.farm.models.cards import put, put_folder
from tests.support.ears import HELLO, TEXT, make_reciting, require_ears
from tests.support.eye import require_landmarks
from tests.support.pens import BREAD, ON_BREAD, make_practised
from tests.support.recordings import written
from tests.support.shared import made_once
from tests.tasks.yard import PORTRAIT, TINY, ask, break_ground, quick_settings, story

require_ears()

_NOWHERE = "redis://127.0.0.1:9/0"
_WRONG = "Nobody hears that."


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    """A farm of its own, with real engines and nothing to do."""
    require_landmarks()
    settings = quick_settings(tmp_path / "home", LEASE__EXPIRY_S="60", RETRY__ATTEMPTS="1")
    break_ground(settings)
    with open_farm(settings) as opened:
        yield opened


@pytest.fixture
def heard(farm: Farm, tmp_path_factory: pytest.TempPathFactory) -> JobSpec:
    """A job whose ear hears one sentence in whatever is said."""
    content = made_once(tmp_path_factory, "reciting.pt", lambda path: make_reciting(path, HELLO)).read_bytes()
    record = put(farm.models.root, "small", content, kind=ModelKind.WHISPER)
    return JobSpec(
        row="row",
        title="row",
        user="test",
        scene="row",
        script=_source(farm, ""),
        portrait=farm.store.adopt(Kind.SOURCE, ".png", PORTRAIT, limit_bytes=50_000_000),
        voice=VoiceChoice(engine="espeak", name="en-us", language="en"),
        face="warp",
        format=TINY,
        others=(used_as(HEAR, record, Use.RESEARCH),),
        hearing=HearingPlan(model=record.digest, precision="fp32", check=Check.ALL, limit=150),
    )


def _source(farm: Farm, text: str) -> Artifact:
    path = farm.settings.home / "source.txt"
    path.write_text(text, "utf-8")
    return farm.store.adopt(Kind.SOURCE, ".txt", path, limit_bytes=1_000_000)


def _made(farm: Farm, job: JobSpec) -> show.JobDetail:
    """Submit a job and have one worker do everything that can be done."""
    draft = JobDraft(spec=job, urgency=Urgency.NORMAL, traceparent=trace.new(os.urandom(24)).traceparent)
    submission.submit(farm.ledger, Submission(content=os.urandom(8).hex(), name="b", user="test"), [draft])
    _work(farm)
    (last,) = ask(farm, "SELECT max(id) FROM jobs")
    return show.job(farm, int(str(last[0])))


def _work(farm: Farm) -> None:
    """Have one worker do everything that can be done."""
    with open_runner(farm, "w", [], Bell(_NOWHERE)) as runner:
        while steps := ask(farm, "SELECT id FROM steps WHERE state = 'ready' AND closed = 0 ORDER BY id"):
            assert all(runner.run(int(str(step))) for (step,) in steps), story(farm)


def test_a_narration_is_listened_to_before_it_is_shown(farm: Farm, heard: JobSpec) -> None:
    """What is understood goes on, what is not is told; or it ends the job, where that was wished."""
    job = replace(heard, script=_source(farm, f"{TEXT} {_WRONG}"))
    made = _made(farm, job)
    assert made.job.archive == "archived", story(farm)
    (doubtful,) = (each for each in made.warnings if each.code == "film-narration-doubtful")
    assert doubtful.facts["text"] == _WRONG
    told = json.loads((farm.archive / made.archived["manifest"]).read_text("utf-8"))
    found = {name: told["hearing"][name] for name in ("check", "checked", "doubtful", "takes")}
    assert found == {"check": "all", "checked": 2, "doubtful": 1, "takes": 2}
    assert told["hearing"]["worst_per_mille"] > told["hearing"]["limit_per_mille"]
    spoken = {each["text"]: each.get("check") for each in told["utterances"] if each["text"]}
    assert (spoken[TEXT], spoken[_WRONG]["doubtful"]) == (
        {"errors": 0, "of": 5, "takes": 1, "doubtful": False},
        True,
    )
    (row,) = json.loads(results_of(farm, 1, "en").forms["json"])["rows"]
    assert row["warnings"][-1]["code"] == "film-narration-doubtful"
    assert [model["role"] for model in told["inputs"]["models"]] == ["hear"]
    assert job.hearing is not None
    strict = _made(farm, replace(job, hearing=replace(job.hearing, stop=True)))
    view = reads.read_job(farm.ledger, 2)
    assert (view.line.state, strict.job.error and strict.job.error.code) == (
        JobState.FAILED,
        "narration-wrong",
    )


def test_a_recording_is_understood_and_delivered_with_its_words(farm: Farm, heard: JobSpec) -> None:
    """Captions show what was heard, a text beside the film holds it, and the manifest tells of both."""
    spoken = master(farm.voices.open("espeak").speak(TEXT, heard.voice))
    sound = np.pad(spoken.samples, 12_000)
    path = written(farm.settings.home / "talk.wav", sound)
    assert heard.hearing is not None
    job = replace(
        heard,
        recording=farm.store.adopt(Kind.SOURCE, ".wav", path, limit_bytes=50_000_000),
        voice=VoiceChoice(engine="", name="", language="en"),
        hearing=replace(heard.hearing, check=Check.NONE, limit=0),
    )
    made = _made(farm, job)
    assert made.job.archive == "archived", story(farm)
    assert TEXT in (farm.archive / made.archived["srt"]).read_text("utf-8").replace("\n", " ")
    transcript = farm.archive / made.archived["transcript"]
    assert (transcript.suffix, transcript.read_text("utf-8")) == (".txt", f"{TEXT}\n")
    told = json.loads((farm.archive / made.archived["manifest"]).read_text("utf-8"))
    assert told["transcript"]["size"] == len(transcript.read_bytes())


def test_a_brief_becomes_a_film(
    farm: Farm, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`submit --write` has its script written, spoken, shown and delivered, and the film says by whom.

    A script that was written when its step failed is found again; a word that stands on the list stops the
    film before it is spoken.
    """
    folder = made_once(tmp_path_factory, "practised", lambda path: make_practised(path, BREAD, ON_BREAD))
    files = {file.name: file.read_bytes() for file in folder.iterdir()}
    record = put_folder(farm.models.root, "small", files)
    with monkeypatch.context() as fails:
        fails.setattr(commits, "finish_write", _fail)
        _submit_written(farm)
        _work(farm)
    assert ask(farm, "SELECT state FROM jobs") == [("failed",)]
    requeue(farm, [1])
    with monkeypatch.context() as mute:
        mute.setattr("pipeline.engines.writer.transformers.engine.TransformersWriter.write", _fail)
        _work(farm)
    made = show.job(farm, 1)
    assert made.job.archive == "archived", story(farm)
    assert ON_BREAD in (farm.archive / made.archived["srt"]).read_text("utf-8").replace("\n", " ")
    film = Path(made.archived["film"])
    assert (farm.archive / film.parent / "source" / f"{film.stem}.script.txt").read_text("utf-8") == ON_BREAD
    told = json.loads((farm.archive / made.archived["manifest"]).read_text("utf-8"))
    assert told["written"] == {"name": "small", "model": record.digest, "seed": 0}
    stopwords.add(farm, "default", ["flour"])
    _submit_written(farm)
    _work(farm)
    view = reads.read_job(farm.ledger, 2)
    assert view.line.problem is not None
    assert view.line.problem.code == "writing-word-stopped"


def _submit_written(farm: Farm) -> None:
    """Submit a manifest with a brief, as somebody does who has its script written unread."""
    folder = farm.settings.home / "batch"
    folder.mkdir(exist_ok=True)
    with Image.open(PORTRAIT) as portrait:
        portrait.resize((320, 320)).save(folder / "leo.png")
    rows = ("brief,seconds,portrait,format", f"{BREAD.text},{BREAD.seconds},leo.png,portrait")
    (folder / "briefs.csv").write_text("\n".join(rows), "utf-8")
    home = {"LECTERN_HOME": str(farm.settings.home), "LECTERN_WRITER__TEMPERATURE_PER_CENT": "1"}
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as there:
        for name, value in home.items():
            there.setenv(name, value)
        code = run(["submit", str(folder / "briefs.csv"), "--write"], home, said, said)
    assert code == Exit.OK, said.getvalue()


def _fail(*_arguments: object, **_options: object) -> NoReturn:
    raise RuntimeError
