"""Numbers in English words."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ONES = _words("""
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen
""")
_TENS = _words("ten twenty thirty forty fifty sixty seventy eighty ninety")
_SCALES = ("", "thousand", "million", "billion", "trillion")
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
#: A longer number is no quantity: its digits are read one by one.
MOST_DIGITS = 15
#: Four digits from here to there may be a year.
YEARS = range(1100, 2100)
_CENTURIES_BY_THOUSAND = range(2000, 2010)


def cardinal(number: int, *, british: bool) -> str:
    """A whole number below 10 to the 15th: "one hundred one", in Britain "one hundred and one"."""
    if number < 0:
        return f"minus {cardinal(-number, british=british)}"
    groups: list[str] = []
    rest, scale = number, 0
    while rest:
        rest, group = divmod(rest, 1000)
        if group:
            # "one thousand and five"
            small = british and scale == 0 and group < 100 and rest > 0  # noqa: PLR2004 - below a hundred
            said = ("and " if small else "") + _below_thousand(group, british=british)
            groups.insert(0, f"{said} {_SCALES[scale]}".rstrip())
        scale += 1
    return " ".join(groups) or "zero"


def ordinal(number: int, *, british: bool) -> str:
    """Its place in a row: "twenty-first"."""
    return _as_ordinal(cardinal(number, british=british))


def plural_ordinal(number: int, *, british: bool) -> str:
    """Parts of so many: "thirds", "twenty-firsts"."""
    return f"{ordinal(number, british=british)}s"


def digits(text: str) -> str:
    """Digits one by one; whatever else stands between them is left out."""
    return " ".join(_ONES[int(digit)] for digit in text if digit.isdigit())


def decimal(text: str, *, british: bool) -> str:
    """A number as it is written: thousands parted by commas, a point before the decimals."""
    whole, point, decimals = text.replace(",", "").partition(".")
    if not whole:
        said = ""
    elif len(whole) > MOST_DIGITS or (len(whole) > 1 and whole.startswith("0")):
        said = digits(whole)
    else:
        said = cardinal(int(whole), british=british)
    return f"{said} point {digits(decimals)}".lstrip() if point else said


def year(number: int, *, british: bool) -> str:
    """A year of four digits as it is said: "nineteen oh five", "twenty twenty-four"."""
    century, rest = divmod(number, 100)
    if number in _CENTURIES_BY_THOUSAND or number % 1000 == 0:
        return cardinal(number, british=british)
    if not rest:
        return f"{_below_hundred(century)} hundred"
    oh = "oh " if rest < 10 else ""  # noqa: PLR2004 - one digit
    return f"{_below_hundred(century)} {oh}{_below_hundred(rest)}"


def decade(number: int, *, british: bool) -> str:
    """The years from there on: "nineteen nineties", "twenties"."""
    said = year(number, british=british) if number in YEARS else cardinal(number, british=british)
    return f"{said[:-1]}ies" if said.endswith("y") else f"{said}s"


def is_year(text: str) -> bool:
    """Whether four digits may be a year."""
    return len(text) == 4 and text.isdigit() and int(text) in YEARS  # noqa: PLR2004 - of four digits


def _below_thousand(number: int, *, british: bool) -> str:
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _below_hundred(rest)
    said = f"{_ONES[hundreds]} hundred"
    if not rest:
        return said
    return f"{said} {'and ' if british else ''}{_below_hundred(rest)}"


def _below_hundred(number: int) -> str:
    if number < len(_ONES):
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return f"{_TENS[tens - 1]}-{_ONES[ones]}" if ones else _TENS[tens - 1]


def _as_ordinal(said: str) -> str:
    head, hyphen, last = said.rpartition("-")
    if not hyphen:
        head, hyphen, last = said.rpartition(" ")
    if last in _ORDINALS:
        last = _ORDINALS[last]
    elif last.endswith("y"):
        last = f"{last[:-1]}ieth"
    else:
        last = f"{last}th"
    return f"{head}{hyphen}{last}"
