"""How fast voices of Coqui models speak, and that a worker's memory does not grow.

    python bench/voices.py [--full] [--models vits,xtts] [--device cpu] [--threads 1] [--lines 20]

Builds a VITS and an XTTS of random weights, tiny ones or with `--full` of the library's own sizes, and speaks
with each: prints how long the model takes to open, seconds of work for a second of speech, and what a second
job with the same voice waits for before its first line; on a processor in CPU seconds. What happens to memory
over hundreds of lines, with this and every other engine, `bench/memory_speech.py` says.

A batch whose sentences repeat costs its distinct ones: a speech is found by its content, whoever asks.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import torch
from _farm import machine, seconds_spent

from pipeline.engines.devices import device_of
from pipeline.engines.libraries import prepare
from pipeline.engines.voice import Direction
from pipeline.engines.voice.choice import choose_voice
from pipeline.engines.voice.coqui.engine import CoquiVoice
from pipeline.engines.voice.coqui.families import traits_of
from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.steps.tidy import give_back_large
from tests.support.machine import resident
from tests.support.speech_models import make_vits, make_xtts

_WARM = 3
_MODELS = {"vits": make_vits, "xtts": make_xtts}
_TEXT = "Look at the cats, my dear, and at the birds, number {}."


def _voice(folder: Path, device: str, threads: int) -> CoquiVoice:
    beside = {path.name: None for path in folder.iterdir()}
    traits = traits_of(json.loads((folder / "config.json").read_text("utf-8")), beside)
    return CoquiVoice(folder=folder, digest="be" * 32, traits=traits, device=device, threads=threads)


def _direction(voice: CoquiVoice) -> Direction:
    """A sample to sound like, for a model that needs one."""
    if not voice.voices()[0].cloned:
        return Direction()
    espeak = EspeakVoice()
    choice = choose_voice(espeak.voices(), engine=espeak.name, language="en")
    reference = espeak.speak(_TEXT.format("one") * 3, choice)
    espeak.close()
    return Direction(timbre=voice.latents(reference))


def _speed(name: str, voice: CoquiVoice, lines: int, device: str) -> None:
    begun = seconds_spent(device)
    direction = _direction(voice)
    choice = choose_voice(voice.voices(), engine=voice.name, name=voice.voices()[0].name, language="en")
    voice.speak("Cats.", choice, direction)
    opened = seconds_spent(device) - begun
    for number in range(_WARM):
        voice.speak(_TEXT.format(number), choice, direction)
    begun = seconds_spent(device)
    voice.speak(_TEXT.format("next"), choice, direction)
    next_job = seconds_spent(device) - begun
    begun, spoken = seconds_spent(device), 0.0
    for number in range(lines):
        speech = voice.speak(_TEXT.format(number), choice, direction)
        spoken += len(speech.samples) / speech.rate
    factor = (seconds_spent(device) - begun) / spoken
    card = torch.cuda.max_memory_allocated() >> 20 if torch.cuda.is_available() else 0
    print(
        f"{name:>6}: first line after {opened:.1f} s, a second job's first line {next_job:.2f} s, "
        f"{factor:.3f} s for a second of speech, {resident() >> 20} MB, {card} MB of a card",
        flush=True,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How fast voices of Coqui models speak.")
    parser.add_argument("--full", action="store_true", help="models of the library's own sizes")
    parser.add_argument("--models", default=",".join(_MODELS))
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--lines", type=int, default=20)
    given = parser.parse_args()
    # As a worker does.
    give_back_large()
    prepare()
    device = device_of(given.device)
    print(machine(), "full size" if given.full else "tiny", device)
    with tempfile.TemporaryDirectory() as place:
        for name in given.models.split(","):
            folder = Path(place) / name
            _MODELS[name](folder, tiny=not given.full)
            voice = _voice(folder, given.device, given.threads)
            _speed(name, voice, given.lines, device)
            voice.close()


if __name__ == "__main__":
    main()
