"""Workbooks: written by a spreadsheet library, and put together by hand where no program would write them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from openpyxl import Workbook

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
PROLOGUE = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'

ROOT = (
    f'{PROLOGUE}<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" '
    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
BOOK = (
    f'{PROLOGUE}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Films" sheetId="1" r:id="r1"/></sheets></workbook>'
)
RELATIONS = (
    f'{PROLOGUE}<Relationships xmlns="{_PACKAGE}">'
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{_OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
    f'<Relationship Id="r3" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    "</Relationships>"
)


def saved(workbook: Workbook) -> bytes:
    """A workbook's file."""
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def inline(*cells: str) -> str:
    """Cells that hold their text themselves."""
    return "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)


def sheet(rows: str, behind: str = "") -> str:
    """A sheet's XML around its rows."""
    return f'{PROLOGUE}<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData>{behind}</worksheet>'


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """Parts in a ZIP archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def raw(rows: str, *, behind: str = "", **parts: str) -> bytes:
    """A workbook of one sheet put together by hand; a part is given by its file's name without suffix."""
    wanted = {
        "_rels/.rels": ROOT,
        "xl/workbook.xml": parts.get("workbook", BOOK),
        "xl/_rels/workbook.xml.rels": parts.get("relations", RELATIONS),
        "xl/worksheets/sheet1.xml": parts.get("sheet1", sheet(rows, behind)),
    }
    wanted |= {f"xl/{name}.xml": parts[name] for name in ("sharedStrings", "styles") if name in parts}
    return packed(wanted)
