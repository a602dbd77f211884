"""Which pool's workers render a row, and whether anybody is there who does."""

from __future__ import annotations

from collections.abc import Iterator

from db.values import Notice
from db.workers import read_workers
from farm.bootstrap import Farm
from farm.policy.pools import pool_named, pools_in, pools_rendering
from farm.rows import BrokenRow, Row
from pipeline.plan.errors import InputError


class PoolChooser:
    """Finds the pools of rows, knowing those that are there.

    Args:
        farm: its settings, and the workers that its ledger knows.
    """

    def __init__(self, farm: Farm) -> None:
        self._usual = farm.settings.film.pool
        able = [skill.capability for worker in read_workers(farm.ledger) for skill in worker.skills]
        #: Those whose films somebody renders just now; an empty one for films without.
        self._served = pools_rendering(able)
        self._known = (self._served | _set_here(farm)) - {""}

    def pool(self, row: Row | BrokenRow) -> str:
        """The pool of a row, or that of rows that name none; empty for none.

        Raises:
            InputError: ``pool-name-wrong``.
        """
        return pool_named(row.pool or self._usual)

    def doubts(self, row: Row | BrokenRow) -> Iterator[Notice]:
        """That nobody renders what a row asks for while others are there, or that nobody knows its pool."""
        try:
            pool = self.pool(row)
        except InputError:
            return
        known = ", ".join(sorted(self._known)) or "-"
        if pool and pool not in (self._served or self._known):
            yield Notice(code="submit-pool-empty", facts={"pool": pool, "known": known})
        elif not pool and self._served and "" not in self._served:
            yield Notice(code="submit-pool-needed", facts={"known": known})


def _set_here(farm: Farm) -> frozenset[str]:
    """The pools that this host's own settings name."""
    try:
        return frozenset(pool for entry in farm.settings.worker.pools.split(",") for pool in pools_in(entry))
    except InputError:
        # Said to whoever starts workers here.
        return frozenset()
