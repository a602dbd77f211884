"""Dates, years and times of day in English words."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import regex

from pipeline.plan.reading.english.numbers import YEARS, cardinal, decade, is_year, ordinal, year
from pipeline.plan.reading.rules import DASH, Rule, rule

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_SHORT = {name[:3]: name for name in _MONTHS} | {"Sept": "September"}
_NAMES = "|".join(
    f"{name}|{name.upper()}" for name in sorted({*_MONTHS, *_SHORT}, key=lambda name: (-len(name), name))
)
_MONTH = rf"(?P<month>{_NAMES})\b(?:\.(?=[\ ,]))?"
_DAY = r"(?<![\p{L}\d]|\d[.,:/])(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_LAST = rf"(?:\ ?{DASH}\ ?(?P<last>\d{{1,2}})(?:st|nd|rd|th)?)?"
_YEAR = r"(?:,?\ (?P<year>(?:1[1-9]|20)\d\d)(?![\d%]|[.,:]\d))?"
_END = r"(?![\d:%]|[.,/]\d)"
# A month has no more days, a year no more months; a day of 24 hours ends at 24:00.
_DAYS, _MONTHS_OF_YEAR, _HOURS = 31, 12, 24
_NOON = 12
# Years of two digits: from 70 on, those of the last century.
_TURN = 70

_HALF = r"(?P<half>[ap]\.m\.|[ap]m\b|[AP]\.M\.|[AP]M\b)"
_CLOCK = r"\d{1,2}(?::[0-5]\d)?(?:\ ?(?:[ap]\.m\.|[ap]m\b|[AP]\.M\.|[AP]M\b))?"
# Behind these, four digits are a year whatever follows; behind the weak ones, unless many things follow.
_STRONG = "in since until till during before after by circa year the mid early late"
_WEAK = "from to of and or spring summer autumn fall winter class"
_MANY = frozenset({"people", "men", "women", "children", "of"})
_PLURAL = regex.compile(r"\p{Ll}{2,}[^s]s")


def rules(*, british: bool) -> tuple[Rule, ...]:
    """Dates before years, and ranges of times before times."""

    def of(words: Callable[..., str | None]) -> Callable[[regex.Match[str]], str | None]:
        return partial(words, british=british)

    number = r"(?<![\p{L}\d]|\d[.,:/-])"
    return (
        rule(
            rf"{number}(?P<year>\d{{4}})(?P<part>[-/.])(?P<month>\d{{1,2}})(?P=part)(?P<day>\d{{1,2}})"
            r"(?:T(?=\d{2}:)|(?![\d/-]|[.,]\d))",
            of(_iso),
        ),
        rule(
            rf"{number}(?P<first>\d{{1,2}})(?P<part>[/.])(?P<second>\d{{1,2}})(?P=part)"
            r"(?P<year>\d{4}|(?<=/)\d{2})(?![\d/-]|[.,]\d)",
            of(_of_figures),
        ),
        rule(rf"(?:\b[Tt]he\ )?{_DAY}{_LAST}(?:\ of)?\ {_MONTH}{_YEAR}", of(_day_first)),
        rule(rf"\b{_MONTH}\ (?:the\ )?{_DAY}{_LAST}{_END}{_YEAR}", of(_month_first)),
        rule(
            rf"\b{_MONTH},?\ (?P<year>(?:1[1-9]|20)\d\d){_END}",
            of(_month_of_year),
        ),
        rule(rf"(?<![\d:.,/-])(?P<from>{_CLOCK})\ ?{DASH}\ ?(?P<to>{_CLOCK})(?![\d:-])", _times),
        rule(
            rf"(?<![\d:.,])(?P<hour>\d{{1,2}}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?:\ ?{_HALF})?"
            r"(?![\d:])",
            of(_clock),
        ),
        rule(rf"(?<![\d:.,])(?P<hour>\d{{1,2}})(?P<minute>)(?P<second>)\ ?{_HALF}", of(_clock)),
        rule(
            r"(?<![\p{L}\d.,])(?P<start>\d{3}0|['’]\d0|(?<=\b(?:the|early|late|mid)[\ -])\d0)['’]?s\b",
            of(_decade),
        ),
        rule(
            rf"(?<![\p{{L}}\d.,$€£¥#-])(?P<from>\d{{4}})\ ?{DASH}\ ?(?P<to>\d{{4}}|\d\d)"
            r"(?![\d%-]|[.,:]\d)",
            of(_years),
        ),
        rule(
            rf"(?:(?P<strong>\b(?:{_either(_STRONG)})[\ -])|(?P<weak>\b(?:{_either(_WEAK)})\ ))?"
            r"(?<![\p{L}\d.,$€£¥#+~]|(?<!\bmid)-)(?P<year>\d{4})(?![\d%\p{L}]|[.,:/*+×=-]\d|\ ?[×=*+])"
            r"(?=(?P<noun>\ \p{Ll}+)?)",
            of(_year_alone),
        ),
    )


def _said(day: int, month: int, number: int, *, british: bool) -> str:
    named, place = _MONTHS[month - 1], ordinal(day, british=british)
    told = f"the {place} of {named}" if british else f"{named} {place}"
    return f"{told}, {year(number, british=british)}"


def _iso(found: regex.Match[str], *, british: bool) -> str | None:
    day, month = int(found["day"]), int(found["month"])
    return _said(day, month, int(found["year"]), british=british) if _is_date(day, month) else None


def _of_figures(found: regex.Match[str], *, british: bool) -> str | None:
    """3/4/2024 is ambiguous and read as where the language is spoken; 15/3/2024 and 15.3.2024 are not."""
    first, second = int(found["first"]), int(found["second"])
    day_first = "." in found["part"] or first > _MONTHS_OF_YEAR or (british and second <= _MONTHS_OF_YEAR)
    day, month = (first, second) if day_first else (second, first)
    return _said(day, month, _whole(found["year"]), british=british) if _is_date(day, month) else None


def _day_first(found: regex.Match[str], *, british: bool) -> str | None:
    days = _days(found, " to the ", british=british)
    return None if days is None else f"the {days} of {_named(found)}{_told_year(found, british=british)}"


def _month_first(found: regex.Match[str], *, british: bool) -> str | None:
    days = _days(found, " to ", british=british)
    the = "the " if british else ""
    return None if days is None else f"{_named(found)} {the}{days}{_told_year(found, british=british)}"


def _month_of_year(found: regex.Match[str], *, british: bool) -> str:
    return f"{_named(found)} {year(int(found['year']), british=british)}"


def _decade(found: regex.Match[str], *, british: bool) -> str:
    return decade(int(found["start"].strip("'’")), british=british)


def _year_alone(found: regex.Match[str], *, british: bool) -> str | None:
    noun = (found["noun"] or "").strip()
    many = noun in _MANY or _PLURAL.fullmatch(noun)
    if not is_year(found["year"]) or (many and not found["strong"]):
        return None
    return f"{found['strong'] or found['weak'] or ''}{year(int(found['year']), british=british)}"


def _either(words: str) -> str:
    """Any of the words, also as the first of a sentence."""
    return "|".join(f"{word}|{word.capitalize()}" for word in words.split())


def _is_date(day: int, month: int) -> bool:
    return 1 <= day <= _DAYS and 1 <= month <= _MONTHS_OF_YEAR


def _whole(text: str) -> int:
    """The year that two digits are short for."""
    number = int(text)
    if len(text) > 2:  # noqa: PLR2004 - of two digits
        return number
    return number + (1900 if number >= _TURN else 2000)


def _named(found: regex.Match[str]) -> str:
    name = found["month"].capitalize()
    return _SHORT.get(name, name)


def _days(found: regex.Match[str], between: str, *, british: bool) -> str | None:
    days = [int(day) for day in (found["day"], found["last"]) if day]
    if not all(1 <= day <= _DAYS for day in days):
        return None
    return between.join(ordinal(day, british=british) for day in days)


def _told_year(found: regex.Match[str], *, british: bool) -> str:
    return f", {year(int(found['year']), british=british)}" if found["year"] else ""


def _times(found: regex.Match[str]) -> str | None:
    """Both ends, still in figures: each is a time of its own. Only what is written as a time is one."""
    first, last = found["from"], found["to"]
    told = ":" in first or ":" in last or last[-1] in "mM."
    return f"{first} to {last}" if told else None


def _years(found: regex.Match[str], *, british: bool) -> str | None:
    first, last = int(found["from"]), int(found["to"])
    if first not in YEARS:
        return None
    if last in YEARS:
        return f"{year(first, british=british)} to {year(last, british=british)}"
    # "2019-21"
    if len(found["to"]) > 2 or last <= first % 100:  # noqa: PLR2004 - of two digits
        return None
    return f"{year(first, british=british)} to {cardinal(last, british=british)}"


def _clock(found: regex.Match[str], *, british: bool) -> str | None:
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    half = found["half"]
    if hour > _HOURS or (half and not 1 <= hour <= _NOON) or (hour == _HOURS and minute):
        return None
    said = cardinal(hour, british=british)
    if minute:
        oh = "oh " if minute < 10 else ""  # noqa: PLR2004 - one digit
        said = f"{said} {oh}{cardinal(minute, british=british)}"
    elif found["second"]:
        said = f"{said} hours"
    elif half:
        pass
    elif hour in (0, _HOURS):
        said = "midnight"
    else:
        said = f"{said} o'clock" if hour <= _NOON else f"{said} hundred"
    if found["second"]:
        seconds = int(found["second"])
        said += f" and {cardinal(seconds, british=british)} second{'' if seconds == 1 else 's'}"
    if not half:
        return said
    # A letter with a stop is said by its name; that of the sentence is one with it.
    stop = "" if found.string[found.end() :].startswith(".") else "."
    return f"{said} {half[0].lower()}.m{stop}"
