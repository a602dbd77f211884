"""What is told to whoever lacks what an extra brings."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from pipeline.engines.shelf import faces
from pipeline.plan.errors import InputError
from pipeline.plan.extras import how_to_install

_ROOT = Path(__file__).parents[3]


def test_both_ways_are_told() -> None:
    """For a checkout and for an installation by pip; of several extras all are brought at once."""
    assert how_to_install("wav2lip", "restore") == "make models / pip install 'lectern[wav2lip,restore]'"


@pytest.mark.parametrize("extra", ["wav2lip", "openvino", "restore", "coqui", "whisper", "transformers"])
def test_both_ways_bring_it(extra: str) -> None:
    """What stands in an extra stands among what `make models` installs."""
    brought = tomllib.loads((_ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    locked = "".join(
        (_ROOT / "requirements" / f"{name}.txt").read_text("utf-8") for name in ("models", "torch")
    )
    for requirement in brought[extra]:
        assert f"{re.split('[<=>]', requirement)[0]}==" in locked


def test_an_engine_with_a_model_tells_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without torch, `wav2lip` says how it is brought."""
    monkeypatch.setattr("pipeline.engines.shelf._is_there", lambda module: module != "torch")
    reason = faces().why_not("wav2lip")
    assert isinstance(reason, InputError)
    assert reason.facts["install"] == how_to_install("wav2lip")
