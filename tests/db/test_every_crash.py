"""One fixed history, killed at every point that it passes: whoever comes next loses and doubles nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from db import collect, departments, operations, quotas, roles, stops
from db.engine import connect
from db.prepared import run
from db.states import StopKind, StopScope
from db.tables import batches, jobs, metadata
from tests.db.auditor import audit_end, audit_standing
from tests.db.conftest import SCRATCH
from tests.db.disk import Disk, audit_shelves
from tests.db.ending import collect_at_last, settle
from tests.db.fuse import Fuse
from tests.db.history import SCENES, Company, Scene
from tests.db.offices import TURNS, Dispatcher
from tests.db.points import crash_points
from tests.db.values import digest
from tests.db.world import Worker, World, empty

#: Who may empty a ledger, by the URL of who may not.
_OWNERS: dict[str, Engine] = {}
#: Everything there is, in words.
State = str

_EVERY_ROW = [select(table) for table in metadata.sorted_tables]
_BATCHES = (
    select(batches.c.content, func.count(jobs.c.id).label("rows")).outerjoin(jobs).group_by(batches.c.id)
)
_UNFINISHED = select(jobs.c.id).where(jobs.c.archive != "archived")


@contextmanager
def _farm(engine: Engine, fuse: Fuse) -> Iterator[Company]:
    """An empty farm in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="lectern-crash-", dir=SCRATCH))
    try:
        # Which is more than the farm may do.
        empty(_OWNERS.get(engine.url.render_as_string(hide_password=False), engine))
        yield Company(World(engine=engine, folder=folder, fuse=fuse, doubled=False))
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def sqlite(make_sqlite: Callable[[], str]) -> Iterator[Engine]:
    """A ledger on SQLite."""
    engine = connect(make_sqlite())
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def postgresql(make_postgresql: Callable[[], str]) -> Iterator[Engine]:
    """A ledger on PostgreSQL, as the farm's own role: no transaction of any history needs another right."""
    owner = connect(make_postgresql())
    roles.apply(owner, {})
    url = owner.url.set(username=roles.FARM).render_as_string(hide_password=False)
    engine = connect(url)
    _OWNERS[url] = owner
    yield engine
    del _OWNERS[url]
    engine.dispose()
    owner.dispose()


@pytest.fixture(scope="module")
def soonest(make_sqlite: Callable[[], str]) -> dict[str, Scene]:
    """The scene in which the earliest of all points of a name is: there is the least to live through before.

    Every scene passes the same on either database, as the tests show that use this.
    """
    engine = connect(make_sqlite())
    found: dict[str, tuple[int, Scene]] = {}
    for scene in SCENES:
        for point, name in _first_of_each(_passed(engine, scene)).items():
            if name not in found or point < found[name][0]:
                found[name] = (point, scene)
    engine.dispose()
    assert set(found) == crash_points()
    return {name: scene for name, (_, scene) in found.items()}


def _passed(engine: Engine, scene: Scene) -> dict[int, str]:
    """The points that a scene passes, by their number, when nobody is killed."""
    fuse = Fuse()
    with _farm(engine, fuse) as company:
        scene(company)
        return dict(list(enumerate(fuse.passed))[company.opening :])


def _live_on_after(engine: Engine, scene: Scene, point: int, proven: AbstractSet[State]) -> State:
    """Kill who passes a point of a scene; others go on, and at the end the auditor looks.

    Where the point leaves everything exactly as one that was proven, nothing else could come of it.
    """
    fuse = Fuse()
    with _farm(engine, fuse) as company:
        reached = False
        with fuse.lit(point - len(fuse.passed)):
            scene(company)
            reached = True
        assert not reached, "nobody was killed"
        if company.acting is not None:
            company.acting.die()
        state = _state(company)
        if state not in proven:
            # What else the process was connected to is dropped too.
            company.world.ledger.close()
            if company.key_left:
                collect.drop_stale_keys(company.world.ledger)
            _go_on(company)
            collect_at_last(company.world)
            audit_end(company.world, all_completed=True)
        return state


def _state(company: Company) -> State:
    """Every row, every file and everybody who lives; half-written files bear names that mean nothing."""
    world = company.world
    with world.ledger.read() as connection:
        rows = [run(connection, every, {}).rows for every in _EVERY_ROW]
    files = sorted(
        (path.parent if path.name.endswith(".part") else path, path.stat().st_size)
        for path in world.folder.rglob("*")
    )
    alive = [(each.name, each.at, each.claim) for each in (company.one, company.two)]
    named = [(str(path.relative_to(world.folder)), size) for path, size in files]
    return repr((rows, named, alive, company.leader.name, company.leader.leading, company.orders))


def _go_on(company: Company) -> None:
    """Another dispatcher and another worker bring everything to its end; who still lives comes late."""
    world = company.world
    audit_standing(world.ledger, world.store, world.damaged, world.scripts)
    # Whoever heard no answer asks once more.
    company.submit_again()
    _audit_orders(company)
    if company.pooled:
        world.hand_over("")
    if company.limited:
        departments.change(world.ledger, "default", {"films": None}, by="olga")
        quotas.release(world.ledger)
    newcomer = Dispatcher(world, "newcomer")
    for _ in range(TURNS):
        newcomer.turn()
    assert newcomer.leading, "nobody leads after a leader was killed"
    late = [company.one, company.two]
    settle(world, Worker("cpu2@here"), late)
    stops.lift(world.ledger, StopScope.DEPARTMENT, "default", StopKind, by="anna")
    while unfinished := _unfinished(world):
        operations.resume(world.ledger, unfinished, by="anna")
        operations.start_after(world.ledger, unfinished, None, by="anna")
        operations.requeue(world.ledger, unfinished, by="anna")
        settle(world, Worker("cpu2@here"), late)


def _audit_orders(company: Company) -> None:
    """Every batch that was asked for is there, with all of its rows."""
    ordered = {digest(name): len(scripts) for name, scripts in company.orders.items()}
    with company.world.ledger.read() as connection:
        found = {(row.content, row.rows) for row in connection.execute(_BATCHES)}
    assert found == set(ordered.items()), "a batch was lost, or submitted by half"


def _unfinished(world: World) -> list[int]:
    with world.ledger.read() as connection:
        return list(connection.execute(_UNFINISHED).scalars())


def _kill_at(engine: Engine, scene: Scene, points: dict[int, str]) -> None:
    proven: set[State] = set()
    for point, name in points.items():
        try:
            proven.add(_live_on_after(engine, scene, point, proven))
        except Exception as error:
            error.add_note(f"killed at point {point} of {scene.__name__}: {name}")
            raise


def _first_of_each(points: dict[int, str]) -> dict[int, str]:
    """Each name's first passing."""
    firsts = {name: point for point, name in reversed(points.items())}
    return {point: points[point] for point in sorted(firsts.values())}


@pytest.mark.parametrize("scene", SCENES)
def test_a_kill_at_each_point_loses_nothing_on_sqlite(sqlite: Engine, scene: Scene) -> None:
    """At the first passing of each point: every job becomes one film, once, with no rest."""
    _kill_at(sqlite, scene, _first_of_each(_passed(sqlite, scene)))


@pytest.mark.soak
@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("ledger", ["sqlite", "postgresql"])
def test_a_kill_at_any_point_loses_nothing(request: pytest.FixtureRequest, ledger: str, scene: Scene) -> None:
    """At every single passing of every point."""
    engine: Engine = request.getfixturevalue(ledger)
    _kill_at(engine, scene, _passed(engine, scene))


@pytest.mark.parametrize("scene", SCENES)
def test_a_kill_at_every_kind_of_point_loses_nothing_on_postgresql(
    postgresql: Engine, scene: Scene, soonest: dict[str, Scene]
) -> None:
    """The same on PostgreSQL, in all scenes together once at every name that a point of the source has."""
    here = {name for name, of in soonest.items() if of is scene}
    firsts = _first_of_each(_passed(postgresql, scene))
    chosen = {point: name for point, name in firsts.items() if name in here}
    assert set(chosen.values()) == here
    _kill_at(postgresql, scene, chosen)


def test_what_the_ledger_says_would_survive_a_power_cut(
    sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each commit, what is accepted or delivered is durable; a film is never seen alone.

    The history that is killed above passes every point that the source has.
    """
    disk = Disk()
    monkeypatch.setattr(os, "fsync", disk.fsync)
    passed: set[str] = set()

    class Witness(Fuse):
        """Looks at the files at every point."""

        world: World | None = None

        def __call__(self, point: str) -> None:
            super().__call__(point)
            if self.world is not None:
                audit_shelves(self.world)
                if point.endswith("-after-commit"):
                    disk.audit(self.world)

    for scene in SCENES:
        witness = Witness()
        with _farm(sqlite, witness) as company:
            witness.world = company.world
            scene(company)
            passed.update(witness.passed[company.opening :])
    assert passed == crash_points()
