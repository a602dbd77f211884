"""What a face does besides speaking: sway, nods, brows, blinks.

All of it follows from the utterance's seed, and is exactly nothing in its first and its last frame, so that
clips can be laid one after the other in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.tracks import Sound
from pipeline.plan.clock import SAMPLE_RATE

Curve = NDArray[np.float64]

# How far (see `HeadTracks` for units) and in what time, in seconds, each motion wanders.
_SWAY = {
    "roll": (0.012, 1.7),
    "shift_x": (0.0125, 2.1),
    "shift_y": (0.0105, 1.5),
    "yaw": (0.022, 1.9),
    "pitch": (0.012, 1.3),
}
_RAMP_S = 0.7
_BEAT_S = 0.55
_BLINK_CLOSE_S, _BLINK_SHUT_S, _BLINK_OPEN_S = 0.09, 0.02, 0.21
_BLINK_S = _BLINK_CLOSE_S + _BLINK_SHUT_S + _BLINK_OPEN_S


@dataclass(frozen=True, kw_only=True, eq=False)
class HeadTracks:
    """The head and eyes, one value a frame; all zero is the portrait's own pose.

    Attributes:
        roll: radians, positive clockwise.
        shift_x: to the picture's right, in inter-ocular distances.
        shift_y: downwards, in inter-ocular distances.
        yaw: how far the nose moves to the right against the head's edge, in inter-ocular distances.
        pitch: how far it moves down, likewise.
        brow: how far the brows are raised, likewise; 0 or more.
        blink: lids, 0 (as in the portrait) to 1 (closed).
    """

    roll: Curve
    shift_x: Curve
    shift_y: Curve
    yaw: Curve
    pitch: Curve
    brow: Curve
    blink: Curve


def head_tracks(said: Sequence[Sound], frames: int, fps: int, seed: int) -> HeadTracks:
    """Sway, beats on stressed sounds and blinks for an utterance of `frames` frames."""
    rng = np.random.Generator(np.random.PCG64(seed))
    seconds = np.arange(frames) / fps
    length = max(frames - 1, 0) / fps
    curves = {name: reach * _wander(rng, seconds, period) for name, (reach, period) in _SWAY.items()}
    nod, brow = _beats(rng, said, seconds)
    curves["pitch"] += nod
    curves["shift_y"] += 0.4 * nod
    curves["brow"] = brow
    ramp = min(_RAMP_S, length / 2) or 1.0
    border = _ease(seconds / ramp) * _ease((length - seconds) / ramp)
    return HeadTracks(
        **{name: curve * border for name, curve in curves.items()}, blink=_blinks(rng, seconds, length)
    )


def _ease(x: Curve) -> Curve:
    """A smooth step from 0 at 0 to 1 at 1."""
    x = np.clip(x, 0.0, 1.0)
    return x * x * (3.0 - 2.0 * x)


def _wander(rng: np.random.Generator, seconds: Curve, period: float) -> Curve:
    """Smooth noise of about unit size: a uniform cubic B-spline over random points `period` seconds apart."""
    last = float(seconds[-1]) if len(seconds) else 0.0
    knots = rng.uniform(-2.4, 2.4, int(last / period) + 5)
    place = seconds / period
    index = np.floor(place).astype(np.int64)
    t = place - index
    weights = (
        (1 - t) * (1 - t) * (1 - t) / 6,
        ((3 * t - 6) * t * t + 4) / 6,
        (((-3 * t + 3) * t + 3) * t + 1) / 6,
        t * t * t / 6,
    )
    return sum((w * knots[index + k] for k, w in enumerate(weights)), np.zeros(len(seconds)))


def _beats(rng: np.random.Generator, said: Sequence[Sound], seconds: Curve) -> tuple[Curve, Curve]:
    """Nods and raised brows on stressed vowels, not more often than people make them."""
    nod, brow = np.zeros(len(seconds)), np.zeros(len(seconds))
    before = -_BEAT_S
    for sound in said:
        start = sound.start / SAMPLE_RATE
        if not (sound.stressed and sound.viseme.vowel) or start - before < _BEAT_S:
            continue
        before = start
        size = rng.uniform(0.4, 1.0)
        nod += 0.018 * size * _bump(seconds, start + 0.06, 0.30)
        if size > 0.7:  # noqa: PLR2004 - the stronger half also raises the brows
            brow += 0.030 * _bump(seconds, start + 0.05, 0.45)
    return nod, np.minimum(brow, 0.05)


def _bump(seconds: Curve, middle: float, reach: float) -> Curve:
    """A smooth hill of height 1 at `middle`, nothing beyond `reach` to either side."""
    u = np.clip((seconds - middle) / reach, -1.0, 1.0)
    hill = 1.0 - u * u
    return hill * hill * hill


def _blinks(rng: np.random.Generator, seconds: Curve, length: float) -> Curve:
    """Lids through time: one blink each 2 to 4.5 seconds, each whole and inside the utterance."""
    lids = np.zeros(len(seconds))
    start = rng.uniform(0.3, 2.8)
    while start + _BLINK_S < length:
        at = seconds - start
        closing = _ease(at / _BLINK_CLOSE_S)
        opening = _ease((_BLINK_S - at) / _BLINK_OPEN_S)
        lids = np.maximum(lids, np.minimum(closing, opening))
        start += rng.uniform(2.0, 4.5)
    return lids
