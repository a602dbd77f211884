"""The auditor: proves from ledger and disk alone that nothing is lost, doubled or left over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, select

from db.ledger import Ledger
from db.states import Role
from db.tables import archive_names, artifacts, attempts, audit, holds, jobs, key_leases, results, steps, uses
from pipeline.store import Store

Key = tuple[str, str]


def audit_standing(ledger: Ledger, store: Store, damaged: Collection[Key]) -> None:
    """What has to be true at any moment: each accepted artifact that a job may still need has its file.

    Args:
        ledger: the ledger.
        store: its store.
        damaged: kinds and keys whose files the test itself took away.
    """
    with ledger.read() as connection:
        rows = {row.id: row for row in _all(connection, artifacts)}
        live = {row.id for row in _all(connection, jobs) if row.archive != "archived"}
        needed = {row.artifact_id for row in _all(connection, uses) if row.job_id in live}
        running = {(row.id, row.fence) for row in _all(connection, steps) if row.state == "running"}
        open_ = {(row.step_id, row.number) for row in _all(connection, attempts) if row.outcome is None}
    assert running == open_, "an attempt is open exactly while its step is running"
    on_disk = {(found.kind.value, found.key, found.digest16) for found in store.walk()}
    for number in needed:
        row = rows[number]
        if not row.struck and (row.kind, row.key) not in damaged:
            assert (row.kind, row.key, row.digest[:16]) in on_disk, "gc took what a planned job refers to"


def audit_end(
    ledger: Ledger, store: Store, archive: Path, damaged: Collection[Key], *, all_completed: bool
) -> None:
    """What has to be true when all work has ended and gc has run.

    Args:
        ledger: the ledger.
        store: its store.
        archive: the folder that films are delivered to.
        damaged: kinds and keys whose files the test itself took away, and nobody has made again.
        all_completed: whether every job shall have become a film.
    """
    with ledger.read() as connection:
        _audit_jobs(connection, archive, all_completed=all_completed)
        _audit_attempts(connection)
        assert not _all(connection, key_leases), "a key's lease is left over"
        known = {
            (row.kind, row.key, row.digest[:16]) for row in _all(connection, artifacts) if not row.struck
        }
    on_disk = {(found.kind.value, found.key, found.digest16) for found in store.walk()}
    lost = {each for each in known - on_disk if each[:2] not in damaged}
    assert not lost, f"the ledger knows files that are not there: {lost}"
    assert not on_disk - known, f"files are left over: {on_disk - known}"
    parts = store.root / ".parts"
    assert not parts.is_dir() or not list(parts.iterdir()), "half-written files are left over"


def _audit_jobs(connection: Connection, archive: Path, *, all_completed: bool) -> None:
    parts: dict[int, set[str]] = {}
    for row in _all(connection, results):
        parts.setdefault(row.job_id, set()).add(row.role)
    names = {row.job_id: f"{row.folder}/{row.name}" for row in _all(connection, archive_names)}
    of_steps: dict[int, set[str]] = {}
    for row in _all(connection, steps):
        of_steps.setdefault(row.job_id, set()).add(row.state)
    delivered = Counter(path.relative_to(archive).as_posix() for path in archive.rglob("*") if path.is_file())
    held = {row.job_id for row in _all(connection, holds)}
    for job in _all(connection, jobs):
        assert job.state in {"completed", "failed", "canceled"}, f"job {job.id} has not ended: {job.state}"
        assert not all_completed or job.state == "completed", f"job {job.id} was given up: {job.error_code}"
        if job.state != "completed":
            continue
        assert {role.value for role in Role} - {"timeline"} <= parts[job.id], "a film lacks a part"
        assert of_steps[job.id] == {"done"} or job.archive != "archived"
        if all_completed:
            assert job.archive == "archived"
            assert job.archive_path == names[job.id]
            assert delivered[names[job.id]] == 1
            assert job.id not in held
    assert len(set(names.values())) == len(names), "two films share a name"
    assert set(delivered) <= set(names.values()), "the archive holds what nobody ordered"


def _audit_attempts(connection: Connection) -> None:
    runs: dict[int, list[Any]] = {}
    for row in _all(connection, attempts):
        runs.setdefault(row.step_id, []).append(row)
    for step in _all(connection, steps):
        mine = sorted(runs.get(step.id, []), key=lambda row: row.number)
        assert sum(1 + row.folded for row in mine) == step.fence, "an attempt is not accounted for"
        assert all(row.outcome is not None for row in mine), "an attempt has no end"
        assert step.state != "running"
        if step.state == "done" and mine:
            assert mine[-1].number == step.fence
        if step.state == "done" and step.frames:
            assert any(row.outcome == "ok" for row in mine), "a step is done that nobody did"


def _all(connection: Connection, table: Table[Any]) -> list[Any]:
    return list(connection.execute(select(table)))


def acts(ledger: Ledger) -> Counter[str]:
    """How often each act stands in the audit."""
    with ledger.read() as connection:
        return Counter(row.verb for row in _all(connection, audit))
