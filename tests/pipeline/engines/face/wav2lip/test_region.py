"""What a region of the mouth's picture takes of every layer."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engines.face.wav2lip.architecture import IMAGE
from pipeline.engines.face.wav2lip.region import Cut, Region, Step, steps

_SPANS = (
    st.tuples(st.integers(0, IMAGE), st.integers(0, IMAGE))
    .map(lambda ends: (min(ends), max(ends)))
    .filter(lambda ends: ends[0] < ends[1])
)
_REGIONS = st.builds(
    lambda rows, columns: Region(top=rows[0], bottom=rows[1], left=columns[0], right=columns[1]),
    _SPANS,
    _SPANS,
)


@pytest.mark.parametrize("edges", [(0, 97, 0, 96), (-1, 4, 0, 96), (5, 5, 0, 96), (0, 96, 7, 6)])
def test_no_region_is_empty_or_leaves_the_picture(edges: tuple[int, int, int, int]) -> None:
    """Such a one cannot be made."""
    top, bottom, left, right = edges
    with pytest.raises(ValueError, match="no region"):
        Region(top=top, bottom=bottom, left=left, right=right)


def test_the_whole_picture_takes_the_network_as_it_is() -> None:
    """For all of the picture nothing is cut anywhere, and every layer pads as its table says."""
    chain = steps(Region.whole())
    for before, step in pairwise(chain):
        assert step.rows == step.columns
        assert step.rows.taken == before.rows.made
        assert step.rows.made == step.rows.needed
        assert step.rows.padding == step.layer.padding
        assert step.rows.output_padding == step.layer.output_padding
    assert chain[-1].kept == (slice(0, IMAGE), slice(0, IMAGE))


@given(_REGIONS)
def test_what_is_made_is_what_the_layers_of_a_framework_make(region: Region) -> None:
    """Each map has the size that convolutions with this padding give, and holds what is needed of it."""
    chain = steps(region)
    for before, step in pairwise(chain):
        for was, cut in ((before.rows, step.rows), (before.columns, step.columns)):
            assert cut.made.length == _length(step, cut)
            assert was.made.start <= cut.taken.start
            assert cut.taken.stop <= was.made.stop
            assert cut.made.start <= cut.needed.start < cut.needed.stop <= cut.made.stop
    last = chain[-1]
    assert (last.rows.needed.start, last.rows.needed.stop) == (region.top, region.bottom)
    assert (last.columns.needed.start, last.columns.needed.stop) == (region.left, region.right)


@given(_REGIONS)
def test_a_smaller_region_never_costs_more(region: Region) -> None:
    """No map of a region is larger than that of the whole picture."""
    whole = steps(Region.whole())
    for step, full in zip(steps(region), whole, strict=True):
        assert step.rows.made.length <= full.rows.made.length
        assert step.columns.made.length <= full.columns.made.length


def _length(step: Step, cut: Cut) -> int:
    """How many rows or columns a framework makes: its documented formulas."""
    kernel, stride = step.layer.kernel, step.layer.stride[0]
    if step.layer.transposed:
        return (cut.taken.length - 1) * stride - 2 * cut.padding + kernel + cut.output_padding
    return cut.taken.length + 2 * cut.padding - kernel + 1
