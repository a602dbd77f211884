"""The promises of the farm, whatever happens in whatever order: nothing is lost, doubled or left over."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture.providers import HypothesisProvider
from hypothesis.stateful import run_state_machine_as_test

from db.engine import connect
from tests.db.auditor import audit_standing
from tests.db.fuse import Fuse, Killed
from tests.db.machine import Farm
from tests.db.moves import CLEARINGS
from tests.db.points import transactions
from tests.db.tour import Tour
from tests.db.watching import known, seen, watch
from tests.db.world import Worker, World

#: Only on PostgreSQL, and only when a take and a cancel meet in one instant, is there such a key to drop;
#: `test_every_crash` leaves one by hand.
_NEVER_HERE = {"drop-stale-keys"}


@pytest.fixture(autouse=True)
def _the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have what is drawn depend on nothing but the rules.

    Hypothesis now and then draws a number that it has read in the source of a module, of whichever happen
    to be loaded.
    """
    monkeypatch.setattr(HypothesisProvider, "_maybe_draw_constant", lambda *_, **__: None)


def campaign(url: str, *, examples: int, steps_each: int, derandomize: bool) -> None:
    """Live through so many histories of so many acts each."""
    engine = connect(url)
    if engine.dialect.name == "sqlite":
        watch(engine)
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps_each,
        deadline=None,
        derandomize=derandomize,
        database=None,
        print_blob=True,
        # Making a failure smaller takes longer than a run of the suite may; the long campaign does it.
        phases=(Phase.generate,) if derandomize else tuple(Phase),
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(
            type("Campaign", (Farm,), {"engine": engine, "passed": set()}), settings=chosen
        )
        if engine.dialect.name == "sqlite":
            assert seen(engine) <= known(), "a change of state that the drawing does not know"
    finally:
        engine.dispose()


def test_nothing_is_lost_on_sqlite(make_sqlite: Callable[[], str]) -> None:
    """Every job ends, with one film, one name and no rest."""
    campaign(make_sqlite(), examples=10, steps_each=40, derandomize=True)


def test_nothing_is_lost_on_postgresql(make_postgresql: Callable[[], str]) -> None:
    """The same holds on PostgreSQL."""
    campaign(make_postgresql(), examples=4, steps_each=40, derandomize=True)


def test_every_transaction_has_its_part_in_what_may_happen(make_sqlite: Callable[[], str]) -> None:
    """Chance may leave out what is drawn seldom; led past everything, a farm leaves out nothing."""
    engine = connect(make_sqlite())
    watch(engine)
    passed: set[str] = set()
    tour: Tour = type("History", (Tour,), {"engine": engine, "passed": passed})()
    try:
        tour.go()
    finally:
        tour.teardown()
        engine.dispose()
    assert seen(engine) <= known()
    done = {name for name in transactions() if f"{name}-after-commit" in passed}
    assert done == transactions() - _NEVER_HERE


@pytest.mark.parametrize("moment", CLEARINGS)
def test_what_is_wanted_again_while_it_is_cleared_away_is_there(
    make_sqlite: Callable[[], str], moment: tuple[str, str]
) -> None:
    """Wherever gc and a worker meet over what is old, the worker ends with files that exist."""
    engine = connect(make_sqlite())
    farm: Farm = type("History", (Farm,), {"engine": engine, "passed": set()})()
    try:
        farm.submit(batch=("a",))
        farm.come_back_for(moment=moment, fuse=None)
        farm.stand()
    finally:
        farm.teardown()
        engine.dispose()


class _KilledAt(Fuse):
    """Kills, once, whoever passes the point of a given name."""

    point = ""

    def __call__(self, point: str) -> None:
        """Pass a point, or be killed there."""
        if point == self.point:
            self.point = ""
            raise Killed(point)


@pytest.mark.parametrize("point", ["store-part-synced", "store-linked", "store-folder-synced"])
def test_what_a_dead_worker_had_put_stays_for_the_next_one(
    make_sqlite: Callable[[], str], tmp_path: Path, point: str
) -> None:
    """Whoever puts once more what a dead worker has left behind keeps it, however long the work takes."""
    engine = connect(make_sqlite())
    fuse = _KilledAt()
    world = World(engine=engine, folder=tmp_path, fuse=fuse)
    world.submit(("a",), "batch")
    (step,) = world.look("speak", 1)
    fuse.point = point
    for name in ("cpu0@here", "cpu2@here"):
        worker = Worker(name)
        world.claim(worker, step)
        with world.fuse.lit(None):
            while worker.at != "made":
                world.go_on(worker)
        world.read_leases()
        if worker.at != "made":
            world.expire(world.readings[-1])
    world.pass_day()
    world.collect()
    while worker.work is not None:
        world.go_on(worker)
    audit_standing(world.ledger, world.store, world.damaged, world.scripts)
    engine.dispose()


@pytest.mark.soak
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_nothing_is_lost_in_a_long_campaign(database: str, request: pytest.FixtureRequest) -> None:
    """The same holds over random histories, each twice as long, for as many minutes as are asked for."""
    make: Callable[[], str] = request.getfixturevalue(f"make_{database}")
    url = make()
    until = time.monotonic() + 60 * float(os.environ.get("SOAK_MINUTES", "25"))
    while time.monotonic() < until:
        campaign(url, examples=20, steps_each=80, derandomize=False)
