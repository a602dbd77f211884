"""What accounts cost: `lectern usage` over a month with 100,000 films and 400,000 attempts.

    python bench/accounts.py [--jobs 100000] [--only sqlite|postgresql] [--postgresql URL]

Without a URL a PostgreSQL of its own is started when pgserver is installed. Told, in milliseconds: the whole
account by each kind of line, and of one department by day. Every film has four steps with an attempt at each,
of three artifacts of its own and a portrait that all of them share; 20 departments, 64 cards.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

from _databases import on_both
from sqlalchemy import Connection, Table, insert, text

from db.codec import spec_to_text
from db.ledger import Ledger
from db.plans import new_step
from db.states import Stage
from db.tables import artifacts, attempts, batches, departments, jobs, results, steps, uses
from farm.accounts import accounted
from farm.bootstrap import Farm
from farm.policy.accounts import By
from farm.policy.periods import Period, month
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.job import Format, JobSpec, VoiceChoice
from pipeline.plan.keys import digest_of

BATCH, DEPARTMENTS, CARDS = 500, 20, 64
MONTH, ZONE = "2026-10", "Asia/Shanghai"
_STEPS = (
    (Stage.SPEAK, "speak"),
    (Stage.RENDER, "render.warp"),
    (Stage.JOIN, "join"),
    (Stage.ARCHIVE, "archive"),
)
_AT_ONCE = 20_000


def spec(row: str) -> JobSpec:
    """A row of a batch."""
    key = digest_of("bench", 1, word="one")
    file = Artifact(kind=Kind.SOURCE, key=key, digest=key, size=400, suffix=".bin")
    return JobSpec(
        row=row,
        title="A film",
        user="bench",
        scene=row,
        script=file,
        portrait=file,
        voice=VoiceChoice(engine="espeak", name="en-us", language="en"),
        face="warp",
        format=Format(width=720, height=720, fps=25),
    )


def sow(ledger: Ledger, count: int, period: Period) -> None:
    """Films that ended one after the other over a month, straight into the tables."""
    chance = Random(8)  # noqa: S311 - it sows a ledger, and keeps no secret
    ends = sorted(chance.randrange(period.since, period.until) for _ in range(count))
    told = spec_to_text(spec("row"))
    with ledger.write("bench") as connection:
        _enter(
            connection, departments, ({"id": 2 + n, "name": f"department{n:02}"} for n in range(DEPARTMENTS))
        )
        _enter(connection, batches, map(_batch, range(-(-count // BATCH))))
        _enter(connection, artifacts, map(_file, range(1, 3 * count + 2)))
        _enter(connection, jobs, (_job(n, ends[n], told) for n in range(count)))
        _enter(connection, steps, _steps(count))
        _enter(connection, attempts, _attempts(ends, chance))
        _enter(connection, uses, _uses(count))
        _enter(
            connection,
            results,
            ({"job_id": 1 + n, "role": "film", "artifact_id": 3 * n + 4} for n in range(count)),
        )
        connection.execute(text("ANALYZE"))


def _enter(connection: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    waiting: list[dict[str, Any]] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == _AT_ONCE:
            connection.execute(insert(table), waiting)
            waiting = []
    if waiting:
        connection.execute(insert(table), waiting)


def _batch(number: int) -> dict[str, Any]:
    told = {"id": 1 + number, "department_id": 2 + number % DEPARTMENTS, "content": f"c{number}"}
    return {**told, "edition": 0, "name": f"b{number}", "user": f"user{number % 50}", "created_at": 1}


def _file(number: int) -> dict[str, Any]:
    told = {"id": number, "kind": "source", "key": f"{number:064x}", "digest": "d", "size": 400_000}
    return {**told, "suffix": "", "struck": 0, "made_at": 1}


def _job(number: int, ended: int, told: str) -> dict[str, Any]:
    batch = number // BATCH
    return {
        "id": 1 + number, "batch_id": 1 + batch, "department_id": 2 + batch % DEPARTMENTS,
        "position": number % BATCH, "row_name": f"row{number % BATCH}", "title": "", "user": "",
        "state": "completed", "archive": "none", "precedence": 1, "spec": told, "script_id": 3 * number + 2,
        "portrait_id": 1, "traceparent": "", "warnings": "", "submitted_at": 1, "ended_at": ended,
        "essence": "e", "frames": 1500, "project": f"project{batch % 7}", "member": "",
    }  # fmt: skip


def _steps(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        batch = number // BATCH
        for place, (stage, capability) in enumerate(_STEPS):
            step = new_step(
                job=1 + number, batch=1 + batch, department=2 + batch % DEPARTMENTS, stage=stage,
                capability=capability, rank=0,
            )  # fmt: skip
            yield {**step, "id": 4 * number + place + 1, "state": "done", "closed": 1}


def _attempts(ends: list[int], chance: Random) -> Iterator[dict[str, Any]]:
    for number, ended in enumerate(ends):
        for place, (stage, _) in enumerate(_STEPS):
            held = chance.randrange(200, 60_000)
            yield {
                "step_id": 4 * number + place + 1, "number": 1, "worker": "w",
                "device": f"GPU-{chance.randrange(CARDS)}" if stage is Stage.RENDER else "cpu",
                "started_at": ended - held, "ended_at": ended - 60_000 * (3 - place), "outcome": "ok",
                "held_ms": held, "good_ms": held, "machine_ms": held // 2, "folded": 0,
            }  # fmt: skip


def _uses(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        for place, file in enumerate((3 * number + 3, 3 * number + 4, 3 * number + 4)):
            yield {"step_id": 4 * number + place + 1, "job_id": 1 + number, "artifact_id": file}


def measure(farm: Farm, period: Period) -> None:
    """Print what accounts of a month take, the best of three."""
    for by in By:
        _tell(farm, by, period, "")
    _tell(farm, By.DAY, period, "department07")


def _tell(farm: Farm, by: By, period: Period, department: str) -> None:
    walls, spent = [], []
    for _ in range(3):
        began, before = time.perf_counter(), time.process_time()
        found = accounted(farm, by, period, department=department)
        walls.append(1000 * (time.perf_counter() - began))
        spent.append(1000 * (time.process_time() - before))
    name = f"by {by.value}{' of one department' if department else ''}"
    print(
        f"  {name:<28} {min(walls):7.0f} ms   own processor {min(spent):7.0f} ms   {len(found.lines)} lines"
    )


def run(farm: Farm, database: str, asked: argparse.Namespace) -> None:
    """Sow and measure one database."""
    period = month(MONTH, ZONE)
    began = time.perf_counter()
    sow(farm.ledger, asked.jobs, period)
    took = time.perf_counter() - began
    print(f"{database}: {asked.jobs} films, {4 * asked.jobs} attempts, sown in {took:.0f} s")
    measure(farm, period)


if __name__ == "__main__":
    on_both(__doc__, run, jobs=100_000)
