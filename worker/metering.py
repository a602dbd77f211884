"""What this host's workers measure: each process counts in a file of its own, and one adds them up.

The files are those of prometheus_client's multiprocess mode, so that what a process counted is there when it
was killed. Processes that work are replaced again and again: whoever opens next folds the files of the dead
into one, so that there are no more files than processes alive, and no counter goes back.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db.states import Outcome, Stage
from farm import meters
from farm.meters import METERS, Bounds, Form, Meter, Teller
from tasks.measuring import Ended
from worker.proof import started_at

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.metrics import MetricWrapperBase

    from db.values import Claim
    from pipeline.engines.holding import Load

#: Where prometheus_client keeps the files; it looks when it is imported.
VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
#: The device of workers on processors.
CPU = "cpu"
_FOLDED = "folded"
_SUFFIX = ".db"
#: What is written into a mapped file cannot be refused any more: a disk that is full would kill the process.
#: So the room that a file comes to need is taken when it is made: a thousand series.
_ROOM = 256 << 10
_FORMS = ("counter", "histogram", "gauge_livesum")


def folder_in(run: Path, worker: str = "") -> Path:
    """Where the workers of this host count; several hosts may see one home.

    Args:
        run: the home's folder for what is true only while the farm is up.
        worker: the one that runs by itself; empty: those that one process keeps.
    """
    return run / "metrics" / ".".join(filter(None, (socket.gethostname(), worker)))


def begin(folder: Path) -> None:
    """Empty the folder: called by the process that keeps it, before any worker counts.

    Raises:
        OSError: it cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(folder):
        for path in folder.glob(f"*{_SUFFIX}*"):
            path.unlink(missing_ok=True)


def exposition(folder: Path) -> bytes:
    """What all workers that count in the folder have measured, in Prometheus's text format.

    Nothing but the files is looked at; where there is no folder yet, nothing is told.
    """
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    if not folder.is_dir():
        return b""
    registry = CollectorRegistry()
    with _alone(folder):
        _fold(folder)
        MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
        return generate_latest(registry)


class Metering:
    """Counts what a process that works does; implements `tasks.measuring.Measures`.

    Made in the process that counts, never before a fork.

    Args:
        folder: as `begin` has made it.
        device: what the process computes with: a card's UUID, or ``cpu``.

    Raises:
        OSError: there is no room for its files.
    """

    def __init__(self, folder: Path, *, device: str) -> None:
        os.environ[VARIABLE] = str(folder)
        from prometheus_client import CollectorRegistry, values

        with _alone(folder):
            _fold(folder)
            name = _own_name()
            for form in _FORMS:
                _make_room(folder / f"{form}_{name}{_SUFFIX}")
            # Whoever imported it earlier, for another folder or none, counts elsewhere.
            values.ValueClass = values.MultiProcessValue(lambda: name)  # type: ignore[no-untyped-call]
            registry = CollectorRegistry()
            self._told = {meter.name: _made(meter, registry) for meter in _measured()}
        self._device = device
        self._bounds = Bounds()
        self._serving: tuple[str, str, str] | None = None
        self._holders: set[str] = set()
        for stage in Stage:
            # What was never seen at nothing seems not to grow when it happens for the first time.
            self._count(meters.WORKER_LOST, stage, by=0)

    def begun(self, claim: Claim) -> None:
        """A step was claimed."""
        self._serving = (self._device, claim.stage.value, claim.pool)
        self._set(meters.SERVING, *self._serving, to=1)
        self._observe(meters.QUEUE_WAIT, claim.stage, of=claim.waited_ms / 1000)

    def drew(self, claim: Claim, frames: int) -> None:
        """So many more frames of a step were drawn."""
        self._count(meters.FRAMES, self._device, claim.spec.face, by=frames)
        self._count(meters.RENDERED, self._device, claim.spec.face, by=frames / claim.spec.format.fps)

    def ended(self, told: Ended) -> None:
        """A step is no longer this process's."""
        if self._serving is not None:
            self._set(meters.SERVING, *self._serving, to=0)
            self._serving = None
        stage = told.claim.stage
        self._count(meters.WORKER_ATTEMPTS, stage, told.outcome, told.code)
        if told.outcome is Outcome.SUPERSEDED:
            self._count(meters.WORKER_LOST, stage)
        for result, kinds in (("hit", told.found), ("miss", told.made)):
            for kind, number in kinds.items():
                self._count(meters.CACHE, kind, result, by=number)
        if told.outcome is Outcome.OK:
            self._observe(meters.STAGE_DURATION, stage, of=told.seconds)
        if told.frames:
            engine, seconds = told.claim.spec.face, told.frames / told.claim.spec.format.fps
            self._count(meters.RENDERING, self._device, engine, by=told.seconds)
            self._observe(meters.REALTIME, engine, of=told.seconds / seconds)

    def models(self, loads: Iterable[Load], held: Mapping[str, int]) -> None:
        """What engines have loaded since this was told last, and what they hold on cards now."""
        for load in loads:
            self._count(meters.LOADS, load.engine)
            self._observe(meters.LOADING, load.engine, of=load.seconds)
        for engine in self._holders.union(engine for engine, size in held.items() if size):
            self._set(meters.HELD_MEMORY, self._device, engine, to=held.get(engine, 0))
        self._holders |= {engine for engine, size in held.items() if size}

    def drained(self) -> None:
        """This process was told to take nothing more."""
        self._count(meters.DRAINS)

    def _count(self, meter: Meter, *values: str, by: float = 1) -> None:
        self._child(meter, values).inc(by)

    def _set(self, meter: Meter, *values: str, to: float) -> None:
        self._child(meter, values).set(to)

    def _observe(self, meter: Meter, *values: str, of: float) -> None:
        self._child(meter, values).observe(of)

    def _child(self, meter: Meter, values: Iterable[str]) -> Any:  # noqa: ANN401 - a counter, gauge or histogram
        told = self._told[meter.name]
        within = self._bounds.within(meter, values)
        return told.labels(*within) if within else told


def _measured() -> Iterator[Meter]:
    return (meter for meter in METERS.values() if meter.teller is Teller.WORKERS)


def _made(meter: Meter, registry: CollectorRegistry) -> MetricWrapperBase:
    """The metric as prometheus_client counts it."""
    from prometheus_client import Counter, Gauge, Histogram

    if meter.form is Form.COUNTER:
        return Counter(meter.name, meter.help, meter.label_names, registry=registry)
    if meter.form is Form.GAUGE:
        return Gauge(
            meter.name, meter.help, meter.label_names, registry=registry, multiprocess_mode="livesum"
        )
    return Histogram(meter.name, meter.help, meter.label_names, registry=registry, buckets=meter.buckets)


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    """Nobody else opens, folds or reads the folder's files meanwhile."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _own_name() -> str:
    """This process's name among the files: its id, and when it was started, so that it is no other one's."""
    return f"{os.getpid()}-{started_at(os.getpid()) or 0}"


def _lives(name: str) -> bool:
    pid, _, started = name.partition("-")
    return started_at(int(pid)) == int(started)


def _fold(folder: Path) -> None:
    """Add what the dead have counted to the folded files, and take theirs away; of gauges nothing is left.

    Whenever this is ended by force, everything is counted once: what is about to be folded bears the number
    of the folded file that it goes into, which comes to be in one move.
    """
    dead = [path for path in folder.glob(f"*-*{_SUFFIX}") if not _lives(path.stem.rpartition("_")[2])]
    for path in dead:
        if path.name.startswith("gauge"):
            path.unlink()
    for form in (Form.COUNTER.value, Form.HISTOGRAM.value):
        _fold_form(folder, form, [path for path in dead if path.name.startswith(form)])


def _fold_form(folder: Path, form: str, dead: Iterable[Path]) -> None:
    folded = sorted(folder.glob(f"{form}_{_FOLDED}*{_SUFFIX}"), key=_number)
    number = _number(folded[-1]) if folded else 0
    for path in (*folded[:-1], *folder.glob(f"{form}_*{_SUFFIX}.{number}")):
        # It was folded when whoever did so was ended.
        path.unlink()
    for path in dead:
        path.rename(f"{path}.{number + 1}")
    if not (folding := list(folder.glob(f"{form}_*{_SUFFIX}.{number + 1}"))):
        return
    folding += folded[-1:]
    sums = _sums(folding)
    _write(folder / f"{form}_{_FOLDED}{number + 1}{_SUFFIX}", sums)
    for path in folding:
        path.unlink()


def _number(folded: Path) -> int:
    return int(folded.stem.rpartition(_FOLDED)[2])


def _sums(files: Iterable[Path]) -> dict[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for path in files:
        for key, value, _, _ in _mapped().read_all_values_from_file(str(path)):
            sums[key] += value
    return sums


def _write(path: Path, sums: dict[str, float]) -> None:
    """Write a file of counts, whole or not at all."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    # 4 bytes of length, up to 11 of padding, and two numbers stand with each key.
    _make_room(part, max(_ROOM, sum(len(key.encode()) + 31 for key in sums) + 8))
    counts = _mapped()(str(part))
    for key, value in sums.items():
        counts.write_value(key, value, 0.0)
    counts.close()
    part.rename(path)


def _mapped() -> Any:  # noqa: ANN401 - the library has no types for it
    from prometheus_client.mmap_dict import MmapedDict

    return MmapedDict


def _make_room(path: Path, size: int = _ROOM) -> None:
    """Make a file of zeros that has its room on the disk.

    Raises:
        OSError: there is none.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, size)
    except OSError:
        path.unlink()
        raise
    finally:
        os.close(descriptor)
