"""Promises about docs/cli.md: it knows every command, option, exit code and document."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.exits import Exit
from cli.main import BY_THEMSELVES, COMMANDS, GROUPS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/cli.md").read_text("utf-8")
EVERY_COMMAND = [*COMMANDS, *(f"{group} {name}" for group, (_, names) in GROUPS.items() for name in names)]


@pytest.mark.parametrize("command", EVERY_COMMAND)
def test_every_command_stands_in_the_page(command: str) -> None:
    """A command that nobody described does not exist for its users."""
    assert f"`lectern {command}" in PAGE


@pytest.mark.parametrize("group", BY_THEMSELVES)
def test_a_group_that_is_a_command_stands_there_as_one(group: str) -> None:
    """What it does without another word is a row of its own."""
    assert re.search(rf"^\| `lectern {group}`", PAGE, re.MULTILINE)


def test_the_page_names_no_command_that_is_not_there() -> None:
    """What the page promises can be typed."""
    named = set(re.findall(r"^\| `lectern ([a-z-]+(?: [a-z]+)?)", PAGE, re.MULTILINE))
    assert named == {*EVERY_COMMAND, *BY_THEMSELVES}


def test_every_exit_code_stands_in_the_page() -> None:
    """The table of exit codes is the table of the code."""
    rows = re.findall(r"^\| (\d+) \| `([A-Z]+)` \|", PAGE, re.MULTILINE)
    assert [(int(code), name) for code, name in rows] == [(each.value, each.name) for each in Exit]


def test_every_kind_of_document_stands_in_the_page() -> None:
    """Whoever reads the JSON finds each of its kinds described."""
    modules = [*(ROOT / "cli").glob("*.py"), ROOT / "farm/results.py"]
    sources = "".join(path.read_text("utf-8") for path in modules)
    kinds = set(re.findall(r'"kind": "([a-z-]+)"', sources))
    assert kinds
    assert kinds - {"error"} == set(re.findall(r"^\| `([a-z-]+)` \| `[a-z]", PAGE, re.MULTILINE))
