"""A farm for tests: real ledger, store and engines in a folder of its own, quick clocks, tiny films."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from sqlalchemy import text

from db import migrate, submission
from db.engine import connect
from db.profiles import Profile
from db.states import Urgency
from db.values import JobDraft, Submission
from farm.bootstrap import Farm, Settings, settings_of
from farm.facechoice import FaceChoice
from farm.profiles.finding import use_of
from pipeline.plan import trace
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.job import Format, JobSpec, VoiceChoice
from pipeline.plan.people import ProfileUse
from pipeline.steps.archive import init_archive

PORTRAIT = Path(__file__).parents[2] / "demo" / "portraits" / "leo.png"
WARP = FaceChoice(engine="warp")
TINY = Format(width=128, height=128, fps=25)
_QUICK = {
    "LECTERN_LEASE__BEAT_S": "0.3",
    "LECTERN_LEASE__EXPIRY_S": "1.5",
    "LECTERN_DISPATCHER__INTERVAL_S": "0.3",
    "LECTERN_RETRY__BACKOFF_S": "0.3",
    "LECTERN_FLOWER__PORT": "-1",
    **{f"LECTERN_METRICS__{who}_PORT": "0" for who in ("DISPATCHER", "WORKER", "WATCHDOG")},
    "LECTERN_WORKER__COUNT": "2",
    "LECTERN_LOG__FORMAT": "json",
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A film of a test: its id, what is said in it, how urgent it is, and its options."""

    row: str
    script: str
    urgency: Urgency = Urgency.NORMAL
    pool: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


def quick_settings(home: Path, **knobs: str) -> Settings:
    """Settings with quick clocks for a home folder; knobs are like ``WORKER__COUNT="1"``."""
    given = {f"LECTERN_{name}": value for name, value in knobs.items()}
    return settings_of({"LECTERN_HOME": str(home), **_QUICK, **given})


def break_ground(settings: Settings) -> None:
    """Make ledger and archive."""
    settings.home.mkdir(parents=True, exist_ok=True)
    (settings.home / "ledger.sqlite3").write_bytes(_empty_ledger())
    init_archive(settings.archive_root)


@cache
def _empty_ledger() -> bytes:
    """A ledger of this version's schema, made once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite3"
        engine = connect(f"sqlite:///{path}")
        migrate.upgrade(engine)
        engine.dispose()
        return path.read_bytes()


def sow(
    farm: Farm,
    rows: Sequence[Row],
    *,
    film: Format = TINY,
    face: FaceChoice = WARP,
    of: Profile | None = None,
    department: str = "default",
) -> int:
    """Submit a batch, of a profile if one is given; its id."""
    if of is None:
        portrait = farm.store.adopt(Kind.SOURCE, ".png", PORTRAIT, limit_bytes=50_000_000)
        people: tuple[ProfileUse, ...] = ()
    else:
        portrait, people = of.reference, (use_of(of),)
    drafts = [
        JobDraft(
            spec=replace(_spec(farm, row, portrait, film, face), people=people),
            urgency=row.urgency,
            traceparent=trace.new(os.urandom(24)).traceparent,
            pool=row.pool,
        )
        for row in rows
    ]
    batch = Submission(content=os.urandom(32).hex(), name="batch", user="test", department=department)
    return submission.submit(farm.ledger, batch, drafts).batch


@contextlib.contextmanager
def hung(farm: Farm) -> Iterator[Callable[[], bool]]:
    """Have whoever reads the empty script wait; yields what says whether somebody does. He reads on later."""
    (found,) = (each for each in farm.store.walk() if each.suffix == ".txt" and not each.size)
    script = farm.store.root / found.path
    script.unlink()
    # Whoever opens a pipe, which is as empty as the script is, waits until somebody has written to it.
    os.mkfifo(script)
    ends: list[int] = []

    def is_read() -> bool:
        with contextlib.suppress(OSError):
            ends.append(os.open(script, os.O_WRONLY | os.O_NONBLOCK))
        return bool(ends)

    try:
        yield is_read
    finally:
        script.unlink()
        script.touch()
        for end in ends:
            os.close(end)


def ask(farm: Farm, question: str, **values: object) -> list[tuple[object, ...]]:
    """Ask the ledger directly."""
    with farm.ledger.read() as connection:
        return [tuple(row) for row in connection.execute(text(question), values)]


def one(farm: Farm, question: str, **values: object) -> object:
    """The one value that answers a question."""
    ((value,),) = ask(farm, question, **values)
    return value


def wait_for(
    happened: Callable[[], object], *, seconds: float, told: Callable[[], object] = lambda: ""
) -> None:
    """Wait until something is true."""
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, f"it did not happen within {seconds} s: {told()}"
        time.sleep(0.03)


def all_archived(farm: Farm, batch: int) -> bool:
    """Whether every film of a batch is in the archive."""
    return not ask(farm, "SELECT id FROM jobs WHERE batch_id = :batch AND archive <> 'archived'", batch=batch)


def story(farm: Farm) -> object:
    """What the ledger says, for a test that failed."""
    return (
        ask(farm, "SELECT id, row_name, state, archive, error_code, error_facts FROM jobs"),
        ask(farm, "SELECT id, job_id, stage, state, worker, error_code FROM steps WHERE state <> 'done'"),
        ask(farm, "SELECT step_id, number, worker, outcome, error_code, log_tail FROM attempts"),
    )


def _spec(farm: Farm, row: Row, portrait: Artifact, film: Format, face: FaceChoice) -> JobSpec:
    scratch = farm.settings.home / f"{row.row}.txt"
    scratch.write_text(row.script, "utf-8")
    script = farm.store.adopt(Kind.SOURCE, ".txt", scratch, limit_bytes=1_000_000)
    return JobSpec(
        row=row.row,
        title=row.row,
        user="test",
        scene=row.row,
        script=script,
        portrait=portrait,
        voice=VoiceChoice(engine="espeak", name="en-us", language="en"),
        face=face.engine,
        models=face.models,
        format=film,
        options=row.options,
    )
