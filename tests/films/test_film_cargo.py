"""What finished films carry, as FFmpeg reads them: captions, and the label that machines read."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from pipeline.media import find_ffmpeg
from tests.films.cinema import Film

_FILMS = ("english", "mandarin", "long_film")


@pytest.fixture(scope="module", params=_FILMS)
def film(request: pytest.FixtureRequest) -> Film:
    """Every film in turn: a photograph in English, a drawing in Mandarin, one of more than 90 seconds."""
    made: Film = request.getfixturevalue(request.param)
    return made


def _ffmpeg(film: Path, *arguments: str) -> str:
    command = [find_ffmpeg(), "-nostdin", "-loglevel", "error", "-i", f"file:{film}", *arguments, "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()


def test_the_captions_in_the_film_are_those_beside_it(film: Film) -> None:
    """Every word and every time, to the millisecond."""
    told = _ffmpeg(film.path, "-map", "0:s:0", "-f", "srt")
    assert re.sub(r"</?font[^>]*>", "", told) == film.store.verify(film.made.srt).read_text("utf-8")


def test_a_film_says_to_machines_that_ai_made_it(film: Film) -> None:
    """The key of GB 45438-2025 with the film's trace and essence, once, as the manifest tells it."""
    told = _ffmpeg(film.path, "-f", "ffmetadata").splitlines()
    (label,) = (line.removeprefix("AIGC=") for line in told if line.startswith("AIGC="))
    said = json.loads(label)
    assert (said["Label"], said["ProduceID"], said["ReservedCode1"]) == ("1", film.trace, film.made.essence)
    manifest = json.loads(film.store.verify(film.made.manifest).read_bytes())
    assert said == manifest["label"]["key"]
