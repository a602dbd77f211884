"""Brings pictures to another size; every machine gives the same bytes, for all of it is whole numbers."""

from __future__ import annotations

import math
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
_Values = NDArray[np.int32]

_LOBES = 3
_WEIGHT_BITS = 14
# Light and tones on their way between two passes.
_VALUE_BITS = 15
_TONE_BITS = _VALUE_BITS - 8
# As many lines of a block are averaged at once as leave twice the final size, or more, to the kernel.
_LEFT_TO_KERNEL = 2
_ROWS_AT_ONCE = 256

# Sharpening: the unsharp mask's most strength in parts of 256, at this enlargement and beyond; its radius in
# pixels of the original.
_SHARPEN_BY, _SHARPEN_FULLY = 180, 1.5
_SHARPEN_RADIUS = 0.8


def resized(picture: Picture, width: int, height: int) -> Picture:
    """A BGR uint8 (rows, columns, 3) picture in another size, by Lanczos' kernel with three lobes.

    What shrinks is averaged as light, so that fine bright detail keeps its brightness. What grows is
    interpolated as tones, where ringing shows least, and sharpened as much as growing softened it; none of
    its pixels is brighter or darker than the original is around there, so there are no halos.

    Sources: Duchon, "Lanczos Filtering in One and Two Dimensions", 1979; IEC 61966-2-1 (sRGB).
    """
    rows, columns = picture.shape[:2]
    if (columns, rows) == (width, height):
        return picture.copy()
    if width < columns or height < rows:
        return _reduced(picture, width, height)
    values = picture.astype(np.int32) << _TONE_BITS
    across = _lines(values.transpose(1, 0, 2), width, columns)
    return _sharpened(_tones(_lines(across.transpose(1, 0, 2), height, rows)), picture)


def _reduced(picture: Picture, width: int, height: int) -> Picture:
    rows, columns = picture.shape[:2]
    down, along = (max(1, old // (_LEFT_TO_KERNEL * new)) for old, new in ((rows, height), (columns, width)))
    light = _light(picture, down, along)
    across = _lines(light.transpose(1, 0, 2), width, columns / along)
    final = _lines(across.transpose(1, 0, 2), height, rows / down)
    return _from_light()[np.clip(final, 0, (1 << _VALUE_BITS) - 1)]


def _light(picture: Picture, down: int, along: int) -> _Values:
    """A picture's light in averages of blocks of pixels; past the edge, the last pixel is repeated."""
    more = -picture.shape[0] % down, -picture.shape[1] % along
    whole = np.pad(picture, ((0, more[0]), (0, more[1]), (0, 0)), mode="edge") if any(more) else picture
    rows, columns = whole.shape[0] // down, whole.shape[1] // along
    light = np.empty((rows, columns, 3), np.int32)
    step = max(1, _ROWS_AT_ONCE // down)
    for row in range(0, rows, step):
        strip = _to_light()[whole[row * down : (row + step) * down]]
        blocks = strip.reshape(-1, down, columns, along, 3).sum(axis=(1, 3), dtype=np.int64)
        light[row : row + step] = blocks // (down * along)
    return light


def _lines(values: _Values, count: int, length: float) -> _Values:
    """Another number of lines: each the weighted sum of the lines of `values` around its place.

    Args:
        values: int32 (lines, along, 3), of `_VALUE_BITS` bits.
        count: how many lines there shall be.
        length: how many lines of `values` they stand for; the last one may count in part.
    """
    ratio = length / count
    width = max(1.0, ratio)
    middles = (np.arange(count) + 0.5) * ratio - 0.5
    first = np.floor(middles - _LOBES * width).astype(np.int64) + 1
    taps = first[:, None] + np.arange(math.ceil(2 * _LOBES * width))
    weights = _lanczos((taps - middles[:, None]) / width)
    whole = np.rint(weights / weights.sum(axis=1, keepdims=True) * (1 << _WEIGHT_BITS)).astype(np.int32)
    # Weights that were rounded shall leave a plain area as it is.
    whole[np.arange(count), np.abs(whole).argmax(axis=1)] += (1 << _WEIGHT_BITS) - whole.sum(axis=1)
    lines = np.clip(taps, 0, len(values) - 1)
    total = np.full((count, *values.shape[1:]), 1 << (_WEIGHT_BITS - 1), np.int32)
    for tap in range(taps.shape[1]):
        total += values[lines[:, tap]] * whole[:, tap, None, None]
    total >>= _WEIGHT_BITS
    return total


def _lanczos(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.abs(x) < _LOBES, np.sinc(x) * np.sinc(x / _LOBES), 0.0)


def _tones(values: _Values) -> Picture:
    rounded = (values + (1 << (_TONE_BITS - 1))) >> _TONE_BITS
    return np.asarray(np.clip(rounded, 0, 255), np.uint8)


def _sharpened(plain: Picture, original: Picture) -> Picture:
    """Steeper edges, within the range of the original's neighbouring pixels.

    Lightness alone is sharpened: colours, which cameras and JPEG store coarsely, would fray.
    """
    size = (plain.shape[1], plain.shape[0])
    enlarged = max(size[0] / original.shape[1], size[1] / original.shape[0])
    strength = round(_SHARPEN_BY * min(1.0, (enlarged - 1) / (_SHARPEN_FULLY - 1)))
    blue, green, red = (plain[..., channel].astype(np.int32) for channel in range(3))
    lightness = ((29 * blue + 150 * green + 77 * red + 128) >> 8).astype(np.uint8)
    soft = cv2.GaussianBlur(lightness, (0, 0), _SHARPEN_RADIUS * enlarged)
    detail = (strength * (lightness.astype(np.int32) - soft)) >> 8
    near = np.ones((3, 3), np.uint8)
    least, most = (
        np.asarray(cv2.resize(change(original, near), size, interpolation=cv2.INTER_LINEAR_EXACT), np.int32)
        for change in (cv2.erode, cv2.dilate)
    )
    return np.asarray(np.clip(plain + detail[..., None], least, most), np.uint8)


@cache
def _to_light() -> _Values:
    """The light of each tone of sRGB, as whole numbers up to 15 bits."""
    tone = np.arange(256) / 255
    light = np.where(tone <= 0.04045, tone / 12.92, ((tone + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 - sRGB's own
    return np.asarray(np.rint(light * ((1 << _VALUE_BITS) - 1)), np.int32)


@cache
def _from_light() -> Picture:
    """The tone of sRGB of each light."""
    light = np.arange(1 << _VALUE_BITS) / ((1 << _VALUE_BITS) - 1)
    tone = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)  # noqa: PLR2004 - see above
    return np.asarray(np.rint(tone * 255), np.uint8)
