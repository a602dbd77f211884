"""Which language the command line speaks: `--lang`, else the locale, else English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from pipeline.plan.messages import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
#: In the order in which POSIX lets them override each other (IEEE Std 1003.1, chapter 8.2).
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def of_locale(environment: Mapping[str, str]) -> Language:
    """The language of the locale that the environment names; English when it names none that we speak."""
    for variable in _VARIABLES:
        if locale := environment.get(variable):
            return "zh" if locale.lower().startswith("zh") else "en"
    return "en"
