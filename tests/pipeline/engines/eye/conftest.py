"""Eye engines for the tests of this room."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from pipeline.engines.eye import EyeEngine
from pipeline.engines.shelf import eyes


@pytest.fixture(scope="session", params=eyes().names())
def engine(request: pytest.FixtureRequest) -> Iterator[EyeEngine]:
    """Every eye engine on the shelf, one after the other."""
    shelf = eyes()
    if (reason := shelf.why_not(request.param)) is not None:
        assert "CI" not in os.environ, str(reason)
        pytest.skip(str(reason))
    yield shelf.open(request.param)
    shelf.close()
