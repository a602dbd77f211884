"""Telephone numbers, places in a row, sums and whatever else has digits, in English words."""

from __future__ import annotations

import regex

from pipeline.plan.reading.english.amounts import APART, NUMBER, SIGN, signed
from pipeline.plan.reading.english.numbers import decimal, digits, ordinal
from pipeline.plan.reading.rules import DASH, Rule, rule

_GROUPS = regex.compile(r"\d+")
# International numbers have no more digits (ITU-T E.164), and no telephone number has fewer.
_LONGEST, _SHORTEST = 15, 7
_BETWEEN = {"+": "plus", "=": "equals", "÷": "divided by", "<": "is less than"}
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
    )


def rules(*, british: bool) -> tuple[Rule, ...]:
    """Whatever has digits still."""

    def number(found: regex.Match[str]) -> str:
        return decimal(found["number"], british=british)

    def spread(found: regex.Match[str]) -> str:
        ends = (decimal(found[end], british=british) for end in ("low", "high"))
        return signed(found["sign"]) + " to ".join(ends)

    def sum_of(found: regex.Match[str]) -> str:
        return f"{number(found)} {_BETWEEN[found['between']]} "

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
        rule(rf"(?<=\p{{L}})-?(?P<number>{NUMBER})", lambda found: f" {number(found)}"),
        rule(
            rf"{SIGN}{APART}(?P<number>{NUMBER})(?![\d]|[.,]\d)",
            lambda found: signed(found["sign"]) + number(found),
        ),
        rule(r"(?P<number>\d+)", number),
        rule(r"(?<=\p{L}|\ )&(?=\p{L}|\ )", lambda _: " and "),
    )
