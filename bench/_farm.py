"""A farm to measure: a home folder of its own, films in it, and what its processes have cost."""

from __future__ import annotations

import contextlib
import os
import platform
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy import text

from db import migrate, submission
from db.engine import connect
from db.states import Urgency
from db.values import JobDraft, Submission
from farm.bootstrap import Farm, Settings, Workshop, settings_of
from pipeline.plan import trace
from pipeline.plan.artifact import Kind
from pipeline.plan.job import Format, JobSpec, VoiceChoice
from pipeline.steps.archive import init_archive

PORTRAIT = Path(__file__).parents[1] / "demo" / "portraits" / "leo.png"


@dataclass(frozen=True)
class Film:
    """A film of a benchmark: its row, its script and its picture."""

    row: str
    script: str
    picture: Format


def machine() -> str:
    """The machine in one line."""
    model = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("ascii").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    load = os.getloadavg()[0]
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} cores, Python {platform.python_version()}, load {load:.1f} at the start"


def seconds_spent(device: str) -> float:
    """What work is timed by: this process's CPU seconds, in which no other work counts; on a card seconds."""
    return time.process_time() if device == "cpu" else time.perf_counter()


def settings_in(home: Path, **knobs: str) -> Settings:
    """Settings for a home folder; knobs are like ``WORKER__COUNT="2"``."""
    given = {f"LECTERN_{name}": value for name, value in knobs.items()}
    off = {f"LECTERN_METRICS__{who}_PORT": "0" for who in ("DISPATCHER", "WORKER", "WATCHDOG")}
    return settings_of({"LECTERN_HOME": str(home), "LECTERN_FLOWER__PORT": "-1", **off, **given})


def break_ground(settings: Settings) -> None:
    """Make ledger and archive, as an operator does."""
    settings.home.mkdir(parents=True, exist_ok=True)
    engine = connect(settings.ledger_url)
    migrate.upgrade(engine)
    engine.dispose()
    init_archive(settings.archive_root)


def job_of(workshop: Workshop, film: Film) -> JobSpec:
    """The job of a film, its inputs in the store."""
    portrait = workshop.store.adopt(Kind.SOURCE, ".png", PORTRAIT, limit_bytes=50_000_000)
    scratch = workshop.settings.home / f"{film.row}.txt"
    scratch.write_text(film.script, "utf-8")
    script = workshop.store.adopt(Kind.SOURCE, ".txt", scratch, limit_bytes=1_000_000)
    return JobSpec(
        row=film.row,
        title=film.row,
        user="bench",
        scene=film.row,
        script=script,
        portrait=portrait,
        voice=VoiceChoice(engine="espeak", name="en-us", language="en"),
        face="warp",
        format=film.picture,
    )


def submit(farm: Farm, films: Sequence[Film]) -> int:
    """Submit a batch; its id."""
    drafts = [
        JobDraft(
            spec=job_of(farm, film),
            urgency=Urgency.NORMAL,
            traceparent=trace.new(os.urandom(24)).traceparent,
        )
        for film in films
    ]
    batch = Submission(content=os.urandom(32).hex(), name="bench", user="bench")
    return submission.submit(farm.ledger, batch, drafts).batch


def ask(farm: Farm, question: str, **values: object) -> list[tuple[object, ...]]:
    """Ask the ledger directly."""
    with farm.ledger.read() as connection:
        return [tuple(row) for row in connection.execute(text(question), values)]


def number(farm: Farm, question: str, **values: object) -> int:
    """The one number that answers a question."""
    ((value,),) = ask(farm, question, **values)
    return int(str(value or 0))


def finish(farm: Farm, batch: int) -> None:
    """Wait until every film of a batch is in the archive.

    Raises:
        RuntimeError: one of them failed.
    """
    while number(farm, "SELECT count(*) FROM jobs WHERE batch_id = :b AND archive <> 'archived'", b=batch):
        if failed := ask(farm, "SELECT row_name, error_code, error_facts FROM jobs WHERE state = 'failed'"):
            raise RuntimeError(failed)
        time.sleep(0.2)


def spent_s(pid: int) -> float:
    """CPU seconds of a process and everything below it, what has ended included."""
    total = 0.0
    process = psutil.Process(pid)
    for each in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            times = each.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


@contextlib.contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A PostgreSQL of its own; its URL."""
    import pgserver

    server = pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()
