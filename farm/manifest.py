"""A batch's manifest: a table becomes rows that are complete, or a list of everything that is wrong."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from farm import columns
from farm.batchfiles import BatchFolder
from farm.briefs import AUDIENCE, BRIEF, COLUMNS, SECONDS
from farm.defaults import TEMPLATE, Defaults
from farm.reading import ManifestLimits, Reading
from farm.rowfiles import AUDIO, PORTRAIT, RowFiles
from farm.rows import BrokenRow, Manifest, Problems, Row, Wanted
from farm.scripts import NOTHING_WRITTEN, Scripts, Template, spoken_language, value_of
from farm.sidefile import SideFile, read_side_file
from farm.tables import Flaw, Record, Table, TableError
from farm.tables.opening import open_table
from pipeline.plan.errors import Fact, InputError
from pipeline.plan.names import unique_key
from pipeline.plan.people import profile_in
from pipeline.plan.script import normalise

_FIELDS = columns.named((columns.ColumnKind.FIELD,))
_COLUMNS = frozenset(columns.named())
_OPTIONS = columns.named((columns.ColumnKind.OPTION,))
# What a script cannot be filled with: itself.
_NO_VARIABLES = frozenset({"script", "script_file", BRIEF})
_CELL_CHARACTERS = 200


def read_manifest(
    path: Path, *, limits: ManifestLimits | None = None, reading: Reading | None = None
) -> Manifest:
    """Read a manifest completely, opening every file that it names.

    It is a CSV file, an Excel workbook or a JSON Lines file; a side file of the same name may lie beside it
    (`farm.sidefile`). Nothing is raised for what is wrong with it: that is what `Manifest.problems` is for.
    When the file or its header is wrong as a whole, there are no rows.

    Args:
        path: the file; scripts and portraits are found relative to its folder and must lie inside it.
        limits: what it may cost.
        reading: how it shall be read.
    """
    return _Reader(path, limits or ManifestLimits(), reading or Reading()).read()


class _Reader:
    """Reads one manifest; remembers what rows share."""

    def __init__(self, path: Path, limits: ManifestLimits, reading: Reading) -> None:
        self._path = Path(os.path.realpath(path))
        self._limits = limits
        self._reading = reading
        self._folder = BatchFolder(self._path.parent)
        self._scripts = Scripts(self._folder, characters=limits.script_characters)
        self._problems = Problems()
        self._doubts = Problems()
        self._files = RowFiles(self._folder, limits, reading.pictures, self._problems)
        self._defaults = Defaults({}, "", SideFile())
        self._names: set[str] = set()  # what variables may take
        self._used: set[str] = set()
        self._ids: dict[str, tuple[str, int]] = {}
        self._alike: dict[str, tuple[str, int]] = {}
        self._total = 0
        self._unread = False  # a script that could not be read might have used any column
        self._absent: set[str] = set()  # columns that are missing, told once and not for each row
        self._renamed: set[str] = set()  # columns that were told to stand in for a missing one
        self._broken = False  # the file as a whole cannot be used

    def read(self) -> Manifest:
        rows: list[Row] = []
        broken: list[BrokenRow] = []
        try:
            table = self._open()
            self._check_header(table)
            for record in self._records(table):
                row = self._row(record)
                if isinstance(row, Row):
                    rows.append(row)
                else:
                    broken.append(row)
            self._check_use(table)
        except InputError as error:
            self._problems.end(error.row if isinstance(error, TableError) else 0, error)
            self._broken = True
        return Manifest(
            rows=() if self._broken else tuple(rows),
            broken=() if self._broken else tuple(broken),
            total=self._total,
            problems=self._problems.by_row(),
            warnings=self._doubts.by_row(),
        )

    def _open(self) -> Table:
        """The table, with what stands beside it."""
        found = self._folder.find(self._path.name)
        data = self._folder.read(found, limit_bytes=self._limits.bytes)
        side = read_side_file(self._folder, self._path.name)
        for key, error in side.problems:
            self._problems.add_error(0, key, error)
        template = "" if self._reading.template is None else str(self._reading.template)
        self._defaults = Defaults(
            self._reading.settings,
            template,
            side,
            face_engine=self._reading.face_engine,
            off_peak=self._reading.off_peak,
            deadline=self._reading.deadline,
            urgency=self._reading.urgency,
            priority=self._reading.priority,
        )
        self._problems.found += self._defaults.problems
        sheet = self._reading.sheet or side.sheet
        return open_table(data, name=self._path.name, sheet=sheet, limit_bytes=self._limits.bytes)

    def _records(self, table: Table) -> Iterator[Record]:
        for record in table.records():
            self._total += 1
            if self._total > self._limits.rows:
                raise InputError("manifest-rows", limit=self._limits.rows)
            yield record
        if not self._total:
            raise InputError("manifest-no-rows")

    def _check_header(self, table: Table) -> None:
        """What is wrong with the columns is wrong with every row."""
        header = table.header
        known = set(header.columns) | self._defaults.names
        self._names = {name for name in known if name and name not in _NO_VARIABLES}
        for name in header.doubles:
            self._problems.add(header.number, name, "manifest-column-twice", name=name[:_CELL_CHARACTERS])
        if not known & {*_NO_VARIABLES, AUDIO}:
            self._absent.add("script")
        if "portrait" not in known:
            self._absent.add("portrait")
        for name in sorted(self._absent):
            meant = next((other for other in header.columns if columns.meant(other, (name,)) == name), "")
            self._renamed.add(meant)
            code = "manifest-column-other" if meant else "manifest-column-missing"
            facts: dict[str, Fact] = {"name": name, **({"other": meant} if meant else {})}
            self._problems.add(header.number, name, code, **facts)
        self._broken = bool(header.doubles or self._absent)
        for doubt in table.doubts:
            self._doubts.add(header.number, "", doubt.code, **doubt.facts)

    def _row(self, record: Record) -> Row | BrokenRow:
        """A row, complete if nothing is wrong in it."""
        number = record.number
        if "" in record.flaws:
            return self._lost(record)
        before = len(self._problems.found)
        cells, self._problems.places = self._defaults.fill(record)
        column = _words_column(cells)
        self._tell(record, _idle_beside(column))
        plain = self._plain(number, cells)
        options = self._options(number, cells)
        asked = {name: self._line(number, name, cells) for name in (AUDIENCE, SECONDS) if column == BRIEF}
        template = self._template(number, column, cells, record.flaws)
        variables = self._variables(number, column, cells, record.flaws, template) if template else {}
        absent = PORTRAIT in self._absent
        portrait = None if absent else self._files.portrait(number, cells, record.flaws)
        background = self._files.background(number, options)
        recording = self._files.recording(number, cells, record.flaws)
        fillable = template is not None and len(variables) == len(template.variables)
        # A script without its values is not looked at: what is wrong has been told.
        wrong = {problem.column for problem in self._problems.found[before:]} | (
            set() if fillable else {column}
        )
        wanted = Wanted(
            number=number,
            wrong=frozenset(wrong),
            script_column=column,
            to_write=column == BRIEF,
            portrait_profile=profile_in(cells.get("portrait", "")),
            background=background and background[0],
            background_digest=background[1] if background else "",
            recording=recording and recording[0],
            recording_digest=recording[1] if recording else "",
            options=options,
            places=self._problems.places,
            **plain,
            **asked,
        )
        if template is None or portrait is None or wanted.wrong:
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

    def _plain(self, number: int, cells: dict[str, str]) -> dict[str, str]:
        """A row's names and choices, each on one line; its number is its id unless it has one."""
        plain = {name: self._line(number, name, cells) for name in ("id", *_FIELDS)}
        cells["id"] = plain["id"] = plain["id"] or str(number)
        self._check_id(number, plain["id"])
        return plain

    def _line(self, number: int, name: str, cells: Mapping[str, str]) -> str:
        """A cell on one line, refused if it is long."""
        text = normalise(cells.get(name, "")).replace("\n", " ")
        if len(text) > _CELL_CHARACTERS:
            self._problems.add(number, name, "manifest-field-long", name=name, limit=_CELL_CHARACTERS)
        return text

    def _lost(self, record: Record) -> BrokenRow:
        """A row of which nothing can be read."""
        flaw = record.flaws[""]
        self._problems.places = {}
        self._problems.add(record.number, "", flaw.code, **flaw.facts)
        return BrokenRow(
            number=record.number,
            id=str(record.number),
            wrong=_COLUMNS,
            template=None,
            variables={},
            portrait=None,
            portrait_digest="",
        )

    def _tell(self, record: Record, idle: Collection[str]) -> None:
        """What is wrong with a row's cells before anyone asks what they mean, but for idle columns."""
        number = record.number
        if record.surplus:
            self._problems.add(number, "", "manifest-row-long", cells=record.surplus)
        if record.hidden:
            self._doubts.add(number, "", "manifest-row-hidden")
        for name, flaw in record.flaws.items():
            if name in _COLUMNS and name not in idle:
                self._problems.add(number, name, flaw.code, **flaw.facts)

    def _check_id(self, number: int, name: str) -> None:
        shown = name[:_CELL_CHARACTERS]
        _, first = self._ids.setdefault(name, (name, number))
        if first != number:
            self._problems.add(number, "id", "manifest-id-twice", id=shown, first=first)
            return
        other, first = self._alike.setdefault(unique_key(name), (name, number))
        if other != name:
            self._doubts.add(
                number, "id", "manifest-id-alike", id=shown, other=other[:_CELL_CHARACTERS], first=first
            )

    def _options(self, number: int, cells: Mapping[str, str]) -> dict[str, str]:
        """The options of a row that we know; whatever is not known yet is refused, not ignored."""
        options: dict[str, str] = {}
        for name, text in cells.items():
            if name in _OPTIONS:
                options[name] = text
            elif columns.is_option_unknown(name):
                known = columns.known_options()
                self._problems.add(number, name, "manifest-option-unknown", name=name, known=known)
            elif name in columns.RESERVED:
                self._problems.add(number, name, "manifest-column-reserved", name=name)
        return options

    def _template(
        self, number: int, column: str, cells: Mapping[str, str], flaws: Mapping[str, Flaw]
    ) -> Template | None:
        """A row's script, or its brief, before it is filled."""
        inline, file = cells.get("script", ""), cells.get("script_file", "")
        if "script" in self._absent or flaws.keys() & _NO_VARIABLES:
            return None
        if column == BRIEF:
            return self._brief(number, cells)
        if not (inline or file) and cells.get(AUDIO):
            return NOTHING_WRITTEN
        if bool(inline) == bool(file):
            code = "manifest-script-twice" if file else "manifest-script-missing"
            self._problems.add(number, column, code)
            return None
        try:
            if not file:
                template = self._scripts.written(inline)
            elif self._problems.places.get(column) == TEMPLATE:
                template = self._scripts.elsewhere(Path(file))
            else:
                template = self._scripts.beside(file)
        except InputError as error:
            self._unread = True
            self._problems.add_error(number, column, error)
            return None
        return template

    def _brief(self, number: int, cells: Mapping[str, str]) -> Template | None:
        """A row's brief before it is filled, also where nothing shall be written."""
        if cells.get("script") or cells.get("script_file") or cells.get(AUDIO):
            # What it would have used is not looked for.
            self._unread = True
            code = "brief-and-recording" if cells.get(AUDIO) else "brief-and-script"
            self._problems.add(number, BRIEF, code)
            return None
        if not self._reading.write:
            self._problems.add(number, BRIEF, "brief-unwritten")
        try:
            return self._scripts.written(cells[BRIEF])
        except InputError as error:
            self._unread = True
            self._problems.add_error(number, BRIEF, error)
            return None

    def _variables(
        self,
        number: int,
        column: str,
        cells: Mapping[str, str],
        flaws: Mapping[str, Flaw],
        template: Template,
    ) -> dict[str, str]:
        """What a script's variables are in a row, by how they are written."""
        values: dict[str, str] = {}
        language = spoken_language(cells, template) if template.variables else ""
        for variable in template.variables:
            name, value = variable.name, cells.get(variable.name, "")
            self._used.add(name)
            if name in flaws:
                if name not in _COLUMNS or name in _idle_beside(column):
                    self._problems.add(number, name, flaws[name].code, **flaws[name].facts)
            elif name in _NO_VARIABLES:
                self._problems.add(number, column, "manifest-variable-itself", variable=name)
            elif not value and variable.otherwise is None:
                self._unfilled(number, column, name)
            else:
                try:
                    values[variable.written] = value_of(variable, cells, language)
                except InputError as error:
                    self._problems.add_error(number, name if value else column, error)
        return values

    def _unfilled(self, number: int, column: str, name: str) -> None:
        """Refuse a row without what a variable takes; with the column that may have been meant."""
        if name not in self._names and (meant := columns.meant(name, self._names)):
            self._used.add(meant)
            code = "manifest-variable-misspelt"
            self._problems.add(number, column, code, variable=name, meant=meant)
        else:
            self._problems.add(number, column, "manifest-variable-unfilled", variable=name)

    def _check_use(self, table: Table) -> None:
        """Warn of each column and template, and refuse each default, that nothing uses."""
        header = table.header
        self._doubts.found += self._defaults.idle()
        unused = self._defaults.unused(self._used)
        misspelt = "manifest-default-misspelt"
        self._problems.found += (each for each in unused if each.code == misspelt or not self._unread)
        present = dict.fromkeys(name for name in header.columns if name and "." not in name)
        meaningful = {*_COLUMNS, *self._used}
        if BRIEF not in header.columns and BRIEF not in self._defaults.names:
            # Without a brief these say nothing.
            meaningful -= {*COLUMNS} - self._used
        for name in present:
            if name in meaningful or name in columns.RESERVED or name in self._renamed:
                continue
            meant = columns.meant(name, meaningful - present.keys())
            code = "manifest-column-misspelt" if meant else "manifest-column-unused"
            facts: dict[str, Fact] = {"name": name[:_CELL_CHARACTERS], **({"meant": meant} if meant else {})}
            self._doubts.add(header.number, name, code, **facts)


def _words_column(cells: Mapping[str, str]) -> str:
    """Where the words of a row's film stand."""
    if cells.get(BRIEF):
        return BRIEF
    return "script_file" if cells.get("script_file") else "script"


def _idle_beside(column: str) -> tuple[str, ...]:
    """The columns that say nothing in a row whose words stand there."""
    return () if column == BRIEF else (AUDIENCE, SECONDS)
