"""Pools as operators have set them: what each lends, who stands by for it, and what its workers open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, Executable, bindparam, func, insert, select

from db import rows
from db.fitness import takes_work
from db.ledger import Ledger
from db.prepared import Found, run
from db.states import Stage
from db.tables import IS_OPEN, IS_READY, IS_RUNNING, audit, departments, pools, skills, steps, workers
from db.workers import honoured_in
from farm.policy.lending import ALONE, Dealing, chain_of, check_chain
from farm.policy.pools import ANY, bound, plain_of, pool_named, pool_of
from pipeline.plan.job import RenderProfile


@dataclass(frozen=True, kw_only=True)
class Pool:
    """A pool, as somebody has set it or nobody has.

    Attributes:
        name: empty for films and workers that are kept for none.
        dealing: how it deals with others.
        preload: models and voices that its workers open before anybody asks.
    """

    name: str
    dealing: Dealing = ALONE
    preload: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Load:
    """What a pool has to do just now.

    Attributes:
        waiting: render steps of its films that wait; those of films that are held are not counted.
        running: render steps of its films that are in work, wherever.
        lent: steps of other pools' films that its workers are at.
    """

    waiting: int = 0
    running: int = 0
    lent: int = 0


@dataclass(frozen=True, kw_only=True)
class Change:
    """What is set anew of a pool; None: it stays as it is.

    Attributes:
        lends: whether it lends its workers.
        standby: its stand-by, a pool's name as people write it; empty for none.
        preload: what its workers open.
    """

    lends: bool | None = None
    standby: str | None = None
    preload: tuple[str, ...] | None = field(default=None)


def _setting(inserter: rows.Inserter) -> Executable:
    entered = inserter(pools)
    new = entered.excluded
    told = {name: new[name] for name in ("lends", "standby", "preload", "by", "at")}
    return entered.on_conflict_do_update(index_elements=[pools.c.name], set_=told)


_SET = rows.per_dialect(_setting)
_POOLS = select(pools).order_by(pools.c.name)
# Whoever sets one waits for whoever sets another, so that no two of them make a circle together. A pool may
# have no row to be locked yet; some department always has.
_ONE_AT_A_TIME = select(departments.c.id).order_by(departments.c.id).with_for_update(key_share=True)
_OF_DEPARTMENTS = select(departments.c.name, departments.c.pool)
_RENDERS = steps.c.stage == Stage.RENDER.value
_AT_WORK = select(steps.c.worker, steps.c.capability).where(IS_RUNNING, _RENDERS)
_WAITING = (
    select(steps.c.capability, func.count().label("steps"))
    .where(IS_READY, IS_OPEN, _RENDERS)
    .group_by(steps.c.capability)
)
_SKILLED = (
    select(skills.c.capability)
    .join_from(skills, workers, skills.c.worker == workers.c.name)
    .where(
        skills.c.capability.in_(bindparam("capabilities", expanding=True)),
        skills.c.profile == bindparam("profile"),
        takes_work(),
    )
    .distinct()
)
_CAN = select(skills.c.worker, skills.c.capability).distinct()
_AUDIT = insert(audit)


def read_pools(ledger: Ledger) -> Mapping[str, Pool]:
    """The pools that somebody has set, by name.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return pools_in(connection)


def pools_in(connection: Connection) -> Mapping[str, Pool]:
    """The same within a transaction."""
    return {pool.name: pool for pool in map(_pool, run(connection, _POOLS, {}))}


def dealings_in(connection: Connection) -> Mapping[str, Dealing]:
    """How pools deal with each other, by name."""
    return {name: pool.dealing for name, pool in pools_in(connection).items()}


def read_dealings(ledger: Ledger) -> Mapping[str, Dealing]:
    """The same.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return dealings_in(connection)


def read_pools_of_departments(ledger: Ledger) -> Mapping[str, str]:
    """The pool of each department's films, by the department's name; empty: it has named none.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return {row.name: row.pool for row in run(connection, _OF_DEPARTMENTS, {})}


def set_pool(ledger: Ledger, name: str, change: Change, *, by: str) -> tuple[Pool, Pool]:
    """Change how a pool deals with others, from the next chunk on; how it was, and how it is.

    Written into the audit, if anything is another one now.

    Args:
        ledger: the ledger.
        name: the pool's; empty for films and workers that are kept for none.
        change: what is set.
        by: who does so.

    Raises:
        InputError: ``pool-name-wrong``, ``pool-own-standby`` or ``pool-circle``; nothing was changed.
        AwayError: ``ledger-away``.
    """
    with ledger.write("set-pool") as connection:
        run(connection, _ONE_AT_A_TIME, {})
        known = pools_in(connection)
        before = known.get(name, Pool(name=name))
        after = _changed(before, change)
        check_chain(name, after.dealing.standby, {each: pool.dealing for each, pool in known.items()})
        if after != before:
            now = ledger.clock()
            connection.execute(rows.spoken(connection, _SET), {**_row(after), "by": by, "at": now})
            detail = f"{name or ANY}: {_told(before)} -> {_told(after)}"
            run(connection, _AUDIT, {"at": now, "by": by, "verb": "pool-set", "detail": detail})
    return before, after


def able_in(connection: Connection, plain: str, profile: str, names: tuple[str, ...]) -> frozenset[str]:
    """Those pools in which somebody renders a profile who lives and takes work.

    Args:
        connection: within a transaction.
        plain: what it takes to render it, without a pool.
        profile: digest of the profile.
        names: the pools that are asked about.
    """
    capabilities = [bound(plain, name) for name in names]
    found = run(connection, _SKILLED, {"profile": profile}, {"capabilities": capabilities})
    return frozenset(pool_of(row.capability) for row in found)


def read_loads(ledger: Ledger) -> Mapping[str, Load]:
    """What each pool has to do, by its name.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        found: dict[str, Load] = {}
        for row in run(connection, _WAITING, {}):
            load = found.get(pool := pool_of(row.capability), Load())
            found[pool] = replace(load, waiting=load.waiting + row.steps)
        can: dict[str, list[str]] = {}
        for row in run(connection, _CAN, {}):
            can.setdefault(row.worker, []).append(row.capability)
        for row in run(connection, _AT_WORK, {}):
            load = found.get(pool := pool_of(row.capability), Load())
            found[pool] = replace(load, running=load.running + 1)
            for lender in _lenders(row.capability, can.get(row.worker, ())):
                load = found.get(lender, Load())
                found[lender] = replace(load, lent=load.lent + 1)
        return found


def honoured_for(ledger: Ledger, capability: str) -> tuple[tuple[RenderProfile, ...], ...]:
    """How those render who could render a pool's films, as `db.workers.read_honoured`.

    First the pool's own workers, then those of each pool that stands by for it, then of each that lends.

    Args:
        ledger: the ledger.
        capability: what it takes to render the films.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return honoured_for_in(connection, capability)


def honoured_for_in(connection: Connection, capability: str) -> tuple[tuple[RenderProfile, ...], ...]:
    """The same within a transaction."""
    pool, plain = pool_of(capability), plain_of(capability)
    dealings = dealings_in(connection)
    lending = (name for name, dealing in sorted(dealings.items()) if dealing.lends)
    names = dict.fromkeys((pool, *chain_of(pool, dealings), *lending))
    return tuple(honoured_in(connection, bound(plain, name)) for name in names)


def _lenders(capability: str, capabilities: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """The first pool of a worker that is at a step of another one."""
    if capability in capabilities:
        return ()
    renders = [each for each in capabilities if each.startswith(f"{Stage.RENDER}.")]
    return tuple(dict.fromkeys(map(pool_of, renders)))[:1]


def _changed(pool: Pool, change: Change) -> Pool:
    dealing = pool.dealing
    if change.lends is not None:
        dealing = replace(dealing, lends=change.lends)
    if change.standby is not None:
        dealing = replace(dealing, standby=pool_named(change.standby) if change.standby.strip() else None)
    return Pool(
        name=pool.name,
        dealing=dealing,
        preload=pool.preload if change.preload is None else tuple(dict.fromkeys(change.preload)),
    )


def _row(pool: Pool) -> dict[str, object]:
    standby = pool.dealing.standby
    return {
        "name": pool.name or ANY,
        "lends": int(pool.dealing.lends),
        "standby": "" if standby is None else standby or ANY,
        "preload": " ".join(pool.preload),
    }


def _pool(row: Found) -> Pool:
    return Pool(
        name=_name(row.name),
        dealing=Dealing(lends=row.lends == 1, standby=_name(row.standby) if row.standby else None),
        preload=tuple(row.preload.split()),
    )


def _name(word: str) -> str:
    return "" if word == ANY else word


def _told(pool: Pool) -> str:
    row = _row(pool)
    lends = "lends" if pool.dealing.lends else "lends not"
    return f"{lends}, standby {row['standby'] or '-'}, preload {row['preload'] or '-'}"
