"""Keys: who makes one, and how what was made is accepted; all of it only while the maker's claim holds.

The claim's row is locked in the same statement, so that nobody takes the step away in between. PostgreSQL
accepts an artifact in one statement; SQLite, which knows no such statement and needs no locks, in a
transaction of several.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Executable, and_, bindparam, case, delete, exists, select, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from db import rows
from db.ledger import Ledger
from db.prepared import run
from db.states import StepState
from db.tables import artifacts, key_leases, makings, steps, uses
from db.values import Claim
from pipeline.plan.artifact import Artifact, Kind

_STEP = bindparam("step", type_=steps.c.id.type)
_KIND = bindparam("kind_", type_=artifacts.c.kind.type)
_KEY = bindparam("key_", type_=artifacts.c.key.type)
_NOW = bindparam("now", type_=artifacts.c.made_at.type)
_COST = bindparam("cost", type_=makings.c.machine_ms.type)
_running = and_(
    steps.c.id == _STEP, steps.c.fence == bindparam("held"), steps.c.state == StepState.RUNNING.value
)
_MINE = select(steps.c.id, steps.c.fence, steps.c.job_id).where(_running).with_for_update(key_share=True)
_mine = _MINE.cte("mine")
_lease = and_(key_leases.c.kind == _KIND, key_leases.c.key == _KEY)
_accepted = exists().where(artifacts.c.kind == _KIND, artifacts.c.key == _KEY, artifacts.c.struck == 0)


def _taking(inserter: rows.Inserter) -> Executable:
    named = select(_KIND, _KEY, _mine.c.id, _mine.c.fence).where(~_accepted)
    entered = inserter(key_leases).from_select(["kind", "key", "step_id", "fence"], named)
    return entered.on_conflict_do_nothing().returning(key_leases.c.step_id)


_TAKE = rows.per_dialect(_taking)
_OWNER = select(key_leases.c.step_id, key_leases.c.fence).where(_lease).with_for_update()
_IS_ALIVE = select(steps.c.id).where(_running)
_INHERIT = update(key_leases).where(_lease).values(step_id=_STEP, fence=bindparam("held"))
_GIVE_UP = delete(key_leases).where(_lease, key_leases.c.step_id == _STEP)
_GIVE_UP_IF_MADE = _GIVE_UP.where(_accepted)


def take(ledger: Ledger, claim: Claim, kind: Kind, key: str) -> bool:
    """Become the one maker of a key; False while another is making it, or has made it since.

    Raises:
        SupersededError: the claim holds no longer.
        AwayError: ``ledger-away``.
    """
    asked = _asked(claim, kind, key)
    # Most keys are free: that takes no transaction of several statements.
    if ledger.change("take", rows.spoken(ledger.engine, _TAKE), asked).rows:
        # PostgreSQL may have looked for what is made before somebody put it, and for the lease after that:
        # who looks once more, now that the key is ours, sees it.
        return ledger.is_sqlite or not ledger.change("take", _GIVE_UP_IF_MADE, asked).rowcount
    with ledger.write("take") as connection:
        if not run(connection, _MINE, asked).rows:
            raise rows.superseded(claim)
        if not _inherit(connection, claim, asked):
            return False
        return not run(connection, _GIVE_UP_IF_MADE, asked).rowcount


def _inherit(connection: Connection, claim: Claim, asked: dict[str, str | int]) -> bool:
    """Have a key's lease, in place of one whose claim has ended; False: another makes it, or nobody did."""
    owner = run(connection, _OWNER, asked).first()
    if owner is None:
        # It is made, or was given up a moment ago: whoever asks next finds it, or takes it.
        return False
    if (owner.step_id, owner.fence) == (claim.step, claim.fence):
        return True
    if run(connection, _IS_ALIVE, {"step": owner.step_id, "held": owner.fence}).rows:
        return False
    run(connection, _INHERIT, asked)
    return True


def _entering(inserter: rows.Inserter) -> ReturningInsert[int]:
    named: dict[str, Any] = {
        "kind": _KIND,
        "key": _KEY,
        "digest": bindparam("digest", type_=artifacts.c.digest.type),
        "size": bindparam("size", type_=artifacts.c.size.type),
        "suffix": bindparam("suffix", type_=artifacts.c.suffix.type),
        "struck": 0,
        "made_at": _NOW,
    }
    # Without a condition, SQLite would read the ON of what follows as a join's.
    made = select(*named.values()).select_from(_mine).where(true())
    entered = inserter(artifacts).from_select(list(named), made)
    fresh = {
        name: case((artifacts.c.struck == 1, entered.excluded[name]), else_=artifacts.c[name])
        for name in ("digest", "size", "suffix", "made_at")
    }
    # What is accepted stays as it is; to set it to what it is has its id come back all the same.
    return entered.on_conflict_do_update(
        index_elements=[artifacts.c.kind, artifacts.c.key], set_={**fresh, "struck": 0}
    ).returning(artifacts.c.id)


def _accepting() -> Executable:
    made = _entering(postgresql.insert).cte("made")
    used = select(_mine.c.id, made.c.id, _mine.c.job_id)
    cost = select(_mine.c.id, _mine.c.fence, _KIND, _KEY, _COST, _NOW)
    return select(made.c.id).add_cte(
        postgresql.insert(uses)
        .from_select(["step_id", "artifact_id", "job_id"], used)
        .on_conflict_do_nothing()
        .cte("used"),
        postgresql.insert(makings)
        .from_select(["step_id", "number", "kind", "key", "machine_ms", "made_at"], cost)
        .on_conflict_do_nothing()
        .cte("cost"),
        delete(key_leases).where(_lease, key_leases.c.step_id == _mine.c.id).cte("given_up"),
    )


_ACCEPT = _accepting()
_ENTER = _entering(sqlite.insert)
_USE = sqlite.insert(uses).on_conflict_do_nothing()
_SPEND = sqlite.insert(makings).on_conflict_do_nothing()


def accept(ledger: Ledger, claim: Claim, artifact: Artifact, machine_ms: int) -> None:
    """Have what a claim made accepted, with its cost, and give up its key; all of it may be done twice.

    A key that is accepted already keeps what it has, a struck one gets the new file.

    Raises:
        SupersededError: the claim holds no longer; nothing was written.
        AwayError: ``ledger-away``.
    """
    now = ledger.clock()
    asked = _asked(claim, artifact.kind, artifact.key)
    told = {**asked, "digest": artifact.digest, "size": artifact.size, "suffix": artifact.suffix, "now": now}
    if not ledger.is_sqlite:
        if not ledger.change("put", _ACCEPT, {**told, "cost": machine_ms}).rows:
            raise rows.superseded(claim)
        return
    with ledger.write("put") as connection:
        entered = run(connection, _ENTER, told).scalar()
        if entered is None:
            raise rows.superseded(claim)
        run(connection, _USE, {"step_id": claim.step, "artifact_id": entered, "job_id": claim.job})
        spent = {"kind": artifact.kind.value, "key": artifact.key, "machine_ms": machine_ms, "made_at": now}
        run(connection, _SPEND, {"step_id": claim.step, "number": claim.fence, **spent})
        run(connection, _GIVE_UP, asked)


def _asked(claim: Claim, kind: Kind, key: str) -> dict[str, str | int]:
    return {"step": claim.step, "held": claim.fence, "kind_": kind.value, "key_": key}
