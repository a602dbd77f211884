"""The points at which a process may be killed, as the source names them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_ROOMS = ("db", "farm", "tasks", "worker", "cli", "pipeline")
#: Modules of transactions that no history of a farm's work is made of, and that are killed elsewhere, by
#: `test_people_crashes`.
_PEOPLE = ("profiles.py", "grants.py", "consents.py", "forgetting.py", "latents.py")
#: What gc does where a department does not keep its sources; it is killed in `test_sources`.
_OF_RETENTION = frozenset({"drop-sources"})
#: Modules that change a ledger which nobody else can open yet: a restore that is killed begins anew, as
#: `tests.db.test_restore_killed` shows.
_ALONE = tuple(
    _ROOT / place for place in ("db/restoring.py", "db/rebuilding.py", "db/snapshots.py", "farm/restore.py")
)
_CALL = re.compile(r"(write|change|crash)\(\s*[\"']")


def transactions() -> frozenset[str]:
    """The name of every transaction: the first word of each `write` and `change` of a ledger."""
    every = frozenset(_named({"write", "change"}, "ledger"))
    return (
        every
        - transactions_of_people()
        - _OF_RETENTION
        - frozenset(_named({"write", "change"}, "ledger", _ALONE))
    )


def transactions_of_people() -> frozenset[str]:
    """The same of those that concern people's profiles and consents."""
    return frozenset(_named({"write", "change"}, "ledger", [_ROOT / "db" / name for name in _PEOPLE]))


def crash_points() -> frozenset[str]:
    """The name of every crash point: two for each transaction, one for each file operation that has one."""
    return around(transactions()) | frozenset(_named({"crash", "_crash"}, "")) - crash_points_alone()


def crash_points_alone() -> frozenset[str]:
    """The same of restores and rebuilds."""
    alone = frozenset(_named({"crash"}, "", _ALONE))
    return alone | around(_named({"write", "change"}, "ledger", _ALONE))


def around(names: Iterable[str]) -> frozenset[str]:
    """The two crash points of each of some transactions."""
    return frozenset(f"{name}-{when}-commit" for name in names for when in ("before", "after"))


def _named(verbs: set[str], of: str, files: Iterable[Path] = ()) -> Iterator[str]:
    """The constant that each call of such a verb begins with; `of`: how the name of its object ends."""
    for file in files or (file for room in _ROOMS for file in (_ROOT / room).rglob("*.py")):
        yield from (word for verb, owner, word in _calls(file) if verb in verbs and owner.endswith(of))


@cache
def _calls(file: Path) -> tuple[tuple[str, str, str], ...]:
    """What is called in a file with a constant before all else: its name, its object's, and the constant."""
    text = file.read_text("utf-8")
    # To take a file to pieces is dear, and few have any such call.
    if not _CALL.search(text):
        return ()
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and node.args:
            word = node.args[0]
            owner = _last_name(node.func.value) if isinstance(node.func, ast.Attribute) else ""
            if isinstance(word, ast.Constant) and isinstance(word.value, str):
                found.append((_last_name(node.func), owner, word.value))
    return tuple(found)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
