"""Eyes: find faces in a picture, with landmarks and pose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Face:
    """One face in a picture.

    Attributes:
        box: x0, y0, x1, y1 in pixels of the picture, y down; may reach beyond its edges.
        landmarks: float64 (478, 3) in pixels, in the order of MediaPipe's face mesh with irises (x right,
            y down, z towards the picture); None when the engine finds boxes only.
        yaw: degrees, positive when the face turns to the picture's right.
        pitch: degrees, positive when it looks up.
        roll: degrees, positive when it leans to the picture's right (clockwise).
    """

    box: tuple[float, float, float, float]
    landmarks: NDArray[np.float64] | None
    yaw: float
    pitch: float
    roll: float


class EyeEngine(Protocol):
    """Looks at a picture and finds the faces in it."""

    name: str
    version: str

    def look(self, picture: NDArray[np.uint8]) -> tuple[Face, ...]:
        """Every face in a BGR uint8 (height, width, 3) picture, the largest first; empty if there is none."""
        ...

    def person(self, picture: NDArray[np.uint8], face: Face) -> NDArray[np.uint8] | None:
        """How much of each pixel shows the person with this face, hair and shoulders included.

        Args:
            picture: BGR uint8 (height, width, 3).
            face: a face in it.

        Returns:
            0 (background) to 255, uint8 (height, width); None if this eye cannot tell.
        """
        ...

    def close(self) -> None:
        """Release the model; it may be called twice."""
        ...
