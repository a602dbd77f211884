"""What a manifest's column is told by: its name, its meaning, its values, and what no value means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ColumnKind(StrEnum):
    """What becomes of a column's cells."""

    PART = "part"  #: read by the manifest itself: names, texts and files
    FIELD = "field"  #: a field of `farm.rows.Wanted` of the same name
    OPTION = "option"  #: goes into the job's options as it was written


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """The same words in English and in simplified Chinese; Markdown, in one line."""

    en: str
    zh: str


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a manifest.

    Attributes:
        name: in plain form, as `farm.template.plain_name` gives it.
        kind: what becomes of its cells.
        means: what it is for.
        values: what may stand in a cell.
        empty: what an empty cell means.
        also: what else people call it, in words with spaces between; told when they do, not taken.
    """

    name: str
    kind: ColumnKind
    means: Phrase
    values: Phrase
    empty: Phrase
    also: str = ""
