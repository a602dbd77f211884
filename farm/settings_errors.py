"""What is wrong with settings, as an operator wrote them; never what a secret is."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config.layers import SecretFileError, layers, line_of
from config.settings import is_secret, knobs, mark_of
from farm import telemetry
from pipeline.plan.errors import InputError

#: Stands for what is not shown.
_HIDDEN = "…"
_LIKENESS = 0.6
_CODES = {
    "unread": "farm-secret-unread",
    "not-text": "farm-secret-not-text",
    "empty": "farm-secret-empty",
    "twice": "farm-secret-twice",
}


def wrong_settings(
    error: ValueError | OSError, environment: Mapping[str, str] | None = None
) -> tuple[InputError, ...]:
    """Everything that reading settings found wrong, in the operator's own words; at least one thing.

    Codes: ``farm-knob-unknown`` or ``farm-knob-near``, ``farm-knob-number``, ``farm-knob-choice``,
    ``farm-knob-wrong``; ``farm-secret-unread``, ``farm-secret-not-text``, ``farm-secret-empty``,
    ``farm-secret-twice``; ``farm-settings-wrong``: a file cannot be read at all.

    Args:
        error: what `config.settings.read_settings` raised.
        environment: what it was given.
    """
    if isinstance(error, ValidationError):
        return tuple(_wrong_knobs(error, os.environ if environment is None else environment))
    if isinstance(error, SecretFileError):
        facts = {"knob": error.knob, "path": error.place}
        if error.kind == "unread":
            facts["reason"] = error.reason
        return (InputError(_CODES[error.kind], **facts),)
    return (InputError("farm-settings-wrong", reason=telemetry.one_line(error)),)


def _wrong_knobs(error: ValidationError, environment: Mapping[str, str]) -> Iterator[InputError]:
    for wrong in error.errors(include_url=False, include_context=True):
        knob = ".".join(map(str, wrong["loc"]))
        if wrong["type"] == "extra_forbidden":
            yield _unknown(knob, place_of(knob, environment))
        else:
            yield _unfit(knob, wrong["type"], _shown(knob, wrong["input"]), wrong.get("ctx", {}))


def _unfit(knob: str, kind: str, value: str, context: Mapping[str, Any]) -> InputError:
    if kind.startswith(("int_", "float_")):
        return InputError("farm-knob-number", knob=knob, value=value)
    if kind == "literal_error":
        known = ", ".join(re.findall("'([^']*)'", context["expected"]))
        return InputError("farm-knob-choice", knob=knob, value=value, known=known)
    return InputError("farm-knob-wrong", knob=knob, value=value)


def _unknown(knob: str, place: str) -> InputError:
    """One that there is not, and the names most like it."""
    near = nearest(knob)
    if near:
        return InputError("farm-knob-near", knob=knob, place=place, near=near)
    return InputError("farm-knob-unknown", knob=knob, place=place)


def nearest(knob: str) -> str:
    """The knob whose name is most like one that there is not; empty where none is like it.

    First those of its own section count, then one of the very name elsewhere: it stands under the wrong head.
    """
    section, _, name = knob.partition(".")
    known = knobs()
    if not name:
        # No section: as a variable it was written in capitals, and perhaps with one underscore.
        plain = section.removeprefix("LECTERN_").lower()
        names = {each.partition(".")[0]: each.partition(".")[0] for each in known}
        names |= {each.replace(".", "_"): each for each in known}
        found = difflib.get_close_matches(plain, names, n=1, cutoff=_LIKENESS)
        return names[found[0]] if found else ""
    inside = [each.partition(".")[2] for each in known if each.startswith(f"{section}.")]
    if alike := difflib.get_close_matches(name, inside, n=1, cutoff=_LIKENESS):
        return f"{section}.{alike[0]}"
    elsewhere = [each for each in known if each.partition(".")[2] == name]
    if inside and not elsewhere:
        return ""
    found = difflib.get_close_matches(knob, elsewhere or known, n=1, cutoff=0 if elsewhere else _LIKENESS)
    return found[0] if found else ""


def place_of(knob: str, environment: Mapping[str, str]) -> str:
    """Where a knob is set that need not exist: the file and its line, or the variable; empty for nowhere."""
    found = ""
    for layer in layers(environment, is_secret):
        section, _, name = knob.partition(".")
        if layer.kind == "environment":
            found = layer.variables.get(knob, found)
        elif layer.kind == "file" and (line := line_of(Path(layer.place).read_text("utf-8"), section, name)):
            found = f"{layer.place}:{line}"
    return found


def _shown(knob: str, value: object) -> str:
    """A value that may be shown; a whole section that is none may hold a secret."""
    return str(value) if knob in knobs() and mark_of(knob) is None else _HIDDEN
