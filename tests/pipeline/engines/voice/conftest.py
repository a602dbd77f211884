"""Voice engines for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.engines.shelf import voices
from pipeline.engines.voice import VoiceEngine
from pipeline.engines.voice.espeak import EspeakVoice


@pytest.fixture(scope="session", params=voices().names())
def engine(request: pytest.FixtureRequest) -> Iterator[VoiceEngine]:
    """Every voice engine on the shelf, one after the other."""
    shelf = voices()
    if (reason := shelf.why_not(request.param)) is not None:
        pytest.skip(str(reason))
    yield shelf.open(request.param)
    shelf.close()


@pytest.fixture(scope="session")
def espeak() -> Iterator[EspeakVoice]:
    """The default voice engine."""
    voice = EspeakVoice()
    yield voice
    voice.close()
