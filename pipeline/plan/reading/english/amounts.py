"""Money, shares, measures and fractions in English words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import regex

from pipeline.plan.reading.english.numbers import cardinal, decimal, ordinal, plural_ordinal
from pipeline.plan.reading.english.tables import CURRENCIES, RATES, SCALES, UNITS
from pipeline.plan.reading.rules import DASH, FRACTION, MINUS, Rule, rule

#: A number as it is written in English.
NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
#: Before a number that begins there: no letter and no other number.
APART = r"(?<![\p{L}\d]|\d[.,:/])"
#: A sign that belongs to a number, and is no hyphen.
SIGN = rf"(?P<sign>(?<![\p{{L}}\d)%])(?<!\d\ )(?:{MINUS}|\+|±|~|≈|<|>|≤|≥)\ ?)?"
_SIGNS = {
    "+": "plus",
    "±": "plus or minus",
    "~": "about",
    "≈": "about",
    "<": "less than",
    ">": "more than",
    "≤": "at most",
    "≥": "at least",
}
_EITHER_HALF = {2: ("half", "halves"), 4: ("quarter", "quarters")}
# Of more parts nobody speaks; it is one number over another.
_MOST_PARTS = 100
_SQUARED = {"2": "square", "²": "square", "3": "cubic", "³": "cubic"}


def _any(signs: Iterable[str]) -> str:
    return "|".join(regex.escape(sign) for sign in sorted(signs, key=lambda sign: (-len(sign), sign)))


_CURRENCY = _any(CURRENCIES)
_SCALE = rf"(?P<scale>[\ -]?(?:{_any(SCALES)})(?![\p{{L}}\d]))?"
_UNIT = _any(UNITS)


def signed(sign: str | None) -> str:
    """The words of a sign before a number."""
    plain = (sign or "").strip()
    return f"{_SIGNS.get(plain, 'minus')} " if plain else ""


def rules(*, british: bool) -> tuple[Rule, ...]:
    """Money before measures, and fractions last."""

    def of(words: Callable[..., str]) -> Callable[[regex.Match[str]], str]:
        return partial(words, british=british)

    return (
        rule(rf"{SIGN}(?<![\p{{L}}\d])(?P<currency>{_CURRENCY})\ ?{_spread('')}{_SCALE}(?!\d)", of(_money)),
        rule(rf"{SIGN}{APART}{_spread('')}{_SCALE}\ ?(?P<currency>{_CURRENCY})(?![\p{{L}}\d])", of(_money)),
        rule(rf"{SIGN}{APART}{_spread('%?')}\ ?(?P<share>[%‰])", of(_share)),
        rule(
            r"(?<![\p{L}\d.,])(?P<feet>\d{1,2})['′’](?:\ ?(?P<inches>\d{1,2})[\"″”])?(?![\p{L}\d])",
            of(_feet),
        ),
        rule(
            rf"{SIGN}{APART}{_spread('')}(?:\ |(?P<hyphen>-))?"
            rf"(?:(?P<rate>{_any(RATES)})|(?P<unit>{_UNIT})(?:\^?(?P<power>[23²³]))?"
            rf"(?:/(?P<per>{_UNIT})(?P<squared>²|\^2)?)?)"
            r"(?![\p{L}\d'’])",
            of(_measure),
        ),
        rule(
            rf"{SIGN}(?<![\p{{L}}\d/]|\d[.,:]){FRACTION}(?![\d/\p{{L}}]|[.,]\d)",
            of(_fraction),
        ),
    )


def _spread(between: str) -> str:
    return rf"(?P<low>{NUMBER}){between}(?:\ ?{DASH}\ ?(?:{_CURRENCY})?(?P<high>{NUMBER}))?"


def _ends(found: regex.Match[str], *, british: bool) -> str:
    low = signed(found["sign"]) + decimal(found["low"], british=british)
    return f"{low} to {decimal(found['high'], british=british)}" if found["high"] else low


def _money(found: regex.Match[str], *, british: bool) -> str:
    one, many, cent, cents = CURRENCIES[found["currency"]]
    whole, _, decimals = found["low"].replace(",", "").partition(".")
    if found["high"] or found["scale"] or len(decimals) != 2 or not cent:  # noqa: PLR2004 - hundredths
        scale = f" {SCALES[found['scale'].strip(' -')]}" if found["scale"] else ""
        single = found["low"] == "1" and not (found["high"] or scale)
        return f"{_ends(found, british=british)}{scale} {one if single else many}"
    parts = [(int(whole), one, many), (int(decimals), cent, cents)]
    told = [
        f"{cardinal(count, british=british)} {name if count == 1 else names}"
        for count, name, names in parts
        if count or (name == one and not int(decimals))
    ]
    return signed(found["sign"]) + " and ".join(told)


def _share(found: regex.Match[str], *, british: bool) -> str:
    return f"{_ends(found, british=british)} {'percent' if found['share'] == '%' else 'per thousand'}"


def _measure(found: regex.Match[str], *, british: bool) -> str:
    # "a 5-kilometer run"
    single = bool(found["hyphen"]) or (found["low"] == "1" and not found["high"])
    return f"{_ends(found, british=british)} {_unit(found, single=single)}"


def _feet(found: regex.Match[str], *, british: bool) -> str:
    feet_, inches = int(found["feet"]), int(found["inches"] or 0)
    told = f"{cardinal(feet_, british=british)} {'foot' if feet_ == 1 else 'feet'}"
    return f"{told} {cardinal(inches, british=british)}" if inches else told


def _unit(found: regex.Match[str], *, single: bool) -> str:
    if found["rate"]:
        one, many = RATES[found["rate"]]
        return one if single else many
    one, many = UNITS[found["unit"]]
    said = one if single else many
    if found["power"]:
        said = f"{_SQUARED[found['power']]} {said}"
    if found["per"]:
        said = f"{said} per {UNITS[found['per']][0]}"
    return f"{said} squared" if found["squared"] else said


def _fraction(found: regex.Match[str], *, british: bool) -> str:
    top, bottom = int(found["top"]), int(found["bottom"])
    whole = found["whole"]
    sign = signed(found["sign"])
    if not 1 <= top < bottom <= _MOST_PARTS:
        # "24/7", "50/50" are said as they stand.
        between = " " if (top, bottom) in {(24, 7), (50, 50)} else " over "
        told = between.join(cardinal(number, british=british) for number in (top, bottom))
        return f"{sign}{cardinal(int(whole), british=british)} {told}" if whole else f"{sign}{told}"
    parts = _EITHER_HALF.get(
        bottom, (ordinal(bottom, british=british), plural_ordinal(bottom, british=british))
    )
    part = parts[0] if top == 1 else parts[1]
    if not whole:
        return f"{sign}{cardinal(top, british=british)} {part}"
    count = "a" if top == 1 else cardinal(top, british=british)
    return f"{sign}{cardinal(int(whole), british=british)} and {count} {part}"
