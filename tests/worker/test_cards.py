"""A worker that holds on to a card's memory ends, rarely, and never under a step."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest

from worker.cards import CardWatch, TorchCards


class _Cards:
    """Cards that tell what they are told to, and when they were asked."""

    def __init__(self, used: float | None) -> None:
        self.used = used
        self.asked = 0

    def used_per_cent(self) -> float | None:
        self.asked += 1
        if self.used is not None and self.used < 0:
            raise RuntimeError("the card is lost")
        return self.used


class _Scene:
    """A watch over doubles, with a clock that is set by hand."""

    def __init__(self, memory: Path, used: float | None = 95.0, now: float = 10_000.0) -> None:
        self.cards = _Cards(used)
        self.now = now
        self.left: list[float] = []
        self.watch = CardWatch(
            self.cards, memory=memory, leave=lambda: self.left.append(self.now), clock=lambda: self.now
        )

    def wait(self, seconds: float) -> None:
        """Look every ten seconds for so long."""
        until = self.now + seconds
        while self.now < until:
            self.watch.look()
            self.now += 10


def test_a_worker_that_holds_its_card_for_two_minutes_ends_once(tmp_path: Path) -> None:
    """It ends when two minutes are over, remembers it, and is not told again while it ends."""
    scene = _Scene(tmp_path / "cpu0.restarts.json")
    scene.wait(115)
    assert scene.left == []
    scene.wait(100)
    assert scene.left == [10_120.0]
    memory = tmp_path / "cpu0.restarts.json"
    assert json.loads(memory.read_text()) == scene.left
    assert stat.S_IMODE(memory.stat().st_mode) == 0o600


def test_a_card_that_is_free_in_between_is_not_held(tmp_path: Path) -> None:
    """One look that finds room begins the two minutes anew."""
    scene = _Scene(tmp_path / "restarts.json")
    scene.wait(110)
    scene.cards.used = 90.0
    scene.wait(10)
    scene.cards.used = 95.0
    scene.wait(115)
    assert scene.left == []


def test_it_ends_at_most_twice_an_hour(tmp_path: Path) -> None:
    """Started anew and anew, it ends twice, then not before the hour is over."""
    memory, now, ended = tmp_path / "restarts.json", 10_000.0, []
    for _ in range(5):
        scene = _Scene(memory, now=now)
        scene.wait(600)
        ended += scene.left
        now = scene.now
    assert ended == [10_120.0, 10_720.0]
    scene = _Scene(memory, now=ended[0] + 3_600)
    scene.wait(130)
    assert len(scene.left) == 1


@pytest.mark.parametrize("content", ["", "{}", "[1, null", '["x"]', "7"])
def test_a_damaged_memory_tells_of_no_restart(tmp_path: Path, content: str) -> None:
    """Whatever stands in the file, a held card is freed."""
    (tmp_path / "restarts.json").write_text(content)
    scene = _Scene(tmp_path / "restarts.json")
    scene.wait(130)
    assert len(scene.left) == 1


def test_who_cannot_remember_does_not_end(tmp_path: Path) -> None:
    """Without a place to remember it, it would end for ever."""
    scene = _Scene(tmp_path / "no folder" / "restarts.json")
    scene.wait(600)
    assert scene.left == []


@pytest.mark.parametrize("used", [None, -1.0])
def test_without_a_card_that_answers_nothing_happens(tmp_path: Path, used: float | None) -> None:
    """Neither a machine without a card nor a card that is lost ends a worker here."""
    scene = _Scene(tmp_path / "restarts.json", used=used)
    scene.wait(300)
    assert scene.left == []
    assert scene.cards.asked > 1


class _Cuda:
    """What is asked of torch.cuda: two cards of 1000 bytes; the second one is not ours."""

    def __init__(self, free: int, reserved: int) -> None:
        self.free, self.reserved, self.emptied = free, reserved, 0

    def is_initialized(self) -> bool:
        return True

    def device_count(self) -> int:
        return 2

    def max_memory_reserved(self, card: int) -> int:
        return 0 if card else 500

    def mem_get_info(self, card: int) -> tuple[int, int]:
        assert card == 0
        return self.free, 1000

    def empty_cache(self) -> None:
        self.emptied += 1
        self.free, self.reserved = self.free + self.reserved, 0


@pytest.mark.parametrize(
    ("free", "reserved", "told", "emptied"), [(500, 0, 50, 0), (50, 300, 65, 1), (50, 0, 95, 1)]
)
def test_what_is_kept_in_reserve_is_freed_before_a_card_is_full(
    monkeypatch: pytest.MonkeyPatch, free: int, reserved: int, told: float, emptied: int
) -> None:
    """Only of cards that this process uses; and nothing is freed while there is room."""
    cuda = _Cuda(free, reserved)
    monkeypatch.setitem(sys.modules, "torch", type("Torch", (), {"cuda": cuda}))
    assert TorchCards().used_per_cent() == told
    assert cuda.emptied == emptied


def test_torch_is_not_imported_to_know(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that never used torch has no cards, and still no torch afterwards."""
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert TorchCards().used_per_cent() is None
    assert "torch" not in sys.modules
