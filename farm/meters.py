"""Every metric that the farm tells Prometheus: names, units, labels and what bounds them, in one place.

Pure: nothing is measured or told here. The names follow Prometheus's conventions ("Metric and label naming"):
base units (seconds, bytes, watts, ratios), ``_total`` for what only grows. No label says which film, job or
person it was, nor anything else that grows with the work: those stand in the ledger, in logs and in traces.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from db.states import CardState, Condition, HoldReason, Outcome, Stage, Urgency, WorkerOrder
from pipeline.plan.artifact import Kind
from pipeline.plan.messages import CATALOGUE

#: What stands in a label for everything beyond its bound.
OTHER: Final = "other"
#: What stands in a label where there is nothing to name: no pool, no hold, no error, no card.
NONE: Final = "none"
#: Prometheus, its scrape configuration and people's dashboards own these.
RESERVED: Final = frozenset({"job", "instance", "batch", "user", "trace_id", "le", "quantile"})


class Form(StrEnum):
    """What a metric is to Prometheus."""

    COUNTER = "counter"
    """It only grows, and begins at nothing when its process does."""
    GAUGE = "gauge"
    """It goes up and down; what several processes of a host's workers set is added up."""
    HISTOGRAM = "histogram"


class Teller(StrEnum):
    """Whose ``/metrics`` tells it."""

    WORKERS = "workers"
    """The process that keeps a host's workers, or a worker that runs by itself."""
    WATCHDOG = "watchdog"
    """A host's watchdog: it looks at the cards."""
    DISPATCHER = "dispatcher"
    """Each dispatcher."""
    MACHINE = "machine"
    """Each dispatcher and each watchdog, of the machine that it runs on."""
    LEADER = "leader"
    """The dispatcher that leads, and no other one: sums over dispatchers hold."""


@dataclass(frozen=True, kw_only=True)
class Label:
    """A label, and what bounds the number of its values.

    Attributes:
        name: as Prometheus knows it.
        what: what its values are.
        values: all values that there are; empty where they come to be with the farm.
        most: how many values there may be at most, `OTHER` not counted.
    """

    name: str
    what: str
    values: frozenset[str] = frozenset()
    most: int = 0

    @property
    def bound(self) -> int:
        """How many values there may be at most, with `OTHER`."""
        return (len(self.values) or self.most) + 1


@dataclass(frozen=True, kw_only=True)
class Meter:
    """One metric.

    Attributes:
        name: its whole name, with unit and ``_total``.
        form: what it is to Prometheus.
        help: what it tells, in a sentence without a full stop, as scrapers show it.
        teller: whose ``/metrics`` tells it.
        labels: what it is told by.
        buckets: upper bounds of a histogram's buckets, in its unit, rising, without infinity.
    """

    name: str
    form: Form
    help: str
    teller: Teller
    labels: tuple[Label, ...] = ()
    buckets: tuple[float, ...] = ()

    @property
    def label_names(self) -> tuple[str, ...]:
        """The names of its labels, in order."""
        return tuple(label.name for label in self.labels)


def _all(words: Iterable[str], *more: str) -> frozenset[str]:
    return frozenset(words) | frozenset(more)


STAGE = Label(name="stage", what="the stage of a film", values=_all(Stage))
POOL = Label(
    name="pool", what="a pool's name; any: what is kept for no pool; none: what renders nothing", most=500
)
TIER = Label(name="tier", what="how urgent it is by now", values=_all(Urgency))
HOLD = Label(
    name="hold",
    what="why it may not go on; window: its window is shut; later: it waits after an error; or none",
    values=_all(HoldReason, "window", "later", NONE),
)
OUTCOME = Label(name="outcome", what="how an attempt ended", values=_all(Outcome))
CODE = Label(name="code", what="a code of docs/errors.md, or none", values=_all(CATALOGUE, NONE))
CONDITION = Label(
    name="condition",
    what="what a worker tells of itself, what it was ordered, or gone",
    values=_all(Condition, *(order.value for order in WorkerOrder if order is not WorkerOrder.NONE), "gone"),
)
STATE = Label(name="state", what="where a card stands", values=_all(CardState))
DEPARTMENT = Label(name="department", what="a department's name", most=500)
WINDOW = Label(name="window", what="a window as it was written", most=500)
PLACE = Label(name="place", what="what is kept there", values=_all(("store", "archive", "home")))
PART = Label(name="part", what="what the farm rests on", values=_all(("ledger", "redis", "store", "archive")))
DEVICE = Label(name="device", what="the UUID of a card or of a slice of one, or cpu", most=64)
ENGINE = Label(name="engine", what="an engine's name", most=64)
KIND = Label(name="kind", what="the kind of artifact", values=_all(Kind))
RESULT = Label(
    name="result", what="hit where it was found, miss where it was made", values=_all(("hit", "miss"))
)
INDEX = Label(name="index", what="the card's place on its host", most=64)
NAME = Label(name="name", what="what its maker calls the card", most=64)
VERSION = Label(name="version", what="the version of Lectern", most=1)
LABELS: Final = (
    *(
        STAGE,
        POOL,
        TIER,
        HOLD,
        OUTCOME,
        CODE,
        CONDITION,
        STATE,
        DEPARTMENT,
        WINDOW,
        PLACE,
        PART,
        DEVICE,
        ENGINE,
    ),
    *(KIND, RESULT, INDEX, NAME, VERSION),
)

#: From an archive's copy to a long film's rendering on a processor.
_STAGE_S = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)
#: From an idle farm to a bulk job that waits for a night or a weekend.
_WAIT_S = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0, 43200.0, 86400.0, 259200.0)
_LOAD_S = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
#: Seconds of work for a second of film; 1 is real time.
_RATIO = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 5.0, 10.0, 30.0)

_C, _G, _H = Form.COUNTER, Form.GAUGE, Form.HISTOGRAM


def _meter(
    name: str,
    form: Form,
    text: str,
    teller: Teller,
    *labels: Label,
    buckets: tuple[float, ...] = (),
) -> Meter:
    return Meter(name=name, form=form, help=text, teller=teller, labels=labels, buckets=buckets)


BUILD = _meter(
    "lectern_build_info", _G, "1, with the version of Lectern that runs", Teller.DISPATCHER, VERSION
)

# What workers measure.
_W = Teller.WORKERS
STAGE_DURATION = _meter(
    "lectern_stage_duration_seconds", _H,
    "Time that attempts which ended well took, from the claim to the commit", _W, STAGE, buckets=_STAGE_S,
)  # fmt: skip
QUEUE_WAIT = _meter(
    "lectern_queue_wait_seconds", _H,
    "Time that claimed steps had waited, held or not, since what went before ended", _W, STAGE,
    buckets=_WAIT_S,
)  # fmt: skip
REALTIME = _meter(
    "lectern_render_realtime_ratio", _H,
    "Seconds of rendering for a second of film, of steps that rendered frames", _W, ENGINE, buckets=_RATIO,
)  # fmt: skip
FRAMES = _meter("lectern_frames_rendered_total", _C, "Frames rendered into clips", _W, DEVICE, ENGINE)
RENDERED = _meter("lectern_rendered_film_seconds_total", _C, "Seconds of film rendered", _W, DEVICE, ENGINE)
RENDERING = _meter("lectern_render_busy_seconds_total", _C, "Time spent rendering", _W, DEVICE, ENGINE)
CACHE = _meter(
    "lectern_cache_lookups_total", _C,
    "Artifacts that steps asked for, by whether they had been made before", _W, KIND, RESULT,
)  # fmt: skip
WORKER_ATTEMPTS = _meter(
    "lectern_worker_attempts_total", _C,
    "Attempts that ended in the hands of this host's workers", _W, STAGE, OUTCOME, CODE,
)  # fmt: skip
WORKER_LOST = _meter(
    "lectern_worker_leases_lost_total", _C,
    "Attempts that this host's workers stood back from since they were another worker's", _W, STAGE,
)  # fmt: skip
DRAINS = _meter("lectern_worker_drains_total", _C, "Times that a worker was told to drain", _W)
LOADS = _meter("lectern_model_loads_total", _C, "Times that an engine was loaded", _W, ENGINE)
LOADING = _meter(
    "lectern_model_load_duration_seconds", _H, "Time that it took to load an engine", _W, ENGINE,
    buckets=_LOAD_S,
)  # fmt: skip
SERVING = _meter(
    "lectern_worker_serving", _G,
    "Workers of the device that are at a step of that stage for that pool just now", _W, DEVICE, STAGE, POOL,
)  # fmt: skip
HELD_MEMORY = _meter(
    "lectern_gpu_memory_bytes", _G,
    "Memory of the card that each loaded engine holds, as the allocator tells", _W, DEVICE, ENGINE,
)  # fmt: skip

# What a watchdog reads of the cards.
_D = Teller.WATCHDOG
GPU_INFO = _meter("lectern_gpu_info", _G, "1, with what the card is called", _D, DEVICE, INDEX, NAME)
GPU_USED = _meter("lectern_gpu_memory_used_bytes", _G, "Memory of the card that anybody uses", _D, DEVICE)
GPU_SIZE = _meter("lectern_gpu_memory_size_bytes", _G, "Memory that the card has", _D, DEVICE)
GPU_USE = _meter(
    "lectern_gpu_utilization_ratio", _G, "Share of the last moments in which the card computed", _D, DEVICE
)
GPU_HEAT = _meter("lectern_gpu_temperature_celsius", _G, "Temperature of the card", _D, DEVICE)
GPU_SLOWDOWN = _meter(
    "lectern_gpu_slowdown_temperature_celsius", _G, "From here on the card slows itself down", _D, DEVICE
)
GPU_POWER = _meter("lectern_gpu_power_watts", _G, "Power that the card draws", _D, DEVICE)
GPU_SILENT = _meter("lectern_gpu_silent", _G, "1 while NVML has no reading of the card", _D, DEVICE)

# What a dispatcher tells of itself.
_I = Teller.DISPATCHER
LEADING = _meter("lectern_dispatcher_leading", _G, "1 while this dispatcher leads", _I)
UP = _meter("lectern_up", _G, "1 while this part can be reached from here", _I, PART)

# What a dispatcher or a watchdog tells of its machine.
CLOCK_SKEW = _meter(
    "lectern_clock_skew_seconds", _G,
    "How far the machine's clock is ahead of the ledger's, or behind where it is negative", Teller.MACHINE,
)  # fmt: skip

# What the leading dispatcher reads in the ledger.
_L = Teller.LEADER
READ_AT = _meter(
    "lectern_ledger_aggregates_timestamp_seconds", _G, "When the ledger was last read for these numbers", _L
)
READ_S = _meter(
    "lectern_ledger_aggregates_duration_seconds", _G, "How long reading the ledger for these numbers took", _L
)
QUEUE = _meter("lectern_queue_steps", _G, "Steps that wait", _L, STAGE, POOL, TIER, HOLD)
OLDEST = _meter(
    "lectern_queue_oldest_wait_seconds",
    _G,
    "How long the step has waited that waits longest",
    _L,
    STAGE,
    POOL,
)
RUNNING = _meter("lectern_running_steps", _G, "Steps in work", _L, STAGE, POOL)
DEAD = _meter("lectern_dead_letters", _G, "Steps in the dead-letter list", _L, STAGE)
ATTEMPTS = _meter(
    "lectern_attempts_total", _C, "Attempts that ended, as the ledger knows them", _L, STAGE, OUTCOME, CODE
)
LOST = _meter("lectern_leases_lost_total", _C, "Leases that ran out, as the ledger knows them", _L, STAGE)
WORKERS = _meter("lectern_workers", _G, "Workers", _L, POOL, CONDITION)
CARDS = _meter("lectern_cards", _G, "Cards", _L, STATE)
ARCHIVE_PENDING = _meter("lectern_archive_pending_films", _G, "Films that wait for the archive", _L)
ARCHIVE_OLDEST = _meter(
    "lectern_archive_oldest_wait_seconds", _G,
    "How long the film has waited for the archive that waits longest", _L,
)  # fmt: skip
SPACE_USED = _meter(
    "lectern_storage_used_bytes", _G, "Space in use on the file system of the place", _L, PLACE
)
SPACE_FREE = _meter("lectern_storage_free_bytes", _G, "Space free on the file system of the place", _L, PLACE)
SPACE_FLOOR = _meter(
    "lectern_storage_floor_bytes", _G,
    "Below so much free space on the file system of the place workers take no work", _L, PLACE,
)  # fmt: skip
FILMS = _meter(
    "lectern_department_films_total", _C, "Films made, those that were made anew with them", _L, DEPARTMENT
)
GPU_SECONDS = _meter(
    "lectern_department_gpu_seconds_total", _C, "Time for which attempts kept their card", _L, DEPARTMENT
)
QUOTA_LEFT = _meter(
    "lectern_department_quota_left_films", _G,
    "Films that may still begin today, grants with them, where that is limited", _L, DEPARTMENT,
)  # fmt: skip
QUOTA_USED = _meter(
    "lectern_department_quota_used_films", _G,
    "Films that were begun of the quota of the day, where there is one", _L, DEPARTMENT,
)  # fmt: skip
CARD_LEFT = _meter(
    "lectern_department_gpu_quota_left_seconds", _G,
    "For how long attempts may still keep cards today, where that is limited", _L, DEPARTMENT,
)  # fmt: skip
CARD_USED = _meter(
    "lectern_department_gpu_quota_used_seconds", _G,
    "For how long attempts have kept cards today, where that is limited", _L, DEPARTMENT,
)  # fmt: skip
STORED = _meter(
    "lectern_department_storage_bytes", _G, "What the department has in the store", _L, DEPARTMENT
)
WINDOW_OPEN = _meter("lectern_window_open", _G, "1 while the window is open", _L, WINDOW)
WINDOW_CHANGE = _meter(
    "lectern_window_change_seconds",
    _G,
    "How long until the window opens or shuts next, if it ever does",
    _L,
    WINDOW,
)
WINDOW_LATE = _meter(
    "lectern_window_late_films", _G, "Films that the window will not suffice for, as things stand", _L, WINDOW
)
BACKUP = _meter(
    "lectern_backup_last_success_timestamp_seconds", _G, "When `lectern backup` last made one; 0: never", _L
)

#: Every metric by its name, in the order in which people read of them.
METERS: Final[Mapping[str, Meter]] = MappingProxyType(
    {meter.name: meter for meter in tuple(vars().values()) if isinstance(meter, Meter)}
)


class Bounds:
    """Keeps labels within their bounds, for one process: what comes when a label is full is `OTHER`."""

    def __init__(self) -> None:
        self._seen: dict[str, set[str]] = {}

    def within(self, meter: Meter, values: Iterable[str]) -> tuple[str, ...]:
        """The values as they are told, in the order of the metric's labels; an empty one is `NONE`.

        Raises:
            ValueError: there are more or fewer of them than labels.
        """
        return tuple(
            self._cut(label, value or NONE) for label, value in zip(meter.labels, values, strict=True)
        )

    def _cut(self, label: Label, value: str) -> str:
        if label.values:
            return value if value in label.values else OTHER
        seen = self._seen.setdefault(label.name, set())
        if value not in seen:
            if len(seen) >= label.most:
                return OTHER
            seen.add(value)
        return value
