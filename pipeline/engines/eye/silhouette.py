"""From how sure a network is, pixel by pixel, to the outline of one person."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_SURE = 0.5


def silhouette(certainty: NDArray[np.float32], seed: tuple[int, int]) -> NDArray[np.uint8] | None:
    """255 on the person who is at `seed`, 0 beside, without holes; None if nobody is there.

    A network's last bits differ between makes of processor. All that is taken from them is on which side of
    one half each pixel lies, which hardly ever hangs on a last bit.

    Args:
        certainty: that a pixel shows a person, 0 to 1, (height, width).
        seed: row and column of a pixel of the person.
    """
    sure = (certainty > _SURE).astype(np.uint8)
    count, parts = cv2.connectedComponents(sure, connectivity=4)
    part = int(parts[seed])
    if count < 2 or not sure[seed]:  # noqa: PLR2004 - the background is one
        return None
    beside = (parts != part).astype(np.uint8)
    # Whatever the background does not reach from the picture's border is a gap in the person.
    framed = cv2.copyMakeBorder(beside, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    around = np.asarray(cv2.connectedComponents(framed, connectivity=4)[1])
    outside = around[1:-1, 1:-1] == around[0, 0]
    return np.where(outside, 0, 255).astype(np.uint8)
