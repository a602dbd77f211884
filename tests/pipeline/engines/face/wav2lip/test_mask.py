"""Where a drawn mouth is seen."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pipeline.engines.eye.mesh import CHIN, LOWER_LIP_OUTER, UPPER_LIP_OUTER
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.wav2lip.box import crop_of
from pipeline.engines.face.wav2lip.mask import Mask, mask_of
from pipeline.plan.lipsync import Pads
from tests.support.faces import drawn_canvas, smiling_canvas

_OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176,
    149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip


@pytest.fixture(scope="module", params=["smiling", "drawn"])
def seen(request: pytest.FixtureRequest) -> tuple[Mask, Box, np.ndarray, np.ndarray]:
    """A mask, its crop, the landmarks, and the mask over the whole picture."""
    canvas = {"smiling": smiling_canvas, "drawn": drawn_canvas}[request.param]()
    size = (canvas.picture.shape[1], canvas.picture.shape[0])
    crop = crop_of(canvas.face, size, Pads())
    mask = mask_of(canvas.face, crop, size)
    whole = np.zeros(canvas.picture.shape[:2], np.float32)
    whole[mask.box.top : mask.box.bottom, mask.box.left : mask.box.right] = mask.share
    assert canvas.face.landmarks is not None
    return mask, crop, canvas.face.landmarks[:, :2], whole


def test_lips_are_laid_over_wholly(seen: tuple[Mask, Box, np.ndarray, np.ndarray]) -> None:
    """The red of both lips is the network's, but for the outermost corners of a broad smile."""
    _, _, points, whole = seen
    lips = np.zeros(whole.shape, np.uint8)
    outline = points[[*UPPER_LIP_OUTER, *LOWER_LIP_OUTER[::-1]]]
    cv2.fillPoly(lips, [np.round(outline).astype(np.int32)], 1)
    assert np.mean(whole[lips > 0] > 0.9) > 0.85
    middle = np.round(points[[0, 13, 14, 17]]).astype(int)
    assert whole[middle[1:, 1], middle[1:, 0]].min() > 0.95


def test_nothing_beyond_the_face_is_laid_over(seen: tuple[Mask, Box, np.ndarray, np.ndarray]) -> None:
    """Neck, background, nose and eyes are untouched: exactly 0, not a little."""
    _, crop, points, whole = seen
    face = np.zeros(whole.shape, np.uint8)
    cv2.fillPoly(face, [np.round(points[list(_OVAL)]).astype(np.int32)], 1)
    assert not whole[face == 0].any()
    assert not whole[: round(points[2, 1]) - 1].any()
    assert not whole[round(points[CHIN, 1]) :].any()
    outside = whole.copy()
    outside[crop.top : crop.bottom, crop.left : crop.right] = 0
    assert not outside.any()


def test_its_edge_is_soft(seen: tuple[Mask, Box, np.ndarray, np.ndarray]) -> None:
    """From pixel to pixel it never jumps."""
    whole = seen[3]
    assert max(np.abs(np.diff(whole, axis=axis)).max() for axis in (0, 1)) < 0.25


def test_its_box_is_even_and_its_region_holds_it(seen: tuple[Mask, Box, np.ndarray, np.ndarray]) -> None:
    """Planes of half the size can be cut from it; its pixels read the region alone, less than half of all."""
    mask, crop, _, whole = seen
    box, region = mask.box, mask.region
    assert not any(edge % 2 for edge in vars(box).values())
    rows, columns = np.nonzero(whole)
    at = (rows + 0.5 - crop.top) * 96 / crop.height - 0.5, (columns + 0.5 - crop.left) * 96 / crop.width - 0.5
    assert np.floor(at[0].min()) >= region.top
    assert np.ceil(at[0].max()) < region.bottom
    assert np.floor(at[1].min()) >= region.left
    assert np.ceil(at[1].max()) < region.right
    assert region.rows * region.columns < 0.45 * 96 * 96


def test_skin_far_from_the_lips_alone_keeps_its_texture(
    seen: tuple[Mask, Box, np.ndarray, np.ndarray],
) -> None:
    """On the lips and beside them nothing of the portrait is laid over what was drawn."""
    mask, _, points, _ = seen
    middle = np.round(points[[0, 13, 14, 17]] - (mask.box.left, mask.box.top)).astype(int)
    assert not mask.skin[middle[:, 1], middle[:, 0]].any()
    assert mask.skin.max() == 1.0


def test_without_landmarks_it_is_an_ellipse_where_mouths_are() -> None:
    """A box alone will do, and the mouth lies in it."""
    canvas = drawn_canvas()
    assert canvas.face.landmarks is not None
    face = replace(canvas.face, landmarks=None)
    crop = crop_of(face, (256, 256), Pads())
    mask = mask_of(face, crop, (256, 256))
    mouth = canvas.face.landmarks[[0, 13, 14, 17], :2].mean(axis=0) - (mask.box.left, mask.box.top)
    assert mask.share[int(mouth[1]), int(mouth[0])] == 1.0
    assert not mask.skin.any()


def test_a_crop_without_the_mouth_in_it_is_laid_over_in_its_own_lower_part() -> None:
    """Somebody who names another part than the face that was found is taken at their word."""
    canvas = drawn_canvas()
    crop = Box(left=4, top=4, right=60, bottom=70)
    mask = mask_of(canvas.face, crop, (256, 256))
    assert mask.share.max() == 1.0
    assert mask.box.shared(crop) == mask.box
