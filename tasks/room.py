"""Watches over the room on the disks that a worker writes to."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from farm.policy.room import Disk, lowest
from tasks.chore import Chore

_MEGABYTE = 1_000_000


class Room:
    """What is known of the room, measured in a thread of its own: a share that hangs holds up no heartbeat.

    Args:
        places: folders that are written to; one that cannot be asked is left to whoever writes there.
        mark_mb: megabytes that are to be free in each; 0: whatever there is is enough.
        every_s: how often it is measured.
    """

    def __init__(self, places: Collection[Path], *, mark_mb: int, every_s: float) -> None:
        self._places = tuple(places)
        self._mark = mark_mb * _MEGABYTE
        self._low: Disk | None = None
        self._chore = Chore("room", self.measure, every_s=every_s)

    @property
    def low(self) -> str:
        """Which place has too little room, and how much, in a few words; empty if there is enough."""
        low = self._low
        return "" if low is None else f"{low.place}: {low.free // _MEGABYTE} MB"

    def turn(self) -> None:
        """Have it measured if it is time to; returns at once."""
        self._chore.turn()

    def measure(self) -> None:
        """Measure now."""
        self._low = lowest(self._disks(), mark=self._mark, was_low=self._low is not None)

    def _disks(self) -> Iterator[Disk]:
        for place in self._places:
            with suppress(OSError):
                told = os.statvfs(place)
                yield Disk(
                    place=str(place), free=told.f_bavail * told.f_frsize, size=told.f_blocks * told.f_frsize
                )
