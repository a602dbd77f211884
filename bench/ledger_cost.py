"""What the ledger costs: CPU milliseconds of this process for each step, on SQLite and on PostgreSQL.

Run ``python -m bench.ledger_cost [postgresql-url]``; without a URL a PostgreSQL of its own is started when
pgserver is installed. A step here is a chunk of ten clips, none of which is there yet, and ten beats: its
dearest form, about 30 s of rendering on one core. What the ledger does for it counts, in dispatcher and
worker alike.
The servers' own CPU is not counted. Prints the median of several runs.
"""

from __future__ import annotations

import itertools
import os
import platform
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import event

from db import claims, commits, leases, migrate, queue, submission
from db.codec import profile_digest
from db.desk import LedgerDesk
from db.engine import connect
from db.lanes import read_lines
from db.ledger import Ledger
from db.states import Urgency
from db.values import Chunk, Claim, JobDraft, Skill, Submission
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.job import Format, JobSpec, RenderProfile, VoiceChoice
from pipeline.plan.keys import digest_of

WORKER = "bench@here"
CLIPS = 10
BEATS = 10
STEPS = 40
RUNS = 5
ROWS = 10_000
PROFILE = RenderProfile(
    engine="warp", version="1", backend="numpy", precision="fp32", encoder="x264", parameters=()
)
SPEAK = Skill(capability="speak")
RENDER = Skill(capability="render.warp", profile=profile_digest(PROFILE))


def artifact(kind: Kind, word: str) -> Artifact:
    """An artifact that is made of a word."""
    key = digest_of("bench", 1, word=word)
    return Artifact(kind=kind, key=key, digest=key, size=1, suffix=".bin")


def draft(number: int) -> JobDraft:
    """A row; all share one portrait."""
    spec = JobSpec(
        row=f"row{number}",
        title="A film",
        user="bench",
        scene=f"row{number}",
        script=artifact(Kind.SOURCE, f"script {number}"),
        portrait=artifact(Kind.SOURCE, "portrait"),
        voice=VoiceChoice(engine="espeak", name="en-us", language="en"),
        face="warp",
        format=Format(width=720, height=720, fps=25),
    )
    return JobDraft(spec=spec, urgency=Urgency.NORMAL, traceparent=f"00-{'a' * 32}-{'b' * 16}-01")


def submit(ledger: Ledger, name: str, count: int) -> None:
    """Submit so many rows."""
    batch = Submission(content=digest_of("bench", 1, name=name), name=name, user="bench")
    submission.submit(ledger, batch, (draft(number) for number in range(count)))


def claimed(ledger: Ledger, skill: Skill) -> Claim:
    """What a dispatcher and a worker do until a step is claimed."""
    read_lines(ledger)
    head = queue.heads(ledger, skill, limit=3)[0]
    queue.mark_sent(ledger, [head.step])
    claim = claims.claim(
        ledger, head.step, worker=WORKER, capabilities=[skill.capability], profiles=[PROFILE], device="cpu"
    )
    if claim is None:
        raise RuntimeError(head)
    return claim


def prepare(ledger: Ledger, name: str) -> None:
    """A job with as many chunks as are measured."""
    submit(ledger, name, 1)
    chunks = [Chunk(first=each * CLIPS, end=(each + 1) * CLIPS, frames=1000) for each in range(STEPS)]
    timeline = artifact(Kind.TIMELINE, name)
    claim = claimed(ledger, SPEAK)
    commits.finish_speak(
        ledger, claim, timeline=timeline, chunks=chunks, profile=PROFILE, used=[], machine_ms=1
    )


def run_step(ledger: Ledger, name: str) -> None:
    """Everything that the ledger does for one chunk: send, claim, beat, make each clip known, commit."""
    claim = claimed(ledger, RENDER)
    desk = LedgerDesk(ledger=ledger, claim=claim)
    clips = [artifact(Kind.CLIP, f"{name} {number}") for number in claim.chunk]
    known = desk.find_all(Kind.CLIP, [clip.key for clip in clips])
    missing = [clip for clip in clips if clip.key not in known]
    mine = desk.take(Kind.CLIP, missing[0].key)
    for clip, following in itertools.zip_longest(missing, missing[1:]):
        if not mine:
            raise RuntimeError(clip)
        mine = desk.put(clip, 1000, then=following.key if following else None)
    # A chunk renders for about half a minute on one core, so its worker beats ten times.
    for _ in range(BEATS):
        claims.beat(ledger, WORKER, claim.holding)
    leases.read_leases(ledger)
    commits.finish_render(ledger, claim, used=desk.used.values(), machine_ms=30_000)


def measure(url: str) -> None:
    """Print what this database costs."""
    engine = connect(url)
    migrate.upgrade(engine)
    ledger = Ledger(engine)
    mark = f"{time.time_ns()}"
    name = engine.dialect.name
    costs = []
    for run in range(RUNS + 1):
        prepare(ledger, f"{mark} {run}")
        began = time.process_time()
        for _ in range(STEPS):
            run_step(ledger, f"{mark} {run}")
        costs.append((time.process_time() - began) * 1000 / STEPS)
    # The first run compiles the statements.
    print(f"{name}: {statistics.median(costs[1:]):.2f} ms of CPU a step of {CLIPS} new clips")
    began, cpu = time.perf_counter(), time.process_time()
    submit(ledger, f"{mark} rows", ROWS)
    wall_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    print(f"{name}: {ROWS} rows submitted in {wall_s:.2f} s, {cpu_s:.2f} s of CPU")
    began = time.process_time()
    for _ in range(20):
        read_lines(ledger)
        queue.heads(ledger, SPEAK, limit=4)
    print(f"{name}: {(time.process_time() - began) * 50:.2f} ms of CPU a look at {ROWS} waiting steps")
    engine.dispose()


def count(folder: Path) -> None:
    """Print how many statements a step takes: SQLite tells, and PostgreSQL is asked the same ones."""
    engine = connect(f"sqlite:///{folder / 'counted.sqlite3'}")
    migrate.upgrade(engine)
    engine.dispose()
    said: list[str] = []

    def listen(raw: sqlite3.Connection, _record: object) -> None:
        raw.set_trace_callback(said.append)

    event.listen(engine, "connect", listen)
    ledger = Ledger(engine)
    prepare(ledger, "counted")
    said.clear()
    run_step(ledger, "counted")
    borders = [each for each in said if each.startswith(("BEGIN", "COMMIT", "ROLLBACK"))]
    transactions = sum(each.startswith("COMMIT") for each in borders)
    ledger.close()
    print(
        f"a step of {CLIPS} new clips and {BEATS} beats: {len(said)} statements, {len(borders)} of them "
        f"to begin and end {transactions} transactions of several"
    )


def main() -> None:
    """Measure both databases."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory(prefix="lectern-bench-") as folder:
        count(Path(folder))
        measure(f"sqlite:///{Path(folder) / 'ledger.sqlite3'}")
        if len(sys.argv) > 1:
            measure(sys.argv[1])
            return
        try:
            import pgserver
        except ImportError:
            print("postgresql: not measured, pgserver is not installed")
            return
        Path(folder).chmod(0o755)
        server = pgserver.get_server(Path(folder) / "postgresql", cleanup_mode="delete")
        measure(server.get_uri())
        server.cleanup()


if __name__ == "__main__":
    main()
