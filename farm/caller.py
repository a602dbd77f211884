"""Who gives an order: the operating system's user, under the name that films and the ledger bear."""

from __future__ import annotations

import getpass
import os

from pipeline.plan.names import legible


def caller() -> str:
    """The name of the user of this process; in a container whose user has none, the number."""
    try:
        return legible(getpass.getuser())
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"
