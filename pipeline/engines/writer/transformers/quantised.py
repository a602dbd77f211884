"""Weights in four bits, for cards that have no room for sixteen: a quarter of the memory, some of the speed.

Each row of a layer's weights is cut into groups; of each group its least value and its step are kept, and of
each weight which of sixteen steps it is. They are spread out again layer by layer as they are computed with.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from typing_extensions import override

_GROUP = 64
_STEPS = 15
#: Layers of fewer weights are not worth it, and the last one, which chooses words, is left as it is.
_LEAST = 1 << 12
_LAST = "lm_head"


class FourBits(nn.Module):
    """A linear layer whose weights are kept in four bits each.

    Args:
        layer: the layer; its inputs are a multiple of the group's size.
    """

    packed: Tensor
    step: Tensor
    least: Tensor
    bias: Tensor | None

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        groups = layer.weight.detach().float().reshape(layer.out_features, -1, _GROUP)
        least, most = groups.aminmax(dim=-1, keepdim=True)
        kind = layer.weight.dtype
        # As they are kept, so that what is rounded to them is what is computed with.
        step = ((most - least) / _STEPS).to(kind).float()
        least = least.to(kind).float()
        steps = ((groups - least) / step.clamp_min(torch.finfo(kind).tiny)).round_().clamp_(0, _STEPS)
        small = steps.to(torch.uint8).reshape(layer.out_features, -1)
        self.in_features, self.out_features = layer.in_features, layer.out_features
        self.register_buffer("packed", small[:, 0::2] | (small[:, 1::2] << 4))
        self.register_buffer("step", step.to(kind))
        self.register_buffer("least", least.to(kind))
        self.register_buffer("bias", None if layer.bias is None else layer.bias.detach())

    @property
    def weight(self) -> Tensor:
        """The weights as they are computed with."""
        small = torch.stack((self.packed & _STEPS, self.packed >> 4), dim=-1)
        groups = small.reshape(self.out_features, -1, _GROUP).to(self.step.dtype)
        return (groups * self.step + self.least).reshape(self.out_features, self.in_features)

    @override
    def forward(self, given: Tensor) -> Tensor:
        return functional.linear(given, self.weight, self.bias)


def quantise(network: nn.Module) -> int:
    """Replace every large linear layer of a network, one after the other; how many there were."""
    found = [
        (name, layer)
        for name, layer in network.named_modules()
        if isinstance(layer, nn.Linear)
        and name.rpartition(".")[2] != _LAST
        and layer.in_features % _GROUP == 0
        and layer.weight.numel() >= _LEAST
    ]
    for name, layer in found:
        parent, _, own = name.rpartition(".")
        setattr(network.get_submodule(parent), own, FourBits(layer))
    return len(found)
