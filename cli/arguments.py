"""The two options that every command understands, wherever they stand: `--json` and `--lang`.

They are taken out before the command line is parsed, because an error in the rest of it has to be told in
the right form and language as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cli.language import LANGUAGES, of_locale
from pipeline.plan.errors import InputError
from pipeline.plan.messages import Language


@dataclass(frozen=True, kw_only=True)
class Request:
    """A command line, taken apart.

    Attributes:
        json: whether the answer is for a machine.
        language: what people are spoken to in.
        rest: the command with its own options.
    """

    json: bool
    language: Language
    rest: tuple[str, ...]


def take_apart(arguments: Sequence[str], environment: Mapping[str, str]) -> Request:
    """Separate `--json` and `--lang` from the rest; what follows a bare ``--`` is left as it is.

    Raises:
        InputError: ``command-language-unknown``, for a language that is not spoken.
    """
    json = False
    language = of_locale(environment)
    rest: list[str] = []
    waiting = list(arguments)
    while waiting:
        argument = waiting.pop(0)
        if argument == "--":
            rest += [argument, *waiting]
            break
        if argument == "--json":
            json = True
        elif argument == "--lang" or argument.startswith("--lang="):
            _, equals, value = argument.partition("=")
            language = _language(value if equals else waiting.pop(0) if waiting else "")
        else:
            rest.append(argument)
    return Request(json=json, language=language, rest=tuple(rest))


def _language(value: str) -> Language:
    for language in LANGUAGES:
        if value == language:
            return language
    raise InputError("command-language-unknown", language=value, known=", ".join(LANGUAGES))
