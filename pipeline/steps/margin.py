"""Finds the thin lines that a scan or a screenshot leaves at a picture's edges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.plan.canvas import Area

Picture = NDArray[np.uint8]

# A frame's rest is at most this part of a side wide, and so many lines; what is wider is meant.
_WIDEST = 0.015
_MOST = 12
# It ends in a step of so many levels, beside which there is none of this part of it, and which is seen over
# so much of its length as a change of this many levels.
_STEP, _BESIDE = 40, 0.25
_LENGTH, _SEEN = 0.8, 10
# Lines of the picture itself that are looked at; and one more is left out, which holds some of the frame.
_INNER = 6


def without_margin(picture: Picture) -> Area:
    """The part of a BGR uint8 (height, width, 3) picture that is within what is left of a frame.

    Of an edge without one, nothing is taken.
    """
    height, width = picture.shape[:2]
    across = picture.transpose(1, 0, 2)
    top, bottom = _lines(picture), _lines(picture[::-1])
    left, right = _lines(across), _lines(across[::-1])
    return Area(x=left, y=top, width=width - left - right, height=height - top - bottom)


def _lines(picture: Picture) -> int:
    """How many of the first lines are a frame's."""
    most = max(1, min(_MOST, int(_WIDEST * len(picture))))
    first = picture[: most + _INNER].astype(np.int16)
    if len(first) < most + _INNER:
        return 0
    change = np.abs(np.diff(first, axis=0)).mean(axis=2)
    steps = change.mean(axis=1)
    line = int(steps[:most].argmax())
    beside = np.delete(steps[: line + _INNER], line)
    clear = steps[line] >= _STEP and beside.max() <= _BESIDE * steps[line]
    return line + 2 if clear and (change[line] > _SEEN).mean() >= _LENGTH else 0
