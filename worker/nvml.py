"""What NVML tells of a host's cards, a JSON line a look: a program of its own, since NVML may hang.

``python -P -m worker.nvml EVERY_S LOOKS`` prints so many lines, one every so many seconds; without arguments
one line. NVML is NVIDIA's Management Library, reached by nvidia-ml-py. Nothing of the farm is opened here.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from types import ModuleType
from typing import Any, Self

from farm.policy.health import CardFault, CardReading

#: A host without a card, or without a driver, says so in one of these ways (``nvmlReturn_t``).
_NO_CARDS = ("NVML_ERROR_LIBRARY_NOT_FOUND", "NVML_ERROR_DRIVER_NOT_LOADED", "NVML_ERROR_NOT_FOUND")


@dataclass(frozen=True, kw_only=True)
class Look:
    """What NVML told at one moment.

    Attributes:
        cards: whole cards, and the slices of those that are sliced instead of them, in the host's order.
        error: why there is none although the host may have some, in NVML's words; empty if all went well.
    """

    cards: tuple[CardReading, ...] = field(default=())
    error: str = ""

    def to_line(self) -> str:
        """The same as one line of JSON."""
        return json.dumps({"cards": [asdict(card) for card in self.cards], "error": self.error})

    @classmethod
    def from_line(cls, line: str) -> Self:
        """The look that told of itself by `to_line`.

        Raises:
            ValueError: it is no such line.
        """
        try:
            told = json.loads(line)
            return cls(cards=tuple(map(_reading, told["cards"])), error=str(told["error"]))
        except (KeyError, TypeError) as error:
            raise ValueError(line) from error


def _reading(told: Mapping[str, Any]) -> CardReading:
    processes = {int(pid): size for pid, size in told["processes"].items()}
    fault, xids = CardFault(told["fault"]), tuple(told["xids"])
    return CardReading(**{**told, "processes": processes, "fault": fault, "xids": xids})


class Nvml:
    """The cards of this host, by an NVML that is open.

    Args:
        nvml: the module ``pynvml``.

    Raises:
        pynvml.NVMLError: it cannot be opened.
    """

    def __init__(self, nvml: ModuleType) -> None:
        self._nvml: Any = nvml
        self._nvml.nvmlInit()
        self._driver = str(self._nvml.nvmlSystemGetDriverVersion())
        self._events = self._told(self._nvml.nvmlEventSetCreate)
        self._watched: set[str] = set()

    def look(self) -> Look:
        """Look now; a card that fell off the bus so that nobody can name it is not listed.

        Raises:
            pynvml.NVMLError: there are no cards to be counted any more.
        """
        count = self._nvml.nvmlDeviceGetCount()
        return Look(cards=tuple(reading for index in range(count) for reading in self._readings(index)))

    def wait(self, seconds: float) -> Mapping[str, tuple[int, ...]]:
        """Wait so long; the Xid errors that came meanwhile, by the UUID of their card."""
        until = time.monotonic() + seconds
        xids: dict[str, tuple[int, ...]] = {}
        while (left := until - time.monotonic()) > 0:
            if not self._watched:
                time.sleep(left)
                break
            try:
                event = self._nvml.nvmlEventSetWait_v2(self._events, max(1, int(left * 1000)))
                uuid = str(self._nvml.nvmlDeviceGetUUID(event.device))
                xids[uuid] = (*xids.get(uuid, ()), int(event.eventData))
            except self._nvml.NVMLError as error:
                if error.value != self._nvml.NVML_ERROR_TIMEOUT:
                    # Without events it is still known how cards fare; a card that is lost ends every wait.
                    time.sleep(max(0.0, until - time.monotonic()))
        return xids

    def _readings(self, index: int) -> Iterator[CardReading]:
        nvml = self._nvml
        try:
            handle = nvml.nvmlDeviceGetHandleByIndex(index)
            uuid, name = str(nvml.nvmlDeviceGetUUID(handle)), str(nvml.nvmlDeviceGetName(handle))
        except nvml.NVMLError:
            return
        blank = CardReading(uuid=uuid, index=index, name=name, driver=self._driver)
        try:
            whole = self._read(handle, blank)
            sliced = self._told(nvml.nvmlDeviceGetMigMode, handle)
            if not sliced or not sliced[0]:
                yield whole
                return
            # A card that is sliced computes by its slices alone.
            yield from self._slices(handle, whole)
        except nvml.NVMLError as error:
            yield replace(blank, fault=self._fault(error))

    def _slices(self, handle: object, whole: CardReading) -> Iterator[CardReading]:
        nvml = self._nvml
        for number in range(nvml.nvmlDeviceGetMaxMigDeviceCount(handle)):
            part = self._told(nvml.nvmlDeviceGetMigDeviceHandleByIndex, handle, number)
            if part is None:
                continue
            memory = self._told(nvml.nvmlDeviceGetMemoryInfo, part)
            yield replace(
                whole,
                uuid=str(nvml.nvmlDeviceGetUUID(part)),
                name=str(self._told(nvml.nvmlDeviceGetName, part) or whole.name),
                parent=whole.uuid,
                # Of these the whole card alone tells.
                power_w=None,
                use_per_cent=None,
                memory_total=memory and int(memory.total),
                memory_used=memory and int(memory.used),
                processes=self._processes(part),
            )

    def _read(self, handle: object, blank: CardReading) -> CardReading:
        nvml = self._nvml
        self._watch(handle, blank.uuid)
        memory = self._told(nvml.nvmlDeviceGetMemoryInfo, handle)
        power = self._told(nvml.nvmlDeviceGetPowerUsage, handle)
        use = self._told(nvml.nvmlDeviceGetUtilizationRates, handle)
        rows = self._told(nvml.nvmlDeviceGetRemappedRows, handle)
        pending = rows[2] if rows else self._told(nvml.nvmlDeviceGetRetiredPagesPendingStatus, handle)
        slowdown = nvml.NVML_TEMPERATURE_THRESHOLD_SLOWDOWN
        return replace(
            blank,
            memory_total=memory and int(memory.total),
            memory_used=memory and int(memory.used),
            processes=self._processes(handle),
            temperature_c=self._told(nvml.nvmlDeviceGetTemperature, handle, nvml.NVML_TEMPERATURE_GPU),
            slowdown_c=self._told(nvml.nvmlDeviceGetTemperatureThreshold, handle, slowdown),
            ecc_uncorrected=self._told(
                nvml.nvmlDeviceGetTotalEccErrors,
                handle,
                nvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED,
                nvml.NVML_VOLATILE_ECC,
            ),
            repair_pending=None if pending is None else bool(pending),
            repair_failed=bool(rows[3]) if rows else None,
            power_w=None if power is None else round(power / 1000),
            use_per_cent=use and int(use.gpu),
        )

    def _watch(self, handle: object, uuid: str) -> None:
        if self._events is None or uuid in self._watched:
            return
        nvml = self._nvml
        try:
            nvml.nvmlDeviceRegisterEvents(handle, nvml.nvmlEventTypeXidCriticalError, self._events)
        except nvml.NVMLError:
            return
        self._watched.add(uuid)

    def _processes(self, handle: object) -> Mapping[int, int]:
        held: dict[int, int] = {}
        for ask in (
            self._nvml.nvmlDeviceGetComputeRunningProcesses,
            self._nvml.nvmlDeviceGetGraphicsRunningProcesses,
        ):
            for each in self._told(ask, handle) or ():
                held[int(each.pid)] = max(held.get(int(each.pid), 0), int(each.usedGpuMemory or 0))
        return held

    def _told(self, ask: Callable[..., Any], *about: object) -> Any:  # noqa: ANN401 - whatever NVML tells
        """What NVML tells; None if this card does not tell it.

        Raises:
            pynvml.NVMLError: the card tells nothing at all.
        """
        try:
            return ask(*about)
        except self._nvml.NVMLError as error:
            if self._fault(error) is CardFault.SILENT:
                return None
            raise

    def _fault(self, error: Any) -> CardFault:  # noqa: ANN401 - pynvml has no types
        if error.value == self._nvml.NVML_ERROR_GPU_IS_LOST:
            return CardFault.LOST
        if error.value == self._nvml.NVML_ERROR_RESET_REQUIRED:
            return CardFault.RESET
        return CardFault.SILENT


def main(every_s: float = 0.0, looks: int = 1) -> None:
    """Print so many looks, one every so many seconds; an error of NVML itself is the last one."""
    try:
        import pynvml
    except ImportError as error:
        return _say(Look(error=str(error)))
    try:
        nvml = Nvml(pynvml)
        for number in range(looks):
            xids = nvml.wait(every_s) if number else {}
            look = nvml.look()
            _say(replace(look, cards=tuple(_with(card, xids) for card in look.cards)))
    except pynvml.NVMLError as error:
        none = error.value in [getattr(pynvml, name) for name in _NO_CARDS]
        _say(Look(error="" if none else str(error)))


def _with(card: CardReading, xids: Mapping[str, tuple[int, ...]]) -> CardReading:
    return replace(card, xids=xids.get(card.parent or card.uuid, ()))


def _say(look: Look) -> None:
    sys.stdout.write(look.to_line() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*(convert(text) for convert, text in zip((float, int), sys.argv[1:], strict=False)))
