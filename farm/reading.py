"""How a manifest is read: what it may cost, and what is added to what stands in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

#: Where the picture of a portrait's profile lies, and its digest, by the profile's name and the department.
Pictures = Callable[[str, str], tuple[Path, str]]


@dataclass(frozen=True, kw_only=True)
class ManifestLimits:
    """What a manifest may cost: rows, bytes, characters of a script, bytes of the files that it names."""

    rows: int = 20_000
    bytes: int = 100_000_000
    script_characters: int = 80_000
    portrait_bytes: int = 50_000_000
    footage_bytes: int = 500_000_000
    recording_bytes: int = 500_000_000


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How a manifest shall be read.

    Attributes:
        settings: values for cells that are empty, by column or variable.
        template: a file with the script of rows that have none, wherever it lies; None for none.
        face_engine: who draws the faces of rows that name nobody; empty for whom the farm usually has.
        off_peak: of rows that say nothing: ``yes``, or the window that they wait for; empty for neither.
        deadline: when films are wanted whose rows say nothing; empty for whenever.
        urgency: of rows that say nothing; empty for normal.
        priority: of rows that say nothing; empty for 0.
        sheet: the sheet of a workbook; empty for the first one that people see.
        write: whether a row may have a brief, whose script is written when the film is made.
        pictures: finds the pictures of people's profiles; None: a cell names files alone.
    """

    settings: Mapping[str, str] = field(default_factory=dict)
    template: Path | None = None
    face_engine: str = ""
    off_peak: str = ""
    deadline: str = ""
    urgency: str = ""
    priority: str = ""
    sheet: str = ""
    write: bool = False
    pictures: Pictures | None = None
