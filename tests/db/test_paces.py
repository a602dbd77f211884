"""Promises about what the latest work has cost: by stage, size and device, on either database."""

from __future__ import annotations

from dataclasses import replace

from db import commits, submission, workers
from db.ledger import Ledger
from db.paces import read_accepted, read_pace, read_profile
from db.values import Submission
from farm.policy.costs import Size, Speech
from pipeline.plan.artifact import Kind
from pipeline.plan.faceway import FaceWay
from tests.db.acting import join, render, speak, take
from tests.db.values import CAPABILITIES, OTHER, PROFILE, WORKER, digest, draft, spec, submit


def test_a_new_farm_has_measured_nothing(ledger: Ledger) -> None:
    """No work, no lengths, no sizes, nobody there, and no profile."""
    pace = read_pace(ledger, ["warp"])
    assert (pace.works, pace.speeches, pace.sizes, pace.hands) == ((), {}, {}, {})
    assert read_profile(ledger, FaceWay(engine="warp")) is None


def test_work_is_added_up_by_stage_size_and_device(ledger: Ledger) -> None:
    """Machine time and frames of each stage; a film's length and size, by language and format."""
    submit(ledger, ["a"])
    workers.register(ledger, WORKER, host="h", device="cpu", capabilities=CAPABILITIES, profiles=[PROFILE])
    workers.register(ledger, OTHER, host="h", device="cuda:0", capabilities=["speak"], profiles=[])
    speak(ledger, take(ledger, "speak"))
    for _ in range(2):
        render(ledger, take(ledger, "render.warp"))
    join(ledger, take(ledger, "join"))
    pace = read_pace(ledger, ["warp"])
    told = {work.stage: (work.engine, work.frames, work.machine_ms, work.attempts) for work in pace.works}
    assert told == {"speak": ("", 75, 10, 1), "render": ("warp", 75, 200, 2), "join": ("", 75, 20, 1)}
    assert {(work.width, work.height, work.device) for work in pace.works} == {(720, 720, "cpu")}
    size = spec("a").script.size
    assert pace.speeches == {("espeak", "en"): Speech(films=1, bytes=size, normal_ms=3000)}
    assert pace.sizes == {(720, 720): Size(films=1, frames=75, bytes=len("job 1 film"))}
    assert pace.hands == {"cpu": 1}


def test_what_another_film_had_made_is_no_work(ledger: Ledger) -> None:
    """An attempt that found its clips has drawn no frames, and says nothing about the pace."""
    submit(ledger, ["a"])
    speak(ledger, take(ledger, "speak"))
    claim = take(ledger, "render.warp")
    commits.finish_render(ledger, claim, used=[], machine_ms=3)
    assert "render" not in {work.stage for work in read_pace(ledger, ["warp"]).works}


def test_the_profile_is_that_of_whoever_is_there(ledger: Ledger) -> None:
    """Else of the last film; of another engine there is none."""
    submit(ledger, ["a"])
    speak(ledger, take(ledger, "speak"))
    assert read_profile(ledger, FaceWay(engine="warp")) == PROFILE
    workers.register(ledger, WORKER, host="h", device="cpu", capabilities=CAPABILITIES, profiles=[PROFILE])
    assert read_profile(ledger, FaceWay(engine="warp")) == PROFILE
    assert read_profile(ledger, FaceWay(engine="wav2lip")) is None


def test_accepted_artifacts_are_found_by_key(ledger: Ledger) -> None:
    """Those of this kind that are there."""
    submit(ledger, ["a", "b"])
    keys = [digest("script of a"), digest("script of b"), digest("nothing")]
    assert set(read_accepted(ledger, Kind.SOURCE, keys)) == set(keys[:2])
    assert not read_accepted(ledger, Kind.CLIP, keys)
    assert not read_accepted(ledger, Kind.CLIP, [])


def test_a_forecast_goes_by_the_workers_of_the_pool(ledger: Ledger) -> None:
    """Whoever is kept for other films is no help."""
    entry = Submission(content=digest("pools"), name="demo", user="anna")
    submission.submit(ledger, entry, [draft("a", pool="studio"), draft("b")])
    other = replace(PROFILE, encoder="x265")
    workers.register(ledger, WORKER, host="h", device="a", capabilities=["render.warp"], profiles=[PROFILE])
    pooled = ["render.warp@studio"]
    workers.register(ledger, OTHER, host="h", device="b", capabilities=pooled, profiles=[other])
    way = FaceWay(engine="warp")
    for pools, hands in (("studio",), ["b"]), (("",), ["a"]), (("night",), []):
        assert list(read_pace(ledger, ["warp"], pools).hands) == hands
    assert (read_profile(ledger, way), read_profile(ledger, way, "studio")) == (PROFILE, other)
