"""Whether there is room enough on the disks that a worker writes to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: A small disk, such as one in memory, is not low while a tenth of it is free, whatever the mark says.
LEAST_PART = 10
#: It has to be so much above the mark again, in per cent, before work goes on.
BACK_PER_CENT = 10


@dataclass(frozen=True, kw_only=True)
class Disk:
    """A place that is written to: bytes that are free there, of so many."""

    place: str
    free: int
    size: int


def lowest(disks: Iterable[Disk], *, mark: int, was_low: bool) -> Disk | None:
    """The place with the least room of those that are too full to begin anything new; None if none is.

    Args:
        disks: what is written to.
        mark: bytes that are to be free; 0: it is never low.
        was_low: whether it was low before, and has to be well above the mark by now.
    """
    factor = 100 + BACK_PER_CENT if was_low else 100
    full = [disk for disk in disks if disk.free * 100 < floor_of(disk, mark=mark) * factor]
    return min(full, key=lambda disk: disk.free, default=None)


def floor_of(disk: Disk, *, mark: int) -> int:
    """How many bytes have to be free on a disk before anything new is begun."""
    return min(mark, disk.size // LEAST_PART)
