"""Pools as operators set them, on either database: nothing that nobody said, and never a circle."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from sqlalchemy import insert, select

from db import auditing, cards, pools, posts, tables, workers
from db.ledger import Ledger
from db.pools import Change, Pool
from db.states import CardState, WorkerOrder
from db.tables import departments
from db.values import Skill
from farm.policy.lending import Dealing
from pipeline.plan.errors import InputError
from tests.db.values import OTHER, PROFILE, SKILLS, WORKER


def test_a_pool_is_as_it_was_set_and_the_audit_tells_both(ledger: Ledger) -> None:
    """What is not named stays; what changes nothing is no act; a stand-by is taken away by an empty one."""
    assert pools.read_pools(ledger) == {}
    pools.set_pool(ledger, "studio", Change(lends=True, preload=("gan", "gan")), by="anna")
    before, after = pools.set_pool(ledger, "studio", Change(standby="Any"), by="bo")
    assert before == Pool(name="studio", dealing=Dealing(lends=True), preload=("gan",))
    assert after == replace(before, dealing=Dealing(lends=True, standby=""))
    assert pools.read_pools(ledger) == {"studio": after}
    assert pools.set_pool(ledger, "studio", Change(lends=True), by="bo") == (after, after)
    pools.set_pool(ledger, "studio", Change(standby="", preload=()), by="bo")
    pools.set_pool(ledger, "", Change(lends=True), by="bo")
    assert pools.read_dealings(ledger) == {"": Dealing(lends=True), "studio": Dealing(lends=True)}
    acts = [(each.by, each.verb, each.detail) for each in auditing.read_audit(ledger, limit=9)][::-1]
    assert acts[1] == (
        "bo",
        "pool-set",
        "studio: lends, standby -, preload gan -> lends, standby any, preload gan",
    )
    assert len(acts) == 4


def test_no_two_pools_stand_by_for_each_other(ledger: Ledger) -> None:
    """Also where two operators say so in the same moment; a name that is none is refused."""
    with pytest.raises(InputError, match="pool-own-standby"):
        pools.set_pool(ledger, "", Change(standby="any"), by="anna")
    with pytest.raises(InputError, match="pool-name-wrong"):
        pools.set_pool(ledger, "a", Change(standby="b c"), by="anna")
    refused: list[str] = []

    def stand_by() -> None:
        with pytest.raises(InputError) as caught:
            pools.set_pool(ledger, "a", Change(standby="b"), by="anna")
        refused.append(caught.value.code)

    with ledger.write("set-pool") as connection:
        connection.execute(select(departments.c.id).with_for_update())
        thread = threading.Thread(target=stand_by)
        thread.start()
        # It comes in the midst of another act, and has to wait for its end.
        thread.join(0.2)
        assert thread.is_alive()
        told = {"lends": 0, "preload": "", "by": "bo", "at": 1}
        connection.execute(insert(tables.pools).values(name="b", standby="a", **told))
    thread.join()
    assert refused == ["pool-circle"]


def test_only_who_takes_work_counts_for_a_pool(ledger: Ledger) -> None:
    """A card that is ill, an order, another version of the engine: for the pool it is as if nobody were."""
    able = Skill(capability="render.warp@a", profile=SKILLS["render.warp"].profile)

    def who(profile: str = able.profile) -> frozenset[str]:
        with ledger.read() as connection:
            return pools.able_in(connection, "render.warp", profile, ("a", "", "b"))

    assert who() == frozenset()
    told = {"host": "h", "capabilities": ["render.warp@a", "speak"], "profiles": [PROFILE]}
    workers.register(ledger, WORKER, device="GPU-1", **told)  # type: ignore[arg-type]
    workers.register(ledger, OTHER, device="GPU-2", **{**told, "capabilities": ["render.warp"]})  # type: ignore[arg-type]
    assert who() == {"a", ""}
    assert who("another version") == frozenset()
    cards.take_out(ledger, cards.Card(host="h", device="GPU-1", state=CardState.OUT, reason="card-hot"))
    assert who() == {""}
    cards.put_back(ledger, "h", "GPU-1")
    posts.order(ledger, OTHER, WorkerOrder.LOCK, reason="a test", by="anna")
    assert who() == {"a"}
    workers.leave(ledger, WORKER)
    assert who() == frozenset()
    assert pools.read_loads(ledger) == {}
