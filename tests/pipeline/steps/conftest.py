"""Fixtures for the steps: a rendered film that can be joined."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.store import Store
from tests.pipeline.steps.joining import JoinFarm
from tests.support import films
from tests.support.films import CountingDesk

LENGTHS = (1.3, 2.2, 0.7)


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> JoinFarm:
    """A rendered film of three sentences, to be copied."""
    store = Store(tmp_path_factory.mktemp("rendered"))
    made = JoinFarm(store=store, timeline=films.timeline(store, LENGTHS), desk=CountingDesk())
    made.render()
    return made


@pytest.fixture
def farm(tmp_path: Path, rendered: JoinFarm) -> JoinFarm:
    """The rendered film in a store of its own."""
    root = tmp_path / "a store with 'quotes', = and ünïcode"
    shutil.copytree(rendered.store.root, root)
    desk = CountingDesk()
    for artifact in rendered.desk.made:
        desk.put(artifact, 0)
    return replace(rendered, store=Store(root), desk=desk)
