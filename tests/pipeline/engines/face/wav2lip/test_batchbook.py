"""Promises of the memory of batch sizes: found, halved for a while, won back; and it may be damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.engines.face.wav2lip.batchbook import BatchBook, Slot
from pipeline.engines.face.wav2lip.region import Region

_SLOT = Slot(model="a" * 64, precision="fp16", region=Region.whole(), card="card 8192 MiB")
_QUARTER_S = 15 * 60
_DAY_S = 24 * 3600


class _Clock:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    """The time."""
    return _Clock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where sizes are remembered."""
    return tmp_path / "state" / "batches.json"


def _lasts_s(file: Path, clock: _Clock, batch: int) -> int:
    """For how long a size stays, to a quarter of an hour; whoever asks."""
    waited = 0
    while not BatchBook(file, clock=clock).may_grow(_SLOT, batch):
        clock.now += _QUARTER_S
        waited += _QUARTER_S
        assert waited <= _DAY_S
    return waited


def test_half_is_kept_for_a_while(file: Path, clock: _Clock) -> None:
    """A quarter of an hour after memory ran out a size is found anew, by every process that has the half."""
    book = BatchBook(file, clock=clock)
    book.remember(_SLOT, 32)
    assert not book.may_grow(_SLOT, 32)
    book.halve(_SLOT, 32)
    assert BatchBook(file, clock=clock).recall(_SLOT) == 16
    assert not book.may_grow(_SLOT, 16)
    assert _lasts_s(file, clock, 16) == _QUARTER_S
    BatchBook(file, clock=clock).grow(_SLOT, 16)
    assert BatchBook(file, clock=clock).recall(_SLOT) is None
    BatchBook(file, clock=clock).remember(_SLOT, 32)
    other = BatchBook(file, clock=clock)
    assert other.may_grow(_SLOT, 16), "who was opened with less has something to win"
    other.grow(_SLOT, 16)
    assert other.recall(_SLOT) == 32, "what was found by another is not found anew"
    assert not other.may_grow(_SLOT, 32)


def test_what_fails_again_stays_longer(file: Path, clock: _Clock) -> None:
    """Four times as long each time, sixteen hours at the most; a day later it is as the first time."""
    lasted = []
    for _ in range(5):
        BatchBook(file, clock=clock).halve(_SLOT, 8)
        lasted.append(_lasts_s(file, clock, 4) // _QUARTER_S)
        book = BatchBook(file, clock=clock)
        book.grow(_SLOT, 4)
        book.remember(_SLOT, 8)
    assert lasted == [1, 4, 16, 64, 64]
    clock.now += _DAY_S
    BatchBook(file, clock=clock).halve(_SLOT, 8)
    assert _lasts_s(file, clock, 4) == _QUARTER_S


def test_halvings_in_a_row_are_one_lack_of_memory(file: Path, clock: _Clock) -> None:
    """Down to what fits, within a minute: that is tried again as soon as any first time."""
    for batch in (64, 32, 16):
        BatchBook(file, clock=clock).halve(_SLOT, batch)
        clock.now += 20
    assert BatchBook(file, clock=clock).recall(_SLOT) == 8
    clock.now -= 20
    assert _lasts_s(file, clock, 8) == _QUARTER_S


def test_less_than_there_was_is_tried_again(file: Path, clock: _Clock) -> None:
    """A card that is measured while others fill it gets what fits, and more later."""
    book = BatchBook(file, clock=clock)
    book.halve(_SLOT, 64)
    book.grow(_SLOT, 32)
    book.remember(_SLOT, 2)
    assert not book.may_grow(_SLOT, 2)
    assert _lasts_s(file, clock, 2) == 4 * _QUARTER_S


def test_a_clock_that_was_set_back_keeps_nothing_small(file: Path, clock: _Clock) -> None:
    """When memory ran out tomorrow, nothing is known of when that was."""
    BatchBook(file, clock=clock).halve(_SLOT, 8)
    clock.now -= _DAY_S
    assert BatchBook(file, clock=clock).may_grow(_SLOT, 4)


def test_of_a_slot_that_nobody_knows_nothing_grows(file: Path) -> None:
    """Nor is anything written for it."""
    book = BatchBook(file)
    assert not book.may_grow(_SLOT, 8)
    book.grow(_SLOT, 8)
    assert not book.knows(_SLOT)
    assert not file.exists()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"schema": 2}',
        '{"schema": 2, "batches": []}',
        '{"schema": 2, "batches": {"KEY": 4}}',
        '{"schema": 1, "batches": {"KEY": {"batch": 4, "full": 4}}}',
        '{"schema": 2, "batches": {"KEY": {"batch": 4}}}',
        '{"schema": 2, "batches": {"KEY": {"batch": 4, "full": "4"}}}',
        '{"schema": 2, "batches": {"KEY": {"batch": 3, "full": 4}}}',
        '{"schema": 2, "batches": {"KEY": {"batch": 4, "full": 0}}}',
        '{"schema": 2, "batches": {"KEY": {"batch": 1000000, "full": 1000000}}}',
        '{"schema": 2, "batches": {"KEY": {"batch": 4, "full": 4, "at": -1}}}',
        '{"schema": 2, "batches": {"KEY": {"batch": 4, "full": 4, "at": NaN}}}',
        '{"schema": 2, "batches": {"KEY": {"batch": 4, "full": 4, "by": 1}}}',
        "[" * 100_000,
    ],
)
def test_a_damaged_memory_is_none(tmp_path: Path, content: str) -> None:
    """A damaged file, or a size that cannot be, is as none; it is written anew, whole."""
    file = tmp_path / "batches.json"
    file.write_text(content.replace("KEY", _SLOT.key), "utf-8")
    assert BatchBook(file).recall(_SLOT) is None
    BatchBook(file).remember(_SLOT, 16)
    assert BatchBook(file).recall(_SLOT) == 16


def test_a_memory_that_cannot_be_written_lasts_as_long_as_the_process(tmp_path: Path) -> None:
    """Where no file can be, sizes are remembered all the same until the engine is gone."""
    in_the_way = tmp_path / "file"
    in_the_way.write_text("", "utf-8")
    book = BatchBook(in_the_way / "batches.json")
    book.remember(_SLOT, 4)
    assert book.recall(_SLOT) == 4
    assert BatchBook(in_the_way / "batches.json").recall(_SLOT) is None
