"""Promises about the dispatcher: thin queues, lost workers, takeovers, and a Redis that comes and goes."""

from __future__ import annotations

import base64
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import redis
from sqlalchemy import insert, update

from db import claims, commits, operations, windows, workers
from db.codec import profile_digest
from db.pools import Change, set_pool
from db.states import Urgency
from db.tables import attempts, departments, steps
from db.values import Chunk
from farm import show
from farm.bootstrap import Farm
from farm.gc import collect_garbage
from farm.policy.windows import parse
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import AwayError
from pipeline.plan.job import RenderProfile
from tasks.app import make_app, queue_of
from tasks.bell import Bell
from tasks.chore import Chore
from tasks.dispatcher import Dispatcher, Pace
from tests.db.values import NEXT_PROFILE, PROFILE, artifact
from tests.tasks.yard import Row, ask, one, sow, wait_for
from worker.places import free_port

_PACE = Pace(interval_s=0.0, expiry_s=0.4, surplus=2, poison_deaths=3, resend_s=30.0)
#: How workers render after another FFmpeg came.
_AGAIN = replace(PROFILE, encoder="x264 next")
_EVERYTHING = ("join", "archive", "render.warp", "speak")

Make = Callable[..., Dispatcher]


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    """An empty Redis."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
        yield client


@pytest.fixture
def make(farm: Farm, redis_url: str) -> Iterator[Make]:
    """Makes dispatchers."""
    bells: list[Bell] = []
    chores: list[Chore] = []

    def made(name: str = "d", *, url: str = redis_url, pace: Pace = _PACE) -> Dispatcher:
        bells.append(Bell(url))
        app = make_app(url, time_limit_s=60, steps_per_child=10, waits=False)
        sweeping = Chore(
            "sweeping", lambda: collect_garbage(farm.ledger, farm.store, grace_s=3600), every_s=0.2
        )
        chores.append(sweeping)
        return Dispatcher(farm.ledger, app, bells[-1], [sweeping], name=name, pace=pace)

    yield made
    for chore in chores:
        chore.close()
    for bell in bells:
        bell.close()


def employ(farm: Farm, *names: str) -> None:
    """Register workers that can do everything."""
    for name in names:
        workers.register(
            farm.ledger, name, host="here", device="cpu", capabilities=_EVERYTHING, profiles=[PROFILE]
        )


def plan(farm: Farm, count: int, profile: RenderProfile, *, pool: str = "") -> list[int]:
    """Have the next films spoken by a worker that renders so; their render steps."""
    batch = sow(farm, [replace(row, pool=pool) for row in rows(count)])
    planned = []
    for (step,) in ask(farm, "SELECT id FROM steps WHERE batch_id = :batch AND stage = 'speak'", batch=batch):
        claim = claims.claim(farm.ledger, step, worker="v", capabilities=["speak"])  # type: ignore[arg-type]
        assert claim is not None
        timeline = artifact(Kind.TIMELINE, f"timeline {claim.job}")
        commits.finish_speak(
            farm.ledger,
            claim,
            timeline=timeline,
            chunks=[Chunk(first=0, end=1, frames=25)],
            profile=profile,
            used=[],
            machine_ms=1,
        )
        planned += ask(farm, "SELECT id FROM steps WHERE job_id = :job AND stage = 'render'", job=claim.job)
    return [int(str(step)) for (step,) in planned]


def rows(count: int, urgency: Urgency = Urgency.NORMAL) -> list[Row]:
    """Films that say little."""
    return [Row(row=f"{urgency}{number}", script="Hello.", urgency=urgency) for number in range(count)]


def queued(client: redis.Redis, capability: str = "speak") -> list[int]:
    """The steps in a queue, in the order in which workers take them."""
    found: list[int] = []
    for priority in range(10):
        name = queue_of(capability) + (f"\x06\x16{priority}" if priority else "")
        bodies = [json.loads(raw)["body"] for raw in reversed(client.lrange(name, 0, -1))]
        found += [json.loads(base64.b64decode(body))[0][0] for body in bodies]
    return found


def test_a_queue_holds_what_is_taken_soon_and_no_more(farm: Farm, client: redis.Redis, make: Make) -> None:
    """Free workers plus the surplus, however long the line is."""
    employ(farm, "one", "two")
    sow(farm, rows(30))
    dispatcher = make()
    for _ in range(5):
        dispatcher.turn()
    assert len(queued(client)) == 2 + _PACE.surplus


def test_nothing_is_sent_that_nobody_can_do(farm: Farm, client: redis.Redis, make: Make) -> None:
    """Without a worker the queue stays empty, and whatever is urgent then goes first."""
    sow(farm, rows(1, Urgency.BULK))
    dispatcher = make()
    dispatcher.turn()
    assert queued(client) == []
    sow(farm, rows(1, Urgency.URGENT))
    employ(farm, "one")
    dispatcher.turn()
    urgent = one(farm, "SELECT s.id FROM steps s JOIN jobs j ON j.id = s.job_id "
                       "WHERE j.precedence = 0 AND s.stage = 'speak'")  # fmt: skip
    assert queued(client)[0] == urgent
    assert len(queued(client)) == 2


def test_films_that_nobody_renders_any_more_stand_in_nobodys_way(
    farm: Farm, client: redis.Redis, make: Make
) -> None:
    """After an upgrade, films that were planned before it take no slot from those behind them."""
    plan(farm, 9, PROFILE)
    fresh = plan(farm, 2, NEXT_PROFILE)
    workers.register(
        farm.ledger, "one", host="here", device="cpu", capabilities=["render.warp"], profiles=[NEXT_PROFILE]
    )
    make().turn()
    assert queued(client, "render.warp") == fresh
    stranded, going = show.job(farm, 1).job, show.job(farm, 10).job
    assert (stranded.waiting, stranded.needs, going.waiting) == ("no-version", "warp 1", "")


def test_a_film_of_a_pool_waits_for_a_worker_of_it(farm: Farm, client: redis.Redis, make: Make) -> None:
    """It is sent to nobody else, who may not have it either, and takes no slot from films without a pool."""
    kept, free = plan(farm, 3, PROFILE, pool="studio"), plan(farm, 2, PROFILE)
    employ(farm, "one")
    dispatcher = make()
    dispatcher.turn()
    assert (queued(client, "render.warp"), queued(client, "render.warp@studio")) == (free, [])
    waiting, going = show.job(farm, 1).job, show.job(farm, 4).job
    assert (waiting.waiting, waiting.needs, waiting.eta_s, going.waiting) == ("no-pool", "studio", None, "")
    (stuck,) = (each for each in show.whole(farm, most=9).attention if each.what.startswith("films"))
    assert (stuck.what, stuck.facts["pool"], stuck.facts["films"]) == ("films-no-pool", "studio", 3)
    assert claims.claim(farm.ledger, kept[0], worker="one", capabilities=_EVERYTHING) is None
    bound = ["render.warp@studio"]
    workers.register(farm.ledger, "two", host="here", device="cpu", capabilities=bound, profiles=[PROFILE])
    dispatcher.turn()
    assert queued(client, "render.warp@studio") == kept
    assert show.job(farm, 1).job.waiting == ""
    claim = claims.claim(farm.ledger, kept[0], worker="two", capabilities=bound, profiles=[PROFILE])
    assert claim is not None
    assert claims.claim(farm.ledger, free[0], worker="two", capabilities=bound, profiles=[PROFILE]) is None
    workers.leave(farm.ledger, "one")
    left = show.job(farm, 4).job
    assert (left.waiting, left.needs) == ("no-pool", "")


def test_a_pool_lends_and_takes_back(farm: Farm, client: redis.Redis, make: Make) -> None:
    """Idle workers are sent others' films; what they did not take in time goes to its own, and theirs first.

    A film whose pool has nobody is sent to its stand-by.
    """
    free = plan(farm, 2, PROFILE)
    for name, pool in (("one", "@studio"), ("two", "")):
        told = {"host": "here", "device": "cpu", "capabilities": [f"render.warp{pool}"]}
        workers.register(farm.ledger, name, **told, profiles=[PROFILE])  # type: ignore[arg-type]
    set_pool(farm.ledger, "studio", Change(lends=True), by="anna")
    dispatcher = make(pace=replace(_PACE, expiry_s=30.0))
    dispatcher.turn()
    assert queued(client, "render.warp") == free[:1]
    assert queued(client, "render.warp@studio") == free[1:]
    own = plan(farm, 1, PROFILE, pool="studio")
    claim = claims.claim(
        farm.ledger, free[1], worker="one", capabilities=["render.warp@studio"], profiles=[PROFILE]
    )
    assert claim is None, "its own film waits by now"
    client.flushdb()
    dispatcher.turn()
    assert queued(client, "render.warp@studio") == own
    workers.leave(farm.ledger, "two")
    set_pool(farm.ledger, "", Change(standby="studio"), by="anna")
    client.flushdb()
    dispatcher.turn()
    assert queued(client, "render.warp@studio") == [*free, *own], "as if all were its own"


def test_who_is_lent_goes_by_share_as_well(farm: Farm, client: redis.Redis, make: Make) -> None:
    """An idle worker is sent one step, of its own or another pool's; whose turn it is, shares tell."""
    (lent,) = plan(farm, 1, PROFILE)
    told = {"host": "here", "device": "cpu", "profiles": [PROFILE]}
    able = ["render.warp@studio", "speak"]
    workers.register(farm.ledger, "one", capabilities=able, **told)  # type: ignore[arg-type]
    set_pool(farm.ledger, "studio", Change(lends=True), by="anna")
    with farm.ledger.write("department") as connection:
        connection.execute(insert(departments).values(name="training", weight=1_000_000))
    sow(farm, rows(3), department="training")
    spoken = "SELECT s.id FROM steps s WHERE s.stage = 'speak' AND s.department_id = 2 ORDER BY s.id"
    first = ask(farm, spoken)[0][0]
    dispatcher = make(pace=replace(_PACE, expiry_s=30.0))
    dispatcher.turn()
    sent = (queued(client), queued(client, "render.warp@studio"))
    assert sent == ([first], []), "training had nothing yet"
    with farm.ledger.write("department") as connection:
        connection.execute(update(departments).where(departments.c.id == 2).values(weight=1))
        told_ = {
            "step_id": first,
            "number": 9,
            "worker": "w",
            "device": "d",
            "outcome": "ok",
            "machine_ms": 1,
        }
        now = farm.ledger.clock()
        connection.execute(
            insert(attempts).values(**told_, held_ms=10_000_000, started_at=now - 10_000_000, ended_at=now)
        )
    operations.pause(farm.ledger, [one(farm, "SELECT job_id FROM steps WHERE id = :id", id=first)], by="t")  # type: ignore[list-item]
    client.flushdb()
    dispatcher.turn()
    assert (queued(client), queued(client, "render.warp@studio")) == ([], [lent])


def test_what_idle_workers_do_not_take_goes_elsewhere(farm: Farm, client: redis.Redis, make: Make) -> None:
    """A second is enough for who is idle: a film waits for no worker that has got its own work since."""
    (step,) = plan(farm, 1, PROFILE)
    told = {"host": "here", "device": "cpu", "profiles": [PROFILE]}
    workers.register(farm.ledger, "one", capabilities=["render.warp@studio"], **told)  # type: ignore[arg-type]
    set_pool(farm.ledger, "studio", Change(lends=True), by="anna")
    dispatcher = make(pace=replace(_PACE, expiry_s=30.0))
    dispatcher.turn()
    assert queued(client, "render.warp@studio") == [step]
    workers.drain(farm.ledger, "one", draining=True)
    workers.register(farm.ledger, "two", capabilities=["render.warp"], **told)  # type: ignore[arg-type]
    wait_for(lambda: dispatcher.turn() or queued(client, "render.warp") == [step], seconds=5)


def test_films_that_nobody_renders_any_more_are_planned_anew(
    farm: Farm, client: redis.Redis, make: Make
) -> None:
    """Not at once, for a worker may be on its way back; then with the profile of those who are there.

    Films of another version of the engine, which nobody has either, stay as they are.
    """
    old = plan(farm, 3, PROFILE)
    kept = plan(farm, 1, NEXT_PROFILE)
    capabilities = ["render.warp"]
    employ(farm, "old")
    dispatcher = make(pace=replace(_PACE, interval_s=0.05, expiry_s=30, resend_s=0.0, replan_s=0.4))
    began = time.monotonic()
    dispatcher.turn()
    workers.leave(farm.ledger, "old")
    workers.register(
        farm.ledger, "new", host="here", device="cpu", capabilities=capabilities, profiles=[_AGAIN]
    )
    ours = {profile_digest(_AGAIN), profile_digest(NEXT_PROFILE)}

    def planned_anew() -> bool:
        dispatcher.turn()
        return {found for (found,) in ask(farm, "SELECT profile FROM steps WHERE stage = 'render'")} == ours

    wait_for(planned_anew, seconds=10)
    assert time.monotonic() - began > 0.4
    wait_for(lambda: dispatcher.turn() or set(queued(client, "render.warp")) >= set(old), seconds=5)
    for step in old:
        claim = claims.claim(farm.ledger, step, worker="new", capabilities=capabilities, profiles=[_AGAIN])
        assert claim is not None
        assert claim.profile == _AGAIN
    profiles = [NEXT_PROFILE]
    assert claims.claim(farm.ledger, *kept, worker="later", capabilities=capabilities, profiles=profiles)


def test_rendering_is_called_back_when_its_window_shuts(farm: Farm, make: Make) -> None:
    """While it is open nobody is; a change of its times holds at the next look."""
    windows.add_window(farm.ledger, "night", parse("all day", "UTC"), by="anna")
    (step,) = plan(farm, 1, PROFILE)
    with farm.ledger.write("test") as connection:
        connection.execute(update(steps).values(window="night"))
    claimed = claims.claim(farm.ledger, step, worker="v", capabilities=["render.warp"], profiles=[PROFILE])
    assert claimed is not None
    dispatcher = make()
    dispatcher.turn()
    assert not claims.beat(farm.ledger, "v", claimed.holding).leave
    hour = datetime.now(UTC).hour
    later = parse(f"{(hour + 10) % 24}:00-{(hour + 14) % 24}:00", "UTC")
    windows.set_window(farm.ledger, "night", later, by="anna")
    dispatcher.turn()
    assert claims.beat(farm.ledger, "v", claimed.holding).leave == "farm-window-closed"


def test_a_paused_job_is_not_sent(farm: Farm, client: redis.Redis, make: Make) -> None:
    """A pause holds at once for everything that is not on its way."""
    employ(farm, "one")
    batch = sow(farm, rows(3))
    operations.pause(farm.ledger, operations.jobs_of(farm.ledger, batch), by="test")
    make().turn()
    assert queued(client) == []


def test_a_hold_ends_when_its_time_has_come(
    farm: Farm, client: redis.Redis, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for a time is sent soon after it; what waits for somebody goes on waiting."""
    employ(farm, "one")
    for_a_while, for_somebody = sow(farm, rows(1)), sow(farm, rows(1))
    soon = farm.ledger.clock() + 60_000
    for batch, until in ((for_a_while, soon), (for_somebody, None)):
        jobs = operations.jobs_of(farm.ledger, batch)
        operations.hold(farm.ledger, jobs, by="test", until=until)
    dispatcher = make()
    dispatcher.turn()
    assert queued(client) == []
    monkeypatch.setattr(farm.ledger, "clock", lambda: soon + 1)
    dispatcher.turn()
    assert ask(farm, "SELECT batch_id FROM steps WHERE published_at > 0") == [(for_a_while,)]


def test_the_leader_sweeps_now_and_then(farm: Farm, client: redis.Redis, make: Make) -> None:
    """What nobody needs leaves the store by itself, once it is old; what is young or needed stays."""
    client.ping()
    sow(farm, rows(1))
    kept = sorted(found.path for found in farm.store.walk())
    old = farm.store.put(Kind.SPEECH, "a" * 64, ".bin", lambda part: part.write_bytes(b"old") and None)
    dispatcher = make()
    dispatcher.turn()
    for found in farm.store.walk():
        os.utime(farm.store.root / found.path, (1, 1))
    farm.store.put(Kind.SPEECH, "b" * 64, ".bin", lambda part: part.write_bytes(b"young") and None)
    wait_for(lambda: dispatcher.turn() or not (farm.store.root / old.path).exists(), seconds=20)
    left = sorted(found.path for found in farm.store.walk())
    assert [path for path in left if path in kept] == kept
    assert len(left) == len(kept) + 1


def test_a_chore_that_fails_or_takes_long_stops_nothing() -> None:
    """The dispatcher goes on meanwhile; it runs once at a time, and is tried again whatever went wrong."""
    begun: list[threading.Event] = []

    def act() -> None:
        begun.append(threading.Event())
        if len(begun) == 1:
            raise AwayError("store-away", reason="gone")
        if len(begun) == 2:
            raise ZeroDivisionError
        begun[-1].wait(20)

    chore = Chore("sweeping", act, every_s=0.0)
    wait_for(lambda: chore.turn() or len(begun) == 3, seconds=5)
    for _ in range(5):
        chore.turn()
    assert len(begun) == 3
    begun[-1].set()
    chore.close()


def test_a_redis_that_forgot_everything_is_filled_anew(farm: Farm, client: redis.Redis, make: Make) -> None:
    """FLUSHALL costs one look."""
    employ(farm, "one")
    sow(farm, rows(2))
    dispatcher = make()
    dispatcher.turn()
    before = queued(client)
    client.flushall()
    assert queued(client) == []
    dispatcher.turn()
    assert queued(client) == before != []


def test_a_message_that_nobody_took_is_sent_again(farm: Farm, client: redis.Redis, make: Make) -> None:
    """A lost message costs its patience, not the film."""
    employ(farm, "one")
    sow(farm, rows(1))
    dispatcher = make(pace=Pace(interval_s=0.0, expiry_s=5, surplus=2, poison_deaths=3, resend_s=0.05))
    dispatcher.turn()
    (step,) = queued(client)
    client.delete(queue_of("speak") + "\x06\x164")
    time.sleep(0.1)
    dispatcher.turn()
    assert queued(client) == [step]


def test_a_redis_that_is_away_stops_nothing_for_good(farm: Farm, client: redis.Redis, make: Make) -> None:
    """No crash, and nothing counts as sent that was not."""
    employ(farm, "one")
    sow(farm, rows(2))
    lost = make(url=f"redis://127.0.0.1:{free_port(0)}/0")
    lost.turn()
    assert one(farm, "SELECT count(*) FROM steps WHERE published_at > 0") == 0
    answers = iter((False, True))
    lost.run(lambda: next(answers))
    make("other").turn()
    assert len(queued(client)) == 2


def test_a_step_is_taken_from_a_worker_that_is_silent_and_from_no_other(farm: Farm, make: Make) -> None:
    """A lease that stands still for its time is lost, without using up a retry; one that moves is not.

    What the silent one may have taken from Redis besides is sent again.
    """
    employ(farm, "silent", "lively")
    sow(farm, rows(3))
    first, second, third = (
        row[0] for row in ask(farm, "SELECT id FROM steps WHERE stage = 'speak' ORDER BY id")
    )
    lost = claims.claim(farm.ledger, int(str(first)), worker="silent", capabilities=_EVERYTHING)
    kept = claims.claim(farm.ledger, int(str(second)), worker="lively", capabilities=_EVERYTHING)
    assert lost is not None
    assert kept is not None
    dispatcher = make()
    dispatcher.turn()
    sent = one(farm, "SELECT published_at FROM steps WHERE id = :step", step=third)
    assert sent != 0
    until = time.monotonic() + 1.0
    while time.monotonic() < until:
        dispatcher.turn()
        heard = claims.beat(farm.ledger, "lively", kept.holding)
        assert heard.mine
        time.sleep(0.05)
    state = dict(ask(farm, "SELECT id, state FROM steps WHERE stage = 'speak'"))
    assert state == {first: "ready", second: "running", third: "ready"}
    outcome = "SELECT outcome FROM attempts WHERE step_id = :step"
    assert one(farm, outcome, step=first) == "lost"
    assert one(farm, "SELECT failures FROM steps WHERE id = :step", step=first) == 0
    assert dict(ask(farm, "SELECT name, alive FROM workers")) == {"silent": 0, "lively": 1}
    assert not claims.beat(farm.ledger, "silent", lost.holding).mine
    assert one(farm, "SELECT published_at FROM steps WHERE id = :step", step=third) not in {0, sent}


def test_one_leads_and_another_takes_over_when_it_is_gone(farm: Farm, make: Make) -> None:
    """A leader that is silent is followed after one lease, one that resigns at once."""
    leader = "SELECT holder FROM leaders"
    first, second = make("first"), make("second")
    first.turn()
    second.turn()
    assert one(farm, leader) == "first"
    until = time.monotonic() + 0.6
    while time.monotonic() < until:
        first.turn()
        second.turn()
        time.sleep(0.05)
    assert one(farm, leader) == "first"
    until = time.monotonic() + 5
    while one(farm, leader) == "first":
        assert time.monotonic() < until
        second.turn()
        time.sleep(0.05)
    assert one(farm, leader) == "second"
    second.run(lambda: True)
    first.turn()
    assert one(farm, leader) == "first"


def test_a_host_that_is_lost_with_its_leader_is_waited_for_once(farm: Farm, make: Make) -> None:
    """Who takes the lead takes the steps of the lost at once: it has watched their leases all the while."""
    employ(farm, "lost")
    sow(farm, rows(1))
    ((step,),) = ask(farm, "SELECT id FROM steps WHERE stage = 'speak'")
    claim = claims.claim(farm.ledger, int(str(step)), worker="lost", capabilities=_EVERYTHING)
    assert claim is not None
    first, second = make("first"), make("second")
    first.turn()
    until = time.monotonic() + 5
    while one(farm, "SELECT holder FROM leaders") == "first":
        assert time.monotonic() < until
        second.turn()
        time.sleep(0.05)
    assert one(farm, "SELECT state FROM steps WHERE stage = 'speak'") == "ready"


def test_a_lost_lease_is_seen_when_it_ends(farm: Farm, make: Make) -> None:
    """However seldom a dispatcher looks, and whoever rings: it looks when a lease can have run out."""
    employ(farm, "lost")
    sow(farm, rows(1))
    ((step,),) = ask(farm, "SELECT id FROM steps WHERE stage = 'speak'")
    assert claims.claim(farm.ledger, int(str(step)), worker="lost", capabilities=_EVERYTHING) is not None
    dispatcher = make(pace=replace(_PACE, interval_s=2.0, expiry_s=2.2))
    ended = threading.Event()
    running = threading.Thread(target=dispatcher.run, args=(ended.is_set,))
    running.start()
    begun = time.monotonic()
    try:
        wait_for(lambda: one(farm, "SELECT state FROM steps WHERE stage = 'speak'") == "ready", seconds=10)
        taken_s = time.monotonic() - begun
    finally:
        ended.set()
        running.join()
    assert taken_s < 3.9, "not at the third look, which would be after four seconds"


def test_whether_it_leads_and_what_keeps_it_is_heard_at_each_look(farm: Farm, redis_url: str) -> None:
    """A Redis that is away keeps nobody from leading; who watches a leader leads not."""
    heard: dict[str, tuple[bool, str]] = {}

    def made(name: str, url: str) -> Dispatcher:
        app = make_app(url, time_limit_s=60, steps_per_child=10, waits=False)

        def stands(trouble: str, *, leading: bool) -> None:
            heard[name] = leading, trouble.partition(":")[0]

        return Dispatcher(farm.ledger, app, Bell(url), [], name=name, pace=_PACE, stands=stands)

    away = f"redis://127.0.0.1:{free_port(0)}/0"
    leader, deputy = made("leader", away), made("deputy", redis_url)
    for each in (leader, deputy):
        each.turn()
    assert heard == {"leader": (True, "redis"), "deputy": (False, "")}
