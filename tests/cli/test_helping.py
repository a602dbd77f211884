"""Promises of `--help`: every page in both languages, and no line cut off."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from typer._click.core import Command, Context
from typer.core import TyperGroup
from typer.main import get_command

from cli.helping import paragraphs
from cli.helping_zh import CHINESE
from cli.main import COMMANDS, GROUPS, make_app
from cli.sections import SECTIONS
from cli.terminal import Terminal
from tests.cli.conftest import Lectern
from tests.cli.test_docs import EVERY_COMMAND
from tests.cli.test_watch import Screen

_PLACES = [[], *([name] for name in GROUPS), *(command.split() for command in EVERY_COMMAND)]


def commands(command: Command) -> Iterator[Command]:
    """A command and all that are in it."""
    yield command
    for part in getattr(command, "commands", {}).values():
        yield from commands(part)


def texts() -> set[str]:
    """Every paragraph that a help page can say."""
    found: set[str] = set()
    for name in ("", *COMMANDS, *GROUPS):
        for command in commands(get_command(make_app(name))):
            context = Context(command)
            found |= {*paragraphs(command.help or ""), *paragraphs(command.epilog or "")}
            found |= {getattr(param, "help", None) or "" for param in command.get_params(context)}
    return found


def page(place: list[str], language: str) -> str:
    """A help page, as a person is given it."""
    command = get_command(make_app(place[0] if place else ""))
    stream = Screen()
    terminal = Terminal(json_wanted=False, language=language, stdout=stream, stderr=stream)  # type: ignore[arg-type]
    context = Context(command, info_name="lectern", obj=terminal)
    for name in place:
        assert isinstance(command, TyperGroup)
        command = command.commands[name]
        context = Context(command, info_name=name, parent=context, obj=terminal)
    return command.get_help(context)


def test_the_help_is_complete_in_chinese() -> None:
    """Every paragraph has its Chinese words, and none is idle."""
    assert texts() == set(CHINESE)
    assert all(re.search("[\u4e00-\u9fff]", words) for words in CHINESE.values())


@pytest.mark.parametrize("place", _PLACES, ids=" ".join)
def test_a_page_is_in_one_language_and_whole(place: list[str]) -> None:
    """No English sentence on a Chinese page, no Chinese on an English one, and nothing is cut off."""
    english, chinese = page(place, "en"), page(place, "zh")
    assert english.startswith(" ".join(["Usage: lectern", *place]))
    assert chinese.startswith(" ".join(["用法：lectern", *place]))
    assert not re.search("[\u4e00-\u9fff]", english)
    assert not re.search(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}", re.sub("`.*?`", "", chinese.partition("\n")[2]))
    assert not re.search(r"\w\.\.\.$", english, re.MULTILINE)


def test_every_command_stands_under_one_head() -> None:
    """The page of all commands leaves none out, and names none twice."""
    listed = [name for section in SECTIONS.values() for name in section]
    assert len(listed) == len(set(listed))
    assert {*COMMANDS, *GROUPS} == set(listed)
    lines = page([], "en").splitlines()
    assert lines.index("Make films:") < lines.index("See what becomes of them:")
    shown = [line.split()[0] for line in lines[lines.index("Make films:") :] if re.match(r"  \S", line)]
    assert {*COMMANDS, *GROUPS} <= set(shown)


def test_help_answers_in_the_language_that_is_asked_for(
    program: Lectern,
) -> None:
    """By option and by locale, wherever it is asked."""
    assert "取消任务" in program("--lang", "zh", "--help").out
    assert "取消任务" in program("cancel", "-h", LC_ALL="zh_CN.UTF-8").out
    assert "Cancel jobs" in program("cancel", "--help").out
