"""Where what is set stands: default.toml < lectern.toml < environment, knob by knob; and secrets in files."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

#: Values by section and knob, as they were read: a section may turn out to be none.
Values = dict[str, Any]

_PREFIX = "LECTERN_"
_HOME, _CONFIG = "LECTERN_HOME", "LECTERN_CONFIG"
#: Variables that are no knob of a section.
_SHORT = frozenset({_HOME, _CONFIG})
#: What follows the name of a secret's knob where a file holds it.
_FILE = "_file"
#: No password is longer.
_MOST_BYTES = 65_536


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One of the places that settings come from.

    Attributes:
        kind: which.
        place: the file; empty for the environment.
        values: what it sets, secrets from files among them.
        files: the file of each knob that was read from one.
        variables: the environment's variable of each knob.
    """

    kind: Literal["default", "file", "environment"]
    place: str
    values: Values
    files: Mapping[str, str]
    variables: Mapping[str, str]


class SecretFileError(ValueError):
    """A secret that should stand in a file cannot be had; what the file holds is never told.

    Args:
        kind: ``unread``, ``not-text``, ``empty``, or ``twice``: the value is given besides.
        knob: whose, such as ``redis.url``.
        place: the file.
        reason: the operating system's words; empty unless it is unread.
    """

    def __init__(self, kind: str, *, knob: str, place: str, reason: str = "") -> None:
        super().__init__(f"{knob}: {place}: {reason or kind}")
        self.kind, self.knob, self.place, self.reason = kind, knob, place, reason


def layers(environment: Mapping[str, str], is_secret: Callable[[str], bool]) -> Iterator[Layer]:
    """Each place that settings come from; later ones win.

    Where ``redis.url`` is a secret, ``url_file`` in ``[redis]``, or LECTERN_REDIS__URL_FILE, names a file
    that holds it; its last line end is no part of it.
    Within one place a secret has a value or a file, not both.

    Args:
        environment: the process's.
        is_secret: whether a knob, such as ``redis.url``, may stand in a file.

    Raises:
        SecretFileError: one of these files.
        tomllib.TOMLDecodeError: lectern.toml is no TOML.
        OSError: lectern.toml cannot be read; where LECTERN_CONFIG names one, also when it is not there.
    """
    usual = Path(__file__).with_name("default.toml")
    values = tomllib.loads(usual.read_text("utf-8"))
    yield Layer(kind="default", place=str(usual), values=values, files={}, variables={})
    given, variables = _from_environment(environment)
    home = given.get("paths", {}).get("home", values["paths"]["home"])
    file = settings_file(home, environment)
    if environment.get(_CONFIG) or file.is_file():
        told = tomllib.loads(file.read_text("utf-8"))
        files = _fetch(told, is_secret, file.parent)
        yield Layer(kind="file", place=str(file), values=told, files=files, variables={})
    files = _fetch(given, is_secret, Path())
    yield Layer(kind="environment", place="", values=given, files=files, variables=variables)


def settings_file(home: str, environment: Mapping[str, str] | None = None) -> Path:
    """Where the operator's settings are, or would be: what LECTERN_CONFIG names, or a file in the home."""
    named = (os.environ if environment is None else environment).get(_CONFIG)
    return Path(named).expanduser() if named else Path(home).expanduser() / "lectern.toml"


def line_of(text: str, section: str, knob: str) -> int | None:
    """The line of a TOML text on which a knob is set; None where it is not, or not TOML.

    The text grows line by line, and whatever makes it TOML that has the knob has set it.
    """
    rows = text.splitlines()
    begin = 1
    for number, row in enumerate(rows, 1):
        if begin == number and ("=" not in row or row.lstrip().startswith("#")):
            begin = number + 1
            continue
        with suppress(tomllib.TOMLDecodeError):
            found = tomllib.loads("\n".join(rows[:number]) + "\n").get(section)
            if (not knob and found is not None) or (isinstance(found, dict) and knob in found):
                return begin
            begin = number + 1
    return None


def overlay(values: Values, given: Mapping[str, Any]) -> None:
    """Put what is given above what was there, knob by knob; what is no section stays, to be told."""
    for section, knobs in given.items():
        if not isinstance(knobs, Mapping):
            values[section] = knobs
        elif isinstance(values.setdefault(section, {}), dict):
            values[section].update(knobs)


def _from_environment(env: Mapping[str, str]) -> tuple[Values, dict[str, str]]:
    """What variables set, and which one set each knob."""
    given: Values = {}
    variables: dict[str, str] = {}
    if home := env.get(_HOME):
        given["paths"] = {"home": home}
        variables["paths.home"] = _HOME
    for name, value in env.items():
        if not name.startswith(_PREFIX) or name in _SHORT:
            continue
        section, gap, knob = name.removeprefix(_PREFIX).lower().partition("__")
        if not gap:
            # No section: it stands among them under its own name, and is found unknown there.
            given[name] = value
            variables[name] = name
            continue
        given.setdefault(section, {})[knob] = value
        variables[f"{section}.{knob}"] = name
    return given, variables


def _fetch(given: Values, is_secret: Callable[[str], bool], folder: Path) -> dict[str, str]:
    """Read the secrets whose files are named, in place of these names; the file of each knob.

    Args:
        given: one place's values; changed.
        is_secret: whether a knob may stand in a file.
        folder: that relative names start from.
    """
    files: dict[str, str] = {}
    for section, knobs in given.items():
        for name in tuple(knobs) if isinstance(knobs, dict) else ():
            knob = name.removesuffix(_FILE)
            called = f"{section}.{knob}"
            if knob == name or not is_secret(called) or not isinstance(knobs[name], str):
                continue
            named = knobs.pop(name)
            if not named:
                continue
            place = folder / Path(named).expanduser()
            if knobs.get(knob):
                raise SecretFileError("twice", knob=called, place=str(place))
            knobs[knob] = read_secret(called, place)
            files[called] = str(place)
    return files


def read_secret(knob: str, place: Path) -> str:
    """What a file of a secret holds, without its last line end.

    Raises:
        SecretFileError: it cannot be read, holds nothing, or is no small file of text.
    """
    try:
        # A pipe that nobody writes to would be waited for.
        with open(os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123
            plain = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            content = file.read(_MOST_BYTES + 1) if plain else b"\0"
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SecretFileError("unread", knob=knob, place=str(place), reason=reason) from None
    try:
        secret = content.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        secret = ""
        content = b"\0"
    if b"\0" in content or len(content) > _MOST_BYTES:
        raise SecretFileError("not-text", knob=knob, place=str(place))
    if not secret.strip():
        raise SecretFileError("empty", knob=knob, place=str(place))
    return secret
