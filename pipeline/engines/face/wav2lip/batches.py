"""A stream of mouths: those that are equal are computed once, and a batch ahead of what is being drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: The number of a frame for which nothing is to be computed.
NOTHING = -1

#: Mouths that come again are kept until then, this many at most; what is not kept is computed again.
_MOST_KEPT = 32

Mouth = NDArray[np.float32]

#: Computes the mouths of frames given by their indexes, in rising order: a new array (n, height, width, 3).
Draw = Callable[[Sequence[int]], NDArray[np.float32]]


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One batch, and the frames that can be drawn once it is there.

    Attributes:
        computed: indexes of the frames whose mouths are computed, at most a batch of them, in rising order.
        frames: the frames that follow on those of the turn before.
        keep: numbers of the mouths that later turns show again.
    """

    computed: tuple[int, ...]
    frames: range
    keep: frozenset[int]


def mouths(numbers: Sequence[int], draw: Draw, *, batch: int) -> Generator[Mouth | None, None, None]:
    """One mouth for each frame, in order; None where nothing is to be computed.

    The next batch is computed in a thread of its own while the frames of the last one are drawn, so at most
    two batches are in memory. Whoever leaves before the end closes the generator: the thread has ended then.
    A mouth may be shared by several frames: it is for reading.

    Args:
        numbers: one for each frame, equal for frames whose mouths are equal, `NOTHING` for those without one.
        draw: what computes; called in the thread alone, once at a time, and never for more than `batch`.
            What it raises is raised here, when the frames that needed it are asked for.
        batch: how many are computed at once.
    """
    upcoming = turns(numbers, batch=batch)
    kept: dict[int, Mouth] = {}
    with ThreadPoolExecutor(1, thread_name_prefix="mouths") as pool:
        ahead = _begin(pool, draw, upcoming)
        while ahead is not None:
            turn, future = ahead
            # The future would hold on to its batch, and to the frames of whoever raised in it.
            drawn = dict(zip((numbers[index] for index in turn.computed), future.result(), strict=True))
            del future
            ahead = _begin(pool, draw, upcoming)
            for index in turn.frames:
                number = numbers[index]
                yield None if number == NOTHING else drawn[number] if number in drawn else kept[number]
            kept = _kept(turn, kept, drawn)


def turns(numbers: Sequence[int], *, batch: int) -> Iterator[Turn]:
    """The batches that cover all frames, each as late as it can be; one at least for any frame.

    Args:
        numbers: as `mouths` takes them.
        batch: how many are computed at once.
    """
    left = Counter(numbers)
    known: frozenset[int] = frozenset()
    computed: dict[int, int] = {}
    first = 0
    for index, number in enumerate(numbers):
        if number != NOTHING and number not in known and number not in computed:
            if len(computed) == batch:
                turn = _turn(range(first, index), known, computed, left)
                yield turn
                known, computed, first = turn.keep, {}, index
            if number not in known:
                computed[number] = index
        left[number] -= 1
    if first < len(numbers):
        yield _turn(range(first, len(numbers)), known, computed, left)


def _turn(frames: range, known: frozenset[int], computed: Mapping[int, int], left: Counter[int]) -> Turn:
    again = [number for number in (*sorted(known), *computed) if left[number]]
    return Turn(computed=tuple(computed.values()), frames=frames, keep=frozenset(again[:_MOST_KEPT]))


def _begin(
    pool: ThreadPoolExecutor, draw: Draw, upcoming: Iterator[Turn]
) -> tuple[Turn, Future[NDArray[np.float32]]] | None:
    """The next turn, being computed already; None after the last one."""
    turn = next(upcoming, None)
    if turn is None:
        return None
    return turn, pool.submit(draw, turn.computed) if turn.computed else _nothing()


def _nothing() -> Future[NDArray[np.float32]]:
    """A batch without a mouth in it, which needs no thread."""
    future: Future[NDArray[np.float32]] = Future()
    future.set_result(np.empty((0, 0, 0, 3), np.float32))
    return future


def _kept(turn: Turn, kept: Mapping[int, Mouth], drawn: Mapping[int, Mouth]) -> dict[int, Mouth]:
    """The mouths that are to be kept; of a batch only they themselves, since a view would hold all of it."""
    return {number: drawn[number].copy() if number in drawn else kept[number] for number in turn.keep}
