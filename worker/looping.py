"""Whether the loop of a worker's main process comes round: the loop itself proves it, by a timer of its own.

Its other threads go on while it stands, as when it waits for a lock that nobody gives back; no message would
be taken any more, and nobody would know.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from tasks.witness import Witness


class Looping(Protocol):
    """What of Celery's consumer this needs: its loop, and the timers that the loop fires."""

    timer: Any
    loop: Callable[..., object]


def watch_loop(consumer: Looping, witness: Witness, *, every_s: float) -> None:
    """Have a consumer's loop prove that it comes round, from its next beginning on.

    Nothing is awaited of it between two loops: while Redis is away the consumer waits for it outside of them,
    and at its end it waits for the step in work.

    Args:
        consumer: before its loop begins.
        witness: who is shown it.
        every_s: how often, in seconds.
    """
    plain = consumer.loop

    def loop(*args: object) -> object:
        """Run the loop, and prove each of its rounds that is due."""
        entry = consumer.timer.call_repeatedly(every_s, witness.move)
        witness.owe(moves=True)
        try:
            return plain(*args)
        finally:
            witness.owe(moves=False)
            # The loop takes away what was there when it began, too; once more does no harm.
            consumer.timer.cancel(entry)

    consumer.loop = loop
