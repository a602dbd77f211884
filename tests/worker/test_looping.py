"""Promises about a worker's main loop, with the loop and the timers that Celery runs on."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any, cast

import pytest
from kombu.asynchronous import Hub
from kombu.asynchronous.timer import Timer

from tasks.witness import Unwatched
from worker.looping import watch_loop


class Onlooker(Unwatched):
    """Keeps what it was shown."""

    awaited = False
    moves = 0

    def owe(self, *, moves: bool) -> None:
        """Keep whether progress is awaited."""
        self.awaited = moves

    def move(self) -> None:
        """Count it."""
        self.moves += 1


def test_a_loop_proves_its_rounds_and_a_loop_that_stands_proves_none() -> None:
    """Progress is awaited while it runs, whatever ends it; what waits outside of it owes nothing."""
    timer, seen = cast("Any", Timer)(max_interval=10.0), Onlooker()
    hub: Any = cast("Any", Hub)(timer)
    stood: list[tuple[bool, int, int]] = []

    def stand() -> None:
        """Keep the loop for many rounds' time."""
        before = seen.moves
        time.sleep(0.05)
        stood.append((seen.awaited, before, seen.moves))

    def loop(rounds: int) -> None:
        rounding = hub.create_loop()
        while seen.moves < rounds:
            next(rounding)
        hub.call_soon(stand)
        while not stood:
            next(rounding)
        raise ConnectionError

    consumer = SimpleNamespace(timer=timer, loop=loop)
    watch_loop(consumer, seen, every_s=0.001)
    assert (seen.awaited, timer.queue) == (False, [])
    with pytest.raises(ConnectionError):
        consumer.loop(3)
    ((awaited, before, after),) = stood
    assert (awaited, before >= 3, after) == (True, True, before)
    assert (seen.awaited, [each.entry.canceled for each in timer.queue]) == (False, [True])
    hub.close()
