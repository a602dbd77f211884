"""Promises about a night: each batch is queued once, a bad one stops no other, and its end stops no film."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from db import operations, posts, reads, roll, windows, workers
from db.states import WorkerOrder
from farm import nightly
from farm.bootstrap import Farm
from farm.inbox import REFUSED, SUBMITTED, Inbox
from farm.nightly import Night, Wishes
from farm.policy.windows import parse
from farm.scaling import REASON, Vigil, awake, pools_to_scale
from farm.views.night import NightView
from pipeline.plan.errors import AwayError, Fact, InputError, TransientError
from tests.db.values import PROFILE
from tests.farm.submitting import ROW, manifest
from tests.support.receiver import receiver
from tests.tasks.yard import wait_for
from worker import dispatching

pytestmark = pytest.mark.usefixtures("looked_once")

_QUICK = Wishes(look_s=0.01)


@pytest.fixture
def night_farm(farm: Farm) -> Farm:
    """A farm whose nightly folder needs no patience."""
    knobs = farm.settings.nightly.model_copy(update={"settled_s": 0.0})
    return replace(farm, settings=farm.settings.model_copy(update={"nightly": knobs}))


@pytest.fixture
def folder(night_farm: Farm, batch_folder: Path) -> Path:
    """The nightly folder, with the demo's portraits in it."""
    shutil.copytree(batch_folder, night_farm.settings.nightly_root)
    return night_farm.settings.nightly_root


def live(
    farm: Farm, wishes: Wishes = _QUICK, *, on: Callable[[str], None] = lambda _: None, end_at: str = ""
) -> NightView:
    """Live through a night; something may happen whenever it tells something."""
    ending = threading.Event()

    def tell(what: str, /, **_facts: Fact) -> None:
        on(what)
        if what == end_at:
            ending.set()

    return Night(farm, wishes, tell=tell, ending=ending).run()


def _lay(folder: Path, name: str, *rows: dict[str, str]) -> Path:
    """Lay a batch of its own folder there."""
    place = folder / name
    place.mkdir()
    shutil.copy(folder / "astronaut.png", place)
    return manifest(place, *(rows or (ROW | {"name": name},)))


def _cancel_all(farm: Farm) -> None:
    for batch in reads.list_batches(farm.ledger, limit=9):
        operations.cancel(farm.ledger, operations.jobs_of(farm.ledger, batch.id), by="anna")


def test_what_is_good_is_queued_and_what_is_bad_is_set_aside(night_farm: Farm, folder: Path) -> None:
    """Of a folder and of a file; the bad one's problems lie beside it, with row, column and cure."""
    _lay(folder, "good")
    _lay(folder, "bad", ROW | {"name": "x", "portrait": "nobody.png"})
    manifest(folder, ROW | {"name": "loose"}, name="loose.csv")
    view = live(night_farm, replace(_QUICK, wait=False))
    assert [(each.name, each.films, each.created) for each in view.submitted] == [
        ("good", 1, True),
        ("loose.csv", 1, True),
    ]
    (bad,) = view.refused
    told = Path(bad.place).with_name("bad.problems.txt").read_text()
    assert told.startswith("bad\n\n")
    assert "Row 2, portrait: There is no file nobody.png." in told
    (day,) = (folder / SUBMITTED).iterdir()
    assert {each.name for each in day.iterdir()} == {"good", "loose.csv"}
    assert Path(bad.place).parent.parent == folder / REFUSED
    assert live(night_farm, replace(_QUICK, wait=False)).submitted == ()


def test_what_may_pass_stops_no_other_batch(
    night_farm: Farm, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lies there for the next night, is told once, and does not keep this one."""
    _lay(folder, "ill")
    _lay(folder, "well")
    checking = nightly.check

    def check(farm: Farm, path: Path, **told: object) -> object:
        if path.parent.name == "ill":
            raise TransientError("media-failed", reason="a test")
        return checking(farm, path, **told)  # type: ignore[arg-type]

    monkeypatch.setattr(nightly, "check", check)
    view = live(night_farm, on=lambda what: _cancel_all(night_farm) if what == "submitted" else None)
    assert [each.name for each in view.submitted] == ["well"]
    assert (view.how, view.waiting, view.troubles) == ("empty", ("ill",), ("media-failed",))
    assert (folder / "ill").exists()


def test_who_is_killed_after_queueing_queues_nothing_twice(
    night_farm: Farm, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next night finds the batch by its content, and puts it away."""
    _lay(folder, "good")
    with monkeypatch.context() as patched:

        def die(*_: object, **__: object) -> Path:
            raise KeyboardInterrupt

        patched.setattr(Inbox, "put_away", die)
        with pytest.raises(KeyboardInterrupt):
            live(night_farm)
    view = live(night_farm, replace(_QUICK, wait=False))
    assert [(each.batch, each.created) for each in view.submitted] == [(1, False)]
    assert len(reads.list_batches(night_farm.ledger, limit=9)) == 1
    assert not (folder / "good").exists()


def test_a_night_ends_when_nothing_is_left(night_farm: Farm, folder: Path) -> None:
    """What is laid there meanwhile is queued as well; what is held is not waited for."""
    _lay(folder, "good")

    def on(what: str) -> None:
        if what == "submitted" and not (folder / SUBMITTED).joinpath("late").exists():
            (folder / SUBMITTED / "late").mkdir()
            _lay(folder, "late")
            operations.pause(night_farm.ledger, [1], by="anna")
        elif what == "submitted":
            operations.cancel(night_farm.ledger, [2], by="anna")

    view = live(night_farm, on=on)
    assert (view.how, view.left, view.canceled) == ("empty", 0, 1)
    assert [each.name for each in view.submitted] == ["good", "late"]


def _hours(begin: int, end: int) -> str:
    now = datetime.now(UTC)
    return f"{now + timedelta(hours=begin):%H:%M}-{now + timedelta(hours=end):%H:%M} UTC"


def test_a_night_ends_with_its_window(night_farm: Farm, folder: Path) -> None:
    """Rows wait for the farm's only window; what is left when it shuts goes on next time."""
    windows.add_window(night_farm.ledger, "night", parse(_hours(-1, 1), "UTC"), by="anna")
    _lay(folder, "good")

    def on(what: str) -> None:
        if what == "opens":
            windows.set_window(night_farm.ledger, "night", parse(_hours(2, 3), "UTC"), by="anna")

    view = live(night_farm, on=on)
    assert (view.how, view.window, view.left) == ("shut", "night", 1)
    assert reads.read_job(night_farm.ledger, 1).line.state.value == "queued"


def test_a_window_that_is_not_open_yet_is_waited_for(night_farm: Farm, folder: Path) -> None:
    """Started a little early, a night does not end before it has begun; ending it stops no film."""
    windows.add_window(night_farm.ledger, "night", parse(_hours(2, 3), "UTC"), by="anna")
    _lay(folder, "good")
    looks = iter(range(5))
    ending = threading.Event()
    wait = ending.wait

    def waited(seconds: float | None = None) -> bool:
        if next(looks, None) is None:
            ending.set()
        return wait(seconds)

    ending.wait = waited  # type: ignore[method-assign]
    view = Night(night_farm, _QUICK, tell=lambda *_, **__: None, ending=ending).run()
    assert (view.how, view.left) == ("interrupted", 1)
    assert next(looks, None) is None


def test_a_ledger_that_is_away_is_waited_for(
    night_farm: Farm, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the farm does; it is told, and the night goes on."""
    _lay(folder, "good")
    reading, away = nightly.read_left, iter([True])

    def left(*given: object, **told: str) -> int:
        if next(away, False):
            raise AwayError("ledger-away", reason="a test")
        _cancel_all(night_farm)
        return reading(*given, **told)  # type: ignore[arg-type]

    monkeypatch.setattr(nightly, "read_left", left)
    view = live(night_farm)
    assert (view.how, view.troubles) == ("empty", ("ledger-away",))


@pytest.mark.parametrize(
    ("knobs", "code"),
    [
        ({"folder": "/nowhere/at/all"}, "nightly-folder-missing"),
        ({"window": "nigth"}, "nightly-window-unknown"),
    ],
)
def test_what_is_set_wrong_is_told_before_anything_is_done(
    night_farm: Farm, folder: Path, knobs: dict[str, str], code: str
) -> None:
    """A share that is not mounted is not taken for an empty folder."""
    _lay(folder, "good")
    section = night_farm.settings.nightly.model_copy(update=knobs)
    wrong = replace(night_farm, settings=night_farm.settings.model_copy(update={"nightly": section}))
    with pytest.raises(InputError) as caught:
        live(wrong)
    assert caught.value.code == code
    assert (folder / "good").exists()


@pytest.fixture
def pool(night_farm: Farm) -> Callable[[], dict[str, str]]:
    """Workers of the pool studio, one of which somebody has locked, and one of no pool; who is locked why."""
    for name, capability in (("a", "render.warp@studio"), ("b", "render.warp@studio"), ("c", "render.warp")):
        told = {"host": "h", "device": "cpu", "capabilities": [capability], "profiles": [PROFILE]}
        workers.register(night_farm.ledger, name, **told)  # type: ignore[arg-type]
    posts.order(night_farm.ledger, "b", WorkerOrder.LOCK, reason="ill", by="anna")

    def locked() -> dict[str, str]:
        return {
            entry.name: entry.post.reason
            for entry in roll.read_roll(night_farm.ledger)
            if entry.post.ordered is WorkerOrder.LOCK
        }

    return locked


def test_a_pool_works_at_night_alone(
    night_farm: Farm, pool: Callable[[], dict[str, str]], tmp_path: Path
) -> None:
    """It is locked at the end and unlocked at the next beginning; who was locked by a person stays so."""
    script, log = tmp_path / "scale it", tmp_path / "log"
    script.write_text(f'#!/bin/sh\necho "$@" >> {log}\n')
    script.chmod(0o700)
    section = night_farm.settings.nightly.model_copy(update={"scale_command": f"'{script}' --region 'b c'"})
    farm = replace(night_farm, settings=night_farm.settings.model_copy(update={"nightly": section}))
    wishes = replace(_QUICK, scale=pools_to_scale(["Studio"]))
    assert live(farm, wishes).troubles == ()
    assert pool() == {"a": REASON, "b": "ill"}
    during: list[dict[str, str]] = []
    live(farm, wishes, on=lambda what: during.append(pool()) if what == "woken" else None)
    assert during == [{"b": "ill"}]
    assert pool() == {"a": REASON, "b": "ill"}
    assert log.read_text().splitlines() == ["--region b c up studio", "--region b c down studio"] * 2


def test_a_night_that_was_killed_keeps_nobody_awake(
    night_farm: Farm, pool: Callable[[], dict[str, str]]
) -> None:
    """Whoever leads sends to rest what it had woken; not while it lives, nor whom a person has ordered."""
    now = [1000.0]
    vigil = Vigil(night_farm.ledger, over_s=300.0, clock=lambda: now[0])

    def later() -> dict[str, str]:
        now[0] += 150
        vigil.turn()
        return pool()

    with awake(night_farm, ["studio"], every_s=0.005):
        for _ in range(5):
            told = posts.read_posts(night_farm.ledger).get("a")
            wait_for(lambda told=told: posts.read_posts(night_farm.ledger).get("a") != told, seconds=60)
            assert later() == {"b": "ill"}, "it lives"
    assert later() == {"b": "ill"}
    now[0] += 1000
    assert [later(), later()] == [{"b": "ill"}] * 2, "nobody listened meanwhile"
    assert later() == {"a": REASON, "b": "ill"}
    posts.order(night_farm.ledger, "a", WorkerOrder.NONE, reason="needed", by="anna")
    assert [later(), later(), later()] == [{"b": "ill"}] * 3, "a person has unlocked it"


def test_whoever_leads_a_farm_listens_for_killed_nights(
    night_farm: Farm, pool: Callable[[], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is among what a leading dispatcher does; here it has no patience."""
    with awake(night_farm, ["studio"]):
        wait_for(lambda: "a" in posts.read_posts(night_farm.ledger), seconds=60)
    assert pool() == {"b": "ill"}
    monkeypatch.setattr(dispatching, "Vigil", partial(Vigil, over_s=0))
    for chore in dispatching.chores_of(night_farm):
        chore.turn()
        chore.close()
    wait_for(lambda: pool() == {"a": REASON, "b": "ill"}, seconds=60, told=pool)


def test_a_program_that_fails_stops_no_night(
    night_farm: Farm, folder: Path, pool: Callable[[], dict[str, str]]
) -> None:
    """It is told; what lies there is submitted, and the pool rests afterwards."""
    _lay(folder, "good")
    section = night_farm.settings.nightly.model_copy(update={"scale_command": "/nowhere/scale"})
    farm = replace(night_farm, settings=night_farm.settings.model_copy(update={"nightly": section}))

    view = live(
        farm,
        replace(_QUICK, scale=("studio",)),
        on=lambda what: _cancel_all(farm) if what == "submitted" else None,
    )
    assert view.troubles == ("nightly-scale-failed",)
    assert len(view.submitted) == 1
    assert "a" in pool()


@pytest.mark.parametrize("name", ["any", "", "a b"])
def test_only_a_pool_can_be_scaled(name: str) -> None:
    """Who works for no pool works by day, too."""
    with pytest.raises(InputError) as caught:
        pools_to_scale([name])
    assert caught.value.code == "nightly-pool-wrong"


def test_a_night_leaves_its_report_and_sends_it(night_farm: Farm, folder: Path) -> None:
    """The page lies in the home folder, of the night's own time; who cannot be reached changes no night."""
    _lay(folder, "good")
    with receiver() as there:
        section = night_farm.settings.report.model_copy(update={"webhook_url": there.address})
        farm = replace(night_farm, settings=night_farm.settings.model_copy(update={"report": section}))

        def on(what: str) -> None:
            if what == "submitted":
                _cancel_all(farm)

        view = live(farm, on=on)
        assert (view.sent, view.troubles) == (("webhook",), ())
        assert json.loads(there.posted[0].body)["canceled"] == 1
    assert Path(view.report).parent == farm.settings.home / "reports"
    assert "<!doctype html>" in Path(view.report).read_text()
    lost = live(farm)
    assert (lost.how, lost.sent, lost.troubles) == ("empty", (), ("report-not-sent",))
    assert Path(lost.report).exists()
