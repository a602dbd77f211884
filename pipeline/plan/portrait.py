"""Whether a portrait can talk, judged from measures alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pipeline.plan.errors import Fact

Level = Literal["error", "warning"]
#: x, y, width, height in whole pixels, as the column ``face.box`` gives it.
FaceBox = tuple[int, int, int, int]

SMALLEST_PICTURE = 512
SMALLEST_FACE = 80
SMALL_FACE = 90
# Beyond it, a film shows that its face was enlarged; per cent.
MUCH_ENLARGED = 300
# Where a picture fills at least so much of the film, the rest is hardly seen; per cent.
FILLED = 75
# Landmarks of the far side are guesses beyond the first, and the mouth's far corner hides beyond the second.
TURNED, TURNED_AWAY = 15, 35
LEANING, LYING = 20, 40
# Per mille of the face beyond the picture's edge: a little hairline may go, a chin may not.
AT_EDGE, CUT_OFF = 5, 40
# The measures below were read from photographs, paintings and drawings, good ones and spoiled ones: good
# ones measure 18 to 50; a face of 92 pixels blurred with sigma 1.5, 2, 3 and 4 measures 81, 99, 132, 157.
SOFT, BLURRED = 75, 145
# Daylight from one side measures up to 55, a three-dimensional cartoon 70, half a face in shadow 69 to 95.
SHADOWED = 75
# Free mouths measure up to 27, with moustache and old age; a microphone 42, hands and masks 80 and more.
COVERED = 35
# Frontal faces measure 43 and more, faces turned by 24 and 35 degrees 7 and -5.
NEAR_OUTLINE = 20
# Open eyes measure 23 and more, drawn and hooded ones included; closed ones 9 to 18.
CLOSED = 19
# Faces measure 56 to 76; the same in a tenth of the light 23 to 27, in a twentieth 15 to 18, and in a
# fiftieth 7 to 9. Skin that is dark itself lies between the first two.
DARK, TOO_DARK = 20, 10
# Of faces in good light up to 6 per cent are burnt out; in two, four and ten times as much light 31 to 38,
# 61 to 90, and 78 to 93.
BRIGHT, TOO_BRIGHT = 25, 75
# The largest face talks without asking if the next one is at most this part of its width; per cent.
BACKGROUND_FACE = 50


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something to say about a portrait: a code of the catalogue, its level, and its facts."""

    code: str
    level: Level
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FaceMeasures:
    """What was measured on one face. None: the eye engine that looked could not tell.

    Attributes:
        box: x0, y0, x1, y1 in whole pixels of the picture; may reach beyond its edges.
        width: from jaw to jaw, in pixels.
        cut: per mille of the face that lies beyond the picture's edges.
        yaw: degrees of turn to either side, 0 or more.
        roll: degrees of lean to either side, 0 or more.
        shadow: per cent by which the darker side of the face is darker than the lighter one.
        blur: width of the sharpest edges, as per mille of the face's width.
        covered: per cent of the mouth that looks like something else.
        beside_mouth: from the mouth to the nearer outline of the face, per cent of the mouth's width.
        eyes: how far the lids are apart, per cent of the eyes' width.
        lightness: of the face, from 0 to 100 (CIE L*).
        burnt_out: per cent of the face that is white without detail.
    """

    box: tuple[int, int, int, int]
    width: int
    cut: int
    yaw: int | None
    roll: int | None
    shadow: int | None
    blur: int | None
    covered: int | None
    beside_mouth: int | None
    eyes: int | None
    lightness: int | None
    burnt_out: int | None


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which of a picture's faces talks, None if none can, and what is to be said about that."""

    index: int | None
    findings: tuple[Finding, ...] = ()


def choose(faces: Sequence[FaceMeasures], *, box: FaceBox | None = None) -> Choice:
    """Which face talks: the one that `box` names, else the only one, else one that clearly dominates.

    People in the background do not stop a film: when every other face is at most half as wide as the
    largest, the largest talks, with a warning. Otherwise nobody can know who is meant.

    Args:
        faces: the largest first.
        box: where the face that talks is, in pixels of the turned picture; it need not fit exactly.
    """
    if not faces:
        return Choice(index=None, findings=(_error("portrait-no-face"),))
    if box is not None:
        return _choose_by_box(faces, box)
    if len(faces) == 1:
        return Choice(index=0)
    facts: dict[str, Fact] = {"count": len(faces), "boxes": "; ".join(_as_column(face) for face in faces)}
    if max(face.width for face in faces[1:]) * 100 <= BACKGROUND_FACE * faces[0].width:
        return Choice(index=0, findings=(_warning("portrait-faces-behind", **facts),))
    return Choice(index=None, findings=(_error("portrait-several-faces", **facts),))


def judge(
    face: FaceMeasures, *, size: tuple[int, int], enlarged: int, filled: int = 100
) -> tuple[Finding, ...]:
    """Everything to be said about the face that talks, errors first.

    Args:
        face: its measures.
        size: width and height of the picture.
        enlarged: per cent of its own size that the face has in the film.
        filled: per cent of the film that the picture fills.
    """
    findings = (
        *_of_frame(face, size),
        *_of_film(face, enlarged, filled),
        *_of_pose(face),
        *_of_light(face),
    )
    return tuple(sorted(findings, key=lambda finding: finding.level != "error"))


def _choose_by_box(faces: Sequence[FaceMeasures], box: FaceBox) -> Choice:
    shared = [_overlap(face, box) for face in faces]
    best = max(range(len(faces)), key=shared.__getitem__)
    if shared[best] > 0:
        return Choice(index=best)
    facts: dict[str, Fact] = {
        "box": ",".join(map(str, box)),
        "boxes": "; ".join(_as_column(face) for face in faces),
    }
    return Choice(index=None, findings=(_error("portrait-box-without-face", **facts),))


def _of_frame(face: FaceMeasures, size: tuple[int, int]) -> Iterator[Finding]:
    if face.cut > CUT_OFF:
        yield _error("portrait-face-cut", share=round(face.cut / 10))
    elif face.cut > AT_EDGE:
        yield _warning("portrait-face-at-edge")
    if face.width < SMALLEST_FACE:
        yield _error("portrait-face-too-small", width=face.width, least=SMALLEST_FACE)
    elif face.width < SMALL_FACE:
        yield _warning("portrait-face-small", width=face.width)
    if min(size) < SMALLEST_PICTURE:
        yield _warning("portrait-picture-small", width=size[0], height=size[1])


def judge_whole(face: FaceMeasures, *, enlarged: int) -> tuple[Finding, ...]:
    """What is to be said besides of a face in a film that shows the whole picture.

    Args:
        face: its measures.
        enlarged: per cent of its own size that the face has in the film.
    """
    width = face.width * enlarged // 100
    if face.width >= SMALLEST_FACE > width:
        return (_error("portrait-face-lost", width=width, least=SMALLEST_FACE),)
    return ()


def _of_film(face: FaceMeasures, enlarged: int, filled: int) -> Iterator[Finding]:
    if face.width >= SMALL_FACE and enlarged > MUCH_ENLARGED:
        yield _warning("portrait-face-enlarged", width=face.width, times=f"{enlarged / 100:.1f}")
    if filled < FILLED:
        yield _warning("portrait-film-unfilled", share=filled)


def _of_pose(face: FaceMeasures) -> Iterator[Finding]:
    if face.yaw is None or face.roll is None:
        yield _warning("portrait-not-examined")
        return
    if face.yaw > TURNED_AWAY:
        yield _error("portrait-turned-away", degrees=face.yaw)
    elif face.yaw > TURNED:
        yield _warning("portrait-turned", degrees=face.yaw)
    if face.roll > LYING:
        yield _error("portrait-lying", degrees=face.roll)
    elif face.roll > LEANING:
        yield _warning("portrait-leaning", degrees=face.roll)
    if face.beside_mouth is not None and face.beside_mouth < NEAR_OUTLINE:
        yield _warning("portrait-mouth-at-outline")
    if face.eyes is not None and face.eyes < CLOSED:
        yield _warning("portrait-eyes-closed")


def _of_light(face: FaceMeasures) -> Iterator[Finding]:
    lightness = 100 if face.lightness is None else face.lightness
    burnt_out = face.burnt_out or 0
    blur = 0 if face.blur is None else face.blur
    if lightness < TOO_DARK or burnt_out > TOO_BRIGHT or blur >= BLURRED:
        # Nothing can be told of a mouth that cannot be seen.
        yield _error(
            "portrait-too-dark"
            if lightness < TOO_DARK
            else "portrait-too-bright"
            if burnt_out > TOO_BRIGHT
            else "portrait-blurred"
        )
        return
    if lightness < DARK:
        yield _warning("portrait-dark")
    elif burnt_out > BRIGHT:
        yield _warning("portrait-bright", share=burnt_out)
    if blur >= SOFT:
        yield _warning("portrait-soft")
    elif lightness >= DARK and face.covered is not None and face.covered >= COVERED:
        # A soft or dark picture has no line between the lips: only a clear one can tell that they are hidden.
        yield _warning("portrait-mouth-covered", share=face.covered)
    if face.shadow is not None and face.shadow >= SHADOWED:
        yield _warning("portrait-shadowed", share=face.shadow)


def _overlap(face: FaceMeasures, box: FaceBox) -> int:
    x, y, width, height = box
    across = min(face.box[2], x + width) - max(face.box[0], x)
    down = min(face.box[3], y + height) - max(face.box[1], y)
    return across * down if across > 0 and down > 0 else 0


def _as_column(face: FaceMeasures) -> str:
    x0, y0, x1, y1 = face.box
    return f"{x0},{y0},{x1 - x0},{y1 - y0}"


def _error(code: str, **facts: Fact) -> Finding:
    return Finding(code=code, level="error", facts=facts)


def _warning(code: str, **facts: Fact) -> Finding:
    return Finding(code=code, level="warning", facts=facts)
