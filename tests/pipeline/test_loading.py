"""Whoever loads a program does not look for garbage in it."""

from __future__ import annotations

import subprocess
import sys

import pytest

_HEAP = "kept = [[] for _ in range(100_000)]"


def _told(*lines: str) -> str:
    """What a Python of its own prints."""
    program = [sys.executable, "-c", "\n".join(("import atexit, gc, sys", *lines))]
    return subprocess.run(program, check=True, capture_output=True, text=True).stdout


def test_nothing_is_collected_meanwhile_and_afterwards_only_what_is_new() -> None:
    """However much is loaded; what comes to be later is collected as ever, but not at the end."""
    told = _told(
        "from pipeline.loading import loading",
        # Whoever is registered first is asked last.
        "atexit.register(lambda: print(len(gc.get_objects()) < 1_000))",
        "seen = []",
        "gc.callbacks.append(lambda phase, _: seen.append(phase))",
        "with loading():",
        f"    {_HEAP}",
        "loaded, there = len(seen), gc.get_freeze_count()",
        f"more = {_HEAP}",
        "print(loaded, there > 100_000, len(seen) > 0)",
    )
    assert told.split() == ["0", "True", "True", "True"]


@pytest.mark.parametrize(
    ("module", "call"),
    [("cli.main", "sys.argv[1:] = ['--version']; main()"), ("worker.__main__", "main('nobody', 'x')")],
)
def test_every_program_begins_and_ends_so(module: str, call: str) -> None:
    """The command line's and the farm's own; both with the least that there is to load."""
    told = _told(
        f"from {module} import main",
        "atexit.register(lambda: print(gc.get_freeze_count() > 10_000))",
        "try:",
        f"    {call}",
        "except KeyError:",
        "    pass",
    )
    assert told.split()[-1] == "True"
