"""Voice engines for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.engines.shelf import voices
from pipeline.engines.voice import VoiceEngine
from pipeline.engines.voice.espeak import EspeakVoice

_PROGRAM = """
from pipeline.engines.shelf import voices
engine = voices().open({name!r})
"""
# Those that are opened with a model are tested where there is one.
_WITHOUT_MODEL = [name for name in voices().names() if not voices().opened_with(name)]


@pytest.fixture(scope="session", params=_WITHOUT_MODEL)
def engine(request: pytest.FixtureRequest) -> Iterator[VoiceEngine]:
    """Every voice engine on the shelf that needs no model, one after the other."""
    shelf = voices()
    if (reason := shelf.why_not(request.param)) is not None:
        pytest.skip(str(reason))
    yield shelf.open(request.param)
    shelf.close()


@pytest.fixture
def program(engine: VoiceEngine) -> str:
    """What makes the engine in another process."""
    return _PROGRAM.format(name=engine.name)


@pytest.fixture(scope="session")
def espeak() -> Iterator[EspeakVoice]:
    """The default voice engine."""
    voice = EspeakVoice()
    yield voice
    voice.close()
