"""What is set, where it comes from, and what is wrong with it: as it may be shown to anybody."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from config.layers import Layer, layers, line_of
from config.settings import Mark, Settings, is_secret, knobs, mark_of, read_settings
from farm.settings_errors import wrong_settings
from pipeline.plan.addresses import without_password
from pipeline.plan.errors import InputError

#: What a knob may hold.
Value = str | int | float | bool


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One knob.

    Attributes:
        knob: its name, such as ``redis.url``.
        value: what is in effect, addresses without their passwords; None for a secret.
        given: whether there is anything but the empty text.
        origin: where it comes from: ``default``, ``file`` (lectern.toml) or ``environment``.
        place: the file or the variable; empty for a default.
        line: of the file; None where there is none.
        secret_file: the file that holds the secret itself; empty where it does not stand in one.
    """

    knob: str
    value: Value | None
    given: bool
    origin: str
    place: str
    line: int | None
    secret_file: str


def told_settings(environment: Mapping[str, str] | None = None) -> tuple[Setting, ...]:
    """Every knob in the order of default.toml, with its value as it may be shown and its origin.

    Raises:
        InputError: as `farm.settings_errors.wrong_settings`, the first.
    """
    env = os.environ if environment is None else environment
    try:
        settings = read_settings(env)
        found = tuple(layers(env, is_secret))
    except (ValueError, OSError) as error:
        raise wrong_settings(error, env)[0] from None
    texts = {each.place: Path(each.place).read_text("utf-8") for each in found if each.kind == "file"}
    return tuple(_setting(settings, knob, found, texts) for knob in knobs())


def problems_of(environment: Mapping[str, str] | None = None) -> tuple[InputError, ...]:
    """Everything that is wrong with what is set; empty where all is well.

    Of files that hold secrets one problem is told alone: nothing else can be read before it is cured.
    """
    try:
        read_settings(environment)
    except (ValueError, OSError) as error:
        return wrong_settings(error, environment)
    return ()


def open_files(environment: Mapping[str, str] | None = None) -> Iterator[InputError]:
    """Files with secrets that every user of this machine can read: ``farm-secret-open`` each.

    In a container a mounted secret is often so, and nobody else is there; elsewhere it has to be closed.
    """
    env = os.environ if environment is None else environment
    for layer in layers(env, is_secret):
        for knob, place in layer.files.items():
            if _is_open(Path(place)):
                yield InputError("farm-secret-open", knob=knob, path=place)
        if layer.kind == "file" and _is_open(Path(layer.place)):
            written = (each for each in knobs() if each not in layer.files and _holds_secret(layer, each))
            for knob in written:
                yield InputError("farm-secret-open", knob=knob, path=layer.place)


def shown_value(knob: str, value: Value) -> Value | None:
    """A knob's value as it may be shown: addresses without passwords, None for a secret."""
    mark = mark_of(knob)
    if mark is Mark.ADDRESS:
        return without_password(str(value))
    return None if mark is Mark.SECRET else value


def shown_sections(settings: Settings) -> dict[str, dict[str, Value | None]]:
    """All settings by section, as they may be shown and kept."""
    return {
        section: {name: shown_value(f"{section}.{name}", value) for name, value in told.items()}
        for section, told in settings.model_dump().items()
    }


def _setting(settings: Settings, knob: str, found: tuple[Layer, ...], texts: Mapping[str, str]) -> Setting:
    section, _, name = knob.partition(".")
    value: Value = getattr(getattr(settings, section), name)
    layer = next(each for each in reversed(found) if name in each.values.get(section, {}))
    place = layer.variables.get(knob, "") if layer.kind == "environment" else layer.place
    file = layer.files.get(knob, "")
    if file and layer.kind == "environment":
        place = f"LECTERN_{section}__{name}_FILE".upper()
    line = None
    if layer.kind == "file":
        line = line_of(texts[layer.place], section, f"{name}_file" if file else name)
    return Setting(
        knob=knob,
        value=shown_value(knob, value),
        given=value != "",
        origin=layer.kind,
        place="" if layer.kind == "default" else place,
        line=line,
        secret_file=file,
    )


def _holds_secret(layer: Layer, knob: str) -> bool:
    """Whether a secret, or an address with a password, is written out in a file."""
    section, _, name = knob.partition(".")
    value = layer.values.get(section, {}).get(name, "")
    return bool(value) and mark_of(knob) is not None and shown_value(knob, value) != value


def _is_open(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False
