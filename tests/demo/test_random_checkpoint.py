"""Promises of the checkpoint with random weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.engines.face.wav2lip.architecture import PARAMETERS
from tests.support.wav2lip import require_torch


@pytest.fixture(autouse=True)
def _torch() -> None:
    require_torch()


def test_it_has_the_distributed_container(wav2lip_checkpoint: Path) -> None:
    """Weights beside an optimizer, as data parallel training names them, in fp32."""
    import torch

    kept = torch.load(wav2lip_checkpoint, weights_only=True, mmap=True)
    assert set(kept) == {"state_dict", "optimizer", "global_step", "global_epoch"}
    state = kept["state_dict"]
    assert [(name, tuple(value.shape)) for name, value in state.items()] == [
        (f"module.{name}", shape) for name, shape in PARAMETERS.items()
    ]
    kinds = {value.dtype for name, value in state.items() if not name.endswith("num_batches_tracked")}
    assert kinds == {torch.float32}


def test_the_mouth_follows_sound_and_face(wav2lip_checkpoint: Path) -> None:
    """Pixels change by about a tenth of the range, and hardly any are black or white."""
    import torch

    from demo.random_checkpoint import random_faces, random_windows
    from pipeline.engines.face.wav2lip.network import Generator

    state = torch.load(wav2lip_checkpoint, weights_only=True, mmap=True)["state_dict"]
    with torch.device("meta"):
        generator = Generator().eval()
    generator.load_state_dict(
        {name.removeprefix("module."): value for name, value in state.items()}, assign=True
    )
    chance = torch.Generator().manual_seed(7)
    windows, faces = random_windows(5, chance), random_faces(5, chance)
    with torch.inference_mode():
        sounds = generator(windows, faces[:1].expand(5, -1, -1, -1))
        looks = generator(windows[:1].expand(5, -1, -1, -1), faces)
    assert 0.06 < float(sounds.std(dim=0).mean()) < 0.16
    assert 0.06 < float(looks.std(dim=0).mean()) < 0.3
    assert 0.4 < float(sounds.mean()) < 0.6
    assert float(((sounds < 0.01) | (sounds > 0.99)).float().mean()) < 0.02
