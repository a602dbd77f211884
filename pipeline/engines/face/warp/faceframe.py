"""Where things are in a face: MediaPipe's landmarks in a frame that does not mind size, place and roll."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import LEFT_EYE_CORNERS, MOUTH_CORNERS, RIGHT_EYE_CORNERS

Points = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class FaceFrame:
    """A frame at the middle of the mouth, x along the line of the eyes, in inter-ocular distances.

    Attributes:
        origin: middle of the mouth's corners, in pixels.
        unit: the inter-ocular distance, in pixels: between the middles of the two eyes.
        along: unit vector from the picture's left eye to its right one, in pixels.
        points: all landmarks in this frame, (478, 2), y down the face.
    """

    origin: Points
    unit: float
    along: Points
    points: Points

    @property
    def down(self) -> Points:
        """Unit vector down the face, in pixels."""
        return np.array([-self.along[1], self.along[0]])

    def to_face(self, pixels: Points) -> Points:
        """Points (..., 2) of the picture in this frame."""
        x, y = pixels[..., 0] - self.origin[0], pixels[..., 1] - self.origin[1]
        (ax, ay), (dx, dy) = self.along, self.down
        return np.stack([x * ax + y * ay, x * dx + y * dy], axis=-1) / self.unit

    def to_picture(self, points: Points) -> Points:
        """Points (..., 2) of this frame in pixels of the picture."""
        x, y = points[..., 0], points[..., 1]
        (ax, ay), (dx, dy) = self.along, self.down
        turned = np.stack([x * ax + y * dx, x * ay + y * dy], axis=-1)
        return turned * self.unit + self.origin


def face_frame(landmarks: Points) -> FaceFrame:
    """The frame of a face from its landmarks, (478, 2) or more columns, in pixels."""
    flat = np.ascontiguousarray(landmarks[:, :2], dtype=np.float64)
    right, left = flat[list(RIGHT_EYE_CORNERS)].mean(axis=0), flat[list(LEFT_EYE_CORNERS)].mean(axis=0)
    span = left - right
    unit = float(np.sqrt(span[0] * span[0] + span[1] * span[1]))
    bare = FaceFrame(
        origin=flat[list(MOUTH_CORNERS)].mean(axis=0),
        unit=unit,
        along=span / unit,
        points=np.zeros((0, 2)),
    )
    return FaceFrame(origin=bare.origin, unit=unit, along=bare.along, points=bare.to_face(flat))
