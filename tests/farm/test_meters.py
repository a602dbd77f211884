"""The catalogue of metrics: names, units and labels as Prometheus's conventions have them, each bounded."""

from __future__ import annotations

import re
import subprocess

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from farm.meters import (
    CODE,
    LABELS,
    METERS,
    NONE,
    OTHER,
    QUEUE,
    RESERVED,
    STAGE_DURATION,
    WORKER_ATTEMPTS,
    Bounds,
    Form,
    Meter,
)
from tests.support.programs import require_program

#: Base units, and what has none; after OpenMetrics and Prometheus, "Metric and label naming".
_UNITS = ("seconds", "bytes", "ratio", "celsius", "watts", "info")
_COUNTED = re.compile(
    r"_(steps|films|letters|workers|cards|serving|leading|up|open|whole|silent|pending_films)$"
)


@pytest.mark.parametrize("meter", METERS.values(), ids=METERS)
def test_a_metric_is_named_by_the_conventions(meter: Meter) -> None:
    """A name begins with the program's, ends with a base unit or what is counted; _total if it grows."""
    assert re.fullmatch(r"lectern_[a-z]+(_[a-z]+)*", meter.name)
    assert meter.name.endswith("_total") is (meter.form is Form.COUNTER)
    if meter.form is not Form.COUNTER:
        assert meter.name.endswith(_UNITS) or _COUNTED.search(meter.name), meter.name
    assert not meter.name.endswith(("_count", "_sum", "_bucket"))
    assert meter.help[0].isupper() or meter.help[0] == "1"
    assert "\n" not in meter.help
    assert not meter.help.endswith(".")


@pytest.mark.parametrize("meter", METERS.values(), ids=METERS)
def test_no_label_grows_with_the_work_or_is_prometheus_own(meter: Meter) -> None:
    """Labels stand in the catalogue, have a bound, and take no name that Prometheus or a person's id has."""
    assert set(meter.labels) <= set(LABELS)
    assert len(set(meter.label_names)) == len(meter.labels)
    assert not RESERVED & set(meter.label_names)
    assert all(label.bound > 1 for label in meter.labels)
    assert bool(meter.buckets) is (meter.form is Form.HISTOGRAM)
    assert list(meter.buckets) == sorted(set(meter.buckets))


def test_what_is_beyond_a_bound_is_other() -> None:
    """A code that the catalogue does not know, and the name after the last that fits, are told as other."""
    bounds = Bounds()
    told = bounds.within(WORKER_ATTEMPTS, ("render", "error", "/home/someone/secret"))
    assert told == ("render", "error", OTHER)
    assert bounds.within(WORKER_ATTEMPTS, ("render", "ok", "")) == ("render", "ok", NONE)
    assert {"farm-unexpected", NONE} <= CODE.values
    pools = [bounds.within(QUEUE, ("speak", f"pool{n}", "bulk", NONE))[1] for n in range(600)]
    assert pools[:500] == [f"pool{n}" for n in range(500)]
    assert set(pools[500:]) == {OTHER}
    assert bounds.within(QUEUE, ("speak", "pool7", "bulk", NONE))[1] == "pool7"
    with pytest.raises(ValueError, match="shorter"):
        bounds.within(STAGE_DURATION, ())


def test_prometheus_own_linter_has_nothing_to_say() -> None:
    """Names, units, forms and help of the whole catalogue are as `promtool check metrics` wants them."""
    registry = CollectorRegistry()
    for meter in METERS.values():
        labels = dict.fromkeys(meter.label_names, NONE)
        if meter.form is Form.COUNTER:
            counter = Counter(meter.name, meter.help, labels, registry=registry)
            (counter.labels(**labels) if labels else counter).inc()
        elif meter.form is Form.GAUGE:
            gauge = Gauge(meter.name, meter.help, labels, registry=registry)
            (gauge.labels(**labels) if labels else gauge).set(1)
        else:
            histogram = Histogram(meter.name, meter.help, labels, registry=registry, buckets=meter.buckets)
            histogram.labels(**labels).observe(1)
    told = "".join(
        line
        for line in generate_latest(registry).decode().splitlines(keepends=True)
        if "_created" not in line
    )
    checked = subprocess.run(
        [require_program("promtool", package="prometheus"), "check", "metrics"],
        input=told.encode(),
        capture_output=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")
