"""Where words probably end in languages that are written without spaces: Chinese, Japanese and Thai.

A small model of BudouX (Google, Apache-2.0) weighs the letters around each place. Its sums say more than its
yes or no: where one is far from zero, a word's end or its inside is certain; near zero nobody knows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

import regex

_KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}]")
_HAN = regex.compile(r"\p{Han}")
_THAI = regex.compile(r"\p{Thai}")
_TRADITIONAL = regex.compile(r"(?:zh|cmn)-(?:hant|tw|hk|mo)\b|yue", regex.IGNORECASE)
# Which letters each feature is made of, as offsets from the place: BudouX's own names and windows.
_WINDOWS = (
    ("UW1", -3, -2),
    ("UW2", -2, -1),
    ("UW3", -1, 0),
    ("UW4", 0, 1),
    ("UW5", 1, 2),
    ("UW6", 2, 3),
    ("BW1", -2, 0),
    ("BW2", -1, 1),
    ("BW3", 0, 2),
    ("TW1", -3, 0),
    ("TW2", -2, 1),
    ("TW3", -1, 2),
    ("TW4", 0, 3),
)


@lru_cache(maxsize=64)
def word_ends(text: str, language: str) -> tuple[int, ...]:
    """For each place in a text how surely a word ends there: over 0 rather than not; twice BudouX's sums.

    Args:
        text: one line.
        language: BCP 47 tag; it tells traditional Chinese, the rest is read from the letters.

    Returns:
        One number for each offset from 0 to the text's length; they are 0 at both and in other languages.
    """
    ends = [0] * (len(text) + 1)
    name = _model_of(text, language)
    if not name:
        return tuple(ends)
    weights, base = _model(name)
    for place in range(1, len(text)):
        total = base
        for feature, left, right in _WINDOWS:
            if place + left >= 0 and place + right <= len(text):
                total += 2 * weights.get(feature, {}).get(text[place + left : place + right], 0)
        ends[place] = total
    return tuple(ends)


def _model_of(text: str, language: str) -> str:
    if _KANA.search(text):
        return "ja"
    if _THAI.search(text):
        return "th"
    if _HAN.search(text):
        return "zh-hant" if _TRADITIONAL.match(language) else "zh-hans"
    return ""


@cache
def _model(name: str) -> tuple[Mapping[str, Mapping[str, int]], int]:
    """A model that BudouX brings: a part of the program, as its code is, and read as such."""
    weights = json.loads(files("budoux").joinpath("models", f"{name}.json").read_text("utf-8"))
    return weights, -sum(sum(values.values()) for values in weights.values())
