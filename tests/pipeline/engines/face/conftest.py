"""Every face of the shelf, ready to be asked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.engines.face import Canvas, FaceEngine
from pipeline.engines.shelf import Shelf, faces
from tests.support.face_engines import Way, open_for_tests, ways
from tests.support.faces import drawn_canvas, smiling_canvas
from tests.support.openvino import require_openvino
from tests.support.wav2lip import shared_checkpoint


@pytest.fixture(scope="session")
def shelf() -> Iterator[Shelf[FaceEngine]]:
    """The shelf of faces."""
    shelf = faces()
    yield shelf
    shelf.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every way of drawing with both portraits; with a model, which takes its time, with one."""
    if "way" not in metafunc.fixturenames:
        return
    known = ways(faces())
    if "canvas" in metafunc.fixturenames:
        pairs = [
            pytest.param(way, canvas, id=f"{way}-{canvas}")
            for way in known
            for canvas in (("drawn",) if way.backend else ("smiling", "drawn"))
        ]
        metafunc.parametrize(("way", "canvas"), pairs, indirect=True, scope="session")
    else:
        metafunc.parametrize("way", known, ids=str, indirect=True, scope="session")


@pytest.fixture(scope="session")
def way(request: pytest.FixtureRequest, shelf: Shelf[FaceEngine]) -> Way:
    """One way after the other; those that cannot be used here are skipped with the reason."""
    found: Way = request.param
    if (reason := shelf.why_not(found.engine)) is not None:
        assert "CI" not in os.environ, str(reason)
        pytest.skip(str(reason))
    if found.backend == "openvino":
        require_openvino()
    return found


@pytest.fixture(scope="session")
def model(way: Way, tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """What the engine draws with: random weights; None for one that draws without."""
    return shared_checkpoint(tmp_path_factory) if way.backend else None


@pytest.fixture(scope="session")
def engine(way: Way, shelf: Shelf[FaceEngine], model: Path | None) -> Iterator[FaceEngine]:
    """The engine, closed before the next one is opened."""
    opened = open_for_tests(shelf, way, model)
    yield opened
    shelf.discard(opened)


@pytest.fixture(scope="session")
def canvas(request: pytest.FixtureRequest) -> Canvas:
    """A photograph with a broad smile, and a drawing with closed lips."""
    return {"smiling": smiling_canvas, "drawn": drawn_canvas}[request.param]()
