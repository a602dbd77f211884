"""The network taken apart: what the face contributes, and what is left to compute for each window of sound.

A layer that reads the decoder's map ``x`` with the face encoder's map ``s`` beside it is linear, so
``layer(cat(x, s)) = layer_x(x) + layer_s(s)``: the second term with the bias is a map that no sound changes.
For a still portrait these maps are computed once, and all of the face encoder with them. Of the decoder
only what a region needs is computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

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


class Contributions(nn.Module):
    """Faces as `seen` makes them to what they add to the first layer of each level, its bias included.

    One map for each of the levels 1 to 7 of the decoder, of the size that this layer makes for the region.

    Args:
        kernels: `fold.Folded.face`.
        region: what is drawn.
    """

    def __init__(self, kernels: Mapping[str, Kernel], region: Region) -> None:
        super().__init__()
        self.encoder = nn.ModuleList(
            nn.Sequential(*(_Encoding(layer, kernels[layer.name]) for layer in block))
            for block in FACE_ENCODER
        )
        self.steps = tuple(step for step in steps(region) if step.joins)
        self.convolutions = nn.ModuleList(
            _convolution(step, kernels[step.layer.name], biased=True) for step in self.steps
        )

    def forward(self, faces: Tensor) -> list[Tensor]:
        """The maps of levels 1 to 7."""
        encoded: list[Tensor] = []
        for block in self.encoder:
            faces = block(faces)
            encoded.append(faces)
        added: list[Tensor] = []
        for step, convolution in zip(self.steps, self.convolutions, strict=True):
            rows, columns = step.rows.taken, step.columns.taken
            part = encoded.pop()[:, :, rows.start : rows.stop, columns.start : columns.stop]
            added.append(convolution(part))
        return added


class AudioEncoder(nn.Module):
    """Windows of sound, (n, 80, 16), to (n, 512, 1, 1)."""

    def __init__(self, kernels: Mapping[str, Kernel]) -> None:
        super().__init__()
        self.layers = nn.Sequential(*(_Encoding(layer, kernels[layer.name]) for layer in AUDIO_ENCODER))

    def forward(self, windows: Tensor) -> Tensor:
        """What is heard, as numbers."""
        heard: Tensor = self.layers(windows.unsqueeze(1))
        return heard


class MouthDecoder(nn.Module):
    """Windows of sound, with what faces add, to mouths: (n, 80, 16) to (n, rows, columns, 3), BGR, 0 to 1.

    What they add comes from `Contributions` for the same region: maps of one face for all, or of n faces.

    Args:
        kernels: `fold.Folded.drawn`; what is computed has their type.
        region: what is drawn.
    """

    def __init__(self, kernels: Mapping[str, Kernel], region: Region) -> None:
        super().__init__()
        self.audio = AudioEncoder(kernels)
        chain = steps(region)
        self.joins = tuple(step.joins for step in chain)
        self.layers = nn.ModuleList(
            _Decoding(before, step, kernels[step.layer.name])
            for before, step in zip((None, *chain), chain, strict=False)
        )
        self.rows, self.columns = chain[-1].kept
        self.dtype = kernels[chain[-1].layer.name].weight.dtype

    def prepared(self, added: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """What faces add, as `Contributions` gives it, the way it is used."""
        return tuple(own.to(self.dtype, memory_format=torch.channels_last) for own in added)

    def forward(self, windows: Tensor, *added: Tensor) -> Tensor:
        """The mouths."""
        drawn: Tensor = self.audio(windows)
        maps = iter(added)
        for layer, joins in zip(self.layers, self.joins, strict=True):
            drawn = layer(drawn, next(maps) if joins else None)
        return drawn[:, :, self.rows, self.columns].permute(0, 2, 3, 1)


class _Encoding(nn.Module):
    """A layer of an encoder: a convolution, for some the input again, and ReLU."""

    def __init__(self, layer: Layer, kernel: Kernel) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(
            layer.inputs, layer.outputs, layer.kernel, layer.stride, layer.padding, device="meta"
        )
        _set(self.convolution, kernel)
        self.residual = layer.residual

    def forward(self, given: Tensor) -> Tensor:
        made: Tensor = self.convolution(given)
        return torch.relu(made + given if self.residual else made)


class _Decoding(nn.Module):
    """A layer of the decoder, computed where a region needs it."""

    def __init__(self, before: Step | None, step: Step, kernel: Kernel) -> None:
        super().__init__()
        self.convolution = _convolution(step, kernel, biased=not step.joins)
        self.rows, self.columns = step.taken_of(before)
        self.inner = step.rows.made.inside(step.rows.taken), step.columns.made.inside(step.columns.taken)
        self.residual = step.layer.residual
        self.ends = not step.layer.normalised

    def forward(self, given: Tensor, added: Tensor | None) -> Tensor:
        made: Tensor = self.convolution(given[:, :, self.rows, self.columns])
        if added is not None:
            made = made + added
        if self.residual:
            made = made + given[:, :, self.inner[0], self.inner[1]]
        return torch.sigmoid(made) if self.ends else torch.relu(made)


def _convolution(step: Step, kernel: Kernel, *, biased: bool) -> nn.Conv2d | nn.ConvTranspose2d:
    """A step's convolution with that kernel."""
    layer = step.layer
    padding = (step.rows.padding, step.columns.padding)
    made: nn.Conv2d | nn.ConvTranspose2d
    if layer.transposed:
        more = (step.rows.output_padding, step.columns.output_padding)
        made = nn.ConvTranspose2d(
            kernel.weight.shape[0],
            layer.outputs,
            layer.kernel,
            layer.stride,
            padding,
            more,
            bias=biased,
            device="meta",
        )
    else:
        inputs = kernel.weight.shape[1]
        made = nn.Conv2d(
            inputs, layer.outputs, layer.kernel, layer.stride, padding, bias=biased, device="meta"
        )
    _set(made, kernel)
    return made


def _set(convolution: nn.Conv2d | nn.ConvTranspose2d, kernel: Kernel) -> None:
    convolution.weight = nn.Parameter(kernel.weight, requires_grad=False)
    if convolution.bias is not None:
        convolution.bias = nn.Parameter(kernel.bias, requires_grad=False)
