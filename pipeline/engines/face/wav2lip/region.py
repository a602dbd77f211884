"""Which part of the mouth's picture is wanted, and what every layer of the decoder has to compute for it.

A 3 x 3 convolution needs one pixel more on each side than it gives; a transposed one of stride 2 about half
as many. Going backwards from the wanted region that tells what each map has to hold. Where a map ends at
the edge of the whole one, the zeros of the whole network's padding are the right ones; where it ends
inside, what a layer makes of them is wrong, and is left out or never made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.engines.face.wav2lip.architecture import FACE_DECODER, IMAGE, OUTPUT, Layer


@dataclass(frozen=True, kw_only=True, order=True)
class Region:
    """Rows `top` to `bottom` and columns `left` to `right`, ends excluded, of the network's 96 x 96 picture.

    Raises:
        ValueError: it is empty or leaves the picture.
    """

    top: int
    bottom: int
    left: int
    right: int

    def __post_init__(self) -> None:
        if not (0 <= self.top < self.bottom <= IMAGE and 0 <= self.left < self.right <= IMAGE):
            raise ValueError(f"no region of the {IMAGE} x {IMAGE} picture: {self}")

    @classmethod
    def whole(cls) -> Region:
        """The whole picture."""
        return cls(top=0, bottom=IMAGE, left=0, right=IMAGE)

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return self.bottom - self.top

    @property
    def columns(self) -> int:
        """How many columns it has."""
        return self.right - self.left


@dataclass(frozen=True, kw_only=True)
class Span:
    """Rows, or columns, `start` to `stop` of a whole map; the end is excluded."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        """How many there are."""
        return self.stop - self.start

    def inside(self, other: Span) -> slice:
        """Where this one lies in a map that holds only `other` of the whole one."""
        return slice(self.start - other.start, self.stop - other.start)

    def wider(self, by: int, size: int) -> Span:
        """One that reaches further on both sides, but not out of a map of this size."""
        return Span(start=max(0, self.start - by), stop=min(size, self.stop + by))


@dataclass(frozen=True, kw_only=True)
class Cut:
    """How a layer is computed along one axis.

    Attributes:
        taken: what it is given of the whole map before it.
        padding: zeros on both sides; of a transposed convolution, what is left out on both sides.
        output_padding: what a transposed convolution makes more at the end.
        made: what it gives of its whole map; all of `needed` is right, a pixel around it may not be.
        needed: what those after it need of that.
    """

    taken: Span
    padding: int
    output_padding: int
    made: Span
    needed: Span


@dataclass(frozen=True, kw_only=True)
class Step:
    """A layer of the decoder, or of the output block, with how it is computed for a region.

    Attributes:
        layer: the layer.
        rows: from top to bottom.
        columns: from left to right.
        joins: whether it reads the face encoder's map of its size beside that of the layer before it.
    """

    layer: Layer
    rows: Cut
    columns: Cut
    joins: bool

    def taken_of(self, before: Step | None) -> tuple[slice, slice]:
        """What it is given of the map that the step before it made."""
        if before is None:
            return slice(0, 1), slice(0, 1)
        return self.rows.taken.inside(before.rows.made), self.columns.taken.inside(before.columns.made)

    @property
    def kept(self) -> tuple[slice, slice]:
        """What is needed of the map that it makes."""
        return self.rows.needed.inside(self.rows.made), self.columns.needed.inside(self.columns.made)


def steps(
    region: Region,
    decoder: Sequence[Sequence[Layer]] = FACE_DECODER,
    output: Sequence[Layer] = OUTPUT,
) -> tuple[Step, ...]:
    """Every layer of the decoder and the output block, computed for that region alone, in order.

    The map that the last one makes may be larger than the region: `Step.kept` of it is the region.
    """
    levels = (*decoder, output)
    chain = [layer for level in levels for layer in level]
    rows = _along(chain, Span(start=region.top, stop=region.bottom))
    columns = _along(chain, Span(start=region.left, stop=region.right))
    # After each level of the decoder the face encoder's map stands beside what was made.
    joins = [number > 0 and k == 0 for number, level in enumerate(levels) for k in range(len(level))]
    return tuple(
        Step(layer=layer, rows=down, columns=across, joins=joined)
        for layer, down, across, joined in zip(chain, rows, columns, joins, strict=True)
    )


def _along(chain: Sequence[Layer], wanted: Span) -> list[Cut]:
    """Each layer's cut along one axis, from the side of 1 that the decoder begins with."""
    sizes = [1]
    for layer in chain:
        sizes.append(layer.size(sizes[-1], sizes[-1])[0])
    needed = [wanted]
    for layer, before in zip(reversed(chain), reversed(sizes[:-1]), strict=True):
        needed.append(_needs(layer, needed[-1], before))
    needed.reverse()
    cuts: list[Cut] = []
    held = Span(start=0, stop=1)
    for k, layer in enumerate(chain):
        if not layer.transposed:
            cut = _refined(layer, held, needed[k + 1], sizes[k])
        elif layer.stride[0] == 1:
            made = Span(start=0, stop=sizes[k + 1])
            cut = Cut(taken=held, padding=0, output_padding=0, made=made, needed=needed[k + 1])
        else:
            cut = _doubled(needed[k], needed[k + 1], sizes[k + 1])
        cuts.append(cut)
        held = cut.made
    return cuts


def _needs(layer: Layer, wanted: Span, before: int) -> Span:
    """What a layer has to be given of the map before it, of that size, for what is wanted of its own."""
    if not layer.transposed:
        return wanted.wider(layer.kernel // 2, before)
    if layer.stride[0] == 1:
        return Span(start=0, stop=before)
    # Output 2i is made of input i alone, output 2i + 1 of inputs i and i + 1.
    return Span(start=wanted.start // 2, stop=min(wanted.stop // 2 + 1, before))


def _refined(layer: Layer, held: Span, wanted: Span, size: int) -> Cut:
    """A convolution of stride 1: where both ends lie inside, without zeros, so that nothing wrong is made."""
    reach = layer.kernel // 2
    at_edge = held.start == 0 or held.stop == size
    made = held if at_edge else Span(start=held.start + reach, stop=held.stop - reach)
    return Cut(taken=held, padding=reach * at_edge, output_padding=0, made=made, needed=wanted)


def _doubled(given: Span, wanted: Span, size: int) -> Cut:
    """A transposed convolution of stride 2: what it makes begins and ends as is needed.

    Of inputs `start` to `stop` the outputs ``2 start - 1`` to ``2 stop`` can be made, the last of which
    lacks its second input unless the map ends there. Padding of 1 leaves out the first and the last two,
    padding of 2 one more on each side, and output padding gives one back at the end.
    """
    if wanted.stop == size:
        padding, more = 1, 1
    elif wanted.start % 2:
        padding, more = 2, wanted.stop % 2
    else:
        padding, more = 1, 0
    made = Span(start=2 * given.start + padding - 1, stop=2 * given.stop - padding + more)
    return Cut(taken=given, padding=padding, output_padding=more, made=made, needed=wanted)
