"""A portrait whose mouth is open, made ready to be shown with its lips closed.

The lips' own pixels meet as they move; here is what must not be seen between them and in the corners, what an
open mouth means for the skin around it, and the red of the lips where stretched lips have hardly any.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import SKIN
from pipeline.engines.face.warp.brush import filled, line, soft
from pipeline.engines.face.warp.creases import relaxed
from pipeline.engines.face.warp.ease import ease, smoothstep
from pipeline.engines.face.warp.faceframe import FaceFrame
from pipeline.engines.face.warp.lips import LipRig, Mode
from pipeline.engines.face.warp.luma import LUMA, luma_of
from pipeline.engines.face.warp.teeth import mouth_box
from pipeline.engines.face.warp.tones import colours_at, lips_colours

Picture = NDArray[np.uint8]

# How wide the dark in the corners of a stretched mouth is, in inter-ocular distances.
_CORNER = 0.09
# It is darker than this part of what is usual around the mouth; its edge, so wide, is than that one.
_DARK, _HALF_DARK, _EDGE = 0.72, 0.90, 0.018

# How soft the edge of lips is, and what is finer than their colour, in inter-ocular distances.
_SOFT, _FINE = 0.018, 0.012
# Lips redder than their skin by this factor have a red of their own; so much of it they have in the middle,
# and towards the corners; so much darker than skin they are at most. What is lighter than they by these
# factors is a light upon them.
_RED, _THERE, _DARKEST = 1.04, (0.3, 0.8), 0.86
_SIDES, _LIGHT = (0.2, 0.5), (1.25, 1.5)
# Skin is stretched so far below a lip that rises from here to there; so soft it becomes across.
_STRETCHED, _RISES, _ACROSS = 0.20, (0.05, 0.12), 0.022


def sealed_mouth(frame: FaceFrame, lips: LipRig, picture: Picture) -> Picture:
    """The portrait with lip colour where it shows an open mouth, so that teeth never bleed into lips.

    Args:
        frame: the face.
        lips: its lips, opened.
        picture: the portrait, BGR; it stays.
    """
    sealed = picture.copy()
    left, top, right, bottom = mouth_box(frame, picture)
    part = sealed[top:bottom, left:right]
    mask = _opening(frame, lips, picture, (left, top, right, bottom))
    filled_in = cv2.inpaint(part, (mask > 60).astype(np.uint8), 3, cv2.INPAINT_TELEA)  # noqa: PLR2004 - a soft edge
    # Single dark pixels that are left would be drawn into a dotted line; what is lighter is the lips' own.
    size = 2 * max(1, round(_EDGE * frame.unit)) + 1
    even = np.maximum(cv2.medianBlur(filled_in, size + 2), filled_in)
    near = np.asarray(cv2.dilate(mask, np.ones((size, size), np.uint8)), np.uint8)
    share = soft(near, max(0.6, 0.5 * _EDGE * frame.unit))
    part[...] = np.round(filled_in + (even - filled_in.astype(np.float32)) * share[..., None])
    sealed = relaxed(frame, sealed)
    _soften_below(frame, lips, sealed)
    return _reddened(frame, lips, sealed, picture)


def _opening(frame: FaceFrame, lips: LipRig, picture: Picture, box: tuple[int, int, int, int]) -> Picture:
    """255 where a part of the portrait (left, top, right, bottom) shows the inside of the mouth."""
    left, top, right, bottom = box
    part, corner = picture[top:bottom, left:right], (left, top)
    height, width = part.shape[:2]
    upper, lower = lips.upper_inner.source, lips.lower_inner.source
    outline = frame.to_picture(np.concatenate([upper, lower[::-1][1:-1]])) - corner
    mask = cv2.dilate(filled(outline, width, height), np.ones((3, 3), np.uint8))
    # A stretched mouth's corners are dark beyond the lips' inner edges.
    light = part.max(axis=2)
    usual = float(np.median(light))
    dark = light < _DARK * usual
    for inner, outer in ((0, 0), (-1, -1)):
        ends = frame.to_picture(np.array([upper[inner], lips.upper_outer.source[outer]])) - corner
        spot = line(ends, max(3, round(_CORNER * frame.unit)), width, height)
        mask = np.maximum(mask, np.where(dark, spot, 0).astype(np.uint8))
    # What is half dark around it would be drawn over all that is filled in.
    size = 2 * max(1, round(_EDGE * frame.unit)) + 1
    around = cv2.dilate(mask, np.ones((size, size), np.uint8))
    # Lips that are darker than skin anyway are no shade.
    lip = min(float(colours.max(axis=1).mean()) for colours in lips_colours(frame, lips, picture))
    return np.maximum(mask, np.where(light < _HALF_DARK * min(usual, lip), around, 0).astype(np.uint8))


def _reddened(frame: FaceFrame, lips: LipRig, sealed: Picture, picture: Picture) -> Picture:
    """The portrait with lips that are red from corner to corner, as far as they are red in the middle."""
    left, top, right, bottom = mouth_box(frame, picture)
    smooth = np.asarray(cv2.GaussianBlur(picture, (0, 0), max(0.6, _FINE * frame.unit)), np.uint8)
    skin = np.median(colours_at(frame, smooth, frame.points[list(SKIN)]), axis=0)
    lip = np.median(np.concatenate(lips_colours(frame, lips, smooth)), axis=0)
    red_lip, red_skin = (float(colour[2] / max(colour[1], 1.0)) for colour in (lip, skin))
    if red_lip < _RED * red_skin:
        return sealed
    change = lip / np.maximum(skin, 1.0)
    change *= max(_DARKEST / float(change @ LUMA), 1.0)
    part = sealed[top:bottom, left:right]
    height, width = part.shape[:2]
    outline = np.concatenate([lips.upper_outer.source, lips.lower_outer.source[::-1][1:-1]])
    on_lips = soft(
        filled(frame.to_picture(outline) - (left, top), width, height), max(0.6, _SOFT * frame.unit)
    )
    even = cv2.GaussianBlur(part, (0, 0), max(0.6, _FINE * frame.unit)).astype(np.float32)
    red = even[..., 2] / np.maximum(even[..., 1], 1)
    missing = np.clip((np.float32(red_lip) - red) / np.float32(red_lip - red_skin), 0, 1)
    light = luma_of(even) / np.float32(lip @ LUMA)
    missing *= 1 - ease((light - np.float32(_LIGHT[0])) / np.float32(_LIGHT[1] - _LIGHT[0]))
    share = (missing * on_lips * _beside(frame, lips, (left, top, width, height)))[..., None]
    part[...] = np.clip(part * (1 + (change.astype(np.float32) - 1) * share) + np.float32(0.5), 0, 255)
    return sealed


def _soften_below(frame: FaceFrame, lips: LipRig, sealed: Picture) -> None:
    """Make the skin below the lower lip as soft across as it will be down when the lip has risen."""
    left, top, right, bottom = mouth_box(frame, sealed)
    part = sealed[top:bottom, left:right]
    rises = -float(lips.lower_inner.motion[len(lips.lower_inner.source) // 2, 1, Mode.REST])
    edge = lips.lower_outer.source
    below = np.concatenate([edge, edge[::-1] + np.array([0.0, _STRETCHED])])
    mask = filled(frame.to_picture(below) - (left, top), right - left, bottom - top)
    share = soft(mask, max(0.6, 2 * _SOFT * frame.unit))[..., None] * np.float32(
        smoothstep(*_RISES, np.array(rises))
    )
    even = cv2.GaussianBlur(part, (0, 0), max(0.6, _ACROSS * frame.unit), sigmaY=0.6).astype(np.float32)
    part[...] = np.round(part + (even - part) * share)


def _beside(frame: FaceFrame, lips: LipRig, part: tuple[int, int, int, int]) -> NDArray[np.float32]:
    """How much of the lips' red each pixel of a part (left, top, width, height) of the portrait gets."""
    left, top, width, height = part
    x, y = np.meshgrid(np.arange(width) + left, np.arange(height) + top)
    at = frame.to_face(np.stack([x, y], axis=-1).astype(np.float64))[..., 0]
    side = smoothstep(*_SIDES, np.abs(at - lips.centre) / lips.half_width)
    return (_THERE[0] + (_THERE[1] - _THERE[0]) * side).astype(np.float32)
