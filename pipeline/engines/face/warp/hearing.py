"""Speech without phoneme times: a small net hears the sounds that are made, and `tracks` draws them.

The net tells, each 10 ms, how likely each of `SOUNDS` is; what a mouth does for a sound stands in `visemes`
alone. It is a temporal convolution (Waibel et al. 1989, "Phoneme recognition using time-delay neural
networks"; dilated as by van den Oord et al. 2016, "WaveNet") that sees 150 ms to each side, trained by
``train/hearing.py`` on speech that espeak-ng made. Its weights are whole numbers, and so is every value on
the way from samples to likelihoods, below 2^53: the same audio gives the same bits on every machine.
"""

from __future__ import annotations

import functools
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face import Drive
from pipeline.engines.face.warp.tracks import HEAD, TAIL, Sound, sounds
from pipeline.engines.face.warp.visemes import VISEMES, Contact, Viseme
from pipeline.plan.spectrum import BANDS, HOP, Exact, Features, features, peak

#: What the net tells apart, by a letter of the chart that looks like it; silence comes last.
SOUNDS = (*"iɪyuʊeøoəɛœʌɔæaɑpmwfθsʃɕʂtnlɹrjkxh", "")
#: The first digits of the SHA-256 of the net's file: another net draws other pixels.
NET = "cef2c73a7e26"

#: How far apart the three inputs of each layer's convolution are, in frames.
DILATIONS = (1, 2, 4, 8)
#: Frames that the net sees to each side.
CONTEXT = sum(DILATIONS)
#: One in values between layers, and in weights.
VALUE, WEIGHT = 1 << 8, 1 << 12
#: One in features, as the net takes them: two octaves.
FEATURE = 1 << 6

_NET_FILE = Path(__file__).with_name("hearing.npz")
# So many frames are heard at a time.
_FRAMES = 2_048
_LARGEST = float((1 << 15) - 1)
_LIKELIHOOD = 1 << 16
_HUNDREDTH = 100

# -60 dBFS: what stays below is silence, whatever it contains.
_AUDIBLE = 33
# Likelihoods are compared in whole parts of one.
_PARTS = 1 << 10
# A contact lasts as long as it stays likelier than the first, and is heard when its likelihoods add up to
# the second within so many frames: a lip's stop is as long, though its silence sounds like any other's.
_LIKELY, _CONTACT, _STOP = _PARTS // 4, _PARTS * 9 // 5, 8
_SPEECH = 0.5
# Speech between silences that is shorter than this, in frames of 10 ms, is a noise.
_SHORTEST_SPEECH = 4
_SLOT = 2
# Vowels whose middles are nearer than 0.6 s compete for stress; the sums of their ends, in frames, by which.
_NEAR = 120


@dataclass(frozen=True, kw_only=True, eq=False)
class Net:
    """The net's weights: a convolution for each of `DILATIONS`, then one value for each of `SOUNDS`.

    Attributes:
        weights: whole numbers in `WEIGHT`ths, (3, inputs, outputs) each; (1, inputs, outputs) the last.
        biases: whole numbers in `VALUE` * `WEIGHT`ths, (outputs,) each.
    """

    weights: tuple[Exact, ...]
    biases: tuple[Exact, ...]


def said(drive: Drive) -> tuple[Sound, ...]:
    """The sounds of an utterance: those that its phonemes tell, and without any those that are heard."""
    if drive.phonemes:
        return sounds(drive.phonemes, len(drive.audio))
    audio, begin = drive.around(HOP)
    return heard(audio, begin, begin + len(drive.audio))


def heard(audio: NDArray[np.int16], begin: int = 0, end: int | None = None) -> tuple[Sound, ...]:
    """The sounds of an utterance as far as they can be heard, in order, kept off its silent borders.

    A sound is 20 ms of mixed mouth shapes, each as far as it is likely, or a contact of the lips as long as
    it lasts. Audio that is inaudible has none.

    Args:
        audio: int16 mono at 48 kHz, the utterance and what is heard around it.
        begin: where in that the utterance begins, a multiple of `HOP`; times are counted from there.
        end: where it ends; with the audio unless given.
    """
    own = audio[begin:end]
    if peak(own) <= _AUDIBLE or len(own) < HOP:
        return ()
    given = features(audio)
    likely = likelihoods(given, _net())
    stressed = _stressed(likely, given[:, :BANDS].sum(axis=1, dtype=np.float64))
    frames = slice(begin // HOP, (begin + len(own)) // HOP)
    return tuple(_sounds(likely[frames], stressed[frames], len(own)))


def likelihoods(given: Features, net: Net) -> Exact:
    """How likely each of `SOUNDS` is in each frame, (frames, sounds): whole numbers, not normalised.

    Args:
        given: features as `spectrum.features` gives them, (frames, features).
        net: the weights.
    """
    likely = np.empty((len(given), len(SOUNDS)))
    for first in range(0, len(given), _FRAMES):
        frames = range(first, min(first + _FRAMES, len(given)))
        # Before the first frame, and behind the last, it is as in them.
        seen = np.arange(frames.start - CONTEXT, frames.stop + CONTEXT).clip(0, len(given) - 1)
        likely[frames.start : frames.stop] = _likely(given[seen], net)
    return likely


def _likely(seen: Features, net: Net) -> Exact:
    """How likely sounds are in frames, by those and the `CONTEXT` on each side of them."""
    values = seen.astype(np.float64) * (VALUE // FEATURE)
    for index, dilation in enumerate(DILATIONS):
        found = np.clip(_convolved(values, net, index, dilation), 0.0, _LARGEST)
        values = found if index == 0 else np.minimum(values[dilation:-dilation] + found, _LARGEST)
    scores = _convolved(values, net, len(DILATIONS), 0)
    below = np.minimum(scores.max(axis=1, keepdims=True) - scores, len(_powers()) - 1.0)
    likely: Exact = _powers()[below.astype(np.int64)]
    return likely


def _convolved(values: Exact, net: Net, layer: int, dilation: int) -> Exact:
    weights = net.weights[layer]
    length = len(values) - (len(weights) - 1) * dilation
    total = net.biases[layer] + np.zeros((length, weights.shape[2]))
    for tap, matrix in enumerate(weights):
        total += values[tap * dilation : tap * dilation + length] @ matrix
    rounded: Exact = np.floor(total / WEIGHT + 0.5)
    return rounded


def _stressed(likely: Exact, loudness: Exact) -> NDArray[np.bool_]:
    """Which frames belong to a vowel that is longer and louder than any other near it."""
    found = np.zeros(len(likely), bool)
    vowels = list(_runs((likely * _table()[2]).sum(axis=1) * 2 > likely.sum(axis=1)))
    if vowels:
        quiet = float(loudness.min())
        force = [float((loudness[start:end] - quiet).sum()) for start, end in vowels]
        # They stand in order, each with a few near it, however many there are.
        middles = [start + end for start, end in vowels]
        for own, middle, (start, end) in zip(force, middles, vowels, strict=True):
            first, stop = bisect_right(middles, middle - _NEAR), bisect_left(middles, middle + _NEAR)
            found[start:end] = own >= max(force[first:stop])
    return found


def _sounds(likely: Exact, stressed: NDArray[np.bool_], samples: int) -> Iterator[Sound]:
    """Contacts where they are heard, mixed shapes where somebody speaks otherwise."""
    total = likely.sum(axis=1)
    first, last = -(-HEAD // HOP), (samples - TAIL) // HOP
    speech = likely[:, -1] < (1.0 - _SPEECH) * total
    speech[:first] = False
    speech[max(last, first) :] = False
    contact = np.zeros(len(likely), np.int64)
    for number, kind in enumerate((Contact.LIPS, Contact.LIP_AND_TEETH), 1):
        part = np.floor(_PARTS * likely[:, _of(kind)].sum(axis=1) / total)
        # The sum over a stop that ends with each frame, from frames before the first on.
        stops = np.convolve(part, np.ones(_STOP))
        for start, end in _runs(part > _LIKELY):
            if float(stops[start : end + _STOP - 1].max()) > _CONTACT:
                contact[start:end] = number
    for start, end in _runs(speech | (contact > 0)):
        begin, stop = max(start, first), min(end, last)
        if stop - begin < _SHORTEST_SPEECH:
            continue
        yield from _spoken(likely, contact, stressed, begin, stop)


def _spoken(
    likely: Exact, contact: NDArray[np.int64], stressed: NDArray[np.bool_], start: int, end: int
) -> Iterator[Sound]:
    place = start
    while place < end:
        kind = contact[place]
        stop = place + 1
        while stop < end and contact[stop] == kind and (kind or stop - place < _SLOT):
            stop += 1
        yield Sound(
            viseme=_mixed(likely[place:stop].sum(axis=0), int(kind)),
            start=place * HOP,
            end=stop * HOP,
            stressed=bool(stressed[place:stop].all()),
        )
        place = stop


def _mixed(likely: Exact, contact: int) -> Viseme:
    """The mean shape of sounds, each as far as it is likely and insists on its shape."""
    kind = (Contact.NONE, Contact.LIPS, Contact.LIP_AND_TEETH)[contact]
    shape, dominance, vowel = _table()
    part = likely * (_of(kind) if contact else _audible())
    weight = part * dominance
    total = max(float(weight.sum()), 1.0)
    jaw, aperture, width, protrusion, tongue = (
        float(value) / (total * _HUNDREDTH) for value in weight @ shape
    )
    return Viseme(
        jaw=jaw,
        aperture=aperture,
        width=width,
        protrusion=protrusion,
        tongue=tongue,
        dominance=max(total / (max(float(part.sum()), 1.0) * _HUNDREDTH), 0.1),
        contact=kind,
        vowel=bool((part * vowel).sum() * 2 > part.sum()),
    )


@functools.lru_cache(maxsize=1)
def _table() -> tuple[Exact, Exact, Exact]:
    """Shapes and dominances of `SOUNDS` in whole hundredths, and which of them are vowels."""
    known = [VISEMES[sound] for sound in SOUNDS if sound]
    shape = [[v.jaw, v.aperture, v.width, v.protrusion, v.tongue] for v in known]
    return (
        np.rint(np.array([*shape, [0.0] * 5]) * _HUNDREDTH),
        np.rint(np.array([*(v.dominance for v in known), 0.0]) * _HUNDREDTH),
        np.array([*(float(v.vowel) for v in known), 0.0]),
    )


@functools.lru_cache(maxsize=4)
def _of(kind: Contact) -> NDArray[np.bool_]:
    return np.array([bool(sound) and VISEMES[sound].contact is kind for sound in SOUNDS])


@functools.lru_cache(maxsize=1)
def _audible() -> NDArray[np.bool_]:
    return np.array([bool(sound) for sound in SOUNDS])


@functools.lru_cache(maxsize=1)
def _powers() -> Exact:
    """Likelihoods by how far a score lies below the best: e to the power of minus it, in whole numbers."""
    return np.array([round(_LIKELIHOOD * math.exp(-step / VALUE)) for step in range(12 * VALUE)], np.float64)


@functools.lru_cache(maxsize=1)
def _net() -> Net:
    with np.load(_NET_FILE) as file:
        layers = range(len(DILATIONS) + 1)
        return Net(
            weights=tuple(file[f"weight{k}"].astype(np.float64) for k in layers),
            biases=tuple(file[f"bias{k}"].astype(np.float64) for k in layers),
        )


def _runs(marked: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Where marks stand side by side: from the first one of each run to behind its last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marked, [False]]).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
