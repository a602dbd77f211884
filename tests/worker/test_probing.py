"""What is known of a host's cards: as NVML tells it, and never waited for when it tells nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from farm.policy.health import CardFault, CardReading
from worker.nvml import Look
from worker.probing import Probe, devices_of, look_once

DOUBLE = Path(__file__).parents[1] / "support" / "nvml"
WELL = {
    "uuid": "GPU-a",
    "name": "NVIDIA L4",
    "memory": [24_000, 700],
    "temperature": 61,
    "slowdown": 95,
    "ecc": 2,
    "rows": [1, 0],
    "power": 71_600,
    "use": 35,
    "processes": {"7": 500},
    "windows": {"8": 100},
}
SLICED = {"uuid": "GPU-b", "name": "NVIDIA A100", "temperature": 40, "slices": ["MIG-1", "MIG-2"], "pages": 0}
Tell = Callable[..., None]


@pytest.fixture
def tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tell:
    """Tell the double of NVML what there is; the program that asks it is the real one."""
    scene = tmp_path / "nvml.json"
    monkeypatch.setenv("LECTERNS_NVML", str(scene))
    monkeypatch.setenv("PYTHONPATH", str(DOUBLE))

    def write(*cards: dict[str, Any], **others: object) -> None:
        part = scene.with_suffix(".part")
        part.write_text(json.dumps({"cards": cards, **others}))
        part.replace(scene)

    return write


def test_all_that_nvml_tells_of_a_card_is_known(tell: Tell) -> None:
    """And what a card does not tell is None, not nought."""
    tell(WELL, {"uuid": "GPU-c", "name": "old"}, driver="580.9")
    well, old = look_once().cards
    assert well == CardReading(
        uuid="GPU-a",
        index=0,
        name="NVIDIA L4",
        memory_total=24_000,
        memory_used=700,
        processes={7: 500, 8: 100},
        temperature_c=61,
        slowdown_c=95,
        ecc_uncorrected=2,
        repair_pending=True,
        repair_failed=False,
        power_w=72,
        use_per_cent=35,
        driver="580.9",
    )
    assert old == CardReading(uuid="GPU-c", index=1, name="old", driver="580.9")


def test_slices_and_cards_that_answer_are_devices(tell: Tell) -> None:
    """A sliced card computes by its slices; one that is lost or waits for a reset gets no worker."""
    tell(SLICED, WELL | {"lost": True}, WELL | {"reset": True, "uuid": "GPU-r"}, WELL | {"uuid": "GPU-d"})
    look = look_once()
    assert [(each.uuid, each.label) for each in devices_of(look)] == [
        ("MIG-1", "0.0"),
        ("MIG-2", "0.1"),
        ("GPU-d", "3"),
    ]
    faults = {card.uuid: card.fault for card in look.cards if card.fault}
    assert faults == {"GPU-a": CardFault.LOST, "GPU-r": CardFault.RESET}
    part = look.cards[0]
    assert (part.parent, part.temperature_c, part.memory_total) == ("GPU-b", 40, 5000)


@pytest.mark.parametrize("none", ["NVML_ERROR_LIBRARY_NOT_FOUND", "NVML_ERROR_DRIVER_NOT_LOADED"])
def test_a_host_without_cards_is_no_error(tell: Tell, none: str) -> None:
    """Most machines have neither the library nor the driver."""
    tell(error=none)
    assert look_once() == Look()


def test_a_driver_that_was_renewed_and_not_loaded_is_told(tell: Tell) -> None:
    """There may be cards, and nobody can tell."""
    tell(error="NVML_ERROR_LIB_RM_VERSION_MISMATCH")
    assert look_once().error


def test_nvml_that_hangs_holds_nobody_up(tell: Tell) -> None:
    """It is asked by a program, which is killed."""
    tell(hang=True)
    begun = time.monotonic()
    assert look_once(deadline_s=0.5).error == "silent"
    assert time.monotonic() - begun < 5


def test_a_probe_watches_and_begins_anew_when_it_hears_nothing(tell: Tell) -> None:
    """Errors that come between two looks are heard; the loop is not held up, and no process is left."""
    tell(WELL | {"xids": [79, 13]})
    probe = Probe(every_s=0.1, deadline_s=1.0)
    try:
        seen: list[int] = []
        assert wait(probe, lambda look: seen.extend(look.cards[0].xids) or len(seen) == 2).cards
        assert sorted(seen) == [13, 79]
        tell(WELL, hang=True)
        assert wait(probe, lambda look: bool(look.error)).error == "silent"
        tell(WELL)
        assert wait(probe, lambda look: not look.error).cards
    finally:
        probe.close()
    assert not [each for each in psutil.Process().children() if is_there(each)]


def is_there(process: psutil.Process) -> bool:
    """Whether a program that asks NVML runs."""
    return "worker.nvml" in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE


def wait(probe: Probe, happened: Callable[[Look], object], seconds: float = 20.0) -> Look:
    """Look until something is told, without ever being held up."""
    until = time.monotonic() + seconds
    while True:
        begun = time.monotonic()
        look = probe.look()
        assert time.monotonic() - begun < 1
        if look is not None and happened(look):
            return look
        assert time.monotonic() < until
        time.sleep(0.02)
