"""A drawn mouth comes into a portrait: laid hard over it, or blended in softly.

Everything is given as raw planes, as the encoder takes them; what the mouth does not reach is the portrait's
own, byte for byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.warp.layers import halved
from pipeline.engines.face.wav2lip.architecture import IMAGE
from pipeline.engines.face.wav2lip.box import enclosing
from pipeline.engines.face.wav2lip.mask import Mask
from pipeline.engines.face.wav2lip.region import Region
from pipeline.media.picture import TO_YUV, Planes, planes_of, to_yuv

Picture = NDArray[np.uint8]
Values = NDArray[np.float32]

# Full-range BGR, 0 to 1, to limited-range YUV in 8-bit levels.
_MATRIX = np.column_stack([TO_YUV[:, :3] * 255, TO_YUV[:, 3]])

# A level is rounded to the nearest by cutting off what is behind the point.
_HALF = np.float32(0.5)

# How far the drawn face's contrast and colours are brought to the portrait's, at most; in 8-bit levels of
# luma and chroma. More than that is no other light but another face.
_CONTRAST = (0.8, 1.25)
SHIFTS = np.array([40.0, 16.0, 16.0], np.float32)
# So far, in the network's pixels, a difference at the edge is carried inwards.
_CARRIED = 10.0
# What is finer than the network can draw, at most so strong, is taken from the portrait.
_FINEST = 10.0
# A crop so many times as large as the network's picture loses fine lines when it is read between four pixels.
_LARGE = 1.5


class Blend(Protocol):
    """Lays mouths into one portrait.

    Attributes:
        box: the part of the portrait that changes; its edges are even.
        region: the part of the network's picture that it takes.
        rest: that part with the mouth at rest, raw planes.
    """

    @property
    def box(self) -> Box: ...  # noqa: D102 - the class's Attributes tell it
    @property
    def region(self) -> Region: ...  # noqa: D102
    @property
    def rest(self) -> Planes: ...  # noqa: D102

    def laid(self, mouth: Values, closed: float) -> Planes:
        """The part that changes with a mouth in it; the same arrays each time, drawn anew.

        Args:
            mouth: the region of the network's picture, BGR 0 to 1, float32 (rows, columns, 3).
            closed: how much of the mouth at rest is seen instead, 0 to 1.
        """
        ...


def shown_to_network(picture: Picture, crop: Box) -> Picture:
    """A crop of a BGR picture, stretched to the network's size as the original does it: uint8 (96, 96, 3)."""
    return _stretched(picture, crop, cv2.INTER_LINEAR)


def shown_evenly(picture: Picture, crop: Box) -> Picture:
    """As `shown_to_network`; of a crop that is much larger every pixel counts, and fine lines stay whole."""
    large = min(crop.width, crop.height) > _LARGE * IMAGE
    return _stretched(picture, crop, cv2.INTER_AREA if large else cv2.INTER_LINEAR)


def _stretched(picture: Picture, crop: Box, interpolation: int) -> Picture:
    part = np.ascontiguousarray(picture[crop.top : crop.bottom, crop.left : crop.right])
    return np.asarray(cv2.resize(part, (IMAGE, IMAGE), interpolation=interpolation), np.uint8)


class HardPaste:
    """The original program's way: the whole drawn face over the crop, levels cut off, not rounded.

    Its resizing works on levels and in whole numbers, like the conversion to planes that follows.

    Args:
        picture: the portrait, BGR.
        crop: what the network is shown.
    """

    region = Region.whole()

    def __init__(self, picture: Picture, crop: Box) -> None:
        self.box = enclosing(crop)
        box = self.box
        self._part = picture[box.top : box.bottom, box.left : box.right].copy()
        self._inner = crop.within(box)
        self._size = (crop.width, crop.height)
        self.rest = planes_of(to_yuv(self._part))

    def laid(self, mouth: Values, _closed: float) -> Planes:
        """The part that changes with a drawn face in it, whatever is heard."""
        levels = (mouth * np.float32(255)).astype(np.uint8)
        self._part[self._inner] = cv2.resize(levels, self._size, interpolation=cv2.INTER_LINEAR)
        return planes_of(to_yuv(self._part))


@dataclass(frozen=True, kw_only=True, eq=False)
class Match:
    """What brings the network's colours to a portrait's, the same in every frame, so that nothing flickers.

    Attributes:
        gain: of the contrast, for Y, blue and red, float32 (3,).
        shift: what is added to each pixel of a region, in levels, float32 (rows, columns, 3).
    """

    gain: Values
    shift: Values


def match_of(face: Picture, drawn: Values, mask: Mask, crop: Box) -> Match:
    """What makes a drawn face and the portrait one where they meet, on the ring where the mask fades.

    Args:
        face: what the network was shown.
        drawn: what it made of the mask's region of it in silence, BGR 0 to 1.
        mask: where it is laid.
        crop: of the portrait.
    """
    part = rows_columns(mask.region)
    wanted = to_levels(face[part].astype(np.float32) / np.float32(255))
    made = to_levels(drawn)
    share = in_network(mask, crop)[part]
    ring = ring_of(share)
    total = float(ring.sum())
    if total <= 0:
        return Match(gain=np.ones(3, np.float32), shift=np.zeros(made.shape, np.float32))
    weights = (ring / np.float32(total))[..., None]
    mean_wanted, mean_made = (
        (values * weights).sum(axis=(0, 1), dtype=np.float64) for values in (wanted, made)
    )
    spread_wanted, spread_made = (
        np.sqrt((((values - mean) ** 2) * weights).sum(axis=(0, 1), dtype=np.float64))
        for values, mean in ((wanted, mean_wanted), (made, mean_made))
    )
    gain = np.clip(spread_wanted / np.maximum(spread_made, 1e-3), *_CONTRAST).astype(np.float32)
    centred = mean_made.astype(np.float32)
    off = np.clip(wanted - ((made - centred) * gain + centred), -SHIFTS, SHIFTS)
    inwards = carried(off * ring[..., None]) / arriving(ring)[..., None]
    return Match(gain=gain, shift=inwards + centred * (1 - gain))


class SoftBlend:
    """The mouth alone, with a soft edge, in the portrait's colours and with its skin's finest texture.

    Args:
        picture: the portrait with its mouth at rest, BGR.
        crop: what the network is shown.
        mask: where its mouth is seen.
        match: what brings its colours to the portrait's, and the texture along; None to take it as it is.
        finer: how many times as fine as the network draws them mouths come.
    """

    def __init__(
        self, picture: Picture, crop: Box, mask: Mask, match: Match | None, *, finer: int = 1
    ) -> None:
        box, region = mask.box, mask.region
        self.box, self.region = box, region
        part = picture[box.top : box.bottom, box.left : box.right]
        self.rest = planes_of(to_yuv(np.ascontiguousarray(part)))
        self._matrix = _MATRIX
        self._shift: Values | None = None
        if match is not None:
            self._matrix = np.column_stack([_MATRIX[:, :3] * match.gain[:, None], _MATRIX[:, 3] * match.gain])
            self._shift = match.shift
        side = IMAGE * finer
        self._drawn = np.zeros((side, side, 3), np.float32)
        self._at = rows_columns(region, finer)
        self._size = (crop.width, crop.height)
        # What is finer than the portrait would shimmer in it.
        self._resizing = cv2.INTER_AREA if finer > 1 and side > max(self._size) else cv2.INTER_LINEAR
        # The mask lies within the crop, but for an odd pixel at an edge, of which it has nothing.
        self._pad = (
            max(crop.top - box.top, 0),
            max(box.bottom - crop.bottom, 0),
            max(crop.left - box.left, 0),
            max(box.right - crop.right, 0),
        )
        inner = box.shared(crop)
        self._inner = inner.within(crop)
        texture = None if match is None else _texture(picture, crop, mask)
        self._luma = _Layer(self.rest.luma, mask.share, texture)
        small = halved(mask.share)
        self._blue, self._red = (_Layer(plane, small, None) for plane in (self.rest.blue, self.rest.red))

    def laid(self, mouth: Values, closed: float) -> Planes:
        """The part that changes with a mouth in it, as much of it as is not closed."""
        levels = np.asarray(cv2.transform(mouth, self._matrix), np.float32)
        if self._shift is not None:
            levels += self._shift
        self._drawn[self._at] = levels
        large = _resized(self._drawn, self._size, self._resizing)[self._inner]
        if any(self._pad):
            large = np.asarray(cv2.copyMakeBorder(large, *self._pad, cv2.BORDER_REPLICATE), np.float32)
        height, width = large.shape[:2]
        small = _resized(large, (width // 2, height // 2), cv2.INTER_AREA)
        opened = np.float32(1.0 - closed)
        return Planes(
            luma=self._luma.laid(large[..., 0], opened),
            blue=self._blue.laid(small[..., 1], opened),
            red=self._red.laid(small[..., 2], opened),
        )


class _Layer:
    """One plane of a part of the portrait that something is laid over.

    Args:
        plane: the portrait's.
        share: how much of each pixel is laid over.
        texture: in levels, what is added to what is laid over it.
    """

    def __init__(self, plane: Picture, share: Values, texture: Values | None) -> None:
        own = plane.astype(np.float32)
        self._rest = own + _HALF
        self._share = share
        self._added = share * (-own if texture is None else texture - own)
        self._mixed = np.empty_like(own)
        self._out = np.empty_like(plane)

    def laid(self, values: Values, opened: np.float32) -> Picture:
        """The plane with values over it where they have a share, as far as the mouth is open."""
        mixed = np.multiply(values, self._share, out=self._mixed)
        mixed += self._added
        mixed *= opened
        mixed += self._rest
        np.clip(mixed, 0, 255, out=mixed)
        self._out[...] = mixed
        return self._out


def _texture(picture: Picture, crop: Box, mask: Mask) -> Values:
    """The luma of a portrait's skin within a mask that is too fine for the network, in levels."""
    part = np.ascontiguousarray(picture[crop.top : crop.bottom, crop.left : crop.right])
    luma = to_levels(part.astype(np.float32) / np.float32(255))[..., 0]
    coarse = cv2.resize(luma, (IMAGE, IMAGE), interpolation=cv2.INTER_AREA)
    again = cv2.resize(coarse, (crop.width, crop.height), interpolation=cv2.INTER_LINEAR)
    fine = np.clip(luma - np.asarray(again, np.float32), -_FINEST, _FINEST)
    found = np.zeros(mask.share.shape, np.float32)
    both = mask.box.shared(crop)
    found[both.within(mask.box)] = fine[both.within(crop)]
    return found * mask.skin


def in_network(mask: Mask, crop: Box) -> Values:
    """A mask in the network's size, float32 (96, 96)."""
    whole = np.zeros((crop.height, crop.width), np.float32)
    both = mask.box.shared(crop)
    whole[both.within(crop)] = mask.share[both.within(mask.box)]
    return np.asarray(cv2.resize(whole, (IMAGE, IMAGE), interpolation=cv2.INTER_AREA), np.float32)


def to_levels(picture: Values) -> Values:
    """BGR, 0 to 1, in levels of Y, blue and red difference."""
    return np.asarray(cv2.transform(picture, _MATRIX), np.float32)


def _resized(values: Values, size: tuple[int, int], interpolation: int) -> Values:
    return np.asarray(cv2.resize(values, size, interpolation=interpolation), np.float32)


def rows_columns(region: Region, finer: int = 1) -> tuple[slice, slice]:
    """Where a region lies in the network's picture, or in one that is so many times as fine."""
    return np.s_[
        region.top * finer : region.bottom * finer,
        region.left * finer : region.right * finer,
    ]


def carried(values: Values) -> Values:
    """Values spread as far as differences are carried; beyond the border there is nothing."""
    blurred = cv2.GaussianBlur(values, (0, 0), _CARRIED, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(blurred, np.float32)


def ring_of(share: Values) -> Values:
    """Where a mask fades: 1 where it lays half of a pixel over, 0 where it lays over all of it or nothing."""
    return 4 * share * (1 - share)


def arriving(ring: Values) -> Values:
    """How much of a ring `carried` brings to each pixel: differences carried from it are divided by this."""
    # Never nothing, so that what is nothing stays that.
    return np.maximum(carried(ring), np.float32(1e-6))
