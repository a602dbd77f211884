"""The film's picture: what a format's words mean, and where to cut a portrait so that the face sits well."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pipeline.plan.clock import FRAME_RATES
from pipeline.plan.errors import InputError
from pipeline.plan.job import Format

#: Aspect, width to height, of every word that names one.
_ASPECTS = {
    "wide": Fraction(16, 9),
    "16:9": Fraction(16, 9),
    "tall": Fraction(9, 16),
    "9:16": Fraction(9, 16),
    "square": Fraction(1),
    "1:1": Fraction(1),
}
_SHORTER_SIDES = (512, 720, 1080)
_DEFAULT_SHORTER_SIDE = 720

#: The words of `parse_format`, in the order in which people should read them.
FORMAT_WORDS = tuple(
    f"{aspect}{size}"
    for aspect in ("square", "wide", "tall")
    for size in ("", *(f"-{side}" for side in _SHORTER_SIDES))
)

# Head and shoulders: the height from hairline to chin is this part of the shorter side, and the eyes
# lie this far down. A higher eye line in a tall picture leaves its lower third to the shoulders.
_FACE_PART = 0.44
_EYE_LINE = 0.45
_EYE_LINE_TALL = 0.42


@dataclass(frozen=True, kw_only=True)
class FacePlace:
    """Where a face is: hairline to chin, jaw to jaw, in pixels of the picture, y down.

    Attributes:
        box: x0, y0, x1, y1.
        eye_line: y of the middle between the eyes.
    """

    box: tuple[float, float, float, float]
    eye_line: float

    @property
    def height(self) -> float:
        """From hairline to chin, in pixels."""
        return self.box[3] - self.box[1]


@dataclass(frozen=True, kw_only=True)
class Crop:
    """A rectangle of whole pixels inside a picture: its upper left corner and its size."""

    x: int
    y: int
    width: int
    height: int

    def holds(self, place: FacePlace) -> bool:
        """Whether the face is wholly inside, to the pixel."""
        x0, y0, x1, y1 = place.box
        return (
            x0 >= self.x - 1
            and y0 >= self.y - 1
            and x1 <= self.x + self.width + 1
            and y1 <= self.y + self.height + 1
        )

    def enlarged(self, format: Format) -> float:  # noqa: A002 - the house's word for it
        """By how much this part of the picture grows to fill the format; under 1.0 it shrinks."""
        return format.height / self.height


def parse_format(words: str, *, fps: int) -> Format:
    """The format that words such as ``wide``, ``tall-1080`` or ``1:1-512`` name, at a frame rate.

    The number is the shorter side in pixels, 720 when there is none. Both sides are even, as
    4:2:0 video needs them.

    Raises:
        InputError: ``portrait-format-unknown`` or ``portrait-frame-rate-unknown``.
    """
    if fps not in FRAME_RATES:
        raise InputError("portrait-frame-rate-unknown", fps=fps, known=", ".join(map(str, FRAME_RATES)))
    aspect_word, dash, size_word = words.strip().lower().partition("-")
    aspect = _ASPECTS.get(aspect_word)
    sizes = {str(side): side for side in _SHORTER_SIDES}
    side = sizes.get(size_word) if dash else _DEFAULT_SHORTER_SIDE
    if aspect is None or side is None:
        raise InputError("portrait-format-unknown", format=words.strip(), known=", ".join(FORMAT_WORDS))
    longer = 2 * round(side * max(aspect, 1 / aspect) / 2)
    if aspect > 1:
        return Format(width=longer, height=side, fps=fps)
    return Format(width=side, height=longer, fps=fps)


def place(face: FacePlace, *, size: tuple[int, int], format: Format) -> Crop:  # noqa: A002 - the house's word for it
    """Where to cut a picture so that the face sits well in the format; never past the picture's edge.

    The crop has the format's aspect to the pixel. Head and shoulders if the picture allows: the face is
    44 per cent of the shorter side high, its eyes a little above the middle. A picture that holds less
    gives as much as it has. The face may still be larger than the crop: ask `Crop.holds`.

    Args:
        face: the face, in pixels of the picture.
        size: width and height of the picture.
        format: the film's picture.
    """
    picture_width, picture_height = size
    aspect = format.width / format.height
    wanted_height = face.height / _FACE_PART * max(1.0, 1 / aspect)
    height = min(wanted_height, picture_height, picture_width / aspect)
    crop_height = max(1, min(picture_height, round(height)))
    crop_width = max(1, min(picture_width, round(height * aspect)))
    middle = (face.box[0] + face.box[2]) / 2
    x = round(middle - crop_width / 2)
    y = round(_top(face, crop_height, eye_line=_EYE_LINE_TALL if aspect < 1 else _EYE_LINE))
    return Crop(
        x=min(max(x, 0), picture_width - crop_width),
        y=min(max(y, 0), picture_height - crop_height),
        width=crop_width,
        height=crop_height,
    )


def _top(face: FacePlace, crop_height: int, *, eye_line: float) -> float:
    """The crop's upper edge: eyes on their line, but a face that fills the crop stays inside it."""
    by_eyes = face.eye_line - eye_line * crop_height
    if face.height >= crop_height:
        return (face.box[1] + face.box[3] - crop_height) / 2
    return min(max(by_eyes, face.box[3] - crop_height), face.box[1])
