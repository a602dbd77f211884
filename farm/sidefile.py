"""What stands beside a manifest: ``films.toml`` says once what holds for every row of ``films.csv``.

template = "welcome.txt"
sheet = "Films"

[defaults]
voice = "en-us"
format = "wide-1080"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import PurePath

from farm import columns
from farm.batchfiles import BatchFolder
from farm.template import plain_name
from farm.textfile import decode
from pipeline.plan.errors import InputError

_SUFFIX = ".toml"
_LIMIT_BYTES = 1_000_000
_TEMPLATE, _SHEET, _DEFAULTS = "template", "sheet", "defaults"
_LINE = re.compile(r"at line (\d+)")
_QUOTED_CHARACTERS = 60


@dataclass(frozen=True, kw_only=True)
class SideFile:
    """What holds for every row.

    Attributes:
        name: the file's name; empty when there is none.
        defaults: values for cells that are empty, by plain name.
        template: the file with the script of rows that have none; empty for none.
        sheet: the sheet to read; empty for the first one.
        problems: what is wrong with it, with the key that it concerns.
    """

    name: str = ""
    defaults: Mapping[str, str] = field(default_factory=dict)
    template: str = ""
    sheet: str = ""
    problems: tuple[tuple[str, InputError], ...] = ()


def read_side_file(folder: BatchFolder, manifest: str) -> SideFile:
    """The side file of a manifest, if there is one; nothing is raised for what is wrong with it.

    Args:
        folder: the manifest's folder.
        manifest: the manifest's file name.
    """
    name = PurePath(manifest).with_suffix(_SUFFIX).name
    if name == manifest or not folder.holds(name):
        return SideFile()
    try:
        text = decode(folder.read(folder.find(name), limit_bytes=_LIMIT_BYTES))
        side = _Reader(name).read(tomllib.loads(text, parse_float=str))
    except InputError as error:
        return SideFile(name=name, problems=(("", error),))
    except (ValueError, RecursionError) as error:
        # A whole number of thousands of digits is a ValueError of another kind.
        line = _LINE.search(str(error))
        told = InputError("manifest-side-malformed", file=name, line=int(line[1]) if line else 1)
        return SideFile(name=name, problems=(("", told),))
    return side


class _Reader:
    """Takes a document apart, collecting what is wrong with it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._problems: list[tuple[str, InputError]] = []

    def read(self, document: Mapping[str, object]) -> SideFile:
        texts = {_TEMPLATE: "", _SHEET: ""}
        defaults: dict[str, str] = {}
        for key, value in document.items():
            if key in texts:
                texts[key] = self._value(key, value) or ""
            elif key == _DEFAULTS and isinstance(value, dict):
                defaults = self._defaults(value)
            elif key == _DEFAULTS:
                self._add(key, "manifest-side-defaults")
            else:
                self._refuse_key(key)
        return SideFile(
            name=self._name,
            defaults=defaults,
            template=texts[_TEMPLATE],
            sheet=texts[_SHEET],
            problems=tuple(self._problems),
        )

    def _defaults(self, table: Mapping[str, object]) -> dict[str, str]:
        defaults: dict[str, str] = {}
        for key, value in _flat(table):
            name = plain_name(key)
            if name in defaults:
                self._add(key, "manifest-side-key-twice", key=key[:_QUOTED_CHARACTERS])
            elif (text := self._value(key, value)) is not None:
                defaults[name] = text
        return defaults

    def _value(self, key: str, value: object) -> str | None:
        """A value as a cell would hold it."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (str, int)) and "\0" not in str(value):
            return str(value).strip()
        if isinstance(value, datetime):
            return value.isoformat(" ")
        if isinstance(value, (date, time)):
            return value.isoformat()
        if isinstance(value, str):
            self._problems.append((plain_name(key), InputError("manifest-cell-nul")))
        else:
            self._add(key, "manifest-side-value", key=key[:_QUOTED_CHARACTERS])
        return None

    def _refuse_key(self, key: str) -> None:
        meant = columns.meant(key, (_TEMPLATE, _SHEET, _DEFAULTS))
        if not meant and (column := columns.meant(key, columns.named(), exact=True)):
            meant = f"[defaults] {column}"
        code = "manifest-side-key-misspelt" if meant else "manifest-side-key"
        facts = {"key": key[:_QUOTED_CHARACTERS]} | ({"meant": meant} if meant else {})
        self._add(key, code, **facts)

    def _add(self, where: str, code: str, **facts: str) -> None:
        self._problems.append((plain_name(where), InputError(code, file=self._name, **facts)))


def _flat(table: Mapping[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    """Keys and values with the tables that TOML makes of dotted keys put together again."""
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value
