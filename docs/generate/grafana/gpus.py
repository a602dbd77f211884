"""The dashboard "GPUs": the cards, what lies in them and what they do."""

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
    for_field,
    graph,
    named,
    stat,
    table,
    text,
)

_FIRST = """\
**A card that is slow** is most often hot: *Room until it slows down* near 0. **A card that is idle** while
films wait: *Steps that cards serve* says for whom it works, `lectern cards` whether it was taken out, and
why. **Memory that only grows** between films belongs to an engine, or, if *by engine* does not show it, to
another program.
"""
_CARD = 'device=~"$device"'
_HERE = 'host=~"$host", device=~"$device"'
_RATE = "$__rate_interval"
_USED = f"max by (device) (lectern_gpu_memory_used_bytes{{{_HERE}}})"
_SIZE = f"max by (device) (lectern_gpu_memory_size_bytes{{{_HERE}}})"
_HEAT = f"max by (device) (lectern_gpu_temperature_celsius{{{_HERE}}})"
_LIMIT = f"max by (device) (lectern_gpu_slowdown_temperature_celsius{{{_HERE}}})"
_DCGM = 'UUID=~"$device"'

_NOW = Row(
    title="At a glance",
    panels=(
        text("What to look at first", _FIRST, height=3),
        stat(
            "Cards",
            "Cards that a watchdog reads.",
            Query(text=f"count(lectern_gpu_info{{{_HERE}}}) or vector(0)"),
            width=3,
        ),
        stat(
            "Silent",
            "Cards that NVML has no reading of: most often one that fell off the bus.",
            Query(text=f"sum(lectern_gpu_silent{{{_HERE}}}) or vector(0)"),
            steps=((None, GOOD), (1, BAD)),
            width=3,
        ),
        stat(
            "Fullest",
            "Memory of the card that has least left.",
            Query(text=f"max({_USED} / {_SIZE})"),
            unit="percentunit",
            steps=((None, GOOD), (0.8, WARN), (0.9, BAD)),
            width=3,
        ),
        stat(
            "Room until it slows down",
            "How far the hottest card is from the temperature at which it slows itself down.",
            Query(text=f"min({_LIMIT} - {_HEAT})"),
            unit="celsius",
            steps=((None, BAD), (3, WARN), (8, GOOD)),
            width=4,
        ),
        stat(
            "Power",
            "What all cards draw together.",
            Query(text=f"sum(max by (device) (lectern_gpu_power_watts{{{_HERE}}}))"),
            unit="watt",
            width=3,
        ),
        stat(
            "In use",
            "Share of the last moments in which cards computed, on average.",
            Query(text=f"avg(max by (device) (lectern_gpu_utilization_ratio{{{_HERE}}}))"),
            unit="percentunit",
            defaults={"decimals": 0},
            width=4,
        ),
        stat(
            "Frames a second",
            "Frames rendered into clips, on all cards and processors that are chosen.",
            Query(text=f"sum(rate(lectern_frames_rendered_total{{{_CARD}}}[5m])) or vector(0)"),
            defaults={"decimals": 1},
            width=4,
        ),
    ),
)
_EACH = Row(
    title="Each card",
    panels=(
        table(
            "The cards",
            "What each is called, and how it stands now.",
            Query(text=f"max by (host, device, index, name) (lectern_gpu_info{{{_HERE}}})"),
            Query(text=_USED),
            Query(text=_SIZE),
            Query(text=f"max by (device) (lectern_gpu_utilization_ratio{{{_HERE}}})"),
            Query(text=_HEAT),
            Query(text=_LIMIT),
            Query(text=f"max by (device) (lectern_gpu_power_watts{{{_HERE}}})"),
            width=24,
            height=7,
            transformations=(
                {"id": "joinByField", "options": {"byField": "device", "mode": "outer"}},
                {
                    "id": "organize",
                    "options": {
                        "excludeByName": {
                            "Value #A": True,
                            **{f"Time {number}": True for number in range(1, 8)},
                            "Time": True,
                        },
                        "indexByName": {
                            name: place
                            for place, name in enumerate(
                                (
                                    *("host", "index", "name", "device"),
                                    *(f"Value #{letter}" for letter in "BCDEFG"),
                                )
                            )
                        },
                        "renameByName": {
                            "Value #B": "memory used",
                            "Value #C": "memory",
                            "Value #D": "in use",
                            "Value #E": "temperature",
                            "Value #F": "slows down at",
                            "Value #G": "power",
                        },
                    },
                },
            ),
            overrides=(
                for_field("memory used", unit="bytes"),
                for_field("memory", unit="bytes"),
                for_field("in use", unit="percentunit"),
                for_field("temperature", unit="celsius"),
                for_field("slows down at", unit="celsius"),
                for_field("power", unit="watt"),
            ),
        ),
        graph(
            "Memory in use",
            "Share of each card's memory, whoever uses it. Above 90 % somebody is paged: the next load"
            " may not fit.",
            Query(text=f"{_USED} / {_SIZE}", legend="{{device}}"),
            unit="percentunit",
            steps=((None, GOOD), (0.9, BAD)),
            defaults={"max": 1},
        ),
        graph(
            "Memory, by engine",
            "What each loaded engine holds, as the allocator tells; the rest is CUDA's own, or another"
            " program's.",
            Query(
                text=f"sum by (device, engine) (lectern_gpu_memory_bytes{{{_CARD}}})",
                legend="{{engine}} · {{device}}",
            ),
            unit="bytes",
            stacked=True,
        ),
        graph(
            "In use",
            "Share of the last moments in which each card computed. Where the processor encodes the clips, a"
            " busy worker's card need not be at 100 %.",
            Query(text=f"max by (device) (lectern_gpu_utilization_ratio{{{_HERE}}})", legend="{{device}}"),
            unit="percentunit",
            defaults={"max": 1},
        ),
        graph(
            "Temperature",
            "Each card's, and, dashed, where it slows itself down.",
            Query(text=_HEAT, legend="{{device}}"),
            Query(text=_LIMIT, legend="slows down · {{device}}"),
            unit="celsius",
            overrides=(
                {
                    "matcher": {"id": "byRegexp", "options": "^slows down"},
                    "properties": [
                        {"id": "custom.lineStyle", "value": {"fill": "dash", "dash": [8, 8]}},
                        {"id": "custom.fillOpacity", "value": 0},
                    ],
                },
            ),
        ),
        graph(
            "Power",
            "What each card draws.",
            Query(text=f"max by (device) (lectern_gpu_power_watts{{{_HERE}}})", legend="{{device}}"),
            unit="watt",
        ),
        graph(
            "Steps that cards serve",
            "Workers of each card that are at a step just now, by stage and pool; cpu is work without"
            " a card.",
            Query(
                text=f'sum by (device, stage, pool) (lectern_worker_serving{{{_CARD}, pool=~"$pool"}})',
                legend="{{stage}} · {{pool}} · {{device}}",
            ),
            stacked=True,
        ),
        graph(
            "Frames a second",
            "Frames rendered into clips, by card and engine.",
            Query(
                text=f"sum by (device, engine) (rate(lectern_frames_rendered_total{{{_CARD}}}[{_RATE}]))",
                legend="{{engine}} · {{device}}",
            ),
            unit="suffix: fps",
        ),
        graph(
            "Real-time factor",
            "Seconds of rendering for a second of film, by card and engine. A card apart from its like"
            " is the one to"
            " look at.",
            Query(
                text=f"sum by (device, engine) (rate(lectern_render_busy_seconds_total{{{_CARD}}}[{_RATE}]))"
                f" / (sum by (device, engine)"
                f" (rate(lectern_rendered_film_seconds_total{{{_CARD}}}[{_RATE}])) > 0)",
                legend="{{engine}} · {{device}}",
            ),
        ),
        graph(
            "Time to load a model",
            "95 % of the loads take no longer, by engine.",
            Query(
                text="histogram_quantile(0.95, sum by (le, engine) "
                "(rate(lectern_model_load_duration_seconds_bucket[30m])))",
                legend="{{engine}}",
            ),
            unit="s",
        ),
    ),
)
_DCGM_ROW = Row(
    title="What NVIDIA's exporter adds (where DCGM runs)",
    folded=True,
    panels=(
        stat(
            "XID errors",
            "The last error that the driver reported for each card; 0 is none. 48, 63, 64, 79, 94 and"
            " 95 want the card"
            " taken out: `lectern cards`.",
            Query(text=f"max by (UUID) (DCGM_FI_DEV_XID_ERRORS{{{_DCGM}}})", legend="{{UUID}}"),
            steps=((None, GOOD), (1, BAD)),
            defaults=named({"0": ("none", GOOD)}),
            width=8,
            height=8,
        ),
        graph(
            "Memory temperature",
            "Of the memory's chips; they slow down by themselves, often before the card does.",
            Query(text=f"max by (UUID) (DCGM_FI_DEV_MEMORY_TEMP{{{_DCGM}}})", legend="{{UUID}}"),
            unit="celsius",
        ),
        graph(
            "Clock",
            "Of the multiprocessors. One that falls under load was slowed down, for heat or power.",
            Query(text=f"max by (UUID) (DCGM_FI_DEV_SM_CLOCK{{{_DCGM}}}) * 1e6", legend="{{UUID}}"),
            unit="hertz",
        ),
        graph(
            "Tensor cores",
            "Share of the time in which they computed; of cards that tell it.",
            Query(text=f"max by (UUID) (DCGM_FI_PROF_PIPE_TENSOR_ACTIVE{{{_DCGM}}})", legend="{{UUID}}"),
            unit="percentunit",
        ),
        graph(
            "Encoder",
            "Use of the card's video encoder; 0 where clips are encoded by the processor.",
            Query(text=f"max by (UUID) (DCGM_FI_DEV_ENC_UTIL{{{_DCGM}}})", legend="{{UUID}}"),
            unit="percent",
        ),
        bars(
            "PCIe replays in the last hour",
            "Packets that had to be sent again. More than a few are a bad slot or riser.",
            Query(
                text=f"sum by (UUID) (increase(DCGM_FI_DEV_PCIE_REPLAY_COUNTER{{{_DCGM}}}[1h]))",
                legend="{{UUID}}",
            ),
            steps=((None, GOOD), (10, WARN), (1000, BAD)),
        ),
    ),
)

GPUS = Dashboard(
    uid="lectern-gpus",
    title="Lectern · GPUs",
    tells="The cards: memory, heat, power, what they serve and how fast they are.",
    variables=(
        choice("host", "Host", "lectern_gpu_info", "host"),
        choice("device", "Device", "lectern_gpu_info", "device"),
        choice("pool", "Pool", "lectern_worker_serving", "pool"),
    ),
    rows=(_NOW, _EACH, _DCGM_ROW),
)
