"""Phonemes and words in little memory: their numbers stand in arrays until they are looked at."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Generic, TypeVar

from pipeline.plan.speech import Phoneme, Word

SegmentT = TypeVar("SegmentT", Phoneme, Word)


class Packed(Generic[SegmentT]):
    """A dataclass's field of phonemes or words that reads as a tuple and takes a fifth of its memory.

    An hour's speech has more than forty thousand of them. Each reading makes them anew, so a loop reads once.

    Args:
        kind: what the field holds.

    Raises:
        OverflowError: on setting: a time that 64 bits do not hold.
    """

    def __init__(self, kind: type[SegmentT]) -> None:
        self._kind: type[SegmentT] = kind
        self._parts = [(field.name, field.type == "int") for field in fields(kind)]
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        """Learn the field's name."""
        self._name = name

    def __get__(self, instance: object | None, owner: type | None = None) -> tuple[SegmentT, ...]:
        """The segments, in order."""
        if instance is None:
            # So a dataclass learns that the field has no default.
            raise AttributeError(self._name)
        names = [name for name, _ in self._parts]
        columns = vars(instance)[self._name]
        return tuple(self._kind(**dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True))

    def __set__(self, instance: object, segments: tuple[SegmentT, ...]) -> None:
        """Keep segments: one column for each of their fields."""
        vars(instance)[self._name] = tuple(
            array("q", column) if numbers else _shared(column)
            for numbers, column in (
                (numbers, [getattr(segment, name) for segment in segments]) for name, numbers in self._parts
            )
        )


def _shared(column: Sequence[Any]) -> tuple[Any, ...]:
    """Symbols, of which a film has some forty, and truth values: each is kept once."""
    return tuple(sys.intern(value) if isinstance(value, str) else value for value in column)
