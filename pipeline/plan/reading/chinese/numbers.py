"""Numbers in Chinese words."""

from __future__ import annotations

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_SCALES = ((100_000_000, "亿"), (10_000, "万"))
#: A longer number is no quantity: its digits are read one by one.
MOST_DIGITS = 16
# In numbers of telephones and rooms one is "yao", since "yi" is easily taken for seven.
_CALLED = str.maketrans("一", "幺")


def cardinal(number: int) -> str:
    """A whole number below 10 to the 16th: 一千零一, 两万二千."""
    if number < 0:
        return f"负{cardinal(-number)}"
    return _positive(number, first=True) or _DIGITS[0]


def counted(number: int) -> str:
    """How many of something: two is 两."""
    return "两" if number == 2 else cardinal(number)  # noqa: PLR2004 - two


def digits(text: str) -> str:
    """Digits one by one; whatever else stands between them is left out."""
    return "".join(_DIGITS[int(digit)] for digit in text if digit.isdigit())


def called(text: str) -> str:
    """The digits of a telephone number."""
    return digits(text).translate(_CALLED)


def decimal(text: str) -> str:
    """A number as it is written: thousands may be parted by commas, decimals follow a point."""
    whole, point, decimals = text.replace(",", "").partition(".")
    if len(whole) > MOST_DIGITS or (len(whole) > 1 and whole.startswith("0")):
        said = digits(whole)
    else:
        said = cardinal(int(whole or "0"))
    return f"{said}点{digits(decimals)}" if point else said


def _positive(number: int, *, first: bool) -> str:
    for unit, name in _SCALES:
        if number >= unit:
            high, rest = divmod(number, unit)
            several = "两" if high == 2 and first else _positive(high, first=first)  # noqa: PLR2004 - two
            # A zero stands for all places that are left out before the next one.
            zero = "零" if 0 < rest < unit // 10 else ""
            return f"{several}{name}{zero}{_positive(rest, first=False)}"
    return _section(number, first=first)


def _section(number: int, *, first: bool) -> str:
    """Up to four digits: 两千零五, 一百一十; at the very beginning 十五, not 一十五."""
    said, gap = "", False
    for place in reversed(range(4)):
        digit = number // 10**place % 10
        if not digit:
            gap = bool(said)
            continue
        name = _DIGITS[digit]
        if first and not said:
            if digit == 2 and place >= 2:  # noqa: PLR2004 - two hundreds or thousands
                name = "两"
            elif digit == 1 and place == 1:
                name = ""
        said += ("零" if gap else "") + name + _PLACES[place]
        gap = False
    return said
