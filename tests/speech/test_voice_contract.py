"""The engine `coqui` keeps the promises of every voice, by a model that is given phonemes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.speech import require

require("TTS")

from pipeline.engines.voice.coqui.engine import CoquiVoice  # noqa: E402 - skipped above without the library
from tests.pipeline.engines.voice.contract import *  # noqa: E402, F403 - every test of the contract
from tests.support.coqui import DIGEST, coqui_folder, coqui_traits, coqui_voice, make_reader  # noqa: E402

_PROGRAM = """
from pathlib import Path
from pipeline.engines.voice.coqui.engine import CoquiVoice
engine = CoquiVoice(folder=Path({folder!r}), digest={digest!r}, traits={traits!r}, device="cpu", threads=1)
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CoquiVoice]:
    """A model of phonemes in English and Mandarin."""
    voice = coqui_voice(coqui_folder(tmp_path_factory, make_reader))
    yield voice
    voice.close()


@pytest.fixture
def program(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What makes the engine in another process."""
    folder = coqui_folder(tmp_path_factory, make_reader)
    return _PROGRAM.format(folder=str(folder), digest=DIGEST, traits=coqui_traits(folder))
