"""Every face of the shelf, ready to be asked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.engines.face import Canvas, FaceEngine
from pipeline.engines.shelf import Shelf, faces
from tests.support.face_engines import open_for_tests
from tests.support.faces import drawn_canvas, smiling_canvas
from tests.support.wav2lip import shared_checkpoint


@pytest.fixture(scope="session")
def shelf() -> Iterator[Shelf[FaceEngine]]:
    """The shelf of faces."""
    shelf = faces()
    yield shelf
    shelf.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every engine with both portraits; one that draws with a model, which takes its time, with one."""
    if "engine_name" not in metafunc.fixturenames:
        return
    shelf = faces()
    if "canvas" in metafunc.fixturenames:
        pairs = [
            (name, canvas)
            for name in shelf.names()
            for canvas in (("drawn",) if shelf.draws_with(name) else ("smiling", "drawn"))
        ]
        metafunc.parametrize(("engine_name", "canvas"), pairs, indirect=True, scope="session")
    else:
        metafunc.parametrize("engine_name", shelf.names(), indirect=True, scope="session")


@pytest.fixture(scope="session")
def engine_name(request: pytest.FixtureRequest, shelf: Shelf[FaceEngine]) -> str:
    """One engine after the other; those that cannot be used here are skipped with the reason."""
    if (reason := shelf.why_not(request.param)) is not None:
        assert "CI" not in os.environ, str(reason)
        pytest.skip(str(reason))
    found: str = request.param
    return found


@pytest.fixture(scope="session")
def model(
    engine_name: str, shelf: Shelf[FaceEngine], tmp_path_factory: pytest.TempPathFactory
) -> Path | None:
    """What the engine draws with: random weights; None for one that draws without."""
    return shared_checkpoint(tmp_path_factory) if shelf.draws_with(engine_name) else None


@pytest.fixture(scope="session")
def engine(engine_name: str, shelf: Shelf[FaceEngine], model: Path | None) -> FaceEngine:
    """The engine."""
    return open_for_tests(shelf, engine_name, model)


@pytest.fixture(scope="session")
def canvas(request: pytest.FixtureRequest) -> Canvas:
    """A photograph with a broad smile, and a drawing with closed lips."""
    return {"smiling": smiling_canvas, "drawn": drawn_canvas}[request.param]()
