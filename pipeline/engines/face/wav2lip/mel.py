"""Speech as Wav2Lip hears it: 80 mel bands of 50 ms frames, 80 of them a second.

Pre-emphasis, magnitudes of a short-time Fourier transform, mel bands (Slaney, Auditory Toolbox, 1998) from 55
to 7,600 Hz, decibels from -100 to 0 against 20 dB below full scale, brought to -4 to 4. Equal to what librosa
0.10 and later computes within 1e-6. Each column is computed by itself, always in the same order and with
operations that round alike everywhere, so it has the same bits wherever in a sound it stands, on any machine.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.wav2lip.architecture import MEL_BANDS
from pipeline.engines.face.wav2lip.hann import hann
from pipeline.engines.face.wav2lip.logarithm import log10
from pipeline.plan.thirds import SPEECH_RATE

#: Samples at 16 kHz from one column to the next.
HOP = 200
#: Columns a second.
MEL_RATE = SPEECH_RATE // HOP
#: What a column of digital silence holds in every band, and the least that any holds.
SILENCE = -4.0

#: How far a column reaches to each side of its middle, in samples at 16 kHz.
REACH = 400

_FRAME = 2 * REACH
_LOWEST_HZ, _HIGHEST_HZ = 55.0, 7_600.0
_PRE_EMPHASIS = 0.97
_FAINTEST, _REFERENCE_DB, _RANGE_DB = 1e-5, 20.0, 100.0
_LARGEST = 4.0
_BLOCK = 128
_WINDOW_BITS = 40

# The mel scale of Slaney's toolbox: even below 1 kHz, 27 steps for each factor of 6.4 above.
_HZ_A_STEP = 200.0 / 3.0
_BEND_HZ = 1_000.0
_BEND = _BEND_HZ / _HZ_A_STEP
_LOG_STEP = np.log(6.4) / 27.0


def spectrogram(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mel columns of a whole sound: float32 (80, 1 + samples // 200), each value from -4 to 4.

    Column t stands for the 50 ms about sample 200 * t. Beyond both ends there is silence.

    Args:
        samples: float32 mono at 16 kHz, full scale 1.

    Raises:
        ValueError: samples of another type or shape, or not all of them numbers.
    """
    return columns(samples, 0, 1 + len(samples) // HOP)


def columns(samples: NDArray[np.float32], first: int, stop: int) -> NDArray[np.float32]:
    """The columns from `first` up to but not including `stop`, float32 (80, stop - first).

    As `spectrogram`, of a sound that silence goes on before and behind: columns below 0 and beyond the last
    may be asked for.
    """
    if samples.dtype != np.float32 or samples.ndim != 1 or not np.isfinite(samples).all():
        raise ValueError(f"{samples.dtype} {samples.shape}, or not a number")
    result = np.full((MEL_BANDS, max(stop - first, 0)), SILENCE, np.float32)
    # Columns that reach nothing of the sound are silent already.
    begin = max(first, -(REACH // HOP))
    end = min(stop, -(-(len(samples) + REACH) // HOP))
    for start in range(begin, end, _BLOCK):
        count = min(_BLOCK, end - start)
        sound = _emphasised(samples, start * HOP - REACH, (start + count - 1) * HOP + REACH)
        frames = np.lib.stride_tricks.sliding_window_view(sound, _FRAME)[::HOP]
        result[:, start - first : start - first + count] = _levels(frames).T
    return result


def windows(mel: NDArray[np.float32], starts: NDArray[np.int64], length: int) -> NDArray[np.float32]:
    """The windows of so many columns that begin at each of `starts`: float32 (n, 80, length), a copy.

    Args:
        mel: columns as `columns` gives them, (80, columns).
        starts: the first column of each window, within `mel`.
        length: columns of a window.
    """
    seen = np.lib.stride_tricks.sliding_window_view(mel, length, axis=1)
    return np.ascontiguousarray(seen[:, starts].transpose(1, 0, 2))


def _emphasised(samples: NDArray[np.float32], begin: int, end: int) -> NDArray[np.float64]:
    """What a first-order filter that lifts high tones makes of samples `begin` to `end`; 0 outside the sound.

    The filter ends with the sound: its answer to the last sample is not part of it.
    """
    result = np.zeros(end - begin)
    first, last = max(begin, 0), min(end, len(samples))
    if first < last:
        before = np.zeros(last - first)
        before[first == 0 :] = samples[max(first - 1, 0) : last - 1]
        result[first - begin : last - begin] = samples[first:last] - _PRE_EMPHASIS * before
    return result


def _levels(frames: NDArray[np.float64]) -> NDArray[np.float64]:
    """What each band of each frame holds, (frames, 80), from -4 to 4."""
    spectrum = np.fft.rfft(frames * _hann(), axis=1)
    magnitude = np.sqrt(spectrum.real**2 + spectrum.imag**2)
    bins, weights = _bands()
    band = np.zeros((len(frames), MEL_BANDS))
    # Tap by tap, always in one order: no product of matrices promises that.
    for tap in range(len(bins)):
        band += magnitude[:, bins[tap]] * weights[tap]
    decibels = 20.0 * log10(np.maximum(band, _FAINTEST)) - _REFERENCE_DB
    scaled = 2.0 * _LARGEST * ((decibels + _RANGE_DB) / _RANGE_DB) - _LARGEST
    return np.clip(scaled, -_LARGEST, _LARGEST)


@functools.lru_cache(maxsize=1)
def _hann() -> NDArray[np.float64]:
    return hann(_FRAME, bits=_WINDOW_BITS)


@functools.lru_cache(maxsize=1)
def _bands() -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For each band the bins of the transform that it hears, and their weights: (taps, 80) each.

    Bands are triangles that reach from the middle of the one before to that of the next, each of area 1 over
    frequency. Narrow ones are filled up with bins of weight 0.
    """
    edges = _hertz(np.linspace(_mels(_LOWEST_HZ), _mels(_HIGHEST_HZ), MEL_BANDS + 2))
    hertz = np.arange(_FRAME // 2 + 1) * (SPEECH_RATE / _FRAME)
    low, middle, high = edges[:-2, np.newaxis], edges[1:-1, np.newaxis], edges[2:, np.newaxis]
    rising, falling = (hertz - low) / (middle - low), (high - hertz) / (high - middle)
    # librosa's own table is in single precision, and so is the sound that networks have learnt from.
    table = (np.maximum(0.0, np.minimum(rising, falling)) * (2.0 / (high - low))).astype(np.float32)
    taps = int(np.count_nonzero(table, axis=1).max())
    first = np.minimum(np.argmax(table > 0, axis=1), len(hertz) - taps)
    bins = first[np.newaxis, :] + np.arange(taps)[:, np.newaxis]
    weights = table[np.arange(MEL_BANDS)[np.newaxis, :], bins].astype(np.float64)
    bins.flags.writeable = weights.flags.writeable = False
    return bins, weights


def _mels(hertz: float) -> float:
    if hertz < _BEND_HZ:
        return hertz / _HZ_A_STEP
    return float(_BEND + np.log(hertz / _BEND_HZ) / _LOG_STEP)


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(
        mels < _BEND, mels * _HZ_A_STEP, _BEND_HZ * np.exp(_LOG_STEP * (np.maximum(mels, _BEND) - _BEND))
    )
