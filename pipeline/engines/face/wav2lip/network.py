"""The generator as a torch module, built from the table of its layers: the reference for every backend."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from pipeline.engines.face.wav2lip.architecture import (
    AUDIO_ENCODER,
    EPSILON,
    FACE_DECODER,
    FACE_ENCODER,
    OUTPUT,
    Layer,
)


class Generator(nn.Module):
    """Draws a mouth into a face, from a window of sound.

    Its state's keys are those of the checkpoints that are distributed, `architecture.PARAMETERS`. It is made
    without values that mean anything: load a state, then call `eval`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.face_encoder_blocks = nn.ModuleList(_chain(block) for block in FACE_ENCODER)
        self.audio_encoder = _chain(AUDIO_ENCODER)
        self.face_decoder_blocks = nn.ModuleList(_chain(block) for block in FACE_DECODER)
        self.output_block = _chain(OUTPUT)

    def forward(self, mel: Tensor, face: Tensor) -> Tensor:
        """Pictures (batch, 3, 96, 96), BGR in 0 to 1.

        Args:
            mel: windows of sound, (batch, 1, 80, 16).
            face: (batch, 6, 96, 96), BGR in 0 to 1: three channels with the lower half black, three whole.
        """
        skips = []
        for block in self.face_encoder_blocks:
            face = block(face)
            skips.append(face)
        drawn: Tensor = self.audio_encoder(mel)
        for block in self.face_decoder_blocks:
            drawn = torch.cat((block(drawn), skips.pop()), dim=1)
        picture: Tensor = self.output_block(drawn)
        return picture


class _Block(nn.Module):
    """A convolution, batch normalisation, for some the input again, and ReLU."""

    def __init__(self, layer: Layer) -> None:
        super().__init__()
        norm = nn.BatchNorm2d(layer.outputs, eps=EPSILON)
        self.conv_block = nn.Sequential(convolution(layer), norm)
        self.residual = layer.residual

    def forward(self, given: Tensor) -> Tensor:
        made: Tensor = self.conv_block(given)
        return torch.relu(made + given if self.residual else made)


def convolution(layer: Layer) -> nn.Conv2d | nn.ConvTranspose2d:
    """A layer's bare convolution, with values still to be loaded."""
    if layer.transposed:
        return nn.ConvTranspose2d(
            layer.inputs,
            layer.outputs,
            layer.kernel,
            stride=layer.stride,
            padding=layer.padding,
            output_padding=layer.output_padding,
        )
    return nn.Conv2d(layer.inputs, layer.outputs, layer.kernel, stride=layer.stride, padding=layer.padding)


def _chain(layers: Iterable[Layer]) -> nn.Sequential:
    """Layers one after another; a sigmoid after one that is not normalised."""
    modules: list[nn.Module] = []
    for layer in layers:
        modules += [_Block(layer)] if layer.normalised else [convolution(layer), nn.Sigmoid()]
    return nn.Sequential(*modules)
