"""How many mouths are computed at a time: what fits with room to spare."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from pipeline.engines.face.wav2lip.architecture import IMAGE, MEL_BANDS, MEL_STEPS
from pipeline.engines.face.wav2lip.backends import Backend, Choice, MouthMemoryError
from pipeline.engines.face.wav2lip.batchbook import LARGEST_BATCH, BatchBook, Slot
from pipeline.engines.face.wav2lip.region import Region
from pipeline.plan.errors import TransientError

#: On a CPU larger batches are hardly faster: they leave its cache.
CPU_BATCH = 8
# As many mouths each thread of torch's draws by itself, or it loads weights more than it computes with them;
# in fp32 they take twice the room.
_FOR_EACH_THREAD = {"bf16": 8, "fp32": 4}

_FIRST_TRIED = 8
#: A card keeps a seventh of its memory free, for whatever else it has to do.
_SPARE_PER_CENT = 15


@dataclass(frozen=True, kw_only=True)
class Room:
    """A card's memory, in bytes: what nobody uses, and all of it."""

    free: int
    total: int

    @property
    def spare(self) -> bool:
        """Whether enough of it is free."""
        return self.free * 100 >= self.total * _SPARE_PER_CENT


def batch_for(
    choice: Choice,
    *,
    model: str,
    region: Region,
    book: BatchBook,
    open_with: Callable[[int], Backend],
    threads: int = 1,
    card: Callable[[str], tuple[str, Room]] | None = None,
) -> int:
    """How many mouths are computed at a time: remembered, else on a card measured, and then remembered.

    Args:
        choice: what computes.
        model: the checkpoint's digest.
        region: the largest part of the picture that is drawn.
        book: what is remembered.
        open_with: opens the backend with a batch size; called, on a card, when nothing is remembered.
        threads: how many threads compute on a CPU.
        card: tells a device's name and memory; torch is asked unless given.

    Raises:
        InputError: whatever `open_with` raises.
    """
    slot = slot_for(choice, model=model, region=region, card=card)
    known = book.recall(slot)
    if known is not None:
        return known
    if choice.device == "cpu":
        usual = _on_cpu(choice, threads)
        if book.knows(slot):
            book.remember(slot, usual)
        return usual
    ask = card or cuda_card

    def trial(batch: int) -> Room:
        return _tried(open_with, batch, region, lambda: ask(choice.device)[1])

    found = largest_that_fits(trial, most=LARGEST_BATCH)
    book.remember(slot, found)
    return found


def _on_cpu(choice: Choice, threads: int) -> int:
    """How many mouths a processor computes at a time."""
    if choice.kind != "torch":
        return CPU_BATCH
    return max(CPU_BATCH, threads * _FOR_EACH_THREAD[choice.precision])


def slot_for(
    choice: Choice, *, model: str, region: Region, card: Callable[[str], tuple[str, Room]] | None = None
) -> Slot:
    """What a batch size is remembered for, on this machine.

    Args:
        choice: what computes.
        model: the checkpoint's digest.
        region: the largest part of the picture that is drawn.
        card: tells a device's name and memory; torch is asked unless given.
    """
    if choice.device == "cpu":
        name = choice.name
    else:
        told, room = (card or cuda_card)(choice.device)
        name = f"{told} {room.total >> 20} MiB"
    return Slot(model=model, precision=choice.precision, region=region, card=name)


def largest_that_fits(trial: Callable[[int], Room], *, most: int) -> int:
    """The largest power of two, at most `most`, that runs and leaves a card enough memory; 1 at the least.

    Args:
        trial: runs one batch of a size and tells what the card has left then.
        most: the largest that is tried.
    """

    def fits(batch: int) -> bool:
        try:
            return trial(batch).spare
        except MouthMemoryError:
            return False

    batch = min(_FIRST_TRIED, most)
    if fits(batch):
        while batch * 2 <= most and fits(batch * 2):
            batch *= 2
        return batch
    batch //= 2
    while batch > 1 and not fits(batch):
        batch //= 2
    return max(1, batch)


@contextlib.contextmanager
def memory_told(book: BatchBook, slot: Slot, *, batch: int, device: str) -> Iterator[None]:
    """While it lasts, memory that runs out is told as an error that says what becomes of it.

    Half of the batch is remembered, for a while: whoever opens the engine anew gets that.

    Raises:
        TransientError: ``face-out-of-memory`` with `batch` and what is `left` of it;
            ``face-memory-exhausted`` when one mouth at a time is too much already.
    """
    try:
        yield
    except (MouthMemoryError, MemoryError) as error:
        if batch <= 1:
            raise TransientError("face-memory-exhausted", device=device) from error
        book.halve(slot, batch)
        raise TransientError("face-out-of-memory", device=device, batch=batch, left=batch // 2) from error


def cuda_card(device: str) -> tuple[str, Room]:
    """Name and memory of a card, such as ``cuda:0``, by its driver."""
    import torch

    free, total = torch.cuda.mem_get_info(device)
    return torch.cuda.get_device_name(device), Room(free=free, total=total)


def _tried(open_with: Callable[[int], Backend], batch: int, region: Region, room: Callable[[], Room]) -> Room:
    """What is left when a batch of moving faces, which takes the most, has been computed."""
    backend = open_with(batch)
    try:
        faces = np.zeros((batch, IMAGE, IMAGE, 3), np.uint8)
        backend.draw_moving(faces, np.zeros((batch, MEL_BANDS, MEL_STEPS), np.float32), region)
        return room()
    finally:
        backend.close()
