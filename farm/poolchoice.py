"""Which pool's workers render a row, and whether anybody is there who does."""

from __future__ import annotations

from collections.abc import Iterator

from db.pools import read_dealings, read_pools_of_departments
from db.values import Notice
from db.workers import read_workers
from farm.bootstrap import Farm
from farm.departments import DEPARTMENT
from farm.policy.lending import served
from farm.policy.pools import pool_named, pools_in, pools_rendering
from farm.rows import BrokenRow, Row
from pipeline.plan.errors import InputError


class PoolChooser:
    """Finds the pools of rows, knowing those that are there.

    Args:
        farm: its settings, and the departments and workers that its ledger knows.
    """

    def __init__(self, farm: Farm) -> None:
        self._usual = farm.settings.film.pool
        self._of_departments = read_pools_of_departments(farm.ledger)
        self._dealings = read_dealings(farm.ledger)
        able = [skill.capability for worker in read_workers(farm.ledger) for skill in worker.skills]
        #: Those in which somebody is who renders just now; an empty one for films without.
        self._able = pools_rendering(able)
        self._known = (self._able | _set_here(farm)) - {""}

    def pool(self, row: Row | BrokenRow) -> str:
        """The pool of a row: its own, else its department's, else that of the settings; empty for none.

        Raises:
            InputError: ``pool-name-wrong``.
        """
        return pool_named(row.pool or self._of_departments.get(row.department or DEPARTMENT) or self._usual)

    def doubts(self, row: Row | BrokenRow) -> Iterator[Notice]:
        """That nobody renders what a row asks for while others are there, or that nobody knows its pool."""
        try:
            pool = self.pool(row)
        except InputError:
            return
        known = ", ".join(sorted(self._known))
        if self._able and pool in served(self._able, {pool}, self._dealings):
            return
        if pool and pool not in (self._able or self._known):
            if known:
                yield Notice(code="submit-pool-empty", facts={"pool": pool, "known": known})
            else:
                yield Notice(code="submit-pool-none", facts={"pool": pool})
        elif not pool and self._able:
            yield Notice(code="submit-pool-needed", facts={"known": known})


def _set_here(farm: Farm) -> frozenset[str]:
    """The pools that this host's own settings name."""
    try:
        return frozenset(pool for entry in farm.settings.worker.pools.split(",") for pool in pools_in(entry))
    except InputError:
        # Said to whoever starts workers here.
        return frozenset()
