"""The eye `haar`: boxes of upright, frontal faces, by OpenCV's cascades; no landmarks, no pose.

The fallback where MediaPipe cannot be installed. Source: Viola and Jones, "Rapid Object Detection using
a Boosted Cascade of Simple Features", 2001; the cascades are inside OpenCV's wheel.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye import Face
from pipeline.engines.eye.shrink import shrink

_LONGEST_SIDE = 1024
_SMALLEST_FACE = 0.05
_NEIGHBOURS = 6
# The cascade's square is wider than a face and begins above its hairline.
_TALLER = 1.0
_NARROWER = 0.88
_HIGHER = 0.06


class HaarEye:
    """Finds boxes of frontal faces; a face counts if an eye is found in its upper half."""

    name = "haar"
    version = "1"

    def __init__(self) -> None:
        self._faces = _cascade("haarcascade_frontalface_default.xml")
        self._eyes = _cascade("haarcascade_eye.xml")

    def look(self, picture: NDArray[np.uint8]) -> tuple[Face, ...]:
        """Every face in a BGR uint8 (height, width, 3) picture, the largest first; empty if there is none."""
        small, scale = shrink(picture, _LONGEST_SIDE)
        grey = np.asarray(cv2.equalizeHist(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)), np.uint8)
        smallest = max(24, round(_SMALLEST_FACE * max(grey.shape)))
        found = self._faces.detectMultiScale(
            grey, scaleFactor=1.1, minNeighbors=_NEIGHBOURS, minSize=(smallest, smallest)
        )
        boxes = [tuple(int(part) for part in box) for box in found]
        faces = [_face_of(x, y, side, scale) for x, y, side, _ in boxes if self._has_eye(grey, x, y, side)]
        return tuple(sorted(faces, key=lambda face: face.box[2] - face.box[0], reverse=True))

    def person(self, picture: NDArray[np.uint8], face: Face) -> NDArray[np.uint8] | None:  # noqa: ARG002 - the protocol's
        """None: cascades know boxes only."""
        return None

    def close(self) -> None:
        """Nothing is held beyond memory; it may be called twice."""

    def _has_eye(self, grey: NDArray[np.uint8], x: int, y: int, side: int) -> bool:
        upper = grey[y : y + side * 6 // 10, x : x + side]
        return len(self._eyes.detectMultiScale(upper, scaleFactor=1.05, minNeighbors=3)) > 0


def _cascade(name: str) -> cv2.CascadeClassifier:
    file = Path(cv2.__file__).parent / "data" / name
    cascade = cv2.CascadeClassifier(str(file))
    if cascade.empty():
        # The shelf tells an engine that does not load in words.
        raise OSError(f"OpenCV's {name} is missing")
    return cascade


def _face_of(x: int, y: int, side: int, scale: float) -> Face:
    middle_x, width = x + side / 2, side * _NARROWER
    top, height = y + side * _HIGHER, side * _TALLER
    box = (middle_x - width / 2, top, middle_x + width / 2, top + height)
    x0, y0, x1, y1 = (part / scale for part in box)
    return Face(box=(x0, y0, x1, y1), landmarks=None, yaw=0.0, pitch=0.0, roll=0.0)
