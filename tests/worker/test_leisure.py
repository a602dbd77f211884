"""Promises about what a worker does while no step is in work."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from worker.leisure import Leisure

_SOON_S = 0.01
_LONG_S = 10.0


@pytest.fixture
def leisure() -> Iterator[Leisure]:
    """With hardly any time between two turns; ended after the test."""
    made = Leisure(every_s=_SOON_S)
    yield made
    made.stop()


def test_a_chore_is_done_again_and_again(leisure: Leisure) -> None:
    """What one of them raises keeps neither itself nor the others from being done the next time."""
    done = threading.Semaphore(0)

    def failing() -> None:
        done.release()
        raise RuntimeError("the card is lost")

    leisure.start(failing, done.release)
    for _ in range(4):
        assert done.acquire(timeout=_LONG_S)


def test_nothing_is_done_while_a_step_is_in_work(leisure: Leisure) -> None:
    """A step waits for the turn that it comes in; then no turn begins before its end."""
    begun, go_on = threading.Event(), threading.Event()
    working, over = threading.Event(), threading.Event()

    def chore() -> None:
        begun.set()
        assert go_on.wait(_LONG_S)

    def step() -> None:
        with leisure.working():
            begun.clear()
            working.set()
            assert over.wait(_LONG_S)

    leisure.start(chore)
    assert begun.wait(_LONG_S)
    carrying = threading.Thread(target=step)
    carrying.start()
    assert not working.wait(5 * _SOON_S)
    go_on.set()
    assert working.wait(_LONG_S)
    assert not begun.wait(5 * _SOON_S)
    over.set()
    carrying.join()
    assert begun.wait(_LONG_S)


def test_it_ends_when_it_is_told() -> None:
    """Started or not, and twice too."""
    started, never = Leisure(every_s=_SOON_S), Leisure(every_s=_SOON_S)
    started.start()
    for each in (started, never, started):
        each.stop()
