"""Draws the illustrated portrait of the demo from nothing but shapes; every run gives the same pixels.

All lengths are in pixels of the finished picture, 1080 x 1080. The face lies around the axis x = 540;
features are given by their distance from it, so that left and right agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 1080
AXIS = 540.0
# Drawn at twice the size and brought down, so that every edge is smooth.
SCALE = 2

Points = Sequence[tuple[float, float]]
Colour = tuple[int, int, int]

SKIN = (240, 188, 150)
SKIN_SHADE = (214, 146, 108)
SKIN_DEEP = (178, 106, 76)
SKIN_LIGHT = (253, 218, 186)
BLUSH = (229, 128, 104)
HAIR = (66, 44, 36)
HAIR_DARK = (42, 27, 23)
HAIR_LIGHT = (116, 78, 58)
LIP_UPPER = (196, 106, 90)
LIP_LOWER = (220, 134, 114)
LIP_LINE = (122, 52, 47)
JUMPER = (44, 84, 112)
JUMPER_DARK = (29, 60, 84)
JUMPER_LIGHT = (72, 118, 146)
SHIRT = (247, 244, 238)
SHIRT_SHADE = (206, 210, 214)
BACK_LIGHT = (216, 234, 230)
BACK = (192, 220, 215)


def smooth(points: Points, *, closed: bool = True, steps: int = 24) -> NDArray[np.float64]:
    """A Catmull-Rom curve through all points, (n, 2)."""
    given = np.array(points, np.float64)
    if closed:
        around = np.vstack([given[-1:], given, given[:2]])
    else:
        around = np.vstack([2 * given[:1] - given[1:2], given, 2 * given[-1:] - given[-2:-1]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(around[:-3], around[1:-2], around[2:-1], around[3:], strict=True):
        parts.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        )
    if not closed:
        parts.append(given[-1:])
    return np.vstack(parts)


def mirrored(half: Points) -> Points:
    """Distances from the axis, top to bottom on the picture's right side, closed over the left side."""
    right = [(AXIS + x, y) for x, y in half]
    left = [(AXIS - x, y) for x, y in reversed(half) if x]
    return right + left


def ellipse(x: float, y: float, across: float, down: float, *, lean: float = 0.0) -> NDArray[np.float64]:
    """An ellipse by its centre and half axes; `lean` in degrees, clockwise."""
    angle = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    turn = np.deg2rad(lean)
    u, v = across * np.cos(angle), down * np.sin(angle)
    return np.stack([x + u * np.cos(turn) - v * np.sin(turn), y + u * np.sin(turn) + v * np.cos(turn)], 1)


def stroke(points: Points, widths: Sequence[float]) -> NDArray[np.float64]:
    """A brush stroke through points, open, its width changing evenly between the given ones."""
    line = smooth(points, closed=False)
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    across = np.stack([-along[:, 1], along[:, 0]], 1)
    width = np.interp(np.linspace(0, 1, len(line)), np.linspace(0, 1, len(widths)), widths)[:, None]
    return np.vstack([line + across * width / 2, (line - across * width / 2)[::-1]])


@dataclass(frozen=True, kw_only=True, eq=False)
class Mask:
    """How much a shape covers, 0 to 1, in the part of the sheet where it is; it covers nothing elsewhere."""

    rows: slice
    columns: slice
    cover: NDArray[np.float32]

    def within(self, other: Mask) -> Mask:
        """The part of this mask that another one covers too."""
        rows = _shared(self.rows, other.rows)
        columns = _shared(self.columns, other.columns)
        return Mask(rows=rows, columns=columns, cover=self.part(rows, columns) * other.part(rows, columns))

    def part(self, rows: slice, columns: slice) -> NDArray[np.float32]:
        """The cover in a part of the sheet that lies inside this mask's own."""
        top, left = self.rows.start, self.columns.start
        return self.cover[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]


class Sheet:
    """A picture that shapes are laid upon, one after the other."""

    def __init__(self) -> None:
        self.pixels = np.zeros((SIDE * SCALE, SIDE * SCALE, 3), np.float32)

    def mask(self, outline: NDArray[np.float64], *, blur: float = 0.0) -> Mask:
        """What an outline covers; `blur` is the softness of its edge."""
        margin = 3.5 * blur + 2
        low = np.floor((outline.min(axis=0) - margin) * SCALE).astype(int)
        high = np.ceil((outline.max(axis=0) + margin) * SCALE).astype(int)
        drawn = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
        corners = np.round((outline * SCALE - low) * 16).astype(np.int32)
        cv2.fillPoly(drawn, [corners], (255,), cv2.LINE_AA, 4)
        cover: NDArray[np.float32] = drawn.astype(np.float32) / np.float32(255)
        if blur:
            cover = soften(cover, blur * SCALE)
        whole = Mask(rows=slice(low[1], high[1]), columns=slice(low[0], high[0]), cover=cover)
        sheet = slice(0, SIDE * SCALE)
        rows, columns = _shared(whole.rows, sheet), _shared(whole.columns, sheet)
        return Mask(rows=rows, columns=columns, cover=whole.part(rows, columns))

    def lay(self, mask: Mask, colour: Colour, *, opacity: float = 1.0, within: Mask | None = None) -> None:
        """Lay a colour (RGB) where a mask says, and only within another one if given."""
        shown = mask if within is None else mask.within(within)
        part = self.pixels[shown.rows, shown.columns]
        part += (np.array(colour, np.float32) - part) * (shown.cover * opacity)[..., None]

    def shape(
        self,
        outline: NDArray[np.float64],
        colour: Colour,
        *,
        blur: float = 0.0,
        opacity: float = 1.0,
        within: Mask | None = None,
    ) -> Mask:
        """Lay a filled shape, and give its mask for what goes upon it."""
        mask = self.mask(outline, blur=blur)
        self.lay(mask, colour, opacity=opacity, within=within)
        return mask

    def finished(self) -> NDArray[np.uint8]:
        """The picture, BGR uint8, 1080 x 1080."""
        small = cv2.resize(self.pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        return np.clip(np.round(small[..., ::-1]), 0, 255).astype(np.uint8)


def soften(cover: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """A Gaussian blur; a wide one is computed on a smaller picture, where it looks the same."""
    smaller = 2 ** max(0, int(np.log2(sigma / 4)))
    size = cover.shape[1::-1]
    small = cv2.resize(cover, [max(1, -(-side // smaller)) for side in size], interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), sigma / smaller)
    return np.asarray(cv2.resize(soft, size, interpolation=cv2.INTER_CUBIC), np.float32)


def _shared(one: slice, other: slice) -> slice:
    start = max(one.start, other.start)
    return slice(start, max(start, min(one.stop, other.stop)))


def draw_background(sheet: Sheet) -> None:
    """A plain wall and a lighter disc behind the head."""
    sheet.pixels[:] = np.array(BACK, np.float32)
    sheet.shape(ellipse(AXIS, 500, 440, 440), BACK_LIGHT)


HEAD = mirrored(
    [
        (0, 240), (70, 250), (122, 290), (150, 350), (160, 420), (161, 490), (157, 550), (147, 604),
        (124, 650), (86, 686), (46, 704), (0, 709),
    ]
)  # fmt: skip


def draw_body(sheet: Sheet) -> None:
    """Shoulders in a jumper, a shirt's collar, and the neck."""
    torso = mirrored(
        [(0, 800), (70, 792), (130, 812), (220, 850), (310, 888), (362, 950), (392, 1100), (0, 1120)]
    )
    body = sheet.shape(smooth(torso), JUMPER)
    sheet.shape(ellipse(AXIS + 330, 1040, 190, 260, lean=-18), JUMPER_DARK, blur=60, opacity=0.8, within=body)
    sheet.shape(ellipse(AXIS - 240, 905, 120, 40, lean=-24), JUMPER_LIGHT, blur=26, opacity=0.6, within=body)
    sheet.shape(ellipse(AXIS, 880, 150, 90), JUMPER_DARK, blur=30, opacity=0.5, within=body)
    for side in (-1, 1):
        fold = stroke(
            [(AXIS + side * 250, 1090), (AXIS + side * 262, 1010), (AXIS + side * 246, 960)], [9, 6, 1]
        )
        sheet.shape(fold, JUMPER_DARK, blur=4, opacity=0.7, within=body)
    neck = smooth(mirrored([(0, 600), (98, 600), (97, 700), (99, 762), (116, 800), (60, 846), (0, 872)]))
    throat = sheet.shape(neck, SKIN)
    sheet.shape(ellipse(AXIS + 70, 740, 46, 130), SKIN_SHADE, blur=22, opacity=0.7, within=throat)
    sheet.shape(ellipse(AXIS + 8, 702, 124, 62), SKIN_DEEP, blur=14, opacity=0.66, within=throat)
    draw_collar(sheet)


def draw_collar(sheet: Sheet) -> None:
    """Two wings of a shirt's collar over the jumper's neckline."""
    for side in (-1, 1):
        inner = [(side * 2, 880), (side * 56, 840), (side * 92, 792), (side * 100, 768)]
        outer = [(side * 120, 770), (side * 140, 812), (side * 128, 872), (side * 98, 934), (side * 60, 918)]
        wing = smooth([(AXIS + x, y) for x, y in inner + outer], steps=12)
        sheet.shape(np.add(wing, (4, 8)), JUMPER_DARK, blur=7, opacity=0.75)
        cloth = sheet.shape(wing, SHIRT)
        fold = ellipse(AXIS + side * 62 + 34, 850, 40, 100, lean=34 * side)
        sheet.shape(fold, SHIRT_SHADE, blur=20, opacity=0.5 if side < 0 else 0.9, within=cloth)


def draw_ears(sheet: Sheet) -> None:
    """Ears with a fold, the right one in the shade."""
    for side in (-1, 1):
        ear = smooth(
            [
                (AXIS + side * 150, 452), (AXIS + side * 174, 440), (AXIS + side * 189, 462),
                (AXIS + side * 184, 506), (AXIS + side * 168, 542), (AXIS + side * 150, 538),
            ]
        )  # fmt: skip
        skin = sheet.shape(ear, SKIN)
        sheet.lay(skin, SKIN_SHADE, opacity=0.35 if side < 0 else 0.75)
        fold = stroke(
            [
                (AXIS + side * 160, 458),
                (AXIS + side * 176, 462),
                (AXIS + side * 174, 496),
                (AXIS + side * 162, 518),
            ],
            [2, 6, 5, 2],
        )
        sheet.shape(fold, SKIN_DEEP, blur=3, opacity=0.55, within=skin)


def draw_face(sheet: Sheet) -> Mask:
    """The head's skin, rounded by soft light from the upper left."""
    head = sheet.shape(smooth(HEAD), SKIN)
    sheet.shape(ellipse(AXIS + 158, 520, 62, 230), SKIN_SHADE, blur=34, opacity=0.85, within=head)
    sheet.shape(ellipse(AXIS - 172, 560, 34, 190), SKIN_SHADE, blur=26, opacity=0.55, within=head)
    sheet.shape(ellipse(AXIS + 20, 716, 150, 34), SKIN_SHADE, blur=18, opacity=0.8, within=head)
    sheet.shape(ellipse(AXIS - 26, 372, 96, 44), SKIN_LIGHT, blur=30, opacity=0.75, within=head)
    sheet.shape(ellipse(AXIS, 300, 190, 48), SKIN_SHADE, blur=20, opacity=0.7, within=head)
    for side, strength in ((-1, 0.5), (1, 0.42)):
        sheet.shape(ellipse(AXIS + side * 92, 562, 40, 27), BLUSH, blur=20, opacity=strength, within=head)
    sheet.shape(ellipse(AXIS - 92, 530, 36, 15, lean=-14), SKIN_LIGHT, blur=12, opacity=0.7, within=head)
    sheet.shape(ellipse(AXIS + 84, 528, 28, 11, lean=14), SKIN_LIGHT, blur=11, opacity=0.45, within=head)
    sheet.shape(ellipse(AXIS, 664, 28, 12), SKIN_LIGHT, blur=9, opacity=0.55, within=head)
    return head


def draw_nose(sheet: Sheet, head: Mask) -> None:
    """A soft bridge, the round tip, wings and nostrils."""
    bridge = stroke([(AXIS + 22, 462), (AXIS + 15, 500), (AXIS + 20, 540)], [20, 13, 18])
    sheet.shape(bridge, SKIN_SHADE, blur=8, opacity=0.55, within=head)
    sheet.shape(
        stroke([(AXIS - 3, 446), (AXIS - 3, 540)], [12, 15]), SKIN_LIGHT, blur=7, opacity=0.75, within=head
    )
    sheet.shape(ellipse(AXIS + 2, 575, 36, 13), SKIN_DEEP, blur=7, opacity=0.5, within=head)
    ball = sheet.mask(ellipse(AXIS, 558, 25, 20), blur=5)
    sheet.lay(ball, SKIN, opacity=0.9, within=head)
    sheet.shape(ellipse(AXIS + 1, 562, 22, 13), BLUSH, blur=9, opacity=0.28, within=head)
    for side in (-1, 1):
        wing = stroke(
            [(AXIS + side * 27, 549), (AXIS + side * 34, 561), (AXIS + side * 27, 573)], [1.5, 4.5, 2]
        )
        sheet.shape(wing, SKIN_DEEP, blur=2.2, opacity=0.7, within=head)
        nostril = stroke(
            [(AXIS + side * 22, 573), (AXIS + side * 14, 570), (AXIS + side * 8, 575)], [2, 6, 2]
        )
        sheet.shape(nostril, (112, 56, 44), blur=1.6, opacity=0.85, within=head)
    sheet.shape(ellipse(AXIS - 5, 551, 7, 5), (255, 240, 222), blur=3.5, opacity=0.85, within=head)
    sheet.shape(stroke([(AXIS, 584), (AXIS, 604)], [8, 12]), SKIN_SHADE, blur=4, opacity=0.4, within=head)


def draw_eye(sheet: Sheet, head: Mask, side: int) -> None:
    """One eye: socket, white, iris, lids and a line of lashes."""
    x = AXIS + side * 69
    sheet.shape(ellipse(x, 458, 50, 24), SKIN_SHADE, blur=13, opacity=0.5, within=head)
    upper = [(-side * 36, 485), (-side * 25, 470), (-side * 3, 460), (side * 19, 464), (side * 38, 480)]
    lower = [(side * 23, 491), (0, 495), (-side * 23, 493)]
    white = sheet.shape(smooth([(x + dx, y) for dx, y in upper + lower], steps=10), (252, 247, 242))
    sheet.shape(ellipse(x, 463, 46, 9), (176, 150, 140), blur=5, opacity=0.6, within=white)
    sheet.shape(ellipse(x - side * 37, 487, 6, 5), (226, 150, 130), blur=2.5, opacity=0.8, within=white)
    sheet.shape(ellipse(x, 477, 19.5, 19.5), (46, 32, 26), blur=0.8, within=white)
    sheet.shape(ellipse(x, 477.5, 17, 17), (104, 70, 44), blur=1.5, within=white)
    sheet.shape(ellipse(x, 486, 12, 7), (176, 126, 76), blur=4, opacity=0.85, within=white)
    sheet.shape(ellipse(x, 477, 8.5, 8.5), (24, 15, 12), blur=0.8, within=white)
    sheet.shape(ellipse(x, 462, 32, 5), (40, 26, 22), blur=3.5, opacity=0.45, within=white)
    sheet.shape(ellipse(x - 6.5, 470, 5, 5), (255, 255, 255), blur=0.6, within=white)
    sheet.shape(ellipse(x + 6.5, 485, 2.4, 2.4), (255, 255, 255), blur=0.8, opacity=0.7, within=white)
    lash = [(x + dx, y) for dx, y in upper]
    sheet.shape(stroke(lash, [2, 4.5, 5.5, 5.5, 3]), HAIR_DARK, blur=0.7)
    crease = [
        (x + dx, y) for dx, y in [(-side * 31, 467), (-side * 12, 452), (side * 14, 450), (side * 38, 464)]
    ]
    sheet.shape(stroke(crease, [1, 3, 3.4, 1]), SKIN_DEEP, blur=1.4, opacity=0.7, within=head)
    under = [(x + dx, y) for dx, y in [(side * 36, 484), (side * 22, 493), (0, 497), (-side * 25, 494)]]
    sheet.shape(stroke(under, [2.5, 2.2, 1.6, 1]), SKIN_DEEP, blur=1, opacity=0.6, within=head)
    smile = [(x + dx, y) for dx, y in [(side * 34, 500), (side * 4, 509), (-side * 24, 504)]]
    sheet.shape(stroke(smile, [1, 5, 1]), SKIN_SHADE, blur=3.5, opacity=0.6, within=head)


def draw_brow(sheet: Sheet, side: int) -> None:
    """A full, open brow, a little raised, with a few hairs showing."""
    x = AXIS + side * 72
    brow = [(x - side * 43, 428), (x - side * 16, 420), (x + side * 16, 416), (x + side * 49, 433)]
    sheet.shape(stroke(brow, [8, 16, 16, 14, 9, 3]), HAIR, blur=1.6, opacity=0.95)
    line = smooth(brow, closed=False, steps=4)
    for point in line[1:-2]:
        hair = [
            (point[0] - side * 4, point[1] + 7),
            (point[0] + side * 4, point[1] - 1),
            (point[0] + side * 13, point[1] - 6),
        ]
        sheet.shape(stroke(hair, [1.5, 2, 0.4]), HAIR_DARK, blur=0.7, opacity=0.4)


def draw_mouth(sheet: Sheet, head: Mask) -> None:
    """Closed lips in a light smile."""
    sheet.shape(ellipse(AXIS, 658, 32, 6), SKIN_DEEP, blur=6, opacity=0.45, within=head)
    line = [(-60, 615), (-42, 622), (-18, 627), (0, 628), (18, 627), (42, 622), (60, 615)]
    bow = [(42, 613.5), (13, 611), (0, 614.5), (-13, 611), (-42, 613.5)]
    bowl = [(38, 639), (16, 647), (-16, 647), (-38, 639)]
    low = sheet.shape(smooth([(AXIS + x, y) for x, y in line + bowl], steps=12), LIP_LOWER, blur=1.2)
    sheet.shape(ellipse(AXIS, 649, 44, 6), LIP_UPPER, blur=4, opacity=0.6, within=low)
    sheet.shape(ellipse(AXIS - 6, 636, 22, 4), (246, 186, 166), blur=3, opacity=0.8, within=low)
    up = sheet.shape(smooth([(AXIS + x, y) for x, y in line + bow], steps=12), LIP_UPPER, blur=1.2)
    sheet.shape(ellipse(AXIS - 4, 614, 28, 2.4), (224, 150, 130), blur=2, opacity=0.7, within=up)
    seam = [(AXIS + x, y) for x, y in line]
    sheet.shape(stroke(seam, [2, 2.6, 3, 3.2, 3, 2.6, 2]), LIP_LINE, blur=0.7, opacity=0.9)
    for side in (-1, 1):
        corner = stroke([(AXIS + side * 58, 619), (AXIS + side * 65, 610)], [5, 2.5])
        sheet.shape(corner, SKIN_DEEP, blur=2, opacity=0.8, within=head)
        smile = [(AXIS + side * 42, 570), (AXIS + side * 72, 592), (AXIS + side * 80, 620)]
        sheet.shape(stroke(smile, [1, 5, 1]), SKIN_SHADE, blur=4, opacity=0.75, within=head)


def draw_hair(sheet: Sheet) -> None:
    """Short sides, and a full top swept up and over to the right."""
    sides = smooth(
        [
            (377, 500), (371, 450), (362, 384), (366, 318), (392, 262), (540, 220), (690, 262), (714, 318),
            (718, 384), (709, 450), (703, 500), (687, 503), (688, 440), (678, 372), (650, 304), (540, 290),
            (430, 304), (402, 372), (392, 440), (393, 503),
        ]
    )  # fmt: skip
    top = smooth(
        [
            (398, 352), (374, 306), (376, 250), (404, 200), (440, 176), (462, 148), (512, 136), (560, 118),
            (616, 124), (662, 144), (706, 178), (722, 226), (720, 280), (704, 330), (690, 356), (676, 326),
            (640, 312), (600, 318), (556, 306), (500, 318), (456, 304), (424, 318),
        ]
    )  # fmt: skip
    skin = sheet.mask(smooth(HEAD))
    short = sheet.shape(sides, HAIR, blur=1.4)
    sheet.shape(ellipse(704, 420, 22, 110), HAIR_DARK, blur=12, opacity=0.7, within=short)
    for x in (374, 706):
        sheet.shape(ellipse(x, 500, 30, 48), SKIN_DEEP, blur=16, opacity=0.5, within=short)
    sheet.lay(sheet.mask(np.add(top, (4, 12)), blur=9), SKIN_DEEP, opacity=0.5, within=skin)
    hair = sheet.shape(top, HAIR)
    sheet.shape(ellipse(712, 268, 44, 110), HAIR_DARK, blur=26, opacity=0.9, within=hair)
    sheet.shape(ellipse(540, 320, 150, 22), HAIR_DARK, blur=14, opacity=0.7, within=hair)
    sheet.shape(ellipse(520, 196, 120, 30, lean=-14), HAIR_LIGHT, blur=22, opacity=0.9, within=hair)
    draw_strands(sheet, hair)


def draw_strands(sheet: Sheet, hair: Mask) -> None:
    """Locks sweeping up from the hairline and over to the right."""
    chance = np.random.default_rng(11)
    for step in range(60):
        part = step / 59
        start = np.array([404 + 270 * part, 322 - 14 * np.sin(np.pi * part)])
        tip = np.array([430 + 292 * part, 172 - 44 * np.sin(np.pi * part * 0.85) + 104 * part**2.6])
        bend = (start + tip) / 2 + np.array([-30 + 26 * part, 4 - 16 * part])
        shaken = np.array([start, bend, tip]) + chance.normal(0, 4, (3, 2))
        lock = [(float(x), float(y)) for x, y in shaken]
        colour = (HAIR_LIGHT, HAIR_DARK)[chance.integers(2)]
        width, opacity = float(chance.uniform(3, 9)), float(chance.uniform(0.2, 0.5))
        sheet.shape(stroke(lock, [1, width, 1]), colour, blur=1.4, opacity=opacity, within=hair)


def draw_portrait() -> NDArray[np.uint8]:
    """The whole portrait, BGR uint8 (1080, 1080, 3)."""
    sheet = Sheet()
    draw_background(sheet)
    draw_body(sheet)
    draw_ears(sheet)
    head = draw_face(sheet)
    draw_nose(sheet, head)
    for side in (-1, 1):
        draw_eye(sheet, head, side)
        draw_brow(sheet, side)
    draw_mouth(sheet, head)
    draw_hair(sheet)
    return sheet.finished()
