"""What tests of the wav2lip engine need: torch, and one checkpoint of random weights for a whole run."""

from __future__ import annotations

import functools
import os
from pathlib import Path

import pytest

from pipeline.durable import digest_of
from pipeline.engines.weights import Weights
from tests.support.shared import made_once


def require_torch() -> None:
    """Skip where torch is not installed, with the reason; under CI that is a failure."""
    if "CI" not in os.environ:
        pytest.importorskip("torch", reason="torch is not installed: the extra for models brings it")
    import torch

    # Several processes test at once, on as many cores.
    torch.set_num_threads(1)


def shared_checkpoint(factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of random, calibrated weights in the distributed form, made once for a run's processes.

    Its kernels lie beside it. Both take a few seconds and 145 MB each; whoever changes one makes a copy.
    """
    require_torch()
    from demo.random_checkpoint import random_checkpoint
    from pipeline.engines.face.wav2lip.kernels import kernels_of

    def make(path: Path) -> None:
        random_checkpoint(path)
        kernels_of(weights_of(path))

    return made_once(factory, "wav2lip.pth", make)


def weights_of(path: Path, *, name: str = "noise", trusted: bool = False) -> Weights:
    """A file as a model on the shelf, by what it holds now."""
    state = path.stat()
    digest = _digest(path.resolve(), state.st_size, state.st_mtime_ns)
    return Weights(path=path, digest=digest, name=name, trusted=trusted)


@functools.cache
def _digest(path: Path, _size: int, _mtime: int) -> str:
    """The digest of a large file that many tests open, read once in a process."""
    return digest_of(path)
