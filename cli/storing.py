"""What a department may have in the store, told to whoever submits for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from cli.clean import clean
from cli.terminal import Terminal
from db.values import Room

_MEGABYTE = 1_000_000


def store_lines(terminal: Terminal, room: Room | None, needed: int = 0) -> Iterator[str]:
    """What is there and what comes; nothing where there is no limit.

    Args:
        terminal: whose language it is.
        room: of a department with a limit.
        needed: what films will take by an estimate, with all that is made of them; 0: there is none.
    """
    if room is None:
        return
    words, name = terminal.words, clean(room.name)
    told = {"name": name, "limit": _megabytes(room.limit), "used": _megabytes(room.used)}
    if not needed:
        yield words("limit-store", **told, new=_megabytes(room.new))
        return
    yield words("limit-store-will", **told, needed=_megabytes(needed))
    if room.used + needed > room.limit:
        yield words("limit-store-beyond", name=name)


def store_document(room: Room | None) -> dict[str, object] | None:
    """The same for a machine, in bytes; null: there is no limit."""
    told = {} if room is None else asdict(room)
    return {each: told[each] for each in ("limit", "used", "new")} if told else None


def _megabytes(size: int) -> str:
    return f"{size / _MEGABYTE:,.1f}"
