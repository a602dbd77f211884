"""What a department may be given: each right and limit as people write it, and what is refused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from farm.policy.pools import pool_named
from farm.policy.retention import retention_named
from pipeline.plan.errors import InputError

#: What a limit is set to that there is none of, what a window is, and what names no pool.
NONE = "none"
#: What a column of the ledger holds.
Value = int | str | None

_NAME = re.compile(r"\w[\w.-]{0,63}")
_MANY = 1_000_000
_HOUR_MS = 3_600_000
_GIGABYTE = 1_000_000_000
_MOST_PRIORITY = 50


@dataclass(frozen=True, kw_only=True)
class Right:
    """One right or limit of a department.

    Attributes:
        name: as it is called where it is set and shown, such as ``card-hours``.
        column: where it stands in the ledger.
        read: the ledger's value of what somebody wrote.
        told: what somebody would write for the ledger's value.
    """

    name: str
    column: str
    read: Callable[[str], Value]
    told: Callable[[Value], str]


def plain_name(name: str) -> str:
    """A department's name as it is kept.

    Raises:
        InputError: ``department-name-wrong``: it could not stand in a list of names.
    """
    plain = unicodedata.normalize("NFKC", name).strip()
    if not _NAME.fullmatch(plain):
        raise InputError("department-name-wrong", name=name)
    return plain


def same_name(name: str) -> str:
    """What the names of one department have in common, however they are written."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def changes_of(words: Mapping[str, str | None]) -> Mapping[str, Value]:
    """What is set by what somebody wrote, by the ledger's columns; what they did not write is not in it.

    Args:
        words: what stands for each right, by its name; None where nothing does.

    Raises:
        InputError: ``department-number-wrong``, ``department-limit-wrong``, ``department-retention-wrong`` or
            ``pool-name-wrong``.
    """
    return {right.column: right.read(word) for right in RIGHTS if (word := words.get(right.name)) is not None}


def _whole(option: str, least: int, most: int, code: str = "department-number-wrong") -> Callable[[str], int]:
    def read(word: str) -> int:
        try:
            number = int(word)
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise InputError(code, option=option, value=word, least=least, most=most)
        return number

    return read


def _parts(option: str, unit: int, most: int) -> Callable[[str], int]:
    """A number that need not be whole, in small units of which there are whole ones."""

    def read(word: str) -> int:
        try:
            number = Decimal(word)
        except InvalidOperation:
            number = Decimal(-1)
        # Not a number is in no range either.
        if not number.is_finite() or not 0 <= number <= most:
            raise InputError("department-limit-wrong", option=option, value=word, least=0, most=most)
        return round(number * unit)

    return read


def _or_none(read: Callable[[str], int]) -> Callable[[str], Value]:
    return lambda word: None if word.strip().casefold() == NONE else read(word)


def _plain(value: Value) -> str:
    return NONE if value in {None, ""} else str(value)


def _by(unit: int) -> Callable[[Value], str]:
    def told(value: Value) -> str:
        return NONE if value is None else f"{Decimal(value) / unit:f}"

    return told


def _yes(word: str) -> int:
    return int(word == "yes")


def _pool(word: str) -> str:
    return "" if word.strip().casefold() == NONE else pool_named(word)


def _window(word: str) -> str:
    plain = word.strip().casefold()
    return "" if plain == NONE else plain


def _limit(name: str, column: str) -> Right:
    return Right(
        name=name,
        column=column,
        read=_or_none(_whole(f"--{name}", 0, _MANY, "department-limit-wrong")),
        told=_plain,
    )


def _hours(name: str, column: str) -> Right:
    return Right(
        name=name, column=column, read=_or_none(_parts(f"--{name}", _HOUR_MS, _MANY)), told=_by(_HOUR_MS)
    )


RIGHTS: tuple[Right, ...] = (
    Right(name="weight", column="weight", read=_whole("--weight", 1, 10_000), told=_plain),
    Right(
        name="priority-limit",
        column="priority_limit",
        read=_whole("--priority-limit", -_MOST_PRIORITY, _MOST_PRIORITY),
        told=_plain,
    ),
    Right(
        name="urgent",
        column="urgent",
        read=_yes,
        told=lambda value: "yes" if value else "no",
    ),
    _limit("films", "films"),
    _limit("running", "running"),
    _hours("card-hours", "card_ms"),
    _limit("member-films", "member_films"),
    _limit("member-running", "member_running"),
    _hours("member-card-hours", "member_card_ms"),
    Right(name="pool", column="pool", read=_pool, told=_plain),
    Right(name="window", column="window", read=_window, told=_plain),
    Right(
        name="store-gb",
        column="store_bytes",
        read=_or_none(_parts("--store-gb", _GIGABYTE, _MANY)),
        told=_by(_GIGABYTE),
    ),
    Right(name="retention", column="retention", read=retention_named, told=_plain),
)
