"""Where a person ends, and what the picture does there when the head moves.

Before a plain background nothing is seen of how it bends: there the picture is stretched in a wide strip
around the person, and the finest hair goes along. Before a pattern it would be seen: there the person is cut
out with a soft edge and moves before a background that stands still (see `plate`).
"""

from __future__ import annotations

from math import ceil

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import CHIN, EARS, FOREHEAD
from pipeline.engines.face.warp.brush import disc
from pipeline.engines.face.warp.ease import smoothstep
from pipeline.engines.face.warp.faceframe import FaceFrame, Points
from pipeline.engines.face.warp.lattice import Field, read
from pipeline.engines.face.warp.luma import luma_of

Picture = NDArray[np.uint8]
_Values = NDArray[np.float64]

# Lengths in inter-ocular distances. Strips begin a little outside, where single hairs are that no mask has.

# What is stretched before a plain background: in minutes of speech a lively head turns by 0.12 at most, and
# the steepest slope in a strip is 1.4 times its mean.
_STRETCHED = (0.03, 0.22)
# Before a pattern: the cut's soft edge, and what goes along around it so that all of that does.
_CUT = (0.045, 0.05)
_ALONG = (0.09, 0.07)

# Before a pattern a mask is brought to where colours change, looked at so far around. What changes less than
# this, the variance of a colour from 0 to 1, is noise.
_WINDOW, _NOISE = 0.25, 3e-4
_MORE_PERSON = 0.45
# An ear that a mask may have missed: how far its middle is above its root, and its half across and down.
_EAR_ABOVE, _EAR = 0.24, (0.22, 0.42)

# A pattern is looked for from here to there beside the person, beyond loose hair, and holds this far around.
_LOOK = (0.25, 0.55)
_AROUND = 0.35
_LITTLE = 0.02
# The person's edge is seen as a change this near to the outline.
_ACROSS = 0.15
# How much lightness changes, in levels, over this length each way, where a background is plain and where not.
_CHANGE = (14.0, 26.0)
_WITHIN = 0.06
_GRAIN = 0.02

# Where so much, from here to there, of what is beside a head is a pattern, the head sways less: a little of a
# wall goes along with its edge, and in a pattern one sees by how much.
_PATTERNED = (0.1, 0.4)
_SWAY = 0.45
_SWAY_STEPS = 64

# Nodes in which all this is looked at, in one inter-ocular distance.
_FINE = 60
_HALF_COVERED = 128
# So many rows of nodes are solved at once: for all of them at once it would take 30 maps more.
_ROWS = 16
# Sums of many ones are not exactly one when divided.
_HIDDEN = 0.999


class Outline:
    """The outline of one person, who is looked at once.

    Args:
        frame: the face.
        picture: BGR uint8 (height, width, 3).
        person: how much of each pixel shows the person, (height, width).

    Attributes:
        sway: which part of its usual way a head goes before what is behind it, 0 to 1; 1 if that is plain.
    """

    def __init__(self, frame: FaceFrame, picture: Picture, person: Picture) -> None:
        self._step = max(1, int(frame.unit / _FINE))
        unit = frame.unit / self._step
        # A person whom the picture cuts off goes on beyond it.
        self._room = ceil(sum(_STRETCHED) * unit) + 1
        at = _in_face(frame, person.shape, self._step)
        face, ears = _on_face(frame, at), _on_ears(frame, at)
        seen = (person[:: self._step, :: self._step] >= _HALF_COVERED) | face
        beside = _beside_head(frame, at, seen, unit)
        # What is worked out next takes much memory, and needs no places.
        del at
        shown = _plain(picture[:: self._step, :: self._step], seen, unit)
        self.sway = _sway(shown[beside])
        plain = np.pad(shown, self._room, mode="edge")
        exact = _at_colours(picture[:: self._step, :: self._step], seen | ears, unit)
        around, near = (
            np.pad(mask, self._room, mode="edge").astype(np.uint8) for mask in (seen, exact | face)
        )
        stretched = _faded(around, unit, *_STRETCHED)
        along, cut = (_faded(near, unit, *strip) for strip in (_ALONG, _CUT))
        self._along = (along + (stretched - along) * plain).astype(np.float32)
        self._cut = cut.astype(np.float32)
        self._cover = np.maximum(cut, plain).astype(np.float32)

    def along(self, nodes: Points) -> _Values:
        """How far nodes (..., 2) go with the person, 0 to 1: 1 on the person, 0 some way around."""
        return self._at(self._along, nodes).astype(np.float64)

    def cover(self, nodes: Points) -> Field:
        """How much of what is behind the person nodes hide, 0 to 1; 1 everywhere if that is plain."""
        return self._at(self._cover, nodes)

    def hidden(self, nodes: Points) -> NDArray[np.bool_]:
        """Whether the person hides what is behind nodes."""
        return np.asarray(self._at(self._cut, nodes) > _HIDDEN)

    def _at(self, field: Field, nodes: Points) -> Field:
        return read(field, (nodes / self._step + self._room).astype(np.float32), cv2.BORDER_REPLICATE)


def _in_face(frame: FaceFrame, shape: tuple[int, ...], step: int) -> _Values:
    """Where every so many pixels of a picture are in the face's own lengths, (rows, columns, 2)."""
    x, y = np.meshgrid(np.arange(0, shape[1], step), np.arange(0, shape[0], step))
    return frame.to_face(np.stack([x, y], axis=-1).astype(np.float64))


def _on_face(frame: FaceFrame, at: _Values) -> NDArray[np.bool_]:
    """The face itself, which is the person's whatever a mask has."""
    corners = frame.points[[*EARS, FOREHEAD, CHIN]]
    middle, half = (corners.max(axis=0) + corners.min(axis=0)) / 2, np.ptp(corners, axis=0) / 2
    away = (at - middle) / np.maximum(half, 0.25)
    return np.asarray((away * away).sum(axis=-1) <= 1.0)


def _faded(seen: Picture, unit: float, start: float, strip: float) -> _Values:
    """1 on what is seen and so far around, 0 beyond a strip that begins there, smooth between."""
    grown = cv2.dilate(seen, disc(round((strip / 2 + start) * unit)))
    return _means(_means(grown.astype(np.float64), round(0.37 * strip * unit)), round(0.13 * strip * unit))


def _on_ears(frame: FaceFrame, at: _Values) -> NDArray[np.bool_]:
    """Where ears are, if any are seen."""
    away = (at[..., None, :] - frame.points[list(EARS)] + (0.0, _EAR_ABOVE)) / _EAR
    return np.asarray(((away * away).sum(axis=-1) <= 1.0).any(axis=-1))


def _at_colours(picture: Picture, seen: NDArray[np.bool_], unit: float) -> NDArray[np.bool_]:
    """A mask whose border lies where colours change, as far as they do near it.

    Source: He, Sun and Tang, "Guided Image Filtering", 2013, with the picture's colours as the guide.
    """
    mask, reach = seen.astype(np.float64), round(_WINDOW * unit)

    def colour(channel: int) -> _Values:
        return picture[..., channel].astype(np.float64) / 255.0

    usual, share = [_means(colour(channel), reach) for channel in range(3)], _means(mask, reach)
    varies = {}
    for i, j in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)):
        varies[i, j] = _means(colour(i) * colour(j), reach)
        varies[i, j] -= usual[i] * usual[j]
        varies[i, j] += _NOISE if i == j else 0.0
    slopes = []
    for channel, mean in enumerate(usual):
        slopes.append(_means(colour(channel) * mask, reach))
        slopes[-1] -= mean * share
    for first in range(0, len(mask), _ROWS):
        rows = slice(first, first + _ROWS)
        solved = _solved({key: own[rows] for key, own in varies.items()}, [own[rows] for own in slopes])
        for own, found in zip(slopes, solved, strict=True):
            own[rows] = found
    del varies
    told = _means(share - sum(slope * mean for slope, mean in zip(slopes, usual, strict=True)), reach)
    told += sum(_means(slope, reach) * colour(channel) for channel, slope in enumerate(slopes))
    return np.asarray(told > _MORE_PERSON)


def _solved(matrix: dict[tuple[int, int], _Values], vector: list[_Values]) -> list[_Values]:
    """Three unknowns for each place, by Cramer's rule; the matrices are symmetric."""
    a, b, c = matrix[0, 0], matrix[0, 1], matrix[0, 2]
    d, e, f = matrix[1, 1], matrix[1, 2], matrix[2, 2]
    minors = (
        (d * f - e * e, c * e - b * f, b * e - c * d),
        (c * e - b * f, a * f - c * c, b * c - a * e),
        (b * e - c * d, b * c - a * e, a * d - b * b),
    )
    whole = a * minors[0][0] + b * minors[0][1] + c * minors[0][2]
    x, y, z = vector
    return [(row[0] * x + row[1] * y + row[2] * z) / whole for row in minors]


def _beside_head(frame: FaceFrame, at: _Values, seen: NDArray[np.bool_], unit: float) -> NDArray[np.bool_]:
    """What is behind a head and near it; beside the body nothing moves."""
    near = np.asarray(cv2.dilate(seen.astype(np.uint8), disc(round(sum(_STRETCHED) * unit)))) > 0
    return np.asarray(near & ~seen & (at[..., 1] < frame.points[CHIN, 1]))


def _sway(plain: _Values) -> float:
    """How far a head goes that has this beside it; in whole steps, so that last bits shape no film."""
    pattern = np.array(1.0 - float(plain.sum()) / plain.size if plain.size else 0.0)
    less = (1.0 - _SWAY) * float(smoothstep(*_PATTERNED, pattern))
    return round((1.0 - less) * _SWAY_STEPS) / _SWAY_STEPS


def _plain(picture: Picture, seen: NDArray[np.bool_], unit: float) -> _Values:
    """How plain the background is around, from 0, a pattern, to 1."""
    light = _means(luma_of(picture).astype(np.float64), max(1, round(_GRAIN * unit)))
    near = disc(round(_WITHIN * unit))
    change = np.asarray(cv2.dilate(light, near) - cv2.erode(light, near), np.float64)
    person = seen.astype(np.uint8)

    def beyond(far: float) -> NDArray[np.bool_]:
        return np.asarray(cv2.dilate(person, disc(round(far * unit)))) > 0

    beside = beyond(_LOOK[1]) & ~beyond(_LOOK[0])
    inner = np.asarray(cv2.erode(person, disc(round(_ACROSS * unit)))) > 0
    edge = beyond(_ACROSS) & ~inner
    pattern = smoothstep(*_CHANGE, _usual(change, beside, round(_AROUND * unit)))
    # Where nothing changes at the outline itself, as within dark hair, a mask has missed some of the person.
    return 1.0 - pattern * smoothstep(*_CHANGE, _usual(change, edge, round(2 * _ACROSS * unit)))


def _usual(change: _Values, where: NDArray[np.bool_], reach: int) -> _Values:
    """The mean of what is given at certain places around each place; where there are none, that of all."""
    looked = where.astype(np.float64)
    mean = float((change * looked).sum()) / max(float(looked.sum()), 1.0)
    return (_means(change * looked, reach) + _LITTLE * mean) / (_means(looked, reach) + _LITTLE)


def _means(values: _Values, reach: int) -> _Values:
    """Means of squares that reach this far to each side, the border's values going on beyond it.

    Running sums, always added in one order.
    """
    side = 2 * reach + 1
    sums = np.pad(values, reach, mode="edge")
    for axis in (0, 1):
        shape = list(sums.shape)
        shape[axis] += 1
        # The axis that is summed along comes first. No more than two maps are in memory at a time.
        total = np.zeros(shape).swapaxes(0, axis)
        np.cumsum(sums.swapaxes(0, axis), axis=0, out=total[1:])
        del sums
        sums = (total[side:] - total[:-side]).swapaxes(0, axis)
        del total
    sums /= side * side
    return sums
