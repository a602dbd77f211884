"""Watches over the card that a worker computes on, and ends the worker when it holds on to its memory."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import structlog

from farm.policy.cards import HELD_PER_CENT, MOST_RESTARTS, ends, held_since
from worker.places import write_private


class Cards(Protocol):
    """The cards that this process computes on."""

    def used_per_cent(self) -> float | None:
        """How much of the fullest one stays in use when this process frees what it kept; None without one."""
        ...


class TorchCards:
    """The cards that torch has used in this process; torch itself is not imported to know them."""

    def used_per_cent(self) -> float | None:
        """How much of the fullest one anybody uses; what is kept in reserve is freed if that is much."""
        torch = sys.modules.get("torch")
        if torch is None or not torch.cuda.is_initialized():
            return None
        cards = [card for card in range(torch.cuda.device_count()) if torch.cuda.max_memory_reserved(card)]
        if not cards:
            return None
        rooms = [torch.cuda.mem_get_info(card) for card in cards]
        if _fullest(rooms) > HELD_PER_CENT:
            torch.cuda.empty_cache()
            rooms = [torch.cuda.mem_get_info(card) for card in cards]
        return _fullest(rooms)


class CardWatch:
    """Judges what is in use on the cards, each time when it is told to look: never under a step.

    Args:
        cards: whose memory is looked at.
        memory: file that tells when this worker ended for this reason before.
        leave: lets the running step finish and ends the worker, so that a supervisor starts it anew.
        clock: the wall's, in seconds: it has to be the same one after a restart.
    """

    def __init__(
        self,
        cards: Cards,
        *,
        memory: Path,
        leave: Callable[[], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._cards = cards
        self._memory = memory
        self._leave = leave
        self._clock = clock
        self._since: float | None = None
        self._left = False
        self._log = structlog.get_logger()

    def look(self) -> None:
        """Look now; what is kept on a card that is nearly full is freed."""
        try:
            used = self._cards.used_per_cent()
        except Exception:  # noqa: BLE001 - a card that does not answer is told by whoever computes on it
            self._log.exception("card not looked at")
            return
        if used is not None and not self._left:
            self._judge(used)

    def _judge(self, used: float) -> None:
        now = self._clock()
        self._since = held_since(self._since, used, now)
        before = self._restarts()
        if not ends(self._since, before, now):
            return
        self._left = True
        self._log.warning("card held", used_per_cent=round(used), since_s=round(now - (self._since or now)))
        try:
            write_private(self._memory, json.dumps([*before, now][-MOST_RESTARTS:]))
        except OSError as error:
            # Who cannot remember that it ended would end again and again.
            self._log.warning("cannot remember a restart", reason=str(error))
        else:
            self._leave()

    def _restarts(self) -> list[float]:
        """When it ended for this reason before; a file that is missing or damaged tells of none."""
        try:
            told = json.loads(self._memory.read_text("ascii"))
        except (OSError, ValueError):
            return []
        known = told if isinstance(told, list) else []
        return [float(each) for each in known if isinstance(each, int | float)]


def _fullest(rooms: Sequence[tuple[int, int]]) -> float:
    """How much of the fullest card is in use, in per cent, of what is free on each and all of it."""
    return max(100.0 * (total - free) / total for free, total in rooms)
