"""How fast and how well ears hear: error rates of speech whose words are known, times, and memory.

    python bench/ears.py [--model FILE]... [--sizes tiny,base] [--precisions fp32,int8] [--device cpu]

With a checkpoint of Whisper (`--model`, several times for several), sentences in English and Mandarin are
spoken by espeak-ng and understood again: errors per mille of words and characters by each arithmetic, so that
it shows what int8 costs. Without one, networks of official sizes with random weights are timed: they say
nonsense, at full length, and are stopped after one go: the most that half a minute takes at one temperature.

Real-time factors are CPU seconds for a second of sound (on a card: seconds), in the median of the runs.
Memory is what the process holds, or what torch took of the card at most. Last, what finds speech is timed.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import psutil
import torch
from _farm import machine, seconds_spent
from numpy.typing import NDArray

from pipeline.durable import digest_of
from pipeline.engines.ear import EarEngine
from pipeline.engines.ear.whisper import engine
from pipeline.engines.shelf import activities, ears, voices
from pipeline.engines.voice.choice import choose_voice
from pipeline.engines.weights import Weights
from pipeline.plan.doubt import Limits
from pipeline.plan.resample import resample
from pipeline.plan.thirds import SPEECH_RATE, thirds
from pipeline.plan.wordrate import rate

# As config/default.toml has them; and such that a random network is never asked twice.
_USUAL = Limits(no_speech=60, logprob=-100, compression=240)
_ANY = Limits(no_speech=100, logprob=-100_000, compression=100_000)
# n_mels, n_vocab, state, heads, layers of encoder and decoder: OpenAI's model cards.
_SIZES = {
    "tiny": (80, 51_865, 384, 6, 4, 4),
    "base": (80, 51_865, 512, 8, 6, 6),
    "small": (80, 51_865, 768, 12, 12, 12),
    "large-v3": (128, 51_866, 1280, 20, 32, 32),
    "turbo": (128, 51_866, 1280, 20, 32, 4),
}
_SENTENCES = {
    "en": (
        "Before you switch the machine on, please put on your glasses and tie back long hair.",
        "The red button stops everything at once, and nobody will ever blame you for stopping.",
        "Green means that it is ready, and yellow that it is warming up for three minutes.",
        "When you have finished, clean the table and write your name into the book.",
    ),
    "zh": (
        "开机之前，请戴好护目镜，扎好长发，并检查防护罩是否关闭。",
        "红色按钮可以立即停止一切，任何时候觉得不对劲都可以按下它。",
        "绿灯表示准备就绪，黄灯表示正在预热，大约需要三分钟。",
        "完成以后，请清理工作台，并把名字写在门边的本子上。",
    ),
}
_MB = 1 << 20


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, action="append", default=[])
    parser.add_argument("--sizes", default="tiny,base")
    parser.add_argument("--precisions", default="fp32,int8")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    print(machine())
    if not given.model:
        engine._MOST_GOES = 1  # noqa: SLF001 - a random network finds no end
    with tempfile.TemporaryDirectory() as folder:
        models = list(given.model) or [_random(Path(folder), size) for size in given.sizes.split(",")]
        for model in models:
            for precision in given.precisions.split(","):
                ear, took = _opened(model, precision, given, usual=bool(given.model))
                print(f"{model.stem} {precision}: opened in {took:.2f} s")
                if given.model:
                    _tell_errors(ear)
                _tell_times(ear, given)
                ear.close()
    _tell_activity(given.runs)


def _opened(
    model: Path, precision: str, given: argparse.Namespace, *, usual: bool
) -> tuple[EarEngine, float]:
    weights = Weights(path=model, digest=digest_of(model), name=model.stem)
    begun = time.perf_counter()
    ear = ears().open(
        "whisper",
        weights=weights,
        precision=precision,
        device=given.device,
        threads=given.threads,
        cpu_allowed=False,
        limits=_USUAL if usual else _ANY,
    )
    return ear, time.perf_counter() - begun


def _random(folder: Path, size: str) -> Path:
    """A checkpoint of an official size, in half precision as those are."""
    from whisper.model import ModelDimensions, Whisper

    mels, words, state, heads, heard, told = _SIZES[size]
    dims = ModelDimensions(
        n_mels=mels, n_audio_ctx=1500, n_audio_state=state, n_audio_head=heads, n_audio_layer=heard,
        n_vocab=words, n_text_ctx=448, n_text_state=state, n_text_head=heads, n_text_layer=told,
    )  # fmt: skip
    torch.manual_seed(0)
    network = Whisper(dims)
    with torch.no_grad():
        for part in network.parameters():
            part.normal_(0, 0.02)
    path = folder / f"{size}.pt"
    state_dict = {name: value.half() for name, value in network.state_dict().items()}
    torch.save({"dims": asdict(dims), "model_state_dict": state_dict}, path)
    return path


def _tell_errors(ear: EarEngine) -> None:
    """Errors of sentences that espeak-ng speaks, by all of its usual voices' words."""
    for language, sentences in _SENTENCES.items():
        if language not in ear.languages():
            continue
        found = [
            rate(text, ear.hear(sound, language=language, timed=False).text, language=language)
            for text, sound in zip(sentences, _spoken(language, sentences), strict=True)
        ]
        errors, of = sum(each.errors for each in found), sum(each.of for each in found)
        print(f"  {language}: {errors} of {of} {found[0].unit} otherwise, {1000 * errors // of} per mille")


def _tell_times(ear: EarEngine, given: argparse.Namespace) -> None:
    """Real-time factors of half a minute and of a sentence, and the memory that it took."""
    whole = _speech(30)
    sentence = whole[: 5 * SPEECH_RATE]
    text = _SENTENCES["en"][0]
    ear.align(sentence, text, language="en")
    work: dict[str, tuple[Callable[[], object], int]] = {
        "half a minute": (lambda: ear.hear(whole, language="en", timed=False), 30),
        "half a minute, timed": (lambda: ear.hear(whole, language="en"), 30),
        "five seconds": (lambda: ear.hear(sentence, language="en", timed=False), 5),
        "the words of five seconds": (lambda: ear.align(sentence, text, language="en"), 5),
    }
    for name, (do, seconds) in work.items():
        took = statistics.median(_seconds(do, given.device) for _ in range(given.runs))
        print(f"  {name}: {took:.2f} s, real-time factor {took / seconds:.3f}", flush=True)
    print(f"  memory: {_memory(given.device)} MB")


def _tell_activity(runs: int) -> None:
    """What it takes to find out where anybody speaks."""
    shelf = activities()
    sound = np.concatenate([_speech(30)] * 4)
    for name in shelf.names():
        activity = shelf.open(name)
        activity.spans(sound[:SPEECH_RATE])
        took = statistics.median(_seconds(lambda: activity.spans(sound), "cpu") for _ in range(runs))  # noqa: B023
        factor = took * SPEECH_RATE / len(sound)
        print(f"{name}: {3600 * factor:.0f} s for an hour of sound, real-time factor {factor:.4f}")
    shelf.close()


def _spoken(language: str, sentences: Sequence[str]) -> Iterator[NDArray[np.float32]]:
    shelf = voices()
    voice = shelf.open("espeak")
    choice = choose_voice(voice.voices(), engine=voice.name, language=language)
    for text in sentences:
        speech = voice.speak(text, choice)
        yield thirds(resample(speech.samples, speech.rate))
    shelf.close()


def _speech(seconds: int) -> NDArray[np.float32]:
    """So many seconds of English."""
    parts = list(_spoken("en", _SENTENCES["en"]))
    while sum(map(len, parts)) < seconds * SPEECH_RATE:
        parts += parts
    return np.concatenate(parts)[: seconds * SPEECH_RATE]


def _seconds(do: Callable[[], object], device: str) -> float:
    begun = seconds_spent(device)
    do()
    return seconds_spent(device) - begun


def _memory(device: str) -> int:
    if device != "cpu":
        return torch.cuda.max_memory_allocated() // _MB
    return int(psutil.Process().memory_info().rss) // _MB


if __name__ == "__main__":
    main()
