"""How open a mouth is for what is spoken, by the chart of the International Phonetic Alphabet alone.

Source: International Phonetic Association, "The International Phonetic Alphabet (revised to 2020)". A vowel
is as open as the row of the chart that it stands in, evenly from close, 0, to open, 1. Sounds that are made
with the lips, alone or with the teeth or the tongue, are 0. Of all other consonants the chart does not say
how far the lips are apart: they go from the sound before to the sound after.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.speech import Phoneme

Curve = NDArray[np.float64]

# The rows of the chart's vowels, from close to open.
_ROWS = ("iyɨʉɯu", "ɪʏʊ", "eøɘɵɤo", "əɚ", "ɛœɜɝɞʌɔ", "æɐ", "aɶɑɒ")
# Its columns bilabial and labiodental, and what is labial among its clicks, implosives and other symbols.
_LABIAL = "pbmʙɸβfvɱⱱʋʘɓwʍɥ"
# Dictionaries' letters for reduced vowels between two rows' letters, which the chart does not have.
_NOT_ON_THE_CHART = {"ᵻ": "ɪ", "ᵿ": "ʊ"}

# Its rows plosive, nasal and trill of the column bilabial, and such clicks and implosives: the lips touch.
_TOUCHING = frozenset("pbmʙʘɓ")

_OPENNESS = {letter: row / (len(_ROWS) - 1) for row, letters in enumerate(_ROWS) for letter in letters}
_OPENNESS |= dict.fromkeys(_LABIAL, 0.0)

#: A shorter silence, in samples, is a stop's that is held, and belongs to the sound after it.
_HELD = 130 * SAMPLE_RATE // 1000
# Voices mark a labial stop that is shorter than this, in samples, where it is released: it was closed before.
_STOPS = frozenset("pbɓ")
_BURST = 50 * SAMPLE_RATE // 1000

# Lips cannot jump: what is seen of a sound is smeared over about two frames to each side. But where they
# touch they touch.
_SMEARED = np.array([1, 4, 6, 4, 1]) / 16
_FINE = 16

_Span = tuple[int, int, float | None, bool]


def openness(symbol: str) -> tuple[float | None, ...]:
    """How open each sound of a symbol is, 0 to 1; None where the chart does not say.

    Args:
        symbol: IPA with any marks, not empty; two letters for a diphthong or an affricate.
    """
    letters = [
        letter
        for letter in unicodedata.normalize("NFD", symbol)
        if unicodedata.category(letter) in {"Ll", "Lo"} and letter != "ʰ"
    ]
    return tuple(_OPENNESS.get(_NOT_ON_THE_CHART.get(letter, letter)) for letter in letters) or (None,)


def chart_openness(phonemes: Iterable[Phoneme], frames: int, fps: int) -> Curve:
    """How open the mouth should be in each frame, 0 to 1; silence is 0.

    Args:
        phonemes: sounds in samples at 48 kHz from the beginning of the first frame.
        frames: how many frames.
        fps: frame rate.
    """
    part = samples_per_frame(fps) / _FINE
    values, touching = np.zeros((2, frames * _FINE))
    for start, end, value, touch in _spans(phonemes):
        at = slice(max(round(start / part), 0), round(end / part))
        values[at] = np.nan if value is None else value
        touching[at] = touch
    known = np.isfinite(values)
    places = np.arange(len(values))
    whole = np.interp(places, places[known], values[known])
    smeared = np.convolve(whole.reshape(frames, _FINE).mean(axis=1), _SMEARED, mode="same")
    free: NDArray[np.float64] = smeared * (1 - touching.reshape(frames, _FINE).mean(axis=1))
    return free


def _spans(phonemes: Iterable[Phoneme]) -> Iterator[_Span]:
    """From which sample to which the mouth is how open, and whether the lips touch; later ones hold."""
    before = -_HELD
    for phoneme in phonemes:
        if not phoneme.symbol:
            continue
        start, end, parts = phoneme.start, phoneme.end, openness(phoneme.symbol)
        touch = phoneme.symbol[0] in _TOUCHING
        if 0 < start - before <= _HELD:
            yield before, start, parts[0] if phoneme.symbol[0] in _LABIAL else None, touch
        before = end
        if phoneme.symbol[0] in _STOPS and end - start < _BURST:
            yield start - _BURST, start, 0.0, True
            yield start, end, None, False
            continue
        edges = [start + (end - start) * k // len(parts) for k in range(len(parts) + 1)]
        for index, (first, last, value) in enumerate(zip(edges[:-1], edges[1:], parts, strict=True)):
            yield first, last, value, touch and index == 0
