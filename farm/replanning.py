"""Replan: films that keep versions of engines which nobody has any more are moved to those that are there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from db import moving
from db.moving import Price, Stranded
from db.workers import read_workers
from farm.bootstrap import Farm
from farm.caller import caller
from farm.policy.pools import alike, pool_of
from farm.policy.profiles import version_of
from farm.views.screen import StrandedView
from pipeline.plan.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Move:
    """Films of a batch that can be moved together.

    Attributes:
        stranded: the line that they stand in.
        jobs: the films, by number.
        price: what is made again of what was finished, at most.
    """

    stranded: Stranded
    jobs: tuple[int, ...]
    price: Price

    @property
    def to(self) -> str:
        """The version that they get; empty where whoever begins them first decides."""
        return "" if self.stranded.to is None else version_of(self.stranded.to)


def stranded(farm: Farm) -> tuple[StrandedView, ...]:
    """What waits for versions of engines that nobody living has, by batch.

    Raises:
        AwayError: ``ledger-away``.
    """
    found = moving.read_stranded(farm.ledger)
    crew = read_workers(farm.ledger) if found else ()
    able = {skill.capability for worker in crew for skill in worker.skills}
    return tuple(
        StrandedView(
            batch=each.batch,
            capability=each.capability,
            films=each.films,
            needs=each.needs,
            movable=each.movable,
            kept=tuple(sorted(pool for other in alike(each.capability, able) if (pool := pool_of(other)))),
        )
        for each in found
    )


def moves_of(farm: Farm, batch: int, rows: Sequence[str] = ()) -> tuple[Move, ...]:
    """What `replan` would move, and what would have to wait all the same; nothing is changed.

    Args:
        farm: the farm.
        batch: the batch's number.
        rows: ids of its rows; none for all.

    Raises:
        InputError: ``ledger-batch-unknown`` or ``replan-row-unknown``.
        AwayError: ``ledger-away``.
    """
    found = moving.read_stranded(farm.ledger, batch=batch)
    meant = _meant(farm, batch, rows) if rows else None
    moves = []
    for each in found:
        jobs = tuple(job for job in moving.concerned(farm.ledger, each) if meant is None or job in meant)
        if jobs:
            moves.append(Move(stranded=each, jobs=jobs, price=moving.read_price(farm.ledger, each, jobs)))
    return tuple(moves)


def replan(farm: Farm, moves: Collection[Move]) -> tuple[int, ...]:
    """Move films to the versions that are there, each as it stands by then; those that were moved.

    Whoever is at one of them writes nothing more of it. What cannot be moved waits on.

    Raises:
        AwayError: ``ledger-away``; those that were moved until then are.
    """
    moved: set[int] = set()
    for each in moves:
        if each.stranded.movable:
            moved.update(moving.move(farm.ledger, each.stranded, each.jobs, by=caller()))
    return tuple(sorted(moved))


def _meant(farm: Farm, batch: int, rows: Sequence[str]) -> frozenset[int]:
    """The jobs of some rows.

    Raises:
        InputError: ``replan-row-unknown``.
    """
    known = moving.read_rows(farm.ledger, batch)
    for row in rows:
        if row not in known:
            raise InputError("replan-row-unknown", row=row, batch=batch)
    return frozenset(known[row] for row in rows)
