"""Speech as somebody might have recorded it, distorted in ways that are known exactly."""

from __future__ import annotations

from difflib import SequenceMatcher

import numpy as np

from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.speech import Phoneme, Speech, Times

_SLOWEST, _FASTEST, _KNOTS = 0.78, 1.25, 6
_HIGHEST_HZ = 7_000
_ECHO, _ECHO_GAIN = 35 * SAMPLE_RATE // 1000, 0.35
_NOISE = 0.1
_LEVEL = 0.7


def recorded(speech: Speech, seed: int) -> tuple[Speech, tuple[Phoneme, ...]]:
    """A speech at 48 kHz at an uneven pace, in a room, in noise: its sound alone, and where its sounds are.

    Time runs between 0.78 and 1.25 times as fast, sound above 7 kHz is lost, a wall answers after 35 ms, 9 dB
    below, and noise is 20 dB below the speech.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    count = len(speech.samples)
    knots = np.linspace(0, count, _KNOTS)
    moved = np.cumsum(np.interp(np.arange(count), knots, rng.uniform(_SLOWEST, _FASTEST, _KNOTS)))
    sound = np.interp(np.arange(int(moved[-1])), moved, speech.samples)
    sound[_ECHO:] += _ECHO_GAIN * sound[:-_ECHO]
    hertz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)
    sound = np.fft.irfft(np.fft.rfft(sound) * (hertz < _HIGHEST_HZ), len(sound))
    sound += rng.normal(0, _NOISE * sound.std(), len(sound))
    heard = np.clip(np.rint(_LEVEL * sound), -32_768, 32_767).astype(np.int16)
    places = tuple(
        Phoneme(symbol=each.symbol, start=int(moved[each.start]), end=int(moved[each.end - 1]))
        for each in speech.phonemes
    )
    return untimed(Speech(rate=SAMPLE_RATE, samples=heard, phonemes=(), words=())), places


def untimed(speech: Speech) -> Speech:
    """The same sound of a voice that knows nothing of its times."""
    return Speech(rate=speech.rate, samples=speech.samples, phonemes=(), words=(), times=Times.NONE)


def away_ms(found: Speech, truth: tuple[Phoneme, ...]) -> list[float]:
    """By how many ms each start of a phoneme is wrong, of those phonemes that both have alike."""
    ours, theirs = ([each for each in parts if each.symbol] for parts in (found.phonemes, truth))
    one, other = ([each.symbol for each in parts] for parts in (ours, theirs))
    return [
        abs(ours[block.a + at].start - theirs[block.b + at].start) * 1000 / found.rate
        for block in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
        for at in range(block.size)
    ]
