"""Fixtures for the archive: a film with everything that goes with it, and where it goes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.steps.archive import Delivery, init_archive
from pipeline.store import Store
from tests.db.conftest import SCRATCH
from tests.pipeline.steps.archive.deliveries import delivery_of


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in memory where there is one: what is tested is what a process's death does."""
    made = Path(tempfile.mkdtemp(prefix="lectern-archive-", dir=SCRATCH))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def store(folder: Path) -> Store:
    """An empty store."""
    return Store(folder / "store")


@pytest.fixture
def root(folder: Path) -> Path:
    """An archive."""
    init_archive(folder / "nas")
    return folder / "nas"


@pytest.fixture
def delivery(store: Store) -> Delivery:
    """A film with everything that goes with it."""
    return delivery_of(store, b"film" * 100_000)
