"""Curves of the mouth through time: coarticulated, exact to the sample, at rest wherever nobody speaks.

Each curve is a dominance-weighted mean of mouth shapes (Cohen and Massaro 1993, "Modeling coarticulation
in synthetic visual speech") on a grid of 200 Hz. Every kernel is a polynomial of compact support and every
time a whole number of samples, so a curve depends on what sounds within a quarter of a second, to the last
bit: two utterances laid one after the other give the curves of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.ease import ease
from pipeline.engines.face.warp.visemes import Contact, Viseme, shapes
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.speech import Phoneme

Curve = NDArray[np.float64]

#: Samples between two points of a curve: 5 ms.
STEP = SAMPLE_RATE // 200

#: Before this, and this long before the end, an utterance is silent whatever its phonemes say.
HEAD = 150 * SAMPLE_RATE // 1000
TAIL = 80 * SAMPLE_RATE // 1000

# A frame is seen from its time on until the next one's; it shows lips as they are in the middle of that.
_LEAD = 20 * SAMPLE_RATE // 1000

# The lips close in a silence that is longer than this; a shorter one is a held stop.
_PAUSE = 130 * SAMPLE_RATE // 1000

# How far a shape reaches to each side, in milliseconds: three standard deviations of the kernel.
_REACH_MS = {"jaw": 126, "aperture": 96, "width": 165, "protrusion": 165, "tongue": 75}

# The lips' fastest opening or closing in apertures a second: 2 inter-ocular distances at most, so that
# no step at 24 frames a second is larger than 0.081 of it. Closures are kept: the curve is only lowered.
_FASTEST = 7.05

# How long, in milliseconds, lips take at least to meet and to part, and to slip under the teeth and out;
# from and to open vowels the speed above is stricter.
_CLOSING_MS = (26, 32)
_TUCKING_MS = (45, 32)

# A closure lasts longer than a frame at any frame rate, so that at least one frame shows it whole.
_SHORTEST_CONTACT = 52 * SAMPLE_RATE // 1000

# A stop shorter than this was marked at its burst; its closure lies before the mark.
_BURST = 50 * SAMPLE_RATE // 1000

# A jaw is heavier than lips: as they meet it rises by this part of its way, smoothly over so many points to
# each side.
_RISING = 0.55
_HEAVY = 45 * SAMPLE_RATE // 1000 // STEP

_STRESS_GAIN = 1.1
_SILENCE_WEIGHT = 0.25
_HELD_STOP_WEIGHT = 0.03
_CLOSURE_WEIGHT = 0.6


@dataclass(frozen=True, kw_only=True)
class Sound:
    """One viseme in time: samples `start` to `end` of its utterance; `stressed` opens vowels further."""

    viseme: Viseme
    start: int
    end: int
    stressed: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class MouthTracks:
    """What the mouth does, one value a point; all zero is rest with closed lips.

    Attributes:
        jaw: opening of the jaw, 0 to about 1.
        aperture: opening between the lips, 0 to about 1; exactly 0 while lips are closed.
        width: -1 (rounded) to 1 (spread).
        protrusion: 0 to 1.
        tongue: 0 to 1.
        tuck: lower lip under the upper teeth, 0 to 1.
        press: lips pressed together, 0 to 1.
    """

    jaw: Curve
    aperture: Curve
    width: Curve
    protrusion: Curve
    tongue: Curve
    tuck: Curve
    press: Curve


def sounds(phonemes: Iterable[Phoneme], samples: int) -> tuple[Sound, ...]:
    """The visemes of an utterance of `samples` samples, in order, kept off its silent borders.

    The sounds of a diphthong share its time evenly. Empty symbols are silence and give none.
    """
    found: list[Sound] = []
    for phoneme in phonemes:
        start, end = max(phoneme.start, HEAD), min(phoneme.end, samples - TAIL)
        if not phoneme.symbol or end <= start:
            continue
        parts = shapes(phoneme.symbol)
        edges = [start + (end - start) * k // len(parts) for k in range(len(parts) + 1)]
        found += [
            Sound(viseme=viseme, start=a, end=b, stressed=phoneme.stressed)
            for viseme, a, b in zip(parts, edges[:-1], edges[1:], strict=True)
            if b > a
        ]
    return tuple(found)


def mouth_tracks(said: Sequence[Sound], samples: int) -> MouthTracks:
    """The curves of an utterance of `samples` samples, one point every `STEP` samples from its beginning."""
    points = samples // STEP
    shape, weight = _targets(said, points)
    closed = _envelope([_closure(s) for s in said if s.viseme.contact is Contact.LIPS], *_CLOSING_MS, points)
    tucked = _envelope(
        [_held(s, 20, delay_ms=8) for s in said if s.viseme.contact is Contact.LIP_AND_TEETH],
        *_TUCKING_MS,
        points,
    )
    speaking = 1.0 - _silence(said, points)
    # A sound of the tongue insists on its tongue, though it leaves the lips to its neighbours.
    insisting = {"tongue": np.maximum(weight, shape[:, list(_REACH_MS).index("tongue")])}
    smooth = {
        name: _smooth(shape[:, k], insisting.get(name, weight), reach * SAMPLE_RATE // 1000 // STEP)
        for k, (name, reach) in enumerate(_REACH_MS.items())
    }
    free = (1.0 - closed) * speaking
    even = np.full(points, _SILENCE_WEIGHT)
    return MouthTracks(
        jaw=_smooth(smooth["jaw"] * (1.0 - _RISING * closed) * speaking, even, _HEAVY) * speaking,
        # A lip under the teeth leaves little of a gap, and parts from them no faster than from the other.
        aperture=_slowed(smooth["aperture"] * free * (1.0 - 0.5 * tucked)),
        width=smooth["width"] * (1.0 - 0.3 * closed) * speaking,
        protrusion=smooth["protrusion"] * speaking,
        tongue=smooth["tongue"] * free,
        tuck=tucked * free,
        press=closed,
    )


def at_frames(tracks: MouthTracks, frames: int, fps: int) -> MouthTracks:
    """The curves at the times of `frames` frames, read between their points; rest beyond the end."""
    at = np.arange(frames, dtype=np.int64) * samples_per_frame(fps) + _LEAD
    index, rest = np.divmod(at, STEP)
    part = rest / STEP

    def read(curve: Curve) -> Curve:
        padded = np.concatenate([curve, np.zeros(int(index[-1]) + 2 if frames else 2)])
        value: Curve = padded[index] * (1.0 - part) + padded[index + 1] * part
        return value

    return MouthTracks(**{name: read(getattr(tracks, name)) for name in MouthTracks.__dataclass_fields__})


def _targets(said: Sequence[Sound], points: int) -> tuple[Curve, Curve]:
    """Unsmoothed shapes, (points, 5) in the order of `_REACH_MS`, and how much each point insists."""
    shape = np.zeros((points, len(_REACH_MS)))
    weight = np.full(points, _SILENCE_WEIGHT)
    for sound, following in zip_longest(said, said[1:]):
        viseme = sound.viseme
        first = sound.start // STEP
        last = max(sound.end // STEP, first + 1)
        gain = _STRESS_GAIN if sound.stressed and viseme.vowel else 1.0
        shape[first:last] = (
            viseme.jaw * gain, viseme.aperture * gain, viseme.width, viseme.protrusion, viseme.tongue
        )  # fmt: skip
        weight[first:last] = viseme.dominance
        if viseme.contact is Contact.LIPS:
            weight[_closure(sound)[0] // STEP : last] = _CLOSURE_WEIGHT
        if following is not None and sound.end < following.start <= sound.end + _PAUSE:
            weight[last : following.start // STEP] = _HELD_STOP_WEIGHT
    return shape, weight


def _closure(sound: Sound) -> tuple[int, int]:
    """When the lips of a bilabial are closed.

    A voiceless or short stop is marked at its burst, so its closure lies in the 50 ms before the mark.
    """
    if sound.viseme.stop and sound.end - sound.start < _BURST:
        return _lasting(sound.start - 50 * SAMPLE_RATE // 1000, sound.start + 2 * SAMPLE_RATE // 1000)
    return _held(sound, 36, delay_ms=20)


def _held(sound: Sound, release_ms: int, delay_ms: int = 0) -> tuple[int, int]:
    """When a sound's contact is whole: a voice's marks lie where its neighbours are no longer heard."""
    start = sound.start + delay_ms * SAMPLE_RATE // 1000
    return _lasting(start, sound.end - release_ms * SAMPLE_RATE // 1000)


def _lasting(start: int, end: int) -> tuple[int, int]:
    """The span, made long enough about its middle to be seen in a frame."""
    if end - start >= _SHORTEST_CONTACT:
        return start, end
    middle = (start + end) // 2
    return middle - _SHORTEST_CONTACT // 2, middle + _SHORTEST_CONTACT // 2


def _silence(said: Sequence[Sound], points: int) -> Curve:
    """1 while nobody speaks, 0 in speech and in the short silences of held stops."""
    if not said:
        return np.ones(points)
    speech: list[tuple[int, int]] = []
    for sound in said:
        if speech and sound.start - speech[-1][1] <= _PAUSE:
            speech[-1] = (speech[-1][0], sound.end)
        else:
            speech.append((sound.start, sound.end))
    # The lips part as the first sound begins and meet 30 ms after the last has ended, 50 ms if it was short:
    # before the utterance's last frame is seen.
    ms = SAMPLE_RATE // 1000
    ends = [min(max(end - 60 * ms, (start + end) // 2 - 5 * ms), end - 40 * ms) for start, end in speech]
    spans = [(min(start + 50 * ms, end), end) for (start, _), end in zip(speech, ends, strict=True)]
    return 1.0 - _envelope(spans, 70, 90, points)


def _envelope(spans: Iterable[tuple[int, int]], rise_ms: int, fall_ms: int, points: int) -> Curve:
    """1 within the spans, easing from and to 0 outside them."""
    rise, fall = rise_ms * SAMPLE_RATE // 1000, fall_ms * SAMPLE_RATE // 1000
    envelope = np.zeros(points)
    for start, end in spans:
        first, last = max((start - rise) // STEP, 0), min((end + fall) // STEP + 2, points)
        at = np.arange(first, last, dtype=np.int64) * STEP
        up = ease((at - (start - rise)) / rise)
        down = ease(((end + fall) - at) / fall)
        envelope[first:last] = np.maximum(envelope[first:last], np.minimum(up, down))
    return envelope


def _smooth(values: Curve, weight: Curve, reach: int) -> Curve:
    """The weighted mean about each point under the kernel (1 - u²)³, u from -1 to 1 over `reach` points."""
    points = len(values)
    pad = np.zeros(reach)
    heavy = np.concatenate([pad, values * weight, pad])
    # Beyond the borders it is as silent as within them.
    weights = np.concatenate([pad + _SILENCE_WEIGHT, weight, pad + _SILENCE_WEIGHT])
    total, norm = np.zeros(points), np.zeros(points)
    # Tap by tap, always in one order: the sum does not depend on where in the audio it stands.
    for tap in range(2 * reach + 1):
        u = (tap - reach) / (reach + 1)
        hill = 1.0 - u * u
        kernel = hill * hill * hill
        total += kernel * heavy[tap : tap + points]
        norm += kernel * weights[tap : tap + points]
    return total / norm


def _slowed(curve: Curve) -> Curve:
    """The highest curve below this one that never moves faster than `_FASTEST`: closures stay as they are."""
    slowed = curve.copy()
    step = _FASTEST * STEP / SAMPLE_RATE
    for away in range(1, int(1.2 / step) + 2):
        slowed[away:] = np.minimum(slowed[away:], curve[:-away] + away * step)
        slowed[:-away] = np.minimum(slowed[:-away], curve[away:] + away * step)
    return slowed
