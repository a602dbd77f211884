"""Whisper's networks in another arithmetic than the one that they are read in."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping

import torch
from torch import nn


def halved(network: nn.Module) -> nn.Module:
    """Keep what is multiplied in half precision, to which Whisper shortens it anyway before each product.

    Checkpoints are distributed in half precision, so that nothing is lost; norms stay in single precision.
    """
    for part in network.modules():
        if isinstance(part, nn.Linear | nn.Conv1d | nn.Embedding):
            part.half()
    return network


def quantised(network: nn.Module) -> nn.Module:
    """Multiply by weights of eight bits, and by activations that are rounded as they come.

    Several times less memory, and faster on processors; what is lost, `bench/ears.py` measures.
    """
    from whisper.model import Linear

    for part in list(network.modules()):
        for name, child in list(part.named_children()):
            if isinstance(child, Linear):
                # Whisper's own class is none that torch knows to replace.
                setattr(part, name, _plain(child))
    with warnings.catch_warnings():
        # Its successor is another distribution, torchao; torch is locked to a release that still has it.
        warnings.filterwarnings("ignore", "torch.ao.quantization is deprecated", DeprecationWarning)
        warnings.filterwarnings("ignore", "torch.quantize_per_tensor", UserWarning)
        made: nn.Module = torch.ao.quantization.quantize_dynamic(  # type: ignore[no-untyped-call]
            network, {nn.Linear}, dtype=torch.qint8
        )
    return made


def _plain(linear: nn.Linear) -> nn.Linear:
    with torch.device("meta"):
        made = nn.Linear(linear.in_features, linear.out_features, bias=linear.bias is not None)
    made.weight = linear.weight
    made.bias = linear.bias
    return made


def _as_it_is(network: nn.Module) -> nn.Module:
    return network


#: By precision, what is done with a network that was read.
ARITHMETIC: Mapping[str, Callable[[nn.Module], nn.Module]] = {
    "fp16": halved,
    "fp32": _as_it_is,
    "int8": quantised,
}
