"""Promises of `lectern pools`: who is in which, how they help each other, and nothing set by mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.exits import Exit
from db import claims, posts, queue, workers
from db.codec import profile_digest
from db.loading import Unopened
from db.states import WorkerOrder
from db.values import Skill
from farm.bootstrap import Farm, open_farm
from tests.cli.conftest import Lectern
from tests.db.acting import speak
from tests.db.values import PROFILE, submit


def test_pools_are_set_and_told(lectern: Lectern, ready_home: Path) -> None:
    """With what was so before in the audit; a name that nobody knows is doubted, and nothing is half set."""
    assert ready_home.exists()
    (nobody,) = lectern("pools", "--json").document["pools"]
    assert (nobody["name"], nobody["workers"], nobody["lends"]) == ("any", 0, False)
    done = lectern("pools", "set", "Studio", "--lend", "--standby", "any", "--preload", "gan  espeak/en-us")
    assert "its idle workers render others' films" in done.out
    assert "is the name right?" in done.out
    assert "No worker is in the pool any now: it stands in once there is one." in done.out
    assert "gan is not to be found here" in done.out
    assert "espeak/en-us is not" not in done.out
    again = lectern("pools", "set", "studio", "--lend", "--json").document
    assert (again["kind"], again["changed"], again["used"]) == ("pool-set", False, False)
    assert (again["pool"]["standby"], again["pool"]["preload"]) == ("any", ["gan", "espeak/en-us"])
    for wrong, code in (
        (("studio",), "pool-nothing-set"),
        (("a b", "--lend"), "pool-name-wrong"),
        (("", "--lend"), "pool-name-wrong"),
        (("any", "--lend", "--standby", "studio"), "pool-circle"),
        (("any", "--lend", "--standby", "any"), "pool-own-standby"),
    ):
        refused = lectern("pools", "set", *wrong, "--json")
        assert (refused.code, refused.failure["code"]) == (Exit.REFUSED, code)
    first, second = lectern("pools", "--json").document["pools"]
    assert (first["name"], first["lends"], second["name"]) == ("any", False, "studio")
    (act,) = lectern("audit", "--json").document["acts"]
    assert act["verb"] == "pool-set"
    assert act["detail"].startswith(
        "studio: lends not, standby -, preload - -> lends, standby any, preload gan"
    )
    assert "设置池" in lectern("audit", "--lang", "zh").out
    back = lectern("pools", "set", "studio", "--no-lend", "--standby", "", "--preload", "").out
    assert "its workers render its own films alone" in back
    assert "no pool stands by" in back
    assert [each["name"] for each in lectern("pools", "--json").document["pools"]] == ["any"], "as before"


def test_a_pool_without_a_worker_is_told_with_who_stands_in(lectern: Lectern, ready_home: Path) -> None:
    """In the list, on the page of the farm, and in Chinese; and what a worker could not open, and why."""
    assert ready_home.exists()
    with open_farm() as farm:
        told = {"host": "h", "device": "cpu", "profiles": [PROFILE]}
        workers.register(farm.ledger, "a@h", capabilities=["render.warp@studio"], **told)  # type: ignore[arg-type]
        workers.register(farm.ledger, "b@h", capabilities=["render.warp", "speak"], **told)  # type: ignore[arg-type]
        posts.tell_loaded(
            farm.ledger,
            "b@h",
            ["espeak/en-us"],
            [Unopened(name="gan", code="model-unknown", facts={"name": "gan", "known": "-"})],
        )
        lectern("pools", "set", "studio", "--standby", "any")
        lectern("pools", "set", "any", "--preload", "gan espeak/en-us")
        assert "rendered by" not in lectern("pools").out
        posts.order(farm.ledger, "a@h", WorkerOrder.LOCK, reason="a test", by="anna")
    page = " ".join(lectern("pools").out.split())
    assert "Nobody in the pool studio takes work: its films are rendered by the stand-by pool any." in page
    assert "b@h could not open gan:" in page
    assert "a@h takes nothing new since 20" in page
    assert "b@h could not open gan:" in " ".join(lectern("workers").out.split())
    any_, studio = lectern("pools", "--json").document["pools"]
    assert (any_["workers"], any_["taking"]) == (1, 1)
    assert (studio["workers"], studio["taking"], studio["rendered_by"]) == (1, 0, "any")
    assert "由后备池 any 渲染" in lectern("pools", "--lang", "zh").out


@pytest.fixture
def farm(ready_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Farm]:
    """Three films without a pool that wait to be rendered; who spoke them has left."""
    monkeypatch.setenv("LECTERN_HOME", str(ready_home))
    with open_farm() as farm:
        submit(farm.ledger, ["a", "b", "c"])
        _employ(farm, "voice@h", "speak", "render.warp")
        for head in queue.heads(farm.ledger, Skill(capability="speak"), limit=3):
            claim = claims.claim(farm.ledger, head.step, worker="voice@h", capabilities=["speak"])
            assert claim is not None
            speak(farm.ledger, claim)
        workers.leave(farm.ledger, "voice@h")
        yield farm


def test_who_helps_whom_is_told_with_why(lectern: Lectern, farm: Farm) -> None:
    """In the lists of workers and of pools: lent, standing in, or only ending what it has begun."""
    _employ(farm, "a@h", "render.warp@studio")
    lectern("pools", "set", "studio", "--lend")
    (head, *_) = queue.heads(
        farm.ledger, Skill(capability="render.warp", profile=profile_digest(PROFILE)), limit=1
    )
    assert claims.claim(farm.ledger, head.step, worker="a@h", capabilities=["render.warp@studio"])
    assert "a@h of the pool studio is lent to the pool any, for " in lectern("pools").out
    assert re.search(r"any: lent, \d+ ", lectern("workers").out)
    assert "The pool studio has lent a@h to the pool any." in " ".join(lectern("why", 1).out.split())
    any_, studio = (line.split() for line in lectern("pools").out.splitlines()[1:3])
    assert ("(1)" in any_, "(1)" in studio) == (False, True)
    lectern("pools", "set", "studio", "--no-lend")
    assert "a@h of the pool studio ends its chunk for the pool any" in lectern("pools").out
    lectern("pools", "set", "any", "--standby", "studio")
    assert "作为后备为池 any 渲染" in lectern("pools", "--lang", "zh").out
    told, _ = lectern("workers", "--json").document["workers"]
    assert (told["work"]["how"], told["work"]["helps"], told["work"]["lender"]) == (
        "standby",
        "any",
        "studio",
    )


def _employ(farm: Farm, name: str, *capabilities: str) -> None:
    """A worker is there."""
    workers.register(farm.ledger, name, host="h", device="cpu", capabilities=capabilities, profiles=[PROFILE])


def test_that_all_who_render_are_kept_for_pools_is_told_with_the_cure(lectern: Lectern, farm: Farm) -> None:
    """The page of the farm names the pools and the command; once they lend, nothing keeps the films."""
    _employ(farm, "a@h", "render.warp@studio")
    told = " ".join(lectern("status").out.split())
    assert (
        "films without a pool, while every worker that could render them is kept for one (studio): 3." in told
    )
    assert "`lectern pools set studio --lend`" in told
    assert "lectern pools set studio --lend" in lectern("status", "--lang", "zh").out
    assert lectern("show", 1, "--json").document["waiting"] == "no-pool"
    lectern("pools", "set", "studio", "--lend")
    whole = lectern("status", "--json").document
    assert (whole["stranded"], [line["nobody"] for line in whole["queue"]]) == ([], [0])
    assert lectern("show", 1, "--json").document["waiting"] == ""


def test_films_that_a_standby_renders_say_so(lectern: Lectern, farm: Farm) -> None:
    """In the page of the farm and of the film, as long as it is so; then they wait for nobody."""
    _employ(farm, "a@h", "render.warp@studio")
    lectern("pools", "set", "any", "--standby", "studio")
    told = " ".join(lectern("status").out.split())
    assert "films without one are rendered by the stand-by pool studio" in told
    assert "every worker" not in told
    film = lectern("show", 1, "--json").document
    assert (film["waiting"], film["rendered_by"], film["pool"]) == ("", "studio", "")
    page = " ".join(lectern("show", 1).out.split())
    assert "any, where nobody takes work: rendered by stand-by pool studio" in page
    assert "由后备池 studio 渲染" in lectern("show", 1, "--lang", "zh").out
    assert "rendered by the stand-by pool studio." in " ".join(lectern("why", 1).out.split())
    assert "films without one are rendered by the stand-by pool studio" in " ".join(
        lectern("pools").out.split()
    )
    _employ(farm, "b@h", "render.warp")
    assert "stand-by" not in lectern("status").out
    assert lectern("show", 1, "--json").document["rendered_by"] == ""
    posts.order(farm.ledger, "b@h", WorkerOrder.LOCK, reason="a test", by="anna")
    assert lectern("show", 1, "--json").document["rendered_by"] == "studio"
