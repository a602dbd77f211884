"""A friendly face: it smiles a little, and its lips still close."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pipeline.engines.face import Canvas, Drive
from pipeline.engines.face.warp import WarpEngine
from pipeline.engines.face.warp.faceframe import face_frame
from pipeline.engines.face.warp.lips import LipRig, Mouth, lip_rig
from pipeline.engines.face.warp.smile import lids_rise
from pipeline.plan.bearing import Bearing, Expression
from pipeline.plan.lipsync import Lipsync
from tests.support.faces import drawn_canvas, landmarks, silent, smiling_canvas, spoken

_FRIENDLY = Bearing(expression=Expression.FRIENDLY)


def _lips(canvas: Canvas) -> LipRig:
    assert canvas.face.landmarks is not None
    return lip_rig(face_frame(canvas.face.landmarks))


@pytest.mark.parametrize("make", [smiling_canvas, drawn_canvas])
def test_corners_rise_and_draw_apart(make: Callable[[], Canvas]) -> None:
    """Both corners go up and outwards by some hundredths of the eyes' distance, the middle hardly moves."""
    lips = _lips(make())
    rest, smile = (lips.upper_outer.moved(lips.weights(Mouth(smile=part))) for part in (0.0, 1.0))
    moved = smile - rest
    assert (moved[[0, -1], 1] < -0.02).all()
    assert moved[0, 0] < -0.01 < 0.01 < moved[-1, 0]
    assert np.abs(moved[5]).max() < 0.01
    assert np.abs(moved).max() < 0.05


@pytest.mark.parametrize("make", [smiling_canvas, drawn_canvas])
@pytest.mark.parametrize(
    "mouth",
    [Mouth(), Mouth(press=1.0), Mouth(jaw=0.3, press=1.0), Mouth(jaw=0.2, width=-0.5, protrusion=0.5)],
)
def test_a_smile_never_parts_closed_lips(make: Callable[[], Canvas], mouth: Mouth) -> None:
    """Lips that meet without a smile, as on p, b and m, meet as well with one."""
    lips = _lips(make())
    gaps = []
    for given in (mouth, replace(mouth, smile=1.0)):
        weights = lips.weights(given)
        gaps.append(lips.lower_inner.moved(weights)[:, 1] - lips.upper_inner.moved(weights)[:, 1])
    assert gaps[1] == pytest.approx(gaps[0], abs=1e-9)


def test_lower_lids_rise_and_upper_ones_hardly() -> None:
    """The skin below the eyes goes up with a smile; brows stay where they are."""
    frame = face_frame(landmarks())
    lower, upper, brows = (
        lids_rise(frame, frame.points[list(at)]) for at in ((145, 374), (159, 386), (105, 334))
    )
    assert lower.min() > 0.012
    assert upper.max() < 0.9 * lower.min()
    assert brows.max() < 0.001


def test_a_friendly_face_smiles_all_the_while() -> None:
    """Rest is one friendly picture for every utterance, other than the neutral one."""
    sitter = WarpEngine().prepare(drawn_canvas(), Lipsync())

    def ends(drive: Drive) -> list[bytes]:
        frames = [frame.tobytes() for frame in sitter.frames(replace(drive, bearing=_FRIENDLY))]
        return [frames[0], frames[-1]]

    neutral = next(iter(sitter.frames(silent(5)))).tobytes()
    (rest,) = {*ends(silent(5)), *ends(spoken("p a m", seed=4)), *ends(spoken("ˈi b u", seed=9))}
    assert rest != neutral
    assert next(iter(sitter.frames(silent(5)))).tobytes() == neutral
