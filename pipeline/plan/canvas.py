"""The film's picture: where a portrait stands in it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.plan.job import Format

# Head and shoulders: the height from hairline to chin is this part of the shorter side.
_FACE_PART = 0.44
# The rule of thirds: eyes a third from the top.
_EYES_DOWN = 1 / 3
# What a film shows around a face if the picture has it, in parts of the face's height: hair above, the neck
# below; to the sides, where long hair may fall out of a narrow film, hardly more than the face.
_HAIR, _NECK, _ASIDE = 0.45, 0.25, 0.06
# What of the hair there has to be if the picture itself cuts it, and below the chin in any case.
_SOME_HAIR, _CHIN = 0.25, 0.06
# Air between hair and the film's upper edge, as a part of its height.
_HEADROOM = 0.03
# So much closer than that a film comes rather than show a narrow band of background; the neck gives way.
_RATHER_CLOSER = 1.1


@dataclass(frozen=True, kw_only=True)
class FacePlace:
    """Where a face is: hairline to chin, jaw to jaw, in pixels of the picture, y down.

    Attributes:
        box: x0, y0, x1, y1.
        eye_line: y of the middle between the eyes.
        crown: y of the top of the hair; None if that is not known.
    """

    box: tuple[float, float, float, float]
    eye_line: float
    crown: float | None = None

    @property
    def height(self) -> float:
        """From hairline to chin, in pixels."""
        return self.box[3] - self.box[1]

    def moved(self, x: float, y: float) -> FacePlace:
        """The same face in a picture that begins this far to the left and above."""
        x0, y0, x1, y1 = self.box
        return FacePlace(
            box=(x0 + x, y0 + y, x1 + x, y1 + y),
            eye_line=self.eye_line + y,
            crown=None if self.crown is None else self.crown + y,
        )


@dataclass(frozen=True, kw_only=True)
class Area:
    """A rectangle of whole pixels: its upper left corner and its size."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Shot:
    """Which part of a picture is shown, and where in the film it stands; the rest of the film is background.

    Attributes:
        part: of the picture, within it.
        at: of the film, within it.
        format: the film's picture.
    """

    part: Area
    at: Area
    format: Format

    @property
    def scale(self) -> tuple[float, float]:
        """Pixels of the film for each pixel of the picture, across and down."""
        return self.at.width / self.part.width, self.at.height / self.part.height

    @property
    def enlarged(self) -> float:
        """By how much the picture grows; under 1.0 it shrinks."""
        return max(self.scale)

    @property
    def filled(self) -> int:
        """Per cent of the film that the picture fills."""
        return 100 * self.at.width * self.at.height // (self.format.width * self.format.height)


def place(face: FacePlace, *, size: tuple[int, int], format: Format) -> Shot:  # noqa: A002 - the house's word for it
    """Where a picture stands in a film so that the face sits well.

    Head and shoulders if the picture allows: the face is 44 per cent of the shorter side high, its eyes a
    third from the top, with air above the hair. A picture that holds less is shown from nearer, as long as
    hair and chin stay in the film; one that does not fill the film even then leaves some of it to the
    background. A format in the portrait's own size shows all of it.

    Args:
        face: the face, in pixels of the picture.
        size: width and height of the picture.
        format: the film's picture.
    """
    if format.whole:
        whole = Area(x=0, y=0, width=size[0], height=size[1])
        return Shot(part=whole, at=Area(x=0, y=0, width=format.width, height=format.height), format=format)
    head = _head(face, size)
    scale = _scale(face, head, size, format)
    width, height = format.width / scale, format.height / scale
    # Eyes on their line, but hair with air above it stays inside, and the chin in any case.
    top = min(face.eye_line - _EYES_DOWN * height, head[1] - _HEADROOM * height)
    top = _within(max(top, face.box[3] + _CHIN * face.height - height), height, size[1])
    left = _within((face.box[0] + face.box[2] - width) / 2, width, size[0])
    return _shot(left, top, scale, size, format)


def _head(face: FacePlace, size: tuple[int, int]) -> tuple[float, float, float, float]:
    """The face with hair and neck, as far as the picture shows them."""
    x0, y0, x1, y1 = face.box
    hair = y0 - _HAIR * face.height if face.crown is None else min(face.crown, y0)
    return (
        max(x0 - _ASIDE * face.height, min(x0, 0.0)),
        hair if hair > 0 else max(y0 - _SOME_HAIR * face.height, min(y0, 0.0)),
        min(x1 + _ASIDE * face.height, max(x1, size[0])),
        min(y1 + _NECK * face.height, max(y1, size[1])),
    )


def _scale(
    face: FacePlace,
    head: tuple[float, float, float, float],
    size: tuple[int, int],
    format: Format,  # noqa: A002 - the house's word for it
) -> float:
    """Pixels of the film for each pixel of the picture."""
    # Where the picture itself ends within the hair, there is no air above it to be kept.
    down = format.height * (1 - (_HEADROOM if head[1] > 0 else 0.0)) / (head[3] - head[1])
    most = min(format.width / (head[2] - head[0]), down)
    usual = _FACE_PART * min(format.width, format.height) / face.height
    filling = max(format.width / size[0], format.height / size[1])
    return filling if most < filling < most * _RATHER_CLOSER else min(max(usual, filling), most)


def _within(start: float, length: float, whole: int) -> float:
    """A stretch moved so that it stays inside a whole, or holds all of one that is shorter."""
    return min(max(start, min(0.0, whole - length)), max(0.0, whole - length))


def _shot(left: float, top: float, scale: float, size: tuple[int, int], format: Format) -> Shot:  # noqa: A002 - see above
    x, width, at_x, at_width = _span(left, scale, size[0], format.width)
    y, height, at_y, at_height = _span(top, scale, size[1], format.height)
    return Shot(
        part=Area(x=x, y=y, width=width, height=height),
        at=Area(x=at_x, y=at_y, width=at_width, height=at_height),
        format=format,
    )


def _span(start: float, scale: float, whole: int, film: int) -> tuple[int, int, int, int]:
    """What a film shows of one side of a picture: first pixel and count, in the picture and in the film."""
    shown = film / scale
    # A line of background that is narrower than a pixel of the picture is none.
    if shown <= whole + 1:
        count = max(1, min(whole, round(shown)))
        return min(max(round(start), 0), whole - count), count, 0, film
    at, end = round(-start * scale), round((whole - start) * scale)
    return 0, whole, max(0, at), min(film, end) - max(0, at)
