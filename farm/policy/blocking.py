"""Who gets no work for a while since it failed at it: workers at one kind of step, and whole cards.

Both are judged by what came last: one success means that the fault was elsewhere. So are several failures of
one job alone, which say more of the job than of where it ran.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Protocol, TypeVar

from pipeline.plan.errors import DefectError, LecternError, TransientError

#: Failures further back than this are forgotten.
WITHIN_MS = 3_600_000
#: Failures in a row that keep a worker from a kind of step, and of how many jobs at least.
FAILURES = 3
OF_JOBS = 2
#: For how long they do.
KEPT_MS = 30 * 60_000
#: Jobs in a row, and of how many owners at least, that a card has failed at when it is held to be sick.
SICK_JOBS = 3
SICK_OWNERS = 2
#: How many of the latest attempts are looked at: a job that is tried again and again counts once for a card.
LOOKED_AT = 12


@dataclass(frozen=True, kw_only=True)
class Past:
    """How an attempt at a kind of step ended.

    Attributes:
        at: when, in the ledger's milliseconds.
        ok: it succeeded; else it failed, and where it ran may be to blame.
        lost: the worker died over it.
        job: the job's id.
        owner: who had the job made, and for which department.
    """

    at: int
    ok: bool
    lost: bool
    job: int
    owner: str


def blames(error: LecternError) -> bool:
    """Whether where a step ran may be to blame for this error: bad input and places that are away are not."""
    return isinstance(error, TransientError | DefectError)


def kept_off(latest: Iterable[Past], *, now: int, lifted: int) -> bool:
    """Whether a worker is kept from a kind of step from now on.

    A death is not counted: whoever kills a worker again and again says nothing about what it can do, and a
    clip that does is poison.

    Args:
        latest: its attempts at that kind, the latest first.
        now: the ledger's milliseconds.
        lifted: when an operator last had its failures forgotten; 0: never.
    """
    failures = [past for past in _failures(latest, now, lifted) if not past.lost][:FAILURES]
    return len(failures) == FAILURES and len({past.job for past in failures}) >= OF_JOBS


def sickening(latest: Iterable[Past], *, now: int, cleared: int) -> tuple[int, int] | None:
    """How many jobs of how many owners a card has failed at in a row if that makes it sick, else None.

    Deaths count here: a broken card ends whoever computes on it.

    Args:
        latest: attempts at one kind of step on it, by any worker, the latest first.
        now: the ledger's milliseconds.
        cleared: when an operator last had it cleared; 0: never.
    """
    failures = _failures(latest, now, cleared)
    jobs, owners = {past.job for past in failures}, {past.owner for past in failures}
    return (len(jobs), len(owners)) if len(jobs) >= SICK_JOBS and len(owners) >= SICK_OWNERS else None


def _failures(latest: Iterable[Past], now: int, since: int) -> Sequence[Past]:
    """The failures since the last success."""
    oldest = max(now - WITHIN_MS, since)
    return list(takewhile(lambda past: not past.ok and past.at > oldest, latest))


class Needed(Protocol):
    """What a step needs and a worker has: a capability, and more that tells one such thing from another."""

    @property
    def capability(self) -> str:
        """Such as ``render.warp``."""
        ...


_Needed = TypeVar("_Needed", bound=Needed)


def usable(
    skills: Mapping[str, Iterable[_Needed]], kept_from: Mapping[str, Collection[str]]
) -> Mapping[str, frozenset[_Needed]]:
    """What each worker may be given: what it is kept from, too, where nobody else does the same.

    Args:
        skills: what each worker that takes work can do, by its name.
        kept_from: capabilities that some of them are kept from just now.
    """
    everything = {worker: frozenset(each) for worker, each in skills.items()}
    free = {
        worker: frozenset(skill for skill in each if skill.capability not in kept_from.get(worker, ()))
        for worker, each in everything.items()
    }
    somebodys = frozenset(skill for each in free.values() for skill in each)
    return {worker: free[worker] | (each - somebodys) for worker, each in everything.items()}
