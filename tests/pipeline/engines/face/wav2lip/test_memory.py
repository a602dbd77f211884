"""Batch sizes: found by what fits, and halved where it fits no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.face.wav2lip.backends import Backend, Choice, MouthMemoryError, StillFace
from pipeline.engines.face.wav2lip.batchbook import LARGEST_BATCH, BatchBook, Slot
from pipeline.engines.face.wav2lip.memory import (
    CPU_BATCH,
    Room,
    batch_for,
    largest_that_fits,
    memory_told,
    slot_for,
)
from pipeline.engines.face.wav2lip.region import Region
from pipeline.plan.errors import InputError, TransientError

_GB = 1 << 30
_CUDA = Choice(kind="torch", device="cuda:0", precision="fp16", name="torch-2.13.0-cuda-sm90")
_CPU = Choice(kind="torch", device="cpu", precision="fp32", name="torch-2.13.0-cpu-avx2")
_SLOT = Slot(model="a" * 64, precision="fp16", region=Region.whole(), card="card 8192 MiB")


class _Card:
    """A card, of 8 GB, on which each mouth takes some memory; backends on it are real only in that."""

    def __init__(self, each: int, *, used: int = 0, size: int = 8 * _GB) -> None:
        self.each, self.used, self.size = each, used, size
        self.opened: list[int] = []
        self.held = 0

    def __call__(self, _device: str) -> tuple[str, Room]:
        return "card", Room(free=self.size - self.used - self.held, total=self.size)

    def open(self, batch: int) -> Backend:
        self.opened.append(batch)
        return _OnCard(self, batch)


class _OnCard:
    """A backend whose batch takes memory of the card until it is closed."""

    name, precision, threads = "card", "fp16", 1

    def __init__(self, card: _Card, batch: int) -> None:
        self._card = card
        self.batch = batch

    def still(self, face: NDArray[np.uint8], region: Region) -> StillFace:
        raise NotImplementedError

    def draw_still(self, still: StillFace, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        raise NotImplementedError

    def draw_moving(
        self, faces: NDArray[np.uint8], windows: NDArray[np.float32], region: Region
    ) -> NDArray[np.float32]:
        assert len(windows) == self.batch
        self._card.held = self.batch * self._card.each
        if self._card.held + self._card.used > self._card.size:
            self._card.held = 0
            raise MouthMemoryError
        return np.zeros((len(faces), region.rows, region.columns, 3), np.float32)

    def close(self) -> None:
        self._card.held = 0


def _never(_batch: int) -> Backend:
    raise AssertionError


def _room(free_of: Callable[[int], int], asked: list[int]) -> Callable[[int], Room]:
    def trial(batch: int) -> Room:
        asked.append(batch)
        free = free_of(batch)
        if free < 0:
            raise MouthMemoryError
        return Room(free=free, total=100)

    return trial


@pytest.mark.parametrize(
    ("each", "found", "asked"),
    [
        (0, 64, [8, 16, 32, 64]),
        (2, 32, [8, 16, 32, 64]),
        (3, 16, [8, 16, 32]),
        (20, 4, [8, 4]),
        (99, 1, [8, 4, 2]),
    ],
)
def test_the_largest_batch_that_leaves_a_card_room_is_found(
    each: int, found: int, asked: Sequence[int]
) -> None:
    """Sizes are doubled while 15 % of the card stay free, and halved where they do not, down to one."""
    tried: list[int] = []
    assert largest_that_fits(_room(lambda batch: 100 - each * batch, tried), most=64) == found
    assert tried == list(asked)


def test_a_card_is_measured_once(tmp_path: Path) -> None:
    """What was found on a card is remembered in the file, for another process too; backends are closed."""
    file, card = tmp_path / "state" / "batches.json", _Card(_GB // 8)
    asked = {"model": "b" * 64, "region": Region.whole(), "open_with": card.open, "card": card}
    assert batch_for(_CUDA, book=BatchBook(file), **asked) == 32  # type: ignore[arg-type]
    assert card.opened == [8, 16, 32, 64]
    assert card.held == 0
    assert batch_for(_CUDA, book=BatchBook(file), **asked) == 32  # type: ignore[arg-type]
    assert card.opened == [8, 16, 32, 64]
    assert [path.name for path in file.parent.iterdir()] == ["batches.json"]


def test_a_card_that_was_full_is_measured_again() -> None:
    """Once memory may be there again; and what fitted before it ran out is what fits then."""
    book, card = BatchBook(None), _Card(_GB // 8)
    slot = slot_for(_CUDA, model="b" * 64, region=Region.whole(), card=card)
    book.halve(slot, 32)

    def found() -> int:
        return batch_for(
            _CUDA, model="b" * 64, region=Region.whole(), book=book, open_with=card.open, card=card
        )

    assert found() == 16
    assert card.opened == []
    book.grow(slot, 16)
    assert found() == 32


def test_a_processor_goes_back_to_its_own_size() -> None:
    """After a lack of memory that is over; it is not measured then either."""
    book = BatchBook(None)
    slot = slot_for(_CPU, model="b" * 64, region=Region.whole())
    book.halve(slot, CPU_BATCH)
    asked = {"model": "b" * 64, "region": Region.whole(), "book": book, "open_with": _never}
    assert batch_for(_CPU, **asked) == CPU_BATCH // 2  # type: ignore[arg-type]
    book.grow(slot, CPU_BATCH // 2)
    assert batch_for(_CPU, **asked) == CPU_BATCH  # type: ignore[arg-type]
    assert not book.may_grow(slot, CPU_BATCH)


def test_a_full_card_gets_one_at_a_time() -> None:
    """On a card that others fill the size is one: whether that fits, the first clip tells."""
    card = _Card(_GB, used=8 * _GB)
    found = batch_for(
        _CUDA, model="b" * 64, region=Region.whole(), book=BatchBook(None), open_with=card.open, card=card
    )
    assert found == 1


def test_a_card_is_never_given_more_than_it_gains_from() -> None:
    """However large a card is, the batch stays one that short clips can fill."""
    card = _Card(0)
    region = Region(top=48, bottom=96, left=12, right=84)
    found = batch_for(
        _CUDA, model="b" * 64, region=region, book=BatchBook(None), open_with=card.open, card=card
    )
    assert found == LARGEST_BATCH


@pytest.mark.parametrize(
    ("kind", "precision", "threads", "size"),
    [
        ("torch", "fp32", 1, CPU_BATCH),
        ("torch", "fp32", 6, 24),
        ("torch", "bf16", 1, CPU_BATCH),
        ("torch", "bf16", 2, 16),
        ("openvino", "bf16", 6, CPU_BATCH),
    ],
)
def test_a_processor_is_not_measured(kind: str, precision: str, threads: int, size: int) -> None:
    """On a CPU no backend is opened to know the size: each thread of torch's gets a share of its own."""
    choice = replace(_CPU, kind=kind, precision=precision)
    asked = {"model": "b" * 64, "region": Region.whole(), "book": BatchBook(None), "open_with": _never}
    assert batch_for(choice, threads=threads, **asked) == size  # type: ignore[arg-type]


def test_sizes_are_remembered_apart(tmp_path: Path) -> None:
    """Model, precision, region and card each have a size of their own, and so does a card of another size."""
    book = BatchBook(tmp_path / "batches.json")
    cards = [_Card(0), _Card(0, size=16 * _GB)]
    slots = [
        slot_for(choice, model=model, region=region, card=card)
        for choice in (_CUDA, _CPU)
        for model in ("a", "b")
        for region in (Region.whole(), Region(top=48, bottom=96, left=0, right=96))
        for card in cards
    ]
    assert len({slot.key for slot in slots}) == 8 + 4
    for number, slot in enumerate(slots[:4]):
        book.remember(slot, 1 << number)
    assert [book.recall(slot) for slot in slots[:4]] == [1, 2, 4, 8]


@pytest.mark.parametrize("error", [MouthMemoryError, MemoryError])
def test_memory_that_runs_out_halves_the_batch(tmp_path: Path, error: type[Exception]) -> None:
    """What is raised says how many are left; whoever opens the engine anew gets that many."""
    book = BatchBook(tmp_path / "batches.json")
    with pytest.raises(TransientError) as raised, memory_told(book, _SLOT, batch=8, device="cuda:0"):
        raise error
    assert raised.value.code == "face-out-of-memory"
    assert raised.value.facts == {"device": "cuda:0", "batch": 8, "left": 4}
    assert BatchBook(tmp_path / "batches.json").recall(_SLOT) == 4


def test_one_mouth_that_does_not_fit_is_told() -> None:
    """When one at a time is too much there is nothing to halve: the error says so."""
    book = BatchBook(None)
    with pytest.raises(TransientError) as raised, memory_told(book, _SLOT, batch=1, device="cpu"):
        raise MouthMemoryError
    assert raised.value.code == "face-memory-exhausted"
    assert book.recall(_SLOT) is None


def test_other_errors_are_left_alone() -> None:
    """What has nothing to do with memory goes through as it is."""
    with pytest.raises(InputError), memory_told(BatchBook(None), _SLOT, batch=8, device="cpu"):
        raise InputError("face-device-missing", device="cuda", backend="torch")
