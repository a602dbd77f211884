"""Whom an operator's act is meant for: some jobs, batches, departments or pools, of one kind at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from db import operations, stops
from db.acts import Operated
from db.rows import MANY
from db.states import StopScope
from farm.bootstrap import Farm
from farm.departments import check_department
from farm.policy.pools import pool_named
from pipeline.plan.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Whom:
    """Some jobs, or all of some batches, departments or pools.

    Attributes:
        jobs: numbers of jobs.
        batches: numbers of batches.
        departments: names of departments.
        pools: names of pools; `farm.policy.pools.ANY`: films that are kept for none.
    """

    jobs: tuple[int, ...] = ()
    batches: tuple[int, ...] = ()
    departments: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()

    @property
    def kinds(self) -> int:
        """Of how many kinds there are some."""
        return sum(map(bool, (self.jobs, self.batches, self.departments, self.pools)))

    @property
    def stands(self) -> bool:
        """Whether it means whole departments or pools, with what they will have yet."""
        return bool(self.departments or self.pools)

    def scopes(self, farm: Farm) -> tuple[tuple[StopScope, str], ...]:
        """The departments or pools, by the names that they have.

        Raises:
            InputError: ``submit-department-unknown``, ``stop-pool-unknown`` or ``pool-name-wrong``.
            AwayError: ``ledger-away``.
        """
        for name in self.departments:
            check_department(farm.ledger, name)
        named = tuple(pool_named(pool) for pool in self.pools)
        known = stops.read_pools(farm.ledger) if named else frozenset()
        for told, pool in zip(self.pools, named, strict=True):
            if pool and pool not in known:
                raise InputError("stop-pool-unknown", pool=told, known=", ".join(sorted(known)) or "-")
        return (
            *((StopScope.DEPARTMENT, name) for name in self.departments),
            *((StopScope.POOL, pool) for pool in named),
        )

    def found(self, farm: Farm, *, running: bool = False) -> tuple[int, ...]:
        """The jobs that are meant; of departments and pools those of which something is still to be done.

        Args:
            farm: the farm.
            running: of these only those of which something runs.

        Raises:
            InputError: ``ledger-batch-unknown``, or as `scopes`.
            AwayError: ``ledger-away``.
        """
        every = set(self.jobs)
        for batch in self.batches:
            every.update(operations.jobs_of(farm.ledger, batch))
        for scope, name in self.scopes(farm):
            every.update(stops.jobs_in(farm.ledger, scope, name, running=running))
        return tuple(sorted(every))


def some_at_a_time(whom: Whom, jobs: Sequence[int], act: Callable[[Sequence[int]], Operated]) -> Operated:
    """Do something with jobs: at once with those that were named, some at a time with a whole department's.

    Nobody else could write for as long as one transaction on ten thousand jobs takes.
    """
    if not whom.stands:
        return act(jobs)
    parts = [act(jobs[start : start + MANY]) for start in range(0, len(jobs), MANY)]
    return Operated(
        changed=tuple(_every(part.changed for part in parts)),
        unchanged=tuple(_every(part.unchanged for part in parts)),
        why={job: why for part in parts for job, why in part.why.items()},
        back=tuple(_every(part.back for part in parts)),
    )


def _every(parts: Iterator[tuple[int, ...]]) -> Iterator[int]:
    for part in parts:
        yield from part
