"""What watching the farm costs: spans, metrics and log lines of films, idle processes, and a scrape.

    python bench/telemetry.py [--films 6] [--idle 60] [--jobs 100000] [--only films,idle,scrapes]

1. Films are made by one worker in this process, with everything on: spans that go to a backend, metrics in
   files, log lines as JSON. What is spent inside of these is counted by the clock of the thread that is in
   them, the thread that sends spans included. The leader's chores and the scrapes of it and of the workers
   are added as if one core alone made films. Target: at most 2 % of the processor time of the films.
2. Processor time of each of the farm's processes in a second in which nothing is done.
3. Answers to scrapes by HTTP: of the leader, with 64 workers and `--jobs` films in the ledger, while its
   chores go on and on. Target: 50 ms at p95. And of hosts with so many workers.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import resource
import signal
import statistics
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import structlog
from _counted import Counted, put_in_place, thread_ms
from _farm import ask, break_ground, machine, settings_in, spent_s, submit
from overhead import echoes, films
from queue_scale import sow

from db.states import Outcome, Stage
from farm import telemetry, tracing
from farm.bootstrap import Farm, open_farm, set_up_spans
from farm.gauges import Gauges
from farm.policy.placement import Post
from pipeline import spans
from pipeline.engines.holding import Load
from pipeline.plan.artifact import Kind
from pipeline.plan.job import Format
from pipeline.plan.trace import parse
from tasks.app import Message, publish
from tasks.bell import Bell
from tasks.measuring import Ended
from tasks.step import StepRunner, open_runner
from worker import metering
from worker.belt import celery_app
from worker.child import Child
from worker.dispatching import GAUGES_S, MINUTE_S
from worker.health import exposing
from worker.life import Life
from worker.metering import Metering
from worker.places import Places, free_port
from worker.readiness import Readiness
from worker.redis_server import await_redis, own_redis
from worker.up import running_farm

_SCRAPES, _CHORES, _WORKERS = 200, 5, 64
#: A host of eight cards and as many processors, and as many workers as a whole farm has.
_HOSTS = (16, 64)
_SETTLE_S = 20.0
_CAPABILITIES = ("speak", "render.warp", "join", "archive")
_READY = (
    "SELECT s.id, s.stage, s.job_id, j.traceparent FROM steps s JOIN jobs j ON j.id = s.job_id "
    "WHERE s.batch_id = :b AND s.state = 'ready'"
)
_SENDER, _WHO = "OtelBatch", ("DISPATCHER", "WORKER", "WATCHDOG")
_POST = Post(name="bench", capabilities=_CAPABILITIES)
_METERED = ("begun", "drew", "ended", "models", "drained")


@contextmanager
def backend() -> Iterator[str]:
    """A backend of traces in a process of its own; its URL."""
    port = free_port(0)
    pid = os.fork()
    if not pid:
        _take_spans(port)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _take_spans(port: int) -> None:
    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), Taker) as server:
        server.serve_forever()


@contextmanager
def doorbell(home: Path) -> Iterator[str]:
    """A Redis that runs; its URL."""
    places = Places(home=home)
    places.make()
    program, url = own_redis(places, free_port(0))
    child = Child(program)
    child.start()
    try:
        await_redis(url, 20)
        yield url
    finally:
        child.kill()


def count_all(counted: Counted) -> None:
    """Have all that tells of the work count what it costs."""
    blocks = [
        *(("spans", each) for each in (spans.span, spans.below, tracing.attempt)),
        *(("log lines", each) for each in (telemetry.bound, telemetry.private, telemetry.tail)),
    ]
    for kind, block in blocks:
        put_in_place(block, counted.block(kind, block))
    for act in (spans.tell, spans.failed, tracing.tell_past):
        put_in_place(act, counted.function("spans", act))
    within: Sequence[tuple[str, type, Sequence[str]]] = (
        ("spans", StepRunner, ["_tell_course"]),
        ("metrics", Metering, _METERED),
        ("log lines", structlog.BoundLoggerBase, ["_proxy_to_logger"]),
        ("log lines", logging.Logger, ["callHandlers"]),
    )
    for kind, owner, names in within:
        for name in names:
            setattr(owner, name, counted.function(kind, getattr(owner, name)))


def make(farm: Farm, runner: StepRunner, batch: int) -> int:
    """Make a batch as a dispatcher and a worker do, one step after the other; how many steps."""
    app, steps = celery_app(farm.settings, waits=False), 0
    while found := ask(farm, _READY, b=batch):
        for step, stage, job, traceparent in found:
            told = Message(
                step=int(str(step)),
                capability=str(stage),
                label=f"{stage} J{job}",
                urgency="normal",
                trace=parse(str(traceparent)),
                job=int(str(job)),
            )
            publish(app, told)
            steps += runner.run(told.step)
    if open_ := ask(farm, "SELECT id FROM jobs WHERE batch_id = :b AND archive <> 'archived'", b=batch):
        raise RuntimeError(open_)
    return steps


def cpu_ms() -> float:
    """Processor milliseconds of this process and of its children that have ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return 1000 * sum(used.ru_utime + used.ru_stime for used in both)


def films_part(folder: Path, count: int) -> None:
    """Part 1."""
    cv2.setNumThreads(1)
    home, counts = folder / "home", folder / "metrics"
    metering.begin(counts)
    with ExitStack() as stack:
        told, url = stack.enter_context(backend()), stack.enter_context(doorbell(home))
        settings = settings_in(home, LOG__FORMAT="json", TELEMETRY__OTLP_URL=told, REDIS__URL=url)
        break_ground(settings)
        log = stack.enter_context((folder / "bench.log").open("w", encoding="utf-8"))
        telemetry.set_up(style="json", level="info", streams=[log], process="bench")
        stack.callback(set_up_spans(settings, instance="bench"))
        farm = stack.enter_context(open_farm(settings))
        measures = Metering(counts, device=metering.CPU)
        runner = open_runner(farm, "bench@here", _CAPABILITIES, Bell(url), post=_POST, measures=measures)
        stack.enter_context(runner)
        counted = Counted()
        count_all(counted)
        for name, made in (("three sentences each", films), ("made already, of one sentence", echoes)):
            make(farm, runner, submit(farm, made(2, f"warm {name}")))
            tell_films(name, farm, runner, counted, submit(farm, made(count, name)))
        tell_chores(farm, counts)


def tell_films(name: str, farm: Farm, runner: StepRunner, counted: Counted, batch: int) -> None:
    """Make a batch, and print what telling of it has cost."""
    counted.ns.clear()
    counted.calls.clear()
    before, sent = cpu_ms(), thread_ms(_SENDER)
    steps = make(farm, runner, batch)
    whole = cpu_ms() - before
    spent = {kind: ns / 1e6 for kind, ns in counted.ns.items()}
    spent["sending spans"] = thread_ms(_SENDER) - sent
    share = 100 * sum(spent.values()) / whole
    print(f"films, {name}: {whole / 1000:.1f} s of processor time for {steps} steps")
    for kind, ms in sorted(spent.items()):
        told = f"{counted.calls[kind] / steps:6.1f} calls" if kind in counted.calls else " " * 12
        print(f"  {kind:<16} {told}   {ms / steps:6.2f} ms a step   {100 * ms / whole:5.2f} %")
    print(f"  all of it {' ' * 19}   {sum(spent.values()) / steps:6.2f} ms a step   {share:5.2f} %")


def tell_chores(farm: Farm, counts: Path) -> None:
    """Print what the leader's chores and scrapes cost beside these films."""
    gauges = Gauges(farm, expiry_s=3600)
    gauges.stands("", leading=True)
    share = 0.0
    for name, act, every_s in (
        ("the leader reads its ledger", gauges.look, GAUGES_S),
        ("and its places", gauges.look_at_places, MINUTE_S),
        ("it is scraped", gauges.exposition, GAUGES_S),
        ("the workers are scraped", partial(metering.exposition, counts), GAUGES_S),
    ):
        act()
        before = time.thread_time()
        for _ in range(_CHORES):
            act()
        ms = 1000 * (time.thread_time() - before) / _CHORES
        share += ms / every_s / 10
        print(f"  {name:<28} {ms:6.2f} ms every {every_s} s")
    print(f"  all of these: {share:.2f} % of one core")


def idle_part(folder: Path, seconds: float) -> None:
    """Part 2."""
    home, ports = folder / "home", {f"METRICS__{who}_PORT": str(free_port(0)) for who in _WHO}
    settings = settings_in(home, WORKER__COUNT="2", FLOWER__PORT="0", **ports)
    break_ground(settings)
    with running_farm(settings) as standing:
        time.sleep(_SETTLE_S)
        pids = dict(standing.processes)
        before = {name: spent_s(pid) for name, pid in pids.items()}
        whole = spent_s(standing.pid)
        time.sleep(seconds)
        each = {name: spent_s(pid) - before[name] for name, pid in pids.items()}
        each["up, which keeps them"] = spent_s(standing.pid) - whole - sum(each.values())
    print(f"processor time of idle processes over {seconds:.0f} s")
    for name, spent in sorted(each.items()):
        print(f"  {name:<22} {1000 * spent / seconds:6.2f} ms a second")
    print(f"  {'all of them':<22} {1000 * sum(each.values()) / seconds:6.2f} ms a second")


def scrapes_part(farm: Farm, database: str, asked: argparse.Namespace) -> None:
    """The first of part 3."""
    sow(farm.ledger, asked.jobs, asked.departments)
    gauges = Gauges(farm, expiry_s=3600)
    gauges.stands("", leading=True)
    gauges.look()
    over = threading.Event()

    def go_on() -> None:
        while not over.is_set():
            gauges.look()

    print(f"{database}: {asked.jobs} jobs of {asked.departments} departments, {_WORKERS} workers")
    with serving(farm, gauges) as url:
        tell_scrapes("the leader", url)
        chore = threading.Thread(target=go_on)
        chore.start()
        tell_scrapes("the leader, its ledger read on and on", url)
        over.set()
        chore.join()


@contextmanager
def serving(farm: Farm, gauges: Gauges, metrics: Callable[[], bytes] | None = None) -> Iterator[str]:
    """A process's port as a dispatcher has it; where its figures are."""
    port = free_port(0)
    ports = farm.settings.metrics.model_copy(update={"dispatcher_port": port})
    settings = farm.settings.model_copy(update={"metrics": ports})
    with exposing(
        settings, "dispatcher", Life(hung_s=3600), ready=Readiness(), metrics=metrics or gauges.exposition
    ):
        yield f"http://127.0.0.1:{port}/metrics"


def tell_scrapes(name: str, url: str) -> None:
    """Print what answers take, asked by a process of its own."""
    read, write = os.pipe()
    before = time.process_time()
    pid = os.fork()
    if not pid:
        with suppress(BaseException):
            os.write(write, json.dumps(_scraped(url)).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        walls, size = json.loads(pipe.read())
    os.waitpid(pid, 0)
    spent = 1000 * (time.process_time() - before) / _SCRAPES
    walls.sort()
    told = f"median {statistics.median(walls):6.1f} ms   p95 {walls[int(0.95 * len(walls))]:6.1f} ms"
    print(f"  {name:<40} {told}   processor {spent:5.1f} ms   {size} bytes", flush=True)


def _scraped(url: str) -> tuple[list[float], int]:
    walls, size = [], 0
    for _ in range(_SCRAPES):
        began = time.perf_counter()
        with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - a port of this very process
            size = len(answer.read())
        walls.append(1000 * (time.perf_counter() - began))
        # Whoever scrapes does not wait at the door.
        time.sleep(0.005)
    return walls, size


def count_a_film(measures: Metering) -> None:
    """Have a worker count what it counts of a film."""
    spec: Any = SimpleNamespace(face="warp", format=Format(width=512, height=512, fps=25))
    for stage in (Stage.SPEAK, Stage.RENDER, Stage.JOIN, Stage.ARCHIVE):
        claim: Any = SimpleNamespace(stage=stage, pool="studio", waited_ms=500, spec=spec)
        frames = 250 if stage is Stage.RENDER else 0
        measures.begun(claim)
        measures.drew(claim, frames)
        found, made = {Kind.SPEECH: 1}, {Kind.CLIP: 2}
        measures.ended(
            Ended(
                claim=claim, outcome=Outcome.OK, code="", seconds=9.0, frames=frames, found=found, made=made
            )
        )
    measures.models([Load(engine="warp", seconds=2.0)], {"warp": 1 << 30})


def host_part(folder: Path, workers: int) -> None:
    """The second of part 3: so many workers on one host."""
    settings = settings_in(folder / "home")
    break_ground(settings)
    counts = folder / "metrics"
    metering.begin(counts)
    read, write = os.pipe()
    pids = []
    for number in range(workers):
        pid = os.fork()
        if not pid:
            with suppress(BaseException):
                count_a_film(Metering(counts, device=f"GPU-{number}"))
                os.write(write, b"1")
                signal.pause()
            os._exit(0)
        pids.append(pid)
    for _ in pids:
        os.read(read, 1)
    try:
        with open_farm(settings) as farm:
            figures = partial(metering.exposition, counts)
            with serving(farm, Gauges(farm, expiry_s=3600), figures) as url:
                tell_scrapes(f"a host of {workers} workers", url)
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--films", type=int, default=6)
    parser.add_argument("--idle", type=float, default=60)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--departments", type=int, default=20)
    parser.add_argument("--only", default="films,idle,scrapes")
    asked = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory(prefix="lectern-bench-") as name:
        parts = asked.only.split(",")
        if "scrapes" in parts:
            # First: what is forked here has to be small.
            for workers in _HOSTS:
                host_part(Path(name) / f"host{workers}", workers)
            settings = settings_in(Path(name) / "ledger")
            break_ground(settings)
            with open_farm(settings) as farm:
                scrapes_part(farm, "sqlite", asked)
        if "idle" in parts:
            idle_part(Path(name) / "idle", asked.idle)
        if "films" in parts:
            films_part(Path(name) / "films", asked.films)


if __name__ == "__main__":
    main()
