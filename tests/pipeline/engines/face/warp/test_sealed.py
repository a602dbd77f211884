"""An open mouth made ready to be closed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.faceframe import FaceFrame, face_frame
from pipeline.engines.face.warp.lipline import with_lower_lip
from pipeline.engines.face.warp.lips import LipRig, lip_rig
from pipeline.engines.face.warp.sealed import sealed_mouth
from pipeline.engines.face.warp.tones import colours_at
from tests.support.faces import smiling_canvas

_SIDE = 512
# Of the eleven points of a lip's edge, those beside the corners.
_BESIDE = (2, 8)


def _smiling() -> tuple[FaceFrame, LipRig, NDArray[np.uint8]]:
    canvas = smiling_canvas(_SIDE)
    assert canvas.face.landmarks is not None
    frame = with_lower_lip(face_frame(canvas.face.landmarks), canvas.picture)
    return frame, lip_rig(frame), canvas.picture


def _redness(frame: FaceFrame, lips: LipRig, picture: NDArray[np.uint8], points: tuple[int, ...]) -> float:
    """How many times as red as green the lower lip is at some of its points."""
    at = (lips.lower_outer.source + lips.lower_inner.source)[list(points)] / 2
    colours = colours_at(frame, picture, at).mean(axis=0)
    return float(colours[2] / colours[1])


def test_no_teeth_are_left_between_the_lips() -> None:
    """Where the photograph shows teeth there is the colour of lips; the photograph itself stays."""
    frame, lips, picture = _smiling()
    before = picture.copy()
    sealed = sealed_mouth(frame, lips, picture)
    assert np.array_equal(picture, before)
    inside = (lips.upper_inner.source + lips.lower_inner.source)[3:-3] / 2
    shown, had = (colours_at(frame, each, inside).mean(axis=0) for each in (sealed, picture))
    assert had[2] / had[1] < 1.15
    assert shown[2] / shown[1] > 1.25


def test_stretched_lips_are_red_towards_their_corners() -> None:
    """Beside the corners a smile's lips become redder than they are, and never redder than lips."""
    frame, lips, picture = _smiling()
    sealed = sealed_mouth(frame, lips, picture)
    pale, redder = (_redness(frame, lips, each, _BESIDE) for each in (picture, sealed))
    reddest = max(_redness(frame, lips, picture, (at,)) for at in range(1, 10))
    assert pale + 0.03 < redder < reddest


def test_what_is_away_from_the_mouth_stays() -> None:
    """Eyes and forehead are the portrait's own."""
    frame, lips, picture = _smiling()
    sealed = sealed_mouth(frame, lips, picture)
    above = int(frame.origin[1] - 0.8 * frame.unit)
    assert np.array_equal(sealed[:above], picture[:above])
