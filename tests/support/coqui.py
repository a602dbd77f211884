"""Coqui models of random weights as voice engines, and people's samples for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.engines.voice.choice import choose_voice
from pipeline.engines.voice.coqui.engine import CoquiVoice
from pipeline.engines.voice.coqui.families import traits_of
from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.plan.speech import Speech
from tests.support.shared import made_once
from tests.support.speech_models import make_vits

#: What a model of phonemes here knows of English and Mandarin as espeak reads them.
IPA = "abdefhijklmnoprstuvwxyzæçðŋɐɑɔɕəɚɛɜɡɪɹɾʂʃʈʊʌʒʰˈˌːθᵻχɤ"
#: No model's digest.
DIGEST = "c0" * 32


def make_reader(folder: Path) -> None:
    """A VITS of phonemes in two languages."""
    make_vits(folder, letters="", phonemes=IPA)
    rewrite_config(folder, languages=["en", "zh-cn"])


def rewrite_config(folder: Path, **values: object) -> None:
    """Have a model's configuration say something else."""
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | values))


def coqui_folder(factory: pytest.TempPathFactory, make: Callable[[Path], object]) -> Path:
    """A model's folder, made once for a run."""
    return made_once(factory, f"coqui-{make.__name__.removeprefix('make_')}", make)


def coqui_traits(folder: Path) -> dict[str, tuple[str, ...]]:
    """What the model's card would tell."""
    tables = {path.name: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}
    beside = {path.name: tables.get(path.name) for path in folder.iterdir()}
    return dict(traits_of(tables["config.json"], beside))


def coqui_voice(folder: Path) -> CoquiVoice:
    """The engine of a model, on the processor and with one thread."""
    return CoquiVoice(folder=folder, digest=DIGEST, traits=coqui_traits(folder), device="cpu", threads=1)


def sample(reader: EspeakVoice, name: str) -> Speech:
    """A sample of a voice, as somebody's reference."""
    text = "This is how I speak, and nobody else does."
    return reader.speak(text, choose_voice(reader.voices(), engine=reader.name, name=name))
