"""What PromQL asks for: the names of metrics in an expression, and the labels that it takes for theirs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from farm.meters import METERS, Form

_TEXT = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'")
_RANGE = re.compile(r"\[[^\]]*\]")
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_SELECTOR = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)?\s*\{([^}]*)\}")
_NAME = re.compile(r"(?<![\w:.$])[a-zA-Z_:][a-zA-Z0-9_:]*\b(?!\s*\()")
_LABEL = re.compile(r"([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)")
_WORDS = frozenset(
    (
        "and",
        "or",
        "unless",
        "bool",
        "offset",
        "by",
        "without",
        "on",
        "ignoring",
        "group_left",
        "group_right",
        "inf",
        "nan",
    )
)
#: What Prometheus gives to each series that it scrapes, besides what its files of targets say.
TARGET: frozenset[str] = frozenset({"job", "instance", "host"})

_CPU, _FS, _DISK = ("cpu", "mode"), ("device", "fstype", "mountpoint"), ("device",)
#: Metrics of other programs that rules and dashboards may name, with their labels.
#: node_*: node_exporter 1.5, its collectors cpu, loadavg, meminfo, vmstat, hwmon, filesystem, diskstats,
#: netdev, pressure, timex and uname. DCGM_*: etc/default-counters.csv of dcgm-exporter; up and ALERTS:
#: Prometheus itself; prometheus_* and alertmanager_*: /metrics of Prometheus 2.42 and Alertmanager 0.25.
FOREIGN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "up": (),
        "ALERTS": ("alertname", "alertstate", "severity"),
        "alertmanager_config_last_reload_successful": (),
        "alertmanager_notifications_failed_total": ("integration",),
        "node_boot_time_seconds": (),
        "node_cpu_package_throttles_total": ("package",),
        "node_cpu_seconds_total": _CPU,
        "node_disk_io_time_seconds_total": _DISK,
        "node_disk_read_bytes_total": _DISK,
        "node_disk_written_bytes_total": _DISK,
        "node_filesystem_avail_bytes": _FS,
        "node_filesystem_readonly": _FS,
        "node_filesystem_size_bytes": _FS,
        "node_hwmon_temp_celsius": ("chip", "sensor"),
        "node_hwmon_temp_crit_celsius": ("chip", "sensor"),
        "node_load5": (),
        "node_memory_MemAvailable_bytes": (),
        "node_memory_MemTotal_bytes": (),
        "node_memory_SwapFree_bytes": (),
        "node_memory_SwapTotal_bytes": (),
        "node_network_receive_bytes_total": _DISK,
        "node_network_receive_drop_total": _DISK,
        "node_network_receive_errs_total": _DISK,
        "node_network_transmit_bytes_total": _DISK,
        "node_network_transmit_drop_total": _DISK,
        "node_network_transmit_errs_total": _DISK,
        "node_pressure_cpu_waiting_seconds_total": (),
        "node_pressure_io_waiting_seconds_total": (),
        "node_pressure_memory_waiting_seconds_total": (),
        "node_timex_offset_seconds": (),
        "node_timex_sync_status": (),
        "node_uname_info": ("nodename", "release"),
        "node_vmstat_oom_kill": (),
        "node_vmstat_pswpin": (),
        "node_vmstat_pswpout": (),
        "prometheus_config_last_reload_successful": (),
        "prometheus_rule_evaluation_failures_total": ("rule_group",),
        **{
            f"DCGM_FI_{name}": ("UUID", "gpu", "device", "modelName", "Hostname")
            for name in (
                "DEV_ENC_UTIL",
                "DEV_MEMORY_TEMP",
                "DEV_PCIE_REPLAY_COUNTER",
                "DEV_SM_CLOCK",
                "DEV_XID_ERRORS",
                "PROF_PIPE_TENSOR_ACTIVE",
            )
        },
    }
)


@dataclass(frozen=True, kw_only=True)
class Named:
    """What an expression names.

    Attributes:
        metrics: the series, as they are named.
        matched: the labels that each of them is chosen by.
        grouped: the labels that are grouped or joined by.
    """

    metrics: frozenset[str]
    matched: Mapping[str, frozenset[str]]
    grouped: frozenset[str]


def named(expression: str) -> Named:
    """What an expression of PromQL names; Grafana's variables may stand in its texts and ranges."""
    bare = _RANGE.sub(" ", _TEXT.sub('""', expression))
    matched: dict[str, frozenset[str]] = {}
    for metric, labels in _SELECTOR.findall(bare):
        matched[metric] = matched.get(metric, frozenset()) | frozenset(_LABEL.findall(labels))
    grouped = frozenset(
        label.strip() for labels in _GROUPING.findall(bare) for label in labels.split(",") if label.strip()
    )
    rest = _GROUPING.sub(" ", re.sub(r"\{[^}]*\}", " ", bare))
    found = {name for name in _NAME.findall(rest) if name.lower() not in _WORDS}
    return Named(metrics=frozenset(found), matched=matched, grouped=grouped)


def labels_of(metric: str, recorded: Collection[str] = ()) -> frozenset[str] | None:
    """The labels that a series has, of the farm or of another program; None: there is no such series.

    Args:
        metric: its name; for a histogram's, one of its three series.
        recorded: names of recording rules; theirs may be any.
    """
    if metric in recorded:
        return frozenset()
    if metric in FOREIGN:
        return TARGET | set(FOREIGN[metric])
    meter = METERS.get(metric)
    if meter is not None and meter.form is not Form.HISTOGRAM:
        return TARGET | set(meter.label_names)
    base, _, part = metric.rpartition("_")
    meter = METERS.get(base)
    if meter is None or meter.form is not Form.HISTOGRAM or part not in {"bucket", "sum", "count"}:
        return None
    return TARGET | set(meter.label_names) | ({"le"} if part == "bucket" else set())


def wrong(expression: str, recorded: Collection[str] = ()) -> Iterator[str]:
    """What an expression names that nobody tells: metrics, and labels that a metric does not have."""
    said = named(expression)
    known = {metric: labels_of(metric, recorded) for metric in said.metrics}
    yield from (f"{metric}: there is no such metric" for metric, labels in known.items() if labels is None)
    if said.metrics & set(recorded):
        return
    for metric, labels in said.matched.items():
        unknown = labels - (known.get(metric) or labels)
        yield from (f"{metric}: has no label {label}" for label in sorted(unknown))
    every = frozenset[str]().union(*(labels or said.grouped for labels in known.values()))
    yield from (f"{label}: no metric here has it" for label in sorted(said.grouped - every))
