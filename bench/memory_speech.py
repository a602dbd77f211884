"""Whether a worker's memory stays as it is while its engines speak, hear and write on and on.

    python bench/memory_speech.py [--utterances 500] [--engines vits,your_tts,...] [--device cpu] [--traced]

Each engine works in a process of its own that is made ready as a worker's is, on a tiny model of random
weights; every utterance is of another length, between one word and thirty, as other people's texts are, and
a step has twenty-five of them, before which free memory is handed back as each step does. Printed are what
the process takes after the first hundred utterances and after the last, by how much that rose for an
utterance in the second half (of the line that fits best), and what it has asked the C library for and not
let go, the first and the last time likewise. `--traced` says instead which lines of Python hold more at the
end than after the first hundred.

The longest utterance comes early: what an engine needs for that it may keep.
"""

from __future__ import annotations

import argparse
import gc
import random
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _farm import machine

from pipeline.durable import digest_of
from pipeline.engines.libraries import prepare
from pipeline.engines.shelf import converters, ears
from pipeline.engines.voice import Direction
from pipeline.engines.voice.choice import choose_voice
from pipeline.engines.voice.coqui.engine import CoquiVoice
from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.engines.weights import Weights, digest_of_model
from pipeline.plan.doubt import Limits
from pipeline.plan.resample import resample
from pipeline.plan.speech import Speech, Times
from pipeline.plan.thirds import thirds
from pipeline.plan.writingplan import Brief, Sampling
from pipeline.steps.tidy import give_back, give_back_large
from tests.support.coqui import coqui_traits
from tests.support.machine import in_use, resident
from tests.support.speech_models import make_freevc, make_vits, make_whisper, make_writer, make_your_tts
from worker.threads import settle_threads

#: Does one utterance's work with a text.
Work = Callable[[int, str], object]

_WORDS = (
    *("bread", "water", "machine", "window", "garden", "table", "morning", "letter", "people", "button"),
    *("yellow", "glasses", "ready", "stop", "the", "a", "of", "and", "is", "we", "you", "it", "in", "at"),
)
_LONGEST, _LOOKED_AT, _STEP, _MB = 30, 100, 25, 1 << 20
# Of so many seconds are sounds that are heard or converted, at most.
_SECONDS = 12
_LIMITS = Limits(no_speech=60, logprob=-100, compression=240)


@dataclass(frozen=True, kw_only=True)
class _Bench:
    """Where models are made, and on what they compute."""

    place: Path
    device: str


def _texts(count: int) -> list[str]:
    """Sentences of all lengths; the second one is the longest."""
    draw = random.Random(6)  # noqa: S311 - texts, and no secrets
    lengths = [3, _LONGEST, *(draw.randint(1, _LONGEST) for _ in range(count))]
    return [f"Look at {' '.join(draw.choice(_WORDS) for _ in range(words))}." for words in lengths[:count]]


def _coqui(bench: _Bench, make: Callable[[Path], None]) -> Work:
    folder = bench.place / "voice"
    make(folder)
    voice = CoquiVoice(
        folder=folder, digest="be" * 32, traits=coqui_traits(folder), device=bench.device, threads=1
    )
    choice = choose_voice(voice.voices(), engine=voice.name, name=voice.voices()[0].name, language="en")
    return lambda take, text: voice.speak(text, choice, Direction(take=take))


def _vits(bench: _Bench) -> Work:
    return _coqui(bench, make_vits)


def _your_tts(bench: _Bench) -> Work:
    return _coqui(bench, make_your_tts)


class _Speeches:
    """A few minutes of speech, of which each utterance gets a part of its own length."""

    def __init__(self) -> None:
        espeak = EspeakVoice()
        choice = choose_voice(espeak.voices(), engine=espeak.name, language="en")
        spoken = espeak.speak(" ".join(_texts(20)), choice)
        espeak.close()
        self._samples = resample(spoken.samples, spoken.rate)

    def of(self, text: str) -> Speech:
        """As long as the text takes, at 48 kHz."""
        words = len(text.split())
        count = min(_SECONDS, 1 + words // 3) * 48_000 + 160 * len(text)
        return Speech(rate=48_000, samples=self._samples[:count], phonemes=(), words=(), times=Times.NONE)


def _freevc(bench: _Bench) -> Work:
    folder = bench.place / "converter"
    make_freevc(folder)
    weights = Weights(path=folder, digest=digest_of_model(folder), name="FreeVC")
    converter = converters().open("freevc", weights=weights, device=bench.device, threads=1)
    speeches = _Speeches()
    timbre = converter.latents(speeches.of(_texts(1)[0]))
    return lambda _, text: converter.convert(speeches.of(text), timbre)


def _whisper(bench: _Bench) -> Work:
    path = bench.place / "ear.pt"
    make_whisper(path)
    ear = ears().open(
        "whisper", weights=Weights(path=path, digest=digest_of(path), name="Whisper"),
        precision="fp32" if bench.device == "cpu" else "fp16", device=bench.device, threads=1,
        cpu_allowed=False, limits=_LIMITS,
    )  # fmt: skip
    speeches = _Speeches()

    def hear(_number: int, text: str) -> None:
        sound = thirds(speeches.of(text).samples)
        ear.align(sound, text, language="en")

    return hear


def _writer(bench: _Bench) -> Work:
    from pipeline.engines.writer.transformers.engine import TransformersWriter

    folder = bench.place / "writer"
    make_writer(folder)
    weights = Weights(path=folder, digest=digest_of_model(folder), name="Qwen")
    writer = TransformersWriter(weights=weights, device=bench.device, precision="auto", batch=1, threads=1)

    def write(number: int, text: str) -> None:
        brief = Brief(text=text, audience="", language="en", seconds=20)
        writer.write([brief], Sampling(seed=number, max_new_tokens=8 + len(text) // 8))

    return write


_ENGINES: Mapping[str, Callable[[_Bench], Work]] = {
    "vits": _vits,
    "your_tts": _your_tts,
    "freevc": _freevc,
    "whisper": _whisper,
    "writer": _writer,
}


def _row(engine: str, given: argparse.Namespace) -> str:
    """What was measured of one engine, in this process."""
    give_back_large()
    with tempfile.TemporaryDirectory() as place:
        work = _ENGINES[engine](_Bench(place=Path(place), device=given.device))
        begun = time.perf_counter()
        taken, held = [], []
        for number, text in enumerate(_texts(given.utterances), 1):
            work(number, text)
            if number % _STEP == 0:
                give_back()
                taken.append(resident() / _MB)
                held.append(in_use() / _MB)
        took = time.perf_counter() - begun
    half = np.array(taken[len(taken) // 2 :])
    slope = float(np.polyfit(np.arange(len(half)) * _STEP, half, 1)[0]) * 1024
    first = min(_LOOKED_AT // _STEP, len(taken)) - 1
    return (
        f"| {engine} | {taken[first]:.0f} | {taken[-1]:.0f} | {slope:+.1f} "
        f"| {held[first]:.0f} | {held[-1]:.0f} | {1000 * took / given.utterances:.0f} |"
    )


def _traced(engine: str, given: argparse.Namespace) -> str:
    """What lines of Python hold more at the end than after the first utterances."""
    with tempfile.TemporaryDirectory() as place:
        work = _ENGINES[engine](_Bench(place=Path(place), device=given.device))
        texts = _texts(given.utterances)
        for number, text in enumerate(texts[:_LOOKED_AT]):
            work(number, text)
        gc.collect()
        tracemalloc.start(8)
        # What is held anew is not what is held more: caches that are full change what they hold.
        for number, text in enumerate(texts[:_LOOKED_AT]):
            work(number, text)
        gc.collect()
        before = tracemalloc.take_snapshot()
        for number, text in enumerate(texts[_LOOKED_AT:]):
            work(number, text)
        gc.collect()
        grown = tracemalloc.take_snapshot().compare_to(before, "lineno")
    lines = [f"  {each}" for each in grown[:8]]
    return "\n".join([f"{engine}: {sum(each.size_diff for each in grown) >> 10} KB more", *lines])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Memory of engines over many utterances.")
    parser.add_argument("--utterances", type=int, default=500)
    parser.add_argument("--engines", default=",".join(_ENGINES))
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--traced", action="store_true")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    settle_threads(1)
    if given.inside:
        prepare()
        print((_traced if given.traced else _row)(given.engines, given))
        return
    print(machine())
    print("| engine | MB after 100 | at the end | KB for each | held after 100 | at the end | ms for each |")
    print("|" + " --- |" + " ---: |" * 6, flush=True)
    for engine in given.engines.split(","):
        command = [sys.executable, __file__, "--inside", "--engines", engine]
        command += ["--utterances", str(given.utterances), "--device", given.device]
        subprocess.run([*command, *["--traced"] * given.traced], check=True)


if __name__ == "__main__":
    main()
