"""Logarithms: right, and known to the last bit."""

from __future__ import annotations

import hashlib
import math

import numpy as np

from pipeline.engines.face.wav2lip.logarithm import log10


def test_logarithms_are_right() -> None:
    """Within a few units of the last place of what mathematics says, from the faintest to the loudest."""
    values = np.concatenate([np.geomspace(1e-12, 1e6, 5_001), np.sqrt([0.5, 2.0]), [1.0, 10.0, 1e-5, 2.0]])
    right = np.array([math.log10(value) for value in values])
    assert np.abs(log10(values) - right).max() < 4e-15
    assert log10(np.array([1.0])) == 0


def test_the_bits_are_known() -> None:
    """The same on every machine: what is drawn from a sound depends on them."""
    values = np.arange(1, 20_001) / 8192.0
    digest = hashlib.sha256(log10(values).astype("<f8").tobytes()).hexdigest()
    assert digest == "104c79875eaf4348ef38930c9346ee11c385a970e464952e2db57f8bd46c47dd"
