"""The line between closed lips."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.engines.face.warp.head import HeadPose
from pipeline.engines.face.warp.lips import Mouth
from pipeline.engines.face.warp.rig import Rig
from pipeline.media.picture import planes_of
from tests.support.faces import drawn_canvas

_SIDE = 512


def test_a_dark_line_between_the_lips_stays_with_neither() -> None:
    """Where lips have parted no black is left on their edges; as they meet again, it is all there again."""
    canvas = drawn_canvas(_SIDE)
    assert canvas.face.landmarks is not None
    at = canvas.face.landmarks[[191, 80, 81, 82, 13, 312, 311, 310, 415], :2]
    cv2.polylines(canvas.picture, [np.round(at * 16).astype(np.int32)], False, (0, 0, 0), 2, cv2.LINE_AA, 4)  # noqa: FBT003
    rig = Rig(canvas)
    rest, opened, closed = rig.blank(), rig.blank(), rig.blank()
    rig.draw(rest, Mouth(), HeadPose())
    rig.draw(opened, Mouth(jaw=0.8, aperture=0.9), HeadPose())
    rig.draw(closed, Mouth(), HeadPose())
    assert np.array_equal(rest, closed)
    x, y = at[4].astype(int)
    column = planes_of(opened).luma[y - 40 : y + 60, x - 3 : x + 4].astype(float).mean(axis=1)
    lip = planes_of(opened).luma[y - 12 : y - 8, x - 3 : x + 4].mean()
    lightest = int(np.argmax(column[30:60])) + 30
    assert planes_of(rest).luma[y - 1 : y + 2, x - 3 : x + 4].mean() < 0.4 * lip
    # From the lip down to the teeth it is never as dark as the line was.
    assert column[20:lightest].min() > 0.55 * lip
