"""Promises about the house itself: its names, its one catalogue and its words."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from string import Formatter

import pytest

from pipeline.plan import messages
from pipeline.plan.errors import LecternError
from pipeline.plan.messages import CATALOGUE, Message

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("cli", "config", "db", "farm", "pipeline", "tasks", "worker")


def sources() -> Iterator[Path]:
    """Every Python file of the product."""
    for room in ROOMS:
        yield from (ROOT / room).rglob("*.py")


def error_classes() -> set[str]:
    """The names of all classes in the tree of errors."""
    found: set[str] = set()
    waiting: list[type[LecternError]] = [LecternError]
    while waiting:
        kind = waiting.pop()
        found.add(kind.__name__)
        waiting.extend(kind.__subclasses__())
    return found


@cache
def told() -> tuple[dict[str, str], set[str]]:
    """Every code that the sources hand to an error, and where; every string outside the catalogue."""
    classes = error_classes()
    codes: dict[str, str] = {}
    strings: set[str] = set()
    for path in sources():
        outside = "messages" not in path.parts
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and outside:
                strings.add(node.value)
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
                continue
            first = node.args[0]
            if node.func.id in classes and isinstance(first, ast.Constant) and isinstance(first.value, str):
                codes[first.value] = f"{path.relative_to(ROOT)}:{node.lineno}"
    return codes, strings


def placeholders(text: str) -> set[str]:
    """The names of the facts that a text asks for."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("room", ROOMS)
def test_no_other_distribution_claims_our_names(room: str) -> None:
    """Our top-level names belong to us alone in this environment."""
    claimed = set(packages_distributions().get(room, ()))
    assert claimed <= {"lectern"}


def test_every_raised_code_stands_in_the_catalogue() -> None:
    """No error reaches a person without words."""
    missing = {code: where for code, where in told()[0].items() if code not in CATALOGUE}
    assert not missing


def test_every_message_is_used() -> None:
    """The catalogue holds nothing that no source can say."""
    unused = set(CATALOGUE) - told()[1]
    assert not unused


def test_no_code_stands_twice() -> None:
    """Each code has one message."""
    rooms = [vars(messages)[name] for name in vars(messages) if hasattr(vars(messages)[name], "MESSAGES")]
    codes = [message.code for room in rooms for message in room.MESSAGES]
    assert len(codes) == len(set(codes)) == len(CATALOGUE)


def lacks(message: Message) -> Iterator[str]:
    """What a message does not say, or not in its language, or not of the same facts."""
    facts_en = placeholders(message.en.what + message.en.cure)
    for part in ("what", "why", "cure"):
        en, zh = getattr(message.en, part), getattr(message.zh, part)
        if not (en.strip() and zh.strip()):
            yield f"{message.code}: {part} is empty"
        if any("\u4e00" <= sign <= "\u9fff" for sign in en):
            yield f"{message.code}: Chinese in the English {part}"
        if not any("\u4e00" <= sign <= "\u9fff" for sign in zh):
            yield f"{message.code}: no Chinese in the Chinese {part}"
    if facts_en != placeholders(message.zh.what + message.zh.cure):
        yield f"{message.code}: the languages ask for different facts"


def test_both_languages_are_complete() -> None:
    """English and Chinese say the same: all three texts are there, and they ask for the same facts."""
    assert [lack for message in CATALOGUE.values() for lack in lacks(message)] == []


def test_the_reference_page_takes_no_facts_for_granted() -> None:
    """A reason stands on the reference page without a case: it asks for no facts."""
    for message in CATALOGUE.values():
        assert not placeholders(message.en.why), message.code
        assert not placeholders(message.zh.why), message.code


@pytest.mark.parametrize("generator", ["errors.py", "columns.py", "states.py", "retries.py"])
def test_generated_pages_are_true(generator: str) -> None:
    """Messages, columns, states and retries stand in the pages as they stand in the code."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs/generate" / generator), "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
