"""Tells films from everything else, by their first bytes alone."""

from __future__ import annotations

from pathlib import Path

from pipeline.plan.footage import HEAD_BYTES, SUFFIXES, container_of


def kind_of(path: Path) -> str:
    """The kind of film that a file is, a key of `SUFFIXES`; empty if it is none.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return container_of(file.read(HEAD_BYTES))


def suffix_of(path: Path) -> str:
    """The suffix that a film of a person bears in the store; empty for what is no film, or cannot be read."""
    try:
        return SUFFIXES.get(kind_of(path), "")
    except OSError:
        return ""
