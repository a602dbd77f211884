"""Promises about how many threads a program's numeric libraries start."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from worker.threads import thread_environment

_PROGRAM = """
import os, sys
from worker.threads import settle_threads, thread_environment
print("begins with", *sys.argv[1:])
settle_threads(2)
print("goes on with", *(os.environ[name] for name in thread_environment(2)))
"""
_WITHOUT = {name: value for name, value in os.environ.items() if name not in thread_environment(1)}


@pytest.mark.parametrize(
    ("environment", "beginnings"),
    [
        pytest.param(_WITHOUT, 2, id="without the variables"),
        pytest.param(_WITHOUT | thread_environment(1), 2, id="with another number"),
        pytest.param(_WITHOUT | thread_environment(2), 1, id="settled already"),
    ],
)
def test_a_program_begins_anew_once_where_its_threads_are_not_settled(
    environment: dict[str, str], beginnings: int
) -> None:
    """With the same command; afterwards, and where they were settled before it began, it goes on at once."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", _PROGRAM, "cpu0"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    settled = " ".join(thread_environment(2).values())
    assert done.stdout.splitlines() == [*["begins with cpu0"] * beginnings, f"goes on with {settled}"]


def test_libraries_keep_few_shapes_from_their_first_sum_on() -> None:
    """Whatever is computed first, a face or a line; but as many as the mouths of a moving portrait take."""
    told = thread_environment(1)
    for name in ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY"):
        assert 90 <= int(told[name]) <= 256
