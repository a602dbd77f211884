"""Colours of a mouth in the light of a picture."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.engines.face.warp.faceframe import face_frame
from pipeline.engines.face.warp.tones import Tones, side_light, tones
from tests.support.faces import landmarks

_SIDE = 512
_PALE = (175.0, 200.0, 230.0)
_WHITE = (220.0, 225.0, 230.0)
_EYES = ((33, 159, 133, 145), (362, 386, 263, 374))


def _tones(
    light: tuple[float, float, float] = (1.0, 1.0, 1.0),
    *,
    skin: tuple[float, float, float] = _PALE,
    chin: float = 1.0,
) -> Tones:
    """Tones of a mouth in a face of one colour with white eyes, in some light, darker below by `chin`."""
    points = landmarks() * (_SIDE / 256)
    picture = np.full((_SIDE, _SIDE, 3), skin)
    for eye in _EYES:
        (left, top), (right, bottom) = (
            f(points[list(eye), :2], axis=0).astype(int) for f in (np.min, np.max)
        )
        picture[top - 2 : bottom + 3, left - 2 : right + 3] = _WHITE
    picture[int(points[17, 1]) - 4 :] *= chin
    return tones(face_frame(points), np.round(picture * light).astype(np.uint8))


def test_teeth_are_never_bluish() -> None:
    """They are redder than green and greener than blue, under pale skin as under ruddy."""
    pale, ruddy = _tones().teeth, _tones(skin=(120.0, 160.0, 225.0)).teeth
    for teeth in (pale, ruddy):
        assert teeth[0] * 1.08 < teeth[1] < teeth[2]
    assert abs(pale[2] / pale[0] - ruddy[2] / ruddy[0]) < 0.05


@pytest.mark.parametrize("part", ["teeth", "tongue", "dark"])
def test_warm_light_warms_a_mouth(part: str) -> None:
    """Where skin and eyes are both redder, as under old varnish, so is a mouth, by less than the light is."""
    white, warm = (getattr(_tones(light), part) for light in ((1.0, 1.0, 1.0), (0.6, 0.85, 1.0)))
    redder = (warm[2] / warm[0]) / (white[2] / white[0])
    assert 1.15 < redder < 1 / 0.6


def test_a_mouth_in_the_shade_has_darker_teeth() -> None:
    """Skin below the mouth tells how bright teeth are, but a black beard does not make them black."""
    lit, shaded, bearded = (_tones(chin=chin).teeth for chin in (1.0, 0.75, 0.1))
    assert 0.75 * lit.sum() < shaded.sum() < 0.92 * lit.sum()
    assert bearded.sum() > 0.7 * lit.sum()


def test_teeth_are_not_green_in_purple_light() -> None:
    """Where skin has too little green, teeth have less than in white light; never more where it has much."""
    white, purple, green = (
        _tones(light).teeth for light in ((1.0, 1.0, 1.0), (1.0, 0.85, 1.0), (0.9, 1.0, 0.9))
    )
    assert purple[1] / purple[2] < 0.97 * white[1] / white[2]
    assert green[1] / green[2] < 1.01 * white[1] / white[2]


def test_teeth_in_a_dark_face_are_told_by_its_eyes() -> None:
    """Beside dark skin they are not as grey as it: the whites of the eyes tell how bright they are."""
    dark = _tones(skin=(45.0, 60.0, 98.0)).teeth
    assert 0.6 * np.mean(_WHITE) < dark.mean() < 0.9 * np.mean(_WHITE)


@pytest.mark.parametrize("lighter", ["left", "right"])
def test_the_cheeks_tell_from_which_side_light_comes(lighter: str) -> None:
    """The lighter cheek is where it comes from; a beard's edge on one side alone tells nothing."""
    points = landmarks() * (_SIDE / 256)
    frame = face_frame(points)
    picture = np.full((_SIDE, _SIDE, 3), 160, np.uint8)
    assert side_light(frame, picture) == 0.0
    middle = int(frame.origin[0])
    dark = np.s_[:, middle:] if lighter == "left" else np.s_[:, :middle]
    picture[dark] = 100
    assert side_light(frame, picture) == pytest.approx(-0.23 if lighter == "left" else 0.23, abs=0.02)
    picture[: int(points[[205, 425], 1].max()) + 5] = 160
    assert abs(side_light(frame, picture)) < 0.02


def test_a_mouth_is_of_its_lips_own_red() -> None:
    """Inside orange lips it is less blue than inside rose ones, but never as orange as they."""
    orange, rose = (_tones(skin=skin).tongue for skin in ((60.0, 100.0, 220.0), (110.0, 100.0, 220.0)))
    assert orange[0] < 0.95 * rose[0]
    assert orange[0] / orange[1] > 1.2 * 60.0 / 100.0
