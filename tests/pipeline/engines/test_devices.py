"""Promises of devices: what a wish means, and that work gets along with the memory that there is."""

from __future__ import annotations

import pytest

from pipeline.plan.errors import InputError, TransientError
from pipeline.plan.messages import tell
from tests.support.wav2lip import require_torch

require_torch()

import torch  # noqa: E402 - where it is not installed, this file is skipped above

from pipeline.engines.devices import Ladder, device_of  # noqa: E402

_SHORT = (
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
    RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"),
    MemoryError(),
)


class _Work:
    """Work that has memory for so many things at a time on each device, and remembers how it was called."""

    def __init__(self, room: dict[str, int], error: Exception = _SHORT[0]) -> None:
        self.room, self.error = room, error
        self.calls: list[tuple[str, int]] = []
        self.moves: list[str] = []

    def __call__(self, device: str, batch: int) -> str:
        self.calls.append((device, batch))
        if batch > self.room[device]:
            raise self.error
        return f"{batch} on {device}"


def ladder(*, batch: int = 8, cpu_allowed: bool = True) -> Ladder:
    """Steps down from a card."""
    return Ladder(engine="coqui", device="cuda:0", batch=batch, cpu_allowed=cpu_allowed)


@pytest.mark.parametrize("wish", ["cpu", "auto"])
def test_the_processor_is_always_there(wish: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where torch sees no card."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert device_of(wish) == "cpu"


@pytest.mark.parametrize(
    ("wish", "meant"), [("auto", "cuda:0"), ("cuda", "cuda:0"), ("cuda:1", "cuda:1"), ("cpu", "cpu")]
)
def test_a_card_is_named_by_its_number(wish: str, meant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two cards the first is the usual one."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert device_of(wish) == meant


@pytest.mark.parametrize("wish", ["cuda:2", "cuda:x", "cuda:-1", "tpu", "tpu:0", "", "auto:0"])
def test_a_device_that_is_not_there_is_told(wish: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the name that was asked for."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(InputError) as missing:
        device_of(wish)
    assert (missing.value.code, missing.value.facts) == ("engine-device-missing", {"device": wish})


@pytest.mark.parametrize("error", _SHORT)
def test_what_is_too_much_is_halved(error: Exception) -> None:
    """Until it fits, and the next work begins there."""
    work, steps = _Work({"cuda:0": 2, "cpu": 8}, error), ladder()
    assert steps.run(work, work.moves.append) == "2 on cuda:0"
    assert work.calls == [("cuda:0", 8), ("cuda:0", 4), ("cuda:0", 2)]
    assert steps.run(work, work.moves.append) == "2 on cuda:0"
    assert len(work.calls) == 4
    assert not work.moves


def test_the_processor_takes_over_where_it_may() -> None:
    """With as many at a time as at the beginning: a processor's memory is another one."""
    work, steps = _Work({"cuda:0": 0, "cpu": 8}), ladder(batch=2)
    assert steps.run(work, work.moves.append) == "2 on cpu"
    assert work.calls == [("cuda:0", 2), ("cuda:0", 1), ("cpu", 2)]
    assert work.moves == ["cpu"]
    assert (steps.device, steps.batch) == ("cpu", 2)


@pytest.mark.parametrize(("on_cpu", "cpu_allowed"), [(8, False), (0, True)])
def test_at_the_end_somebody_is_told(on_cpu: int, *, cpu_allowed: bool) -> None:
    """The device and the engine, in words that say what to do; another worker may try."""
    work = _Work({"cuda:0": 0, "cpu": on_cpu})
    with pytest.raises(TransientError) as short:
        ladder(cpu_allowed=cpu_allowed).run(work, work.moves.append)
    assert short.value.code == "engine-memory-short"
    assert short.value.facts == {"engine": "coqui", "device": "cpu" if cpu_allowed else "cuda:0"}
    assert "cpu_fallback" in tell(short.value.code, short.value.facts, "zh")


def test_a_lost_card_is_no_lack_of_memory() -> None:
    """Nothing smaller is tried on it."""
    work = _Work({"cuda:0": 0}, torch.AcceleratorError("CUDA error: unspecified launch failure"))
    with pytest.raises(TransientError, match="engine-device-lost"):
        ladder().run(work, work.moves.append)
    assert len(work.calls) == 1


def test_a_mistake_stays_a_mistake() -> None:
    """It is raised as it is, at once."""
    work = _Work({"cuda:0": 0}, RuntimeError("The size of tensor a must match the size of tensor b"))
    with pytest.raises(RuntimeError, match="must match"):
        ladder().run(work, work.moves.append)
    assert len(work.calls) == 1


def test_what_no_machine_can_serve_is_a_lack_of_memory() -> None:
    """A real allocation of torch's, on the way down to one at a time."""
    steps = Ladder(engine="whisper", device="cpu", batch=2, cpu_allowed=True)
    with pytest.raises(TransientError, match="engine-memory-short"):
        steps.run(lambda _device, batch: torch.empty(batch << 50), lambda _device: None)
    assert steps.batch == 1
