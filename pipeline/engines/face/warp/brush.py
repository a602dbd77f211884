"""Drawing with parts of a pixel: filled outlines and lines, softened."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.faceframe import Points

_BITS = 4
_LIMIT = 30_000


def _fixed(points: Points) -> NDArray[np.int32]:
    """Points in the fixed-point coordinates that OpenCV draws with, kept within what it can draw."""
    return np.round(np.clip(points, -_LIMIT, _LIMIT) * (1 << _BITS)).astype(np.int32)


def filled(outline: Points, width: int, height: int) -> NDArray[np.uint8]:
    """255 inside an outline (n, 2) in pixels, 0 outside, between them at the edge; (height, width)."""
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [_fixed(outline)], 255, cv2.LINE_AA, _BITS)
    return mask


def filled_sharply(outline: Points, width: int, height: int) -> NDArray[np.uint8]:
    """1 inside an outline (n, 2) in pixels, 0 outside; (height, width)."""
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [_fixed(outline)], 1, cv2.LINE_8, _BITS)
    return mask


def line(points: Points, thickness: int, width: int, height: int) -> NDArray[np.uint8]:
    """255 on a line through points (n, 2) in pixels, 0 beside it; (height, width)."""
    mask = np.zeros((height, width), np.uint8)
    cv2.polylines(mask, [_fixed(points)], False, 255, thickness, cv2.LINE_AA, _BITS)  # noqa: FBT003
    return mask


def soft(mask: NDArray[np.uint8], sigma: float) -> NDArray[np.float32]:
    """A mask blurred by `sigma` pixels, 0 to 1."""
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), sigma), dtype=np.float32) / np.float32(255)


def smooth_curve(points: Points, matrix: NDArray[np.float64]) -> Points:
    """A curve through points, by a matrix of `curve_matrix`."""
    curve: Points = np.einsum("ij,jk->ik", matrix, points)
    return curve


def curve_matrix(count: int, dense: int) -> NDArray[np.float64]:
    """What takes `count` evenly spaced points to `dense` points on the cubic spline through them.

    At the second point and the last but one the third derivative does not jump ("not-a-knot"). Five points
    or more. Source: de Boor, "A Practical Guide to Splines", chapter IV.
    """
    bends = _second_derivatives(count)
    at = np.linspace(0.0, count - 1.0, dense)
    left = np.minimum(at.astype(np.intp), count - 2)
    right_weight = (at - left)[:, np.newaxis]
    left_weight = 1 - right_weight
    points = np.eye(count)
    curve = left_weight * points[left] + right_weight * points[left + 1]
    curve += (left_weight**3 - left_weight) * bends[left] / 6
    curve += (right_weight**3 - right_weight) * bends[left + 1] / 6
    # Rounded, so that a last bit of the solver behind it never shows.
    matrix: NDArray[np.float64] = np.round(curve, 12)
    return matrix


def _second_derivatives(count: int) -> NDArray[np.float64]:
    """What takes `count` points, one apart, to the second derivatives of the spline at them."""
    smooth, given = np.zeros((2, count, count))
    for middle in range(1, count - 1):
        smooth[middle, middle - 1 : middle + 2] = 1, 4, 1
        given[middle, middle - 1 : middle + 2] = 6, -12, 6
    smooth[0, :3] = smooth[-1, -3:] = 1, -2, 1
    return np.asarray(np.linalg.solve(smooth, given), np.float64)


def disc(reach: int) -> NDArray[np.uint8]:
    """A round structuring element that reaches so many pixels from its middle, uint8 (side, side)."""
    side = 2 * reach + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)
