"""Devices that networks are computed on: which one is meant, and what to do when its memory is short."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import TypeVar

import torch

from pipeline.plan.errors import InputError, TransientError

_T = TypeVar("_T")
_CPU, _CARD = "cpu", "cuda"
# A processor's allocator and oneDNN have no class of error of their own.
_NO_MEMORY = ("can't allocate memory", "could not create a memory", "out of memory", "out_of_memory")


def device_of(wish: str) -> str:
    """The device that a setting means: ``cpu``, or a card as torch names it, such as ``cuda:0``.

    Args:
        wish: ``auto`` (the first card, else the processor), ``cpu``, ``cuda`` or ``cuda:N``.

    Raises:
        InputError: ``engine-device-missing``: torch finds no such device here.
    """
    cards = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if wish == _CPU or (wish == "auto" and not cards):
        return _CPU
    kind, _, number = wish.partition(":")
    at = int(number) if number.isdecimal() else 0 if wish in {"auto", _CARD} else cards
    if at >= cards or (wish != "auto" and kind != _CARD):
        raise InputError("engine-device-missing", device=wish)
    return f"{_CARD}:{at}"


def memory_is_short(error: BaseException) -> bool:
    """Whether an error of torch means that a device has not enough memory."""
    words = str(error).lower()
    told = any(sign in words for sign in _NO_MEMORY)
    return told or isinstance(error, MemoryError | torch.OutOfMemoryError)


def device_is_lost(error: BaseException, device: str) -> bool:
    """Whether an error of torch that is no lack of memory means that a card does not answer any more."""
    words = str(error).lower()
    lost = isinstance(error, torch.AcceleratorError) or "cuda" in words or "cudnn" in words
    return device != _CPU and lost


def give_back() -> None:
    """Give back what is free: a network that nobody refers to any more may still hold a card's memory."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


class Ladder:
    """The steps by which work gets along with less memory: smaller batches, then the processor.

    What was found stays found: later work begins on the step on which earlier work succeeded.

    Args:
        engine: whose work it is, for messages.
        device: where it begins.
        batch: how many things at a time it begins with.
        cpu_allowed: whether it may go on on the processor.
    """

    def __init__(self, *, engine: str, device: str, batch: int, cpu_allowed: bool) -> None:
        self._engine = engine
        self._most = batch
        self._cpu_allowed = cpu_allowed
        self.device = device
        self.batch = batch

    def run(self, work: Callable[[str, int], _T], move: Callable[[str], None]) -> _T:
        """What the work gives on the first step on which memory suffices for it.

        Args:
            work: is called with a device and how many things at a time; begun anew on each step.
            move: puts the network onto another device.

        Raises:
            TransientError: ``engine-memory-short``: not even for one at a time; ``engine-device-lost``.
        """
        while True:
            try:
                return work(self.device, self.batch)
            except (RuntimeError, MemoryError) as error:
                if not memory_is_short(error):
                    if device_is_lost(error, self.device):
                        raise TransientError(
                            "engine-device-lost", engine=self._engine, device=self.device
                        ) from error
                    raise
                if not self._may_step():
                    raise TransientError(
                        "engine-memory-short", engine=self._engine, device=self.device
                    ) from error
            # Beyond the block: the error keeps alive what the work had on the device.
            self._step(move)

    def _may_step(self) -> bool:
        return self.batch > 1 or (self._cpu_allowed and self.device != _CPU)

    def _step(self, move: Callable[[str], None]) -> None:
        if self.batch > 1:
            self.batch //= 2
        else:
            move(_CPU)
            self.device, self.batch = _CPU, self._most
        give_back()
