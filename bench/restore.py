"""What a backup, a restore and a rebuild take: of a farm of ten thousand jobs, on SQLite and on PostgreSQL.

    python bench/restore.py [--jobs 10000] [--clip-kb 250]

The ledger is a real one; films, clips and scripts are files of a few bytes, but for the clips that were made
since the backup, which a restore reads. Nine jobs of ten were archived before the backup, five of a hundred
since; two of a hundred were submitted and archived since, and as many clips were made since as a fifth of the
jobs. Told: wall and CPU seconds, helpers and PostgreSQL's programs included, its server not; and their bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from _farm import ask, break_ground, machine, postgresql, settings_in
from sqlalchemy import text

from db import restoring, submission
from db.states import Urgency
from db.values import JobDraft, Submission
from farm.backup import back_up
from farm.bootstrap import Farm, Settings, open_farm
from farm.restore import rebuild, restore
from pipeline.plan import trace
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.job import Format, JobSpec, VoiceChoice
from pipeline.plan.keys import digest_of

_CLIPS = 5  # known ones, of each job
_DAYS = 30
_ARCHIVED = text(
    "UPDATE jobs SET state = 'completed', archive = 'archived', essence = 'e', frames = 1500,"
    " archive_path = '2026-11-20/' || row_name || '.mp4' WHERE position < :upto"
)


@dataclass
class Spent:
    """Seconds of something."""

    wall: float = 0.0
    cpu: float = 0.0


@contextmanager
def spending() -> Iterator[Spent]:
    """What a block takes; of processes, those that have ended in it."""
    spent, wall, cpu = Spent(), time.perf_counter(), _cpu()
    yield spent
    spent.wall, spent.cpu = time.perf_counter() - wall, _cpu() - cpu


def _cpu() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def put(farm: Farm, kind: Kind, word: str, content: bytes) -> Artifact:
    """A file in the store; it need not survive a power cut."""
    key, digest = digest_of("bench", 1, word=word), hashlib.sha256(content).hexdigest()
    made = Artifact(kind=kind, key=key, digest=digest, size=len(content), suffix=".bin")
    path = farm.store.root / made.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return made


def sow(farm: Farm, jobs: int) -> list[str]:
    """Submit a batch of so many rows, each with a script and clips in the store; the jobs' trace ids."""
    made: list[Artifact] = []
    drafts = []
    for number in range(jobs):
        script = put(farm, Kind.SOURCE, f"script {number}", f"Dear customer {number}.".encode())
        made += [put(farm, Kind.CLIP, f"{number} {clip}", b"clip") for clip in range(_CLIPS)]
        spec = JobSpec(
            row=f"row-{number:05d}",
            title=f"A film for customer {number}",
            user="bench",
            scene=f"row-{number:05d}",
            script=script,
            portrait=script,
            voice=VoiceChoice(engine="espeak", name="en-us", language="en"),
            face="warp",
            format=Format(width=720, height=720, fps=25),
        )
        whence = trace.new(os.urandom(24))
        drafts.append(JobDraft(spec=spec, urgency=Urgency.NORMAL, traceparent=whence.traceparent))
    batch = Submission(content=os.urandom(32).hex(), name="bench", user="bench")
    submission.submit(farm.ledger, batch, drafts)
    restoring.adopt(farm.ledger, made)
    with farm.ledger.write("bench") as connection:
        connection.execute(_ARCHIVED, {"upto": jobs * 9 // 10})
    told = ask(farm, "SELECT traceparent FROM jobs ORDER BY position")
    return [trace.parse(str(line)).trace_id for (line,) in told]


def deliver(archive: Path, row: str, number: str, day: datetime) -> None:
    """Lay a film and its manifest into the archive."""
    folder = archive / f"{day:%Y-%m-%d}"
    folder.mkdir(exist_ok=True)
    file = {"digest": digest_of("bench", 1, film=number), "size": 1}
    told = {
        "trace": number,
        "submitted": day.astimezone(UTC).isoformat(timespec="milliseconds"),
        "frames": 1500,
        "essence": file["digest"],
        **dict.fromkeys(("film", "poster"), file),
        "captions": {"srt": file, "vtt": file},
        **dict.fromkeys(("row", "title", "scene"), row),
        "user": "bench",
        "inputs": {
            **dict.fromkeys(("script", "portrait"), file),
            "voice": {"engine": "espeak", "name": "en-us", "language": "en"},
            "options": {},
        },
        "profile": {"engine": "warp"},
        "format": {"width": 720, "height": 720, "fps": 25},
        "utterances": [{"text": "Dear customer.", "start": at, "frames": 75} for at in range(20)],
    }
    (folder / f"{row}.mp4").write_bytes(b"film")
    (folder / f"{row}.json").write_text(json.dumps(told), "utf-8")


def go_on(farm: Farm, traces: Sequence[str], clip_bytes: int) -> None:
    """What became of the farm before the backup, in the archive, and since, in archive and store."""
    jobs, today = len(traces), datetime.now().astimezone()
    old = jobs * 9 // 10
    for number in range(old):
        day = today - timedelta(days=3 + number % _DAYS)
        deliver(farm.archive, f"row-{number:05d}", traces[number], day)
    for number in range(old, old + jobs // 20):
        deliver(farm.archive, f"row-{number:05d}", traces[number], today)
    for number in range(jobs // 50):
        deliver(farm.archive, f"new-{number:05d}", os.urandom(16).hex(), today)
    for number in range(jobs // 5):
        put(farm, Kind.CLIP, f"new {number}", os.urandom(clip_bytes))


def measure(settings: Settings, folder: Path, jobs: int, clip_bytes: int) -> None:
    """Print what this database takes."""
    break_ground(settings)
    with open_farm(settings) as farm:
        name = farm.ledger.engine.dialect.name
        traces = sow(farm, jobs)
        with spending() as spent:
            taken = back_up(farm, folder / "backup")
        ledger = (taken.folder / taken.index.ledger.file).stat().st_size / 1e6
        told = f"the ledger {ledger:.0f} MB, {len(taken.index.files)} files"
        print(f"{name}: {jobs} jobs backed up in {spent.wall:.1f} s, {spent.cpu:.1f} s of CPU ({told})")
        go_on(farm, traces, clip_bytes)
    with spending() as spent:
        done = restore(settings, taken.folder, by="bench", replace=True)
    found = done.found
    told = f"{found.archived} films archived since, {found.entered} entered, {found.adopted} files adopted"
    print(f"{name}: restored in {spent.wall:.1f} s, {spent.cpu:.1f} s of CPU ({told})")
    with spending() as spent:
        films = rebuild(settings, by="bench", replace=True).films
    print(
        f"{name}: rebuilt from {films} manifests in {spent.wall:.1f} s, {spent.cpu:.1f} s of CPU", flush=True
    )


def main() -> None:
    """Measure both databases."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--clip-kb", type=int, default=250)
    chosen = parser.parse_args()
    print(machine())
    folder = Path(tempfile.mkdtemp(prefix="lectern-bench-"))
    try:
        for name in ("sqlite", "postgresql"):
            (folder / name).mkdir()
        size = chosen.clip_kb * 1000
        measure(settings_in(folder / "sqlite/home"), folder / "sqlite", chosen.jobs, size)
        # The server gives up root's rights, and has to find its way to its folder.
        folder.chmod(0o755)
        with postgresql(folder / "server") as url:
            settings = settings_in(folder / "postgresql/home", LEDGER__URL=url)
            measure(settings, folder / "postgresql", chosen.jobs, size)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
