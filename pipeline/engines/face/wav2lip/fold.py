"""The weights as they are computed with: normalisation folded in, the layers that join two maps in halves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from pipeline.engines.face.wav2lip.architecture import (
    AUDIO_ENCODER,
    EPSILON,
    FACE_DECODER,
    FACE_ENCODER,
    OUTPUT,
    Layer,
)
from pipeline.engines.face.wav2lip.kernels import Kernel as Stored

_DECODER = (*FACE_DECODER, OUTPUT)
#: Whose kernels `Folded.drawn` has, and whose `Folded.face`: a layer that joins two maps has one in each.
DRAWN_LAYERS = (*AUDIO_ENCODER, *(layer for level in _DECODER for layer in level))
FACE_LAYERS = (*(layer for block in FACE_ENCODER for layer in block), *(level[0] for level in _DECODER[1:]))


@dataclass(frozen=True, kw_only=True, eq=False)
class Kernel:
    """A convolution's weight and bias."""

    weight: Tensor
    bias: Tensor


@dataclass(frozen=True, kw_only=True, eq=False)
class Folded:
    """Every layer's kernel, by the layer's name.

    Attributes:
        drawn: what is computed for each window of sound: the audio encoder, the decoder and the output
            block. A layer that joins two maps has the half here that reads the decoder's own.
        face: what is computed for a face, float32: the face encoder, and the other halves.
    """

    drawn: Mapping[str, Kernel]
    face: Mapping[str, Kernel]


class Unpacked(Mapping[str, Kernel]):
    """Stored kernels of some layers, channels last; each is read when asked for: memory holds none twice.

    Args:
        layers: whose they are.
        read: reads one, as `kernels.Kernels` does.
        device: where it is computed with.
        dtype: what it is computed with.
    """

    def __init__(
        self, layers: Iterable[Layer], read: Callable[[str], Stored], *, device: str, dtype: torch.dtype
    ) -> None:
        self._names = tuple(layer.name for layer in layers)
        self._read = read
        self._device, self._dtype = device, dtype

    def __getitem__(self, name: str) -> Kernel:
        weight, bias = map(torch.from_numpy, self._read(name))
        return Kernel(
            weight=weight.to(self._device, self._dtype, memory_format=torch.channels_last),
            bias=bias.to(self._device, self._dtype),
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def fold(state: Mapping[str, Tensor]) -> Folded:
    """The kernels of a checkpoint, float32.

    Args:
        state: as `checkpoint.read_weights` gives it.
    """
    face = {layer.name: _folded(state, layer) for block in FACE_ENCODER for layer in block}
    drawn = {layer.name: _folded(state, layer) for layer in AUDIO_ENCODER}
    before = 0
    for level in _DECODER:
        for k, layer in enumerate(level):
            whole = _folded(state, layer)
            drawn[layer.name] = whole
            if before and k == 0:
                ends = 0 if layer.transposed else 1
                own = whole.weight.narrow(ends, 0, before)
                other = whole.weight.narrow(ends, before, layer.inputs - before)
                drawn[layer.name] = Kernel(weight=own, bias=whole.bias)
                face[layer.name] = Kernel(weight=other, bias=whole.bias)
            before = layer.outputs
    return Folded(drawn=drawn, face=face)


def _folded(state: Mapping[str, Tensor], layer: Layer) -> Kernel:
    """Weight and bias of a layer with its normalisation in them, float32."""
    weight = state[f"{layer.convolution}.weight"].double()
    bias = state[f"{layer.convolution}.bias"].double()
    if layer.normalised:
        gain, shift, mean, variance = (
            state[f"{layer.norm}.{part}"].double()
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        scale = gain / torch.sqrt(variance + EPSILON)
        weight = weight * (scale.view(1, -1, 1, 1) if layer.transposed else scale.view(-1, 1, 1, 1))
        bias = (bias - mean) * scale + shift
    return Kernel(weight=weight.float(), bias=bias.float())
