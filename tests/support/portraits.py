"""Portraits for tests: the demo's photograph, and the same one spoiled in known ways."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

ASTRONAUT_FILE = Path(__file__).resolve().parents[2] / "demo/portraits/astronaut.png"
LEO_FILE = ASTRONAUT_FILE.with_name("leo.png")


def astronaut() -> Picture:
    """A photograph of 512 x 512 pixels; its face is 91 pixels wide, at (180, 70) to (271, 178)."""
    return _read(ASTRONAUT_FILE)


def leo() -> Picture:
    """A drawing of 1080 x 1080 pixels; its face is 307 pixels wide."""
    return _read(LEO_FILE)


def close_up(times: int = 4) -> Picture:
    """The astronaut's head and shoulders, enlarged: a large face in a large picture."""
    part = astronaut()[20:240, 110:340]
    return _resized(part, times)


def before_skin() -> Picture:
    """The drawing before a plain background in the colour of its own cheek."""
    picture = leo()
    height, width = picture.shape[:2]
    cheek = tuple(int(value) for value in picture[560, 440])
    beyond = np.zeros((height + 2, width + 2), np.uint8)
    for x in (3, width - 4):
        cv2.floodFill(picture, beyond, (x, 3), cheek, (60,) * 3, (60,) * 3, cv2.FLOODFILL_FIXED_RANGE)
    return picture


def shrunk(picture: Picture, scale: float) -> Picture:
    """The picture made smaller."""
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def blurred(picture: Picture, sigma: float) -> Picture:
    """The picture out of focus."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def half_dark(picture: Picture, column: int, light: float) -> Picture:
    """Everything left of a column in a hard shadow that leaves this part of the light's values."""
    dark = picture.copy()
    dark[:, :column] = np.round(dark[:, :column] * light).astype(np.uint8)
    return dark


def patched(picture: Picture, colour: tuple[int, int, int]) -> Picture:
    """The astronaut with a plain patch (BGR) before the mouth, as a mask would be."""
    masked = picture.copy()
    masked[135:172, 195:255] = colour
    return masked


def microphone(picture: Picture) -> Picture:
    """The astronaut with a dark microphone before the mouth."""
    held = picture.copy()
    cv2.ellipse(held, (226, 165), (14, 22), 0, 0, 360, (30, 30, 34), -1)
    cv2.rectangle(held, (218, 180), (234, 260), (50, 50, 50), -1)
    return held


def beside(left: Picture, right: Picture) -> Picture:
    """Two pictures side by side on grey, top-aligned."""
    height = max(left.shape[0], right.shape[0])
    sheet = np.full((height, left.shape[1] + right.shape[1], 3), 128, np.uint8)
    sheet[: left.shape[0], : left.shape[1]] = left
    sheet[: right.shape[0], left.shape[1] :] = right
    return sheet


def turned(picture: Picture, degrees: float) -> Picture:
    """The astronaut's face wrapped round an upright cylinder of its width, and that turned to the side.

    It seems turned by about 20 degrees at 30, and by 45 at 62.
    """
    radius, centre = 45.5, 225.5
    aside = np.arange(picture.shape[1]) - centre
    angle = np.arcsin(np.clip(aside / radius, -1, 1)) - np.radians(degrees)
    behind = np.where(np.abs(angle) < np.pi / 2, radius * np.sin(angle), np.sign(angle) * radius)
    across = np.where(np.abs(aside) < radius, behind, aside) + centre
    columns = np.tile(across.astype(np.float32), (picture.shape[0], 1))
    lines = np.tile(np.arange(picture.shape[0], dtype=np.float32)[:, None], (1, picture.shape[1]))
    return np.asarray(cv2.remap(picture, columns, lines, cv2.INTER_LINEAR), np.uint8)


def _resized(picture: Picture, times: int) -> Picture:
    return np.asarray(cv2.resize(picture, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC), np.uint8)


def _read(file: Path) -> Picture:
    picture = cv2.imread(str(file), cv2.IMREAD_COLOR)
    assert picture is not None, file
    return np.asarray(picture, np.uint8)


def rotated(picture: Picture, degrees: float) -> Picture:
    """The picture turned clockwise about the astronaut's face, grey beyond its edges."""
    turn = cv2.getRotationMatrix2D((225, 125), -degrees, 1)
    turn[:, 2] += (60, 130)
    return np.asarray(cv2.warpAffine(picture, turn, (620, 620), borderValue=(128, 128, 128)), np.uint8)
