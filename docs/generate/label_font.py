"""Write pipeline/media/fonts/label.otf: of a large font the few glyphs that every label is drawn with.

    python docs/generate/label_font.py NotoSansCJK-Bold.ttc

The font is Noto Sans CJK SC Bold (package fonts-noto-cjk of Debian and Ubuntu). The same font gives the same
bytes with the same fonttools; whenever the label's words get other letters, this is run again.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

from pipeline.plan.label import Label
from pipeline.plan.overlay import LABEL_FAMILY

TARGET = Path(__file__).resolve().parents[2] / "pipeline/media/fonts/label.otf"
_FAMILY = "Noto Sans CJK SC"
_NAME_OF_FAMILY, _UNIQUE, _WHOLE_NAME, _POSTSCRIPT = 1, 3, 4, 6
_COPYRIGHT, _LICENCE, _LICENCE_URL = 0, 13, 14
_ENGLISH = 0x409


def label_font(source: Path) -> TTFont:
    """The glyphs of all labels, under a name of our own."""
    fonts = TTCollection(source, lazy=True)
    font = next(font for font in fonts if font["name"].getDebugName(_NAME_OF_FAMILY) == _FAMILY)
    unneeded = ["vhea", "vmtx", "VORG", "BASE", "GSUB", "GPOS"]
    subset = Subsetter(Options(hinting=False, layout_features=[], name_IDs=["*"], drop_tables=unneeded))
    subset.populate(text="".join(sorted({letter for label in Label for letter in label.drawn})))
    subset.subset(font)
    names = font["name"]
    kept = {_COPYRIGHT, _LICENCE, _LICENCE_URL}
    names.names = [name for name in names.names if name.nameID in kept and name.langID == _ENGLISH]
    for number, text in (
        (_NAME_OF_FAMILY, LABEL_FAMILY),
        (2, "Bold"),
        (_UNIQUE, f"{LABEL_FAMILY} Bold"),
        (_WHOLE_NAME, f"{LABEL_FAMILY} Bold"),
        (_POSTSCRIPT, f"{LABEL_FAMILY.replace(' ', '')}-Bold"),
    ):
        names.setName(text, number, 3, 1, _ENGLISH)
    compact = font["CFF "].cff
    compact.fontNames = [f"{LABEL_FAMILY.replace(' ', '')}-Bold"]
    top = compact.topDictIndex[0]
    top.FullName = f"{LABEL_FAMILY} Bold"
    top.FamilyName = LABEL_FAMILY
    font.recalcTimestamp = False
    return font


def main() -> None:
    """Read the large font, write the small one."""
    parser = argparse.ArgumentParser(description="Write the font of the labels.")
    parser.add_argument("font", type=Path)
    font = label_font(parser.parse_args().font)
    font.save(TARGET)
    digest = hashlib.sha256(TARGET.read_bytes()).hexdigest()
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes; pipeline.plan.overlay.LABEL_FONT is to be {digest}")


if __name__ == "__main__":
    main()
