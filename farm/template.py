"""Scripts with ``{{name}}`` in them: filled from a row's own columns, never evaluated."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from pipeline.plan.errors import InputError

_FIELD = re.compile(r"\{\{([^{}\n]*)\}\}")
_NAME = re.compile(r"[\w.]+")
_GAPS = re.compile(r"[\s_-]+")
_QUOTED_CHARACTERS = 40


def plain_name(text: str) -> str:
    """A column's or variable's name without regard to case, width, spaces and hyphens: ``first_name``."""
    return _GAPS.sub("_", unicodedata.normalize("NFKC", text).strip().casefold())


def variables_of(template: str) -> tuple[str, ...]:
    """The plain names of a script's variables, each once, in order.

    Raises:
        InputError: ``manifest-variable-malformed``: braces that hold no name, or never close.
    """
    if "{{" not in template:
        return ()
    rest = _FIELD.sub("", template)
    if "{{" in rest:
        raise _malformed(rest[rest.index("{{") :])
    names: dict[str, None] = {}
    for field in _FIELD.finditer(template):
        name = plain_name(field[1])
        if not _NAME.fullmatch(name):
            raise _malformed(field[0])
        names[name] = None
    return tuple(names)


def fill(template: str, values: Mapping[str, str]) -> str:
    """The script with each variable replaced by its value; braces inside a value mean nothing.

    Args:
        template: a script that `variables_of` takes.
        values: a value for every variable, by plain name.
    """
    return _FIELD.sub(lambda field: values[plain_name(field[1])], template)


def _malformed(text: str) -> InputError:
    return InputError("manifest-variable-malformed", text=text.partition("\n")[0][:_QUOTED_CHARACTERS])
