"""A drawn mouth comes into a portrait."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.face import Canvas
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.warp.layers import part_of
from pipeline.engines.face.wav2lip.blend import (
    HardPaste,
    SoftBlend,
    match_of,
    shown_evenly,
    shown_to_network,
)
from pipeline.engines.face.wav2lip.box import crop_of
from pipeline.engines.face.wav2lip.mask import Mask, mask_of
from pipeline.engines.face.wav2lip.region import Region
from pipeline.media.picture import Planes, planes_of, to_bgr, to_yuv
from pipeline.plan.lipsync import Pads
from tests.support.faces import drawn_canvas, smiling_canvas


@pytest.fixture(scope="module", params=["smiling", "drawn"])
def canvas(request: pytest.FixtureRequest) -> Canvas:
    """A portrait."""
    return {"smiling": smiling_canvas, "drawn": drawn_canvas}[request.param]()


@pytest.fixture(scope="module")
def crop(canvas: Canvas) -> Box:
    """Its face, beginning at an odd pixel."""
    found = crop_of(canvas.face, (256, 256), Pads())
    return Box(
        left=found.left // 2 * 2 + 1, top=found.top // 2 * 2 + 1, right=found.right, bottom=found.bottom
    )


@pytest.fixture(scope="module")
def mask(canvas: Canvas, crop: Box) -> Mask:
    """Where its mouth is."""
    return mask_of(canvas.face, crop, (256, 256))


def _some_face(seed: int = 3) -> NDArray[np.float32]:
    """A smooth picture of no face, float32 (96, 96, 3), 0 to 1."""
    rough = np.random.Generator(np.random.PCG64(seed)).uniform(0, 1, (12, 12, 3)).astype(np.float32)
    return np.clip(cv2.resize(rough, (96, 96), interpolation=cv2.INTER_CUBIC), 0, 1).astype(np.float32)


def _within(region: Region, face: NDArray[np.float32]) -> NDArray[np.float32]:
    return face[region.top : region.bottom, region.left : region.right]


def _frame(canvas: Canvas, box: Box, part: Planes) -> NDArray[np.uint8]:
    """The portrait with a part laid into it, raw."""
    frame = to_yuv(canvas.picture)
    for plane, pixels in zip(
        part_of(planes_of(frame), box.left, box.top, box.height, box.width), part, strict=True
    ):
        plane[...] = pixels
    return frame


def test_the_network_is_shown_what_the_original_shows_it(canvas: Canvas, crop: Box) -> None:
    """The crop, stretched to 96 by 96 without regard to its aspect."""
    part = canvas.picture[crop.top : crop.bottom, crop.left : crop.right]
    assert np.array_equal(shown_to_network(canvas.picture, crop), cv2.resize(part, (96, 96)))


def test_of_a_large_face_no_line_is_passed_over() -> None:
    """Read between four pixels, every fourth line of a fine pattern would be seen and the others not."""
    lines = np.zeros((96 * 4, 96 * 4, 3), np.uint8)
    lines[::4] = 240
    crop = Box(left=0, top=0, right=96 * 4, bottom=96 * 4)
    assert np.abs(shown_evenly(lines, crop).astype(int) - 60).max() <= 1
    small = Box(left=0, top=0, right=120, bottom=130)
    assert np.array_equal(shown_evenly(lines, small), shown_to_network(lines, small))


def test_a_hard_paste_is_the_originals(canvas: Canvas, crop: Box) -> None:
    """Cut off to levels, resized as levels, laid over the whole box; then converted as every frame is."""
    face = _some_face()
    expected = canvas.picture.copy()
    levels = (face * 255.0).astype(np.uint8)
    size = (crop.right - crop.left, crop.bottom - crop.top)
    expected[crop.top : crop.bottom, crop.left : crop.right] = cv2.resize(levels, size)
    paste = HardPaste(canvas.picture, crop)
    for closed in (0.0, 1.0):
        assert np.array_equal(_frame(canvas, paste.box, paste.laid(face, closed)), to_yuv(expected))
    assert paste.region == Region.whole()


def test_a_soft_blend_is_the_hard_paste_where_the_mask_is_full(canvas: Canvas, crop: Box, mask: Mask) -> None:
    """Colours as they come: within two levels, since nothing is cut off on the way."""
    face = _some_face()
    paste, blend = HardPaste(canvas.picture, crop), SoftBlend(canvas.picture, crop, mask, None)
    hard = planes_of(_frame(canvas, paste.box, paste.laid(face, 0.0)))
    soft = planes_of(_frame(canvas, blend.box, blend.laid(_within(mask.region, face), 0.0)))
    full = np.zeros((256, 256), np.bool_)
    full[mask.box.top : mask.box.bottom, mask.box.left : mask.box.right] = mask.share == 1.0
    small = full.reshape(128, 2, 128, 2).all(axis=(1, 3))
    assert small.sum() > 100
    for one, other, where in zip(hard, soft, (full, small, small), strict=True):
        assert np.abs(one.astype(int) - other)[where].max() <= 2


def test_what_the_mask_does_not_reach_is_untouched(canvas: Canvas, crop: Box, mask: Mask) -> None:
    """Byte for byte, whatever is drawn."""
    blend = SoftBlend(canvas.picture, crop, mask, None)
    before = planes_of(to_yuv(canvas.picture))
    after = planes_of(_frame(canvas, blend.box, blend.laid(_within(mask.region, _some_face()), 0.0)))
    beyond = np.ones((256, 256), np.bool_)
    beyond[mask.box.top : mask.box.bottom, mask.box.left : mask.box.right] = mask.share == 0
    small = beyond.reshape(128, 2, 128, 2).all(axis=(1, 3))
    for one, other, where in zip(before, after, (beyond, small, small), strict=True):
        assert np.array_equal(one[where], other[where])


def test_closed_lips_are_the_portraits_own(canvas: Canvas, crop: Box, mask: Mask) -> None:
    """Wholly closed there is nothing of what was drawn, half closed there is half of it."""
    blend = SoftBlend(canvas.picture, crop, mask, None)
    drawn = _within(mask.region, _some_face())
    closed = _frame(canvas, blend.box, blend.laid(drawn, 1.0))
    assert np.array_equal(closed, to_yuv(canvas.picture))
    opened = _frame(canvas, blend.box, blend.laid(drawn, 0.0)).astype(int)
    half = _frame(canvas, blend.box, blend.laid(drawn, 0.5)).astype(int)
    assert np.abs((opened + closed) / 2 - half).max() <= 1


def test_another_light_is_matched_without_a_seam(canvas: Canvas, crop: Box, mask: Mask) -> None:
    """A face that is drawn just as it is, only darker and bluer, looks as the portrait does on the ring."""
    face = shown_to_network(canvas.picture, crop)
    other = np.clip(face.astype(np.float32) / 255 * 0.9 + (0.04, -0.02, -0.03), 0, 1).astype(np.float32)
    drawn = _within(mask.region, other)
    match = match_of(face, drawn, mask, crop)
    matched = to_bgr(_frame(canvas, mask.box, SoftBlend(canvas.picture, crop, mask, match).laid(drawn, 0.0)))
    as_is = to_bgr(_frame(canvas, mask.box, SoftBlend(canvas.picture, crop, mask, None).laid(drawn, 0.0)))
    ring = np.zeros((256, 256), np.bool_)
    ring[mask.box.top : mask.box.bottom, mask.box.left : mask.box.right] = (mask.share > 0.1) & (
        mask.share < 0.9
    )
    own = to_bgr(to_yuv(canvas.picture)).astype(int)
    off, before = (np.abs(picture - own)[ring].mean() for picture in (matched, as_is))
    assert off < 2.5
    assert off < 0.4 * before


def test_another_face_is_not_painted_over(canvas: Canvas, crop: Box, mask: Mask) -> None:
    """The match is bounded: no colour is moved by more than a light could."""
    face = shown_to_network(canvas.picture, crop)
    match = match_of(face, _within(mask.region, _some_face()), mask, crop)
    assert 0.8 <= match.gain.min() <= match.gain.max() <= 1.25
    plain = match_of(face, np.ones((mask.region.rows, mask.region.columns, 3), np.float32), mask, crop)
    assert np.isfinite(plain.shift).all()


def test_frames_are_drawn_from_the_same_match(canvas: Canvas, crop: Box, mask: Mask) -> None:
    """The same mouth gives the same bytes whatever was drawn before: nothing flickers."""
    face = shown_to_network(canvas.picture, crop)
    one, other = (_within(mask.region, _some_face(seed)) for seed in (1, 2))
    blend = SoftBlend(canvas.picture, crop, mask, match_of(face, one, mask, crop))
    first = _frame(canvas, blend.box, blend.laid(one, 0.0))
    blend.laid(other, 0.3)
    assert np.array_equal(first, _frame(canvas, blend.box, blend.laid(one, 0.0)))
