"""FreeVC of random weights as a voice converter, and the people that it makes voices sound like."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from pipeline.engines.shelf import Shelf
from pipeline.engines.voice import VoiceConverter
from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.engines.weights import Weights, digest_of_model
from pipeline.plan.job import VoiceChoice
from pipeline.plan.speech import Speech
from tests.support.shared import made_once
from tests.support.speech_models import make_freevc
from tests.support.wav2lip import require_torch

#: By their names: a voice of espeak, and its pitch.
PEOPLE = {"anna": ("en-us+f3", 140), "ben": ("en-gb", 80)}
_SAYING = "Hello there, everybody is welcome to our new office."


def require_coqui() -> None:
    """Skip where the library is not installed, with the reason; under CI that is a failure."""
    require_torch()
    # Whoever collects tests does not import it: it takes long, and of several processes one needs it.
    if "CI" not in os.environ and find_spec("TTS") is None:
        pytest.skip("coqui-tts is not installed: the extra coqui brings it", allow_module_level=True)


def freevc_folder(factory: pytest.TempPathFactory) -> Path:
    """A FreeVC's folder, made once for a run."""
    return made_once(factory, "freevc", make_freevc)


def weights_of(folder: Path) -> Weights:
    """What the folder's card would tell."""
    return Weights(path=folder, digest=digest_of_model(folder), name="tiny FreeVC")


def freevc_of(shelf: Shelf[VoiceConverter], folder: Path) -> VoiceConverter:
    """The converter of that model, on the processor and with one thread."""
    return shelf.open("freevc", weights=weights_of(folder), device="cpu", threads=1)


def sample_of(person: str) -> Speech:
    """A person's sample."""
    name, pitch = PEOPLE[person]
    voice = EspeakVoice()
    try:
        return voice.speak(_SAYING, VoiceChoice(engine="espeak", name=name, language="en", pitch=pitch))
    finally:
        voice.close()
