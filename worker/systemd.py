"""What systemd is told of a process that it has started: that it is ready, that it lives, that it ends.

Nothing is said, and nothing fails, where systemd has not started it. The protocol is that of sd_notify(3): a
datagram to the socket that the environment names.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress

_SOCKET, _INTERVAL, _WHOSE = "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"
#: Of the time after which systemd takes a silent process for dead.
_SHARE = 4


class Systemd:
    """The one who has started this process, if that is systemd."""

    def __init__(self) -> None:
        self._address = os.environ.get(_SOCKET, "")
        self._every_s = _interval_s() / _SHARE
        self._due = 0.0

    @property
    def every_s(self) -> float:
        """How often `alive` is to be told, in seconds; 0: nobody asks."""
        return self._every_s if self._address else 0.0

    def ready(self) -> None:
        """Tell that nothing stands against the work any more."""
        self._tell("READY=1")

    def stopping(self) -> None:
        """Tell that it was asked to end, and finishes what is in work."""
        self._tell("STOPPING=1")

    def alive(self) -> None:
        """Tell that it lives; to be called often, it speaks as rarely as it may."""
        now = time.monotonic()
        if self.every_s and now >= self._due:
            self._due = now + self._every_s
            self._tell("WATCHDOG=1")

    def _tell(self, what: str) -> None:
        if not self._address:
            return
        # A name that begins with @ is one of the abstract namespace (unix(7)).
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with (
            suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as door,
        ):
            door.settimeout(1)
            door.sendto(what.encode("ascii"), address)


def _interval_s() -> float:
    """After how many seconds of silence this process is held to be dead; 0: never."""
    asked, whose = os.environ.get(_INTERVAL, ""), os.environ.get(_WHOSE, "")
    if not asked.isdecimal() or whose not in {"", str(os.getpid())}:
        return 0.0
    return int(asked) / 1_000_000
