"""Promises of the training of the net that hears: the documented command makes the net that is shipped."""

from __future__ import annotations

import hashlib
import importlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline.engines.face.warp import hearing

_TRAINING = Path(__file__).resolve().parents[2] / "train"
_SHIPPED = Path(hearing.__file__).with_name("hearing.npz")
_SAID = {
    "en-us": "Please move the five big boxes above the open window, and wait for Bob.",
    "cmn": "大家好，我们明天八点半在办公室门口见面。",
    "de": "Guten Morgen, wir fahren um halb acht über die Brücke.",
    "cs": "Ďábelský kůň skáče přes žlutou řeku.",
}


def test_the_training_makes_a_net_of_the_shipped_ones_form(tmp_path: Path) -> None:
    """A few lessons are heard; what is written has its parts, and the digits that are told are its own."""
    net = tmp_path / "net.npz"
    few = ["--lessons", "4", "--passes", "1", "--processes", "1"]
    done = subprocess.run(
        [sys.executable, str(_TRAINING / "hearing.py"), *few, "--output", str(net)],
        env={**os.environ, "PYTHONPATH": str(_TRAINING.parent)},
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    with np.load(net) as made, np.load(_SHIPPED) as shipped:
        form = {name: (made[name].dtype, made[name].shape) for name in made.files}
        assert form == {name: (shipped[name].dtype, shipped[name].shape) for name in shipped.files}
    digest = hashlib.sha256(net.read_bytes()).hexdigest()
    assert f"NET = '{digest[: len(hearing.NET)]}'" in done.stdout


def test_what_is_taught_is_what_the_shipped_net_was_taught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where that changes, the net has to be trained anew, and the digits here with it."""
    monkeypatch.syspath_prepend(_TRAINING)
    speech = importlib.import_module("speech")
    speaker = speech.Speaker()
    taught = hashlib.sha256()
    for language, text in _SAID.items():
        spoken = speaker.speak(text, language=language, variant="", rate=160, pitch=50)
        taught.update(speech.labels(spoken).tobytes())
    speaker.close()
    assert (hearing.NET, taught.hexdigest()[:12]) == ("cef2c73a7e26", "a500648b2d4d")
