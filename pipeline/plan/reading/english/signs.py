"""Telephone numbers, places in a row, sums and whatever else has digits, in English words."""

from __future__ import annotations

import regex

from pipeline.plan.reading.english.amounts import APART, NUMBER, SIGN, signed
from pipeline.plan.reading.english.numbers import decimal, digits, is_year, ordinal, year
from pipeline.plan.reading.english.tables import CURRENCIES, UNITS
from pipeline.plan.reading.rules import DASH, Rule, rule

_GROUPS = regex.compile(r"\d+")
# International numbers have no more digits (ITU-T E.164), and no telephone number has fewer.
_LONGEST, _SHORTEST = 15, 7
_POINTS = {"N": "north", "E": "east", "S": "south", "W": "west"}
# What is paid, and for what.
_PAID = "|".join(sorted({name for row in CURRENCIES.values() for name in row if name}))
_FOR = ("day", "week", "month", "year", "hour", "minute", "second", "night", "person", "user", "seat", "unit")
_PARTS = {word: word for word in _FOR}
_PARTS |= {"mo": "month", "yr": "year"} | {sign: one for sign, (one, _) in UNITS.items()}
_PER = "|".join(regex.escape(sign) for sign in sorted(_PARTS, key=lambda sign: (-len(sign), sign)))
_TITLES = {"Dr": "Doctor", "Mr": "Mister", "Mrs": "Missus", "Ms": "Miz", "Prof": "Professor"}
_BETWEEN = {"+": "plus", "=": "equals", "÷": "divided by", "<": "is less than"}
# Numbers that are called, as numbers and not as quantities.
_CALLED = "911|999|988|411|311|211|112|111|101"
_NAMING = r"[Cc]ode|PIN|[Pp]asscode|[Pp]assword|[Ee]xtension|[Ee]xt\."
_BETWEEN |= {"×": "times", "*": "times", "−": "minus", "-": "minus"}


def telephones() -> tuple[Rule, ...]:
    """Telephone numbers: digit by digit, with a breath between groups."""

    def said(found: regex.Match[str]) -> str | None:
        groups = _GROUPS.findall(found["number"])
        if not _SHORTEST <= sum(map(len, groups)) <= _LONGEST:
            return None
        plus = "plus " if found["number"].startswith("+") else ""
        return plus + ", ".join(digits(group) for group in groups)

    start, end = r"(?<![\w.,/-]|\d\ )", r"(?![\d\p{L}]|[.,/-]\d)"
    return (
        rule(rf"{start}(?P<number>\+\d{{1,3}}(?:[\ .-]?\(?\d{{1,5}}\)?){{1,6}}){end}", said),
        rule(rf"{start}(?P<number>\(\d{{2,5}}\)[\ -]?\d{{3,4}}(?:[\ -]?\d{{3,4}})?){end}", said),
        rule(rf"{start}(?P<number>(?:1-)?\d{{3}}-\d{{3}}-\d{{4}}){end}", said),
        rule(rf"{start}(?P<number>\d{{3}}-\d{{4}}){end}", said),
        rule(rf"{start}(?P<number>0\d{{1,5}}(?:[\ -]\d{{3,6}}){{1,3}}){end}", said),
        rule(
            rf"(?<=\b(?:[Cc]all|[Dd]ial|[Rr]ing|[Tt]ext|[Pp]hone)\ )(?P<number>{_CALLED}){end}",
            lambda found: digits(found["number"]),
        ),
        rule(
            rf"(?<=\b(?:{_NAMING})(?:\ is|:)?\ )(?P<number>\d{{3,12}}){end}",
            lambda found: digits(found["number"]),
        ),
        # Thousands that are parted by spaces.
        rule(
            rf"{start}(?P<number>[1-9]\d?(?:\ \d{{3}})*\ \d\d0|[1-9]\d\d\ 000(?:\ 000)?)"
            r"(?![\d\p{L}]|[\ .,/-]\d)",
            lambda found: found["number"].replace(" ", ","),
        ),
    )


def rules(*, british: bool) -> tuple[Rule, ...]:
    """Whatever has digits still."""

    def number(found: regex.Match[str]) -> str:
        return decimal(found["number"], british=british)

    def spread(found: regex.Match[str]) -> str:
        ends = (decimal(found[end], british=british) for end in ("low", "high"))
        return signed(found["sign"]) + " to ".join(ends)

    def named(found: regex.Match[str]) -> str:
        """The number of a flight, a room, a product: a year as such, else digit by digit."""
        text = found["number"]
        return f" {year(int(text), british=british) if is_year(text) else digits(text)}"

    def sum_of(found: regex.Match[str]) -> str:
        return f"{number(found)} {_BETWEEN[found['between']]} "

    def zone(found: regex.Match[str]) -> str:
        return f"{found['zone']} {signed(found['sign'])}"

    return (
        rule(
            r"(?<![\p{L}\d.,])(?P<number>\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th)(?!\p{L})",
            lambda found: ordinal(int(found["number"].replace(",", "")[:15]), british=british),
            ignore_case=True,
        ),
        rule(r"(?<!\p{L})(?:[Nn]o\.?\ ?|№\ ?|\#\ ?)(?=\d)", lambda _: "number "),
        rule(r"(?<![\p{L}\d])\.(?P<number>\d+)", lambda found: f"point {digits(found['number'])}"),
        rule(r"§\ ?(?=\d)", lambda _: "section "),
        rule(rf"{APART}(?P<number>{NUMBER})[xX×](?![\p{{L}}\d])", lambda found: f"{number(found)} times"),
        rule(rf"{APART}(?P<number>{NUMBER})\+(?!\ ?\d)", lambda found: f"{number(found)} plus"),
        rule(rf"{APART}(?P<number>{NUMBER})\ ?(?P<between>[×*−-])\ ?(?=\d[^=]*=)", sum_of),
        rule(rf"{APART}(?P<number>{NUMBER})\ ?(?P<between>[+=÷<])\ ?(?=\d)", sum_of),
        rule(rf"{APART}(?P<number>{NUMBER})\ ?[x×*]\ ?(?=\d)", lambda found: f"{number(found)} by "),
        rule(
            r"(?<![\p{L}\d]|\d[.,])(?P<low>\d+):(?P<high>\d+)(?P<sign>)(?![\d:])",
            spread,
        ),
        rule(
            rf"{SIGN}{APART}(?P<low>{NUMBER})\ ?{DASH}\ ?(?P<high>{NUMBER})(?![\p{{L}}\d-]|[.,]\d)",
            spread,
        ),
        rule(r"(?<=\b\p{Lu}{1,3})(?P<number>\d{3,8})(?![\d\p{L}]|[.,:]\d)", named),
        rule(r"\b(?P<zone>UTC|GMT)\ ?(?P<sign>[+−-])\ ?(?=\d)", zone),
        rule(rf"(?<=\p{{L}})-?(?P<number>{NUMBER})", lambda found: f" {number(found)}"),
        rule(
            rf"{SIGN}{APART}(?P<number>{NUMBER})(?![\d]|[.,]\d)",
            lambda found: signed(found["sign"]) + number(found),
        ),
        rule(r"(?P<number>\d+)", number),
        rule(r"(?<=\p{L}|\ )&(?=\p{L}|\ )", lambda _: " and "),
        rule(r"\ ?±\ ?(?=\p{L})", lambda _: " plus or minus "),
        rule(r"(?<=\bpercent)\+", lambda _: " plus"),
        rule(
            r"(?<=\p{L})\ ?°\ ?(?P<point>[NESW])(?!\p{L})",
            lambda found: f" degrees {_POINTS[found['point']]}",
        ),
        rule(rf"(?<=\b(?:{_PAID}))/(?P<per>{_PER})(?!\p{{L}})", lambda found: f" per {_PARTS[found['per']]}"),
    )


def abbreviations() -> tuple[Rule, ...]:
    """Short forms that nobody says as they are written; a stop that may end the sentence as well stays."""
    return (
        rule(
            rf"\b(?P<short>{'|'.join(_TITLES)})\.(?=\ \p{{Lu}})",
            lambda found: _TITLES[found["short"]],
        ),
        rule(r"(?<=\b\p{Lu}\p{Ll}+\ )St\.(?!\p{L})", lambda found: f"Street{_stop(found)}"),
        rule(r"\bSt\.(?=\ \p{Lu})", lambda _: "Saint"),
        rule(r"\bvs\.?(?!\p{L})", lambda _: "versus"),
        rule(r"\b[Ee]\.\ ?g\.", lambda _: "for example"),
        rule(r"\b[Ii]\.\ ?e\.", lambda _: "that is"),
        rule(r"\betc\.", lambda found: f"et cetera{_stop(found)}"),
    )


def _stop(found: regex.Match[str]) -> str:
    return "." if found.end() == len(found.string) else ""
