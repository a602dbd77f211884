"""The runbook has an entry for each kind of fault: what one sees, what it means, what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.faults.campaign import KINDS

_RUNBOOK = Path(__file__).parents[2] / "docs" / "operations.md"
#: The entry of each family of kinds, by how their names begin.
_ENTRIES = {
    "hand": "A process that works ended",
    "join": "A process that works ended",
    "archive-killed": "A process that works ended",
    "idle": "A process that works ended",
    "main": "A worker, the supervisor or a dispatcher ended",
    "supervisor": "A worker, the supervisor or a dispatcher ended",
    "dispatcher": "A worker, the supervisor or a dispatcher ended",
    "leader": "A worker, the supervisor or a dispatcher ended",
    "watchdog": "A worker, the supervisor or a dispatcher ended",
    "host": "A host is gone or cut off",
    "worker-stopped": "A worker hangs",
    "worker": "Stop, restart, deploy",
    "redis": "Redis is gone, frozen or empty",
    "messages": "Messages that are lost, doubled, old or not ours",
    "sqlite": "The ledger does not answer",
    "postgresql": "The ledger does not answer",
    "commit": "The ledger does not answer",
    "archive": "The archive is away, full or hangs",
    "clip": "An artifact is missing or damaged",
    "clock": "A clock is wrong",
    "ffmpeg": "FFmpeg or a voice fails, hangs or delivers too little",
}


def _entry(kind: str) -> str:
    """The entry of a kind; the longest beginning of its name that is known."""
    return _ENTRIES[max((each for each in _ENTRIES if kind.startswith(each)), key=len)]


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_each_kind_of_fault_has_its_entry(kind: str) -> None:
    """It says what is seen and what is to be done, in whatever form."""
    found = re.split(r"^## ", _RUNBOOK.read_text("utf-8"), flags=re.MULTILINE)
    (text,) = (each for each in found if each.startswith(_entry(kind) + "\n"))
    assert re.search(r"\*\*(You|What you) see", text)
    assert re.search(r"\*\*(You do|Do)\*\*|what to do", text)
