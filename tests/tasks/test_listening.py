"""Promises about jobs with a recording: the whole way through real steps, also where nobody understands."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from db import submission
from db.states import Urgency
from db.values import JobDraft, Submission
from farm import show
from farm.bootstrap import Farm, open_farm
from pipeline.plan import trace
from pipeline.plan.artifact import Kind
from pipeline.plan.job import JobSpec, VoiceChoice
from pipeline.plan.messages import tell
from tasks.bell import Bell
from tasks.step import open_runner
from tests.support.eye import require_landmarks
from tests.support.recordings import talk, written
from tests.tasks.yard import PORTRAIT, TINY, all_archived, ask, break_ground, quick_settings, story

_NOWHERE = "redis://127.0.0.1:9/0"


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    """A farm that hears pauses by their level, and understands nothing."""
    require_landmarks()
    settings = quick_settings(tmp_path / "home", LEASE__EXPIRY_S="60", EAR__ACTIVITY="level")
    break_ground(settings)
    with open_farm(settings) as opened:
        yield opened


def _job(farm: Farm, recording: Path) -> JobSpec:
    empty = farm.settings.home / "empty.txt"
    empty.touch()
    return JobSpec(
        row="row",
        title="row",
        user="test",
        scene="row",
        script=farm.store.adopt(Kind.SOURCE, ".txt", empty, limit_bytes=1),
        portrait=farm.store.adopt(Kind.SOURCE, ".png", PORTRAIT, limit_bytes=50_000_000),
        recording=farm.store.adopt(Kind.SOURCE, ".wav", recording, limit_bytes=50_000_000),
        voice=VoiceChoice(engine="", name="", language=""),
        face="warp",
        format=TINY,
    )


def test_a_recording_becomes_a_film_that_says_what_it_lacks(farm: Farm, tmp_path: Path) -> None:
    """Without recognition it has no captions, and says so; its manifest tells the recording."""
    job = _job(farm, written(tmp_path / "talk.wav", talk(talks=[(300, 1_500)], ms=2_400)))
    draft = JobDraft(spec=job, urgency=Urgency.NORMAL, traceparent=trace.new(os.urandom(24)).traceparent)
    batch = submission.submit(farm.ledger, Submission(content="c", name="b", user="test"), [draft]).batch
    assert ask(farm, "SELECT capability, state FROM steps ORDER BY id")[0] == ("listen", "ready")
    with open_runner(farm, "w", ["listen", "render.warp", "join", "archive"], Bell(_NOWHERE)) as runner:
        while steps := ask(farm, "SELECT id FROM steps WHERE state = 'ready' ORDER BY id"):
            assert all(runner.run(int(str(step))) for (step,) in steps), story(farm)
    assert all_archived(farm, batch), story(farm)
    detail = show.job(farm, 1)
    codes = [warning.code for warning in detail.warnings]
    assert "recording-no-ear" in codes
    assert all(tell(warning.code, warning.facts, "en") for warning in detail.warnings)
    told = json.loads((farm.archive / detail.archived["manifest"]).read_text("utf-8"))
    assert job.recording is not None
    assert told["inputs"]["recording"]["digest"] == job.recording.digest
    assert told["speech"]["times"].keys() == {"none"}
    assert "transcript" not in told
    assert (farm.archive / detail.archived["srt"]).read_text("utf-8") == ""
