"""What shows between the lips: teeth, tongue and the dark behind them, in the picture's own light.

Lengths are inter-ocular distances unless a name says pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.brush import filled, line, smooth_curve, soft
from pipeline.engines.face.warp.faceframe import SKIN, FaceFrame, Points
from pipeline.engines.face.warp.layers import Veil, lay
from pipeline.engines.face.warp.lips import LipRig, Mouth
from pipeline.engines.face.warp.teeth import OwnTeeth, Row, lower_row, own_teeth, upper_row
from pipeline.media.picture import Planes

Picture = NDArray[np.uint8]
Colour = NDArray[np.float32]

_MIDDLE = 5
_JAW_RIDE = 0.124


@dataclass(frozen=True, kw_only=True, eq=False)
class Tones:
    """Colours of a mouth in the light of its picture, BGR."""

    teeth: Colour
    tongue: Colour
    dark: Colour
    glow: Colour


def tones(frame: FaceFrame, picture: Picture) -> Tones:
    """What teeth and tongue look like where this face is: as bright and as tinted as its skin."""
    at = frame.to_picture(frame.points[list(SKIN)])
    columns = np.clip(at[:, 0].astype(int), 0, picture.shape[1] - 1)
    rows = np.clip(at[:, 1].astype(int), 0, picture.shape[0] - 1)
    skin = np.median(cv2.GaussianBlur(picture, (0, 0), 2.0)[rows, columns].astype(np.float64), axis=0)
    luma = float(skin[0] * 0.114 + skin[1] * 0.587 + skin[2] * 0.299)
    light = min(max(luma / 150.0, 0.40), 1.12)
    # Skin in white light is about 1.8 times as red as blue; warmer light tints teeth too, by less.
    warmth = min(max(float(skin[2] / max(skin[0], 1.0)) / 1.8, 0.6), 3.0)
    tint = np.array([warmth**-0.30, 1.0, warmth**0.08])
    tint /= tint[0] * 0.114 + tint[1] * 0.587 + tint[2] * 0.299
    # In the shade of the lips teeth are hardly lighter than the skin, and in dark faces a little more.
    brightness = (62.0 + 0.70 * luma) / 210.0
    return Tones(
        teeth=(np.array([187.0, 210.0, 225.0]) * tint * min(brightness, 1.0)).astype(np.float32),
        tongue=(np.array([70.0, 67.0, 128.0]) * light).astype(np.float32),
        dark=(np.array([14.0, 14.0, 36.0]) * (0.5 + 0.5 * light)).astype(np.float32),
        glow=(np.array([14.0, 10.0, 34.0]) * light).astype(np.float32),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """How a frame shows the face: an affine map of the face's frame around the mouth to pixels.

    Attributes:
        axes: pixels per unit along x (first column) and y (second), (2, 2).
        origin: the pixel of the face's origin.
    """

    axes: NDArray[np.float64]
    origin: Points

    def to_face(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[Colour, Colour]:
        """The face's coordinates of pixels."""
        (a, b), (c, d) = self.axes
        area = a * d - b * c
        px, py = x - self.origin[0], y - self.origin[1]
        across, down = (px * d - py * b) / area, (py * a - px * c) / area
        return across.astype(np.float32), down.astype(np.float32)


@dataclass(frozen=True, kw_only=True, eq=False)
class Opening:
    """The hole between the lips.

    Attributes:
        upper, lower: edges of the lips from left to right, smooth; in pixels where a frame is painted.
        gap: how far the lips are apart in the middle, in the face's frame.
        lower_y: where the lower one is there.
    """

    upper: Points
    lower: Points
    gap: float
    lower_y: float


class Interior:
    """The inside of one sitter's mouth.

    Args:
        frame: the face.
        lips: its lips.
        picture: the portrait.
        blur: how soft the portrait is, in pixels, from its enlargement.
    """

    def __init__(self, frame: FaceFrame, lips: LipRig, picture: Picture, blur: float) -> None:
        self._lips, self._unit, self._blur = lips, frame.unit, blur
        self._tones = tones(frame, picture)
        softness = max(0.6, 0.008 * frame.unit, 0.36 * blur)
        self._upper_row, self._lower_row = upper_row(frame.unit, softness), lower_row(frame.unit, softness)
        self._own = own_teeth(frame, picture) if lips.opened else None
        if self._own is not None:
            self._tones = replace(self._tones, teeth=self._own.colour)

    def paint(self, out: Planes, opening: Opening, mouth: Mouth, view: View) -> None:
        """Paint the inside of the mouth into a frame, in place; nothing outside the lips changes."""
        unit = self._unit
        outline = np.concatenate([opening.upper, opening.lower[::-1]])
        margin = 0.06 * unit
        size = np.array([out.luma.shape[1], out.luma.shape[0]])
        # Even, since chroma has half as many pixels.
        first = np.clip(np.floor((outline.min(axis=0) - margin) / 2) * 2, 0, size).astype(int)
        last = np.clip(np.ceil((outline.max(axis=0) + margin) / 2) * 2, 0, size).astype(int)
        width, height = (last - first).tolist()
        if width < 4 or height < 4:  # noqa: PLR2004 - nothing of the mouth is in the picture
            return
        left = 1.0 - self._meeting_line(opening, first, width, height)
        colour = np.zeros((height, width, 3), np.float32)
        if opening.gap > 0.004:  # noqa: PLR2004 - less than a pixel at any size
            hole = filled(outline - first, width, height)
            cover = soft(hole, max(0.6, 0.008 * unit, 0.30 * self._blur))
            colour = self._inside(hole, opening, mouth, view, first) * (cover * left)[..., None]
            left = left * (1.0 - cover)
        lay(out, Veil(left=int(first[0]), top=int(first[1]), colour=colour, cover=1.0 - left))

    def _inside(
        self, hole: NDArray[np.uint8], opening: Opening, mouth: Mouth, view: View, first: NDArray[np.int_]
    ) -> Colour:
        """Everything behind the lips, over the whole part of the frame around the hole."""
        height, width = hole.shape
        x, y = view.to_face(
            np.arange(width, dtype=np.float64)[None, :] + first[0],
            np.arange(height, dtype=np.float64)[:, None] + first[1],
        )
        depth = np.clip((y - self._lips.seam) / 0.30, 0.0, 1.0)[..., None]
        inside: Colour = self._tones.dark + depth * self._tones.glow
        self._tongue(inside, x, y, opening, mouth)
        ride = max(0.055 + _JAW_RIDE * mouth.jaw, opening.lower_y - self._lips.seam - 0.022)
        place = self._matrix(view, first, self._lower_row.centre, ride)
        self._row(inside, self._lower_row, 0.50 * (1.0 - 0.85 * mouth.protrusion), place)
        if self._own is not None:
            self._own_row(inside, self._own, mouth, view, first)
        else:
            lift = 0.006 - 0.02 * mouth.protrusion
            place = self._matrix(view, first, self._upper_row.centre, lift)
            self._row(inside, self._upper_row, 1.0 - 0.5 * mouth.protrusion, place)
        inside *= self._shade(hole, opening.gap, mouth)
        return inside

    def _tongue(self, inside: Colour, x: Colour, y: Colour, opening: Opening, mouth: Mouth) -> None:
        gap, raised = opening.gap, mouth.tongue
        middle = opening.lower_y - 0.012 - 0.05 * raised * min(max(gap / 0.12, 0.3), 1.0)
        wide, high = 0.26 - 0.02 * raised, 0.085 + 0.02 * raised + 0.10 * gap
        across = (x - np.float32(self._lips.centre)) / np.float32(wide)
        away = across * across + ((y - np.float32(middle)) / np.float32(high)) ** 2
        cover = np.clip((1.15 - away) / 0.5, 0.0, 1.0)
        cover = cover * cover * (3.0 - 2.0 * cover) * np.float32(0.85)
        groove = np.clip(1.0 - (across * np.float32(wide / 0.05)) ** 2, 0.0, 1.0)
        shade = (
            np.float32(0.62) + np.float32(0.38) * np.clip(1.0 - away, 0.0, 1.0) - np.float32(0.08) * groove
        )
        inside += (self._tones.tongue * shade[..., None] - inside) * cover[..., None]

    def _row(self, inside: Colour, row: Row, strength: float, matrix: NDArray[np.float64]) -> None:
        """Lay a drawn row of teeth."""
        shown = _warped(row.pixels, matrix, inside)
        cover, relief = shown[..., :1], shown[..., 1:]
        colour = self._tones.teeth * (0.25 + 0.75 * relief) * np.float32(0.72 + 0.28 * strength)
        inside += (colour - inside) * (cover * np.float32(strength))

    def _matrix(
        self, view: View, first: NDArray[np.int_], centre: tuple[float, float], drop: float
    ) -> NDArray[np.float64]:
        """From pixels of a layer, whose `centre` stands in the middle of the mouth, to a part of a frame."""
        turned = view.axes / self._unit
        at = np.array([self._lips.centre, self._lips.seam + drop])
        stands = view.origin + view.axes[:, 0] * at[0] + view.axes[:, 1] * at[1] - first
        shift = stands - turned[:, 0] * centre[0] - turned[:, 1] * centre[1]
        return np.concatenate([turned, shift[:, None]], axis=1)

    def _own_row(
        self, inside: Colour, own: OwnTeeth, mouth: Mouth, view: View, first: NDArray[np.int_]
    ) -> None:
        """Lay the portrait's own teeth where the skull has them."""
        turned = view.axes / self._unit
        # From pixels of the layer, upright in the portrait, over the face's frame to pixels of the frame.
        matrix = np.empty((2, 3))
        matrix[:, 0] = turned[:, 0] * own.axes[0, 0] + turned[:, 1] * own.axes[1, 0]
        matrix[:, 1] = turned[:, 0] * own.axes[0, 1] + turned[:, 1] * own.axes[1, 1]
        matrix[:, 2] = view.origin - first + matrix[:, 0] * own.offset[0] + matrix[:, 1] * own.offset[1]
        shown = _warped(own.pixels, matrix, inside)
        dim = 1.0 - np.float32(mouth.protrusion) * np.array([0.76, 0.66, 0.48], np.float32)
        cover = shown[..., 3:] * np.float32((1.0 - 0.30 * mouth.protrusion) / 255.0)
        inside += (shown[..., :3] * dim - inside) * cover

    def _shade(self, hole: NDArray[np.uint8], gap: float, mouth: Mouth) -> Colour:
        """Less light reaches the inside near the upper lip and the corners; what light does is warm."""
        unit = self._unit
        lit = soft(hole, max(1.0, 0.035 * unit))
        shift = round(0.028 * unit)
        if shift:
            lit[shift:] = lit[:-shift].copy()
            lit[:shift] = 0.0
        shade = 0.36 + 0.64 * np.clip((lit - 0.30) / 0.45, 0.0, 1.0)
        narrow = min(max(0.12 - gap, 0.0), 0.12) / 0.12
        least = min(0.95, 0.36 + 0.59 * mouth.tuck + 0.22 * narrow * (1.0 - mouth.protrusion))
        shade = np.maximum(shade, np.float32(least))[..., None]
        return np.asarray(shade ** np.array([1.25, 1.2, 0.92], np.float32), dtype=np.float32)

    def _meeting_line(
        self, opening: Opening, first: NDArray[np.int_], width: int, height: int
    ) -> NDArray[np.float32]:
        """How much the soft dark line covers where closed lips meet."""
        closed = 1.0 - min(opening.gap / 0.05, 1.0)
        strength = (0.55 if self._lips.opened else 0.18) * closed
        if strength <= 0.01:  # noqa: PLR2004 - less than a level of grey
            return np.zeros((height, width), np.float32)
        middle = (opening.upper + opening.lower) / 2 - first
        mask = line(middle, max(1, round(0.016 * self._unit)), width, height)
        return soft(mask, max(0.7, 0.011 * self._unit)) * np.float32(0.58 * strength)


def _warped(layer: NDArray[np.float32] | Picture, matrix: NDArray[np.float64], like: Colour) -> Colour:
    """A layer seen through an affine map, as large as a part of a frame."""
    shown = cv2.warpAffine(layer, matrix, (like.shape[1], like.shape[0]), flags=cv2.INTER_LINEAR)
    return np.asarray(shown, dtype=np.float32)


def opening_of(lips: LipRig, weights: NDArray[np.float64], curve: NDArray[np.float64]) -> Opening:
    """The hole between the lips of the still head, in the face's frame.

    Args:
        lips: the lips.
        weights: of their modes.
        curve: what smooths their edges, of `brush.curve_matrix`.
    """
    upper, lower = lips.upper_inner.moved(weights), lips.lower_inner.moved(weights)
    lower[:, 1] = np.maximum(lower[:, 1], upper[:, 1])
    return Opening(
        upper=smooth_curve(upper, curve),
        lower=smooth_curve(lower, curve),
        gap=float(lower[_MIDDLE, 1] - upper[_MIDDLE, 1]),
        lower_y=float(lower[_MIDDLE, 1]),
    )
