"""Promises about what a worker honours: a profile for each way of drawing, and what is new at once."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from db import queue, reads
from db.states import Stage
from db.values import Claim
from db.workers import read_honoured, read_workers
from farm.bootstrap import Farm
from farm.choices import Wish
from farm.facechoice import FaceChooser
from farm.local import make_film
from farm.models import ModelShelf
from farm.models.shelf import Listed
from farm.orders import Order
from pipeline.plan.atonce import BATCH
from pipeline.plan.errors import AwayError
from pipeline.plan.faceway import way_in
from pipeline.steps.desk import Desk
from tasks.bell import Bell
from tasks.repertoire import profiles_here
from tasks.stages import STAGES, Bench, Commit
from tasks.step import StepRunner, open_runner
from tests.farm.models.cards import put
from tests.support.eye import require_landmarks
from tests.support.lips import BROKEN, FIRST, FITTING, LOSING, ROOMY, faces_with_lips
from tests.tasks.yard import (
    PORTRAIT,
    Row,
    all_archived,
    ask,
    one,
    quick_settings,
    sow,
    story,
    wait_for,
)

_NOWHERE = "redis://127.0.0.1:9/0"
_SCRIPT = "One. Two."
_RENDERS = "SELECT id FROM steps WHERE stage = 'render' ORDER BY job_id"
_BEATS = "SELECT counter FROM workers"


@pytest.fixture
def farm(farm: Farm) -> Farm:
    """A farm with an engine that draws with a model, and one model."""
    require_landmarks()
    put(farm.models.root, "one", b"1")
    return replace(farm, faces=faces_with_lips())


def sow_lips(
    farm: Farm, model: str = "one", scripts: Sequence[str] = (_SCRIPT,), at_once: str = "", pool: str = ""
) -> int:
    """Submit films that the engine with a model draws."""
    options = {"face.engine": "lips", "face.model": model}
    asked = {BATCH: at_once} if at_once else {}
    rows = [
        Row(row=f"row {number}", script=script, options=asked, pool=pool)
        for number, script in enumerate(scripts)
    ]
    return sow(farm, rows, face=FaceChooser(farm).choose(options))


def run_ready(farm: Farm, runner: StepRunner, stage: str) -> None:
    """Run the steps of a stage that are ready."""
    for (step,) in ask(farm, "SELECT id FROM steps WHERE state = 'ready' AND stage = :stage", stage=stage):
        runner.run(int(str(step)))


def work_off(farm: Farm, runner: StepRunner) -> None:
    """Run what is ready until there is nothing that this worker may do."""
    claimed = True
    while claimed:
        now = farm.ledger.clock()
        steps = ask(farm, "SELECT id FROM steps WHERE state = 'ready' AND not_before <= :now", now=now)
        claimed = True in {runner.run(int(str(step))) for (step,) in steps}


def test_a_worker_honours_every_way_of_drawing(farm: Farm) -> None:
    """One profile of `warp`, and one for each mode of the model; all stand in the ledger."""
    with open_runner(farm, "w", [], Bell(_NOWHERE)):
        hands = read_honoured(farm.ledger, "render.lips")
        assert sorted(profile.mode for profile in hands) == ["exact", "fast"]
        assert {(profile.batch, profile.threads) for profile in hands} == {(FIRST, 1)}
        (plain,) = read_honoured(farm.ledger, "render.warp")
        assert (plain.mode, plain.weights, plain.batch) == ("", "", 0)


def test_without_a_model_nothing_is_promised(farm: Farm) -> None:
    """The worker is no one who can; the film waits and uses up no attempt, until somebody can draw it."""
    batch = sow_lips(farm)
    farm.models.remove("one", by="anna", at_ms=1)
    with open_runner(farm, "w", [], Bell(_NOWHERE)) as runner:
        (worker,) = read_workers(farm.ledger)
        assert "render.lips" not in {skill.capability for skill in worker.skills}
        work_off(farm, runner)
        waiting = ask(farm, "SELECT state, error_code, failures FROM steps WHERE stage = 'speak'")
        assert waiting == [("ready", "farm-no-renderer", 0)]
        put(farm.models.root, "again", b"1")
        runner.look_around()
        wait_for(lambda: read_honoured(farm.ledger, "render.lips"), seconds=10)
        assert {profile.mode for profile in read_honoured(farm.ledger, "render.lips")} == {"fast", "exact"}
    assert not all_archived(farm, batch)


def test_a_model_that_cannot_be_used_keeps_nobody_from_work(farm: Farm) -> None:
    """Where an engine looks into its model at once, a damaged one is passed over, and all others serve."""
    put(farm.models.root, "damaged", BROKEN)
    with open_runner(farm, "w", [], Bell(_NOWHERE)):
        hands = read_honoured(farm.ledger, "render.lips")
        assert sorted(profile.mode for profile in hands) == ["exact", "fast"]
        assert len({profile.weights for profile in hands}) == 1
        assert read_honoured(farm.ledger, "render.warp")


@pytest.mark.parametrize(("pool", "able"), [("", "render.lips"), ("studio", "render.lips@studio")])
def test_what_is_drawn_is_planned_by_who_draws(farm: Farm, pool: str, able: str) -> None:
    """A worker that only speaks plans a film for one of its pool that renders, whatever it has itself."""
    sow_lips(farm, pool=pool)
    with open_runner(farm, "renders", [able], Bell(_NOWHERE)):
        alone = replace(farm, faces=faces_with_lips(needs=("no_such_library",)))
        with StepRunner(
            alone, node="speaks", capabilities=["speak"], profiles=[], bell=Bell(_NOWHERE)
        ) as runner:
            work_off(farm, runner)
        profile = reads.read_job(farm.ledger, 1).profile
    assert profile is not None
    assert (profile.engine, profile.mode, profile.batch) == ("lips", "fast", FIRST)


def test_a_full_card_costs_no_attempt_and_gives_one_kind_of_clips(farm: Farm) -> None:
    """Half as many frames at a time until they fit; every clip of the film is made so, in the end."""
    batch = sow_lips(farm)
    with open_runner(farm, "w", [], Bell(_NOWHERE)) as runner:
        work_off(farm, runner)
    assert all_archived(farm, batch), story(farm)
    profile = reads.read_job(farm.ledger, 1).profile
    assert profile is not None
    assert profile.batch == FITTING
    told = json.loads(next(farm.archive.rglob("*.json")).read_text("utf-8"))
    assert told["profile"]["batch"] == FITTING
    assert [(model["role"], model["name"], model["accepted"]) for model in told["inputs"]["models"]] == [
        ("face", "one", None)
    ]
    outcomes = ask(farm, "SELECT outcome, error_code FROM attempts WHERE outcome <> 'ok' ORDER BY step_id")
    assert ("interrupted", "face-out-of-memory") in outcomes
    assert ask(farm, "SELECT DISTINCT failures FROM steps") == [(0,)]


def test_a_film_that_asks_for_fewer_frames_at_a_time_is_made_so(farm: Farm) -> None:
    """The card never gets full; what is made is what a machine makes that takes so few by itself.

    Films that ask for nothing are drawn as before by the same worker.
    """
    first = sow_lips(farm, at_once=str(FITTING))
    with open_runner(farm, "w", [], Bell(_NOWHERE)) as runner:
        work_off(farm, runner)
        assert all_archived(farm, first), story(farm)
        assert ask(farm, "SELECT DISTINCT outcome FROM attempts") == [("ok",)]
        told = json.loads(next(farm.archive.rglob("*.json")).read_text("utf-8"))
        assert told["profile"]["batch"] == FITTING
        (hand, *_) = read_honoured(farm.ledger, "render.lips")
        assert hand.batch == FIRST
        second = sow_lips(farm)
        work_off(farm, runner)
    assert all_archived(farm, second), story(farm)
    planned = [reads.read_job(farm.ledger, job).profile for job in (1, 2)]
    assert [profile.batch for profile in planned if profile is not None] == [FIRST, FITTING]
    assert len(ask(farm, "SELECT DISTINCT essence FROM jobs")) == 1


def test_memory_that_is_there_again_is_used_between_films(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A film in work keeps its clips; one that waits is made with more at a time, whoever was told of it."""
    monkeypatch.setattr("tasks.repertoire._AGAIN_S", 0.0)
    batch = sow_lips(farm, scripts=(_SCRIPT, "Three. Four."))
    with open_runner(farm, "w", [], Bell(_NOWHERE)) as runner:
        run_ready(farm, runner, "speak")
        first, second = (int(str(step)) for (step,) in ask(farm, _RENDERS))
        runner.run(first)
        (farm.settings.home / ROOMY).touch()
        assert queue.mark_sent(farm.ledger, [first, second]) == {first, second}
        assert [runner.run(first), runner.run(second)] == [True, True]
        work_off(farm, runner)
    assert all_archived(farm, batch), story(farm)
    profiles = [reads.read_job(farm.ledger, job).profile for job in (1, 2)]
    assert [profile and profile.batch for profile in profiles] == [FIRST // 2, FIRST]
    tried = "SELECT outcome FROM attempts WHERE step_id = :step ORDER BY number"
    assert ask(farm, tried, step=first) == [("interrupted",), ("ok",)]
    assert ask(farm, tried, step=second) == [("ok",)]


def test_an_engine_that_was_open_before_uses_up_no_attempt(farm: Farm) -> None:
    """Of two workers of a machine one finds that fewer frames fit; the other tells so, and renders so."""
    batch = sow_lips(farm)
    with open_runner(farm, "w", [], Bell(_NOWHERE)) as runner:
        before = read_honoured(farm.ledger, "render.lips")
        for profile in before:
            runner._bench.studio.profile(way_in(profile))
        (farm.settings.home / "face-batches.json").write_text(str(FITTING))
        put(farm.models.root, "two", b"2")
        work_off(farm, runner)
        assert len(read_honoured(farm.ledger, "render.lips")) == 4
    assert {profile.batch for profile in before} == {FIRST}
    assert all_archived(farm, batch), story(farm)
    outcomes = ask(farm, "SELECT outcome, error_code FROM attempts WHERE outcome <> 'ok' ORDER BY step_id")
    assert outcomes == [("interrupted", "farm-profile-changed")]
    assert ask(farm, "SELECT DISTINCT failures FROM steps") == [(0,)]


def test_models_are_looked_up_before_a_step_and_never_under_it(farm: Farm) -> None:
    """While a step is in work the heart beats on, and what came meanwhile is known before the next claim."""
    sow_lips(farm)
    known: list[int] = []

    def speak(bench: Bench, claim: Claim, desk: Desk) -> Commit | None:
        put(farm.models.root, "two", b"2")
        before = int(str(one(farm, _BEATS)))
        wait_for(lambda: int(str(one(farm, _BEATS))) > before + 1, seconds=10)
        known.append(len(runner._repertoire.profiles))
        return STAGES[Stage.SPEAK](bench, claim, desk)

    ways = profiles_here(farm, ("speak", "render.lips"))
    with StepRunner(
        farm,
        node="w",
        capabilities=["speak", "render.lips"],
        profiles=ways,
        bell=Bell(_NOWHERE),
        stages={Stage.SPEAK: speak},
    ) as runner:
        runner.run(1)
        runner.run(1)
        known.append(len(runner._repertoire.profiles))
    assert known == [2, 4]


def test_a_shelf_that_was_away_is_looked_at_again(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be looked up once is the next time, though nothing has changed since."""
    listed, asked = ModelShelf.listed, [0]

    def away_once(shelf: ModelShelf) -> Iterator[Listed]:
        asked[0] += 1
        if asked[0] == 1:
            raise AwayError("model-shelf-away", root="", reason="")
        return listed(shelf)

    with open_runner(farm, "w", [], Bell(_NOWHERE)) as runner:
        monkeypatch.setattr(ModelShelf, "listed", away_once)
        put(farm.models.root, "two", b"2")
        runner.look_around()
        assert len(runner._repertoire.profiles) == 3
        runner.look_around()
        wait_for(lambda: len(read_honoured(farm.ledger, "render.lips")) == 4, seconds=10)
    assert asked[0] > 1


def test_a_card_that_is_lost_in_mid_clip_costs_an_attempt_and_no_film(farm: Farm) -> None:
    """Nothing of that clip is kept; whoever begins anew makes it, and those that were made before stay."""
    put(farm.models.root, "losing", LOSING)
    batch = sow_lips(farm, "losing")
    with open_runner(farm, "w", [], Bell(_NOWHERE)) as runner:
        while not runner.spent:
            for (step,) in ask(farm, "SELECT id FROM steps WHERE state = 'ready'"):
                runner.run(int(str(step)))
    assert ask(farm, "SELECT error_code, failures FROM steps WHERE stage = 'render'") == [
        ("face-device-lost", 1)
    ]
    clips = ask(farm, "SELECT key, digest FROM artifacts WHERE kind = 'clip'")
    assert len(clips) == 1
    time.sleep(0.4)
    anew = replace(farm, faces=faces_with_lips())
    with open_runner(anew, "w", [], Bell(_NOWHERE)) as runner:
        work_off(anew, runner)
        assert not runner.spent
    assert all_archived(farm, batch), story(farm)
    assert set(clips) < set(ask(farm, "SELECT key, digest FROM artifacts WHERE kind = 'clip'"))


def test_who_can_go_on_as_planned_goes_on(farm: Farm, tmp_path: Path) -> None:
    """A worker whose card is full leaves a film to one whose card is not, and nothing is planned anew."""
    sow_lips(farm)
    home = tmp_path / "other"
    home.mkdir()
    roots = {"MODELS__ROOT": str(farm.models.root), "STORE__ROOT": str(farm.store.root)}
    own = quick_settings(home, LEASE__EXPIRY_S="60", **roots)
    roomy = replace(farm, settings=own)
    with (
        open_runner(farm, "full", [], Bell(_NOWHERE)) as full,
        open_runner(roomy, "roomy", ["render.lips"], Bell(_NOWHERE)),
    ):
        work_off(farm, full)
        profile = reads.read_job(farm.ledger, 1).profile
    assert profile is not None
    assert profile.batch == FIRST
    assert ask(farm, "SELECT state, failures FROM steps WHERE stage = 'render'") == [("ready", 0)]


def test_one_film_by_itself_is_made_alike_too(farm: Farm, tmp_path: Path) -> None:
    """`lectern render` goes on with fewer frames at a time, and every clip is made anew with them."""
    script = tmp_path / "talk.txt"
    script.write_text(_SCRIPT)
    order = Order(
        portrait=PORTRAIT,
        script=script,
        film=tmp_path / "film.mp4",
        wish=Wish(format="square-512"),
        engine="lips",
    )
    made = make_film(farm, order, progress=lambda *_: None, check=lambda: None)
    told = json.loads(made.files[".json"].read_text("utf-8"))
    assert told["profile"]["batch"] == FITTING
    (farm.settings.home / ROOMY).touch()
    again = make_film(
        farm, replace(order, film=tmp_path / "again.mp4"), progress=lambda *_: None, check=lambda: None
    )
    assert json.loads(again.files[".json"].read_text("utf-8"))["profile"]["batch"] == FIRST


def test_who_draws_by_geometry_alone_loads_no_network(tmp_path: Path) -> None:
    """Neither the command line nor a worker without models imports torch or OpenVINO."""
    script = (
        "import sys, cli.main;"
        "from farm.bootstrap import open_workshop, settings_of;"
        "from tasks.repertoire import profiles_here;"
        f"workshop = open_workshop(settings_of({{'LECTERN_HOME': {str(tmp_path)!r}}}));"
        "print(len(profiles_here(workshop, ['render.warp', 'render.wav2lip'])));"
        "print([name for name in ('torch', 'openvino', 'spandrel') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout.split("\n")[:2] == ["1", "[]"]
