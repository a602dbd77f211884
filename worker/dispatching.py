"""The dispatcher as a process."""

from __future__ import annotations

from farm.bootstrap import Settings


def serve(settings: Settings, *, name: str) -> int:
    """Keep the queues thin until told to end; returns the exit code.

    Any number may run, on any hosts: one leads, the others watch it.

    Raises:
        InputError: a setting is wrong, or the ledger's schema is not this version's.
        AwayError: the ledger cannot be reached at the start. Later it may come and go.
    """
    raise NotImplementedError(settings, name)
