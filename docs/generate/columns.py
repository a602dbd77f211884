"""Write the tables of columns in docs/manifest.md; with --check, fail when they are out of date."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from settling import settle

from farm.columns import COLUMNS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "manifest.md"

_HEADS: Mapping[Literal["en", "zh"], tuple[str, ...]] = {
    "en": ("column", "meaning", "what may stand there", "if empty"),
    "zh": ("列", "含义", "可填内容", "留空时"),
}


def page(text: str) -> str:
    """The page with the tables between its markers made anew.

    Raises:
        ValueError: a marker is missing.
    """
    for language in _HEADS:
        begin, end = (
            f"<!-- columns {language}: made by `make docs` -->",
            f"<!-- end of columns {language} -->",
        )
        head, opened, rest = text.partition(begin)
        _, closed, tail = rest.partition(end)
        if not (opened and closed):
            raise ValueError(begin)
        text = f"{head}{begin}\n\n{_table(language)}\n{end}{tail}"
    return text


def _table(language: Literal["en", "zh"]) -> str:
    heads = _HEADS[language]
    lines = [_line(heads), _line("---" for _ in heads)]
    for column in COLUMNS:
        phrases = (getattr(phrase, language) for phrase in (column.means, column.values, column.empty))
        lines.append(_line((f"`{column.name}`", *phrases)))
    return "".join(lines)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def main() -> int:
    """Write the tables, or compare them with what stands there."""
    return settle(PAGE, page(PAGE.read_text("utf-8")))


if __name__ == "__main__":
    sys.exit(main())
