"""Trains the net with which `warp` hears speech that comes without phoneme times.

    OPENBLAS_NUM_THREADS=1 python train/hearing.py [--lessons 2000] [--passes 10] [--output hearing.npz]

espeak-ng speaks (`speech`, `texts`): its own phonemes say what is heard. NumPy alone computes; every draw is
seeded, so the same command gives the same file again on the same kind of processor, in any number of
`--processes`. Less than ten minutes on two cores. Prints the loss, and the digits of the file that
`pipeline/engines/face/warp/hearing.py` names as `NET`, beside which it belongs; once it is there,
``train/try_hearing.py`` measures it.

The net is ours, under Lectern's licence: it holds nothing of espeak-ng, whose licence does not reach to what
it says, and the texts that are read are words of Python's own documentation, Chinese characters and syllables
by chance.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import multiprocessing
import time
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from speech import Speaker, lesson
from texts import Reader

from pipeline.engines.face.warp.hearing import CONTEXT, DILATIONS, FEATURE, SOUNDS, VALUE, WEIGHT
from pipeline.plan.spectrum import FEATURES

Values = NDArray[np.float32]
Whole = NDArray[np.int64]

_WIDTH = 96
_SPAN = 160
_BATCH = 8
_RATE = 2e-3
_DECAY = 2e-5
_SEED = 20261121
_PART = 25
# Rare sounds count more, but not as much more as they are rarer.
_EVENNESS = 0.5


class Learner:
    """The net in single precision, and how it learns: backpropagation and Adam (Kingma and Ba 2015)."""

    def __init__(self, rng: np.random.Generator) -> None:
        sizes = [FEATURES, *([_WIDTH] * len(DILATIONS)), len(SOUNDS)]
        taps = [*([3] * len(DILATIONS)), 1]
        self.dilations = [*DILATIONS, 0]
        self.parts: list[Values] = []
        for taps_here, inputs, outputs in zip(taps, sizes[:-1], sizes[1:], strict=True):
            scale = np.sqrt(2 / (taps_here * inputs))
            self.parts.append(rng.normal(0, scale, (taps_here * inputs, outputs)).astype(np.float32))
            self.parts.append(np.zeros(outputs, np.float32))
        self._first = [np.zeros_like(part) for part in self.parts]
        self._second = [np.zeros_like(part) for part in self.parts]
        self._turn = 0

    def scores(self, given: Values) -> tuple[Values, list[tuple[Values, Values]]]:
        """Scores (batch, frames, sounds) and what going back needs."""
        values, kept = given, []
        for layer, dilation in enumerate(self.dilations):
            seen = _side_by_side(values, dilation)
            found = seen @ self.parts[2 * layer] + self.parts[2 * layer + 1]
            kept.append((seen, found))
            if layer == len(self.dilations) - 1:
                return found, kept
            found = np.maximum(found, 0)
            values = found if layer == 0 else values[:, dilation:-dilation] + found
        raise AssertionError("the last layer returns")

    def learn(self, given: Values, truth: Whole, weight: Values, rate: float) -> float:
        """One step; the loss before it."""
        scores, kept = self.scores(given)
        likely = np.exp(scores - scores.max(axis=2, keepdims=True))
        likely /= likely.sum(axis=2, keepdims=True)
        counts = weight[truth]
        right = np.take_along_axis(likely, truth[..., None], axis=2)[..., 0]
        loss = float(-(np.log(right + 1e-9) * counts).sum() / counts.sum())
        slope = likely
        np.put_along_axis(slope, truth[..., None], right[..., None] - 1, axis=2)
        slope *= (counts / counts.sum())[..., None]
        self._step(self._slopes(slope, kept), rate)
        return loss

    def _slopes(self, slope: Values, kept: list[tuple[Values, Values]]) -> list[Values]:
        slopes: list[Values] = []
        for layer in reversed(range(len(self.dilations))):
            seen, found = kept[layer]
            dilation = self.dilations[layer]
            inner = slope if layer == len(self.dilations) - 1 else slope * (found > 0)
            flat = inner.reshape(-1, inner.shape[2])
            slopes = [seen.reshape(-1, seen.shape[2]).T @ flat, flat.sum(axis=0), *slopes]
            if layer == 0:
                break
            below = _added_up(inner @ self.parts[2 * layer].T, dilation)
            if layer < len(self.dilations) - 1:
                below[:, dilation:-dilation] += slope
            slope = below
        return slopes

    def _step(self, slopes: list[Values], rate: float) -> None:
        self._turn += 1
        for k, slope in enumerate(slopes):
            self._first[k] += 0.1 * (slope - self._first[k])
            self._second[k] += 0.001 * (slope * slope - self._second[k])
            mean = self._first[k] / (1 - 0.9**self._turn)
            spread = self._second[k] / (1 - 0.999**self._turn)
            self.parts[k] -= rate * mean / (np.sqrt(spread) + 1e-8)
            if slope.ndim > 1:
                self.parts[k] -= rate * _DECAY / _RATE * self.parts[k]


def _side_by_side(values: Values, dilation: int) -> Values:
    """The inputs of a convolution's three taps beside each other."""
    if not dilation:
        return values
    length = values.shape[1] - 2 * dilation
    return np.concatenate([values[:, k * dilation : k * dilation + length] for k in range(3)], axis=2)


def _added_up(slope: Values, dilation: int) -> Values:
    if not dilation:
        return slope
    length, inputs = slope.shape[1], slope.shape[2] // 3
    total = np.zeros((slope.shape[0], length + 2 * dilation, inputs), np.float32)
    for k in range(3):
        total[:, k * dilation : k * dilation + length] += slope[:, :, k * inputs : (k + 1) * inputs]
    return total


def lessons(count: int, processes: int) -> list[tuple[Values, Whole]]:
    """So many utterances, features padded by what the net sees beside them; the same in any processes."""
    parts = [range(first, min(first + _PART, count)) for first in range(0, count, _PART)]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        return [pair for part in pool.imap(some_lessons, parts) for pair in part]


def some_lessons(numbers: range) -> list[tuple[Values, Whole]]:
    """The lessons of these numbers; each depends on its number alone."""
    speaker = Speaker()
    found: list[tuple[Values, Whole]] = []
    for number in numbers:
        rng = np.random.default_rng([_SEED, number])
        heard, truth = lesson(speaker, Reader(rng), rng)
        padded = np.pad(heard / FEATURE, ((CONTEXT, CONTEXT), (0, 0)), mode="edge")
        found.append((padded.astype(np.float32), truth))
    speaker.close()
    return found


def train(taught: list[tuple[Values, Whole]], passes: int) -> Learner:
    """A net that has heard everything so many times."""
    rng = np.random.default_rng(_SEED + 1)
    learner = Learner(rng)
    frames = sum(len(truth) for _, truth in taught)
    counts = np.bincount(np.concatenate([truth for _, truth in taught]), minlength=len(SOUNDS))
    weight = ((counts + 1) / counts.mean()) ** -_EVENNESS
    weight = np.minimum(weight, 4).astype(np.float32)
    steps = passes * frames // (_BATCH * _SPAN)
    long = [pair for pair in taught if len(pair[1]) >= _SPAN]
    lengths = np.array([len(truth) for _, truth in long], np.float64)
    begun, loss = time.monotonic(), 0.0
    for step in range(steps):
        picked = rng.choice(len(long), _BATCH, p=lengths / lengths.sum())
        starts = [int(rng.integers(0, len(long[k][1]) - _SPAN + 1)) for k in picked]
        pairs = list(zip(picked, starts, strict=True))
        given = np.stack([long[k][0][s : s + _SPAN + 2 * CONTEXT] for k, s in pairs])
        truth = np.stack([long[k][1][s : s + _SPAN] for k, s in pairs])
        rate = _RATE * 0.5 * (1 + np.cos(np.pi * step / steps)) * min(1, (step + 1) / 200)
        loss += (learner.learn(given, truth, weight, rate) - loss) * (1 if step == 0 else 0.01)
        if step % 500 == 0:
            print(f"step {step} of {steps}: loss {loss:.3f}, {time.monotonic() - begun:.0f} s", flush=True)
    return learner


def save(learner: Learner, path: Path) -> str:
    """Write the net in whole numbers; the first digits of the file's SHA-256."""
    arrays: dict[str, NDArray[np.int16] | NDArray[np.int32]] = {}
    for layer, dilation in enumerate(learner.dilations):
        weight, bias = learner.parts[2 * layer], learner.parts[2 * layer + 1]
        whole = np.clip(np.rint(weight * WEIGHT), -32767, 32767).astype(np.int16)
        arrays[f"weight{layer}"] = whole.reshape(3 if dilation else 1, -1, weight.shape[1])
        arrays[f"bias{layer}"] = np.rint(bias * VALUE * WEIGHT).astype(np.int32)
    # A zip without times in it, so that equal nets are equal files.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, array)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), buffer.getvalue(), zipfile.ZIP_DEFLATED)
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lessons", type=int, default=2000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--passes", type=int, default=10)
    parser.add_argument("--output", type=Path, default=Path("hearing.npz"))
    given = parser.parse_args()
    taught = lessons(given.lessons, given.processes)
    print(f"{sum(len(truth) for _, truth in taught) / 6000:.0f} minutes of speech are there", flush=True)
    learner = train(taught, given.passes)
    print(f"NET = {save(learner, given.output)!r}, {given.output.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
