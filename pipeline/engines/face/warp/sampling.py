"""Reading planes through maps of where each of their pixels comes from."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.lattice import Box, Field

Picture = NDArray[np.uint8]


def sample(source: Picture, out: Picture, box: Box, place: Field, fraction: Field | None) -> None:
    """Draw a part of a plane from an enlarged one.

    Args:
        source: the enlarged plane.
        out: the plane.
        box: its part.
        place: where the enlarged plane has it, (height, width, 2), in whole pixels if there is a fraction.
        fraction: OpenCV's code for the fractions of a pixel.
    """
    part = out[box.top : box.bottom, box.left : box.right]
    cv2.remap(source, place, fraction, cv2.INTER_LINEAR, dst=part, borderMode=cv2.BORDER_REFLECT_101)  # type: ignore[arg-type]


def halved_map(at: Field) -> Field:
    """The map of a plane of half the size: chroma moves as the first of its two by two luma pixels."""
    # Both coordinates are taken at once, as one number.
    pairs = at.view(np.complex64)[::2, ::2].copy()
    half: Field = pairs.view(np.float32)
    half *= np.float32(0.5)
    return half
