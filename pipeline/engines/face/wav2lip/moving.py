"""A face that moves: what the network is shown of each plate, and how what it draws comes back into it.

As for a still portrait (`blend`), but the box moves from plate to plate, by parts of pixels, so that nothing
trembles; and colours are brought to each plate's own where mouth and skin meet, since light changes.
"""

from __future__ import annotations

from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye import Face
from pipeline.engines.face import Footage
from pipeline.engines.face.warp.ease import smoothstep
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.warp.layers import halved, part_of
from pipeline.engines.face.wav2lip.affine import Affine, chained, from_finer
from pipeline.engines.face.wav2lip.architecture import IMAGE
from pipeline.engines.face.wav2lip.blend import (
    SHIFTS,
    arriving,
    carried,
    in_network,
    ring_of,
    rows_columns,
    shown_to_network,
    to_levels,
)
from pipeline.engines.face.wav2lip.box import crop_of, edges_of, enclosing, from_network
from pipeline.engines.face.wav2lip.mask import mask_of
from pipeline.engines.face.wav2lip.region import Region
from pipeline.media.picture import Planes, bgr_of, planes_of, to_yuv
from pipeline.plan.lipsync import Edges, Pads

Picture = NDArray[np.uint8]
Values = NDArray[np.float32]

# A plate's own mouth counts as closed up to the first opening, as open from the second; parts of its width.
_SHUT, _OPEN = 0.04, 0.10
_HALF = np.float32(0.5)
# Pixels are read between their neighbours, and chroma between its own, which are twice as large.
_ROUND = 2


class Paste(Protocol):
    """Shows plates to the network, and lays what it draws into them.

    Attributes:
        region: the part of the network's picture that is drawn.
    """

    @property
    def region(self) -> Region: ...  # noqa: D102 - the class's Attributes tell it

    def face(self, raw: Picture, plate: int) -> Picture:
        """What the network is shown of a plate: uint8 (96, 96, 3), BGR.

        Args:
            raw: its pixels, raw yuv420p.
            plate: its index.
        """
        ...

    def lay(self, raw: Picture, plate: int, mouth: Values, rest: float) -> None:
        """Draw a mouth into a plate.

        Args:
            raw: its pixels, written in place.
            plate: its index.
            mouth: the region of the network's picture, BGR 0 to 1, float32 (rows, columns, 3).
            rest: how much of the plate's own mouth is seen instead, 0 to 1.
        """
        ...

    def shut(self, plate: int) -> float:
        """How far a plate's own mouth is closed, 0 to 1: so much of it may stand for silence."""
        ...


class HardMovingPaste:
    """The original program's way: the whole drawn face over each plate's box, in whole pixels.

    Args:
        footage: the film.
        pads: how the face's box is widened.

    Raises:
        InputError: ``face-crop-outside``.
    """

    region = Region.whole()

    def __init__(self, footage: Footage, pads: Pads) -> None:
        self._footage = footage
        self._pads = pads
        # A crop that lies outside is refused before any plate is drawn.
        crop_of(face_in(footage, footage.track.anchor), _size(footage), pads, crop=footage.crop)

    def face(self, raw: Picture, plate: int) -> Picture:
        """What the network is shown of a plate."""
        part, inner = self._part(raw, plate)
        return shown_to_network(bgr_of(part), inner)

    def lay(self, raw: Picture, plate: int, mouth: Values, _rest: float) -> None:
        """Draw a face into a plate, whatever is heard."""
        part, inner = self._part(raw, plate)
        picture = np.ascontiguousarray(bgr_of(part))
        levels = (mouth * np.float32(255)).astype(np.uint8)
        size = (inner.width, inner.height)
        picture[inner.top : inner.bottom, inner.left : inner.right] = cv2.resize(
            levels, size, interpolation=cv2.INTER_LINEAR
        )
        for plane, drawn in zip(part, planes_of(to_yuv(picture)), strict=True):
            plane[...] = drawn

    def shut(self, _plate: int) -> float:
        """Nothing of the plate's own stays."""
        return 0.0

    def _part(self, raw: Picture, plate: int) -> tuple[Planes, Box]:
        """The part of a plate around its box, and the box in it."""
        face = face_in(self._footage, plate)
        crop = crop_of(face, _size(self._footage), self._pads, crop=self._footage.crop)
        box = enclosing(crop)
        part = part_of(planes_of(raw), box.left, box.top, box.height, box.width)
        return part, crop.moved(-box.left, -box.top)


class SoftMovingPaste:
    """The mouth alone, with a soft edge, in each plate's own colours.

    Where the mouth lies in the network's picture is known from the anchor: boxes follow the face, so it lies
    there in every plate.

    Attributes:
        share: how much of each pixel of the network's picture is laid over, float32 (96, 96).
        height: how high the anchor's face is, as the network is shown it, in pixels of the film.

    Args:
        footage: the film.
        pads: how the face's box is widened.
        finer: how many times as fine as the network draws them mouths come; then they have been in the plate
            before, and have its colours.

    Raises:
        InputError: ``face-crop-outside``.
    """

    def __init__(self, footage: Footage, pads: Pads, *, finer: int = 1) -> None:
        self._footage = footage
        self._pads = pads
        self._size = _size(footage)
        # The same for every plate, or they would differ in sharpness.
        self._coarser = _coarser(footage, pads)
        anchor = face_in(footage, footage.track.anchor)
        crop = crop_of(anchor, self._size, pads, crop=footage.crop)
        mask = mask_of(anchor, crop, self._size)
        self.region = mask.region
        self.height = crop.height
        share = in_network(mask, crop)
        # What is repeated beyond the border has to be nothing.
        share[[0, -1]] = 0
        share[:, [0, -1]] = 0
        self.share = share
        self._at = rows_columns(self.region)
        self._ring = ring_of(share[self._at])
        self._near = arriving(self._ring)[..., None]
        self._finer = finer
        self._drawn_at = rows_columns(self.region, finer)
        side = IMAGE * finer
        self._drawn = np.zeros((side, side, 4), np.float32)
        self._drawn[..., 3] = cv2.resize(share, (side, side), interpolation=cv2.INTER_LINEAR)

    def face(self, raw: Picture, plate: int) -> Picture:
        """What the network is shown of a plate, read between its pixels."""
        return self._shown(*self._part(raw, plate, Region.whole()), plate)

    def lay(self, raw: Picture, plate: int, mouth: Values, rest: float) -> None:
        """Draw a mouth into a plate, as much of it as is not at rest."""
        box, part = self._part(raw, plate, self.region)
        levels = to_levels(mouth)
        if self._finer == 1:
            shown = self._shown(box, part, plate)[self._at]
            own = to_levels(shown.astype(np.float32) / np.float32(255))
            # A hand before the mouth is no other light.
            off = np.clip(own - levels, -SHIFTS, SHIFTS) * self._ring[..., None]
            levels += carried(off) / self._near
        self._drawn[self._drawn_at][..., :3] = levels
        there = chained(from_finer(self._finer), self._there(plate, box))
        size = (box.width, box.height)
        wide = cv2.warpAffine(
            self._drawn, there, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        large = np.asarray(wide, np.float32)
        large[..., 3] *= np.float32(1.0 - rest)
        small = halved(large)
        for index, (plane, drawn) in enumerate(zip(part, (large, small, small), strict=True)):
            mixed = plane + drawn[..., 3] * (drawn[..., index] - plane) + _HALF
            plane[...] = np.clip(mixed, 0, 255)

    def shut(self, plate: int) -> float:
        """How far a plate's own mouth is closed."""
        return 1.0 - float(smoothstep(_SHUT, _OPEN, np.array([self._footage.track.opening(plate)]))[0])

    def person(self, plate: int) -> Face:
        """The face in a plate."""
        return face_in(self._footage, plate)

    def edges(self, plate: int) -> Edges:
        """What the network is shown of a plate."""
        return self._footage.crop or edges_of(self.person(plate), self._pads)

    def _shown(self, box: Box, part: Planes, plate: int) -> Picture:
        """What the network is shown of a plate, as far as a part of it reaches."""
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        picture, there = np.ascontiguousarray(bgr_of(part)), self._there(plate, box)
        if self._coarser > 1:
            # Of a face that is much larger every pixel counts, so that fine lines do not flicker.
            size = (-(-box.width // self._coarser), -(-box.height // self._coarser))
            more = (size[1] * self._coarser - box.height, size[0] * self._coarser - box.width)
            whole = np.pad(picture, ((0, more[0]), (0, more[1]), (0, 0)), mode="edge")
            picture = np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.uint8)
            there /= self._coarser
            there[:, 2] += 0.5 / self._coarser - 0.5
        shown = cv2.warpAffine(picture, there, (IMAGE, IMAGE), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(shown, np.uint8)

    def _part(self, raw: Picture, plate: int, region: Region) -> tuple[Box, Planes]:
        """The part of a plate that holds a region of its box, as far as it lies in the picture."""
        left, top, right, bottom = self.edges(plate)
        across, down = (right - left) / IMAGE, (bottom - top) / IMAGE
        width, height = self._size
        box = enclosing(
            Box(
                left=min(max(int(left + region.left * across) - _ROUND, 0), width - 2),
                top=min(max(int(top + region.top * down) - _ROUND, 0), height - 2),
                right=max(min(int(left + region.right * across) + 1 + _ROUND, width), 2),
                bottom=max(min(int(top + region.bottom * down) + 1 + _ROUND, height), 2),
            )
        )
        return box, part_of(planes_of(raw), box.left, box.top, box.height, box.width)

    def _there(self, plate: int, box: Box) -> Affine:
        """From the network's picture to a part of a plate."""
        return from_network(self.edges(plate), (box.left, box.top))


def face_in(footage: Footage, plate: int) -> Face:
    """The face in a plate, as its track has it."""
    left, top, right, bottom = footage.track.box(plate).tolist()
    points = footage.track.points(plate)
    return Face(
        box=(left, top, right, bottom),
        landmarks=None if points is None else points.astype(np.float64),
        yaw=0.0,
        pitch=0.0,
        roll=0.0,
    )


def _coarser(footage: Footage, pads: Pads) -> int:
    """How many of a plate's pixels make one of the network's, across and down, in whole numbers."""
    face = face_in(footage, footage.track.anchor)
    left, top, right, bottom = footage.crop or edges_of(face, pads)
    return max(int(min(right - left, bottom - top) / IMAGE), 1)


def _size(footage: Footage) -> tuple[int, int]:
    return footage.format.width, footage.format.height
