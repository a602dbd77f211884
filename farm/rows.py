"""What a manifest says: rows that are complete, rows that are broken, and everything that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from farm.template import fill
from pipeline.plan.errors import Fact, InputError
from pipeline.plan.script import normalise

#: Five for each row of a full batch.
_MOST_PROBLEMS = 100_000


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something wrong with a manifest.

    Attributes:
        row: as a spreadsheet counts, the header being row 1; 0 for the file as a whole.
        column: the column's name as it stands in the header's plain form; empty for a whole row.
        code: a code of the catalogue.
        facts: values for the placeholders of its message.
        place: where a cell's content came from when it does not stand in the row: ``--set`` or a file's name.
    """

    row: int
    column: str
    code: str
    facts: Mapping[str, Fact]
    place: str = ""


class Problems:
    """Collects what is wrong, in whatever order it is found.

    Attributes:
        found: all of it.
        places: where the present row's defaults came from, by column.
    """

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self.places: Mapping[str, str] = {}

    def add(self, row: int, column: str, code: str, /, **facts: Fact) -> None:
        """Something is wrong with a row's column.

        Raises:
            InputError: ``manifest-problems-many``: nobody could read them all, and memory ends.
        """
        if len(self.found) == _MOST_PROBLEMS:
            raise InputError("manifest-problems-many", limit=_MOST_PROBLEMS)
        place = self.places.get(column, "") if row else ""
        self.found.append(Problem(row=row, column=column, code=code, facts=facts, place=place))

    def add_error(self, row: int, column: str, error: InputError) -> None:
        """Likewise, as an error says it."""
        self.add(row, column, error.code, **error.facts)

    def end(self, row: int, error: InputError) -> None:
        """What ended the reading, however much was found before."""
        self.found.append(Problem(row=row, column="", code=error.code, facts=error.facts))

    def by_row(self) -> tuple[Problem, ...]:
        """All of it in the order of the rows."""
        return tuple(sorted(self.found, key=lambda problem: problem.row))


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a row says of its film, in plain form; a field that was left empty is an empty string.

    Attributes:
        number: as a spreadsheet counts, the header being row 1.
        id: unique in the batch; the row's number when none was given.
        script_column: where its words stand: ``script``, ``script_file`` (the same film either way) or
            ``brief``.
        to_write: whether these are a brief, whose script is yet to be written.
        audience: for whom, then.
        seconds: how long it shall take to say, likewise.
        portrait_profile: the profile whose picture the portrait is; empty for a file beside the manifest.
        background: the picture behind the portrait, an existing regular file inside the manifest's folder;
            None for none.
        background_digest: SHA-256 (hex) of its content when it was read; empty for none.
        recording: the sound that the film shall have, an existing regular file inside the manifest's folder;
            None where a script is spoken.
        recording_digest: SHA-256 (hex) of its content when it was read; empty for none.
        options: dotted columns, and ``background`` unless it names a picture.
        wrong: the columns that have a problem.
        places: where columns' content came from that does not stand in the row, as in `Problem`.
    """

    number: int
    id: str
    script_column: str = field(default="script", compare=False)
    to_write: bool = False
    audience: str = ""
    seconds: str = ""
    portrait_profile: str = ""
    background: Path | None = None
    background_digest: str = ""
    recording: Path | None = None
    recording_digest: str = ""
    voice: str = ""
    language: str = ""
    speed: str = ""
    title: str = ""
    format: str = ""
    fps: str = ""
    user: str = ""
    scene: str = ""
    department: str = ""
    urgency: str = ""
    priority: str = ""
    pool: str = ""
    project: str = ""
    off_peak: str = ""
    deadline: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    wrong: frozenset[str] = frozenset()
    places: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, kw_only=True)
class Row(Wanted):
    """One film to make, complete.

    Attributes:
        template: the script or brief before its variables are filled; rows may share one.
        variables: what `template` needs, by how each variable is written, from the row's own columns.
        portrait: an existing regular file inside the manifest's folder, or the picture of a profile.
        portrait_digest: SHA-256 (hex) of its content when it was read.
    """

    template: str
    variables: Mapping[str, str]
    portrait: Path
    portrait_digest: str

    @property
    def words(self) -> str:
        """What stands in `script_column`, normalised, its variables filled; made anew at each call."""
        return normalise(fill(self.template, self.variables))

    @property
    def script(self) -> str:
        """The script; empty for one that is yet to be written, and for a recording without one."""
        return "" if self.to_write else self.words


@dataclass(frozen=True, kw_only=True)
class BrokenRow(Wanted):
    """A row in which something is wrong: as much of it as could be read, to be looked at all the same.

    Attributes:
        template: as in `Row`; None when there is none, or none that can be filled.
        variables: as in `Row`.
        portrait: as in `Row`; None when there is none.
        portrait_digest: as in `Row`; empty when there is none.
    """

    template: str | None
    variables: Mapping[str, str]
    portrait: Path | None
    portrait_digest: str

    @property
    def words(self) -> str | None:
        """As in `Row`; None when they cannot be had."""
        return None if self.template is None else normalise(fill(self.template, self.variables))


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a manifest says.

    Attributes:
        rows: the rows without a problem, in order.
        broken: the others, unless the file as a whole is wrong.
        total: how many rows the file has, those with problems included.
        problems: everything wrong in the whole file, by row; nothing may be queued unless it is empty or
            the rows concerned are skipped.
        warnings: what may be an oversight.
    """

    rows: tuple[Row, ...]
    broken: tuple[BrokenRow, ...]
    total: int
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
