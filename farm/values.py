"""Values of variables that are more than text: checked, and written as a voice reads them well.

Forms of dates and numbers are those of the Unicode CLDR, by Babel, which is loaded when it is needed: most
commands have nothing to write.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.plan.errors import InputError

if TYPE_CHECKING:
    from babel import Locale

_ENGLISH = "en"
# Voices know languages that CLDR has under another name.
_OTHER_NAMES = {"cmn": "zh", "wuu": "zh", "hak": "zh", "nan": "zh"}
_QUOTED_CHARACTERS = 40
_MOST_DIGITS = 27

_POINTED = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")
_COMMAED = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+)(?:,\d+)?")
_UNCLEAR = re.compile(r"[+-]?\d{1,3}\.\d{3}")
_SPACED = re.compile(r"(?<=\d)[ '’](?=\d{3}(?!\d))")
_YEAR_FIRST = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:[T ]+00:00(?::00)?)?"
)
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?([a-z]+)\.?,?\s+(\d{4})", re.IGNORECASE)
_MONTH_FIRST = re.compile(r"([a-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", re.IGNORECASE)
_WEEKDAY = re.compile(
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[.,]?\s+", re.IGNORECASE
)
_HALF = r"(?P<half>[ap])\.?m\.?"
_CLOCKS = (
    re.compile(rf"(?P<hour>\d{{1,2}})[:.](?P<minute>\d{{2}})(?::00)?\s*(?:{_HALF})?", re.IGNORECASE),
    re.compile(rf"(?P<hour>\d{{1,2}})(?P<minute>)\s*{_HALF}", re.IGNORECASE),
    re.compile(r"(?P<half>)(?P<hour>\d{1,2})\s*[点時时]\s*(?:(?P<minute>\d{1,2})\s*分?|整)?"),
)
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_NOON = 12


def written(value: str, kind: str, language: str) -> str:
    """A value as it is put into a script.

    Args:
        value: what a cell holds; not empty.
        kind: one of `KINDS`.
        language: BCP 47 tag of the script.

    Raises:
        InputError: ``manifest-variable-whole``, ``-number``, ``-date`` or ``-time``: it is not of its kind.
    """
    return KINDS[kind](value, _locale(language))


def _text(value: str, _: Locale) -> str:
    return value


def _whole(value: str, locale: Locale) -> str:
    number = _decimal(value, locale)
    if number is None or number != number.to_integral_value():
        raise _wrong("manifest-variable-whole", value)
    return _spelt(number.to_integral_value(), locale)


def _number(value: str, locale: Locale) -> str:
    number = _decimal(value, locale)
    if number is None:
        raise _wrong("manifest-variable-number", value)
    return _spelt(number, locale)


def _date(value: str, locale: Locale) -> str:
    from babel.dates import format_date

    day = _day(_plain(value))
    if day is None:
        raise _wrong("manifest-variable-date", value)
    return _seen(format_date(day, "long", locale=locale))


def _time(value: str, locale: Locale) -> str:
    from babel.dates import format_time

    clock = _clock(_plain(value))
    if clock is None:
        raise _wrong("manifest-variable-time", value)
    if locale.language == "zh":
        minutes = f"{clock.minute:02d}分" if clock.minute else ""
        return f"{clock.hour}点{minutes}"
    text = _seen(format_time(clock, "short", locale=locale))
    # Voices read the noughts of 2:00 PM aloud.
    return text if clock.minute or "M" not in text else text.replace(":00", "")


#: What a variable may be, and how its value is written.
KINDS: Mapping[str, Callable[[str, Locale], str]] = {
    "text": _text,
    "number": _number,
    "whole": _whole,
    "date": _date,
    "time": _time,
}


def is_language(name: str) -> bool:
    """Whether a name is a language's, as those of most voices are: ``en-us``, ``cmn``."""
    return _known(name) is not None


@lru_cache(maxsize=256)
def _known(name: str) -> Locale | None:
    from babel import Locale
    from babel.core import UnknownLocaleError

    try:
        return Locale.parse(_OTHER_NAMES.get(name.casefold(), name).replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return None


def _locale(language: str) -> Locale:
    """The forms of a language; English ones where they are unknown."""
    known = _known(language) or _known(language.partition("-")[0]) or _known(_ENGLISH)
    if known is None:
        raise LookupError(_ENGLISH)
    return known


def _decimal(value: str, locale: Locale) -> Decimal | None:
    """A number with a point, or with a comma in languages that write one; None when it is unclear or none."""
    plain = _SPACED.sub("", _plain(value).replace("\u2212", "-"))
    if len(plain) > _MOST_DIGITS:
        return None
    comma = locale.number_symbols.get("latn", {}).get("decimal") == ","
    if comma and _COMMAED.fullmatch(plain) and not _UNCLEAR.fullmatch(plain):
        return Decimal(plain.replace(".", "").replace(",", "."))
    if _POINTED.fullmatch(plain) and not (comma and ("," in plain or _UNCLEAR.fullmatch(plain))):
        return Decimal(plain.replace(",", ""))
    return None


def _spelt(number: Decimal, locale: Locale) -> str:
    from babel.numbers import format_decimal

    text = _seen(str(format_decimal(abs(number), locale=locale, decimal_quantization=False)))
    if number >= 0:
        return text
    # Chinese voices pass over a minus sign.
    return f"负{text}" if locale.language == "zh" else f"-{text}"


def _day(plain: str) -> date | None:
    text = _WEEKDAY.sub("", plain, count=1)
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year = int(found[1]), _month(found[2]), int(found[3])
    elif found := _MONTH_FIRST.fullmatch(text):
        month, day, year = _month(found[1]), int(found[2]), int(found[3])
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month(name: str) -> int:
    """A month by its English name, or by its first three letters; 0 for none."""
    plain = {"sept": "sep"}.get(name.casefold(), name.casefold())
    return next((at for at, month in enumerate(_MONTHS, 1) if plain in {month, month[:3]}), 0)


def _clock(plain: str) -> time | None:
    found = next((match for clock in _CLOCKS if (match := clock.fullmatch(plain))), None)
    if found is None:
        return None
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), (found["half"] or "").casefold()
    if half and not 1 <= hour <= _NOON:
        return None
    if half:
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    try:
        return time(hour, minute)
    except ValueError:
        return None


def _plain(value: str) -> str:
    """Full-width digits and odd spaces as plain ones."""
    return " ".join(unicodedata.normalize("NFKC", value).split())


def _seen(text: str) -> str:
    """What CLDR writes, with plain spaces, which every caption's font has."""
    return " ".join(text.split())


def _wrong(code: str, value: str) -> InputError:
    return InputError(code, value=value[:_QUOTED_CHARACTERS])
