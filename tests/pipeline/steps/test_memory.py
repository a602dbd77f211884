"""The desk in memory: it keeps what was accepted, also for the next process, and survives a crash."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.plan.artifact import Artifact, Kind
from pipeline.steps.memory import MemoryDesk


def _artifact(number: int, digest: str = "d") -> Artifact:
    return Artifact(kind=Kind.CLIP, key=f"{number:064x}", digest=digest * 64, size=number, suffix=".mp4")


def test_it_finds_what_was_put() -> None:
    """An accepted artifact is found by kind and key until it is forgotten; every key may be taken."""
    desk = MemoryDesk()
    assert desk.take(Kind.CLIP, _artifact(1).key)
    assert desk.find(Kind.CLIP, _artifact(1).key) is None
    assert not desk.put(_artifact(1), 7)
    assert desk.put(_artifact(1), 7, then=_artifact(2).key)
    desk.check()
    assert desk.find(Kind.CLIP, _artifact(1).key) == _artifact(1)
    assert desk.find(Kind.SPEECH, _artifact(1).key) is None
    desk.forget(_artifact(1))
    assert desk.find(Kind.CLIP, _artifact(1).key) is None


def test_forgetting_strikes_out_that_very_artifact() -> None:
    """What was accepted anew under the same key stays."""
    desk = MemoryDesk()
    desk.put(_artifact(1, "a"), 0)
    desk.put(_artifact(1, "b"), 0)
    desk.forget(_artifact(1, "a"))
    assert desk.find(Kind.CLIP, _artifact(1).key) == _artifact(1, "b")


def test_the_next_desk_remembers(tmp_path: Path) -> None:
    """A desk with the same index begins with all that was accepted and not forgotten."""
    index = tmp_path / "deep" / "index.jsonl"
    desk = MemoryDesk(index=index)
    for number in range(3):
        desk.put(_artifact(number), 0)
    desk.forget(_artifact(1))
    again = MemoryDesk(index=index)
    found = [again.find(Kind.CLIP, _artifact(number).key) for number in range(3)]
    assert found == [_artifact(0), None, _artifact(2)]


@pytest.mark.parametrize(
    "torn", [b'\n{"put":{"kind":"cl', b"\xff\xfe", b"[]", b'{"put":{"kind":"clip"}}', b"7"]
)
def test_a_torn_line_costs_only_itself(tmp_path: Path, torn: bytes) -> None:
    """A line that a crash cut short, or that is nonsense, is passed over; what follows is read."""
    index = tmp_path / "index.jsonl"
    MemoryDesk(index=index).put(_artifact(1), 0)
    with index.open("ab") as file:
        file.write(torn)
    MemoryDesk(index=index).put(_artifact(2), 0)
    desk = MemoryDesk(index=index)
    assert desk.find(Kind.CLIP, _artifact(1).key) == _artifact(1)
    assert desk.find(Kind.CLIP, _artifact(2).key) == _artifact(2)


def test_several_may_write_one_index(tmp_path: Path) -> None:
    """Desks that write the same index at once lose nothing of each other's."""
    index = tmp_path / "index.jsonl"
    desks = [MemoryDesk(index=index) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: desks[number % 4].put(_artifact(number), 0), range(80)))
    desk = MemoryDesk(index=index)
    assert all(desk.find(Kind.CLIP, _artifact(number).key) for number in range(80))


def test_progress_is_told() -> None:
    """Whoever asked for it hears how far the step is."""
    heard: list[tuple[int, int]] = []
    MemoryDesk(progress=lambda done, total: heard.append((done, total))).advance(2, 5)
    MemoryDesk().advance(1, 2)
    assert heard == [(2, 5)]
