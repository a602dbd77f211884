"""What the network is shown as a face: boxes like those that Wav2Lip was trained on.

Those came from S3FD (Zhang et al., 2017, arXiv 1708.05237), whose faces reach from the hairline to the chin
and from ear to ear; the original program widens them by a little below the chin. A mesh of landmarks spans
just that, and so do the boxes of the house's eyes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye import Face
from pipeline.engines.eye.mesh import LANDMARKS
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.wav2lip.architecture import IMAGE
from pipeline.plan.lipsync import Edges, Pads, part_shown


def crop_of(face: Face, size: tuple[int, int], pads: Pads, *, crop: Edges | None = None) -> Box:
    """The part of a picture that the network is shown, in whole pixels within it.

    Args:
        face: the face in the picture.
        size: width and height of the picture.
        pads: by how much the face's box is widened; a crop is taken as it is.
        crop: what was named instead of the face that was found.

    Raises:
        InputError: ``face-crop-outside``: hardly anything of it lies within the picture.
    """
    left, top, right, bottom = part_shown(edges_of(face, pads) if crop is None else crop, size)
    return Box(left=left, top=top, right=right, bottom=bottom)


def enclosing(box: Box) -> Box:
    """The smallest box around another whose edges are even, as planes of half the size need it."""
    return Box(
        left=box.left // 2 * 2,
        top=box.top // 2 * 2,
        right=-(-box.right // 2) * 2,
        bottom=-(-box.bottom // 2) * 2,
    )


def edges_of(face: Face, pads: Pads) -> Edges:
    """What the network is shown of a face, in pixels and parts of them; it may reach beyond the picture."""
    return _padded(_edges(face), pads)


def from_network(edges: Edges, corner: tuple[int, int] = (0, 0)) -> NDArray[np.float64]:
    """From the pixels of the network's picture to those of the one that it is shown a part of.

    Args:
        edges: that part.
        corner: left and top of what is looked at of the picture.

    Returns:
        float64 (2, 3), to be multiplied with columns of x, y and 1.
    """
    left, top, right, bottom = edges
    across, down = (right - left) / IMAGE, (bottom - top) / IMAGE
    return np.array(
        [
            [across, 0, left + 0.5 * across - 0.5 - corner[0]],
            [0, down, top + 0.5 * down - 0.5 - corner[1]],
        ]
    )


def _edges(face: Face) -> Edges:
    if face.landmarks is None or len(face.landmarks) < LANDMARKS:
        return face.box
    (left, top), (right, bottom) = face.landmarks[:, :2].min(axis=0), face.landmarks[:, :2].max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def _padded(edges: Edges, pads: Pads) -> Edges:
    left, top, right, bottom = edges
    across, down = (right - left) / 100, (bottom - top) / 100
    return (
        left - pads.left * across,
        top - pads.top * down,
        right + pads.right * across,
        bottom + pads.bottom * down,
    )
