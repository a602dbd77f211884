"""Promises about what processes know of what they rest on, with real looks and a clock of the test's own."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from db.engine import connect
from farm.bootstrap import open_farm
from farm.gauges import Gauges
from farm.policy.placement import Post
from farm.policy.readiness import Stance
from farm.policy.vigilance import Patience
from tests.tasks.yard import break_ground, quick_settings, wait_for
from worker import dispatching, watchdog
from worker.clocks import ClockWatch
from worker.life import Below, Life
from worker.proof import Proof
from worker.readiness import Readiness, look_at_places, look_at_redis, look_at_schema, readiness_of


def codes_of(ready: Readiness) -> dict[str, str]:
    """What is lacking, by its part."""
    return {each.part: each.code for each in ready.lacks()}


def test_a_look_that_hangs_keeps_nobody_and_is_told() -> None:
    """Others are looked at meanwhile; what hangs is silent after a while, and well once it has answered."""
    now, answers = 0.0, threading.Event()
    ready = Readiness(clock=lambda: now)
    ready.look_at("store", lambda: answers.wait(60), every_s=1.0)
    ready.look_at("redis", lambda: None, every_s=0.01)
    with ready.kept():
        wait_for(lambda: codes_of(ready) == {"store": "ready-unknown"}, seconds=60)
        ready.found("store")
        assert codes_of(ready) == {}
        now = 30.0
        wait_for(lambda: codes_of(ready) == {"store": "ready-silent"}, seconds=60)
        answers.set()
        wait_for(lambda: codes_of(ready) == {}, seconds=60)


def test_redis_is_asked_at_each_look_unless_the_process_has_just_met_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the look before took: one that asks nobody would hide that it is gone."""
    now, asked = [0.0], list[float]()
    monkeypatch.setattr("worker.readiness.await_redis", lambda *_: asked.extend(now))
    ready = Readiness(clock=lambda: now[0])
    look_at_redis(ready, quick_settings(tmp_path, REDIS__URL="redis://127.0.0.1:1/0"))
    (look,) = (part.chore for part in ready._parts.values())
    assert look is not None
    for now[0] in (0.0, 4.99, 9.98):
        look._do()
    ready.found("redis")
    look._do()
    assert asked == [0.0, 4.99, 9.98]


def test_five_minutes_without_a_ledger_are_no_hang_and_not_ready(tmp_path: Path) -> None:
    """A host's process lives for as long as its workers prove life, and is ready once one is answered."""
    now = 0.0
    settings = quick_settings(tmp_path)
    proof = Proof(tmp_path / "proofs", role="hand", node="cpu0@here", above=os.getpid(), beat_s=999)
    below = Below(
        tmp_path / "proofs", Patience(silent_s=3.5, stalled_s=600), ["cpu0@here"], clock=lambda: now
    )
    life = Life(hung_s=90, below=below, clock=lambda: now)
    ready = readiness_of(settings, [Post(name="cpu0")], life)
    parts = {"ledger", "workers"}

    def passes(seconds: int, *, answered: bool) -> list[dict[str, str]]:
        nonlocal now
        seen = []
        for _ in range(seconds):
            now += 1.0
            proof.beat()
            if answered:
                proof.stand(Stance(0))
            life.moved()
            assert life.hangs() == ()
            lacks = {part: code for part, code in codes_of(ready).items() if part in parts}
            if lacks not in seen:
                seen.append(lacks)
        return seen

    try:
        begun = {"ledger": "ready-unknown", "workers": "ready-none-takes"}
        assert passes(60, answered=False) == [begun]
        assert passes(10, answered=True) == [{}]
        assert passes(300, answered=False) == [{}, {"ledger": "ready-silent"}]
        assert passes(1, answered=True) == [{}]
        proof.stand(Stance.ORDERED)
        life.moved()
        now += 1.0
        life.moved()
        assert "cpu0: ordered to take nothing" in str([dict(each.facts) for each in ready.lacks()])
    finally:
        proof.close()


def test_a_dispatcher_rests_on_what_its_looks_meet(tmp_path: Path) -> None:
    """The ledger by each of them, Redis by those that lead; who stands by is ready, and says so."""
    settings = quick_settings(tmp_path, REDIS__URL="redis://127.0.0.1:1/0")
    break_ground(settings)
    with open_farm(settings) as farm:
        gauges = Gauges(farm, expiry_s=60)
        ready = dispatching.readiness_of(farm, gauges, ClockWatch(farm.ledger))
        ready.found("schema")
        dispatching.stood(gauges, ready, "", leading=True)
        assert (codes_of(ready), ready.told()) == ({}, {"leads": True})
        dispatching.stood(gauges, ready, "redis: ConnectionError", leading=True)
        assert codes_of(ready) == {"redis": "ready-away"}
        ready.found("redis")
        dispatching.stood(gauges, ready, "ledger-away", leading=False)
        assert (codes_of(ready), ready.told()) == ({"ledger": "ready-away"}, {"leads": False})
        dispatching.stood(gauges, ready, "", leading=False)
        assert codes_of(ready) == {}


def test_who_stands_by_asks_redis_itself_and_a_ledger_of_another_version_is_told(tmp_path: Path) -> None:
    """Nobody listens there; the ledger was brought to another schema while the process ran."""
    settings = quick_settings(tmp_path, REDIS__URL="redis://127.0.0.1:1/0")
    break_ground(settings)
    with open_farm(settings) as farm:
        ready = watchdog.readiness_of(farm, ClockWatch(farm.ledger))
        assert set(codes_of(ready)) == {"ledger", "schema"}
        engine = connect(settings.ledger_url)
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        engine.dispose()
        by = dispatching.readiness_of(farm, Gauges(farm, expiry_s=60), ClockWatch(farm.ledger))
        by.found("ledger")
        with by.kept():
            expected = {"redis": "farm-redis-away", "schema": "ledger-schema-new"}
            wait_for(lambda: codes_of(by) == expected, seconds=60)


def test_store_and_archive_are_looked_at_where_films_are_delivered(tmp_path: Path) -> None:
    """A folder without the archive's mark is none, as a mount point is whose mount is missing."""
    settings = quick_settings(tmp_path / "home", STORE__ROOT=str(tmp_path / "none"))
    ready, delivers = Readiness(), Readiness()
    look_at_places(ready, settings, archives=False)
    look_at_places(delivers, settings, archives=True)
    with ready.kept(), delivers.kept():
        wait_for(lambda: codes_of(ready) == {"store": "store-away"}, seconds=60)
        expected = {"store": "store-away", "archive": "archive-unmarked"}
        wait_for(lambda: codes_of(delivers) == expected, seconds=60)


def test_a_ledger_that_is_away_says_nothing_of_its_schema() -> None:
    """It is told as the ledger's own lack."""
    ready = Readiness()
    look_at_schema(ready, connect("postgresql://127.0.0.1:1/none"))
    with ready.kept():
        wait_for(lambda: codes_of(ready) == {}, seconds=60)
