"""Whether a pipe or socket can be read from or written to by now."""

from __future__ import annotations

import select


def is_ready(descriptor: int, *, within_s: float, writing: bool = False) -> bool:
    """Wait until it can be read from, or written to, or until time is up; whether it can.

    One whose other end is gone can: reading and writing tell so at once. The number of the descriptor may be
    any, unlike that of select(2), which ends at 1,023.

    Args:
        descriptor: of a pipe or a socket.
        within_s: for so many seconds at most; nothing below zero.
        writing: whether it is to be written to.
    """
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT if writing else select.POLLIN)
    return bool(poll.poll(1000 * max(0.0, within_s)))
