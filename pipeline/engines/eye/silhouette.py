"""From how sure a network is, pixel by pixel, to the outline of one person."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_LIKELY, _SURE = 0.5, 0.9
# At a person's edge a network is unsure over a few pixels only; a plain wall that it half takes for the
# person goes on for more than these.
_EDGE = 4


def silhouette(certainty: NDArray[np.float32], seed: tuple[int, int]) -> NDArray[np.uint8] | None:
    """255 on the person who is at `seed`, 0 beside, without holes; None if nobody is there.

    The person is where the network is sure of one, and what is likely and borders on that.

    A network's last bits differ between makes of processor. All that is taken from them is on which side of
    two bounds each pixel lies, which hardly ever hangs on a last bit.

    Args:
        certainty: that a pixel shows a person, 0 to 1, (height, width).
        seed: row and column of a pixel of the person.
    """
    likely = _joined(certainty > _LIKELY, seed)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _EDGE + 1, 2 * _EDGE + 1))
    near = cv2.dilate((likely & (certainty > _SURE)).astype(np.uint8), disc) > 0
    person = _joined(likely & np.asarray(near), seed)
    if not person[seed]:
        return None
    beside = (~person).astype(np.uint8)
    # Whatever the background does not reach from the picture's border is a gap in the person.
    framed = cv2.copyMakeBorder(beside, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    around = np.asarray(cv2.connectedComponents(framed, connectivity=4)[1])
    outside = around[1:-1, 1:-1] == around[0, 0]
    return np.where(outside, 0, 255).astype(np.uint8)


def _joined(shape: NDArray[np.bool_], seed: tuple[int, int]) -> NDArray[np.bool_]:
    """The part of a shape that hangs together with its pixel at `seed`; nothing if that is not in it."""
    parts = np.asarray(cv2.connectedComponents(shape.astype(np.uint8), connectivity=4)[1])
    return np.asarray(shape & (parts == parts[seed]) & shape[seed])
