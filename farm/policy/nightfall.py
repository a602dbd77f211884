"""Nightfall: which films will be there by when, if the farm goes on at the pace that was measured.

The work that is left is played through: films in the order of the queue, each stage after the one before it,
the parts of a stage side by side, on the machines that there are, and nothing begun while its window is shut.
It is an estimate: shares between departments, failures and films to come are left out of it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from farm.policy.windows import Window

#: How long a piece of work takes on each kind of machine, in milliseconds.
Piece = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Due:
    """What is left of a film.

    Attributes:
        job: the job's id.
        window: the window outside of which nothing of it begins; empty for none.
        stages: what is left of each stage, in order; the pieces of one may be worked at side by side.
    """

    job: int
    window: str
    stages: Sequence[Sequence[Piece]]


class _Left:
    """What is left of a film while the work is played through."""

    def __init__(self, due: Due, now: int) -> None:
        self.due = due
        self._stages = [list(reversed(stage)) for stage in reversed(due.stages) if stage]
        #: When the stage before has ended, and when what was begun of this one has.
        self.ready = self.end = now

    def piece(self) -> Piece | None:
        """What would be begun next; None: nothing is left."""
        while self._stages and not self._stages[-1]:
            self._stages.pop()
            self.ready = self.end
        return self._stages[-1][-1] if self._stages else None

    def begun(self, end: int) -> None:
        """What would be begun next ends at a time."""
        self._stages[-1].pop()
        self.end = max(self.end, end)


def finish_times(
    films: Iterable[Due], machines: Sequence[int], windows: Mapping[str, Window], *, now: int, until: int
) -> dict[int, int]:
    """When films will be finished, by job, of those that will be by `until`; the others are not there.

    Args:
        films: what is left of each, in the order of the queue.
        machines: of each machine its kind, as pieces count them.
        windows: by name; a film whose window is not among them is never begun.
        now: milliseconds since the Unix epoch, as all times here.
        until: how far ahead is looked.
    """
    left = [_Left(due, now) for due in films if not due.window or due.window in windows]
    free = [(now, number, kind) for number, kind in enumerate(machines)]
    heapq.heapify(free)
    done: dict[int, int] = {}
    at = now
    while left and free and at < until:
        used = {film.due.window for film in left if film.due.window}
        is_open = {"": True, **{name: windows[name].is_open(at) for name in used}}
        changes = [change for name in used if (change := windows[name].next_change(at)) is not None]
        end = min([until, *changes])
        waiting: list[_Left] = []
        for film in left:
            if is_open[film.due.window]:
                _play(film, free, at, end)
            if film.piece() is not None:
                waiting.append(film)
            elif film.end <= until:
                done[film.due.job] = film.end
        left, at = waiting, end
    return done


def _play(film: _Left, free: list[tuple[int, int, int]], since: int, end: int) -> None:
    """Begin as much of a film as can be begun from a time on and before another one."""
    while (piece := film.piece()) is not None:
        begins = max(since, film.ready, free[0][0])
        if begins >= end:
            return
        _, number, kind = free[0]
        heapq.heapreplace(free, (begins + piece[kind], number, kind))
        film.begun(begins + piece[kind])


def late(wanted: Mapping[int, int], finished: Mapping[int, int]) -> tuple[int, ...]:
    """The jobs that would miss their deadlines.

    Args:
        wanted: the deadlines, by job.
        finished: when jobs will be finished, as `finish_times` tells.
    """
    return tuple(job for job, deadline in wanted.items() if finished.get(job, deadline + 1) > deadline)
