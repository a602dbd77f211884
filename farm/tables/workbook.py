"""Excel workbooks (.xlsx, .xlsm): the first sheet that people see, or the one they name.

Read here and not by a library, so that whatever a file claims, it costs bounded time and memory, and so that
merged and hidden cells, formulas and number formats are told as people see them.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from farm.tables import (
    HEADER_WITHIN,
    Flaw,
    Header,
    Record,
    TableError,
    header_at,
    header_of,
    record_of,
    repeats,
)
from farm.tables.numberformat import BUILT_IN, GENERAL
from farm.tables.package import Handler, Package
from farm.tables.sheet import Book, FilledReader, Merge, MergeReader, RowReader, SheetRow, unspelt
from pipeline.plan.errors import InputError

_ROOT_RELATIONS = "_rels/.rels"
_QUOTED_CHARACTERS = 60
_QUOTED_SHEETS = 5
# What else is a ZIP archive, by a part that only such files have.
_OTHERS = (
    ("xl/workbook.bin", "XLSB"),
    ("word/document.xml", "DOCX"),
    ("ppt/presentation.xml", "PPTX"),
    ("index/document.iwa", "Numbers"),
    ("content.xml", "OpenDocument"),
)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet by name, the part it stands in, and whether people see it."""

    name: str
    part: str
    visible: bool


class WorkbookTable:
    """Reads a sheet row by row; empty rows are passed over, and count.

    Args:
        package: the workbook.
        sheet: the name of the sheet; empty for the first one that is not hidden.

    Raises:
        InputError: as `Package`, or ``manifest-sheet-missing``.
        TableError: there is no header, or it cannot be read.
    """

    def __init__(self, package: Package, sheet: str) -> None:
        self._package = package
        self._contents = _Contents(package)
        sheets = self._contents.sheets
        chosen = _chosen(sheets, sheet)
        self._part = chosen.part
        merges = MergeReader()
        package.parse(self._part, merges)
        rows = self._read(merges.merges)
        start = list(islice(rows, HEADER_WITHIN))
        if not start:
            raise TableError(0, "manifest-no-rows")
        above = header_at([list(row.cells.values()) for row in start])
        self.doubts: Sequence[Flaw] = (
            *([Flaw(code="manifest-header-below")] if above else ()),
            *(() if sheet else self._others(chosen)),
        )
        self._rows = chain(start[above + 1 :], rows)
        first = start[above]
        for flaw in first.flaws.values():
            if flaw.code == "manifest-cells-merged":
                raise TableError(first.number, "manifest-header-merged", **flaw.facts)
            raise TableError(first.number, flaw.code, **flaw.facts)
        width = max(first.cells) + 1
        self.header: Header = header_of(first.number, [first.cells.get(at, "") for at in range(width)])

    def records(self) -> Iterator[Record]:
        """As `Table.records`."""
        columns = self.header.columns
        for row in self._rows:
            values = [row.cells.get(at, "") for at in range(len(columns))]
            if repeats(self.header, values):
                flaws = {"": Flaw(code="manifest-header-again")}
                yield Record(number=row.number, cells={}, flaws=flaws, hidden=row.hidden)
                continue
            yield record_of(
                row.number,
                {name: value for name, value in zip(columns, values, strict=True) if name},
                flaws={columns[at]: flaw for at, flaw in row.flaws.items() if at < len(columns)},
                surplus=sum(1 for at in row.cells if at >= len(columns) or not columns[at]),
                hidden=row.hidden,
            )

    def _read(self, merges: Sequence[Merge]) -> Iterator[SheetRow]:
        reader = RowReader(self._contents.book, merges)
        for _ in self._package.read(self._part, reader):
            yield from reader.rows
            reader.rows.clear()
        yield from reader.rows

    def _others(self, chosen: Sheet) -> Iterator[Flaw]:
        """A doubt if other sheets that people see have something in them too."""
        names = []
        for sheet in self._contents.sheets:
            if sheet.visible and sheet != chosen and sheet.part in self._package:
                reader = FilledReader()
                for _ in self._package.read(sheet.part, reader):
                    if reader.filled:
                        names.append(sheet.name)
                        break
        if names:
            yield Flaw(code="manifest-sheets-several", facts={"sheet": chosen.name, "others": _quoted(names)})


class _Contents:
    """What a workbook's parts beside its sheets say."""

    def __init__(self, package: Package) -> None:
        self._package = package
        root = _Relations.of(package, _ROOT_RELATIONS, "")
        part = next((to for kind, to in root.by_kind() if kind == "officeDocument"), "xl/workbook.xml")
        if part not in package or not part.casefold().endswith(".xml") or "word/" in part or "ppt/" in part:
            raise _not_a_workbook(package)
        folder, name = posixpath.split(part)
        relations = _Relations.of(package, f"{folder}/_rels/{name}.rels", folder)
        parts = {kind: to for kind, to in relations.by_kind() if to in package}
        workbook = _Workbook()
        package.parse(part, workbook)
        self.sheets = tuple(
            Sheet(name=name, part=relations.targets[key], visible=visible)
            for name, key, visible in workbook.sheets
            if relations.kinds.get(key) == "worksheet" and relations.targets[key] in package
        )
        texts, styles = _Texts(), _Styles()
        for kind, reader in (("sharedStrings", texts), ("styles", styles)):
            if kind in parts:
                package.parse(parts[kind], reader)
        self.book = Book(texts=texts.texts, formats=styles.formats(), from_1904=workbook.from_1904)


class _Relations(Handler):
    """Which parts belong to a part: targets and kinds by their keys."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.targets: dict[str, str] = {}
        self.kinds: dict[str, str] = {}

    @classmethod
    def of(cls, package: Package, part: str, folder: str) -> _Relations:
        """Those that a part tells, if there is one."""
        relations = cls(folder)
        if part in package:
            package.parse(part, relations)
        return relations

    def by_kind(self) -> Iterator[tuple[str, str]]:
        """Kinds and targets."""
        for key, kind in self.kinds.items():
            yield kind, self.targets[key]

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """As `Handler.begin`."""
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            key, target = attributes.get("Id", ""), attributes.get("Target", "")
            self.targets[key] = posixpath.normpath(posixpath.join("/", self._folder, target)).lstrip("/")
            self.kinds[key] = attributes.get("Type", "").rpartition("/")[2]


class _Workbook(Handler):
    """The sheets: name, key of the relation, whether people see it."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.from_1904 = False

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """As `Handler.begin`."""
        if name == "sheet":
            key = next((value for label, value in attributes.items() if label.endswith(" id")), "")
            self.sheets.append(
                (attributes.get("name", ""), key, attributes.get("state", "visible") == "visible")
            )
        elif name == "workbookPr":
            self.from_1904 = attributes.get("date1904") in {"1", "true"}


class _Texts(Handler):
    """The shared texts, in order."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._heard = self._sounding = False

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:  # noqa: ARG002 - as Handler has it
        """As `Handler.begin`."""
        if name == "si":
            self._pieces = []
        elif name == "rPh":
            self._sounding = True
        elif name == "t":
            self._heard = not self._sounding

    def text(self, text: str) -> None:
        """As `Handler.text`."""
        if self._heard:
            self._pieces.append(text)

    def end(self, name: str) -> None:
        """As `Handler.end`."""
        if name == "si":
            self.texts.append(unspelt("".join(self._pieces)))
        elif name == "rPh":
            self._sounding = False
        elif name == "t":
            self._heard = False


class _Styles(Handler):
    """The number formats of cell styles."""

    def __init__(self) -> None:
        self._own: dict[int, str] = {}
        self._numbers: list[int] = []
        self._within = False

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """As `Handler.begin`."""
        if name == "numFmt":
            self._own[int(attributes.get("numFmtId", "0"))] = attributes.get("formatCode", GENERAL)
        elif name == "cellXfs":
            self._within = True
        elif name == "xf" and self._within:
            self._numbers.append(int(attributes.get("numFmtId", "0")))

    def end(self, name: str) -> None:
        """As `Handler.end`."""
        self._within = self._within and name != "cellXfs"

    def formats(self) -> Sequence[str]:
        """The format of each style, in order."""
        return [self._own.get(number, BUILT_IN.get(number, GENERAL)) for number in self._numbers]


def _chosen(sheets: Sequence[Sheet], name: str) -> Sheet:
    if name:
        wanted = [sheet for sheet in sheets if sheet.name.strip().casefold() == name.strip().casefold()]
        known = _quoted([sheet.name for sheet in sheets])
        if not wanted:
            raise InputError("manifest-sheet-missing", sheet=name[:_QUOTED_CHARACTERS], known=known)
        return wanted[0]
    seen = [sheet for sheet in sheets if sheet.visible] or list(sheets)
    if not seen:
        raise InputError("manifest-no-rows")
    return seen[0]


def _quoted(names: Sequence[str]) -> str:
    quoted = ", ".join(f"“{name[:_QUOTED_CHARACTERS]}”" for name in names[:_QUOTED_SHEETS])
    return quoted + (" …" if len(names) > _QUOTED_SHEETS else "")


def _not_a_workbook(package: Package) -> InputError:
    for part, kind in _OTHERS:
        if part in package:
            return InputError("manifest-workbook-other", kind=kind)
    return InputError("manifest-workbook-other", kind="ZIP")
