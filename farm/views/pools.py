"""What people and machines are shown of pools."""

from __future__ import annotations

from dataclasses import dataclass

from farm.views.films import Told


@dataclass(frozen=True, kw_only=True)
class UnopenedView:
    """What a worker was to open when it began, and could not.

    Attributes:
        worker: the worker.
        name: the model or voice.
        error: why.
    """

    worker: str
    name: str
    error: Told


@dataclass(frozen=True, kw_only=True)
class PoolView:
    """One pool.

    Attributes:
        name: ``any`` for films and workers that are kept for none.
        workers: those that are there and render its films as their own.
        taking: those of them that take work.
        cards_well: cards of these workers that are well.
        cards_ill: those that are not.
        lends: whether its workers render others' films while none of their own waits.
        standby: the pool that renders its films while it cannot; empty for none.
        rendered_by: the pool that does so just now; empty: its own workers do, or nobody.
        waiting: render steps of its films that wait; those of held films are not counted.
        running: render steps of its films that are in work.
        lent: steps of other pools' films that its workers are at.
        preload: models and voices that its workers open before anybody asks.
        unopened: what of it could not be opened.
    """

    name: str
    workers: int
    taking: int
    cards_well: int
    cards_ill: int
    lends: bool
    standby: str
    rendered_by: str
    waiting: int
    running: int
    lent: int
    preload: tuple[str, ...]
    unopened: tuple[UnopenedView, ...]
