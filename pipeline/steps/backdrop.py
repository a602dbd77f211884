"""What is seen of a film where its portrait does not reach."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.plan.background import Colour
from pipeline.plan.canvas import Area
from pipeline.steps.picture import STUDIO_GREY, Opacity
from pipeline.steps.resize import Picture, resized

# The blur is worked out on a picture reduced by this, and comes in two depths, as parts of the film's
# shorter side: soft beside the portrait, softer from some way off.
_REDUCED = 8
_DEPTHS = (0.03, 0.09)
_DEEPER_FROM = 0.15
# The portrait melts into what continues it over this part of the film's shorter side, and that begins a
# little within the portrait: scans and screenshots have lines at their edges.
_MELTS, _WITHIN = 0.05, 0.015
_OPAQUE = 255
# Around what is not transparent so many pixels, both sides together, are brought to the film's size with it.
_REACH = 7


def blurred(shown: Picture, at: Area, width: int, height: int) -> Picture:
    """A portrait in a film that it does not fill: its edges go on, ever more out of focus.

    Where portrait and background meet there is no line: a wall stays a wall, and shoulders end in a blur.

    Args:
        shown: the portrait in its size in the film.
        at: its place.
        width: of the film.
        height: of the film.
    """
    whole = np.pad(shown, (*_room(at, width, height), (0, 0)), mode="edge")
    soft, cover = _soft(shown, at, width, height)
    return _mixed(whole, soft, cover)


def veil(shown: Picture, at: Area, width: int, height: int, behind: Colour | Picture | None) -> Picture:
    """What is laid over a film of a person that does not fill its picture: BGR and opacity, side by side.

    Laid over a picture that stands at its place, it gives what `blurred` and `before` give.

    Args:
        shown: one frame in its size in the film, which stands for all of them around it.
        at: its place.
        width: of the film.
        height: of the film.
        behind: a colour or a picture; None for the frame's own edges out of focus.

    Returns:
        uint8 (height, width, 4).
    """
    if behind is None:
        soft, cover = _soft(shown, at, width, height)
        return np.dstack([soft, np.minimum(cover, _OPAQUE).astype(np.uint8)])
    cover = np.full((height, width), _OPAQUE)
    cover[at.y : at.y + at.height, at.x : at.x + at.width] = 0
    return np.dstack([before(shown, at, width, height, behind), cover.astype(np.uint8)])


def _soft(shown: Picture, at: Area, width: int, height: int) -> tuple[Picture, NDArray[np.int32]]:
    """A portrait's edges going on ever more out of focus, and how much of each pixel they cover, of 256."""
    shorter = min(width, height)
    room = _room(at, width, height)
    inset = round(_WITHIN * shorter)
    within = [(inset * bool(first), inset * bool(last)) for first, last in room]
    (top, bottom), (left, right) = within
    inner = shown[top : at.height - bottom, left : at.width - right]
    more = [(a + b, c + d) for (a, c), (b, d) in zip(room, within, strict=True)]
    continued = np.pad(inner, (*more, (0, 0)), mode="edge")
    small = resized(continued, max(1, width // _REDUCED), max(1, height // _REDUCED))
    outside = _outside(at, width, height)
    near, far = (
        np.asarray(
            cv2.resize(
                cv2.GaussianBlur(
                    small, (0, 0), max(0.5, depth * shorter / _REDUCED), borderType=cv2.BORDER_REPLICATE
                ),
                (width, height),
                interpolation=cv2.INTER_LINEAR_EXACT,
            ),
            np.uint8,
        )
        for depth in _DEPTHS
    )
    soft = _mixed(near, far, _ramp(outside, 0.0, _DEEPER_FROM * shorter))
    return soft, _ramp(outside, -_MELTS * shorter, -_WITHIN * shorter)


def _room(at: Area, width: int, height: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """How much of a film is above, below, left and right of a portrait."""
    return (at.y, height - at.y - at.height), (at.x, width - at.x - at.width)


def before(shown: Picture, at: Area, width: int, height: int, behind: Colour | Picture) -> Picture:
    """A portrait in a film that it does not fill, the rest in one colour or of another picture.

    Args:
        shown: the portrait in its size in the film.
        at: its place.
        width: of the film.
        height: of the film.
        behind: what is seen of the rest; as much of the middle of a picture as fills a film.
    """
    if isinstance(behind, np.ndarray):
        whole = _covering(behind, width, height)
    else:
        whole = np.full((height, width, 3), behind, np.uint8)
    whole[at.y : at.y + at.height, at.x : at.x + at.width] = shown
    return whole


def through(cut: Picture, opacity: Opacity, behind: Picture, *, at: Area, width: int, height: int) -> Picture:
    """A portrait with transparent parts in a film, a picture behind all of it.

    The picture is brought to the portrait's pixels and laid behind them there, before both are brought to the
    film's: so nothing is left, at an edge, of what the portrait stood before.

    Args:
        cut: what the film shows of the portrait, in its own pixels, before the studio's grey.
        opacity: of those pixels.
        behind: as much of its middle as fills the film is seen.
        at: the portrait's place in the film.
        width: of the film.
        height: of the film.
    """
    whole = _covering(behind, width, height)
    place = whole[at.y : at.y + at.height, at.x : at.x + at.width]
    near = resized(place, cut.shape[1], cut.shape[0]).astype(np.int32)
    near -= np.asarray(STUDIO_GREY, np.int32)
    near *= 255 - opacity[..., None].astype(np.int32)
    # Half is added for rounding, also to what is negative.
    laid = np.clip(cut + (near + 127) // 255, 0, 255).astype(np.uint8)
    shown = cv2.resize(opacity, (at.width, at.height), interpolation=cv2.INTER_LINEAR_EXACT)
    seen = cv2.dilate(shown, np.ones((_REACH, _REACH), np.uint8)) > 0
    # What nothing stands before stays as sharp as beyond the portrait's edge.
    place[seen] = resized(laid, at.width, at.height)[seen]
    return whole


def _covering(picture: Picture, width: int, height: int) -> Picture:
    rows, columns = picture.shape[:2]
    scale = max(width / columns, height / rows)
    across, down = (max(1, min(old, round(new / scale))) for old, new in ((columns, width), (rows, height)))
    x, y = (columns - across) // 2, (rows - down) // 2
    return resized(picture[y : y + down, x : x + across], width, height)


def _outside(at: Area, width: int, height: int) -> NDArray[np.int32]:
    """How many pixels each pixel of a film lies beyond the portrait's edge; below 0 within it.

    An edge of the portrait that is the film's edge too is none.
    """
    across = _beyond(at.x, at.x + at.width, width)
    down = _beyond(at.y, at.y + at.height, height)
    return np.maximum(across[None, :], down[:, None])


def _beyond(start: int, end: int, whole: int) -> NDArray[np.int32]:
    far = 2 * whole
    at = np.arange(whole)
    before_it = start - at if start > 0 else np.full(whole, -far)
    behind_it = at - (end - 1) if end < whole else np.full(whole, -far)
    return np.asarray(np.maximum(before_it, behind_it), np.int32)


def _ramp(outside: NDArray[np.int32], start: float, end: float) -> NDArray[np.int32]:
    """0 up to `start`, 256 from `end`, and a smooth step between, in whole parts."""
    first, length = round(start), max(1, round(end) - round(start))
    t = np.clip(outside - first, 0, length).astype(np.int64)
    return (256 * t * t * (3 * length - 2 * t) // length**3).astype(np.int32)


def _mixed(one: Picture, other: Picture, share: NDArray[np.int32]) -> Picture:
    """Both, with so many parts of 256 of the other one."""
    change = other.astype(np.int32) - one
    return (one + ((change * share[..., None] + 128) >> 8)).astype(np.uint8)
