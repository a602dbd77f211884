"""Keys: who makes one, and how what was made is accepted; all of it only while the maker's claim holds.

The claim's row is locked in the same statement, so that nobody takes the step away in between. PostgreSQL
accepts an artifact in one statement; SQLite, which knows no such statement and needs no locks, in a
transaction of several.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Exists,
    Select,
    and_,
    bindparam,
    case,
    delete,
    exists,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from db import rows
from db.ledger import Ledger
from db.prepared import run
from db.tables import artifacts, key_leases, makings, steps, uses
from db.values import Claim
from pipeline.plan.artifact import Artifact, Kind

_Asked = dict[str, str | int]

_STEP = bindparam("step", type_=steps.c.id.type)
_KIND = bindparam("kind_", type_=artifacts.c.kind.type)
_KEY = bindparam("key_", type_=artifacts.c.key.type)
_NOW = bindparam("now", type_=artifacts.c.made_at.type)
#: The key that is taken along with a put.
_NEXT = bindparam("next_", type_=artifacts.c.key.type)
_COST = bindparam("cost", type_=makings.c.machine_ms.type)
_MINE = select(steps.c.id, steps.c.fence, steps.c.job_id).where(rows.IS_HELD).with_for_update(key_share=True)
_mine = _MINE.cte("mine")
_lease = and_(key_leases.c.kind == _KIND, key_leases.c.key == _KEY)


def _accepted(key: BindParameter[str]) -> Exists:
    return exists().where(artifacts.c.kind == _KIND, artifacts.c.key == key, artifacts.c.struck == 0)


def _taking(inserter: rows.Inserter, key: BindParameter[str] = _KEY) -> ReturningInsert[int]:
    named = select(_KIND, key, _mine.c.id, _mine.c.fence).where(~_accepted(key))
    entered = inserter(key_leases).from_select(["kind", "key", "step_id", "fence"], named)
    return entered.on_conflict_do_nothing().returning(key_leases.c.step_id)


_TAKE = rows.per_dialect(_taking)
_OWNER = select(key_leases.c.step_id, key_leases.c.fence).where(_lease).with_for_update()
_IS_ALIVE = select(steps.c.id).where(rows.IS_HELD)
_INHERIT = update(key_leases).where(_lease).values(step_id=_STEP, fence=bindparam("held"))
_GIVE_UP = delete(key_leases).where(_lease, key_leases.c.step_id == _STEP)
_GIVE_UP_IF_MADE = _GIVE_UP.where(_accepted(_KEY))


def take(ledger: Ledger, claim: Claim, kind: Kind, key: str) -> bool:
    """Become the one maker of a key; False while another is making it, or has made it since.

    Raises:
        SupersededError: the claim holds no longer.
        AwayError: ``ledger-away``.
    """
    asked = _asked(claim, kind, key)
    # Most keys are free: that takes no transaction of several statements.
    if ledger.change("take", rows.spoken(ledger.engine, _TAKE), asked).rows:
        return ledger.is_sqlite or _still_to_make(ledger, asked)
    with ledger.write("take") as connection:
        if not run(connection, _MINE, asked).rows:
            raise rows.superseded(claim)
        return _inherit(connection, claim, asked)


def _still_to_make(ledger: Ledger, asked: _Asked) -> bool:
    """Whether a key that was just taken on PostgreSQL is not made yet; it is given up otherwise.

    The statement that took it may have looked for what is made before somebody put it, and for the lease
    after that. Whoever looks once more, now that the key is taken, sees it.
    """
    return not ledger.change("take", _GIVE_UP_IF_MADE, asked).rowcount


def _inherit(connection: Connection, claim: Claim, asked: _Asked) -> bool:
    """Take a key from one whose claim has ended; False: another makes it, or it is made."""
    owner = run(connection, _OWNER, asked).first()
    if owner is None:
        # It is made, or was given up a moment ago: whoever asks next finds it, or takes it.
        return False
    if (owner.step_id, owner.fence) != (claim.step, claim.fence):
        if run(connection, _IS_ALIVE, {"step": owner.step_id, "held": owner.fence}).rows:
            return False
        run(connection, _INHERIT, asked)
    return not run(connection, _GIVE_UP_IF_MADE, asked).rowcount


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


def _accepting() -> Select[int]:
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
_taken = _taking(postgresql.insert, _NEXT).cte("taken")
_ACCEPT_AND_TAKE = _accepting().add_columns(exists(select(_taken.c.step_id)).label("taken"))
_ENTER = _entering(sqlite.insert)
_USE = sqlite.insert(uses).on_conflict_do_nothing()
_SPEND = sqlite.insert(makings).on_conflict_do_nothing()


def accept(
    ledger: Ledger, claim: Claim, artifact: Artifact, machine_ms: int, *, then: str | None = None
) -> bool:
    """Have what a claim made accepted, with its cost, and give up its key; all of it may be done twice.

    A key that is accepted already keeps what it has, a struck one gets the new file.

    Args:
        ledger: the ledger.
        claim: whose work it is.
        artifact: what was made.
        machine_ms: what it has cost.
        then: a key of the same kind that is taken along, as `take` does.

    Returns:
        Whether `then` was taken.

    Raises:
        SupersededError: the claim holds no longer; nothing was written, or `then` was not taken.
        AwayError: ``ledger-away``.
    """
    told = {
        **_asked(claim, artifact.kind, artifact.key),
        "digest": artifact.digest,
        "size": artifact.size,
        "suffix": artifact.suffix,
        "now": ledger.clock(),
    }
    if ledger.is_sqlite:
        return _accept_on_sqlite(ledger, claim, told, machine_ms, then)
    told |= {"cost": machine_ms}
    if then is None:
        if not ledger.change("put", _ACCEPT, told).rows:
            raise rows.superseded(claim)
        return False
    put = ledger.change("put", _ACCEPT_AND_TAKE, {**told, "next_": then}).first()
    if put is None:
        raise rows.superseded(claim)
    if not put.taken:
        return take(ledger, claim, artifact.kind, then)
    return _still_to_make(ledger, {**told, "key_": then})


def _accept_on_sqlite(ledger: Ledger, claim: Claim, told: _Asked, cost: int, then: str | None) -> bool:
    with ledger.write("put") as connection:
        entered = run(connection, _ENTER, told).scalar()
        if entered is None:
            raise rows.superseded(claim)
        run(connection, _USE, {"step_id": claim.step, "artifact_id": entered, "job_id": claim.job})
        made = {"kind": told["kind_"], "key": told["key_"], "made_at": told["now"]}
        made |= {"step_id": claim.step, "number": claim.fence, "machine_ms": cost}
        run(connection, _SPEND, made)
        run(connection, _GIVE_UP, told)
        if then is None:
            return False
        asked = {**told, "key_": then}
        return bool(run(connection, _TAKE["sqlite"], asked).rows) or _inherit(connection, claim, asked)


def _asked(claim: Claim, kind: Kind, key: str) -> _Asked:
    return {"step": claim.step, "held": claim.fence, "kind_": kind.value, "key_": key}
