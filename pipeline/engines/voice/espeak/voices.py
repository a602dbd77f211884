"""The library's voices, as a person chooses them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from pipeline.engines.voice import Voice


class Listed(TypedDict):
    """A voice as the library lists it."""

    identifier: str
    name: str
    languages: list[str]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A voice with what the library wants to hear to find it."""

    voice: Voice
    wanted: str
    base: str


# The library's file of British English is called plain "en".
_RENAMED: Mapping[str, str] = {"en": "en-gb"}
# Tags that say more than the library does, best first. Chinese in any writing is read aloud in Mandarin,
# unless Cantonese is asked for; plain English is American, as people in most places expect it of a machine.
_LANGUAGES: Mapping[str, tuple[str, ...]] = {
    "cmn": ("zh", "zh-CN", "zh-SG", "zh-TW", "zh-Hans", "zh-Hant", "cmn"),
    "cmn-latn-pinyin": ("zh-Latn-pinyin", "cmn-Latn-pinyin"),
    "yue": ("yue", "zh-HK", "zh-MO", "zh-yue"),
    "yue-latn-jyutping": ("yue-Latn-jyutping",),
    "en-us": ("en-US", "en"),
    "en-gb": ("en-GB",),
    "es": ("es", "es-ES"),
    "es-419": ("es-419", "es-MX"),
    "ru": ("ru", "ru-RU"),
}
# They are listed, but the data lacks their dictionary: they never make a sound.
_SILENT = frozenset({"fo", "kaa", "xex"})
# The library's variant for a woman's voice; without one it speaks as a man.
_WOMAN = "f3"
_SCRIPT_LENGTH = 4


def voices_of(listed: Sequence[Listed]) -> tuple[Entry, ...]:
    """Every voice that speaks, each as a man and as a woman; men first, each in the order of their names."""
    bases = {base: one for one in listed if (base := _name(one["identifier"])) not in _SILENT}
    return (*_in_timbre(bases, "", ""), *_in_timbre(bases, f"+{_WOMAN}", ", woman"))


def _in_timbre(bases: Mapping[str, Listed], suffix: str, label: str) -> Iterator[Entry]:
    for base in sorted(bases):
        one = bases[base]
        voice = Voice(
            name=base + suffix,
            languages=_LANGUAGES.get(base) or _tags(base, one["languages"]),
            label=one["name"].strip() + label,
            timbre=suffix.removeprefix("+"),
            heeds_phonemes=True,
        )
        yield Entry(voice=voice, wanted=one["identifier"] + suffix, base=base)


def _name(identifier: str) -> str:
    name = identifier.rpartition("/")[2].lower()
    return _RENAMED.get(name, name)


def _tags(base: str, languages: Sequence[str]) -> tuple[str, ...]:
    """The voice's own tag, then the library's; a bare language belongs to the voice that bears its name."""
    given = [tag for tag in languages if "-" in tag or "-" not in base]
    return tuple(dict.fromkeys(_spelled(tag) for tag in (base, *given)))


def _spelled(tag: str) -> str:
    """A tag in the upper and lower case that BCP 47 recommends (RFC 5646, 2.1.1)."""
    parts = tag.lower().split("-")
    private = False
    for index, part in enumerate(parts[1:], start=1):
        private = private or len(part) == 1
        if private:
            continue
        if len(part) == _SCRIPT_LENGTH:
            parts[index] = part.title()
        elif len(part) == 2:  # noqa: PLR2004 - a country has two letters
            parts[index] = part.upper()
    return "-".join(parts)
