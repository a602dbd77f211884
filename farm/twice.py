"""Films that were submitted before: what they keep although something else is asked for this time.

A batch is known by its films and who pays for them. How they stand in line, where and when they are made is
no part of that: whoever submits a sheet again, more urgently, wants the same films once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from db.given import Given, read_given
from farm.bootstrap import Farm
from farm.policy.pools import ANY
from farm.rowcheck import Film
from pipeline.plan.moments import iso

_NO = "no"
_NAMES = ("urgency", "priority", "pool", "window", "deadline")


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """What films keep that they were given before.

    Attributes:
        name: which of ``urgency``, ``priority``, ``pool``, ``window`` and ``deadline``.
        films: how many keep another one than is asked for.
        has: what these have, as `lectern set` takes it; empty: not all the same.
        asked: what is asked for them, likewise.
    """

    name: str
    films: int
    has: str
    asked: str


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What of a batch that was submitted before stays as it was.

    Attributes:
        what: all of it; empty: nothing else is asked for.
        command: what gives the batch what is asked for; empty: films are asked to have different things.
    """

    what: tuple[Keeping, ...] = ()
    command: str = ""


def kept(farm: Farm, batch: int, films: Sequence[Film]) -> Kept:
    """What films of a batch that are still to be made keep, although their rows ask for something else now.

    Raises:
        AwayError: ``ledger-away``.
    """
    given, asked = read_given(farm.ledger, batch), {film.row.id: film for film in films}
    rows = [row for row in given if row in asked]
    what: list[Keeping] = []
    wishes: dict[str, str] = {}
    for name in _NAMES:
        has, wanted = _words(name, given), _words(name, asked)
        others = [row for row in rows if has[row] != wanted[row]]
        if others:
            has_one, wants_one = ({of[row] for row in others} for of in (has, wanted))
            what.append(Keeping(name=name, films=len(others), has=_only(has_one), asked=_only(wants_one)))
            wishes[name] = _only({wanted[row] for row in rows})
    if not what or not all(wishes.values()):
        return Kept(what=tuple(what))
    options = " ".join(f"--{name} {word}" for name, word in wishes.items())
    return Kept(what=tuple(what), command=f"lectern set --batch {batch} {options}")


def _words(name: str, of: Mapping[str, Given] | Mapping[str, Film]) -> Mapping[str, str]:
    return {row: _word(name, getattr(each, name)) for row, each in of.items()}


def _word(name: str, value: str | int | None) -> str:
    """A value as somebody would set it."""
    if name == "deadline":
        return iso(int(value)) if value else _NO
    if name == "pool":
        return str(value) if value else ANY
    return str(value) if value or name == "priority" else _NO


def _only(words: set[str]) -> str:
    return next(iter(words)) if len(words) == 1 else ""
