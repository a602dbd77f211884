"""A batch's manifest: a CSV file becomes rows that are complete and checked, or a list of everything wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.plan.errors import Fact


@dataclass(frozen=True, kw_only=True)
class ManifestLimits:
    """What a manifest may cost: data rows, bytes of the file, characters of a script, bytes of a portrait."""

    rows: int = 20_000
    bytes: int = 100_000_000
    script_characters: int = 80_000
    portrait_bytes: int = 50_000_000


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something wrong with a manifest.

    Attributes:
        row: as a spreadsheet counts, the header being row 1; 0 for the file as a whole.
        column: the column's name as it stands in the header's plain form; empty for a whole row.
        code: a code of the catalogue.
        facts: values for the placeholders of its message.
    """

    row: int
    column: str
    code: str
    facts: Mapping[str, Fact]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One film to make, as its row asks for it; a field that was left empty is an empty string.

    Attributes:
        number: as a spreadsheet counts, the header being row 1.
        id: unique in the batch; the row's number when none was given.
        template: the script before its variables are filled; rows may share one.
        variables: what `template` needs, from the row's own columns.
        portrait: an existing regular file inside the manifest's folder.
        portrait_digest: SHA-256 (hex) of its content when it was read.
        options: dotted columns, in plain form.
    """

    number: int
    id: str
    template: str
    variables: Mapping[str, str]
    portrait: Path
    portrait_digest: str
    voice: str = ""
    language: str = ""
    speed: str = ""
    title: str = ""
    format: str = ""
    user: str = ""
    scene: str = ""
    department: str = ""
    urgency: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def script(self) -> str:
        """The script's normalised text with its variables filled; made anew at each call."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a manifest says.

    Attributes:
        rows: the rows without a problem, in order.
        total: how many rows the file has, those with problems included.
        problems: everything wrong in the whole file, by row; nothing may be queued unless it is empty or
            the rows concerned are skipped.
        warnings: what may be an oversight.
        digest: SHA-256 (hex) of the rows' content: scripts, portraits' content, all fields, in order.
    """

    rows: tuple[Row, ...]
    total: int
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    digest: str


def read_manifest(
    path: Path, *, limits: ManifestLimits | None = None, defaults: Mapping[str, str] | None = None
) -> Manifest:
    """Read a CSV manifest completely, opening every file that it names.

    Args:
        path: the CSV file; scripts and portraits are found relative to its folder and must lie inside it.
        limits: what it may cost.
        defaults: values for cells that are empty, by column name.
    """
    raise NotImplementedError
