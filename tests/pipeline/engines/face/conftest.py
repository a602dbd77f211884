"""Every face of the shelf, ready to be asked."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from pipeline.engines.face import Canvas, FaceEngine
from pipeline.engines.shelf import Shelf, faces
from tests.support.faces import drawn_canvas, smiling_canvas


@pytest.fixture(scope="session")
def shelf() -> Iterator[Shelf[FaceEngine]]:
    """The shelf of faces."""
    shelf = faces()
    yield shelf
    shelf.close()


@pytest.fixture(scope="session", params=faces().names())
def engine(request: pytest.FixtureRequest, shelf: Shelf[FaceEngine]) -> FaceEngine:
    """One engine after the other; those that cannot be used here are skipped with the reason."""
    if (reason := shelf.why_not(request.param)) is not None:
        assert "CI" not in os.environ, str(reason)
        pytest.skip(str(reason))
    return shelf.open(request.param)


@pytest.fixture(scope="session", params=["smiling", "drawn"])
def canvas(request: pytest.FixtureRequest) -> Canvas:
    """A photograph with a broad smile, and a drawing with closed lips."""
    return {"smiling": smiling_canvas, "drawn": drawn_canvas}[request.param]()
