"""What tests of the wav2lip engine share."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.engines.face import Canvas
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.wav2lip.box import crop_of
from pipeline.engines.face.wav2lip.mask import Mask, mask_of
from pipeline.plan.lipsync import Pads
from tests.support.faces import smiling_canvas
from tests.support.wav2lip import shared_checkpoint


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of random, calibrated weights; whoever changes it makes a copy."""
    return shared_checkpoint(tmp_path_factory)


@pytest.fixture(scope="module")
def canvas() -> Canvas:
    """A photograph."""
    return smiling_canvas()


@pytest.fixture(scope="module")
def crop(canvas: Canvas) -> Box:
    """Its face."""
    return crop_of(canvas.face, (256, 256), Pads())


@pytest.fixture(scope="module")
def mask(canvas: Canvas, crop: Box) -> Mask:
    """Where its mouth is."""
    return mask_of(canvas.face, crop, (256, 256))
