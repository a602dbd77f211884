"""Promises of `lectern replan`: what waits for a version is told, what it costs too, and then it is moved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.exits import Exit
from db import claims, commits, queue, workers
from db.lanes import read_lines
from db.values import Skill
from farm.bootstrap import Farm, open_farm
from pipeline.plan.artifact import Kind
from tests.cli.conftest import Lectern
from tests.db.acting import CHUNKS, artifact, render
from tests.db.values import NEXT_PROFILE, PROFILE

_ABLE = ("speak", "render.warp")


@pytest.fixture
def farm(lectern: Lectern, ready_home: Path, manifest: Path) -> Iterator[Farm]:
    """Three films: two are spoken, one has two clips; one is half spoken. Then an upgrade."""
    assert ready_home.exists()
    assert lectern("submit", manifest, "--yes").code == Exit.OK
    with open_farm() as farm:
        told = {"host": "here", "device": "cpu", "capabilities": _ABLE}
        workers.register(farm.ledger, "old@here", **told, profiles=[PROFILE])
        for number in range(3):
            (head, *_) = queue.heads(farm.ledger, Skill(capability="speak"), limit=1)
            claim = claims.claim(
                farm.ledger, head.step, worker="old@here", capabilities=_ABLE, releases={"espeak": "1"}
            )
            assert claim is not None
            if number == 2:
                commits.release(farm.ledger, claim, delay_ms=0, reason="farm-drained")
                break
            timeline = artifact(Kind.TIMELINE, f"timeline {claim.job}")
            commits.finish_speak(
                farm.ledger, claim, timeline=timeline, chunks=CHUNKS, profile=PROFILE, used=[], machine_ms=10
            )
        (head, *_) = queue.heads(farm.ledger, _skill(farm), limit=1)
        claim = claims.claim(farm.ledger, head.step, worker="old@here", capabilities=_ABLE)
        assert claim is not None
        render(farm.ledger, claim)
        workers.leave(farm.ledger, "old@here")
        workers.register(
            farm.ledger, "new@here", **told, profiles=[NEXT_PROFILE], kits={"speak": ["espeak 2"]}
        )
        yield farm


def _skill(farm: Farm) -> Skill:
    return next(skill for skill in read_lines(farm.ledger) if skill.capability == "render.warp")


def test_what_waits_for_a_version_is_told_with_the_command_that_moves_it(
    lectern: Lectern, farm: Farm
) -> None:
    """On the page of the farm, of the workers and of the film, in both languages and for machines."""
    assert farm.settings.home
    for page in ("status", "workers"):
        told = " ".join(lectern(page).out.split())
        assert "begun with warp 1, which no worker has any more: 2." in told
        assert "begun with espeak 1, which no worker has any more: 1." in told
        assert "`lectern replan 1`" in told
        assert "lectern replan 1" in lectern(page, "--lang", "zh").out
        assert [each["films"] for each in lectern(page, "--json").document["stranded"]] == [2, 1]
    assert "lectern replan 1" in " ".join(lectern("show", 1).out.split())
    (batch,) = lectern("list", "--json").document["batches"]
    assert batch["eta_s"] is None, "nobody can tell when it is done"
    film = lectern("show", 3, "--json").document
    assert (film["waiting"], film["needs"], film["eta_s"]) == ("no-version", "espeak 1", None)


def test_films_are_moved_after_their_price_was_told(lectern: Lectern, farm: Farm) -> None:
    """A dry run changes nothing; one row may go first; what was moved is told, and waits no more."""
    trial = lectern("replan", 1, "--dry-run")
    assert "From warp 1 to warp 2: films: 2; finished clips that are made again: 2 at most." in trial.out
    assert "dry run" in trial.out
    assert lectern("replan", 1, "--job", "row7").code == Exit.UNKNOWN
    assert lectern("replan", 2).code == Exit.UNKNOWN
    assert lectern("replan", 1, "--job", "row1", "--yes", "--json").document["moved"] == [2]
    done = lectern("replan", 1, "--yes", "--json").document
    assert (done["moved"], [move["to"] for move in done["moves"]]) == ([1, 3], ["warp 2", ""])
    assert lectern("status", "--json").document["stranded"] == []
    assert "No film of batch 1 waits" in lectern("replan", 1).out
    assert len(queue.heads(farm.ledger, _skill(farm), limit=9)) == 4


def test_films_are_handed_to_another_pool(lectern: Lectern, farm: Farm) -> None:
    """Whoever waits for a pool in which nobody is goes on elsewhere; a word that is no name is refused."""
    assert lectern("set", 1, "--pool", "a b").code == Exit.REFUSED
    trial = lectern("set", "--batch", 1, "--pool", "studio", "--dry-run")
    assert "Would set 3 jobs: 1, 2, 3" in trial.out
    assert "no such worker is there that renders" in " ".join(trial.out.split())
    assert lectern("set", 2, "--pool", "Studio", "--json").document["changed"] == [2]
    film = lectern("show", 2, "--json").document
    assert (film["pool"], film["waiting"], film["needs"]) == ("studio", "no-pool", "studio")
    told = " ".join(lectern("status").out.split())
    assert "films of the pool studio, in which no worker is that could render them: 1." in told
    assert "lectern set --batch 1 --pool" in lectern("status", "--lang", "zh").out
    back = lectern("set", "--from-pool", "studio", "--pool", "any", "--reason", "upgrade")
    assert back.out == "Set 1 job: 2\n"
    assert "is so already (1 job): 2" in lectern("set", 2, "--pool", "any").out
    assert {skill.capability for skill in read_lines(farm.ledger)} == {"speak", "render.warp"}
    (act, *_) = lectern("audit", "--json").document["acts"]
    assert (act["verb"], act["jobs"]) == ("set", [2])
    assert json.loads(act["detail"]) == {"pool_before": "studio", "pool": "any", "reason": "upgrade"}
