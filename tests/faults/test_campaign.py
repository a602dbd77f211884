"""Nothing is lost and nothing doubled, whatever is killed, cut, frozen, filled, damaged or told wrong."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.campaign import KINDS, run_campaign
from tests.faults.kinds.kind import Need
from tests.support.machine import folder_in_memory

#: Of the long campaign, on each database.
_SOAK_MINUTES = float(os.environ.get("SOAK_MINUTES", "30"))


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder of a short name: a socket's path has little room."""
    with tempfile.TemporaryDirectory(prefix="lectern-", dir=folder_in_memory()) as folder:
        yield Path(folder)


@pytest.mark.timeout(400)
def test_every_kind_of_fault_loses_nothing(place: Path) -> None:
    """Each kind of fault once, on SQLite, in an order by chance: every film is as it is without faults."""
    wanted = {kind.name for kind in KINDS if Need.POSTGRESQL not in kind.needs}
    report = run_campaign(place, database="sqlite", seed=1)
    assert report.complaints == []
    assert {fault.kind for fault in report.faults} | set(report.not_run) == wanted


@pytest.mark.timeout(200)
def test_a_postgresql_in_trouble_loses_nothing(place: Path) -> None:
    """PostgreSQL killed, cut off, and silent after a COMMIT: every film is as it is without faults."""
    pytest.importorskip("pgserver")
    only = [kind.name for kind in KINDS if Need.POSTGRESQL in kind.needs]
    report = run_campaign(place, database="postgresql", seed=1, only=only)
    assert report.complaints == []
    assert [fault.kind for fault in report.faults if fault.kind in only] != []


@pytest.mark.soak
@pytest.mark.timeout(int(_SOAK_MINUTES * 60) + 1200)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_faults_for_hours_lose_nothing(place: Path, database: str) -> None:
    """Every kind again and again, for SOAK_MINUTES on each database."""
    seed = int.from_bytes(os.urandom(4))
    report = run_campaign(place, database=database, seed=seed, minutes=_SOAK_MINUTES)
    assert report.complaints == [], f"seed {seed}"
