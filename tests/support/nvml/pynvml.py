# ruff: noqa: D103, INP001, N802, N816 - the library's own names, in a folder that is put on a path
"""A double of nvidia-ml-py that tells of the cards in a JSON file, for the process that asks NVML.

The file that LECTERNS_NVML names holds ``{"driver": .., "error": .., "hang": .., "cards": [..]}``: ``error``
is what opening the library raises by name, ``hang`` has every look sleep for ever. A card tells ``uuid`` and
``name``, and whatever else it knows: ``memory`` (total, used), ``temperature``, ``ecc``, ``rows`` (pending,
failed), ``power`` (milliwatts), ``use`` (per cent), ``processes`` (pid -> bytes), ``slices`` (UUIDs),
``xids``, ``lost`` or ``reset``.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

NVML_TEMPERATURE_GPU = NVML_MEMORY_ERROR_TYPE_UNCORRECTED = NVML_VOLATILE_ECC = 0
NVML_TEMPERATURE_THRESHOLD_SLOWDOWN = 1
nvmlEventTypeXidCriticalError = 8
# As in nvml.h.
NVML_ERROR_NOT_SUPPORTED = 3
NVML_ERROR_NOT_FOUND = 6
NVML_ERROR_DRIVER_NOT_LOADED = 9
NVML_ERROR_TIMEOUT = 10
NVML_ERROR_LIBRARY_NOT_FOUND = 12
NVML_ERROR_GPU_IS_LOST = 15
NVML_ERROR_RESET_REQUIRED = 16
NVML_ERROR_LIB_RM_VERSION_MISMATCH = 18


class NVMLError(Exception):
    """An error of the library, by its number."""

    def __init__(self, value: int) -> None:
        super().__init__(f"NVML error {value}")
        self.value = value


def _scene() -> dict[str, Any]:
    scene: dict[str, Any] = json.loads(Path(os.environ["LECTERNS_NVML"]).read_text("utf-8"))
    while scene.get("hang"):
        time.sleep(60)
    return scene


def _fact(name: str, shape: Callable[[Any], Any]) -> Callable[..., Any]:
    """A function that tells one fact of a card, and that it is not supported where the file has none."""

    def tell(handle: dict[str, Any], *_about: object) -> Any:  # noqa: ANN401 - as the library's
        if handle.get("lost"):
            raise NVMLError(NVML_ERROR_GPU_IS_LOST)
        if handle.get("reset"):
            raise NVMLError(NVML_ERROR_RESET_REQUIRED)
        if name not in handle:
            raise NVMLError(NVML_ERROR_NOT_SUPPORTED)
        return shape(handle[name])

    return tell


def nvmlInit() -> None:
    if error := _scene().get("error"):
        raise NVMLError(globals()[error])


def nvmlSystemGetDriverVersion() -> str:
    return str(_scene().get("driver", "580.1"))


def nvmlDeviceGetCount() -> int:
    return len(_scene()["cards"])


def nvmlDeviceGetHandleByIndex(index: int) -> dict[str, Any]:
    card: dict[str, Any] = _scene()["cards"][index]
    return card


def nvmlDeviceGetUUID(handle: dict[str, Any]) -> str:
    return str(handle["uuid"])


def nvmlDeviceGetName(handle: dict[str, Any]) -> str:
    return str(handle["name"])


def nvmlDeviceGetMaxMigDeviceCount(_handle: dict[str, Any]) -> int:
    return 7


def nvmlDeviceGetMigDeviceHandleByIndex(handle: dict[str, Any], index: int) -> dict[str, Any]:
    if index >= len(handle["slices"]):
        raise NVMLError(NVML_ERROR_NOT_FOUND)
    return {"uuid": handle["slices"][index], "name": f"{handle['name']} MIG 1g.5gb", "memory": [5000, 50]}


def nvmlEventSetCreate() -> list[dict[str, Any]]:
    return []


def nvmlDeviceRegisterEvents(handle: dict[str, Any], _kinds: int, events: list[dict[str, Any]]) -> None:
    events += [{"device": handle, "eventData": xid} for xid in handle.get("xids", ())]


def nvmlEventSetWait_v2(events: list[dict[str, Any]], milliseconds: int) -> SimpleNamespace:
    if events:
        return SimpleNamespace(**events.pop())
    time.sleep(milliseconds / 1000)
    raise NVMLError(NVML_ERROR_TIMEOUT)


def _held(told: dict[str, int]) -> list[SimpleNamespace]:
    return [SimpleNamespace(pid=int(pid), usedGpuMemory=size) for pid, size in told.items()]


nvmlDeviceGetMemoryInfo = _fact("memory", lambda told: SimpleNamespace(total=told[0], used=told[1]))
nvmlDeviceGetTemperature = _fact("temperature", int)
nvmlDeviceGetTemperatureThreshold = _fact("slowdown", int)
nvmlDeviceGetTotalEccErrors = _fact("ecc", int)
nvmlDeviceGetRemappedRows = _fact("rows", lambda told: (0, 0, *told))
nvmlDeviceGetRetiredPagesPendingStatus = _fact("pages", int)
nvmlDeviceGetUtilizationRates = _fact("use", lambda told: SimpleNamespace(gpu=told, memory=1))
nvmlDeviceGetPowerUsage = _fact("power", int)
nvmlDeviceGetMigMode = _fact("slices", lambda _told: (1, 1))
nvmlDeviceGetComputeRunningProcesses = _fact("processes", _held)
nvmlDeviceGetGraphicsRunningProcesses = _fact("windows", _held)
