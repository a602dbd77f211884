"""Scripts with ``{{name}}`` in them: filled from a row's own columns, never evaluated.

A variable is a column's name between double braces. A kind may follow it, and a value for rows that have
none: ``{{name|friend}}``, ``{{day:date}}``, ``{{seats:whole|12}}``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from farm.values import KINDS
from pipeline.plan.errors import InputError

# Chinese keyboards write braces, bars and colons in full width.
_FIELD = re.compile(r"(?:\{\{|｛｛)([^{}｛｝\n]*)(?:\}\}|｝｝)")
_OPENS = re.compile(r"\{\{|｛｛")
_PARTS = re.compile(r"(?P<name>[^:：|｜]*)(?:[:：](?P<kind>[^|｜]*))?(?:[|｜](?P<otherwise>.*))?")
_NAME = re.compile(r"[\w.]+")
_GAPS = re.compile(r"[\s_-]+")
_QUOTED_CHARACTERS = 40
#: More than any letter has; each row fills all of them.
_MOST_VARIABLES = 200


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A place in a script that each row fills for itself.

    Attributes:
        written: what stands between the braces; two that are written alike are filled alike.
        name: the plain name of the column.
        kind: one of `farm.values.KINDS`.
        otherwise: what stands there for rows without a value; None when each row must have one.
    """

    written: str
    name: str
    kind: str
    otherwise: str | None


@lru_cache(maxsize=1024)
def plain_name(text: str) -> str:
    """A column's or variable's name without regard to case, width, spaces and hyphens: ``first_name``.

    What cannot be seen, such as a zero-width space, does not count either.
    """
    seen = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return _GAPS.sub("_", unicodedata.normalize("NFKC", seen).strip().casefold())


def variables_of(template: str) -> tuple[Variable, ...]:
    """A script's variables, each spelling once, in order.

    Raises:
        InputError: ``manifest-variable-malformed``: braces that hold no name, or never close;
            ``manifest-variable-kind``: a kind that there is not; ``manifest-variables-many``.
    """
    if not _OPENS.search(template):
        return ()
    rest = _FIELD.sub("", template)
    if unclosed := _OPENS.search(rest):
        raise _malformed(rest[unclosed.start() :])
    found: dict[str, Variable] = {}
    for field in _FIELD.finditer(template):
        if field[1] not in found:
            found[field[1]] = _variable(field[0], field[1])
        if len(found) > _MOST_VARIABLES:
            raise InputError("manifest-variables-many", limit=_MOST_VARIABLES)
    return tuple(found.values())


def fill(template: str, values: Mapping[str, str]) -> str:
    """The script with each variable replaced by its value; braces inside a value mean nothing.

    Args:
        template: a script that `variables_of` takes.
        values: a value for every variable, by how it is written.
    """
    return _FIELD.sub(lambda field: values[field[1]], template)


def _variable(field: str, written: str) -> Variable:
    parts = _PARTS.fullmatch(written)
    name = plain_name(parts["name"]) if parts else ""
    if parts is None or not _NAME.fullmatch(name):
        raise _malformed(field)
    kind = "text" if parts["kind"] is None else plain_name(parts["kind"])
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise InputError("manifest-variable-kind", text=field[:_QUOTED_CHARACTERS], kind=kind, known=known)
    otherwise = parts["otherwise"]
    return Variable(
        written=written, name=name, kind=kind, otherwise=None if otherwise is None else otherwise.strip()
    )


def _malformed(text: str) -> InputError:
    return InputError("manifest-variable-malformed", text=text.partition("\n")[0][:_QUOTED_CHARACTERS])
