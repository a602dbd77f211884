"""Promises about queueing: whole or not at all, whatever happens meanwhile."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select, update

from db import reads
from db.tables import artifacts
from farm import show
from farm.bootstrap import Farm
from farm.gc import collect_garbage
from pipeline.plan import script
from pipeline.plan.errors import AwayError, InputError
from tests.farm.submitting import ROW, manifest, stored, submit


def test_inputs_are_in_the_store_before_the_batch_stands(farm: Farm, batch_folder: Path) -> None:
    """Each distinct script and portrait once, by digest; the originals may change, or be deleted."""
    rows = [{**ROW, "name": name} for name in ("Maria", "Ken", "Maria")]
    receipt = submit(farm, manifest(batch_folder, *rows))
    portrait = (batch_folder / "astronaut.png").read_bytes()
    (batch_folder / "astronaut.png").write_bytes((batch_folder / "leo.png").read_bytes())
    lines = reads.list_jobs(farm.ledger, batch=receipt.batch)
    specs = [reads.read_job(farm.ledger, line.id).spec for line in lines]
    assert len(stored(farm)) == 3
    assert [farm.store.verify(spec.script).read_text("utf-8") for spec in specs] == [
        "Hello Maria.",
        "Hello Ken.",
        "Hello Maria.",
    ]
    assert {spec.portrait.digest for spec in specs} == {hashlib.sha256(portrait).hexdigest()}
    assert farm.store.verify(specs[0].portrait).read_bytes() == portrait
    assert len({line.traceparent for line in lines}) == 3


def test_a_portrait_that_changes_meanwhile_is_refused(
    farm: Farm, batch_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was checked is what is queued, or nothing is."""
    path = manifest(batch_folder, {**ROW, "name": "Maria"})
    check = script.check

    def late_writer(text: str, *, max_characters: int) -> None:
        check(text, max_characters=max_characters)
        (batch_folder / "astronaut.png").write_bytes((batch_folder / "leo.png").read_bytes())

    monkeypatch.setattr(script, "check", late_writer)
    with pytest.raises(InputError) as refused:
        submit(farm, path)
    assert refused.value.code == "submit-portrait-changed"
    assert not reads.list_batches(farm.ledger)


@pytest.mark.parametrize(
    ("point", "nth", "queued"),
    [
        ("store-part-written", 1, 0),
        ("store-linked", 2, 0),
        ("store-part-removed", 4, 0),
        ("submit-before-commit", 2, 0),
        ("submit-after-commit", 2, 1),
    ],
)
def test_a_process_that_dies_queues_everything_or_nothing(
    farm: Farm, batch_folder: Path, point: str, nth: int, queued: int
) -> None:
    """Killed while it copies, before or after its commit: the same again is one batch, whole."""
    path = manifest(batch_folder, *({**ROW, "name": name} for name in ("Maria", "Ken", "Ada")))
    died = subprocess.run(
        [sys.executable, "-m", "tests.farm.dying", str(farm.settings.home), str(path), point, str(nth)],
        check=False,
        capture_output=True,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert [batch.counts for batch in show.batches(farm, most=9)] == [{"queued": 3}] * queued
    receipt = submit(farm, path, key="night")
    assert (receipt.batch, receipt.jobs, receipt.created) == (1, 3, not queued)
    lines = reads.list_jobs(farm.ledger, batch=1)
    specs = [reads.read_job(farm.ledger, line.id).spec for line in lines]
    assert [farm.store.verify(spec.script).read_text("utf-8") for spec in specs] == [
        "Hello Maria.",
        "Hello Ken.",
        "Hello Ada.",
    ]
    assert len(stored(farm)) == 4 + len(list(farm.store.root.rglob("*.part")))


def test_what_a_dead_submission_left_is_for_gc(farm: Farm, batch_folder: Path) -> None:
    """Copies that no batch refers to are removed once they are old enough."""
    path = manifest(batch_folder, {**ROW, "name": "Maria"})
    home = str(farm.settings.home)
    command = [sys.executable, "-m", "tests.farm.dying", home, str(path), "submit-before-commit", "2"]
    subprocess.run(command, check=False, capture_output=True)
    assert len(stored(farm)) == 2
    time.sleep(0.05)
    collect_garbage(farm.ledger, farm.store, grace_s=0.01)
    assert not stored(farm)


def test_a_full_disk_queues_nothing(farm: Farm, batch_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told by its code, and the same works once there is room."""
    path = manifest(batch_folder, *({**ROW, "name": name} for name in ("Maria", "Ken")))
    link = os.link
    room = 2

    def full(source: Path, target: Path) -> None:
        nonlocal room
        room -= 1
        if room < 0:
            raise OSError(errno.ENOSPC, "full")
        link(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "link", full)
        with pytest.raises(AwayError) as refused:
            submit(farm, path)
    assert refused.value.code == "store-full"
    assert not reads.list_batches(farm.ledger)
    assert not list(farm.store.root.rglob("*.part"))
    assert submit(farm, path).jobs == 2


def test_a_known_batch_is_not_copied_again_but_healed(farm: Farm, batch_folder: Path) -> None:
    """What is there stays as it is; sources that were lost or damaged meanwhile are brought back."""
    path = manifest(batch_folder, {**ROW, "name": "Maria"})
    submit(farm, path)
    before = {file: (file.stat().st_mtime_ns, file.read_bytes()) for file in stored(farm)}
    assert not submit(farm, path).created
    assert {file: (file.stat().st_mtime_ns, file.read_bytes()) for file in stored(farm)} == before
    script, portrait = sorted(before, key=lambda file: file.stat().st_size)
    script.unlink()
    with farm.ledger.write("test") as connection:
        connection.execute(update(artifacts).values(struck=1))
    portrait.write_bytes(bytes(len(before[portrait][1])))
    assert not submit(farm, path).created
    assert {file: file.read_bytes() for file in stored(farm)} == {
        file: content for file, (_, content) in before.items()
    }
    with farm.ledger.read() as connection:
        assert set(connection.execute(select(artifacts.c.struck)).scalars()) == {0}
