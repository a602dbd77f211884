"""`--help`, in both languages: the pages of the commands, made from the commands' own texts."""

from __future__ import annotations

import io
import shutil
from collections.abc import Mapping

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from typer._click.core import Command, Context, Parameter
from typer.core import TyperCommand, TyperGroup

from cli.helping_zh import CHINESE
from cli.sections import in_sections
from cli.terminal import Terminal
from cli.words import Words

_WIDEST = 100


class HelpfulCommand(TyperCommand):
    """A command whose help page speaks the reader's language."""

    def get_help(self, ctx: Context) -> str:
        """The help page as text."""
        return _page(self, ctx, {})


class HelpfulGroup(TyperGroup):
    """A group of commands whose help page speaks the reader's language."""

    def get_help(self, ctx: Context) -> str:
        """The help page as text."""
        return _page(self, ctx, self.commands)


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a docstring, each on one line."""
    return tuple(" ".join(part.split()) for part in text.split("\n\n") if part.strip())


def _page(command: Command, ctx: Context, commands: Mapping[str, Command]) -> str:
    terminal = ctx.find_object(Terminal)
    words = terminal.words if terminal is not None else Words("en")
    chinese = terminal is not None and terminal.language == "zh"

    def said(text: str) -> str:
        return CHINESE[text] if chinese else text

    params = command.get_params(ctx)
    arguments = [
        (_shown(each), _explained(each, said(_help_of(each)), words)) for each in _of(params, "argument")
    ]
    options = [
        (_shown(each), _explained(each, said(_help_of(each)), words)) for each in _of(params, "option")
    ]
    about = {name: said(paragraphs(each.help or "")[0]) for name, each in commands.items()}
    # A group's own commands are few, and go together.
    heads = in_sections(list(about)) if ctx.parent is None else [("help-commands", list(about))]
    rows = {
        "help-arguments": arguments,
        "help-options": options,
        **{head: [(name, about[name]) for name in names] for head, names in heads},
    }
    usage = [ctx.command_path, words("help-option-mark"), *(_usage(each) for each in _of(params, "argument"))]
    if commands:
        usage.append(words("help-command-mark"))
    page = io.StringIO()
    console = Console(file=page, width=min(_WIDEST, shutil.get_terminal_size().columns), color_system=None)
    console.print(Text(words("help-usage", usage=" ".join(usage))))
    for paragraph in paragraphs(command.help or ""):
        console.print()
        console.print(Padding(Text(said(paragraph)), (0, 0, 0, 2)))
    for head, lines in rows.items():
        if lines:
            console.print()
            console.print(Text(words(head)))
            console.print(_table(lines))
    for paragraph in paragraphs(command.epilog or ""):
        console.print()
        console.print(Padding(Text(said(paragraph)), (0, 0, 0, 2)))
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines())


def _help_of(param: Parameter) -> str:
    return getattr(param, "help", None) or ""


def _of(params: list[Parameter], kind: str) -> list[Parameter]:
    return [each for each in params if each.param_type_name == kind]


def _usage(argument: Parameter) -> str:
    """An argument as the usage line shows it; one that may be left out stands in brackets."""
    name = _name(argument)
    return name if argument.required or name.startswith("[") else f"[{name}]"


def _name(param: Parameter) -> str:
    return getattr(param, "metavar", None) or (param.name or "").upper()


def _shown(param: Parameter) -> str:
    """What is typed: an argument's name, or an option's spellings, short first, and its value."""
    if param.param_type_name == "argument":
        return _name(param)
    spellings = ", ".join(sorted(param.opts, key=len))
    return spellings if getattr(param, "is_flag", False) else f"{spellings} {_name(param)}"


def _explained(param: Parameter, text: str, words: Words) -> str:
    """A parameter's help, with what it is when it is left out."""
    if param.required and param.param_type_name == "option":
        return f"{text} {words('help-required')}"
    if isinstance(param.default, (str, int)) and not isinstance(param.default, bool) and param.default:
        return f"{text} {words('help-default', value=param.default)}"
    return text


def _table(rows: list[tuple[str, str]]) -> Padding:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    # Text without spaces is folded, not cut short.
    table.add_column(overflow="fold")
    for name, text in rows:
        table.add_row(Text(name), Text(text))
    return Padding(table, (0, 0, 0, 2))
