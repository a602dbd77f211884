"""Promises about what is said of one film's face on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.exits import Exit
from tests.cli.conftest import PORTRAIT, Lectern
from tests.farm.models.cards import put
from tests.support.wav2lip import require_torch


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("--pads 1,2,3", "face-pads-wrong"),
        ("--crop 1,2,30,4", "face-crop-wrong"),
        ("--crop 9000,9000,100,100", "face-crop-outside"),
        ("--mel-offset-frames -6", "face-offset-wrong"),
    ],
)
def test_how_a_model_is_shown_a_face_is_checked_as_in_a_manifest(
    lectern: Lectern, home: Path, tmp_path: Path, asked: str, code: str
) -> None:
    """Before the work begins, with the code that a row gets, and nothing is written."""
    require_torch()
    put(home / "models", "mouths", b"1")
    script, film = tmp_path / "talk.txt", tmp_path / "film.mp4"
    script.write_text("Hi.")
    order = ("--portrait", PORTRAIT, "--script", script, "-o", film, "--format", "square-512")
    answer = lectern("render", *order, "--face-engine", "wav2lip", *asked.split(), "--json")
    assert (answer.code, answer.failure["code"]) == (Exit.REFUSED, code)
    assert not film.exists()
