"""How exactly phonemes are found in speech whose voice does not tell them, and what another text would cost.

    python bench/alignment.py [--flite PROGRAM] [--align MODEL]

Sentences are spoken by voices that know when they make which sound, and that the aligner does not read with:
espeak-ng's, as they are and distorted as a recording is (`tests/support/recorded.py`), and flite's where that
program is (Debian has it as a package): three statistical voices and one of diphones, whose phonemes another
hand has marked. With `--align`, a Coqui model's folder that reads phonemes, such as a VITS of LJSpeech: it
plans how long each lasts. Only their sound is given to the aligner. Printed are the distances between where
it finds phonemes to begin and where they do, what the right text costs, and what other texts do.
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from _farm import machine

from pipeline.engines.shelf import voices
from pipeline.engines.voice import VoiceEngine
from pipeline.engines.voice.aligned import Aligner
from pipeline.engines.voice.choice import choose_voice
from pipeline.plan.alignment import LIMIT
from pipeline.plan.errors import InputError
from pipeline.plan.job import VoiceChoice
from pipeline.plan.speech import Phoneme, Speech, Times
from pipeline.plan.trim import master
from tests.support.recorded import away_ms, recorded, untimed

_ENGLISH = (
    "Hello, my name is Emma.",
    "Before we begin, please move the five blue boxes above the window, and wait for Bob.",
    "The quick brown fox jumps over the lazy dog.",
    "People from Boston often bring apples and a map.",
    "We will open the room at noon; you may have a problem with the paper form.",
    "Our new office opens on Monday, and everybody is welcome to visit.",
    "She sells sea shells by the shore while he watches the ships.",
    "Green means that it is ready, yellow means that it is warming up.",
)
_MANDARIN = (
    "大家好，我们来了，今天讲面包怎么做。",
    "请把五个蓝色的盒子放在窗户上面，然后等一下。",
    "欢迎大家来参观我们的新办公室。",
    "天气很好，我们一起去公园散步吧。",
)
_OTHERS = (
    VoiceChoice(engine="espeak", name="en-us+f3", language="en", speed=125),
    VoiceChoice(engine="espeak", name="en-us", language="en", speed=80),
    VoiceChoice(engine="espeak", name="en-gb+f3", language="en", speed=95, pitch=115),
    VoiceChoice(engine="espeak", name="cmn+f3", language="zh", speed=120, pitch=110),
)
_FLITE = ("slt", "rms", "awb", "kal")
# ARPABET, as flite writes its phonemes, in the letters that espeak-ng has for American English.
_LETTERS: Mapping[str, str] = {
    **{sound: sound for sound in ("b", "d", "f", "k", "l", "m", "n", "p", "s", "t", "v", "w", "z")},
    "aa": "ɑː",
    "ae": "æ",
    "ah": "ʌ",
    "ao": "ɔː",
    "aw": "aʊ",
    "ax": "ə",
    "ay": "aɪ",
    "ch": "tʃ",
    "dh": "ð",
    "eh": "ɛ",
    "er": "ɚ",
    "ey": "eɪ",
    "g": "ɡ",
    "hh": "h",
    "ih": "ɪ",
    "iy": "iː",
    "jh": "dʒ",
    "ng": "ŋ",
    "ow": "oʊ",
    "oy": "ɔɪ",
    "r": "ɹ",
    "sh": "ʃ",
    "th": "θ",
    "uh": "ʊ",
    "uw": "uː",
    "y": "j",
    "zh": "ʒ",
}


@dataclass(frozen=True, kw_only=True)
class _Said:
    """A sentence by some voice: its sound alone, and where its phonemes are."""

    text: str
    language: str
    sound: Speech
    truth: tuple[Phoneme, ...]


@dataclass(kw_only=True)
class _Row:
    """What was measured of one kind of voice."""

    errors: list[float] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)
    refused: int = 0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How exactly phonemes are found in speech.")
    parser.add_argument(
        "--flite", default=shutil.which("flite"), help="the program; without it, espeak alone"
    )
    parser.add_argument(
        "--align", type=Path, metavar="MODEL", help="a Coqui model's folder that tells durations"
    )
    given = parser.parse_args()
    shelf = voices()
    espeak = shelf.open("espeak")
    kinds = {"espeak, another voice": list(_spoken(espeak, distorted=False))}
    kinds["espeak, distorted"] = list(_spoken(espeak, distorted=True))
    for voice in _FLITE if given.flite else ():
        kinds[f"flite, {voice}"] = [_by_flite(given.flite, voice, text) for text in _ENGLISH]
    if given.align:
        kinds[f"coqui, {given.align.name}"] = list(_by_model(given.align, parser))
    print(machine())
    print("| voice | starts | median | 90 % | 99 % | worst | its text | refused | other texts | taken |")
    print("|" + " --- |" + " ---: |" * 9)
    aligner = Aligner(espeak)
    for kind, lines in kinds.items():
        print(_told(kind, _measured(aligner, lines)), flush=True)
    shelf.close()


def _spoken(espeak: VoiceEngine, *, distorted: bool) -> Iterator[_Said]:
    for choice in _OTHERS:
        texts = _MANDARIN if choice.language == "zh" else _ENGLISH
        for seed, text in enumerate(texts):
            speech = master(espeak.speak(text, choice))
            sound, truth = recorded(speech, seed) if distorted else (untimed(speech), speech.phonemes)
            yield _Said(text=text, language=choice.language, sound=sound, truth=truth)


def _by_model(folder: Path, parser: argparse.ArgumentParser) -> Iterator[_Said]:
    """Sentences by a model in each of its languages; what it has planned is where its phonemes are."""
    from pipeline.engines.voice.coqui.engine import CoquiVoice
    from tests.support.coqui import DIGEST, coqui_traits

    traits = coqui_traits(folder)
    if "phonemes" not in traits:
        parser.error(
            f"{folder}: a model that reads letters, or plans nothing, knows no phoneme's place itself"
        )
    voice = CoquiVoice(folder=folder, digest=DIGEST, traits=traits, device="cpu", threads=1)
    for language in ("en", "zh"):
        try:
            choice = choose_voice(
                voice.voices(), engine=voice.name, name=voice.voices()[0].name, language=language
            )
        except InputError:
            continue
        for text in _MANDARIN if language == "zh" else _ENGLISH:
            speech = master(voice.speak(text, choice))
            yield _Said(text=text, language=language, sound=untimed(speech), truth=speech.phonemes)
    voice.close()


def _by_flite(program: str, voice: str, text: str) -> _Said:
    """A sentence by flite, which tells when each phoneme ends, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        told = subprocess.run(
            [program, "-voice", voice, "-psdur", "-t", text, "-o", str(path)],
            capture_output=True,
            check=True,
            text=True,
        )
        with wave.open(str(path)) as file:
            rate, samples = file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), "<i2")
    ends = [part.rpartition(":") for part in told.stdout.split() if ":" in part]
    times = [0, *(round(float(end) * rate) for _, _, end in ends)]
    truth = tuple(
        Phoneme(symbol=_LETTERS.get(name, ""), start=start, end=end)
        for (name, _, _), (start, end) in zip(ends, itertools.pairwise(times), strict=True)
    )
    sound = Speech(rate=rate, samples=samples.astype(np.int16), phonemes=(), words=(), times=Times.NONE)
    return _Said(text=text, language="en", sound=sound, truth=truth)


def _measured(aligner: Aligner, lines: Sequence[_Said]) -> _Row:
    row = _Row()
    for line in lines:
        found = aligner.times(line.text, line.language, line.sound)
        row.right.append(found.cost)
        row.errors += away_ms(found, line.truth)
        row.refused += found.times is Times.NONE
        texts = _MANDARIN if line.language == "zh" else _ENGLISH
        others = [text for text in texts if text != line.text]
        row.wrong += [aligner.times(text, line.language, line.sound).cost for text in others]
    return row


def _told(kind: str, row: _Row) -> str:
    # Of sentences that were all refused nothing is known.
    found = [f"{part:.0f}" for part in np.percentile(row.errors or [0.0], [50, 90, 99, 100])]
    middle, most, nearly, worst = found if row.errors else ["-"] * 4
    taken = sum(cost <= LIMIT for cost in row.wrong)
    return (
        f"| {kind} | {len(row.errors)} | {middle} | {most} | {nearly} | {worst} "
        f"| {max(row.right)} | {row.refused} of {len(row.right)} "
        f"| {min(row.wrong)} to {max(row.wrong)} | {taken} of {len(row.wrong)} |"
    )


if __name__ == "__main__":
    main()
