"""Promises of `lectern words`."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.exits import Exit
from tests.cli.conftest import Lectern

pytestmark = pytest.mark.usefixtures("ready_home")


def test_a_list_is_kept_and_stops_a_script(lectern: Lectern, manifest: Path, tmp_path: Path) -> None:
    """Words are added from the command line and a file, listed, and removed; submit refuses meanwhile."""
    assert "may hold any word" in lectern("words", "list").out
    (tmp_path / "more.txt").write_text("number 1\n\x1b[31mred\n", "utf-8")
    added = lectern("words", "add", "cheap", "--file", tmp_path / "more.txt")
    assert (added.code, added.out) == (
        Exit.OK,
        "No script of the department default may hold from now on (3): cheap, number 1, [31mred\n",
    )
    assert lectern("words", "list", "--json").document == {
        "kind": "words",
        "department": "default",
        "words": ["\x1b[31mred", "cheap", "number 1"],
    }
    refused = lectern("submit", manifest, "--lang", "zh", "--json")
    assert refused.code == Exit.REFUSED
    (problem,) = refused.failure["problems"]
    assert (problem["row"], problem["column"], problem["code"]) == (3, "script", "script-word-stopped")
    assert "number 1" in problem["what"]
    assert "`lectern words list --department default`" in problem["cure"]
    removed = lectern("words", "remove", "Number 1", "unknown")
    assert removed.out.splitlines() == [
        "Allowed again for the department default (1): Number 1",
        "Nothing was changed for 1 more.",
    ]
    assert lectern("submit", manifest).code == Exit.OK


@pytest.mark.parametrize(
    ("arguments", "code", "exit_"),
    [
        (("add",), "command-no-words", Exit.USAGE),
        (("add", "x", "--department", "nobody"), "submit-department-unknown", Exit.REFUSED),
        (("list", "--department", "nobody"), "submit-department-unknown", Exit.REFUSED),
        (("add", "--file", "/nowhere/words.txt"), "manifest-file-missing", Exit.REFUSED),
    ],
)
def test_what_is_wrong_is_told(lectern: Lectern, arguments: tuple[str, ...], code: str, exit_: Exit) -> None:
    """With a code, and nothing is changed."""
    answer = lectern("words", *arguments, "--json")
    assert (answer.code, answer.failure["code"]) == (exit_, code)
