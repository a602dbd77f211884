"""What shows between the lips."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.face import Canvas
from pipeline.engines.face.warp.head import HeadPose
from pipeline.engines.face.warp.lips import Mouth
from pipeline.engines.face.warp.rig import Rig
from pipeline.media.picture import to_bgr
from tests.support.faces import drawn_canvas, landmarks, smiling_canvas

_SIDE = 512
_CANVASES = [pytest.param(smiling_canvas, id="smiling"), pytest.param(drawn_canvas, id="drawn")]


def _drawn(rig: Rig, mouth: Mouth) -> NDArray[np.float64]:
    frame = rig.blank()
    rig.draw(frame, mouth, HeadPose())
    return to_bgr(frame).astype(np.float64)


def _between(canvas: Canvas, mouth: Mouth, *, down: tuple[int, int]) -> NDArray[np.float64]:
    """Mean BGR of the middle of the mouth, from and to so many pixels below the upper lip."""
    x, y = (landmarks()[[13, 14], :2].mean(axis=0) * (_SIDE / 256)).astype(int)
    part = _drawn(Rig(canvas), mouth)[y + down[0] : y + down[1], x - 14 : x + 15]
    return np.asarray(part.mean(axis=(0, 1)), np.float64)


@pytest.mark.parametrize("of", _CANVASES)
def test_rounded_lips_show_the_dark(of: Callable[[int], Canvas]) -> None:
    """Behind the small opening of rounded lips it is darker, and no greyer, than between spread ones."""
    canvas = of(_SIDE)
    spread = _between(canvas, Mouth(jaw=0.4, aperture=0.4, width=0.7), down=(-2, 10))
    rounded = _between(canvas, Mouth(jaw=0.4, aperture=0.4, width=-0.9, protrusion=1.0), down=(-2, 10))
    assert rounded.mean() < 0.7 * spread.mean()
    assert rounded[2] / rounded[0] > spread[2] / spread[0]


@pytest.mark.parametrize("of", _CANVASES)
def test_flared_lips_bare_the_teeth(of: Callable[[int], Canvas]) -> None:
    """In "she" lips are pushed forward, but apart before a closed jaw: teeth are as light as in "see"."""
    canvas = of(_SIDE)
    sh, s = Mouth(jaw=0.07, aperture=0.25, width=-0.5, protrusion=0.7), Mouth(jaw=0.07, aperture=0.25)
    rounded = _between(canvas, Mouth(jaw=0.25, aperture=0.25, width=-0.5, protrusion=0.7), down=(0, 6))
    flared, spread = (_between(canvas, mouth, down=(0, 6)) for mouth in (sh, s))
    assert flared.mean() > 0.9 * spread.mean()
    assert rounded.mean() < 0.8 * flared.mean()


@pytest.mark.parametrize("of", _CANVASES)
def test_a_tongue_comes_between_the_teeth(of: Callable[[int], Canvas]) -> None:
    """With the tongue forward something redder than teeth lies over the lower part of the opening."""
    rig = Rig(of(_SIDE))
    without, forward = (_drawn(rig, Mouth(jaw=0.15, aperture=0.35, tongue=tongue)) for tongue in (0.5, 1.0))
    changed = np.abs(forward - without).max(axis=2) > 8
    assert changed.sum() > 80
    before, after = without[changed].mean(axis=0), forward[changed].mean(axis=0)
    assert after[2] / after[0] > 1.12 * before[2] / before[0]


@pytest.mark.parametrize("of", _CANVASES)
def test_teeth_appear_smoothly_as_lips_part(of: Callable[[int], Canvas]) -> None:
    """Between lips that have hardly parted teeth are in the dark; they grow lighter little by little."""
    rig = Rig(of(_SIDE))
    x, y = (landmarks()[[13, 14], :2].mean(axis=0) * (_SIDE / 256)).astype(int)
    # Teeth are the least red of what is there.
    lightest = [
        _drawn(rig, Mouth(jaw=0.3 * part, aperture=part))[y - 6 : y + 30, x - 14 : x + 15, 0]
        .mean(axis=1)
        .max()
        for part in np.linspace(0.12, 1.0, 16)
    ]
    steps = np.diff(lightest)
    assert lightest[0] < 0.9 * lightest[-1]
    assert steps.max() < 0.25 * lightest[-1]
    assert steps.min() > -0.05 * lightest[-1]
