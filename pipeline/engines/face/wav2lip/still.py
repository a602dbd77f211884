"""The network taken apart: what the face contributes, and what is left to compute for each window of sound.

A layer that reads the decoder's map ``x`` with the face encoder's map ``s`` beside it is linear, so
``layer(cat(x, s)) = layer_x(x) + layer_s(s)``: the second term with the bias is a map that no sound changes.
For a still portrait these maps are computed once, and all of the face encoder with them. Of the decoder
only what a region needs is computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from pipeline.engines.face.wav2lip.architecture import AUDIO_ENCODER, FACE_ENCODER, IMAGE, Layer
from pipeline.engines.face.wav2lip.fold import Kernel
from pipeline.engines.face.wav2lip.region import Region, Step, steps


def seen(faces: Tensor) -> Tensor:
    """What the face encoder is given: uint8 (n, 96, 96, 3) BGR to float32 (n, 6, 96, 96).

    Three channels with the lower half black, then three whole, all in 0 to 1.
    """
    whole = faces.permute(0, 3, 1, 2).float() / 255.0
    upper = whole.clone()
    upper[:, :, IMAGE // 2 :] = 0.0
    return torch.cat((upper, whole), dim=1).contiguous(memory_format=torch.channels_last)


class Contributions:
    """Faces as `seen` makes them to what they add to the first layer of each level, its bias included.

    One map for each of the levels 1 to 7 of the decoder, of the size that this layer makes for the region.

    Args:
        region: what is drawn.
    """

    def __init__(self, region: Region) -> None:
        self._steps = tuple(step for step in steps(region) if step.joins)

    def __call__(self, faces: Tensor, kernels: Mapping[str, Kernel]) -> list[Tensor]:
        """The maps of levels 1 to 7.

        Args:
            faces: as `seen` gives them.
            kernels: `fold.Folded.face`; each is asked for once, when it is used.
        """
        encoded: list[Tensor] = []
        for block in FACE_ENCODER:
            for layer in block:
                faces = _encoded(layer, kernels[layer.name], faces)
            encoded.append(faces)
        added: list[Tensor] = []
        for step in self._steps:
            rows, columns = step.rows.taken, step.columns.taken
            part = encoded.pop()[:, :, rows.start : rows.stop, columns.start : columns.stop]
            kernel = kernels[step.layer.name]
            added.append(_convolved(step, part, kernel.weight, kernel.bias))
        return added


class AudioEncoder:
    """Windows of sound, (n, 80, 16), to (n, 512, 1, 1).

    Args:
        kernels: `fold.Folded.drawn`; what is computed has their type.
    """

    def __init__(self, kernels: Mapping[str, Kernel]) -> None:
        self._kernels = tuple((layer, kernels[layer.name]) for layer in AUDIO_ENCODER)

    def __call__(self, windows: Tensor) -> Tensor:
        """What is heard, as numbers."""
        heard = windows.unsqueeze(1)
        for layer, kernel in self._kernels:
            heard = _encoded(layer, kernel, heard)
        return heard


class MouthDecoder:
    """Windows of sound, with what faces add, to mouths: (n, 80, 16) to (n, rows, columns, 3), BGR, 0 to 1.

    What they add comes from `Contributions` for the same region: maps of one face for all, or of n faces.

    Args:
        kernels: `fold.Folded.drawn`; what is computed has their type.
        region: what is drawn.
    """

    def __init__(self, kernels: Mapping[str, Kernel], region: Region) -> None:
        self._audio = AudioEncoder(kernels)
        chain = steps(region)
        self._layers = tuple(
            _Decoding(before, step, kernels[step.layer.name])
            for before, step in zip((None, *chain), chain, strict=False)
        )
        self._rows, self._columns = chain[-1].kept
        self._dtype = kernels[chain[-1].layer.name].weight.dtype

    def prepared(self, added: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """What faces add, as `Contributions` gives it, the way it is used."""
        return tuple(own.to(self._dtype, memory_format=torch.channels_last) for own in added)

    def __call__(self, windows: Tensor, *added: Tensor) -> Tensor:
        """The mouths."""
        drawn = self._audio(windows)
        maps = iter(added)
        for layer in self._layers:
            drawn = layer(drawn, next(maps) if layer.joins else None)
        return drawn[:, :, self._rows, self._columns].permute(0, 2, 3, 1)


class _Decoding:
    """A layer of the decoder, computed where a region needs it."""

    def __init__(self, before: Step | None, step: Step, kernel: Kernel) -> None:
        self._step, self._kernel = step, kernel
        self.joins = step.joins
        self._rows, self._columns = step.taken_of(before)
        self._inner = step.rows.made.inside(step.rows.taken), step.columns.made.inside(step.columns.taken)

    def __call__(self, given: Tensor, added: Tensor | None) -> Tensor:
        # What faces add has the bias in it.
        bias = None if self.joins else self._kernel.bias
        made = _convolved(self._step, given[:, :, self._rows, self._columns], self._kernel.weight, bias)
        if added is not None:
            made = made + added
        if self._step.layer.residual:
            made = made + given[:, :, self._inner[0], self._inner[1]]
        return torch.relu(made) if self._step.layer.normalised else torch.sigmoid(made)


def _encoded(layer: Layer, kernel: Kernel, given: Tensor) -> Tensor:
    """A layer of an encoder: a convolution, for some the input again, and ReLU."""
    made = functional.conv2d(given, kernel.weight, kernel.bias, layer.stride, layer.padding)
    return torch.relu(made + given if layer.residual else made)


def _convolved(step: Step, given: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """A step's convolution."""
    layer = step.layer
    padding = (step.rows.padding, step.columns.padding)
    if layer.transposed:
        more = (step.rows.output_padding, step.columns.output_padding)
        return functional.conv_transpose2d(given, weight, bias, layer.stride, padding, more)
    return functional.conv2d(given, weight, bias, layer.stride, padding)
