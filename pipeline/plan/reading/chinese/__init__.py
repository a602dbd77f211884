"""Chinese, read aloud."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import regex

from pipeline.plan.reading import addresses
from pipeline.plan.reading.chinese import rules
from pipeline.plan.reading.chinese.numbers import cardinal, digits
from pipeline.plan.reading.chinese.tables import TRADITIONAL
from pipeline.plan.reading.rules import Rule, plain_digits, run

_TRADITIONAL = frozenset({"tw", "hk", "mo", "hant", "yue"})
_MARKS: Mapping[str, str] = {
    ".": "点",
    "/": "斜杠",
    "-": "杠",
    "_": "下划线",
    "@": "艾特",
    ":": "冒号",
    "?": "问号",
    "=": "等于",
    "&": "和",
    "#": "井号",
    "%": "百分号",
    "+": "加号",
    "~": "波浪号",
    "www": "W W W",
    "point": "点",
    "version": "版本",
}


def read_chinese(text: str, language: str) -> str:
    """The text with everything that is written in figures or signs as a Chinese speaker reads it."""
    parts = set(language.lower().replace("_", "-").split("-"))
    return run(plain_digits(text), _rules(traditional=bool(_TRADITIONAL & parts)), spaced=False)


@cache
def _rules(*, traditional: bool) -> tuple[Rule, ...]:
    def number(text: str) -> str:
        return cardinal(int(text))

    every = (
        *addresses.rules(_MARKS, digits, number, gap=""),
        *rules.telephones(),
        *rules.dates(),
        *addresses.versions(_MARKS, digits, number, gap=""),
        *rules.times(),
        *rules.amounts(),
        *rules.others(),
    )
    return tuple(map(_in_traditional, every)) if traditional else every


def _in_traditional(rule: Rule) -> Rule:
    """The same rule; what else stands in the text stays in its own writing."""

    def words(found: regex.Match[str]) -> str | None:
        said = rule.words(found)
        return None if said is None else said.translate(TRADITIONAL)

    return Rule(pattern=rule.pattern, words=words)
