"""The decoder in fp32 on a processor: layers on maps pixel by pixel, of a region alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pipeline.engines.face.wav2lip.architecture import FACE_DECODER, OUTPUT
from pipeline.engines.face.wav2lip.fold import Kernel
from pipeline.engines.face.wav2lip.pixelmaps import (
    Area,
    DoublingKernel,
    DoublingLayer,
    OpeningLayer,
    PixelLayer,
    PixelMap,
    TiledKernel,
    TiledLayer,
    opening_kernel,
)
from pipeline.engines.face.wav2lip.region import Region, Span, Step, steps
from pipeline.engines.face.wav2lip.still import AudioEncoder

_PIXEL = Span(start=0, stop=1)


@dataclass(frozen=True, kw_only=True, eq=False)
class PixelKernels:
    """The decoder's weights as they are multiplied, by the layer's name; shared by all regions.

    Attributes:
        audio: the audio encoder.
        opening: of the layer that makes nine pixels of one.
        doubling: of the layers that double a map.
        tiled: of the 3 x 3 convolutions.
        ends: weight (inputs, outputs) and bias of the first and the last layer, which see one pixel.
    """

    audio: AudioEncoder
    opening: Mapping[str, Tensor]
    doubling: Mapping[str, DoublingKernel]
    tiled: Mapping[str, TiledKernel]
    ends: Mapping[str, Kernel]


def pixel_kernels(kernels: Mapping[str, Kernel]) -> PixelKernels:
    """The decoder's weights, of `fold.Folded.drawn` in fp32; each is asked for once."""
    audio = AudioEncoder(kernels)
    opening: dict[str, Tensor] = {}
    doubling: dict[str, DoublingKernel] = {}
    tiled: dict[str, TiledKernel] = {}
    ends: dict[str, Kernel] = {}
    size = 1
    for layer in (layer for level in (*FACE_DECODER, OUTPUT) for layer in level):
        kernel, before = kernels[layer.name], size
        size = layer.size(size, size)[0]
        if layer.kernel == 1:
            ends[layer.name] = Kernel(weight=kernel.weight[:, :, 0, 0].t().contiguous(), bias=kernel.bias)
        elif not layer.transposed:
            tiled[layer.name] = TiledKernel(kernel, size, residual=layer.residual)
        elif before == 1:
            opening[layer.name] = opening_kernel(kernel)
        else:
            doubling[layer.name] = DoublingKernel(kernel)
    return PixelKernels(audio=audio, opening=opening, doubling=doubling, tiled=tiled, ends=ends)


class PixelDecoder:
    """Computes what `still.MouthDecoder` does, for batches of one size, on one thread at a time.

    Args:
        kernels: the weights.
        region: what is drawn.
        batch: how many windows there are, always.
    """

    def __init__(self, kernels: PixelKernels, region: Region, batch: int) -> None:
        self._audio = kernels.audio
        self._batch = batch
        first, *inner, last = steps(region)
        self._first, self._last = kernels.ends[first.layer.name], kernels.ends[last.layer.name]
        self._joins = tuple(step.joins for step in inner)
        self._spans = tuple((step.rows.made, step.columns.made) for step in inner if step.joins)
        self._layers: list[PixelLayer] = []
        makes, size = Area(rows=_PIXEL, columns=_PIXEL), _PIXEL.length
        for step in inner:
            size = step.layer.size(size, size)[0]
            self._layers.append(_layer(kernels, step, size, makes, batch))
            makes = self._layers[-1].makes
        self._maps = _maps(self._layers, self._first.weight.shape[1], batch)
        self._scratch = torch.empty(max(layer.scratch for layer in self._layers))
        drawn = self._maps[-1]
        self._kept = last.rows.needed.inside(drawn.area.rows), last.columns.needed.inside(drawn.area.columns)

    def prepared(self, added: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """What faces add, as `Contributions` gives it, the way it is used."""
        joining = [layer for layer, joins in zip(self._layers, self._joins, strict=True) if joins]
        return tuple(
            layer.prepared(_placed(own, rows, columns, layer.makes))
            for layer, own, (rows, columns) in zip(joining, added, self._spans, strict=True)
        )

    def __call__(self, windows: Tensor, *added: Tensor) -> Tensor:
        """The mouths: (batch, 80, 16) to a new tensor (batch, rows, columns, 3), BGR, 0 to 1."""
        heard: Tensor = self._audio(windows).view(self._batch, -1)
        given = self._maps[0]
        opened = torch.addmm(self._first.bias, heard, self._first.weight).relu_()
        given.drawn.copy_(opened.view(given.drawn.shape))
        maps = iter(added)
        for layer, joins, made in zip(self._layers, self._joins, self._maps[1:], strict=True):
            made.clear()
            layer.draw(given, made, next(maps) if joins else None, self._scratch)
            given = made
        pixels = given.pixels[self._kept].permute(2, 0, 1, 3).contiguous()
        mouths = torch.addmm(self._last.bias, pixels.view(-1, pixels.shape[-1]), self._last.weight)
        return mouths.sigmoid_().view(*pixels.shape[:-1], -1)


def _layer(kernels: PixelKernels, step: Step, size: int, before: Area, batch: int) -> PixelLayer:
    """A layer, after one that makes `before`; `size` is the side of its whole map."""
    name = step.layer.name
    if name in kernels.tiled:
        return TiledLayer(kernels.tiled[name], step, size, batch)
    if name in kernels.doubling:
        return DoublingLayer(kernels.doubling[name], step, before, batch)
    return OpeningLayer(kernels.opening[name], batch)


def _maps(layers: Sequence[PixelLayer], channels: int, batch: int) -> list[PixelMap]:
    """The map before each layer, the first of one pixel, and the last one's; two are in use at a time."""
    made = [Area(rows=_PIXEL, columns=_PIXEL), *(layer.makes for layer in layers)]
    held = [own.joined(layer.reads) for own, layer in zip(made, layers, strict=False)] + made[-1:]
    depths = [channels, *(layer.channels for layer in layers)]
    sizes = [
        area.rows.length * area.columns.length * batch * depth
        for area, depth in zip(held, depths, strict=True)
    ]
    storages = [torch.empty(max(sizes[turn::2])) for turn in (0, 1)]
    return [
        PixelMap(area, own, batch, depth, storages[number % 2])
        for number, (area, own, depth) in enumerate(zip(held, made, depths, strict=True))
    ]


def _placed(added: Tensor, rows: Span, columns: Span, area: Area) -> Tensor:
    """A map of these rows and columns as one of an area, with zeros where it has nothing."""
    placed = added.new_zeros((*added.shape[:2], area.rows.length, area.columns.length))
    down, across = _common(rows, area.rows), _common(columns, area.columns)
    part = added[:, :, down.inside(rows), across.inside(columns)]
    placed[:, :, down.inside(area.rows), across.inside(area.columns)] = part
    return placed


def _common(first: Span, second: Span) -> Span:
    return Span(start=max(first.start, second.start), stop=min(first.stop, second.stop))
