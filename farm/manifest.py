"""A batch's manifest: a CSV file becomes rows that are complete, or a list of everything that is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from farm import columns
from farm.batchfiles import BatchFolder
from farm.rows import BrokenRow, Manifest, Problem, Row, Wanted
from farm.table import Record, Table, TableError
from farm.template import plain_name, variables_of
from farm.textfile import decode
from pipeline.plan.background import BACKGROUND, names_picture
from pipeline.plan.errors import Fact, InputError
from pipeline.plan.script import normalise

_FIELDS = columns.named((columns.Kind.FIELD,))
_OPTIONS = columns.named((columns.Kind.OPTION,))
# What a script cannot be filled with: itself.
_NO_VARIABLES = frozenset({"script", "script_file"})
_CELL_CHARACTERS = 200
_SCRIPT_BYTES_PER_CHARACTER = 4
_LIKENESS = 0.7


@dataclass(frozen=True, kw_only=True)
class ManifestLimits:
    """What a manifest may cost: data rows, bytes of the file, characters of a script, bytes of a portrait."""

    rows: int = 20_000
    bytes: int = 100_000_000
    script_characters: int = 80_000
    portrait_bytes: int = 50_000_000


def read_manifest(
    path: Path, *, limits: ManifestLimits | None = None, defaults: Mapping[str, str] | None = None
) -> Manifest:
    """Read a CSV manifest completely, opening every file that it names.

    Nothing is raised for what is wrong with it: that is what `Manifest.problems` is for. When the file or
    its header is wrong as a whole, there are no rows.

    Args:
        path: the CSV file; scripts and portraits are found relative to its folder and must lie inside it.
        limits: what it may cost.
        defaults: values for cells that are empty, by column name.
    """
    return _Reader(path, limits or ManifestLimits(), defaults or {}).read()


class _Problems:
    """Collects what is wrong, in whatever order it is found."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, row: int, column: str, code: str, **facts: Fact) -> None:
        self.found.append(Problem(row=row, column=column, code=code, facts=facts))

    def add_error(self, row: int, column: str, error: InputError) -> None:
        self.found.append(Problem(row=row, column=column, code=error.code, facts=error.facts))

    def by_row(self) -> tuple[Problem, ...]:
        return tuple(sorted(self.found, key=lambda problem: problem.row))


class _Reader:
    """Reads one manifest; remembers what rows share."""

    def __init__(self, path: Path, limits: ManifestLimits, defaults: Mapping[str, str]) -> None:
        self._path = path.resolve()
        self._limits = limits
        self._defaults = {plain_name(name): value.strip() for name, value in defaults.items()}
        self._folder = BatchFolder(self._path.parent)
        self._problems = _Problems()
        self._scripts: dict[Path, _Template | InputError] = {}
        self._used: set[str] = set()
        self._ids: dict[str, int] = {}
        self._total = 0
        self._absent: set[str] = set()  # columns that are missing, told once and not for each row
        self._broken = False  # the file as a whole cannot be used

    def read(self) -> Manifest:
        rows: list[Row] = []
        broken: list[BrokenRow] = []
        warnings: tuple[Problem, ...] = ()
        try:
            table = Table(decode(self._bytes()))
            self._check_header(table)
            for record in self._records(table):
                row = self._row(record)
                if isinstance(row, Row):
                    rows.append(row)
                else:
                    broken.append(row)
            warnings = self._unused(table)
        except InputError as error:
            self._problems.add_error(error.row if isinstance(error, TableError) else 0, "", error)
            self._broken = True
        return Manifest(
            rows=() if self._broken else tuple(rows),
            broken=() if self._broken else tuple(broken),
            total=self._total,
            problems=self._problems.by_row(),
            warnings=warnings,
        )

    def _records(self, table: Table) -> Iterator[Record]:
        for record in table.records():
            self._total += 1
            if self._total > self._limits.rows:
                raise InputError("manifest-rows", limit=self._limits.rows)
            yield record
        if not self._total:
            raise InputError("manifest-no-rows")

    def _bytes(self) -> bytes:
        found = self._folder.find(self._path.name)
        return self._folder.read(found, limit_bytes=self._limits.bytes)

    def _check_header(self, table: Table) -> None:
        """What is wrong with the columns is wrong with every row."""
        header = table.header
        known = set(header.columns) | {name for name, value in self._defaults.items() if value}
        wrong = [(name, "manifest-column-twice") for name in header.doubles]
        if not known & {"script", "script_file"}:
            wrong.append(("script", "manifest-column-missing"))
        if "portrait" not in known:
            wrong.append(("portrait", "manifest-column-missing"))
        for name, code in wrong:
            self._problems.add(header.number, name, code, name=name)
        self._absent = {name for name, code in wrong if code == "manifest-column-missing"}
        self._broken = bool(wrong)

    def _row(self, record: Record) -> Row | BrokenRow:
        """A row, complete if nothing is wrong in it."""
        number = record.number
        before = len(self._problems.found)
        cells = self._defaults | {name: cell for name, cell in record.cells.items() if cell}
        if record.surplus:
            self._problems.add(number, "", "manifest-row-long", cells=record.surplus)
        plain = {name: normalise(cells.get(name, "")).replace("\n", " ") for name in ("id", *_FIELDS)}
        plain["id"] = plain["id"] or str(number)
        self._check_id(number, plain["id"])
        for name, text in plain.items():
            if len(text) > _CELL_CHARACTERS:
                self._problems.add(number, name, "manifest-field-long", name=name, limit=_CELL_CHARACTERS)
        options = self._options(number, cells)
        template = self._template(number, cells)
        portrait = self._portrait(number, cells)
        background = self._background(number, options)
        wanted = Wanted(
            number=number,
            wrong=frozenset(problem.column for problem in self._problems.found[before:]),
            script_column="script_file" if cells.get("script_file") else "script",
            background=background and background[0],
            background_digest=background[1] if background else "",
            options=options,
            **plain,
        )
        variables = {name: cells[name] for name in template.variables if name in cells} if template else {}
        if template is None or portrait is None or wanted.wrong:
            fillable = template is not None and wanted.script_column not in wanted.wrong
            return BrokenRow(
                **vars(wanted),
                template=template.text if template and fillable else None,
                variables=variables,
                portrait=portrait and portrait[0],
                portrait_digest=portrait[1] if portrait else "",
            )
        return Row(
            **vars(wanted),
            template=template.text,
            variables=variables,
            portrait=portrait[0],
            portrait_digest=portrait[1],
        )

    def _check_id(self, number: int, name: str) -> None:
        first = self._ids.setdefault(name, number)
        if first != number:
            self._problems.add(number, "id", "manifest-id-twice", id=name[:_CELL_CHARACTERS], first=first)

    def _options(self, number: int, cells: Mapping[str, str]) -> dict[str, str]:
        """The options of a row that we know; whatever is not known yet is refused, not ignored."""
        options: dict[str, str] = {}
        for name, text in cells.items():
            if name in _OPTIONS:
                options[name] = text
            elif "." in name or columns.shortens_option(name):
                known = ", ".join(_OPTIONS)
                self._problems.add(number, name, "manifest-option-unknown", name=name, known=known)
            elif name in columns.RESERVED:
                self._problems.add(number, name, "manifest-column-reserved", name=name)
        return options

    def _template(self, number: int, cells: Mapping[str, str]) -> _Template | None:
        """A row's script with its variables known to be filled."""
        inline, file = cells.get("script", ""), cells.get("script_file", "")
        column = "script_file" if file else "script"
        if "script" in self._absent:
            return None
        if bool(inline) == bool(file):
            code = "manifest-script-twice" if file else "manifest-script-missing"
            self._problems.add(number, column, code)
            return None
        try:
            template = self._script_file(file) if file else _template_of(inline)
        except InputError as error:
            self._problems.add_error(number, column, error)
            return None
        self._used.update(template.variables)
        for name in template.variables:
            if name in _NO_VARIABLES:
                self._problems.add(number, column, "manifest-variable-itself", variable=name)
            elif name not in cells:
                self._problems.add(number, column, "manifest-variable-unfilled", variable=name)
        return template

    def _script_file(self, name: str) -> _Template:
        path = self._folder.find(name)
        if path not in self._scripts:
            limit = self._limits.script_characters * _SCRIPT_BYTES_PER_CHARACTER
            try:
                self._scripts[path] = _template_of(decode(self._folder.read(path, limit_bytes=limit)))
            except InputError as error:
                self._scripts[path] = error
        found = self._scripts[path]
        if isinstance(found, InputError):
            raise found
        return found

    def _portrait(self, number: int, cells: Mapping[str, str]) -> tuple[Path, str] | None:
        """A row's picture and its digest."""
        if "portrait" in self._absent:
            return None
        if not cells.get("portrait"):
            self._problems.add(number, "portrait", "manifest-portrait-missing")
            return None
        return self._picture(number, "portrait", cells["portrait"])

    def _background(self, number: int, options: dict[str, str]) -> tuple[Path, str] | None:
        """The picture that stands behind a row's portrait, and its digest, if a picture is named."""
        if not names_picture(options.get(BACKGROUND, "")):
            return None
        return self._picture(number, BACKGROUND, options.pop(BACKGROUND))

    def _picture(self, number: int, column: str, name: str) -> tuple[Path, str] | None:
        try:
            path = self._folder.find(name)
            return path, self._folder.digest(path, limit_bytes=self._limits.portrait_bytes)
        except InputError as error:
            self._problems.add_error(number, column, error)
            return None

    def _unused(self, table: Table) -> tuple[Problem, ...]:
        """A warning for each column that nothing uses, with the name that may have been meant."""
        present = dict.fromkeys(name for name in table.header.columns if name and "." not in name)
        meaningful = {*columns.named(), *self._used}
        warnings = []
        for name in present:
            if name in meaningful or name in columns.RESERVED:
                continue
            wanted = sorted(meaningful - set(present))
            meant = difflib.get_close_matches(name, wanted, n=1, cutoff=_LIKENESS)
            facts: dict[str, Fact] = {"name": name, "meant": meant[0]} if meant else {"name": name}
            code = "manifest-column-misspelt" if meant else "manifest-column-unused"
            warnings.append(Problem(row=table.header.number, column=name, code=code, facts=facts))
        return tuple(warnings)


@dataclass(frozen=True, kw_only=True)
class _Template:
    """A script with the plain names of its variables."""

    text: str
    variables: tuple[str, ...]


def _template_of(text: str) -> _Template:
    return _Template(text=text, variables=variables_of(text))
