"""How words are chosen: each script by its own seed, so that those beside it do not shape it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import torch
from typing_extensions import override

from pipeline.engines.libraries import prepare
from pipeline.plan.writingplan import Sampling

prepare()

from transformers import (  # noqa: E402 - what it imports has to be importable first
    LogitsProcessor,
    LogitsProcessorList,
    TemperatureLogitsWarper,
    TopPLogitsWarper,
)
from transformers.generation.streamers import BaseStreamer  # noqa: E402 - likewise

_WHOLE = 100
# Of uniform numbers, so that no logarithm is infinite.
_LEAST, _MOST = 1e-20, 1 - 1e-7


class _Noise(LogitsProcessor):
    """Gumbel's noise on each row, from a generator of its own: the largest of the sums is a fair draw.

    Which row of a batch a script stands in, and how many others there are, changes nothing of what it draws.
    """

    def __init__(self, seeds: Sequence[int]) -> None:
        self._rows = [torch.Generator().manual_seed(seed) for seed in seeds]

    @override
    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor) -> torch.FloatTensor:
        drawn = [torch.rand(scores.shape[1], generator=row).clamp_(_LEAST, _MOST) for row in self._rows]
        noise = -torch.log(-torch.log(torch.stack(drawn)))
        return cast("torch.FloatTensor", scores + noise.to(scores.device))


class Progress(BaseStreamer):
    """Tells how many tokens are written; what it tells to may end the work by an error."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        self._tell = tell
        self._prompt = True
        self._written = 0

    @override
    def put(self, value: torch.Tensor) -> None:
        if self._prompt:
            self._prompt = False
            return
        self._written += value.numel()
        self._tell(self._written)

    @override
    def end(self) -> None:
        """Nothing is held back."""


def choosing(sampling: Sampling, seeds: Sequence[int]) -> LogitsProcessorList:
    """What makes of a model's likelihoods a choice for each row; at no temperature always the likeliest.

    Args:
        sampling: how words are chosen.
        seeds: of each row.
    """
    chain = LogitsProcessorList()
    if not sampling.temperature:
        return chain
    chain.append(TemperatureLogitsWarper(sampling.temperature / _WHOLE))
    if sampling.top_p < _WHOLE:
        chain.append(TopPLogitsWarper(top_p=sampling.top_p / _WHOLE))
    chain.append(_Noise(seeds))
    return chain
