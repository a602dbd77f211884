"""The points at which a process may be killed, as the source names them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_ROOMS = ("db", "farm", "tasks", "worker", "cli", "pipeline")
#: Modules of transactions that no history of a farm's work is made of, and that are killed elsewhere, by
#: `test_people_crashes`.
_PEOPLE = ("profiles.py", "grants.py", "consents.py", "forgetting.py", "latents.py")
#: Modules that change a ledger which nobody else can open yet: a restore that is killed begins anew, as
#: `tests.db.test_restore_killed` shows.
_ALONE = tuple(
    _ROOT / place for place in ("db/restoring.py", "db/rebuilding.py", "db/snapshots.py", "farm/restore.py")
)


def transactions() -> frozenset[str]:
    """The name of every transaction: the first word of each `write` and `change` of a ledger."""
    every = frozenset(_named({"write", "change"}, "ledger"))
    return every - transactions_of_people() - frozenset(_named({"write", "change"}, "ledger", _ALONE))


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
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and _last_name(node.func) in verbs:
                owner = _last_name(node.func.value) if isinstance(node.func, ast.Attribute) else ""
                word = node.args[0]
                if owner.endswith(of) and isinstance(word, ast.Constant) and isinstance(word.value, str):
                    yield word.value


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
