"""How sharp a face still is, measured so that noise cannot win.

What is asked is not how much fine detail a frame has but how much of the still's it shows: the gradients of
small parts of the face, brows, eyes, nose, cheeks, are looked for in the frame, moved by fractions of a
pixel until they fit best (in the frequency domain, so that moving blurs nothing), and multiplied with it.
Blur takes away from that sum, noise, blocks and halos add nothing to it, since they are not in the still.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import LEFT_EYE_CORNERS, RIGHT_EYE_CORNERS

Luma = NDArray[np.uint8]

# Brows, corners of the eyes, bridge, tip and wings of the nose, cheeks, forehead: what speech leaves alone.
_PARTS = (105, 334, 33, 263, 133, 362, 168, 4, 98, 327, 50, 280, 151)
# A part's side, and how far it may move, in inter-ocular distances.
_SIDE, _REACH = 0.36, 0.12
_SMALLEST = 12
_STEPS = 8


def interocular(landmarks: NDArray[np.float64]) -> float:
    """The distance between the middles of the eyes, in pixels."""
    points = landmarks[:, :2]
    apart = points[list(RIGHT_EYE_CORNERS)].mean(axis=0) - points[list(LEFT_EYE_CORNERS)].mean(axis=0)
    return float(np.hypot(*apart))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Part:
    left: int
    top: int
    still: Luma
    spectrum: NDArray[np.complex128]
    energy: float


class Sharpness:
    """Measures frames against a still.

    Args:
        still: its luma, (height, width).
        landmarks: of the face in it, in pixels, (478, 3).
    """

    def __init__(self, still: Luma, landmarks: NDArray[np.float64]) -> None:
        unit = interocular(landmarks)
        self._side = max(_SMALLEST, 2 * round(_SIDE * unit / 2))
        self._reach = max(2, round(_REACH * unit))
        self._window = np.outer(np.hanning(self._side), np.hanning(self._side))
        frequency = 2 * np.pi * np.fft.fftfreq(self._side)
        self._across, self._down = np.meshgrid(frequency, frequency)
        # The square of a frequency makes values into gradients.
        self._weight = self._across**2 + self._down**2
        self._parts = [part for index in _PARTS if (part := self._part(still, landmarks[index, :2]))]

    def __call__(self, luma: Luma) -> float:
        """The part of the still's gradients that a frame shows, about 1 when all."""
        shown = sum(self._shown(part, luma) for part in self._parts)
        return shown / sum(part.energy for part in self._parts)

    def _part(self, still: Luma, middle: NDArray[np.float64]) -> _Part | None:
        left, top = (round(float(at) - self._side / 2) for at in middle)
        height, width = still.shape
        room = self._side + self._reach
        if min(left, top) < self._reach or left + room > width or top + room > height:
            return None
        cut = still[top : top + self._side, left : left + self._side]
        spectrum = self._spectrum(cut)
        energy = float((self._weight * np.abs(spectrum) ** 2).sum())
        return _Part(left=left, top=top, still=cut, spectrum=spectrum, energy=energy)

    def _spectrum(self, cut: Luma) -> NDArray[np.complex128]:
        return np.asarray(np.fft.fft2((cut - cut.mean()) * self._window), np.complex128)

    def _shown(self, part: _Part, luma: Luma) -> float:
        rows = slice(part.top - self._reach, part.top + self._side + self._reach)
        columns = slice(part.left - self._reach, part.left + self._side + self._reach)
        near = luma[rows, columns]
        _, _, _, (x, y) = cv2.minMaxLoc(cv2.matchTemplate(near, part.still, cv2.TM_CCOEFF_NORMED))
        found = self._spectrum(near[y : y + self._side, x : x + self._side])
        return self._best(found * part.spectrum.conj() * self._weight)

    def _best(self, product: NDArray[np.complex128]) -> float:
        """The largest sum that moving by fractions of a pixel gives, by Newton's method."""
        across = down = 0.0
        for _ in range(_STEPS):
            moved = product * np.exp(1j * (self._across * across + self._down * down))
            slope = -np.array([(moved.imag * self._across).sum(), (moved.imag * self._down).sum()])
            mixed = -(moved.real * self._across * self._down).sum()
            bend = np.array(
                [
                    [-(moved.real * self._across**2).sum(), mixed],
                    [mixed, -(moved.real * self._down**2).sum()],
                ]
            )
            if np.linalg.det(bend) <= 0:
                break
            step = np.clip(np.linalg.solve(bend, slope), -0.5, 0.5)
            across, down = across - step[0], down - step[1]
        return float((product * np.exp(1j * (self._across * across + self._down * down))).real.sum())
