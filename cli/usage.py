"""What a command line that was not understood is told: the parser's errors, in the catalogue's words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import typer
from typer._click import exceptions as parser
from typer._click.core import Parameter

from pipeline.plan.errors import InputError

_PROGRAM = "lectern"


def check_command(
    words: Sequence[str],
    commands: Collection[str],
    groups: Mapping[str, Collection[str]],
    *,
    alone: Collection[str] = (),
) -> None:
    """Assure that a command line names a command that there is.

    Args:
        words: what was typed after ``lectern``.
        commands: those of the top level.
        groups: those of each group.
        alone: groups that are commands themselves when none of theirs is named.

    Raises:
        InputError: ``command-unknown`` or ``command-incomplete``.
    """
    first, *rest = words or ("--help",)
    if first in commands or first.startswith("-"):
        return
    if first not in groups:
        raise InputError("command-unknown", command=first, known=", ".join([*commands, *groups]))
    known = ", ".join(f"`{_PROGRAM} {first} {part}`" for part in groups[first])
    if not rest and first in alone:
        return
    if not rest:
        raise InputError("command-incomplete", command=f"{_PROGRAM} {first}", known=known)
    if rest[0] not in groups[first] and not rest[0].startswith("-"):
        raise InputError("command-unknown", command=f"{first} {rest[0]}", known=known)


def usage_error(error: typer.TyperException, words: Sequence[str]) -> InputError:
    """What the parser has to say about words typed after ``lectern``, as an error of the catalogue."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else " ".join((_PROGRAM, *words[:1]))
    if isinstance(error, parser.MissingParameter):
        return InputError("command-argument-missing", command=command, name=_name(error.param))
    if isinstance(error, parser.NoSuchOption):
        return InputError("command-option-unknown", command=command, option=error.option_name)
    if isinstance(error, parser.BadOptionUsage):
        option = error.option_name
        given = any(word.startswith(f"{option}=") for word in words)
        code = "command-option-value-surplus" if given else "command-option-value-missing"
        return InputError(code, command=command, option=option)
    if isinstance(error, parser.BadParameter):
        # Words and paths are taken as they are: only numbers can be refused before a command runs.
        return InputError("command-number-wrong", command=command, name=_name(error.param))
    if type(error) is parser.UsageError:
        # Words that belong to nothing are the one error of the parser's that has no class of its own.
        return InputError("command-words-surplus", command=command)
    return InputError("command-usage", reason=error.format_message())


def _name(param: Parameter | None) -> str:
    """What a person types for a parameter: ``--portrait``, or ``MANIFEST``."""
    if param is None:
        return ""
    if param.param_type_name == "option":
        return max(param.opts, key=len)
    return (getattr(param, "metavar", None) or (param.name or "").upper()).strip("[].")
