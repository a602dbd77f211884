"""The line between closed lips."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from pipeline.engines.face.warp.brush import line
from pipeline.engines.face.warp.faceframe import face_frame
from pipeline.engines.face.warp.head import HeadPose
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.warp.lips import Mouth, lip_rig
from pipeline.engines.face.warp.rig import Rig
from pipeline.engines.face.warp.seam import Seam
from pipeline.media.picture import planes_of, to_yuv
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


def test_creases_beyond_the_corners_go_as_lips_round() -> None:
    """Where the picture's corners were, rounded lips leave no hooks; at rest all is there again."""
    canvas = drawn_canvas(_SIDE)
    assert canvas.face.landmarks is not None
    plain = Rig(drawn_canvas(_SIDE))
    for corner, aside in ((61, -8), (291, 8)):
        at = canvas.face.landmarks[corner, :2]
        hook = np.round(np.array([at, (at[0] + aside, at[1] - 2)]) * 16).astype(np.int32)
        cv2.polylines(canvas.picture, [hook], False, (20, 10, 30), 2, cv2.LINE_AA, 4)  # noqa: FBT003
    rig = Rig(canvas)
    beside = np.s_[int(at[1]) - 30 : int(at[1]) + 31, int(at[0]) - 45 : int(at[0]) + 25]
    left = []
    for mouth in (Mouth(), Mouth(jaw=0.2, aperture=0.2, width=-1.0, protrusion=1.0), Mouth()):
        with_hooks, without = rig.blank(), plain.blank()
        rig.draw(with_hooks, mouth, HeadPose())
        plain.draw(without, mouth, HeadPose())
        change = planes_of(without).luma[beside].astype(float) - planes_of(with_hooks).luma[beside]
        left.append(np.abs(change).sum())
    assert left[1] < 0.5 * left[0]
    assert left[2] == left[0]


def test_lips_that_are_a_line_themselves_stay() -> None:
    """Thin lips between pale skin keep their colour as they part: what is beside them is no lip."""
    points = drawn_canvas(_SIDE).face.landmarks
    assert points is not None
    frame = face_frame(points)
    lips = lip_rig(frame)
    picture = np.full((_SIDE, _SIDE, 3), (170, 190, 220), np.uint8)
    meeting = frame.to_picture((lips.upper_inner.source + lips.lower_inner.source) / 2)
    red = line(meeting, 2, _SIDE, _SIDE)
    picture[red > 0] = (40, 30, 150)
    thin = replace(
        lips,
        upper_outer=replace(lips.upper_outer, source=lips.upper_inner.source),
        lower_outer=replace(lips.lower_outer, source=lips.lower_inner.source),
    )
    large = cv2.resize(picture, (2 * _SIDE, 2 * _SIDE), interpolation=cv2.INTER_NEAREST)
    shown = planes_of(to_yuv(np.asarray(large, np.uint8)))
    # Beyond the corners it is a crease.
    red = np.repeat(np.repeat(line(meeting[1:-1], 2, _SIDE, _SIDE), 2, axis=0), 2, axis=1)
    whole = Box(left=0, top=0, right=_SIDE, bottom=_SIDE)
    before = shown.luma[red > 0].mean()
    Seam(frame, thin, picture, whole, shown).show(shown, 0.1, 0.0)
    assert shown.luma[red > 0].mean() < 1.08 * before
