"""Fonts for tests: small ones, with any letters, each a box."""

from __future__ import annotations

from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen

_EM, _ASCENT, _DESCENT = 1000, 900, 300


def write_font(
    path: Path, letters: str, *, family: str = "Boxes", weight: int = 400, italic: bool = False
) -> Path:
    """A font in which each of these letters is a box, Chinese ones twice as wide."""
    names = {ord(letter): f"letter{ord(letter):x}" for letter in sorted(set(letters))}
    order = [".notdef", *names.values()]
    builder = FontBuilder(_EM, isTTF=False)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(names)
    widths = dict.fromkeys(order, 500) | {names[code]: 1000 for code in names if code >= 0x2E80}
    shapes = {name: _box(width if name != ".notdef" else 0) for name, width in widths.items()}
    builder.setupCFF(f"{family.replace(' ', '')}-{weight}", {}, shapes, {})
    builder.setupHorizontalMetrics({name: (width, 0) for name, width in widths.items()})
    builder.setupHorizontalHeader(ascent=_ASCENT, descent=-_DESCENT)
    builder.setupNameTable({"familyName": family, "styleName": "Italic" if italic else "Regular"})
    builder.setupOS2(
        usWinAscent=_ASCENT, usWinDescent=_DESCENT, usWeightClass=weight, fsSelection=1 if italic else 64
    )
    builder.setupPost(italicAngle=-12 if italic else 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    builder.save(path)
    return path


def _box(width: int) -> object:
    pen = T2CharStringPen(width, None)
    if width:
        pen.moveTo((50, 0))
        pen.lineTo((width - 50, 0))
        pen.lineTo((width - 50, 700))
        pen.lineTo((50, 700))
        pen.closePath()
    return pen.getCharString()
