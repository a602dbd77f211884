"""How this machine's clock differs from the ledger's, as it is found now and then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import structlog

from db.clocks import read_skew
from db.ledger import Ledger
from farm import meters
from farm.policy.clocks import Skew

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

#: Clocks drift by seconds in days; one that is set is told of within a minute.
LOOK_S = 60.0


class ClockWatch:
    """Compares the clocks when it is told to, and logs when they begin to differ, and when no more.

    Args:
        ledger: whose clock it is.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._skew: Skew | None = None
        self._differs = False

    def look(self) -> None:
        """Compare them.

        Raises:
            AwayError: ``ledger-away``; what was found before is told on.
        """
        self._skew = skew = read_skew(self._ledger)
        differs = skew is not None and skew.differs
        if skew is not None and differs is not self._differs:
            told = structlog.get_logger().warning if differs else structlog.get_logger().info
            told("clock differs" if differs else "clock agrees", ahead_s=skew.ahead_ms / 1000)
        self._differs = differs

    def told(self) -> Mapping[str, object]:
        """What was found last, for whoever asks for readiness; nothing where there is one clock alone."""
        skew = self._skew
        return {} if skew is None else {"clock": {"ahead_s": skew.ahead_ms / 1000, "differs": skew.differs}}

    def exposition(self) -> bytes:
        """The same for Prometheus, in its text format."""
        from prometheus_client import CollectorRegistry, generate_latest

        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)

    def collect(self) -> list[Metric]:
        """As prometheus_client's collectors do."""
        from prometheus_client.metrics_core import GaugeMetricFamily

        skew = self._skew
        if skew is None:
            return []
        return [GaugeMetricFamily(meters.CLOCK_SKEW.name, meters.CLOCK_SKEW.help, skew.ahead_ms / 1000)]
