"""What torch's errors mean to whoever asked for mouths."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from pipeline.engines.face.wav2lip.backends import MouthMemoryError
from pipeline.plan.errors import LecternError, TransientError

# A processor's allocator and oneDNN have no class of error of their own.
_NO_MEMORY = ("can't allocate memory", "could not create a memory", "out of memory", "out_of_memory")


@contextmanager
def told(device: str) -> Iterator[None]:
    """While it lasts, a lack of memory and a lost card are raised as what they mean; the rest as it is.

    Raises:
        MouthMemoryError: not enough memory.
        TransientError: ``face-device-lost``.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        meant = meaning(error, device)
        if meant is None:
            raise
        raise meant from error


def meaning(error: RuntimeError | MemoryError, device: str) -> MouthMemoryError | LecternError | None:
    """What an error of torch means; None for one that means nothing but itself."""
    words = str(error).lower()
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or any(sign in words for sign in _NO_MEMORY):
        return MouthMemoryError(str(error))
    if device != "cpu" and (isinstance(error, torch.AcceleratorError) or "cuda" in words or "cudnn" in words):
        return TransientError("face-device-lost", device=device)
    return None
