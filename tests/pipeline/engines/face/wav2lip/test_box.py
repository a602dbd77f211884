"""What the network is shown as a face."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.engines.eye import Face
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.wav2lip.box import crop_of, enclosing
from pipeline.plan.errors import InputError
from pipeline.plan.lipsync import Pads
from tests.support.faces import landmarks

_SIZE = (256, 256)
_PLAIN = Face(box=(60.0, 40.0, 160.0, 240.0), landmarks=None, yaw=0.0, pitch=0.0, roll=0.0)
_NONE = Pads(0, 0, 0, 0)


def test_landmarks_span_the_face_from_hairline_to_chin_and_from_ear_to_ear() -> None:
    """The box is that of the mesh, whatever rough box came with it, and a little is added below the chin."""
    points = landmarks()
    face = Face(box=(0.0, 0.0, 9.0, 9.0), landmarks=points, yaw=0.0, pitch=0.0, roll=0.0)
    tight, usual = crop_of(face, _SIZE, _NONE), crop_of(face, _SIZE, Pads())
    (left, top), (right, bottom) = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    found = (tight.left, tight.top, tight.right, tight.bottom)
    assert np.abs(np.subtract(found, (left, top, right, bottom))).max() <= 0.5
    assert (usual.left, usual.top, usual.right) == (tight.left, tight.top, tight.right)
    assert usual.bottom - tight.bottom == pytest.approx(0.05 * tight.height, abs=1)


def test_without_landmarks_the_box_serves_and_pads_are_parts_of_it() -> None:
    """Per cent of the height above and below, of the width to the sides; below 0 they draw it in."""
    assert crop_of(_PLAIN, _SIZE, _NONE) == Box(left=60, top=40, right=160, bottom=240)
    assert crop_of(_PLAIN, _SIZE, Pads(10, 5, 20, -10)) == Box(left=40, top=20, right=150, bottom=250)


def test_a_crop_stays_within_the_picture() -> None:
    """What lies beyond the edges is cut off, as the original program does."""
    assert crop_of(_PLAIN, _SIZE, Pads(100, 100, 100, 100)) == Box(left=0, top=0, right=256, bottom=256)


def test_what_was_named_is_taken_as_it_is() -> None:
    """A crop counts instead of the face, and pads do not change it."""
    crop = crop_of(_PLAIN, _SIZE, Pads(10, 10, 10, 10), crop=(11.2, 20.0, 110.7, 121.0))
    assert crop == Box(left=11, top=20, right=111, bottom=121)
    assert enclosing(crop) == Box(left=10, top=20, right=112, bottom=122)


def test_a_crop_beside_the_picture_is_refused() -> None:
    """What the film does not show cannot be made to talk."""
    with pytest.raises(InputError, match="face-crop-outside"):
        crop_of(_PLAIN, _SIZE, Pads(), crop=(250.0, 20.0, 350.0, 120.0))
