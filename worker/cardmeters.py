"""What a watchdog read of its host's cards, in Prometheus's text format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from farm import meters
from farm.meters import Bounds, Meter
from farm.policy.health import CardReading

if TYPE_CHECKING:
    from prometheus_client.core import GaugeMetricFamily


def exposition(readings: Iterable[CardReading]) -> bytes:
    """Each card's memory, use, temperature and power, as far as it tells them; without cards nothing.

    A card that does not answer tells that it is silent, and nothing else.

    Args:
        readings: of each card and slice, as it was read last.
    """
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry()
    registry.register(_Cards(tuple(readings)))
    return generate_latest(registry)


class _Cards:
    """The readings as prometheus_client collects them; implements its `Collector`."""

    def __init__(self, readings: tuple[CardReading, ...]) -> None:
        self._readings = readings

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """A family for each metric that any card tells."""
        from prometheus_client.core import GaugeMetricFamily

        bounds = Bounds()
        families: dict[str, GaugeMetricFamily] = {}
        for reading in self._readings:
            for meter, more, value in _told(reading):
                family = families.get(meter.name)
                if family is None:
                    family = GaugeMetricFamily(meter.name, meter.help, labels=meter.label_names)
                    families[meter.name] = family
                family.add_metric(bounds.within(meter, (reading.uuid, *more)), value)
        yield from families.values()


def _told(card: CardReading) -> Iterator[tuple[Meter, tuple[str, ...], float]]:
    """What a card tells: the metric, its labels after the device, and the value."""
    yield meters.GPU_INFO, (str(card.index), card.name), 1
    yield meters.GPU_SILENT, (), int(bool(card.fault))
    if card.fault:
        return
    for meter, value in (
        (meters.GPU_USED, card.memory_used),
        (meters.GPU_SIZE, card.memory_total),
        (meters.GPU_USE, None if card.use_per_cent is None else card.use_per_cent / 100),
        (meters.GPU_HEAT, card.temperature_c),
        (meters.GPU_SLOWDOWN, card.slowdown_c),
        (meters.GPU_POWER, card.power_w),
    ):
        if value is not None:
            yield meter, (), value
