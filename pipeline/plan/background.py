"""What stands behind a portrait where it does not fill the film or is transparent, in a manifest's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath

from pipeline.plan.errors import InputError

#: The option that says so.
BACKGROUND = "background"
#: The usual one: the portrait's own edges go on, out of focus.
BLUR = "blur"

#: Blue, green, red, 0 to 255.
Colour = tuple[int, int, int]

_COLOUR = re.compile(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})")


def colour_of(options: Mapping[str, str]) -> Colour | None:
    """The colour that a job's options name, None for the portrait's own edges out of focus.

    Raises:
        InputError: ``portrait-background-unknown``.
    """
    written = options.get(BACKGROUND, "").strip()
    word = written.casefold()
    if word in {"", BLUR}:
        return None
    match = _COLOUR.fullmatch(word)
    if match is None:
        raise InputError("portrait-background-unknown", background=written)
    red, green, blue = (int(part, 16) for part in match.groups())
    return blue, green, red


def names_picture(words: str) -> bool:
    """Whether words name a picture's file: whatever has a suffix and does not begin like a colour."""
    word = words.strip()
    return bool(PurePath(word).suffix) and not word.startswith("#")


def with_plain_background(options: Mapping[str, str]) -> dict[str, str]:
    """The same options with the background in its plainest words, so that equal films have equal options.

    Raises:
        InputError: as `colour_of`.
    """
    plain = {name: value for name, value in options.items() if name != BACKGROUND}
    if colour_of(options) is not None:
        plain[BACKGROUND] = options[BACKGROUND].strip().casefold()
    return plain
