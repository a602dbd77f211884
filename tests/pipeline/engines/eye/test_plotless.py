"""What leaving Matplotlib out promises."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

import pytest

from pipeline.engines.eye.plotless import without_matplotlib


def test_it_is_empty_in_the_body_and_unknown_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """An import finds something to hold on to; a later one begins anew."""
    for name in ("matplotlib", "matplotlib.pyplot"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with without_matplotlib():
        pyplot = importlib.import_module("matplotlib.pyplot")
        assert sys.modules["matplotlib"].pyplot is pyplot  # type: ignore[attr-defined]
        assert not hasattr(pyplot, "figure")
    assert not {"matplotlib", "matplotlib.pyplot"} & set(sys.modules)


def test_one_that_is_there_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever plots in this process goes on plotting."""
    theirs = ModuleType("matplotlib")
    monkeypatch.setitem(sys.modules, "matplotlib", theirs)
    with without_matplotlib():
        assert sys.modules["matplotlib"] is theirs
    assert sys.modules["matplotlib"] is theirs
