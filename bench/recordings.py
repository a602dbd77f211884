"""How well speech is found in recordings, how far noise is taken out of them, and what an hour of one costs.

    PYTHONPATH=. python bench/recordings.py [--minutes 60]

Sentences by espeak, of which it is known when they are said, with white noise so far below them. Each
detector of speech that is installed, and level alone: how many parts of 10 ms of speech were missed, and how
many taken for speech of what is none. Then cleaning: the ratio of speech to all else before and after it, and
by how much the sound is late. At last a long recording: seconds and memory until it is looked at, and cut.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
import wave
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from _farm import machine
from numpy.typing import NDArray

from farm.recordings import look_at_recording
from pipeline.engines.shelf import activities, voices
from pipeline.media import Limits, Media, find_ffmpeg
from pipeline.plan.artifact import Kind
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.denoising import delay_of, room_of
from pipeline.plan.pauses import STEP, Spans, levels, spans
from pipeline.plan.recording import pieces
from pipeline.plan.soundfile import RecordingLimits
from pipeline.plan.thirds import DOWN, thirds
from pipeline.steps.memory import MemoryDesk
from pipeline.steps.recorded import keep, opened
from pipeline.store import Store
from tests.support.recital import Recital, recite

_SENTENCES = (
    "Good morning, and welcome to the workshop.",
    "Please put on your glasses before you switch the machine on.",
    "The red button stops everything at once.",
    "Thank you, and work safely.",
    "Most people remember a happy voice, but few remember every word.",
    "If anything is still unclear, write to us, or come by in the morning.",
)
# A shorter stop within speech is none; in steps.
_SPOKEN_THROUGH = 24
_NOISES_DB = (None, 40, 30, 20, 10)
_LATEST = SAMPLE_RATE // 5
_Sound = NDArray[np.int16]


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=int, default=60)
    given = parser.parse_args()
    print(machine())
    shelf = voices()
    recital = recite(shelf.open("espeak"), _SENTENCES, noise=0)
    shelf.close()
    media = Media(find_ffmpeg(), limits=Limits(seconds=3_600, memory_bytes=4_000_000_000))
    _find(recital)
    with tempfile.TemporaryDirectory() as folder:
        _clean(recital, media, Path(folder))
        _last(recital, media, Path(folder), given.minutes)


def _find(recital: Recital) -> None:
    shelf = activities()
    detectors: dict[str, Callable[[_Sound], Spans]] = {"level": lambda sound: spans(levels(sound))}
    for name in shelf.names():
        engine = shelf.open(name)
        detectors[name] = lambda sound, engine=engine: tuple(  # type: ignore[misc]
            (span.start * DOWN, span.end * DOWN) for span in engine.spans(thirds(sound))
        )
    truth = _spoken(recital)
    for noise in _NOISES_DB:
        sound = _noisy(recital, noise)
        for name, find in detectors.items():
            found = _marked(find(sound), len(truth))
            missed, extra = (truth & ~found).sum() / truth.sum(), (~truth & found).sum() / (~truth).sum()
            print(f"noise {noise or 'none'} dB below, {name}: missed {missed:.1%}, too much {extra:.1%}")
    shelf.close()


def _clean(recital: Recital, media: Media, folder: Path) -> None:
    for noise in _NOISES_DB[1:]:
        sound = _noisy(recital, noise)
        room = room_of(levels(sound))
        if room is None:
            print(f"noise {noise} dB below: no room is heard alone")
            continue
        cleaned = media.denoise(sound, room, folder / "cleaned.raw")
        late = delay_of(sound, np.append(cleaned, np.zeros(_LATEST, np.int16)), most=_LATEST)
        before, after = (_ratio_db(recital.sound, each) for each in (sound, cleaned))
        print(f"noise {noise} dB below: cleaned from {before:.1f} to {after:.1f} dB, late by {late} samples")


def _last(recital: Recital, media: Media, folder: Path, minutes: int) -> None:
    source, store = folder / "long.wav", Store(folder / "store")
    sound = _noisy(recital, 40)
    with wave.open(str(source), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        for _ in range(minutes * 60 * SAMPLE_RATE // len(sound)):
            file.writeframes(sound.astype("<i2").tobytes())
    limits = RecordingLimits(file_bytes=1 << 40, seconds=minutes * 60)
    _timed("looked at", lambda: look_at_recording(source, media=media, limits=limits))
    recording = store.adopt(Kind.SOURCE, ".wav", source, limit_bytes=1 << 40)

    def cut(*, denoise: bool) -> None:
        scratch = folder / f"denoise-{denoise}"
        scratch.mkdir()
        found = opened(recording, scratch, denoise=denoise, store=store, media=media, check=lambda: None)
        parts = pieces(len(found.sound), found.spans(None), found.level, fps=25)
        keep(found, parts, desk=MemoryDesk(), store=store)

    _timed("cut", lambda: cut(denoise=False))
    _timed("cleaned and cut", lambda: cut(denoise=True))


def _timed(what: str, work: Callable[[], object]) -> None:
    begun = time.monotonic()
    work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{what} in {time.monotonic() - begun:.1f} s, {peak} MB at most, mapped files included")


def _noisy(recital: Recital, below_db: int | None) -> _Sound:
    """The recital with noise so far below its speech."""
    if below_db is None:
        return recital.sound
    spoken = np.concatenate([recital.sound[begin:end] for begin, end in recital.talks]).astype(np.float64)
    size = float(np.sqrt(np.mean(spoken**2))) * 10 ** (-below_db / 20)
    noise = size * np.random.default_rng(1).normal(size=len(recital.sound))
    return np.clip(np.rint(recital.sound + noise), -32_768, 32_767).astype(np.int16)


def _spoken(recital: Recital) -> NDArray[np.bool_]:
    """In which steps somebody speaks, short stops within speech included."""
    said = [(p.start, -(-p.end // STEP) * STEP) for p in recital.phonemes if p.symbol]
    marked = _marked(said, len(recital.sound) // STEP)
    steps = np.flatnonzero(marked)
    for one, other in pairwise(steps.tolist()):
        marked[one:other] |= other - one < _SPOKEN_THROUGH
    return marked


def _marked(found: Sequence[tuple[int, int]], count: int) -> NDArray[np.bool_]:
    marked = np.zeros(count, bool)
    for begin, end in found:
        marked[begin // STEP : end // STEP] = True
    return marked


def _ratio_db(clean: _Sound, sound: _Sound) -> float:
    off = sound.astype(np.float64) - clean
    return 10 * float(np.log10(np.mean(clean.astype(np.float64) ** 2) / np.mean(off**2)))


if __name__ == "__main__":
    main()
