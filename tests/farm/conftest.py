"""A farm of its own for each test: a real SQLite ledger, a real store, the real engines."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from db import migrate
from db.engine import connect
from farm.bootstrap import Farm, open_farm, settings_of
from tests.support import looking

PORTRAITS = Path(__file__).resolve().parents[2] / "demo/portraits"


@pytest.fixture(scope="session")
def fresh_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty ledger of this version's schema, to be copied."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.sqlite3"
    engine = connect(f"sqlite:///{path}")
    migrate.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def farm(tmp_path: Path, fresh_ledger: Path) -> Iterator[Farm]:
    """A farm on a home of its own."""
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(fresh_ledger, home / "ledger.sqlite3")
    with open_farm(settings_of({"LECTERN_HOME": str(home)})) as opened:
        yield opened


@pytest.fixture(scope="module")
def looked_once() -> Iterator[None]:
    """Every picture of a file's tests is looked at once."""
    with looking.looked_once():
        yield


@pytest.fixture
def batch_folder(tmp_path: Path) -> Path:
    """A folder with the demo's portraits, for a manifest to stand in."""
    folder = tmp_path / "batch"
    folder.mkdir()
    for portrait in PORTRAITS.glob("*.png"):
        shutil.copy(portrait, folder)
    return folder
