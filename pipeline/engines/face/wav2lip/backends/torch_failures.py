"""What torch's errors mean to whoever asked for mouths."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.engines.devices import device_is_lost, memory_is_short
from pipeline.engines.face.wav2lip.backends import MouthMemoryError
from pipeline.plan.errors import LecternError, TransientError


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
    if memory_is_short(error):
        return MouthMemoryError(str(error))
    if device_is_lost(error, device):
        return TransientError("face-device-lost", device=device)
    return None
