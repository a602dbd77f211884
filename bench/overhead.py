"""What the farm costs beyond the films: against bare processes, while work waits, and for each step.

    python bench/overhead.py [--films 12] [--tiny 60] [--ledger sqlite,postgresql]

1. Two workers against two processes that run the same steps with no ledger and no queue, in the same run,
   one after the other, each warm: CPU for a film. Target: at most 5 % more.
2. The workers' idle time while work waits, in the same run. Target: at most 5 %.
3. Films of one sentence that is there already, so that hardly anything is left to do: CPU for a step beyond
   the bare processes' is ledger, Celery and bookkeeping. Target: at most 15 ms. A step is what the ledger
   calls one, speak, render, join and archive in equal parts; what it costs beyond the pipeline's own work is
   the CPU of dispatcher and workers (both processes of each: Celery's and the one that works, heartbeats and
   logs included) less that of bare processes that make the same films. Redis and PostgreSQL are told apart.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import cv2
from _farm import (
    Film,
    ask,
    break_ground,
    finish,
    job_of,
    machine,
    number,
    postgresql,
    settings_in,
    spent_s,
    submit,
)
from _film import make

from farm.bootstrap import Farm, open_farm, open_workshop
from farm.studio import Studio
from pipeline.plan.job import Format, JobSpec
from pipeline.steps.archive import Delivery, archive
from pipeline.steps.memory import MemoryDesk
from worker.threads import thread_environment
from worker.up import Standing, running_farm

REAL = Format(width=512, height=512, fps=25)
TINY = Format(width=128, height=128, fps=25)
_WORKERS = 2
_SENTENCE = "Sentence {n} of film {film} tells the listener something that was never said before."


def films(count: int, name: str) -> list[Film]:
    """Films of three sentences of their own, about fifteen seconds each."""
    return [
        Film(f"{name}{film}", " ".join(_SENTENCE.format(n=n, film=f"{name} {film}") for n in range(3)), REAL)
        for film in range(count)
    ]


def echoes(count: int, name: str) -> list[Film]:
    """Films that all say the same, so that every clip is there already."""
    return [Film(f"{name}{film}", "The same again.", TINY) for film in range(count)]


def bare(home: Path, kind: str, count: int, name: str) -> None:
    """Make films in this process, told through its pipes: ready, then how much CPU they took."""
    # As in a worker: OpenCV's own threads cost more than they give.
    cv2.setNumThreads(1)
    settings = settings_in(home)
    with open_workshop(settings) as workshop:
        studio, desk = Studio(workshop), MemoryDesk()
        made = films if kind == "real" else echoes

        def deliver(job: JobSpec) -> None:
            joined = make(workshop, studio, job, desk)
            companions = (joined.srt, joined.vtt, joined.poster, joined.manifest)
            name = f"2026-01-01/{job.row}.mp4"
            delivery = Delivery(
                name=name, film=joined.film, companions=companions, script=job.script, portrait=job.portrait
            )
            archive(delivery, store=workshop.store, root=settings.archive_root)

        # Who submits pays for the farm's jobs too.
        jobs = [job_of(workshop, film) for film in made(count, name)]
        deliver(job_of(workshop, made(1, f"warm{name}")[0]))
        # As in a worker: what was loaded by now is not looked through again and again.
        gc.collect()
        gc.freeze()
        print("ready", flush=True)
        sys.stdin.readline()
        begun = spent_s(os.getpid())
        for job in jobs:
            deliver(job)
        print(spent_s(os.getpid()) - begun, flush=True)


def bare_s(folder: Path, kind: str, count: int) -> float:
    """CPU seconds of a film made by bare processes, two at a time."""
    home = folder / f"bare-{kind}"
    break_ground(settings_in(home))
    command = [sys.executable, __file__, "--bare", kind, str(home), str(count // _WORKERS)]
    environment = os.environ | thread_environment(1)
    processes = [
        subprocess.Popen(
            [*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        for name in ("a", "b")
    ]
    pipes = [(process.stdin, process.stdout) for process in processes]
    for _, told in pipes:
        assert told is not None  # noqa: S101 - a pipe was asked for
        told.readline()
    # Both are told before either is heard: they share the machine as two workers do.
    for orders, _ in pipes:
        assert orders is not None  # noqa: S101 - as above
        orders.write("go\n")
        orders.flush()
    return sum(float(process.communicate()[0]) for process in processes) / count


def farm_costs(standing: Standing, farm: Farm, made: Sequence[Film]) -> dict[str, float]:
    """CPU seconds of each of the farm's processes while it makes films."""
    before = {name: spent_s(pid) for name, pid in standing.processes.items()}
    finish(farm, submit(farm, made))
    # The last commit is written; what follows it belongs to it.
    time.sleep(0.5)
    return {name: spent_s(pid) - before[name] for name, pid in standing.processes.items()}


def idle_share(farm: Farm, batch: int) -> float:
    """The share of the workers' time in which they did nothing, from the first claim to the last render's.

    Until then there is always something that waits.
    """
    rows = ask(
        farm,
        "SELECT s.stage, a.started_at, a.ended_at FROM attempts a JOIN steps s ON s.id = a.step_id "
        "WHERE s.batch_id = :batch",
        batch=batch,
    )
    spans = [(str(stage), int(str(start)), int(str(end))) for stage, start, end in rows]
    begun = min(start for _, start, _ in spans)
    last = max(start for stage, start, _ in spans if stage == "render")
    busy = sum(max(0, min(end, last) - start) for _, start, end in spans)
    return 1 - busy / (_WORKERS * (last - begun))


def measure(folder: Path, url: str, kind: str, count: int) -> tuple[dict[str, float], float, int]:
    """The farm's CPU by process, its idle share and its number of steps."""
    knobs = {"LEDGER__URL": url, "WORKER__COUNT": str(_WORKERS), "WORKER__STEPS_PER_CHILD": "100000"}
    settings = settings_in(folder / f"farm-{kind}", **knobs)
    break_ground(settings)
    made = films if kind == "real" else echoes
    with running_farm(settings) as standing, open_farm(settings) as farm:
        # Both workers have to be warm: each opens its engines at its first steps.
        finish(farm, submit(farm, made(4 * _WORKERS, "warm")))
        costs = farm_costs(standing, farm, made(count, "a"))
        batch = number(farm, "SELECT max(id) FROM batches")
        steps = number(farm, "SELECT count(*) FROM steps WHERE batch_id = :b", b=batch)
        return costs, idle_share(farm, batch), steps


def ours(costs: dict[str, float]) -> float:
    """What Lectern's own processes cost: workers and dispatcher."""
    return sum(cost for name, cost in costs.items() if name.startswith(("cpu", "dispatcher")))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--films", type=int, default=12, help="films of each kind in part 1")
    parser.add_argument("--tiny", type=int, default=60, help="films in part 3")
    parser.add_argument("--runs", type=int, default=3, help="runs of each part; the median is told")
    parser.add_argument("--ledger", default="sqlite,postgresql")
    parser.add_argument("--bare", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.bare:
        kind, home, count, name = given.bare
        bare(Path(home), kind, int(count), name)
        return
    print(machine())
    with tempfile.TemporaryDirectory() as scratch:
        films_part(Path(scratch), given.films, given.runs)
        for ledger in given.ledger.split(","):
            steps_part(Path(scratch), ledger, given.tiny, given.runs)


def films_part(scratch: Path, count: int, runs: int) -> None:
    """Parts 1 and 2."""
    more, idle = [], []
    for run in range(runs):
        folder = scratch / f"films{run}"
        alone = bare_s(folder, "real", count)
        costs, share, _ = measure(folder, "", "real", count)
        farmed = ours(costs) / count
        more.append(100 * (farmed / alone - 1))
        idle.append(100 * share)
        print(
            f"  film: bare {alone:.2f} core-s, farm {farmed:.2f} core-s ({more[-1]:+.1f} %), idle {share:.1%}"
        )
    print(f"CPU for a film beyond bare processes: {statistics.median(more):+.1f} % (target at most 5)")
    print(f"idle while work waits: {statistics.median(idle):.1f} % (target at most 5)")


def steps_part(scratch: Path, ledger: str, count: int, runs: int) -> None:
    """Part 3 on one kind of ledger."""
    beyond = []
    for run in range(runs):
        folder = scratch / f"{ledger}{run}"
        folder.mkdir()
        alone = bare_s(folder, "tiny", count)
        with postgresql(folder / "pg") if ledger == "postgresql" else nullcontext("") as url:
            costs, _, steps = measure(folder, url, "tiny", count)
        beyond.append(1000 * (ours(costs) - alone * count) / steps)
        least = 1000 * alone * count / steps
        told = ", ".join(f"{name} {1000 * cost / steps:.1f}" for name, cost in sorted(costs.items()))
        print(f"  {ledger}: {beyond[-1]:.1f} ms a step beyond {least:.1f}; by process: {told}")
    print(f"bookkeeping on {ledger}: {statistics.median(beyond):.1f} ms of CPU a step (target at most 15)")


if __name__ == "__main__":
    main()
