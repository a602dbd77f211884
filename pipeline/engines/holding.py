"""What the models hold that engines of this process have loaded, and how long loading took."""

from __future__ import annotations

import sys
import time
import weakref
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar

from pipeline.spans import span

_T = TypeVar("_T")
#: Loads that nobody asked about are forgotten beyond so many.
_MOST = 100


@dataclass(frozen=True, kw_only=True)
class Load:
    """One loading of a model.

    Attributes:
        engine: the name of whose it is.
        seconds: how long it took.
    """

    engine: str
    seconds: float


class _Book:
    """The loads since it was last asked, and what lives of them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._loads: deque[Load] = deque(maxlen=_MOST)
        self._held: list[tuple[weakref.ref[Any], str, int]] = []

    def note(self, load: Load, model: object, size: int) -> None:
        with self._lock:
            self._loads.append(load)
            self._drop()
            self._held.append((weakref.ref(model), load.engine, size))

    def taken(self) -> tuple[Load, ...]:
        with self._lock:
            loads = tuple(self._loads)
            self._loads.clear()
            return loads

    def held(self) -> Mapping[str, int]:
        with self._lock:
            self._drop()
            held: Counter[str] = Counter()
            for _, engine, size in self._held:
                held[engine] += size
            return held

    def _drop(self) -> None:
        self._held = [each for each in self._held if each[0]() is not None]


_BOOK = _Book()


def loaded(engine: str, load: Callable[[], _T]) -> _T:
    """What `load` gives; how long that takes and what it then holds on cards is noted.

    The memory is the difference that torch's allocator tells, on all cards that this process sees; none
    without torch or a card. It counts for as long as anybody refers to the model.

    Args:
        engine: the name of whose it is.
        load: opens the model, and puts it where it computes.
    """
    before, began = _allocated(), time.monotonic()
    with span(f"load {engine}", {"lectern.engine": engine}):
        model = load()
    told = Load(engine=engine, seconds=time.monotonic() - began)
    _BOOK.note(told, model, max(0, _allocated() - before))
    return model


def loads_since() -> tuple[Load, ...]:
    """What was loaded since this was asked last."""
    return _BOOK.taken()


def held_now() -> Mapping[str, int]:
    """Bytes on cards that the loaded models of each engine hold; one without a model is not told."""
    return _BOOK.held()


def _allocated() -> int:
    """Bytes that torch's tensors hold on the cards that this process sees; torch is not imported to know."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():
        return 0
    return sum(torch.cuda.memory_allocated(card) for card in range(torch.cuda.device_count()))
