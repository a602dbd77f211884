"""What a loaded model holds is known while it lives, and how long it took to load."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from pipeline.engines.holding import held_now, loaded, loads_since


class _Model:
    """Something that can be loaded."""


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> dict[int, int]:
    """Bytes that the allocator has given out, by card."""
    given = {0: 100, 1: 0}
    cuda = SimpleNamespace(
        is_initialized=lambda: True, device_count=lambda: 2, memory_allocated=lambda card: given[card]
    )
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    loads_since()
    return given


def _open(card: dict[int, int], size: int) -> _Model:
    card[1] += size
    return _Model()


def test_what_loading_took_of_the_cards_counts_while_the_model_lives(card: dict[int, int]) -> None:
    """What was there before is nobody's; two models of one engine are added up; what is let go is gone."""
    first = loaded("tried", lambda: _open(card, 70))
    second = loaded("tried", lambda: _open(card, 30))
    assert held_now()["tried"] == 100
    assert [load.engine for load in loads_since()] == ["tried", "tried"]
    assert loads_since() == ()
    del first
    assert held_now()["tried"] == 30
    del second
    assert "tried" not in held_now()


def test_without_a_card_a_load_is_timed_and_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Torch is not even imported to know; a load that fails is none."""
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    loads_since()
    model = loaded("plain", _Model)
    assert "torch" not in sys.modules
    assert held_now()["plain"] == 0
    (load,) = loads_since()
    assert (load.engine, load.seconds >= 0) == ("plain", True)
    with pytest.raises(ZeroDivisionError):
        loaded("plain", lambda: 1 / 0)
    assert loads_since() == ()
    del model
