"""A ledger that is locked, killed, cut off, or that answers nothing to a COMMIT."""

from __future__ import annotations

import sqlite3
import time
from random import Random

from tests.faults.ground import Ground, until
from tests.faults.kinds.kind import Clock, Effect, FaultKind, Need
from tests.faults.server import Server


def _lock(ground: Ground, chance: Random) -> Effect:
    """A stranger holds SQLite's one lock for writing."""
    ground.rendering(ground.sow(3))
    connection = sqlite3.connect(ground.home / "ledger.sqlite3", timeout=30, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    time.sleep(chance.uniform(1, 1 + ground.settings.lease.expiry_s))
    connection.execute("ROLLBACK")
    connection.close()
    ground.begun(ground.sow(1))
    return Effect()


def _kill(ground: Ground, chance: Random) -> Effect:
    ground.rendering(ground.sow(3))
    server = _server(ground)
    server.kill()
    since = time.monotonic()
    time.sleep(chance.uniform(0, 2))
    server.start()
    before = _written(ground)
    until(lambda: _written(ground) > before, "something is written again")
    return Effect(clock=Clock.DATABASE, seconds=time.monotonic() - since)


def _cut(ground: Ground, chance: Random) -> Effect:
    ground.rendering(ground.sow(3))
    for _ in range(3):
        _server(ground).door.cut()
        time.sleep(chance.uniform(0, 0.5))
    ground.begun(ground.sow(1))
    return Effect()


def _lose_answer(ground: Ground, chance: Random) -> Effect:
    job = ground.sow()
    ground.rendering(job)
    door = _server(ground).door
    wanted = door.lost + chance.randrange(1, 6)
    door.lose_commits(wanted - door.lost)
    until(lambda: door.lost >= wanted, "answers to COMMITs are lost")
    return Effect()


def _written(ground: Ground) -> int:
    """A number that grows with all that workers write: beats, claims and commits."""
    ((count,),) = ground.ask("SELECT coalesce(sum(counter), 0) FROM workers")
    return int(str(count))


def _server(ground: Ground) -> Server:
    assert ground.server is not None
    return ground.server


_POSTGRESQL = (Need.POSTGRESQL,)
KINDS = (
    FaultKind(
        name="sqlite-locked",
        words="a stranger's transaction locks SQLite, up to a lease's length and more",
        inflict=_lock,
        needs=(Need.SQLITE,),
    ),
    FaultKind(
        name="postgresql-killed",
        words="kill -9 of PostgreSQL; it is started again",
        inflict=_kill,
        needs=_POSTGRESQL,
    ),
    FaultKind(
        name="postgresql-cut",
        words="every connection to PostgreSQL cut, three times",
        inflict=_cut,
        needs=_POSTGRESQL,
    ),
    FaultKind(
        name="commit-unanswered",
        words="COMMITs that succeed and whose answer is lost",
        inflict=_lose_answer,
        needs=_POSTGRESQL,
    ),
)
