"""How a sitter bears themselves: the look on the face, and how lively it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from pipeline.plan.errors import InputError

#: The options that say so, as a manifest writes them.
EXPRESSION, MOTION = "face.expression", "face.motion"

_Word = TypeVar("_Word", bound=StrEnum)


class Expression(StrEnum):
    """The look that a face has at rest, and keeps while it speaks."""

    NEUTRAL = "neutral"
    FRIENDLY = "friendly"


class Motion(StrEnum):
    """How much a face does besides speaking.

    Without any, lips and lids alone move: nobody speaks for a minute without blinking, but head, brows and
    eyes can be kept still, for a film that is laid over something else.
    """

    NONE = "none"
    CALM = "calm"
    LIVELY = "lively"


@dataclass(frozen=True, kw_only=True)
class Bearing:
    """How a sitter bears themselves."""

    expression: Expression = Expression.NEUTRAL
    motion: Motion = Motion.CALM


def bearing_of(options: Mapping[str, str]) -> Bearing:
    """The bearing that a job's options name; what they leave out or empty is the usual one.

    Raises:
        InputError: ``face-expression-unknown`` or ``face-motion-unknown``.
    """
    return Bearing(expression=expression_of(options), motion=motion_of(options))


def expression_of(options: Mapping[str, str]) -> Expression:
    """The look that options name.

    Raises:
        InputError: ``face-expression-unknown``.
    """
    return _word(options.get(EXPRESSION, ""), Expression.NEUTRAL, "face-expression-unknown")


def motion_of(options: Mapping[str, str]) -> Motion:
    """How lively options want a face to be.

    Raises:
        InputError: ``face-motion-unknown``.
    """
    return _word(options.get(MOTION, ""), Motion.CALM, "face-motion-unknown")


def plainly(options: Mapping[str, str]) -> dict[str, str]:
    """The same options with the bearing in its plainest words, so that equal films have equal options.

    Raises:
        InputError: as `bearing_of`.
    """
    bearing, usual = bearing_of(options), Bearing()
    plain = {name: value for name, value in options.items() if name not in {EXPRESSION, MOTION}}
    if bearing.expression is not usual.expression:
        plain[EXPRESSION] = bearing.expression.value
    if bearing.motion is not usual.motion:
        plain[MOTION] = bearing.motion.value
    return plain


def _word(written: str, usual: _Word, code: str) -> _Word:
    """The word that was written, in any case; the usual one if none was."""
    name = written.strip().casefold()
    if not name:
        return usual
    kind = type(usual)
    if name not in {word.value for word in kind}:
        raise InputError(code, word=written.strip(), known=", ".join(kind))
    return kind(name)
