"""Whether a portrait can talk, judged from measures alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pipeline.plan.errors import Fact

Level = Literal["error", "warning"]


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
        shadow: per cent by which the darker side of the face is darker than the lighter one.
        blur: width of the sharpest edges, as per mille of the face's width.
        covered: per cent of lips and chin that look like something else.
        beside_mouth: from the mouth to the nearer outline of the face, per cent of the mouth's width.
    """

    box: tuple[int, int, int, int]
    width: int
    cut: int
    yaw: int | None
    shadow: int | None
    blur: int | None
    covered: int | None
    beside_mouth: int | None


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What is to be said about a picture, and which of its faces talks; None when no face can."""

    chosen: int | None
    findings: tuple[Finding, ...]


def choose(faces: Sequence[FaceMeasures], *, box: tuple[int, int, int, int] | None = None) -> Judgement:
    """Which face talks: the one that `box` names, else the only one, else one that clearly dominates.

    Args:
        faces: the largest first.
        box: x, y, width, height in pixels of the turned picture, as the column ``face.box`` gives it.
    """
    raise NotImplementedError


def judge(face: FaceMeasures, *, size: tuple[int, int], enlarged: int) -> tuple[Finding, ...]:
    """Everything to be said about the face that talks, errors first.

    Args:
        face: its measures.
        size: width and height of the picture.
        enlarged: per cent of its own size that the face has in the film.
    """
    raise NotImplementedError
