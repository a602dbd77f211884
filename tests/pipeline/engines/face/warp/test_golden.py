"""Pixels change only with the version."""

from __future__ import annotations

import numpy as np

from pipeline.engines.face.warp import WarpEngine
from tests.pipeline.engines.face.warp import fingerprint

# Raised together with `WarpEngine.version` when the fingerprint is written anew, and never without it.
_VERSION = "6"


def test_pixels_change_only_with_the_version() -> None:
    """Both faces are drawn as when this version's fingerprint was made.

    Blocks of 256 pixels agree to a twentieth of a grey level: on one make of processor every bit is the same,
    and last bits that differ between makes stay below that, while a changed shape, colour or time does not.
    """
    assert WarpEngine.version.partition("-")[0] == _VERSION
    now, then = fingerprint.drawn(), fingerprint.kept()
    assert now.shape == then.shape
    assert np.abs(now - then).max() < 0.05
