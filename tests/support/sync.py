"""Whether lips move with speech: found again in frames, measured against the sounds that were spoken.

The openness of sounds comes from the vowel heights of the International Phonetic Association's chart and from
where consonants are made, not from any engine's own table: an engine that only obeys itself does not pass.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye import EyeEngine, Face, facemesh
from pipeline.engines.eye.facemesh import FaceMeshEye
from pipeline.engines.eye.mesh import LEFT_EYE_CORNERS, RIGHT_EYE_CORNERS
from pipeline.engines.eye.quiet import quiet_native_logs
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.speech import Phoneme
from pipeline.plan.timeline import Timeline

Curve = NDArray[np.float64]

# How far the mouth opens for vowels of each height of the chart, 0 closed to 1.
_HEIGHTS = (
    ("iyɨʉɯuᵻ", 0.25),
    ("ɪʏʊ", 0.32),
    ("eøɘɵɤo", 0.45),
    ("əɚ", 0.35),
    ("ɛœɜɞʌɔɝ", 0.62),
    ("æɐ", 0.75),
    ("aɶɑɒ", 0.90),
)
_CONSONANTS = (("pbmɓ", 0.0), ("fvɱ", 0.10), ("szʃʒɕʑʂʐθð", 0.18), ("wɥ", 0.15))
_OTHER = 0.25
_OPENNESS = {letter: value for letters, value in (*_HEIGHTS, *_CONSONANTS) for letter in letters}

# Voices mark a stop that is shorter than this, in samples, where it is released.
_BILABIAL_STOPS = frozenset("pb")
_BURST = 50 * SAMPLE_RATE // 1000

# Pairs of landmarks across the lips with their weights, and the corners of the eyes.
_ACROSS = ((13, 14, 0.5), (81, 178, 0.25), (311, 402, 0.25))

# Lips cannot jump: what is seen of a sound is smeared over about two frames to each side.
_SMEARED = np.array([1, 4, 6, 4, 1]) / 16

_FINE = 16


def lip_openness(frames: Iterable[NDArray[np.uint8]], eye: EyeEngine) -> Curve:
    """How far the lips are apart in each frame, in inter-ocular distances; NaN where no face is found.

    The eye looks for faces in the first frame. In each later one its mesh looks where the face was a
    frame before, as an eye's own second look does, and the eye looks for faces again when it is not there.

    Args:
        frames: BGR uint8 pictures, one after the other.
        eye: the eye that finds landmarks.
    """
    assert isinstance(eye, FaceMeshEye)
    found: list[float] = []
    face: Face | None = None
    for frame in frames:
        face = _followed(frame, face, eye) or next(iter(eye.look(frame)), None)
        found.append(float("nan") if face is None else _openness(face))
    return np.array(found)


def _followed(picture: NDArray[np.uint8], face: Face | None, eye: FaceMeshEye) -> Face | None:
    """The face in the next frame, if it is where it was."""
    if face is None:
        return None
    with quiet_native_logs():
        landmarks = facemesh._mesh_once(picture, face.box, eye._ready())
    return None if landmarks is None else facemesh._face_of(landmarks)


def phoneme_openness(phonemes: Iterable[Phoneme], frames: int, fps: int) -> Curve:
    """How far a mouth should be open in each frame for what is spoken, 0 to 1.

    Args:
        phonemes: sounds in samples at 48 kHz from the beginning of the first frame.
        frames: how many frames.
        fps: frame rate.
    """
    fine = np.zeros(frames * _FINE)
    part = samples_per_frame(fps) / _FINE
    for phoneme in phonemes:
        if phoneme.symbol[:1] in _BILABIAL_STOPS and phoneme.end - phoneme.start < _BURST:
            # A stop's release is heard; its closure, which is seen, is over by then.
            fine[round((phoneme.start - _BURST) / part) : round(phoneme.start / part)] = 0.0
            fine[round(phoneme.start / part) : round(phoneme.end / part)] = _OTHER
            continue
        parts = _parts(phoneme.symbol)
        edges = np.linspace(phoneme.start, phoneme.end, len(parts) + 1) / part
        for value, start, end in zip(parts, edges[:-1], edges[1:], strict=True):
            fine[round(float(start)) : round(float(end))] = value
    each = fine.reshape(frames, _FINE).mean(axis=1)
    return np.convolve(each, _SMEARED, mode="same")


def timeline_phonemes(timeline: Timeline) -> tuple[Phoneme, ...]:
    """All sounds of a film, in samples from its beginning."""
    found: list[Phoneme] = []
    start = 0
    for utterance in timeline.utterances:
        found += [
            Phoneme(symbol=p.symbol, start=p.start + start, end=p.end + start, stressed=p.stressed)
            for p in utterance.phonemes
        ]
        start += utterance.frames * samples_per_frame(timeline.fps)
    return tuple(found)


def lag_and_correlation(lips: Curve, speech: Curve, *, furthest: int = 10) -> tuple[float, float]:
    """By how many frames the lips are late (early: below 0), and how well they then agree (Pearson's r).

    The lag is that of the best agreement, between frames by a parabola; frames without lips are left out.
    """
    found = [_correlation(lips, speech, lag) for lag in range(-furthest, furthest + 1)]
    best = int(np.argmax(found))
    lag = float(best - furthest)
    if 0 < best < len(found) - 1:
        before, at, after = found[best - 1 : best + 2]
        lag += 0.5 * (before - after) / (before - 2 * at + after)
    return lag, found[best]


def _parts(symbol: str) -> tuple[float, ...]:
    """Openness of each sound in a symbol; a silence has one of 0."""
    letters = [
        c
        for c in unicodedata.normalize("NFD", symbol)
        if unicodedata.category(c) in {"Ll", "Lo"} and c != "ʰ"
    ]
    if not letters:
        return (0.0,)
    return tuple(_OPENNESS.get(letter, _OTHER) for letter in letters)


def _openness(face: Face) -> float:
    assert face.landmarks is not None
    points = face.landmarks[:, :2]

    def apart(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
        return float(np.linalg.norm(a - b))

    eyes = apart(points[list(RIGHT_EYE_CORNERS)].mean(axis=0), points[list(LEFT_EYE_CORNERS)].mean(axis=0))
    return sum(weight * apart(points[a], points[b]) for a, b, weight in _ACROSS) / eyes


def _correlation(lips: Curve, speech: Curve, lag: int) -> float:
    late, early = (
        lips[max(lag, 0) : len(lips) + min(lag, 0)],
        speech[max(-lag, 0) : len(speech) - max(lag, 0)],
    )
    seen = np.isfinite(late)
    return float(np.corrcoef(late[seen], early[seen])[0, 1])
