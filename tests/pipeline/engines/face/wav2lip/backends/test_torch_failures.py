"""What torch's errors mean."""

from __future__ import annotations

import pytest

from pipeline.engines.face.wav2lip.backends import MouthMemoryError
from pipeline.plan.errors import TransientError
from tests.support.wav2lip import require_torch

require_torch()

import torch  # noqa: E402 - where it is not installed, this file is skipped above

from pipeline.engines.face.wav2lip.backends.torch_failures import told  # noqa: E402


@pytest.mark.parametrize(
    ("device", "error"),
    [
        ("cuda:0", torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")),
        ("cuda:0", RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED: out of memory")),
        ("cpu", RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory")),
        ("cpu", RuntimeError("could not create a memory object")),
        ("cpu", MemoryError()),
    ],
)
def test_a_lack_of_memory_is_told_as_one(device: str, error: Exception) -> None:
    """Whoever called may try a smaller batch."""
    with pytest.raises(MouthMemoryError), told(device):
        raise error


@pytest.mark.parametrize(
    "error",
    [
        torch.AcceleratorError("CUDA error: unspecified launch failure"),
        RuntimeError("CUDA error: device-side assert triggered"),
        RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"),
    ],
)
def test_a_card_that_is_lost_is_told_by_name(error: Exception) -> None:
    """The step may succeed elsewhere."""
    with pytest.raises(TransientError) as lost, told("cuda:1"):
        raise error
    assert lost.value.code == "face-device-lost"
    assert lost.value.facts == {"device": "cuda:1"}


def test_what_torch_itself_can_make_too_large_is_a_lack_of_memory() -> None:
    """A real allocation that no machine can serve."""
    with pytest.raises(MouthMemoryError), told("cpu"):
        torch.empty(1 << 50)


def test_a_mistake_stays_a_mistake() -> None:
    """An error of another kind is raised as it is."""
    with pytest.raises(RuntimeError, match="shape"), told("cuda:0"):
        raise RuntimeError("The size of tensor a must match: a shape")
