"""Workers that render other pools' films, on either database: what a late message meets is decided anew."""

from __future__ import annotations

from sqlalchemy import select

from db import blocks, claims, commits, pools, posts, standing, workers
from db.blocks import Block
from db.ledger import Ledger
from db.paces import read_pace, read_profile
from db.pools import Change, Load
from db.states import WorkerOrder
from db.tables import steps
from db.values import Claim
from pipeline.plan.faceway import FaceWay
from pipeline.plan.job import RenderProfile
from tests.db.acting import speak, take
from tests.db.values import CAPABILITIES, NEXT_PROFILE, OTHER, PROFILE, WORKER, submit

_STUDIO = ("render.warp@studio",)
_PLAIN = ("render.warp", "speak")


def _films(ledger: Ledger, *in_pools: str) -> list[int]:
    """A film for each pool, spoken; the first render step of each."""
    submit(ledger, [f"row {number}" for number, _ in enumerate(in_pools)])
    workers.register(ledger, "v", host="h", device="cpu", capabilities=CAPABILITIES, profiles=[PROFILE])
    for job, pool in enumerate(in_pools, 1):
        standing.set_to(ledger, [job], standing.Wish(pool=pool), by="anna")
        speak(ledger, take(ledger, "speak", worker="v"))
    workers.leave(ledger, "v")
    first = select(steps.c.id).where(steps.c.stage == "render", steps.c.index == 0).order_by(steps.c.job_id)
    with ledger.read() as connection:
        return list(connection.execute(first).scalars())


def _employ(ledger: Ledger) -> None:
    """One who is kept for the studio, and one who is kept for none."""
    for name, capabilities in ((WORKER, _STUDIO), (OTHER, _PLAIN)):
        workers.register(ledger, name, host="h", device="cpu", capabilities=capabilities, profiles=[PROFILE])


def _try(ledger: Ledger, step: int, worker: str = WORKER, profile: RenderProfile = PROFILE) -> Claim | None:
    able = _STUDIO if worker == WORKER else _PLAIN
    return claims.claim(ledger, step, worker=worker, capabilities=able, profiles=[profile])


def test_an_idle_worker_of_a_pool_that_lends_renders_for_others(ledger: Ledger) -> None:
    """Only where its pool lends, the film's version is its own, and it fails at nothing like it."""
    free, _ = _films(ledger, "", "")
    _employ(ledger)
    assert _try(ledger, free) is None, "nobody said so"
    pools.set_pool(ledger, "studio", Change(lends=True), by="anna")
    assert _try(ledger, free, profile=NEXT_PROFILE) is None
    kept = Block(worker=WORKER, capability=_STUDIO[0], until=ledger.clock() + 60_000, reason="face-failed")
    with ledger.write("keep") as connection:
        blocks.keep(connection, kept)
    assert _try(ledger, free) is None
    with ledger.write("lift") as connection:
        blocks.lift(connection, WORKER, ledger.clock())
    claim = _try(ledger, free)
    assert claim is not None
    assert pools.read_loads(ledger) == {"": Load(waiting=3, running=1), "studio": Load(lent=1)}


def test_own_work_is_taken_back_between_chunks(ledger: Ledger) -> None:
    """Who is lent takes nothing more for others once its own pool's film waits that it could do."""
    free, own = _films(ledger, "", "studio")
    _employ(ledger)
    pools.set_pool(ledger, "studio", Change(lends=True), by="anna")
    assert _try(ledger, free) is None, "its own film waits"
    mine = _try(ledger, own)
    assert mine is not None
    commits.release(ledger, mine, delay_ms=60_000)
    assert _try(ledger, free) is None, "its other chunk waits"
    other = _try(ledger, own + 1)
    assert other is not None
    assert _try(ledger, free) is not None, "nothing of its own may go now"


def test_a_film_in_another_version_of_its_pool_keeps_nobody(ledger: Ledger) -> None:
    """What waits and a worker could not do does not keep it from helping others."""
    free, own = _films(ledger, "", "studio")
    told = {"host": "h", "device": "cpu", "capabilities": _STUDIO}
    workers.register(ledger, WORKER, **told, profiles=[NEXT_PROFILE])  # type: ignore[arg-type]
    pools.set_pool(ledger, "studio", Change(lends=True), by="anna")
    assert _try(ledger, own, profile=NEXT_PROFILE) is None
    # Whose claim honours the film's version, although the skills tell of another one: only those count.
    assert _try(ledger, free) is not None


def test_a_standby_renders_until_one_of_the_pool_is_back(ledger: Ledger) -> None:
    """A worker that is locked counts for nothing, and at once again when it is not."""
    first, second = _films(ledger, "", "")
    _employ(ledger)
    pools.set_pool(ledger, "", Change(standby="studio"), by="anna")
    assert _try(ledger, first) is None, "somebody without a pool is there"
    posts.order(ledger, OTHER, WorkerOrder.LOCK, reason="a test", by="anna")
    assert _try(ledger, first) is not None
    posts.order(ledger, OTHER, WorkerOrder.NONE, reason="a test", by="anna")
    assert _try(ledger, second) is None
    assert _try(ledger, second, OTHER) is not None


def test_a_film_is_planned_as_those_render_who_stand_in(ledger: Ledger) -> None:
    """Its own pool's way first, then the stand-by's, then that of who lends."""
    told = {"host": "h", "device": "cpu"}
    workers.register(ledger, "a", **told, capabilities=["render.warp@a"], profiles=[NEXT_PROFILE])  # type: ignore[arg-type]
    pools.set_pool(ledger, "studio", Change(standby="a"), by="anna")
    assert pools.honoured_for(ledger, "render.warp@studio") == ((), (NEXT_PROFILE,))
    workers.register(ledger, "b", **told, capabilities=_STUDIO, profiles=[PROFILE])  # type: ignore[arg-type]
    pools.set_pool(ledger, "b", Change(lends=True), by="anna")
    assert pools.honoured_for(ledger, "render.warp@studio") == ((PROFILE,), (NEXT_PROFILE,), ())


def test_an_estimate_counts_those_who_help(ledger: Ledger) -> None:
    """A film whose pool has nobody is rendered by its stand-by, as that renders; else by its own alone."""
    told = {"host": "h", "device": "cpu", "profiles": [PROFILE]}
    workers.register(ledger, WORKER, capabilities=["render.warp@a"], **told)  # type: ignore[arg-type]
    assert read_pace(ledger, ["warp"], ["studio"]).hands == {}
    pools.set_pool(ledger, "studio", Change(standby="a"), by="anna")
    assert read_pace(ledger, ["warp"], ["studio"]).hands == {"cpu": 1}
    assert read_profile(ledger, FaceWay(engine="warp"), "studio") == PROFILE
    pools.set_pool(ledger, "a", Change(lends=True), by="anna")
    workers.register(ledger, OTHER, capabilities=_STUDIO, **{**told, "device": "GPU-1"})  # type: ignore[arg-type]
    assert read_pace(ledger, ["warp"], ["studio"]).hands == {"GPU-1": 1}
    assert read_pace(ledger, ["warp"], [""]).hands == {"cpu": 1}
