"""A model that is loaded when it is first needed, and computes where memory suffices."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from pipeline.engines.devices import Ladder


class Movable(Protocol):
    """A model of the library's that is open, on the processor at first."""

    def move(self, device: str) -> None:
        """Go on on another device."""
        ...


_ModelT = TypeVar("_ModelT", bound=Movable)
_T = TypeVar("_T")


class Held(Generic[_ModelT]):
    """One model, its device, and what is done when memory is short; callers take turns.

    Args:
        load: opens the model.
        engine: whose it is, for messages.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        threads: how many threads compute on a processor; 0 for as many as torch takes.
        cpu_allowed: whether it may go on on the processor when a card's memory is short.
    """

    def __init__(
        self, load: Callable[[], _ModelT], *, engine: str, device: str, threads: int, cpu_allowed: bool
    ) -> None:
        self._load = load
        self._engine, self._device = engine, device
        self._threads, self._cpu_allowed = threads, cpu_allowed
        self._opened: tuple[_ModelT, Ladder] | None = None

    def model(self) -> _ModelT:
        """The model, loaded by the first call and put where it computes.

        Raises:
            InputError: ``engine-device-missing``; or as `load`.
            TransientError: ``engine-memory-short`` or ``engine-device-lost``.
        """
        return (self._opened or self._open())[0]

    def computed(self, work: Callable[[_ModelT], _T]) -> _T:
        """What the model computes, on the device on which memory suffices.

        Raises:
            InputError, TransientError: as `model`.
        """
        model, ladder = self._opened or self._open()
        return ladder.run(lambda _device, _batch: work(model), model.move)

    def release(self) -> None:
        """Give the model's memory back; the next call loads it anew."""
        if self._opened is not None:
            from pipeline.engines.devices import give_back

            self._opened = None
            give_back()

    def _open(self) -> tuple[_ModelT, Ladder]:
        import torch

        from pipeline.engines.devices import Ladder, device_of
        from pipeline.engines.holding import loaded

        device = device_of(self._device)
        if self._threads:
            torch.set_num_threads(self._threads)
        ladder = Ladder(engine=self._engine, device=device, batch=1, cpu_allowed=self._cpu_allowed)

        def load() -> _ModelT:
            model = self._load()
            ladder.run(lambda where, _: model.move(where), model.move)
            return model

        model = loaded(self._engine, load)
        self._opened = model, ladder
        return self._opened
