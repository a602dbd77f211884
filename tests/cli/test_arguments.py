"""Promises about `--json`, `--lang` and the locale."""

from __future__ import annotations

import io

import pytest

from cli.arguments import take_apart
from cli.exits import Exit
from cli.main import run
from pipeline.plan.errors import InputError


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "zh_TW"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "C"}, "en"),
    ],
)
def test_the_locale_chooses_the_language(environment: dict[str, str], language: str) -> None:
    """LC_ALL, then LC_MESSAGES, then LANG; an empty one counts as not set, as POSIX has it."""
    assert take_apart(["status"], environment).language == language


@pytest.mark.parametrize(
    "arguments",
    [["--lang", "zh", "status"], ["status", "--lang", "zh"], ["status", "--lang=zh"]],
)
def test_the_language_may_stand_anywhere_and_wins_over_the_locale(arguments: list[str]) -> None:
    """--lang is understood before and after the command."""
    request = take_apart(arguments, {"LANG": "en_GB.UTF-8"})
    assert request.language == "zh"
    assert request.rest == ("status",)


def test_what_follows_two_dashes_is_left_alone() -> None:
    """A file may be called --json."""
    request = take_apart(["submit", "--", "--json", "--lang"], {})
    assert not request.json
    assert request.rest == ("submit", "--", "--json", "--lang")


def test_a_language_that_is_not_spoken_is_told_in_the_one_of_the_locale() -> None:
    """The exit code says that the command line is at fault."""
    out, err = io.StringIO(), io.StringIO()
    assert run(["status", "--lang", "fr"], {"LANG": "zh_CN.UTF-8"}, out, err) == Exit.USAGE
    assert "不会说" in err.getvalue()


@pytest.mark.parametrize("arguments", [["--lang", "fr"], ["--lang"], ["--lang="]])
def test_a_language_that_is_not_spoken_is_refused(arguments: list[str]) -> None:
    """A missing or unknown language is a mistake of usage, and said so."""
    with pytest.raises(InputError, match="command-language-unknown"):
        take_apart(arguments, {})
