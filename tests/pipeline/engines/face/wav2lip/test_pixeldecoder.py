"""The decoder for processors draws what the plain one draws."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.engines.face.wav2lip.region import Region
from tests.support.wav2lip import require_torch

require_torch()

import torch  # noqa: E402 - where it is not installed, this file is skipped above

from pipeline.engines.face.wav2lip.checkpoint import read_weights  # noqa: E402
from pipeline.engines.face.wav2lip.fold import Folded, fold  # noqa: E402
from pipeline.engines.face.wav2lip.pixeldecoder import (  # noqa: E402
    PixelDecoder,
    PixelKernels,
    pixel_kernels,
)
from pipeline.engines.face.wav2lip.still import Contributions, MouthDecoder, seen  # noqa: E402

_BATCH = 2
_ROUNDING = 1e-4


@pytest.fixture(scope="module")
def folded(checkpoint: Path) -> Folded:
    """The weights."""
    return fold(read_weights(checkpoint))


@pytest.fixture(scope="module")
def kernels(folded: Folded) -> PixelKernels:
    """The weights as they are multiplied."""
    return pixel_kernels(dict(folded.drawn))


# At edges, inside, a single pixel, one row, one column, all.
@pytest.mark.parametrize(
    "edges",
    [
        (0, 96, 0, 96),
        (52, 92, 20, 76),
        (41, 42, 57, 58),
        (95, 96, 0, 96),
        (0, 96, 0, 1),
        (3, 50, 33, 96),
    ],
)
def test_any_part_is_drawn_alike(
    folded: Folded, kernels: PixelKernels, edges: tuple[int, int, int, int]
) -> None:
    """To rounding, for one face and for one each; and what was drawn before leaves no trace."""
    top, bottom, left, right = edges
    region = Region(top=top, bottom=bottom, left=left, right=right)
    chance = torch.Generator().manual_seed(3)
    shown = torch.randint(0, 256, (_BATCH, 96, 96, 3), generator=chance).to(torch.uint8)
    heard = torch.rand(_BATCH, 80, 16, generator=chance) * 4
    with torch.inference_mode():
        plain, ours = MouthDecoder(folded.drawn, region), PixelDecoder(kernels, region, _BATCH)
        adding = Contributions(region)
        first = adding(seen(shown[:1]), folded.face)
        before = ours(heard, *ours.prepared(first))
        for added in (adding(seen(shown), folded.face), first):
            drawn = ours(heard, *ours.prepared(added))
            assert drawn.shape == (_BATCH, region.rows, region.columns, 3)
            assert (drawn - plain(heard, *plain.prepared(added))).abs().max() < _ROUNDING
        assert torch.equal(drawn, before)
