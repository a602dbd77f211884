"""Pools as an operator sees and sets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from db import pools
from db.cards import CPU
from db.pools import Change, Load, Pool
from farm import crews
from farm.attention import AWAY, TAKING
from farm.bootstrap import Farm
from farm.caller import caller
from farm.policy.lending import Dealing, standing_in
from farm.policy.pools import ANY, pool_named, pools_in, pools_rendering
from farm.preloading import check_name
from farm.views.films import Told
from farm.views.pools import PoolView, UnopenedView
from farm.views.screen import WorkerView
from pipeline.plan.errors import InputError, LecternError


def read(farm: Farm, workers: Sequence[WorkerView] | None = None) -> tuple[PoolView, ...]:
    """Every pool that workers are in, films wait for, a department names or somebody has set; `ANY` first.

    One that was set back to what all pools are from the beginning is as if nobody had set it.

    Args:
        farm: the farm.
        workers: everybody, where that was read already.

    Raises:
        AwayError: ``ledger-away``.
    """
    known, loads = pools.read_pools(farm.ledger), pools.read_loads(farm.ledger)
    of_departments = map(pool_named, pools.read_pools_of_departments(farm.ledger).values())
    crew = [(worker, _pools_of(worker)) for worker in (crews.read(farm) if workers is None else workers)]
    crew = [(worker, of) for worker, of in crew if of]
    told = (name for name, pool in known.items() if pool != Pool(name=name))
    names = {"", *told, *loads, *of_departments, *(pool for _, of in crew for pool in of)}
    here = [(worker, of) for worker, of in crew if worker.state not in AWAY]
    able = {pool for worker, of in here if worker.state in TAKING for pool in of}
    dealings = {name: pool.dealing for name, pool in known.items()}
    return tuple(
        _view(
            known.get(name, Pool(name=name)),
            loads.get(name, Load()),
            [worker for worker, of in here if name in of],
            _standing_in(name, dealings, able),
        )
        for name in sorted(names)
    )


def set_pool(farm: Farm, name: str, change: Change) -> tuple[PoolView, bool]:
    """Change how a pool deals with others, from the next chunk on; how it is then, and if that is new.

    Args:
        farm: the farm.
        name: the pool's; `ANY` for films and workers that are kept for none.
        change: what is set.

    Raises:
        InputError: ``pool-nothing-set``, ``pool-name-wrong``, ``pool-own-standby`` or ``pool-circle``;
            nothing was changed.
        AwayError: ``ledger-away``.
    """
    if not name.strip():
        # A variable of a script that was empty is not meant to set all workers without a pool.
        raise InputError("pool-name-wrong", name=name)
    pool = pool_named(name)
    if change == Change():
        raise InputError("pool-nothing-set", pool=pool or ANY)
    before, after = pools.set_pool(farm.ledger, pool, change, by=caller())
    found = (each for each in read(farm) if each.name == (pool or ANY))
    return next(found, _view(after, Load(), (), "")), before != after


def not_found(farm: Farm, names: Sequence[str]) -> tuple[UnopenedView, ...]:
    """Those models and voices that are not to be found on this machine, and why; workers may have them."""
    found: list[UnopenedView] = []
    for name in names:
        try:
            check_name(farm, name)
        except LecternError as error:
            told = Told(code=error.code, facts=dict(error.facts))
            found.append(UnopenedView(worker="", name=name, error=told))
    return tuple(found)


def is_staffed(farm: Farm, name: str) -> bool:
    """Whether a worker is in a pool, whether it takes work just now or not."""
    return any(each.workers for each in read(farm) if each.name == (name or ANY))


def is_used(farm: Farm, view: PoolView) -> bool:
    """Whether a pool is more than a name that was typed: somebody is in it, or films are meant for it."""
    named = {pool_named(each) for each in pools.read_pools_of_departments(farm.ledger).values()}
    named |= {pool_named(farm.settings.film.pool)}
    named |= {each for entry in farm.settings.worker.pools.split(",") for each in pools_in(entry)}
    return bool(view.workers or view.waiting or view.running) or pool_named(view.name) in named


def _pools_of(worker: WorkerView) -> frozenset[str]:
    return pools_rendering(worker.capabilities)


def _standing_in(name: str, dealings: Mapping[str, Dealing], able: set[str]) -> str:
    found = standing_in(name, dealings, able)
    return "" if found is None else found or ANY


def _view(pool: Pool, load: Load, crew: Sequence[WorkerView], rendered_by: str) -> PoolView:
    cards = {(worker.host, worker.device): worker.card_state for worker in crew if worker.device != CPU}
    well = sum(state == "well" for state in cards.values())
    standby = pool.dealing.standby
    return PoolView(
        name=pool.name or ANY,
        workers=len(crew),
        taking=sum(worker.state in TAKING for worker in crew),
        cards_well=well,
        cards_ill=len(cards) - well,
        lends=pool.dealing.lends,
        standby="" if standby is None else standby or ANY,
        rendered_by=rendered_by,
        waiting=load.waiting,
        running=load.running,
        lent=load.lent,
        preload=pool.preload,
        unopened=tuple(each for worker in crew for each in worker.unopened if each.name in pool.preload),
    )
