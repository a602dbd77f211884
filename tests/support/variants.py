"""Drawn people to measure with: the demo's portrait with another skin, glasses, a beard, in other light.

Each is drawn by the demo's own program with other colours, and with more shapes laid between or upon its own;
nothing of it is a picture of anybody. Lengths are in pixels of the picture, 1080 x 1080, as there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from demo import draw_portrait as leo

Picture = NDArray[np.uint8]
Colours = Mapping[leo.Colour, leo.Colour]


@dataclass(frozen=True, kw_only=True)
class Variant:
    """How a drawn person differs from the demo's.

    Attributes:
        colours: the demo's colours, RGB, and what is laid instead.
        wall: whether there is something behind the person that would show if it bent.
        glasses: whether there are glasses before the eyes.
        beard: how full moustache and beard are, 0 to 1.
        lines: how deep the lines of age are, 0 to 1.
        long_hair: whether hair falls to the shoulders.
        yaw: degrees by which the head is turned to the picture's right.
        light: how bright the left and the right edge of the picture are, of the demo's brightness.
    """

    colours: Colours = field(default_factory=dict)
    wall: bool = False
    glasses: bool = False
    beard: float = 0.0
    lines: float = 0.0
    long_hair: bool = False
    yaw: float = 0.0
    light: tuple[float, float] = (1.0, 1.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawn:
    """A drawn person.

    Attributes:
        picture: BGR uint8 (1080, 1080, 3).
        person: where the person covers what is behind, 0 to 255, uint8 (1080, 1080).
    """

    picture: Picture
    person: NDArray[np.uint8]


def _skin(*tones: leo.Colour) -> dict[leo.Colour, leo.Colour]:
    """Skin, its shade, deep shade, light and blush; upper lip, lower lip and the line between them."""
    own = (
        leo.SKIN, leo.SKIN_SHADE, leo.SKIN_DEEP, leo.SKIN_LIGHT, leo.BLUSH, leo.LIP_UPPER, leo.LIP_LOWER,
        leo.LIP_LINE,
    )  # fmt: skip
    return dict(zip(own, tones, strict=True))


def _hair(*tones: leo.Colour) -> dict[leo.Colour, leo.Colour]:
    """Hair, its shade and its light."""
    return dict(zip((leo.HAIR, leo.HAIR_DARK, leo.HAIR_LIGHT), tones, strict=True))


_DARK = _skin(
    (92, 58, 44),
    (66, 40, 32),
    (44, 26, 22),
    (128, 84, 64),
    (104, 54, 44),
    (92, 48, 48),
    (128, 72, 68),
    (40, 20, 22),
)
_BROWN = _skin(
    (176, 122, 86), (142, 92, 62), (104, 64, 44), (206, 154, 114), (176, 98, 76), (150, 78, 70),
    (178, 102, 90), (84, 38, 36),
)  # fmt: skip
_PALE = _skin(
    (250, 222, 206), (228, 186, 166), (196, 146, 124), (255, 238, 226), (240, 168, 152), (206, 128, 122),
    (226, 152, 146), (140, 70, 70),
)  # fmt: skip
_BLACK_HAIR = _hair((26, 22, 22), (14, 12, 13), (58, 50, 48))
_RED_HAIR = _hair((150, 72, 36), (104, 46, 24), (196, 112, 62))
_GREY_HAIR = _hair((176, 172, 168), (132, 128, 126), (214, 211, 208))

#: Every person that is drawn, by name.
VARIANTS: Mapping[str, Variant] = {
    "dark-skin": Variant(colours=_DARK | _BLACK_HAIR, wall=True),
    "brown-skin": Variant(colours=_BROWN | _BLACK_HAIR, long_hair=True, wall=True),
    "pale-skin": Variant(colours=_PALE | _RED_HAIR),
    "glasses": Variant(glasses=True, wall=True),
    "beard": Variant(beard=1.0),
    "dark-beard-glasses": Variant(colours=_BROWN | _BLACK_HAIR, beard=0.9, glasses=True),
    "old": Variant(colours=_GREY_HAIR, lines=1.0),
    "turned": Variant(yaw=12.0),
    "side-light": Variant(light=(1.0, 0.5)),
    "dim": Variant(colours=_BROWN, light=(0.5, 0.4)),
}


class _Sheet(leo.Sheet):
    """A sheet on which colours are exchanged, and which knows where something was laid."""

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self._colours = colours
        self.covered = np.zeros(self.pixels.shape[:2], np.float32)

    def lay(
        self,
        mask: leo.Mask,
        colour: leo.Colour,
        *,
        opacity: float = 1.0,
        within: leo.Mask | None = None,
    ) -> None:
        """Lay the colour that stands for this one."""
        super().lay(mask, self._colours.get(colour, colour), opacity=opacity, within=within)
        shown = mask if within is None else mask.within(within)
        part = self.covered[shown.rows, shown.columns]
        np.maximum(part, shown.cover * np.float32(opacity), out=part)


def draw(variant: Variant) -> Drawn:
    """Draw a person; the same one is drawn the same each time."""
    sheet = _Sheet(variant.colours)
    leo.draw_background(sheet)
    if variant.wall:
        _draw_wall(sheet)
    sheet.covered[:] = 0
    if variant.long_hair:
        _draw_hair_behind(sheet)
    leo.draw_body(sheet)
    leo.draw_ears(sheet)
    head = leo.draw_face(sheet)
    if variant.lines:
        _draw_lines(sheet, head, variant.lines)
    leo.draw_nose(sheet, head)
    for side in (-1, 1):
        leo.draw_eye(sheet, head, side)
        leo.draw_brow(sheet, side)
    if variant.beard:
        _draw_beard(sheet, head, variant.beard)
    leo.draw_mouth(sheet, head)
    if variant.beard:
        _draw_moustache(sheet, variant.beard)
    leo.draw_hair(sheet)
    if variant.long_hair:
        _draw_hair_before(sheet)
    if variant.glasses:
        _draw_glasses(sheet)
    person = cv2.resize(sheet.covered, (leo.SIDE, leo.SIDE), interpolation=cv2.INTER_AREA)
    drawn = Drawn(
        picture=_lit(sheet.finished(), variant.light),
        person=np.round(np.clip(person, 0, 1) * 255).astype(np.uint8),
    )
    return _turned(drawn, variant.yaw) if variant.yaw else drawn


def _draw_wall(sheet: leo.Sheet) -> None:
    """A shelf of books to the left, and a window with panes to the right."""
    chance = np.random.default_rng(5)
    for row, top in enumerate((120, 400, 680, 960)):
        x = 20.0
        while x < 330:
            width, height = float(chance.uniform(18, 42)), float(chance.uniform(150, 230))
            colour = tuple(int(part) for part in chance.integers(60, 200, 3))
            box = [
                (x, top + 230 - height),
                (x + width, top + 230 - height),
                (x + width, top + 230),
                (x, top + 230),
            ]
            sheet.shape(np.array(box), (colour[0], colour[1], colour[2]))
            x += width + 3
        board = [(0, top + 230), (350, top + 230), (350, top + 246), (0, top + 246)]
        sheet.shape(np.array(board, np.float64), (120 + 6 * row, 92, 66))
    for x, y in ((790, 120), (930, 120), (790, 330), (930, 330), (790, 540), (930, 540)):
        pane = [(x, y), (x + 124, y), (x + 124, y + 194), (x, y + 194)]
        sheet.shape(np.array(pane, np.float64), (168, 200, 226))
        sheet.shape(leo.stroke([(x + 20, y + 150), (x + 100, y + 40)], [6, 6]), (226, 240, 248), blur=2)


def _draw_hair_behind(sheet: leo.Sheet) -> None:
    behind = leo.smooth(
        leo.mirrored(
            [(0, 200), (120, 214), (186, 300), (204, 460), (214, 640), (232, 800), (196, 872), (0, 860)]
        )
    )
    sheet.shape(behind, leo.HAIR_DARK, blur=1.6)


def _draw_hair_before(sheet: leo.Sheet) -> None:
    for side in (-1, 1):
        lock = [
            (leo.AXIS + side * x, y) for x, y in ((150, 320), (184, 430), (192, 560), (206, 700), (220, 830))
        ]
        hair = sheet.shape(leo.stroke(lock, [10, 44, 52, 50, 26]), leo.HAIR, blur=1.6)
        shine = [(leo.AXIS + side * x, y) for x, y in ((180, 440), (188, 560), (200, 690))]
        sheet.shape(leo.stroke(shine, [2, 12, 2]), leo.HAIR_LIGHT, blur=6, opacity=0.6, within=hair)


def _draw_lines(sheet: leo.Sheet, head: leo.Mask, depth: float) -> None:
    """Forehead, crow's feet, bags under the eyes, folds from the nose to the mouth, and cheeks."""
    lines: list[tuple[list[tuple[float, float]], list[float]]] = [
        (
            [(-82, 372 + dy), (-40, 366 + dy), (0, 370 + dy), (40, 366 + dy), (82, 372 + dy)],
            [0.5, 3, 3, 3, 0.5],
        )
        for dy in (-36, -8, 18)
    ]
    for side in (-1, 1):
        lines += [
            (
                [(side * 112, 474 + dy), (side * 128, 470 + 2.2 * dy), (side * 142, 468 + 3.4 * dy)],
                [2.5, 2, 0.5],
            )
            for dy in (-6, 4, 14)
        ]
        lines += [
            ([(side * 40, 506), (side * 70, 522), (side * 102, 510)], [0.5, 4, 0.5]),
            ([(side * 40, 558), (side * 66, 586), (side * 78, 616), (side * 74, 640)], [2, 5, 4, 1]),
            ([(side * 12, 440), (side * 9, 424)], [2.5, 0.8]),
            ([(side * 70, 628), (side * 76, 654)], [3, 0.5]),
        ]
    for points, widths in lines:
        at = leo.stroke([(leo.AXIS + x, y) for x, y in points], widths)
        sheet.shape(at, leo.SKIN_DEEP, blur=1.2, opacity=0.75 * depth, within=head)
        light = leo.stroke([(leo.AXIS + x, y + 5) for x, y in points], widths)
        sheet.shape(light, leo.SKIN_LIGHT, blur=2.5, opacity=0.45 * depth, within=head)


def _draw_beard(sheet: leo.Sheet, head: leo.Mask, full: float) -> None:
    """A full beard from ear to ear, free around the lips."""
    inner = [
        (0, 420),
        (150, 440),
        (148, 548),
        (120, 584),
        (94, 608),
        (80, 624),
        (68, 650),
        (38, 660),
        (0, 658),
    ]
    free = sheet.mask(leo.smooth(leo.mirrored(inner)), blur=5)
    below = sheet.mask(leo.smooth(leo.mirrored([(0, 500), (175, 510), (175, 700), (0, 740)])), blur=6)
    jaw = below.within(head)
    shown = leo.Mask(rows=jaw.rows, columns=jaw.columns, cover=jaw.cover * (1 - _over(free, jaw)))
    sheet.lay(shown, leo.HAIR, opacity=0.86 * full)
    chance = np.random.default_rng(3)
    for _ in range(900):
        x, y = float(chance.uniform(-158, 158)), float(chance.uniform(530, 706))
        length, lean = float(chance.uniform(7, 14)), 0.25 * x / 158
        hair = [(leo.AXIS + x, y), (leo.AXIS + x + length * lean, y + length)]
        colour = (leo.HAIR_LIGHT, leo.HAIR_DARK)[chance.integers(2)]
        sheet.shape(leo.stroke(hair, [1.6, 0.5]), colour, blur=0.6, opacity=0.6 * full, within=shown)


def _over(mask: leo.Mask, other: leo.Mask) -> NDArray[np.float32]:
    """The cover of a mask where another one lies, 0 beyond its own part."""
    shared = mask.within(other)
    over = np.zeros_like(other.cover)
    top, left = shared.rows.start - other.rows.start, shared.columns.start - other.columns.start
    part = mask.part(shared.rows, shared.columns)
    over[top : top + part.shape[0], left : left + part.shape[1]] = part
    return over


def _draw_moustache(sheet: leo.Sheet, full: float) -> None:
    """Two wings of hair under the nose, a little over the upper lip."""
    chance = np.random.default_rng(4)
    for side in (-1, 1):
        wing = [(side * 2, 592), (side * 30, 596), (side * 58, 608), (side * 78, 628)]
        shape = leo.stroke([(leo.AXIS + x, y) for x, y in wing], [14, 24, 20, 6])
        hair = sheet.shape(shape, leo.HAIR, blur=2, opacity=0.95 * full)
        for _ in range(120):
            x, y = float(chance.uniform(0, 78)), float(chance.uniform(582, 632))
            line = [(leo.AXIS + side * x, y), (leo.AXIS + side * (x + 9), y + 5)]
            colour = (leo.HAIR_LIGHT, leo.HAIR_DARK)[chance.integers(2)]
            sheet.shape(leo.stroke(line, [1.6, 0.5]), colour, blur=0.6, opacity=0.6 * full, within=hair)


def _draw_glasses(sheet: leo.Sheet) -> None:
    """Round rims, a bridge, temples to the ears, and a little light on the panes."""
    rim = (38, 34, 36)
    for side in (-1, 1):
        x, y = leo.AXIS + side * 72, 480
        ring = leo.ellipse(x, y, 58, 48)
        pane = sheet.mask(ring)
        sheet.lay(pane, (214, 232, 240), opacity=0.08)
        glint = leo.stroke([(x - 34, y + 14), (x - 14, y - 30)], [3, 10, 3])
        sheet.shape(glint, (255, 255, 255), blur=3, opacity=0.35, within=pane)
        outer, inner = leo.ellipse(x, y, 61, 51), leo.ellipse(x, y, 55, 45)
        sheet.shape(np.vstack([outer, outer[:1], inner[:1], inner[::-1]]), rim, blur=0.7)
        temple = [(leo.AXIS + side * 129, 472), (leo.AXIS + side * 150, 466), (leo.AXIS + side * 168, 468)]
        sheet.shape(leo.stroke(temple, [6, 6, 5]), rim, blur=0.7)
    bridge = [(leo.AXIS - 16, 472), (leo.AXIS, 465), (leo.AXIS + 16, 472)]
    sheet.shape(leo.stroke(bridge, [6, 6, 6]), rim, blur=0.7)


def _lit(picture: Picture, light: tuple[float, float]) -> Picture:
    """The picture in light from one side, even in linear light."""
    if light == (1.0, 1.0):
        return picture
    across = np.interp(np.arange(leo.SIDE), (0.2 * leo.SIDE, 0.8 * leo.SIDE), light)
    # A display's power of 2.2 makes the part of the light that is left into the part of the level.
    levels = across ** (1 / 2.2)
    return np.round(picture * levels[None, :, None]).astype(np.uint8)


def _turned(drawn: Drawn, degrees: float) -> Drawn:
    """The head turned about its upright axis as an ellipsoid would be; neck and shoulders stay."""
    rows, columns = np.mgrid[: leo.SIDE, : leo.SIDE].astype(np.float64)
    across, down = (columns - leo.AXIS) / 205, (rows - 470) / 300
    inside = np.clip(1 - across**2 - down**2, 0, None)
    depth = 205 * np.sqrt(inside) * inside / (inside + 0.15)
    aside = np.sin(np.radians(degrees)) * depth
    across_at, down_at = (columns - aside).astype(np.float32), rows.astype(np.float32)

    def moved(picture: Picture) -> Picture:
        shown = cv2.remap(picture, across_at, down_at, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(shown, np.uint8)

    return Drawn(picture=moved(drawn.picture), person=moved(drawn.person))
