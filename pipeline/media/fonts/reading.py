"""What a font's file tells of its fonts."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import regex

from pipeline.plan.typefaces import Face

_FAMILY = 1
_MICROSOFT, _ENGLISH = 3, 0x409
# Names that can stand in a drawing as they are; a leading @ would turn letters.
_PLAIN = regex.compile(r"[\p{L}\p{N}][\p{L}\p{N} ._+&'-]*")
_FIXED_PITCH = 9
_SLANTED_BITS = 1 | 1 << 9
# How often a letter comes in English text, about per mille.
_ENGLISH_TEXT = {
    "e": 102, "t": 75, "a": 66, "o": 62, "n": 57, "i": 57, "s": 53, "r": 50, "h": 49, "l": 33,
    "d": 33, "u": 23, "c": 23, "m": 20, "f": 18, "w": 17, "g": 16, "p": 15, "y": 14, "b": 12, "v": 8,
    "k": 6, "x": 2, "j": 1, "q": 1, "z": 1, "A": 4, "S": 3, "T": 3, ".": 8, ",": 10,
}  # fmt: skip


def faces_of(path: Path) -> Iterator[Face]:
    """The fonts of a file that captions can be set in; none if it is no font, or one in colours alone."""
    from fontTools.ttLib import TTCollection, TTFont

    # fontTools tells of each oddity of a font; nobody asked for its opinion here.
    logging.getLogger("fontTools").setLevel(logging.CRITICAL)
    try:
        with path.open("rb") as file:
            several = file.read(4) == b"ttcf"
            file.seek(0)
            for font in TTCollection(file, lazy=True) if several else (TTFont(file, lazy=True),):
                if (face := _face(font, path)) is not None:
                    yield face
    except Exception:  # noqa: BLE001 - a damaged font can fail in any way, and is none
        return


def _face(font: Any, path: Path) -> Face | None:  # noqa: ANN401 - fontTools has no types
    family = _family(font)
    if family is None or not {"glyf", "CFF ", "CFF2"} & set(font.keys()):
        return None
    characters = font.getBestCmap()
    if not characters:
        return None
    unit, os2, hhea = font["head"].unitsPerEm, font["OS/2"], font["hhea"]
    height = os2.usWinAscent + os2.usWinDescent or hhea.ascent - hhea.descent
    return Face(
        path=str(path),
        family=family,
        weight=os2.usWeightClass,
        slanted=bool(os2.fsSelection & _SLANTED_BITS) or font["post"].italicAngle != 0,
        fixed=bool(font["post"].isFixedPitch) or os2.panose.bProportion == _FIXED_PITCH,
        height=height * 1000 // unit,
        advance=_advance(font, characters, unit),
        ranges=tuple(_ranges(characters)),
    )


def _family(font: Any) -> str | None:  # noqa: ANN401 - as above
    """The family's name as libass finds it, if it can stand in a drawing."""
    record = font["name"].getName(_FAMILY, _MICROSOFT, 1, _ENGLISH)
    if record is None:
        return None
    family = record.toUnicode()
    return family if _PLAIN.fullmatch(family) else None


def _advance(font: Any, characters: dict[int, str], unit: int) -> int:  # noqa: ANN401 - as above
    widths = font["hmtx"]
    known = {letter: often for letter, often in _ENGLISH_TEXT.items() if ord(letter) in characters}
    total = sum(often * widths[characters[ord(letter)]][0] for letter, often in known.items())
    return total * 1000 // (unit * sum(known.values())) if known else 500


def _ranges(characters: Iterable[int]) -> Iterator[int]:
    for _, run in groupby(enumerate(sorted(characters)), lambda pair: pair[1] - pair[0]):
        codes = [code for _, code in run]
        yield from (codes[0], codes[-1] + 1)
