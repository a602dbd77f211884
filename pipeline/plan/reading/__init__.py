"""How a text is read aloud: its numbers, dates, times, amounts and addresses in words.

A voice that is trained on letters alone knows no digits. What it is given is written out here as a speaker
of the language would say it, so that a person can see it beforehand and a listener's words can be compared
with it. Nothing is looked up and nothing is random: the same text gives the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.plan.reading.chinese import read_chinese
from pipeline.plan.reading.english import read_english

_READERS: Mapping[str, Callable[[str, str], str]] = {
    "en": read_english,
    "zh": read_chinese,
    "cmn": read_chinese,
    "yue": read_chinese,
}


def reads(language: str) -> bool:
    """Whether numbers of a language, a BCP 47 tag, can be written out."""
    return _primary(language) in _READERS


def read_aloud(text: str, language: str) -> str:
    """The text with numbers, dates, times, units, money and addresses in words; the rest stays as it is.

    English and Chinese are known. A text in another language comes back unchanged, and so does one that has
    nothing to write out. Doing it again changes nothing more.

    Args:
        text: a sentence, as `spoken.spoken` gives it.
        language: BCP 47 tag that it is spoken in. ``en-GB`` and its relatives say "one hundred and one" and
            put the day before the month; ``zh-TW``, ``zh-HK`` and ``zh-Hant`` are written in traditional
            characters.
    """
    reader = _READERS.get(_primary(language))
    return reader(text, language) if reader is not None else text


def _primary(language: str) -> str:
    return language.strip().replace("_", "-").partition("-")[0].lower()
