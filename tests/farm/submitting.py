"""Submitting, as the tests of it do."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from farm import submit as submitting
from farm.bootstrap import Farm
from farm.submit import Manner, Receipt

ROW = {"script": "Hello {{name}}.", "portrait": "astronaut.png", "format": "square-512"}


def manifest(folder: Path, *rows: Mapping[str, str], name: str = "batch.csv") -> Path:
    """Write a manifest of these rows."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    path = folder / name
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


def submit(farm: Farm, path: Path, **manner: object) -> Receipt:
    """Submit, with what is not usual about it."""
    return submitting.submit(farm, path, Manner(**manner))  # type: ignore[arg-type]


def stored(farm: Farm) -> list[Path]:
    """Every file that lies in the store."""
    return [path for path in farm.store.root.rglob("*") if path.is_file()]
