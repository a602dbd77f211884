"""Pictures at one to three times their size, to be read linearly between their pixels and stay sharp.

Reading linearly takes fine detail away, the more the farther a place is from a pixel. So the pixels that are
put between a picture's own have more of it: on the mean of all places a moved picture is as sharp as the
still one, up to waves of two and a half pixels. Finer ones are lost halfway between two pixels whatever is
done.
"""

from __future__ import annotations

from functools import reduce

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.lattice import Box

Picture = NDArray[np.uint8]

# Weights in 128ths of the four pixels before a place and the four after it, for the places between two
# pixels. Found by least squares: what linear reading makes of them, on the mean of all places, against what
# is wanted.
_KERNELS: dict[int, tuple[tuple[int, ...], ...]] = {
    1: (),
    2: ((-6, 17, -34, 87, 87, -34, 17, -6),),
    3: ((-7, 18, -36, 117, 55, -28, 16, -7), (-7, 16, -28, 55, 117, -36, 18, -7)),
}
_BEFORE, _AFTER = 3, 4
_BITS = 7

# A place is beyond its four nearest pixels by a few levels and an eighth of what they differ by at most, so
# that beside a hard edge what is plain stays plain.
_BEYOND, _EIGHTH = 4, 3


def enlarged(plane: Picture, box: Box, times: int) -> Picture:
    """A part of a plane, or of a picture of several channels, `times`, 1 to 3, times as large.

    The first pixel of `times` in a row, and the first row of as many, are the plane's own. Beyond its border
    a plane goes on as in a mirror. Whole numbers throughout: the same on every machine.
    """
    around = cv2.copyMakeBorder(plane, _BEFORE, _AFTER, _BEFORE, _AFTER, cv2.BORDER_REFLECT_101)
    part = around[box.top : box.bottom + _BEFORE + _AFTER, box.left : box.right + _BEFORE + _AFTER]
    values = part.astype(np.int32)
    large = np.empty((times * box.height, times * box.width, *plane.shape[2:]), np.uint8)
    own = np.s_[:, _BEFORE : _BEFORE + box.width]
    for row, tall in enumerate(_places(values, 0, times, 0)):
        bits = _BITS if row else 0
        large[row::times, ::times] = _rounded(tall[own], bits)
        for column, found in enumerate(_places(tall, 1, times, bits)):
            if column:
                large[row::times, column::times] = _rounded(found, bits + _BITS)
    return large


def _places(values: NDArray[np.int32], axis: int, times: int, bits: int) -> list[NDArray[np.int32]]:
    """Values at every part of a pixel along an axis: a pixel's own, then the others' in 128ths of those.

    As many fewer as the kernel is wide. Values are given in parts of 2 ** `bits`.
    """
    count = values.shape[axis] - _BEFORE - _AFTER
    moved = [
        values[by : by + count] if axis == 0 else values[:, by : by + count]
        for by in range(_BEFORE + _AFTER + 1)
    ]
    near = moved[_BEFORE - 1 : _BEFORE + 3]
    least, most = (reduce(choose, near) for choose in (np.minimum, np.maximum))
    beyond = ((most - least) >> _EIGHTH) + (_BEYOND << bits)
    least, most = (least - beyond) << _BITS, (most + beyond) << _BITS
    found = [moved[_BEFORE]]
    for kernel in _KERNELS[times]:
        total = moved[0] * np.int32(kernel[0])
        for part, weight in zip(moved[1:], kernel[1:], strict=True):
            total += part * np.int32(weight)
        found.append(np.clip(total, least, most, out=total))
    return found


def _rounded(values: NDArray[np.int32], bits: int) -> NDArray[np.int32]:
    """What is given in parts of 2 ** `bits`, whole, from 0 to 255."""
    if not bits:
        return values
    whole = values + (1 << (bits - 1))
    whole >>= bits
    return np.clip(whole, 0, 255, out=whole)
