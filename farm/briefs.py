"""Briefs in a table: what each row asks to be written, or to be translated."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from farm.batchfiles import BatchFolder
from farm.scripts import Template, spoken_language, value_of
from farm.tables import Record, Table
from farm.tables.opening import open_table
from farm.template import fill, variables_of
from farm.values import is_language
from pipeline.plan.errors import InputError
from pipeline.plan.lengths import estimate_ms
from pipeline.plan.script import normalise
from pipeline.plan.writing import primary_of
from pipeline.plan.writingplan import Brief

#: The columns that a brief is made of; a table of scripts has none of them.
BRIEF, AUDIENCE, SECONDS = "brief", "audience", "seconds"
COLUMNS = (BRIEF, AUDIENCE, SECONDS)
SCRIPT, LANGUAGE, ID = "script", "language", "id"

# How long a film is that nobody has told the length of, and how long one may be.
_USUAL_S, _MOST_S = 60, 3_600


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A row of a table of briefs.

    Attributes:
        id: what the row is called: its number, if nothing else is said.
        cells: what stands in each column.
        language: that it is, or shall be, written in.
        brief: what is to be written; None for a row that has its script already.
        problem: why nothing can be done about it; None where something can.
    """

    id: str
    cells: Mapping[str, str]
    language: str = ""
    brief: Brief | None = None
    problem: InputError | None = None

    @property
    def script(self) -> str:
        """The script that stands there already; empty for a row with a brief."""
        return normalise(self.cells.get(SCRIPT, ""))


def read_briefs(path: Path, *, limit_bytes: int, most: int) -> tuple[Table, tuple[Wanted, ...]]:
    """A table of briefs and its rows: a CSV file, an Excel workbook or a JSON Lines file.

    Args:
        path: the file.
        limit_bytes: how large it may be.
        most: how many rows it may have.

    Raises:
        InputError: it cannot be read as a table, has no rows or too many, or ``brief-no-column``.
    """
    real = Path(os.path.realpath(path))
    folder = BatchFolder(real.parent)
    data = folder.read(folder.find(real.name), limit_bytes=limit_bytes)
    table = open_table(data, name=real.name, sheet="", limit_bytes=limit_bytes)
    if not {BRIEF, SCRIPT} & set(table.header.columns):
        raise InputError("brief-no-column")
    rows = tuple(_rows(table, most))
    if not rows:
        raise InputError("manifest-no-rows")
    return table, rows


def translated(wanted: Wanted, script: str, language: str) -> Brief:
    """What is asked for to have a row's script in another language."""
    seconds = wanted.brief.seconds if wanted.brief else max(1, estimate_ms(script) // 1000)
    text, audience = wanted.cells.get(BRIEF, ""), wanted.cells.get(AUDIENCE, "")
    return Brief(text=text, audience=audience, language=language, seconds=seconds, source=script)


def check_language(language: str) -> str:
    """A language's tag, if it is one.

    Raises:
        InputError: ``brief-language-unknown``.
    """
    if not is_language(language):
        raise InputError("brief-language-unknown", language=language[:40])
    return language


def usual_tag(language: str) -> str:
    """The tag by which a script is asked for in a voice's language, whatever the voice calls it."""
    primary = primary_of(language)
    return "zh" if primary == "cmn" else primary


def check_brief(text: str) -> str:
    """A brief's text, if it asks for anything.

    Raises:
        InputError: ``brief-empty``.
    """
    if not any(sign.isalnum() for sign in text):
        raise InputError("brief-empty")
    return text


def seconds_of(words: str) -> int:
    """How long a script shall take to say; a minute where no words tell it.

    Raises:
        InputError: ``brief-seconds-wrong``.
    """
    if not words:
        return _USUAL_S
    if not (words.isascii() and words.isdecimal() and 1 <= int(words[:9]) <= _MOST_S):
        raise InputError("brief-seconds-wrong", seconds=words[:40], most=_MOST_S)
    return int(words)


def _rows(table: Table, most: int) -> Iterator[Wanted]:
    for count, record in enumerate(table.records(), 1):
        if count > most:
            raise InputError("manifest-rows", limit=most)
        yield _wanted(record)


def _wanted(record: Record) -> Wanted:
    cells = record.cells
    name = cells.get(ID, "") or str(record.number)
    try:
        brief = _brief(record)
    except InputError as error:
        return Wanted(id=name, cells=cells, problem=error)
    return Wanted(id=name, cells=cells, language=brief.language, brief=brief if brief.text else None)


def _brief(record: Record) -> Brief:
    """What a row asks for; without a text for one that has its script already.

    Raises:
        InputError: a cell cannot be read, or a variable not be filled; ``brief-empty``, ``brief-and-script``,
            ``brief-seconds-wrong`` or ``brief-language-unknown``.
    """
    cells = record.cells
    for column in (*COLUMNS, SCRIPT, LANGUAGE):
        if column in record.flaws:
            raise InputError(record.flaws[column].code, **record.flaws[column].facts)
    asked, script = cells.get(BRIEF, ""), cells.get(SCRIPT, "")
    if bool(normalise(asked)) == bool(normalise(script)):
        raise InputError("brief-and-script" if asked else "brief-empty")
    template = Template(text=asked or script, variables=variables_of(asked))
    own = spoken_language(cells, template) if asked else template.language
    language = check_language(cells.get(LANGUAGE, "") or usual_tag(own))
    values = {each.written: value_of(each, cells, language) for each in template.variables}
    text = check_brief(normalise(fill(asked, values))) if asked else ""
    seconds = seconds_of(cells.get(SECONDS, ""))
    return Brief(text=text, audience=cells.get(AUDIENCE, ""), language=language, seconds=seconds)
