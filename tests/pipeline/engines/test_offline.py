"""Promises of libraries that are kept off the network."""

from __future__ import annotations

import os

import pytest

from pipeline.engines.offline import keep_offline


def test_what_somebody_allowed_is_closed_and_how_loud_it_is_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the operator's shell opens the hub; who looks for a fault may hear more."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("TRANSFORMERS_VERBOSITY", "debug")
    for name in ("TRANSFORMERS_OFFLINE", "DO_NOT_TRACK", "TOKENIZERS_PARALLELISM"):
        monkeypatch.delenv(name, raising=False)
    keep_offline()
    found = {
        name: os.environ.get(name) for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "DO_NOT_TRACK")
    }
    assert set(found.values()) == {"1"}
    assert os.environ["TOKENIZERS_PARALLELISM"] == "false"
    assert os.environ["TRANSFORMERS_VERBOSITY"] == "debug"
