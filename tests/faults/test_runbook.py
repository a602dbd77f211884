"""The runbook has an entry for each kind of fault: what one sees, what it means, what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.main import COMMANDS, GROUPS
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

#: What is done without a fault, in the order in which the page names it.
_NO_FAULTS = [
    "flower-what-celery-does",
    "stop-restart-deploy",
    "take-a-worker-out-of-work",
    "which-card-does-what",
    "pools-cards-that-are-kept-for-some-films",
    "departments-quotas-and-grants",
    "windows-work-that-is-kept-for-the-night",
    "what-an-operator-may-do-with-films",
    "why-a-film-does-not-begin",
    "how-a-film-was-made",
    "the-nightly-run",
    "the-morning-report",
    "logs",
    "passwords-secrets-and-who-sees-them",
    "roles-in-the-database",
    "backup-restore-rebuild",
    "alerts",
]


def _entry(kind: str) -> str:
    """The entry of a kind; the longest beginning of its name that is known."""
    return _ENTRIES[max((each for each in _ENTRIES if kind.startswith(each)), key=len)]


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_each_kind_of_fault_has_its_entry(kind: str) -> None:
    """It says what is seen and what is to be done, in whatever form."""
    found = re.split(r"^## ", _RUNBOOK.read_text("utf-8"), flags=re.MULTILINE)
    (text,) = (each for each in found if each.startswith(_entry(kind) + "\n"))
    assert "**You see**" in text
    assert re.search(r"\*\*Do\*\*|\| do \|", text)


def test_its_contents_name_every_entry_once_and_in_order() -> None:
    """Whoever looks for a fault finds it in the table, and behind the link; none stands there twice."""
    page = _RUNBOOK.read_text("utf-8")
    entries = [_anchor(title) for title in re.findall(r"^## (.+)$", page, re.MULTILINE)]
    contents = page.partition("## Where to look")[2].partition("\n## ")[0]
    table = re.findall(r"\]\(#([a-z-]+)\)", contents)
    faults = [each for each in entries if each in table[: -len(_NO_FAULTS)]]
    assert table == [*faults, *_NO_FAULTS]
    assert set(entries) == {"the-one-screen", "where-to-look", *table}
    assert set(re.findall(r"\]\(#([a-z-]+)\)", page)) <= set(entries)


def test_what_it_says_to_type_can_be_typed() -> None:
    """Every command is one; every code has its message."""
    page = _RUNBOOK.read_text("utf-8")
    commands = {
        *COMMANDS,
        *GROUPS,
        # A time that is a word.
        "start-after now",
        *(f"{group} {name}" for group, (_, names) in GROUPS.items() for name in names),
    }
    for words in re.findall(r"`lectern ([a-z]+(?:-[a-z]+)*(?: [a-z]+)?)", page):
        first, _, second = words.partition(" ")
        assert words in commands or (first in COMMANDS and not second), words
    known = set(
        re.findall(r"^## `([a-z0-9-]+)`", (_RUNBOOK.parent / "errors.md").read_text("utf-8"), re.MULTILINE)
    )
    codes = set(
        re.findall(r"`((?:archive|backup|face|farm|ledger|media|store|submit|voice|worker)-[a-z-]+)`", page)
    )
    assert len(codes) > 20
    assert codes <= known


def _anchor(title: str) -> str:
    """What a link to a heading ends with."""
    return re.sub(r"[^a-z -]", "", title.lower()).replace(" ", "-")
