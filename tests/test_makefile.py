"""Promises of the Makefile about the Pythons that a machine may have."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

_MAKEFILE = Path(__file__).resolve().parents[1] / "Makefile"
_PYTHON = """#!/bin/sh
case "$*" in
  *ensurepip*) exit {without_venv} ;;
  *"-m venv"*) mkdir -p .venv && echo {name} > .venv/made_by ;;
  *"%d.%d"*) echo {name} | tr -d a-z ;;
esac
"""


def make_environment(folder: Path, pythons: dict[str, bool]) -> subprocess.CompletedProcess[str]:
    """Run the Makefile's first step where these Pythons are, each with or without venv."""
    programs = folder / "bin"
    programs.mkdir()
    shutil.copy(_MAKEFILE, folder)
    for name, venv in pythons.items():
        python = programs / name
        python.write_text(_PYTHON.format(name=name, without_venv=0 if venv else 1))
        python.chmod(0o755)
    return subprocess.run(
        [shutil.which("make") or "make", ".venv/python.ready"],
        cwd=folder,
        env={"PATH": f"{programs}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )


@pytest.mark.parametrize(
    ("pythons", "chosen"),
    [
        ({"python3.12": True, "python3.11": True}, "python3.12"),
        ({"python3.12": False, "python3.11": True}, "python3.11"),
        ({"python3.12": False, "python3.11": False, "python3": True}, "python3"),
    ],
)
def test_a_python_that_can_make_an_environment_is_found(
    tmp_path: Path, pythons: dict[str, bool], chosen: str
) -> None:
    """One without venv does not stand in the way of another."""
    assert make_environment(tmp_path, pythons).returncode == 0
    assert (tmp_path / ".venv/made_by").read_text().strip() == chosen


def test_every_benchmark_is_run_by_make_bench() -> None:
    """All that measures, and nothing else: contact sheets and panels' answers are made to be looked at."""
    (line,) = (line for line in _MAKEFILE.read_text().splitlines() if line.startswith("BENCHMARKS :="))
    programs = {path.stem for path in (_MAKEFILE.parent / "bench").glob("[a-z]*.py")}
    assert sorted(line.split()[2:]) == sorted(programs - {"sheets", "dashboards"})


def test_a_missing_venv_is_named_in_one_line(tmp_path: Path) -> None:
    """With the package that brings it, and nothing is made."""
    done = make_environment(tmp_path, {"python3.12": False, "python3.11": False, "python3": False})
    assert done.returncode != 0
    line = "python3-venv is missing. On Debian or Ubuntu: sudo apt install python3.12-venv"
    assert done.stderr.splitlines()[0] == line
    assert not (tmp_path / ".venv").exists()
