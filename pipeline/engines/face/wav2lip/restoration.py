"""Restores the drawn part of a face: a network that sees the whole face draws the mouth anew, and finer.

Such networks were trained on faces that stand alike in pictures of 512 x 512 (FFHQ's alignment: Karras et
al., 2019, arXiv 1812.04948; Wang et al., 2021, arXiv 2101.04061). The face, with the drawn mouth in it, is
turned and scaled to stand so. Of what comes back nothing is taken but the part that the mouth's network
draws, in its place and in the picture's colours, several times as fine; so it is laid into the picture as any
drawn mouth is, through the same mask, and beyond that every byte stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye import Face
from pipeline.engines.eye.mesh import LANDMARKS, LEFT_EYE_CORNERS, MOUTH_CORNERS, RIGHT_EYE_CORNERS
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.wav2lip.affine import Affine, chained, from_finer
from pipeline.engines.face.wav2lip.architecture import IMAGE
from pipeline.engines.face.wav2lip.blend import (
    SoftBlend,
    arriving,
    carried,
    in_network,
    ring_of,
    rows_columns,
)
from pipeline.engines.face.wav2lip.box import from_network
from pipeline.engines.face.wav2lip.mask import Mask
from pipeline.engines.face.wav2lip.moving import SoftMovingPaste
from pipeline.engines.face.wav2lip.region import Region
from pipeline.engines.face.wav2lip.sitter import Draw
from pipeline.media.picture import bgr_of, to_bgr
from pipeline.plan.lipsync import Edges

Picture = NDArray[np.uint8]
Values = NDArray[np.float32]
Pixel = TypeVar("Pixel", np.uint8, np.float32)

#: Restores an aligned face: uint8 (512, 512, 3), BGR, to float32 of the same shape, BGR in 8-bit levels; the
#: same face gives the same bits.
Restore = Callable[[Picture], Values]

#: Raised whenever any pixel changes that is drawn here.
RESTORATION = "1"

#: The edge of the square picture that a network is shown.
SIDE = 512

#: So many mouths are restored before the first of them is shown: more gain nothing, and who stops a film has
#: to wait for them.
AT_ONCE = 2

# Where the middles of the eyes and the corners of the mouth stand in that picture.
_STANDS = np.array([[192.98, 239.95], [318.90, 240.19], [201.26, 371.41], [313.09, 371.15]])
# How high a face's box, from the hairline to the chin, is there, and where its middle is.
_HEIGHT, _MIDDLE = 350.0, (256.0, 320.0)
# A face in that picture has no more detail than the mouth's network would have so many times as fine.
_FINEST = 4
# How far a restored mouth's colours are brought to those before, at most, in levels: more is no other light.
_MOST_SHIFT = 40.0


def alignment(face: Face, edges: Edges) -> Affine:
    """How a picture is turned, scaled and moved so that its face stands as networks know faces.

    Args:
        face: the face, in pixels of the picture.
        edges: what the mouth's network is shown; that alone counts where the mouth of `face` is not in it.
    """
    left, top, right, bottom = edges
    if face.landmarks is not None and len(face.landmarks) >= LANDMARKS:
        points = face.landmarks[:, :2].astype(np.float64)
        across, down = points[list(MOUTH_CORNERS)].mean(axis=0)
        if left <= across < right and top <= down < bottom:
            return _standing(points)
    scale = _HEIGHT / max(bottom - top, 1.0)
    x, y = (left + right) / 2, (top + bottom) / 2
    return np.array([[scale, 0, _MIDDLE[0] - scale * x], [0, scale, _MIDDLE[1] - scale * y]])


def fineness(height: float) -> int:
    """How many times as fine as the network's a restored mouth is, by the height of what that is shown."""
    return min(max(-(-round(height) // IMAGE), 1), _FINEST)


class Restoration:
    """Restores what the network draws of one person's face.

    Args:
        restore: the network that restores.
        share: how much of each pixel of the network's picture is laid over, float32 (96, 96).
        region: the part of it that is drawn.
        finer: how many times as fine the restored part is.
    """

    def __init__(self, restore: Restore, share: Values, region: Region, finer: int) -> None:
        self.finer = finer
        self._restore = restore
        self._size = (region.columns, region.rows)
        self._ring = ring_of(share[rows_columns(region)])
        self._near = arriving(self._ring)
        self._region = from_finer(finer, (region.left, region.top))

    def finer_part(self, picture: Picture, there: Affine, aligned: Affine) -> Values:
        """The drawn part of a face, restored: float32 (rows, columns, 3), BGR 0 to 1, so many times as fine.

        Where it meets the picture it has the picture's colours.

        Args:
            picture: BGR, with the drawn mouth in it.
            there: from the network's picture to this one.
            aligned: from this one to what the restorer is shown.
        """
        back = np.asarray(cv2.invertAffineTransform(aligned), np.float64)
        restored = self._restore(_viewed(picture, back, (SIDE, SIDE)))
        there = chained(self._region, there)
        size = (self._size[0] * self.finer, self._size[1] * self.finer)
        made = _viewed(restored, chained(there, aligned), size)
        own = _viewed(picture, there, size).astype(np.float32)
        off = np.asarray(cv2.resize(own - made, self._size, interpolation=cv2.INTER_AREA), np.float32)
        near = carried(np.clip(off, -_MOST_SHIFT, _MOST_SHIFT) * self._ring[..., None])
        made += cv2.resize(near / self._near[..., None], size, interpolation=cv2.INTER_LINEAR)
        made *= np.float32(1 / 255)
        return np.clip(made, 0, 1, out=made)


class RestoredStill:
    """Computes mouths of a still portrait as `sitter.Draw` does, and restores them.

    Attributes:
        blend: what lays them into the portrait then.

    Args:
        restore: the network that restores.
        draw: computes mouths.
        blend: lays them into the portrait as the network draws them; nobody else draws with it.
        face: the face in the portrait.
        picture: the portrait with its mouth at rest, BGR.
        crop: what the network is shown of it.
        mask: where its mouth is seen.
    """

    def __init__(
        self,
        restore: Restore,
        draw: Draw,
        *,
        blend: SoftBlend,
        face: Face,
        picture: Picture,
        crop: Box,
        mask: Mask,
    ) -> None:
        finer = fineness(crop.height)
        self.blend = SoftBlend(picture, crop, mask, None, finer=finer)
        self._draw = draw
        self._drawn = blend
        self._picture = picture.copy()
        self._restoration = Restoration(restore, in_network(mask, crop), mask.region, finer)
        edges = (float(crop.left), float(crop.top), float(crop.right), float(crop.bottom))
        self._there = from_network(edges)
        self._aligned = alignment(face, edges)
        self._lock = Lock()

    def __call__(self, windows: NDArray[np.float32]) -> Values:
        """One mouth a window, so many times as fine; may be called from several threads."""
        mouths = self._draw(windows)
        with self._lock:
            return np.stack([self._restored(mouth) for mouth in mouths])

    def _restored(self, mouth: Values) -> Values:
        box = self._drawn.box
        # How far it is closed is seen to when it is laid in: mouths that are equal are restored once.
        self._picture[box.top : box.bottom, box.left : box.right] = bgr_of(self._drawn.laid(mouth, 0.0))
        return self._restoration.finer_part(self._picture, self._there, self._aligned)


class RestoredPlates:
    """Mouths of a portrait that is a film, restored.

    Args:
        restore: the network that restores.
        paste: lays mouths into its plates as the network draws them; nobody else draws with it meanwhile.
    """

    def __init__(self, restore: Restore, paste: SoftMovingPaste) -> None:
        self.finer = fineness(paste.height)
        self._paste = paste
        self._restoration = Restoration(restore, paste.share, paste.region, self.finer)
        self._lock = Lock()

    def restored(self, plates: Sequence[int], raws: Sequence[Picture], mouths: Values) -> Values:
        """One mouth a plate, so many times as fine; may be called from several threads.

        Args:
            plates: their indexes.
            raws: their pixels, raw yuv420p; for reading.
            mouths: what the network draws in each, float32 (n, rows, columns, 3), BGR 0 to 1.
        """
        with self._lock:
            return np.stack([self._one(*each) for each in zip(plates, raws, mouths, strict=True)])

    def _one(self, plate: int, raw: Picture, mouth: Values) -> Values:
        drawn = raw.copy()
        self._paste.lay(drawn, plate, mouth, 0.0)
        edges = self._paste.edges(plate)
        aligned = alignment(self._paste.person(plate), edges)
        return self._restoration.finer_part(to_bgr(drawn), from_network(edges), aligned)


def _standing(points: NDArray[np.float64]) -> Affine:
    """The alignment of a face whose landmarks are known, by least squares."""
    here = np.stack(
        [
            points[list(RIGHT_EYE_CORNERS)].mean(axis=0),
            points[list(LEFT_EYE_CORNERS)].mean(axis=0),
            *points[list(MOUTH_CORNERS)],
        ]
    )
    # The best turn, scale and move together are one complex factor and one complex term.
    source, target = (at @ np.array([1, 1j]) for at in (here, _STANDS))
    middle, wanted = source.mean(), target.mean()
    factor = np.vdot(source - middle, target - wanted) / np.vdot(source - middle, source - middle).real
    moved = wanted - factor * middle
    return np.array([[factor.real, -factor.imag, moved.real], [factor.imag, factor.real, moved.imag]])


def _viewed(picture: NDArray[Pixel], there: Affine, size: tuple[int, int]) -> NDArray[Pixel]:
    """A picture as seen elsewhere, larger or smaller; beyond its border the border goes on.

    Args:
        picture: (height, width, 3).
        there: from what is seen to the picture.
        size: width and height of what is seen.
    """
    shrunk = float(np.sqrt(abs(np.linalg.det(there[:, :2]))))
    shown: NDArray[Any] = picture
    if shrunk > 1:
        # What is too fine for the smaller picture would shimmer in it.
        shown = cv2.GaussianBlur(picture, (0, 0), 0.5 * np.sqrt(shrunk**2 - 1))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpAffine(shown, there, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, picture.dtype)
