"""Promises about the house itself: its names, its one catalogue and its words."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from string import Formatter

import pytest

from pipeline.plan import messages
from pipeline.plan.errors import LecternError
from pipeline.plan.messages import CATALOGUE

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


def raised_codes() -> dict[str, str]:
    """Every code that the sources hand to an error, and where."""
    classes = error_classes()
    found: dict[str, str] = {}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
                continue
            first = node.args[0]
            if node.func.id in classes and isinstance(first, ast.Constant) and isinstance(first.value, str):
                found[first.value] = f"{path.relative_to(ROOT)}:{node.lineno}"
    return found


def spoken_strings() -> set[str]:
    """Every string constant of the sources outside the catalogue."""
    found: set[str] = set()
    for path in sources():
        if "messages" not in path.parts:
            tree = ast.parse(path.read_text("utf-8"))
            found |= {
                node.value
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
    return found


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
    missing = {code: where for code, where in raised_codes().items() if code not in CATALOGUE}
    assert not missing


def test_every_message_is_used() -> None:
    """The catalogue holds nothing that no source can say."""
    unused = set(CATALOGUE) - spoken_strings()
    assert not unused


def test_no_code_stands_twice() -> None:
    """Each code has one message."""
    rooms = [vars(messages)[name] for name in vars(messages) if hasattr(vars(messages)[name], "MESSAGES")]
    codes = [message.code for room in rooms for message in room.MESSAGES]
    assert len(codes) == len(set(codes)) == len(CATALOGUE)


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_both_languages_are_complete(code: str) -> None:
    """English and Chinese say the same: all three texts are there, and they ask for the same facts."""
    message = CATALOGUE[code]
    for part in ("what", "why", "cure"):
        en, zh = getattr(message.en, part), getattr(message.zh, part)
        assert en.strip()
        assert zh.strip()
        assert en.isascii() or not any("\u4e00" <= sign <= "\u9fff" for sign in en), (
            "Chinese in the English text"
        )
        assert any("\u4e00" <= sign <= "\u9fff" for sign in zh), "no Chinese in the Chinese text"
        assert placeholders(en) <= placeholders(message.en.what + message.en.why + message.en.cure)
    facts_en = placeholders(message.en.what + message.en.cure)
    facts_zh = placeholders(message.zh.what + message.zh.cure)
    assert facts_en == facts_zh


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
