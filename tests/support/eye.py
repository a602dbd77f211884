"""The eye with landmarks, for tests that cannot do without."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pipeline.engines.eye import EyeEngine
from pipeline.engines.shelf import Shelf, eyes

_NAME = "facemesh"


def require_landmarks(shelf: Shelf[EyeEngine] | None = None) -> None:
    """Skip where no eye finds landmarks, with the reason; under CI that is a failure."""
    if (reason := (shelf or eyes()).why_not(_NAME)) is not None:
        assert "CI" not in os.environ, str(reason)
        pytest.skip(str(reason))


@contextmanager
def eye_with_landmarks() -> Iterator[EyeEngine]:
    """The eye that finds landmarks, open while the block lasts; see `require_landmarks`."""
    shelf = eyes()
    require_landmarks(shelf)
    yield shelf.open(_NAME)
    shelf.close()
