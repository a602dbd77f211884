"""Writing: a table of briefs becomes a table of scripts, for a person to read before it is submitted."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from farm.bootstrap import Farm
from farm.briefs import COLUMNS, ID, LANGUAGE, SCRIPT, Wanted, check_language, read_briefs, translated
from farm.choices import Chooser, Wish
from farm.output import check_place, write_whole
from farm.stopwords import WordChecker
from farm.writerdoor import open_writer, sampling_of, writer_model
from pipeline.engines.writer import WriterEngine
from pipeline.plan.capability import WRITE
from pipeline.plan.errors import Fact, InputError
from pipeline.plan.messages import Language, tell
from pipeline.plan.models import Use, used_as
from pipeline.plan.writing import primary_of
from pipeline.plan.writingplan import Brief, Sampling
from pipeline.steps.draft import Draft, drafts

#: Why a row has no script, or what is doubtful about it; a table whose rows are all good has no such column.
NOTES = "notes"
_VOICE, _DEPARTMENT = "voice", "department"
# What a spreadsheet would take for a formula, and nobody says.
_FORMULA = "=+@"


@dataclass(frozen=True, kw_only=True)
class Note:
    """What is to be said of one row: why it has no script, or what is doubtful about it."""

    id: str
    code: str
    facts: Mapping[str, Fact]
    failed: bool


@dataclass(frozen=True, kw_only=True)
class Written:
    """What came of a table of briefs.

    Attributes:
        file: the table of scripts.
        scripts: how many rows of it have one.
        model: the name of the model that wrote.
        notes: what is to be said of its rows.
    """

    file: Path
    scripts: int
    model: str
    notes: tuple[Note, ...]


@dataclass(frozen=True, kw_only=True)
class _Line:
    """A row of the table of scripts."""

    id: str
    wanted: Wanted
    language: str
    draft: Draft


def write_scripts(
    farm: Farm,
    briefs: Path,
    out: Path,
    *,
    translate: Collection[str] = (),
    replace: bool = False,
    model: str = "",
    seed: int | None = None,
    language: Language = "en",
    told: Callable[[int, int], None] | None = None,
) -> Written:
    """Write a script for each row with a brief, and versions in other languages; the table is a manifest.

    All other columns are kept as they are. A row that cannot be written stays in the table without a script,
    with the reason beside it; the table is there whole, or not at all.

    Args:
        farm: models, and the words that no script may hold.
        briefs: the table of briefs, and of scripts that are only translated.
        out: where the table of scripts goes, as CSV.
        translate: languages in which each script is wanted besides.
        replace: whether an earlier table may be replaced, which a person may have worked on.
        model: who writes; the one that is set unless given.
        seed: another one gives other scripts; the one that is set unless given.
        language: that notes are told in.
        told: as of `WriterEngine.write`, for the briefs and then for each language.

    Raises:
        InputError: the table cannot be read, the model cannot be used, or the place is taken
            (``command-output-exists``); nothing was written.
        TransientError, AwayError: as the engine and the shelf.
    """
    check_place(out, briefs)
    if os.path.lexists(out) and not replace:
        raise InputError("command-output-exists", path=str(out))
    limits = farm.settings.limits
    table, rows = read_briefs(briefs, limit_bytes=limits.manifest_bytes, most=limits.manifest_rows)
    languages = [check_language(each) for each in translate]
    record = writer_model(farm, model)
    used_as(WRITE, record, Use(farm.settings.models.use))
    room = _Room(farm, open_writer(farm, record.digest), sampling_of(farm, seed=seed), told)
    lines = [line for group in room.lines(rows, languages) for line in group]
    header = [name for name in table.header.columns if name and name not in COLUMNS]
    write_whole(out, _csv(header, lines, Chooser(farm), language))
    notes = tuple(_note(line) for line in lines if line.draft.code)
    scripts = sum(bool(line.draft.text) for line in lines)
    return Written(file=out, scripts=scripts, model=record.name, notes=notes)


class _Room:
    """Where the scripts of one table are written."""

    def __init__(
        self,
        farm: Farm,
        writer: WriterEngine,
        sampling: Sampling,
        told: Callable[[int, int], None] | None,
    ) -> None:
        self._writer = writer
        self._sampling = sampling
        self._told = told
        self._words = WordChecker(farm.ledger)
        self._characters = farm.settings.limits.script_characters

    def lines(self, rows: Sequence[Wanted], languages: Sequence[str]) -> Iterator[list[_Line]]:
        """The lines of each row: its own, and one for each further language."""
        asked = {index: row.brief for index, row in enumerate(rows) if row.brief is not None}
        own = self._drafts(rows, asked)
        for index, row in enumerate(rows):
            if row.problem is not None:
                own[index] = Draft(text="", code=row.problem.code, facts=row.problem.facts)
            elif row.brief is None:
                own[index] = Draft(text=row.script)
        versions = {language: self._versions(rows, own, language) for language in languages}
        for index, row in enumerate(rows):
            group = [_Line(id=row.id, wanted=row, language=row.language, draft=own[index])]
            for language in languages:
                if (draft := versions[language].get(index)) is not None:
                    line = _Line(id=f"{row.id}-{language}", wanted=row, language=language, draft=draft)
                    group.append(line)
            yield group

    def _versions(self, rows: Sequence[Wanted], own: Mapping[int, Draft], language: str) -> dict[int, Draft]:
        """Those scripts in another language that are not written in it already."""
        asked = {
            index: translated(row, own[index].text, language)
            for index, row in enumerate(rows)
            if own[index].text and primary_of(row.language) != primary_of(language)
        }
        return self._drafts(rows, asked)

    def _drafts(self, rows: Sequence[Wanted], asked: Mapping[int, Brief]) -> dict[int, Draft]:
        words = [self._words.words_of(rows[index].cells.get(_DEPARTMENT, "")) for index in asked]
        made = drafts(
            self._writer,
            list(asked.values()),
            self._sampling,
            words=words,
            characters=self._characters,
            told=self._told,
        )
        return dict(zip(asked, made, strict=True))


def _csv(header: Sequence[str], lines: Sequence[_Line], chooser: Chooser, language: Language) -> bytes:
    """The table as Excel reads it, and as a manifest."""
    noted = any(line.draft.code for line in lines)
    added = [ID, LANGUAGE, SCRIPT, *([NOTES] if noted else [])]
    columns = [*header, *(name for name in added if name not in header)]
    page = io.StringIO()
    writer = csv.DictWriter(page, columns, lineterminator="\r\n")
    writer.writeheader()
    for line in lines:
        told = line.wanted.cells
        cells = {name: told.get(name, "") for name in header}
        cells |= {ID: line.id, LANGUAGE: line.language, SCRIPT: line.draft.text.lstrip(_FORMULA)}
        if noted:
            draft = line.draft
            cells[NOTES] = tell(draft.code, draft.facts, language) if draft.code else ""
        if cells.get(_VOICE) and line.language != line.wanted.language:
            cells[_VOICE] = cells[_VOICE] if _speaks(chooser, cells[_VOICE], line.language) else ""
        writer.writerow(cells)
    return page.getvalue().encode("utf-8-sig")


def _speaks(chooser: Chooser, voice: str, language: str) -> bool:
    try:
        chooser.voice(Wish(voice=voice, language=language), "")
    except InputError:
        return False
    return True


def _note(line: _Line) -> Note:
    return Note(id=line.id, code=line.draft.code, facts=line.draft.facts, failed=not line.draft.text)
