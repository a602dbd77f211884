"""What a face does besides speaking: sway, breath, nods, brows, glances, blinks.

All of it follows from the utterance's seed, and is exactly nothing in its first and its last frame, so that
clips can be laid one after the other in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.ease import ease
from pipeline.engines.face.warp.tracks import Sound
from pipeline.plan.bearing import Motion
from pipeline.plan.clock import SAMPLE_RATE

Curve = NDArray[np.float64]

# How far (see `HeadTracks` for units) and in what time, in seconds, each motion wanders.
_SWAY = {
    "roll": (0.0105, 1.9),
    "shift_x": (0.0110, 2.3),
    "shift_y": (0.0090, 1.7),
    "yaw": (0.0195, 2.1),
    "pitch": (0.0105, 1.5),
}
_RAMP_S = 0.7
_NOD, _RAISE, _MOST_RAISED = 0.018, 0.030, 0.05

# Adults at rest breathe 12 to 18 times a minute, in more quickly than out.
_BREATHS_S = (3.6, 4.8)
_INHALE = 0.4

# An iris goes by this much, in inter-ocular distances, for each degree: an eyeball is 24 mm wide, eyes are
# 63 mm apart.
_DEGREE = 12.0 / 63.0 * 0.0175
_SACCADE_S = 0.05
_LOOKS_AT_YOU_S, _LOOKS_ASIDE_S = (1.0, 4.0), (0.5, 1.5)

# A lid falls in 75 to 100 ms and rises more slowly; shut a little longer than a frame, so that one shows it.
_BLINK_CLOSE_S, _BLINK_SHUT_S, _BLINK_OPEN_S = 0.09, 0.042, 0.20
_BLINK_S = _BLINK_CLOSE_S + _BLINK_SHUT_S + _BLINK_OPEN_S
_FIRST_BLINK_S, _BETWEEN_BLINKS_S = (0.1, 3.2), (2.1, 4.8)
# A blink is put off or brought forward by as much as this to fall on the end of a phrase, which it begins
# before; and some are double.
_TO_PHRASE_S, _BEFORE_END_S = 1.0, 0.12
_DOUBLE, _SECOND_BLINK_S, _SECOND_DEPTH = 0.12, 0.37, 0.9
# A silence longer than this ends a phrase.
_PHRASE_GAP = 130 * SAMPLE_RATE // 1000


@dataclass(frozen=True, kw_only=True)
class _Liveliness:
    """How much of each motion there is.

    Attributes:
        sway: share of `_SWAY`.
        breath: how far a breath lifts the head, in inter-ocular distances.
        nod, raise_brows: share of the largest nod and of the brows' rise.
        beat_s: the least time between two nods.
        emphasis: nods stronger than this raise the brows, 0 to 1.
        glance: the farthest glance, in degrees.
    """

    sway: float
    breath: float
    nod: float
    raise_brows: float
    beat_s: float
    emphasis: float
    glance: float


_STILL = _Liveliness(sway=0.0, breath=0.0, nod=0.0, raise_brows=0.0, beat_s=1.0, emphasis=1.0, glance=0.0)
_LIVELINESS = {
    Motion.NONE: _STILL,
    Motion.CALM: _Liveliness(
        sway=1.0, breath=0.006, nod=0.9, raise_brows=0.9, beat_s=0.6, emphasis=0.7, glance=2.0
    ),
    Motion.LIVELY: _Liveliness(
        sway=1.5, breath=0.007, nod=1.6, raise_brows=1.5, beat_s=0.45, emphasis=0.55, glance=3.5
    ),
}


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
        gaze_x: how far the irises move to the picture's right in their eyes, in inter-ocular distances.
        gaze_y: how far they move down, likewise.
    """

    roll: Curve
    shift_x: Curve
    shift_y: Curve
    yaw: Curve
    pitch: Curve
    brow: Curve
    blink: Curve
    gaze_x: Curve
    gaze_y: Curve


def head_tracks(said: Sequence[Sound], frames: int, fps: int, seed: int, motion: Motion) -> HeadTracks:
    """Sway, breath, beats on stressed sounds, glances and blinks for an utterance of `frames` frames.

    Lids blink alike whatever the motion: the seed alone decides when.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    seconds = np.arange(frames) / fps
    length = max(frames - 1, 0) / fps
    # First of all, so that no motion changes when lids blink.
    blink = _blinks(rng, said, seconds, length)
    much = _LIVELINESS[motion]
    # There and back within a short clip, such as the silence a film begins with, would be a jerk: the sway is
    # the less the shorter the clip is, as the square of it, so that its acceleration is nowhere larger.
    sway = much.sway * min(1.0, length / (2 * _RAMP_S)) ** 2
    curves = {name: sway * reach * _wander(rng, seconds, period) for name, (reach, period) in _SWAY.items()}
    nod, brow = _beats(rng, said, seconds, much)
    curves["pitch"] += nod
    curves["shift_y"] += 0.4 * nod - much.breath * _breath(rng, seconds)
    curves["brow"] = brow
    ramp = min(_RAMP_S, length / 2) or 1.0
    border = ease(seconds / ramp) * ease((length - seconds) / ramp)
    gaze_x, gaze_y = _glances(rng, seconds, length, much.glance * _DEGREE)
    return HeadTracks(
        **{name: curve * border for name, curve in curves.items()}, blink=blink, gaze_x=gaze_x, gaze_y=gaze_y
    )


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


def _breath(rng: np.random.Generator, seconds: Curve) -> Curve:
    """How far the chest is lifted, 0 to 1: an utterance begins with a breath."""
    phase = seconds / rng.uniform(*_BREATHS_S)
    phase -= np.floor(phase)
    return ease(phase / _INHALE) * ease((1.0 - phase) / (1.0 - _INHALE))


def _beats(
    rng: np.random.Generator, said: Sequence[Sound], seconds: Curve, much: _Liveliness
) -> tuple[Curve, Curve]:
    """Nods and raised brows on stressed vowels, not more often than people make them."""
    nod, brow = np.zeros(len(seconds)), np.zeros(len(seconds))
    before = -much.beat_s
    for sound in said:
        start = sound.start / SAMPLE_RATE
        if not (sound.stressed and sound.viseme.vowel) or start - before < much.beat_s:
            continue
        before = start
        size = rng.uniform(0.4, 1.0)
        nod += _NOD * much.nod * size * _bump(seconds, start + 0.06, 0.30)
        if size > much.emphasis:
            brow += _RAISE * much.raise_brows * _bump(seconds, start + 0.05, 0.45)
    return nod, np.minimum(brow, _MOST_RAISED)


def _bump(seconds: Curve, middle: float, reach: float) -> Curve:
    """A smooth hill of height 1 at `middle`, nothing beyond `reach` to either side."""
    u = np.clip((seconds - middle) / reach, -1.0, 1.0)
    hill = 1.0 - u * u
    return hill * hill * hill


def _glances(rng: np.random.Generator, seconds: Curve, length: float, farthest: float) -> tuple[Curve, Curve]:
    """Where the eyes look: at the viewer, now and then for a moment a little aside, more across than down."""
    x, y = np.zeros(len(seconds)), np.zeros(len(seconds))
    start = rng.uniform(0.4, 3.0)
    while True:
        size, side, height = rng.uniform(0.5, 1.0), rng.choice((-1.0, 1.0)), rng.uniform(-0.6, 0.6)
        back = start + rng.uniform(*_LOOKS_ASIDE_S)
        if back + _SACCADE_S > length:
            return x, y
        for at, to_x, to_y in ((start, side, height), (back, 0.0, 0.0)):
            gone = ease((seconds - at) / _SACCADE_S)
            # Nothing is left of where it was once it is there: 0 is exactly 0.
            x += (to_x * size * farthest - x) * gone
            y += (to_y * size * farthest - y) * gone
        start = back + rng.uniform(*_LOOKS_AT_YOU_S)


def _blinks(rng: np.random.Generator, said: Sequence[Sound], seconds: Curve, length: float) -> Curve:
    """Lids through time: 12 to 20 blinks a minute, rather at the ends of phrases, each whole and inside."""
    lids = np.zeros(len(seconds))
    pauses = [end / SAMPLE_RATE - _BEFORE_END_S for end in _phrase_ends(said)]
    latest = length - _BLINK_S
    before, start = -_BETWEEN_BLINKS_S[0], rng.uniform(*_FIRST_BLINK_S)
    while start < latest + _TO_PHRASE_S:
        near = [
            at
            for pause in pauses
            if abs((at := min(pause, latest)) - start) < _TO_PHRASE_S
            and at >= pause - _BLINK_CLOSE_S
            and at > max(before + _BETWEEN_BLINKS_S[0] / 2, 0.0)
        ]
        at = min(near, key=lambda one: abs(one - start), default=start)
        if at > latest:
            break
        double = rng.uniform() < _DOUBLE and at + _SECOND_BLINK_S < latest
        lids = np.maximum(lids, _blink(seconds - at))
        if double:
            lids = np.maximum(lids, _SECOND_DEPTH * _blink(seconds - at - _SECOND_BLINK_S))
        before, start = at, at + rng.uniform(*_BETWEEN_BLINKS_S)
    return lids


def _blink(since: Curve) -> Curve:
    """One blink, `since` seconds after it began."""
    return np.minimum(ease(since / _BLINK_CLOSE_S), ease((_BLINK_S - since) / _BLINK_OPEN_S))


def _phrase_ends(said: Sequence[Sound]) -> list[int]:
    """The samples at which somebody stops speaking for a moment."""
    ends = [one.end for one, other in pairwise(said) if other.start - one.end > _PHRASE_GAP]
    return [*ends, said[-1].end] if said else []
