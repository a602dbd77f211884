"""Chance that is the same each time: a network draws noise from seeds of its own lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

# The global generator is one for the process: while a network draws from it, nobody else does.
_TURN = Lock()
_AXES = 3


class Noise(TorchFunctionMode):
    """While it lasts, this thread's normal noise is drawn for each row of a batch from a seed of its own.

    Noise of the shape (rows, channels, frames) is drawn frame by frame, so that a longer row begins as a
    shorter one does. No other generator is touched.

    Args:
        seeds: one for each row.
    """

    def __init__(self, *seeds: int) -> None:
        super().__init__()
        self._seeds = seeds
        self._call = 0

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - what a function of torch gives
        """Answer torch's two functions of normal noise; leave every other one as it is."""
        options = dict(kwargs or {})
        if func is torch.randn_like:
            like = args[0]
            return self._drawn(tuple(like.shape)).to(device=like.device, dtype=like.dtype)
        if func is torch.randn:
            shape = options.pop("size", None) or (args if isinstance(args[0], int) else args[0])
            return self._drawn(tuple(shape)).to(device=options.get("device"), dtype=options.get("dtype"))
        return func(*args, **options)

    def _drawn(self, shape: tuple[int, ...]) -> Tensor:
        self._call += 1
        if len(shape) != _AXES or shape[0] != len(self._seeds):
            raise ValueError(f"noise of the shape {shape} for {len(self._seeds)} lines")
        _, channels, frames = shape
        rows = [
            np.random.Generator(np.random.PCG64([seed, self._call])).standard_normal((frames, channels)).T
            for seed in self._seeds
        ]
        return torch.from_numpy(np.stack(rows).astype(np.float32))


@contextmanager
def seeded(seed: int, device: str) -> Iterator[None]:
    """While it lasts, torch's and numpy's global generators begin at a seed; afterwards they go on as before.

    Griffin-Lim begins with phases from numpy's.
    """
    cards = [] if device == "cpu" else [torch.device(device).index or 0]
    with _TURN, torch.random.fork_rng(devices=cards):
        kept = np.random.get_state()  # noqa: NPY002 - the library draws from it
        torch.manual_seed(seed)
        np.random.seed(seed % (1 << 32))  # noqa: NPY002 - likewise
        try:
            yield
        finally:
            np.random.set_state(kept)  # noqa: NPY002 - likewise
