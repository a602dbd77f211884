"""Tells backends of traces what nobody else can: of lost attempts, and of films that were canceled."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from db.ledger import Ledger
from db.states import JobState
from db.traces import latest_act, read_canceled, read_course
from farm import tracing
from pipeline import spans
from pipeline.plan.errors import LecternError

_NOBODY = -1


def tell_lost(ledger: Ledger, job: int, span: str) -> None:
    """Tell of an attempt whose worker was lost, and of its film if that failed with it.

    Where nobody is told, or the ledger is away, nothing is done.

    Args:
        ledger: the ledger, which knows by now that it was lost.
        job: its film's number.
        span: its span's id.
    """
    if not spans.is_told():
        return
    with suppress(LecternError):
        course = read_course(ledger, job)
        if (bar := tracing.found(course, span)) is not None:
            tracing.tell_lost(course, bar)
            tracing.tell_wait(course, bar)
            if course.state == JobState.FAILED.value:
                tracing.tell_film(course)


class Canceled:
    """Tells of the lives of films that were canceled while it takes its turns, each once.

    What was canceled while nobody led is not told; nor what was while it took no turn for so long that
    another dispatcher led, who has told of it.

    Args:
        ledger: the ledger.
        pause_s: turns that lie further apart than this, in seconds, had another leader between them.
        clock: monotonic, in seconds.
    """

    def __init__(
        self, ledger: Ledger, *, pause_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ledger = ledger
        self._pause_s = pause_s
        self._clock = clock
        self._told, self._turned = _NOBODY, clock()

    def turn(self) -> None:
        """Tell of what was canceled since the last time.

        Raises:
            AwayError: ``ledger-away``.
        """
        before, self._turned = self._turned, self._clock()
        latest = latest_act(self._ledger)
        if self._told != _NOBODY and self._turned - before <= self._pause_s:
            for life in read_canceled(self._ledger, after=self._told, until=latest):
                tracing.tell_life(life)
        self._told = latest
