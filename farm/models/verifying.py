"""Looks through the shelf anew: every byte of every file, and whether an engine can still open it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from farm.models.recognise import recognise
from farm.models.shelf import Listed, ModelShelf
from pipeline.plan.errors import InputError


def verified(shelf: ModelShelf, name: str = "") -> Iterator[Listed]:
    """One model, or all: each with what is wrong with it; nothing is changed.

    Raises:
        InputError: ``model-unknown`` or ``model-name-wrong``: there is no such model.
        AwayError: ``model-shelf-away``.
    """
    found = False
    for each in shelf.listed():
        if name in {"", each.name}:
            found = True
            yield _looked_through(shelf, each)
    if name and not found:
        shelf.named(name)


def _looked_through(shelf: ModelShelf, each: Listed) -> Listed:
    if each.record is None or each.problem is not None:
        return each
    try:
        path = shelf.check_content(each.record)
        recognise(path, trusted=each.record.trusted, kind=each.record.kind, file=each.name)
    except InputError as error:
        return replace(each, problem=error)
    return each
