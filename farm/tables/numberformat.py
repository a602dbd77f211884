"""Numbers of a workbook as a person sees them: number formats of ECMA-376 part 1, 18.8.30 and 18.8.31.

Dates whose format is digits alone are written as ISO 8601 has them, since what a person sees then depends on
their computer: ``3/2`` is a day in March here and one in February there. Formats that spell the month are
followed, in English. What is not known here, such as fractions, is shown as an unformatted cell shows it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

GENERAL = "General"

#: Formats that a workbook names by number alone; 27 to 36 and 50 to 58 as Excel for China has them.
BUILT_IN: Mapping[int, str] = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    14: "yyyy-mm-dd",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm",
    **dict.fromkeys((27, 36, 50, 52, 57), 'yyyy"年"m"月"'),
    **dict.fromkeys((28, 29, 51, 53, 54, 58), 'm"月"d"日"'),
    30: "yyyy-mm-dd",
    31: 'yyyy"年"m"月"d"日"',
    **dict.fromkeys((32, 55), 'h"时"mm"分"'),
    **dict.fromkeys((33, 56), 'h"时"mm"分"ss"秒"'),
    34: 'h"时"mm"分"',
    35: 'h"时"mm"分"ss"秒"',
    37: "#,##0;-#,##0",
    38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00",
    41: "#,##0",
    42: "#,##0",
    43: "#,##0.00",
    44: "#,##0.00",
    45: "mm:ss",
    46: "[h]:mm:ss",
}

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_TOKEN = re.compile(
    r"""
    "(?P<quoted>[^"]*)"? | \\(?P<escaped>.) | [_*](?P<padding>.) |
    \[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\] | \[(?P<elapsed>h+|m+|s+)\] | \[(?P<bracket>[^\]]*)\] |
    (?P<noon>AM/PM|A/P|上午/下午) | (?P<date>y+|m+|d+|h+|s+(?:\.0+)?) | (?P<number>[0#?.,%]) |
    (?P<strange>[Ee][+-]?|[bg/@](?=.)|/) | (?P<literal>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_HAN = re.compile("[\u4e00-\u9fff]")
_DIGIT = "0#?"
#: Digits that a cell without a format shows of a fraction, and those that a double holds.
_SEEN_DIGITS = 10
_HELD_DIGITS = 15
_LAST_SERIAL = 2_958_465  # 9999-12-31
_LEAP_BUG = 60  # Excel believes in 1900-02-29, which is day 60
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - cells know no time zone
_EPOCH_1904_DAYS = 1462
_NOON = 12
_MOST_DECIMALS = 6
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_NAMED = 3  # from so many letters on, a month or day is spelt
_SPELT = 4  # from so many, in full
_TWO = 2


@dataclass(frozen=True, kw_only=True)
class _Token:
    """A part of a format: its kind is a group of `_TOKEN`."""

    kind: str
    text: str


def shown(value: str, format_code: str, *, from_1904: bool = False) -> str:
    """A number as its cell shows it.

    Args:
        value: the number as the file has it, such as ``0.30000000000000004``.
        format_code: its cell's number format, such as ``#,##0.00``; ``General`` for none.
        from_1904: whether the workbook counts days from 1904, as old ones from a Mac do.

    Raises:
        ValueError: it is no finite number, or one that its format makes larger than any that people write.
    """
    try:
        return _shown(value, format_code, from_1904=from_1904)
    except ArithmeticError as error:
        raise ValueError(value) from error


def _shown(value: str, format_code: str, *, from_1904: bool) -> str:
    double = float(value)
    if abs(double) >= 1e300:  # noqa: PLR2004 - nor is infinity, nor what is no number
        raise ValueError(value)
    if double != double:  # noqa: PLR0124 - this is how a number says that it is none
        raise ValueError(value)
    number = Context(prec=_HELD_DIGITS, rounding=ROUND_HALF_UP).create_decimal(value)
    sections = _sections(format_code)
    index = _section_for(number, len(sections))
    tokens = sections[index]
    kinds = {token.kind for token in tokens}
    if kinds & {"date", "elapsed"}:
        days = double + (_EPOCH_1904_DAYS if from_1904 else 0)
        return _as_date(days, tokens) if 0 <= days <= _LAST_SERIAL else _general(number)
    if "strange" in kinds or (not tokens and len(sections) == 1):
        return _general(number)
    sign = "-" if number < 0 and len(sections) == 1 else ""
    return f"{sign}{_as_number(abs(number), tokens)}".strip()


def _general(number: Decimal) -> str:
    """A number as a cell without a format shows it; whole ones with all their digits."""
    if number != number.to_integral_value():
        number = Context(prec=_SEEN_DIGITS, rounding=ROUND_HALF_UP).plus(number)
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@lru_cache(maxsize=512)
def _sections(format_code: str) -> tuple[tuple[_Token, ...], ...]:
    """A format's sections: positive, negative, zero, text. One without tokens is an unformatted one."""
    if format_code.strip().casefold() in {"general", "@", "g/通用格式", "standard", ""}:
        return ((),)
    sections: list[list[_Token]] = [[]]
    for found in _TOKEN.finditer(format_code):
        kind = str(found.lastgroup)
        text = found[kind] or ""
        if kind == "literal" and text == ";":
            sections.append([])
        elif kind == "bracket" and text[:1] in ("<", ">", "="):
            return ((),)  # a condition: which section holds is not looked for
        elif kind not in {"bracket", "padding"}:
            sections[-1].append(_Token(kind=kind, text=text))
    return tuple(tuple(section) for section in sections)


def _section_for(number: Decimal, sections: int) -> int:
    if number < 0 and sections > 1:
        return 1
    return 2 if number == 0 and sections > _TWO else 0


def _as_number(number: Decimal, tokens: Sequence[_Token]) -> str:
    """A number that is not negative, by a section of placeholders and literals."""
    marks = [token.text for token in tokens if token.kind == "number"]
    point = marks.index(".") if "." in marks else len(marks)
    whole, fraction = marks[:point], [mark for mark in marks[point:] if mark in _DIGIT]
    places = [at for at, mark in enumerate(whole) if mark in _DIGIT]
    grouped = bool(places) and "," in whole[places[0] : places[-1]]
    # Each comma behind the last digit hides three digits.
    scale = 2 * marks.count("%") - 3 * (marks.count(",") - (whole[: places[-1]].count(",") if places else 0))
    rounded = number.scaleb(scale).quantize(Decimal(1).scaleb(-len(fraction)), ROUND_HALF_UP, _EXACT)
    digits, _, decimals = f"{rounded:f}".partition(".")
    digits = digits.lstrip("0").rjust(sum(whole[at] == "0" for at in places), "0")
    while decimals and decimals[-1] == "0" and fraction[len(decimals) - 1] != "0":
        decimals = decimals[:-1]
    return _spread(tokens, digits, decimals, grouped=grouped)


def _spread(tokens: Sequence[_Token], digits: str, decimals: str, *, grouped: bool) -> str:
    """Digits put where placeholders stand, literals between them."""
    before = _places_before_point(tokens)
    out: list[str] = []
    seen, behind = 0, False
    for token in tokens:
        if token.kind != "number":
            out.append(token.text if token.kind in {"literal", "quoted", "escaped", "currency"} else "")
        elif token.text == ".":
            behind = True
            out.append(f".{decimals}" if decimals else "")
        elif token.text == "%":
            out.append("%")
        elif token.text in _DIGIT and not behind:
            # The first placeholder takes all digits that are too many for the others.
            left = before - seen
            taken = (
                digits[: len(digits) - left + 1] if seen == 0 else digits[-left:][: len(digits) > left - 1]
            )
            at = len(digits) if seen == 0 else left
            out.append(_grouped(taken, at) if grouped else taken)
            seen += 1
    return "".join(out)


def _places_before_point(tokens: Sequence[_Token]) -> int:
    count = 0
    for token in tokens:
        if token.kind == "number" and token.text == ".":
            break
        count += token.kind == "number" and token.text in _DIGIT
    return count


def _grouped(digits: str, at: int) -> str:
    """Digits with commas, the first of them being the `at`-th of its number from the right."""
    return "".join(
        f"{digit}," if (at - index - 1) % 3 == 0 and at - index - 1 > 0 else digit
        for index, digit in enumerate(digits)
    )


_EXACT = Context(prec=400)


def _as_date(days: float, tokens: Sequence[_Token]) -> str:
    decimals = max((len(token.text.partition(".")[2]) for token in tokens if token.kind == "date"), default=0)
    seconds = round(days * _DAY, min(decimals, _MOST_DECIMALS))
    elapsed = int(seconds)
    moment = _EPOCH + timedelta(seconds=seconds, days=1 if 1 <= days < _LEAP_BUG else 0)
    kinds = _told_minutes(tokens)
    if _is_digits(kinds):
        clock = any(kind in "hs" for kind, _ in kinds)
        second = ":%S" if any(kind == "s" for kind, _ in kinds) else ""
        return moment.strftime("%Y-%m-%d" + (f" %H:%M{second}" if clock else ""))
    noon = any(kind == "noon" for kind, _ in kinds)
    return "".join(_date_part(kind, text, moment, elapsed, noon=noon) for kind, text in kinds).strip()


def _told_minutes(tokens: Sequence[_Token]) -> list[tuple[str, str]]:
    """Tokens with the date letters as their kinds; ``n`` for an ``m`` that means minutes."""
    told: list[tuple[str, str]] = []
    before = ""
    for index, token in enumerate(tokens):
        kind, text = token.kind, token.text
        if kind == "date":
            kind = text[0].lower()
            after = next((later.text[0].lower() for later in tokens[index + 1 :] if later.kind == "date"), "")
            if kind == "m" and len(text) <= _TWO and (before == "h" or after == "s"):
                kind = "n"
            before = kind
        elif kind == "elapsed":
            before = text[0].lower()
        told.append((kind, text))
    return told


def _is_digits(parts: Sequence[tuple[str, str]]) -> bool:
    """Whether a format writes a date in digits alone, in an order that differs between countries."""
    dated = any(kind in {"y", "m", "d"} for kind, _ in parts)
    spelt = any(kind in {"m", "d"} and len(text) >= _NAMED for kind, text in parts)
    chinese = any(_HAN.search(text) for kind, text in parts if kind in {"literal", "quoted", "escaped"})
    return dated and not spelt and not chinese


def _date_part(kind: str, text: str, moment: datetime, elapsed: int, *, noon: bool) -> str:
    length = len(text)
    if kind == "elapsed":
        unit = {"h": _HOUR, "m": _MINUTE, "s": 1}[text[0].lower()]
        return f"{elapsed // unit:0{length}d}"
    if kind == "noon":
        morning, _, afternoon = text.partition("/")
        return morning if moment.hour < _NOON else afternoon
    if kind == "y":
        return f"{moment.year:04d}" if length > _TWO else f"{moment.year % 100:02d}"
    if kind in {"m", "d"} and length >= _NAMED:
        name = _MONTHS[moment.month - 1] if kind == "m" else _DAYS[moment.weekday()]
        return name if length >= _SPELT else name[:_NAMED]
    if kind in _CLOCK:
        value = _CLOCK[kind](moment)
        value = (value % _NOON or _NOON) if kind == "h" and noon else value
        whole, _, fraction = text.partition(".")
        tail = f".{moment.microsecond:06d}"[: len(fraction) + 1] if fraction else ""
        return f"{value:0{min(len(whole), _TWO)}d}{tail}"
    return text


_CLOCK = {
    "m": lambda moment: moment.month,
    "d": lambda moment: moment.day,
    "h": lambda moment: moment.hour,
    "n": lambda moment: moment.minute,
    "s": lambda moment: moment.second,
}
