"""How well it is told when somebody speaks, without phonemes: sentences with pauses, breaths and noise.

    python train/try_silence.py

Told for each room and noise: the share of spoken frames in which the mouth would be more than half closed,
and of frames in pauses in which it would be more than half open, by the voice that is heard; beside it by the
net of `warp` alone. What is true is told by the phonemes of the voice.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from speech import UNHEARD_VOICES, Speaker, in_a_room, room_noise

from pipeline.engines.face import Drive
from pipeline.engines.face.warp.hearing import heard
from pipeline.engines.face.wav2lip.silence import closing
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.speech import Phoneme

Sampled = NDArray[np.float64]

_FPS = 25
_MS = SAMPLE_RATE // 1000
_NOBODY = "noise alone"
_PAUSES_MS = (700, 900, 1200, 500, 800)
_SAID = {
    "en-us": ("Six thick swans sing.", "Please, Bob, move the big box.", "Fifty fresh fish.", "She hopes."),
    "cmn": ("大家好。", "我们明天八点半在办公室门口见面。", "请不要忘了买票。", "四十四只石狮子。"),
    "de": ("Guten Morgen.", "Wir fahren um halb acht.", "Bitte bringen Sie alle Papiere mit.", "Strumpf."),
    "fr": ("Bonjour à tous.", "Vous pouvez ouvrir la fenêtre.", "Pourquoi pas?", "C'est très simple."),
}


def main() -> None:
    """Measure and print."""
    argparse.ArgumentParser(description=__doc__.partition("\n")[0]).parse_args()
    speaker, rng = Speaker(), np.random.default_rng(7)
    told: dict[str, list[tuple[float, ...]]] = {}
    for number, (language, texts) in enumerate(_SAID.items()):
        for variant in ("", UNHEARD_VOICES[number]):
            sound, phonemes = _sentences(speaker, texts, language, variant)
            true = closing(_drive(0 * sound, phonemes))
            for name, taken in _takes(rng, phonemes).items():
                drive = _drive(taken(sound), ())
                alone = tuple(Phoneme(symbol="a", start=s.start, end=s.end) for s in heard(drive.audio))
                # In noise alone nobody speaks.
                due = np.ones_like(true) if name == _NOBODY else true
                by_net = closing(replace(drive, phonemes=alone))
                told.setdefault(name, []).append((*_faults(closing(drive), due), *_faults(by_net, due)))
    speaker.close()
    print(f"{'':28s}by the voice           by the net alone")
    print(f"{'':28s}closed     open        closed     open")
    print(f"{'':28s}in speech  in pauses   in speech  in pauses")
    for name, rows in told.items():
        mean = np.mean(rows, axis=0)
        print(f"{name:28s}{mean[0]:8.1%}{mean[1]:10.1%}   {mean[2]:8.1%}{mean[3]:10.1%}")


def _sentences(
    speaker: Speaker, texts: tuple[str, ...], language: str, variant: str
) -> tuple[Sampled, tuple[Phoneme, ...]]:
    """Sentences with pauses around them, and their phonemes."""
    parts: list[Sampled] = []
    phonemes: list[Phoneme] = []
    at = 0
    for text, pause in zip(texts, _PAUSES_MS, strict=False):
        spoken = speaker.speak(text, language=language, variant=variant, rate=165, pitch=50)
        first, last = spoken.phonemes[0].start, spoken.phonemes[-1].end
        at += pause * _MS
        phonemes += [replace(p, start=p.start - first + at, end=p.end - first + at) for p in spoken.phonemes]
        at += last - first
        parts += [np.zeros(pause * _MS), spoken.audio[first:last].astype(np.float64)]
    sound = np.concatenate([*parts, np.zeros(_PAUSES_MS[-1] * _MS)])
    return np.pad(sound, (0, -len(sound) % samples_per_frame(_FPS))), tuple(phonemes)


def _takes(
    rng: np.random.Generator, phonemes: tuple[Phoneme, ...]
) -> Mapping[str, Callable[[Sampled], Sampled]]:
    """What may happen to speech on its way."""

    def noisy(below: float) -> Callable[[Sampled], Sampled]:
        return lambda sound: sound + room_noise(len(sound), rng) * _loudness(sound) * 10 ** (-below / 20)

    def breathed(below: float) -> Callable[[Sampled], Sampled]:
        return lambda sound: noisy(45)(sound + _breaths(sound, phonemes, rng) * 10 ** (-below / 20))

    return {
        "clean": lambda sound: sound,
        "30 dB softer": lambda sound: sound * 0.03,
        "in a room": lambda sound: in_a_room(sound, rng),
        **{f"noise {below} dB below": noisy(below) for below in (40, 30, 20, 10)},
        **{f"breaths {below} dB below": breathed(below) for below in (32, 26, 20)},
        _NOBODY: lambda sound: room_noise(len(sound), rng) * _loudness(sound) * 0.1,
    }


def _breaths(sound: Sampled, phonemes: tuple[Phoneme, ...], rng: np.random.Generator) -> Sampled:
    """A breath of 350 ms in each pause, as loud as the speech: air about 1.5 kHz that comes and goes."""
    length = 350 * _MS
    hertz = np.maximum(np.fft.rfftfreq(length, 1 / SAMPLE_RATE), 50)
    colour = np.exp(-((np.log2(hertz / 1_500) / 1.2) ** 2))
    result = np.zeros(len(sound))
    for before, sounding in pairwise(phonemes):
        if sounding.start - before.end > 450 * _MS:
            air = np.fft.irfft(np.fft.rfft(rng.normal(size=length)) * colour, length)
            swell = np.sin(np.pi * np.arange(length) / length)
            end = sounding.start - 60 * _MS
            result[end - length : end] = air / air.std() * swell
    return result * _loudness(sound)


def _loudness(sound: Sampled) -> float:
    return float(np.sqrt((sound[sound != 0] ** 2).mean()))


def _drive(sound: Sampled, phonemes: tuple[Phoneme, ...]) -> Drive:
    audio = np.clip(np.rint(sound), -32_768, 32_767).astype(np.int16)
    frames = len(audio) // samples_per_frame(_FPS)
    return Drive(audio=audio, phonemes=phonemes, frames=frames, fps=_FPS, seed=1)


def _faults(closed: NDArray[np.float32], true: NDArray[np.float32]) -> tuple[float, float]:
    """Shares of spoken frames that are closed, and of silent ones that are open."""
    said, silent = closed[true == 0], closed[true == 1]
    return float((said > 0.5).mean()) if len(said) else 0.0, float((silent < 0.5).mean())


if __name__ == "__main__":
    main()
