"""Promises about chance: the same each time, and nobody else's."""

from __future__ import annotations

from tests.support.speech import require

require("TTS")

import numpy as np  # noqa: E402 - skipped above without the library
import pytest  # noqa: E402
import torch  # noqa: E402

from pipeline.engines.voice.coqui.noise import Noise, seeded  # noqa: E402


def test_noise_is_each_lines_own() -> None:
    """A row's noise is its seed's, alone or among others, and a longer row begins as a shorter one."""
    with Noise(7):
        alone = torch.randn(1, 3, 5), torch.randn_like(torch.zeros(1, 4, 6))
    with Noise(9, 7):
        among = torch.randn(2, 3, 8), torch.randn_like(torch.zeros(2, 4, 9))
    assert torch.equal(alone[0][0], among[0][1][:, :5])
    assert torch.equal(alone[1][0], among[1][1][:, :6])
    assert not torch.equal(among[0][0], among[0][1])
    assert not torch.equal(alone[0][0, :3, :5], alone[1][0, :3, :5])


def test_noise_is_normal() -> None:
    """Its mean is 0 and its spread 1, as torch's is."""
    with Noise(1):
        drawn = torch.randn((1, 64, 1000))
    assert abs(float(drawn.mean())) < 0.01
    assert abs(float(drawn.std()) - 1) < 0.01


def test_noise_touches_no_other_generator() -> None:
    """Torch's own generator is where it was, and other functions are its own."""
    before = torch.get_rng_state()
    with Noise(3):
        torch.randn(1, 2, 3)
        assert torch.zeros(3).sum() == 0
    assert torch.equal(torch.get_rng_state(), before)


def test_noise_of_another_kind_is_refused() -> None:
    """A network that asks for other noise than is known would have it from nowhere."""
    with Noise(3), pytest.raises(ValueError, match="noise of the shape"):
        torch.randn(5)


def test_global_generators_go_on_as_if_nothing_was() -> None:
    """Within, they begin at the seed; afterwards they stand where they stood."""
    states = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002 - the library draws from it
    drawn = []
    for _ in range(2):
        with seeded(5, "cpu"):
            drawn.append((torch.rand(4).tolist(), np.random.rand(4).tolist()))  # noqa: NPY002 - likewise
    assert drawn[0] == drawn[1]
    assert torch.equal(torch.get_rng_state(), states[0])
    assert np.array_equal(np.random.get_state()[1], states[1])  # noqa: NPY002 - likewise
