"""What results files cost: of a batch of ten thousand rows, and the looks for news at a farm full of batches.

    python bench/results.py [--rows 10000] [--others 20]

Everything is real but the films: their rows are written into the ledger as they stand when films are done.
Told: bytes, CPU and wall seconds of one renewal of both files, the CPU of a look that finds no news, and
this process's largest memory. A look is taken every two seconds, and a batch of this size is renewed at most
once in fifty times what a renewal takes: a fiftieth of one processor.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from functools import partial
from pathlib import Path

from _farm import break_ground, machine, settings_in
from sqlalchemy import text

from db import reports, submission
from db.states import Urgency
from db.values import JobDraft, Submission
from farm.bootstrap import Farm, open_farm
from farm.reporting import Reporter, deliver
from farm.results import prefix_of
from pipeline.plan import trace
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.job import Format, JobSpec, VoiceChoice

_DONE = (
    "UPDATE jobs SET state = 'completed', archive = 'archived', essence = 'e', frames = 1500, "
    "archive_path = '2026-11-20/anna_20261120-221502_' || row_name || '.mp4' WHERE batch_id = :batch"
)
_FAILED = (
    "UPDATE jobs SET state = 'failed', archive = 'none', error_code = 'script-empty', error_facts = '{}' "
    "WHERE batch_id = :batch AND position % 10 = 3"
)


def sow(farm: Farm, rows: int) -> int:
    """Submit a batch of so many rows that share everything; its id."""
    source = Artifact(kind=Kind.SOURCE, key="a" * 64, digest="a" * 64, size=1, suffix=".txt")
    drafts = (
        JobDraft(
            spec=JobSpec(
                row=f"row-{row:05d}",
                title=f"A film for customer {row}",
                user="anna",
                scene=f"row-{row:05d}",
                script=source,
                portrait=source,
                voice=VoiceChoice(engine="espeak", name="en-us", language="en"),
                face="warp",
                format=Format(width=720, height=720, fps=25),
            ),
            urgency=Urgency.NORMAL,
            traceparent=trace.new(os.urandom(24)).traceparent,
        )
        for row in range(rows)
    )
    batch = Submission(content=os.urandom(32).hex(), name="november.csv", user="anna")
    return submission.submit(farm.ledger, batch, drafts).batch


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument(
        "--others", type=int, default=20, help="batches of 500 rows that are under way besides"
    )
    wanted = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_in(Path(folder))
        break_ground(settings)
        with open_farm(settings) as farm:
            batch = sow(farm, wanted.rows)
            for _ in range(wanted.others):
                sow(farm, 500)
            with farm.ledger.write("bench") as connection:
                connection.execute(text(_DONE), {"batch": batch})
                connection.execute(text(_FAILED), {"batch": batch})
            measure(farm, wanted.rows)


def measure(farm: Farm, rows: int) -> None:
    """One renewal, and looks that find nothing."""
    put = partial(deliver, root=farm.archive)
    reporter = Reporter(farm.ledger, put, prefix=prefix_of(farm), every_s=0)
    begun, spent = time.monotonic(), time.process_time()
    reporter.turn()
    took, cpu = time.monotonic() - begun, time.process_time() - spent
    size = sum(path.stat().st_size for path in farm.archive.glob("*/*.results.*"))
    print(f"{rows} rows: {size / 1e6:.1f} MB in both files, {cpu:.2f} s of CPU, {took:.2f} s")
    looks = 20
    spent = time.process_time()
    for _ in range(looks):
        due = reports.read_due(farm.ledger)
    cpu = (time.process_time() - spent) / looks
    print(f"a look at {len(due)} batches under way: {1000 * cpu:.1f} ms of CPU")
    print(f"largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
