"""Layers on maps whose pixels stand one after another, each with all channels of the whole batch.

In such a map (row, column, window, channel) a part of it is read without moving it, what is copied is copied
in long runs, and every product of matrices has as many rows as pixels times windows. On a processor with
AVX2, in fp32, a mouth takes seven tenths of the time that the framework's own convolutions take for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from pipeline.engines.face.wav2lip.fold import Kernel
from pipeline.engines.face.wav2lip.region import Span, Step
from pipeline.engines.face.wav2lip.winograd import tile_for, transforms

# Intermediate results of so many bytes stay in a processor's cache; smaller parts only cost more calls.
_SCRATCH_BYTES = 8 << 20
# Fewer rows than that use a matrix of weights too little for the time that loading it takes.
_FEWEST_ROWS = 256
_FLOAT_BYTES = 4
_NINE = 9


@dataclass(frozen=True, kw_only=True)
class Area:
    """Rows and columns of a whole map; either may reach over its edge, where there are zeros."""

    rows: Span
    columns: Span

    def joined(self, other: Area) -> Area:
        """The smallest one that holds both."""
        return Area(
            rows=_hull(self.rows, other.rows),
            columns=_hull(self.columns, other.columns),
        )


class PixelMap:
    """A map, float32 (rows, columns, windows, channels): zeros around what a layer makes of it.

    Args:
        area: what it holds.
        made: what a layer makes of that.
        batch: windows.
        channels: channels.
        storage: where its numbers are kept, and those of others when it is not in use.
    """

    def __init__(self, area: Area, made: Area, batch: int, channels: int, storage: Tensor) -> None:
        shape = (area.rows.length, area.columns.length, batch, channels)
        self.area = area
        self.made = made
        self.pixels = storage[: shape[0] * shape[1] * batch * channels].view(shape)
        self._rows = made.rows.inside(area.rows)
        self._columns = made.columns.inside(area.columns)

    @property
    def drawn(self) -> Tensor:
        """The part that is made."""
        return self.pixels[self._rows, self._columns]

    def clear(self) -> None:
        """Set all around what is made to zero."""
        rows, columns = self._rows, self._columns
        self.pixels[: rows.start].zero_()
        self.pixels[rows.stop :].zero_()
        self.pixels[rows, : columns.start].zero_()
        self.pixels[rows, columns.stop :].zero_()


class PixelLayer(Protocol):
    """A layer for one region and batch size.

    Attributes:
        makes: what it makes of its whole map: what is needed, and perhaps a little around it.
        reads: what it reads of the map before it; outside what is needed there it does not matter what.
        scratch: how many numbers it keeps meanwhile.
        channels: how many channels it makes.
    """

    makes: Area
    reads: Area
    scratch: int
    channels: int

    def prepared(self, added: Tensor) -> Tensor:
        """What faces add to it, (1 or windows, channels, `makes`), as it is used; else it is not called."""
        ...

    def draw(self, given: PixelMap, made: PixelMap, added: Tensor | None, scratch: Tensor) -> None:
        """Compute it, ReLU included."""
        ...


class TiledKernel:
    """The weights of a 3 x 3 convolution for tiles, with the maps between tiles and products.

    Args:
        kernel: weight (outputs, inputs, 3, 3) and bias.
        size: side of the whole map.
        residual: whether what is given is added; then the bias is added here, too.
    """

    def __init__(self, kernel: Kernel, size: int, *, residual: bool) -> None:
        outputs, inputs = kernel.weight.shape[:2]
        maps = transforms(tile_for(size))
        self.tile, self.side = maps.tile, maps.side
        self.inputs, self.outputs = inputs, outputs
        self.bias = kernel.bias if residual else None
        points = torch.from_numpy(maps.kernel).float() @ kernel.weight.reshape(-1, 9).t()
        self.weights = points.view(-1, outputs, inputs).transpose(1, 2).contiguous()
        self.given = torch.from_numpy(maps.given)[:, _gathered(maps.side)].float().contiguous()
        back = torch.from_numpy(maps.back)
        if residual:
            # Behind the products stand a row of biases and the middle of the tile that was given.
            own = torch.eye(len(back), dtype=back.dtype)
            back = torch.cat((back, torch.ones(len(back), 1, dtype=back.dtype), own), dim=1)
        self.back = back.float().contiguous()


class TiledLayer:
    """A 3 x 3 convolution by tiles; see `PixelLayer`.

    Args:
        kernel: its weights.
        step: what is needed of it.
        size: side of its whole map.
        batch: windows.
    """

    def __init__(self, kernel: TiledKernel, step: Step, size: int, batch: int) -> None:
        self._kernel = kernel
        self._batch = batch
        self.channels = kernel.outputs
        self.makes = Area(
            rows=_tiled(step.rows.needed, kernel.tile, size),
            columns=_tiled(step.columns.needed, kernel.tile, size),
        )
        self.reads = Area(rows=_around(self.makes.rows), columns=_around(self.makes.columns))
        down, self._across = (span.length // kernel.tile for span in (self.makes.rows, self.makes.columns))
        row = self._across * batch
        points = kernel.side**2
        self._each = 2 * points * kernel.inputs + (points + 1) * kernel.outputs
        least = -(-_FEWEST_ROWS // row)
        at_once = max(least, _SCRATCH_BYTES // (_FLOAT_BYTES * self._each * row))
        self._parts = _parts(down, at_once)
        self.scratch = self._each * row * max(part.length for part in self._parts)

    def prepared(self, added: Tensor) -> Tensor:
        """As the tiles lie: (row in tile, column in tile, tile rows, tile columns, windows, channels)."""
        tile = self._kernel.tile
        return _by_place(added.permute(2, 3, 0, 1), tile).contiguous()

    def draw(self, given: PixelMap, made: PixelMap, added: Tensor | None, scratch: Tensor) -> None:
        """Tiles of some rows at a time: gathered, to points, multiplied, back, and laid down."""
        kernel = self._kernel
        places = _by_place(made.drawn, kernel.tile)
        for part in self._parts:
            tiles = part.length * self._across * self._batch
            room = _Room(scratch)
            products = room.take(kernel.side**2, tiles, kernel.outputs)
            if kernel.bias is not None:
                room.take(1, tiles, kernel.outputs).copy_(kernel.bias)
            gathered = room.take(kernel.side**2, tiles * kernel.inputs)
            points = room.take(kernel.side**2, tiles, kernel.inputs)
            self._gather(given, part, gathered)
            torch.mm(kernel.given, gathered, out=points.view(len(gathered), -1))
            torch.bmm(points, kernel.weights, out=products)
            behind = scratch[: kernel.back.shape[1] * tiles * kernel.outputs].view(kernel.back.shape[1], -1)
            # What was multiplied is of no more use, and its place large enough.
            back = points.view(-1)[: kernel.tile**2 * tiles * kernel.outputs].view(kernel.tile**2, -1)
            torch.mm(kernel.back, behind, out=back)
            target = places[:, :, part.start : part.stop]
            if added is None:
                torch.clamp_min(back.view(target.shape), 0.0, out=target)
            else:
                torch.add(back.view(target.shape), added[:, :, part.start : part.stop], out=target)
                target.relu_()

    def _gather(self, given: PixelMap, part: Span, gathered: Tensor) -> None:
        """Every tile's pixels, first those of its middle, then its upper and lower edge, then the others."""
        tile, side = self._kernel.tile, self._kernel.side
        row, column = given.pixels.stride()[:2]
        run = self._batch * self._kernel.inputs
        first = self.reads.rows.start + part.start * tile - given.area.rows.start
        corner = first * row + (self.reads.columns.start - given.area.columns.start) * column
        tiles = (part.length, self._across, run)
        steps = (tile * row, tile * column, 1)

        def copy(at: int, count: tuple[int, int], stride: tuple[int, int], start: int) -> int:
            after = at + count[0] * count[1]
            source = given.pixels.as_strided((*count, *tiles), (*stride, *steps), corner + start + offset)
            gathered[at:after].view(*count, *tiles).copy_(source)
            return after

        offset = given.pixels.storage_offset()
        at = copy(0, (tile, tile), (row, column), row + column)
        at = copy(at, (2, side), ((side - 1) * row, column), 0)
        copy(at, (tile, 2), (row, (side - 1) * column), row)


class DoublingKernel:
    """The weights of a transposed 3 x 3 convolution of stride 2, by the kind of pixel that they make.

    Args:
        kernel: weight (inputs, outputs, 3, 3); the biases are in what faces add.
    """

    def __init__(self, kernel: Kernel) -> None:
        self.inputs, self.outputs = kernel.weight.shape[:2]
        taps = kernel.weight.permute(2, 3, 0, 1).contiguous()
        # Along an axis an even pixel is made with weight 1 of its own, an odd one with weight 2 of its own
        # and weight 0 of the next.
        along: tuple[tuple[tuple[int, int], ...], ...] = (((0, 1),), ((0, 2), (1, 0)))
        self.taps = {
            (row, column): [
                ((down, across), taps[first, second])
                for down, first in along[row]
                for across, second in along[column]
            ]
            for row in (0, 1)
            for column in (0, 1)
        }


class DoublingLayer:
    """A transposed 3 x 3 convolution of stride 2; see `PixelLayer`.

    Each pixel that is given makes four: one of itself alone, two with its neighbour to the right or below,
    and one of all four of them.

    Args:
        kernel: its weights and biases; the biases are in what faces add.
        step: what is needed of it.
        before: what the layer before it makes.
        batch: windows.
    """

    def __init__(self, kernel: DoublingKernel, step: Step, before: Area, batch: int) -> None:
        self._kernel = kernel
        self._batch = batch
        self.channels = kernel.outputs
        self._rows, self._columns = _halved(step.rows.needed), _halved(step.columns.needed)
        self.makes = Area(rows=_twice(self._rows), columns=_twice(self._columns))
        self.reads = Area(rows=_and_next(self._rows), columns=_and_next(self._columns))
        # Whole rows of the map are multiplied, so that they need not be moved.
        row = 4 * before.joined(self.reads).columns.length * batch * kernel.outputs
        self._parts = _parts(self._rows.length, _SCRATCH_BYTES // (_FLOAT_BYTES * row))
        self.scratch = row * max(part.length for part in self._parts)

    def prepared(self, added: Tensor) -> Tensor:
        """As the four kinds lie: (even or odd row, column, rows, columns, windows, channels)."""
        return _by_place(added.permute(2, 3, 0, 1), 2).contiguous()

    def draw(self, given: PixelMap, made: PixelMap, added: Tensor | None, scratch: Tensor) -> None:
        """Some rows at a time, each kind of pixel for itself."""
        wide, channels = given.area.columns.length, self._kernel.outputs
        flat = given.pixels.view(-1, self._kernel.inputs)
        corner = self._rows.start - given.area.rows.start, self._columns.start - given.area.columns.start
        places = _by_place(made.drawn, 2)
        for part in self._parts:
            start = ((corner[0] + part.start) * wide + corner[1]) * self._batch
            count = ((part.length - 1) * wide + self._columns.length) * self._batch
            shape = (2, 2, part.length, wide, self._batch, channels)
            kinds = scratch[: 4 * part.length * wide * self._batch * channels].view(shape)
            for odd, taps in self._kernel.taps.items():
                kind = kinds[odd].view(-1, channels)[:count]
                for number, ((down, across), weights) in enumerate(taps):
                    at = start + (down * wide + across) * self._batch
                    if number:
                        kind.addmm_(flat[at : at + count], weights)
                    else:
                        torch.mm(flat[at : at + count], weights, out=kind)
            target = places[:, :, part.start : part.stop]
            own = kinds[:, :, :, : self._columns.length]
            torch.add(own, _of(added)[:, :, part.start : part.stop], out=target)
            target.relu_()


class OpeningLayer:
    """A transposed 3 x 3 convolution of a single pixel, which makes nine; see `PixelLayer`.

    Args:
        kernel: weight (inputs, outputs, 3, 3); the biases are in what faces add.
        batch: windows.
    """

    def __init__(self, kernel: Tensor, batch: int) -> None:
        self._kernel = kernel
        self._batch = batch
        self.channels = kernel.shape[-1] // _NINE
        side = Span(start=0, stop=3)
        self.makes = Area(rows=side, columns=side)
        self.reads = Area(rows=Span(start=0, stop=1), columns=Span(start=0, stop=1))
        self.scratch = batch * kernel.shape[-1]

    def prepared(self, added: Tensor) -> Tensor:
        """(rows, columns, windows, channels)."""
        return added.permute(2, 3, 0, 1).contiguous()

    def draw(self, given: PixelMap, made: PixelMap, added: Tensor | None, scratch: Tensor) -> None:
        """All nine pixels in one product."""
        nine = scratch[: self.scratch].view(self._batch, -1)
        torch.mm(given.drawn.view(self._batch, -1), self._kernel, out=nine)
        pixels = nine.view(self._batch, 3, 3, self.channels).permute(1, 2, 0, 3)
        torch.add(pixels, _of(added), out=made.drawn)
        made.drawn.relu_()


class _Room:
    """Hands out a scratch tensor piece by piece."""

    def __init__(self, scratch: Tensor) -> None:
        self._scratch = scratch
        self._at = 0

    def take(self, *shape: int) -> Tensor:
        start, self._at = self._at, self._at + math.prod(shape)
        return self._scratch[start : self._at].view(shape)


def opening_kernel(kernel: Kernel) -> Tensor:
    """The weight of a transposed convolution of one pixel, as (inputs, 9 * outputs)."""
    return kernel.weight.permute(0, 2, 3, 1).reshape(kernel.weight.shape[0], -1).contiguous()


def _of(added: Tensor | None) -> Tensor:
    if added is None:
        raise TypeError("a layer that joins two maps was given one")
    return added


def _tiled(needed: Span, tile: int, size: int) -> Span:
    """The smallest span of whole tiles that holds what is needed, inside the map."""
    length = -(-needed.length // tile) * tile
    start = min(needed.start, size - length)
    return Span(start=start, stop=start + length)


def _around(span: Span) -> Span:
    return Span(start=span.start - 1, stop=span.stop + 1)


def _and_next(span: Span) -> Span:
    return Span(start=span.start, stop=span.stop + 1)


def _halved(needed: Span) -> Span:
    """The pixels that make those: each makes two along an axis."""
    return Span(start=needed.start // 2, stop=(needed.stop + 1) // 2)


def _twice(span: Span) -> Span:
    return Span(start=2 * span.start, stop=2 * span.stop)


def _hull(first: Span, second: Span) -> Span:
    return Span(start=min(first.start, second.start), stop=max(first.stop, second.stop))


def _parts(length: int, most: int) -> tuple[Span, ...]:
    """A length in as few parts of about the same length as there can be, none longer than `most` or 1."""
    count = -(-length // max(1, most))
    each = -(-length // count)
    return tuple(Span(start=at, stop=min(at + each, length)) for at in range(0, length, each))


def _by_place(pixels: Tensor, tile: int) -> Tensor:
    """(rows, columns, ...) as (row in a tile, column in a tile, tile rows, tile columns, ...), not moved."""
    rows, columns, *others = pixels.shape
    split = pixels.view(rows // tile, tile, columns // tile, tile, *others)
    return split.permute(1, 3, 0, 2, 4, 5)


def _gathered(side: int) -> list[int]:
    """The order in which `TiledLayer` gathers the pixels of a tile of that side, by their numbers in it."""
    inner, edges = range(1, side - 1), (0, side - 1)
    places = [(row, column) for row in inner for column in inner]
    places += [(row, column) for row in edges for column in range(side)]
    places += [(row, column) for row in inner for column in edges]
    return [row * side + column for row, column in places]
