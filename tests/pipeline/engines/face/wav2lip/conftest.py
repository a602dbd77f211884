"""What tests of the wav2lip engine share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.wav2lip import shared_checkpoint


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of random, calibrated weights; whoever changes it makes a copy."""
    return shared_checkpoint(tmp_path_factory)
