"""The dashboard "Hosts": the machines below the farm, as node_exporter tells of them."""

from __future__ import annotations

from grafana.panels import (
    BAD,
    GOOD,
    WARN,
    Dashboard,
    Query,
    Row,
    bars,
    choice,
    for_fields,
    graph,
    named,
    stat,
    states,
    text,
)

_FIRST = """\
**Memory pressure** above a few per cent, or swapping, kills workers before anything else does: see
*Pressure*. **A full disk** stops work at the floor that the Farm dashboard draws. **A hot or busy
processor** slows encoding, and so every film.
"""
_H = 'host=~"$host"'
#: File systems that files are kept on.
_FS = 'fstype!~"tmpfs|ramfs|overlay|squashfs|devtmpfs|iso9660|nsfs|fuse.lxcfs|autofs"'
_NET = 'device!~"lo|veth.*|docker.*|br-.*|cni.*|flannel.*|cali.*"'
_DISK = 'device!~"loop.*|ram.*|zram.*|dm-.*|sr.*"'
_RATE = "$__rate_interval"
_BUSY = f'1 - avg by (host) (rate(node_cpu_seconds_total{{{_H}, mode="idle"}}[{_RATE}]))'
_LOAD = f'max by (host) (node_load5{{{_H}}}) / count by (host) (node_cpu_seconds_total{{{_H}, mode="idle"}})'
_MEMORY = f"1 - node_memory_MemAvailable_bytes{{{_H}}} / node_memory_MemTotal_bytes{{{_H}}}"
_FULL = (
    f"max by (host, mountpoint) (1 - node_filesystem_avail_bytes{{{_H}, {_FS}}}"
    f" / (node_filesystem_size_bytes{{{_H}, {_FS}}} > 0))"
)

_NOW = Row(
    title="At a glance",
    panels=(
        text("What to look at first", _FIRST, height=3),
        stat(
            "Scraped",
            "Whether Prometheus reaches each process's metrics: 1 for each that it does, and the rest"
            " is away.",
            Query(text="sum by (job) (up)", legend="{{job}}"),
            Query(text="count by (job) (up == 0)", legend="{{job}} away"),
            steps=((None, GOOD),),
            overrides=(for_fields(" away$", color={"mode": "fixed", "fixedColor": BAD}),),
            width=12,
        ),
        stat(
            "Busiest processor",
            "Of all hosts, over the last five minutes.",
            Query(text=f'max(1 - avg by (host) (rate(node_cpu_seconds_total{{{_H}, mode="idle"}}[5m])))'),
            unit="percentunit",
            steps=((None, GOOD), (0.9, WARN)),
            defaults={"decimals": 0},
            width=3,
        ),
        stat(
            "Least memory left",
            "What programs can still have on the host that has least.",
            Query(text=f"min(node_memory_MemAvailable_bytes{{{_H}}} / node_memory_MemTotal_bytes{{{_H}}})"),
            unit="percentunit",
            steps=((None, BAD), (0.05, WARN), (0.1, GOOD)),
            defaults={"decimals": 0},
            width=3,
        ),
        stat(
            "Fullest disk",
            "Of all hosts.",
            Query(text=f"max({_FULL})"),
            unit="percentunit",
            steps=((None, GOOD), (0.8, WARN), (0.9, BAD)),
            defaults={"decimals": 0},
            width=3,
        ),
        stat(
            "Hottest",
            "The hottest sensor of all hosts but their cards.",
            Query(text=f"max(node_hwmon_temp_celsius{{{_H}}})"),
            unit="celsius",
            steps=((None, GOOD), (85, WARN), (95, BAD)),
            width=3,
        ),
    ),
)
_CPU = Row(
    title="Processor",
    panels=(
        graph(
            "Busy",
            "Share of all cores' time in which they worked. 100 % on a host of workers without cards"
            " is right.",
            Query(text=_BUSY, legend="{{host}}"),
            unit="percentunit",
            defaults={"max": 1},
        ),
        graph(
            "Load for each core",
            "Programs that run or want to, over five minutes. Far above 1, or growing, is too many"
            " workers for the host.",
            Query(text=_LOAD, legend="{{host}}"),
        ),
        graph(
            "Temperature",
            "The hottest sensor of each chip. Virtual machines have none.",
            Query(
                text=f"max by (host, chip) (node_hwmon_temp_celsius{{{_H}}})",
                legend="{{host}} · {{chip}}",
            ),
            unit="celsius",
        ),
        graph(
            "Slowed down for heat",
            "Times in the last quarter of an hour that the processor slowed itself down.",
            Query(
                text=f"sum by (host) (increase(node_cpu_package_throttles_total{{{_H}}}[15m]))",
                legend="{{host}}",
            ),
        ),
        graph(
            "Pressure",
            "Share of the time in which some program waited for processor, memory or disk. Memory"
            " above a few per cent"
            " means that the host thrashes.",
            Query(
                text=f"rate(node_pressure_cpu_waiting_seconds_total{{{_H}}}[{_RATE}])",
                legend="{{host}} processor",
            ),
            Query(
                text=f"rate(node_pressure_memory_waiting_seconds_total{{{_H}}}[{_RATE}])",
                legend="{{host}} memory",
            ),
            Query(
                text=f"rate(node_pressure_io_waiting_seconds_total{{{_H}}}[{_RATE}])",
                legend="{{host}} disk",
            ),
            unit="percentunit",
        ),
        graph(
            "Clock",
            "How far each host's clock is ahead of the ledger's, and how far off its own time service takes"
            " it to be. Windows and quotas go by clocks; leases do not.",
            Query(text="max by (host) (lectern_clock_skew_seconds)", legend="{{host}} · ledger's"),
            Query(
                text=f"max by (host) (node_timex_offset_seconds{{{_H}}})", legend="{{host}} · time service's"
            ),
            unit="s",
        ),
    ),
)
_MEMORY_ROW = Row(
    title="Memory",
    panels=(
        graph(
            "In use",
            "Share of the memory that no program could have any more.",
            Query(text=_MEMORY, legend="{{host}}"),
            unit="percentunit",
            steps=((None, GOOD), (0.95, BAD)),
            defaults={"max": 1},
        ),
        graph(
            "Swap in use",
            "What was put out to disk. It may lie there; swapping, beside, is what hurts.",
            Query(
                text=f"node_memory_SwapTotal_bytes{{{_H}}} - node_memory_SwapFree_bytes{{{_H}}}",
                legend="{{host}}",
            ),
            unit="bytes",
        ),
        graph(
            "Swapping",
            "Pages a second that were put out and fetched back, and programs that the kernel killed in"
            " the last quarter"
            " of an hour.",
            Query(text=f"rate(node_vmstat_pswpin{{{_H}}}[{_RATE}])", legend="{{host}} in"),
            Query(text=f"rate(node_vmstat_pswpout{{{_H}}}[{_RATE}])", legend="{{host}} out"),
            Query(text=f"increase(node_vmstat_oom_kill{{{_H}}}[15m])", legend="{{host}} killed"),
        ),
    ),
)
_DISK_ROW = Row(
    title="Disk and network",
    panels=(
        bars(
            "Full",
            "Of each file system that files are kept on.",
            Query(text=_FULL, legend="{{host}} {{mountpoint}}"),
            unit="percentunit",
            steps=((None, GOOD), (0.8, WARN), (0.9, BAD)),
            defaults={"min": 0, "max": 1},
        ),
        graph(
            "Disk busy",
            "Share of the time in which a disk had something to do.",
            Query(
                text=f"rate(node_disk_io_time_seconds_total{{{_H}, {_DISK}}}[{_RATE}])",
                legend="{{host}} {{device}}",
            ),
            unit="percentunit",
        ),
        graph(
            "Disk read and written",
            "Bytes a second.",
            Query(
                text=f"sum by (host) (rate(node_disk_read_bytes_total{{{_H}, {_DISK}}}[{_RATE}]))",
                legend="{{host}} read",
            ),
            Query(
                text=f"sum by (host) (rate(node_disk_written_bytes_total{{{_H}, {_DISK}}}[{_RATE}]))",
                legend="{{host}} written",
            ),
            unit="Bps",
        ),
        graph(
            "Network",
            "Bytes a second, of all interfaces that lead out of the host.",
            Query(
                text=f"sum by (host) (rate(node_network_receive_bytes_total{{{_H}, {_NET}}}[{_RATE}]))",
                legend="{{host}} in",
            ),
            Query(
                text=f"sum by (host) (rate(node_network_transmit_bytes_total{{{_H}, {_NET}}}[{_RATE}]))",
                legend="{{host}} out",
            ),
            unit="Bps",
        ),
        graph(
            "Network errors",
            "Packets a second that were damaged or dropped. A share that stalls often shows here first.",
            Query(
                text=f"sum by (host) (rate(node_network_receive_errs_total{{{_H}, {_NET}}}[{_RATE}])"
                f" + rate(node_network_transmit_errs_total{{{_H}, {_NET}}}[{_RATE}]))",
                legend="{{host}} damaged",
            ),
            Query(
                text=f"sum by (host) (rate(node_network_receive_drop_total{{{_H}, {_NET}}}[{_RATE}])"
                f" + rate(node_network_transmit_drop_total{{{_H}, {_NET}}}[{_RATE}]))",
                legend="{{host}} dropped",
            ),
        ),
        states(
            "Up",
            "When Prometheus reached each host's exporter. A restart is a gap here.",
            Query(text=f'up{{job="node", {_H}}}', legend="{{host}}"),
            steps=((None, BAD), (1, GOOD)),
            defaults=named({"0": ("away", BAD), "1": ("up", GOOD)}),
        ),
    ),
)

HOSTS = Dashboard(
    uid="lectern-hosts",
    title="Lectern · Hosts",
    tells="The machines: processor, heat, memory and swap, disks, network.",
    variables=(choice("host", "Host", "node_uname_info", "host"),),
    rows=(_NOW, _CPU, _MEMORY_ROW, _DISK_ROW),
)
