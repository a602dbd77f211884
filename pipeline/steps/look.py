"""Looks at a portrait: reads the picture safely, finds the face, and cuts the film's picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye import EyeEngine
from pipeline.engines.face import Canvas
from pipeline.plan.job import Format
from pipeline.plan.portrait import Finding

Picture = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class PictureLimits:
    """What a picture may cost before it is refused: bytes of the file, pixels of the picture."""

    file_bytes: int
    pixels: int


@dataclass(frozen=True, kw_only=True, eq=False)
class PortraitReport:
    """What was found in a portrait.

    Attributes:
        findings: everything to be said about it, errors first.
        canvas: the film's picture with its face; None if and only if there is an error among the findings.
    """

    findings: tuple[Finding, ...]
    canvas: Canvas | None

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings for which the portrait is refused."""
        return tuple(finding for finding in self.findings if finding.level == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings with which the portrait can still be used."""
        return tuple(finding for finding in self.findings if finding.level == "warning")


def load_picture(path: Path, limits: PictureLimits) -> Picture:
    """The picture in a JPEG, PNG, WebP, BMP or TIFF file, upright, as BGR uint8 (height, width, 3).

    The kind is known by content, never by name.

    Raises:
        InputError: what is wrong with the file, with a code of the portrait room.
    """
    raise NotImplementedError


def pixels_digest(picture: Picture) -> str:
    """SHA-256, in hex, over the shape and the decoded, turned pixels."""
    raise NotImplementedError


def look_at(
    picture: Picture,
    eye: EyeEngine,
    format: Format,  # noqa: A002 - the house's word for it
    *,
    box: tuple[int, int, int, int] | None = None,
) -> PortraitReport:
    """Find the face that talks, say what is wrong with it, and cut the film's picture around it.

    Args:
        picture: as `load_picture` gives it.
        eye: what finds faces.
        format: the film's picture.
        box: x, y, width, height of the face that talks, in pixels of the picture.
    """
    raise NotImplementedError
