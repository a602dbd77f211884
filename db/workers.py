"""Workers: who is there, and what each can do."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from db.ledger import Ledger


@dataclass(frozen=True, kw_only=True)
class WorkerView:
    """A worker as the ledger knows it."""

    name: str
    host: str
    device: str
    capabilities: frozenset[str]
    alive: bool
    draining: bool
    registered_at: int
    seen_at: int


def register(ledger: Ledger, name: str, *, host: str, device: str, capabilities: Collection[str]) -> None:
    """Tell of a worker that begins; one of the same name that was there before is replaced."""
    raise NotImplementedError


def leave(ledger: Ledger, name: str) -> None:
    """Tell of a worker that ends in good order."""
    raise NotImplementedError


def drain(ledger: Ledger, name: str, *, draining: bool) -> bool:
    """Have a worker take nothing new, or take work again; it hears of it by its next beat. False: unknown."""
    raise NotImplementedError


def read_workers(ledger: Ledger) -> tuple[WorkerView, ...]:
    """Every worker, the live ones first."""
    raise NotImplementedError
