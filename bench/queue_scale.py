"""What a long line costs: 100,000 queued films of 20 departments, on SQLite and on PostgreSQL.

    python bench/queue_scale.py [--jobs 100000] [--departments 20] [--postgresql URL]

Without a URL a PostgreSQL of its own is started when pgserver is installed. Told, in milliseconds: the
dispatcher's whole look for one slot and for eight (what waits and where, gates, who is busy, how departments
stand, the choice, and marking what is sent), and what people ask for: `lectern status`, the list of batches,
the jobs of a batch, one job, and a submission of 300 rows. 64 workers render meanwhile, and 20,000 attempts
have ended lately. What is sent is taken back after each look, outside of the time that is told. At the end
one member of a department, who is at his limit of films under way, has 10,000 urgent ones in front of all
others of the department: whole sheets, and then 1,000 more that were handed in one by one.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from random import Random

import psutil
from _databases import on_both
from sqlalchemy import insert, select, text, update

from db import claims, commits, queue, submission, workers
from db.cardtime import CardTime
from db.codec import profile_digest
from db.gates import read_gates
from db.lanes import read_lines
from db.ledger import Ledger
from db.pools import read_dealings
from db.states import JobState, Urgency
from db.tables import attempts, departments, jobs, steps, windows
from db.values import Chunk, JobDraft, Skill, Submission
from farm import show
from farm.bootstrap import Farm
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.job import Format, JobSpec, RenderProfile, VoiceChoice
from pipeline.plan.keys import digest_of
from tasks.fairness import Fairness
from tasks.slots import Hands, Queue, Slots

BATCH = 500
WORKERS = 64
ENDED = 20_000
LOOKS = 200
#: Films of one member, as many as he may have; nobody else of the department has so many.
UNDER_WAY = 100
TIMES = 5
_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
PROFILE = RenderProfile(
    engine="warp", version="1", backend="numpy", precision="fp32", encoder="x264", parameters=()
)
SPEAK = Skill(capability="speak")
RENDER = Skill(capability="render.warp", profile=profile_digest(PROFILE))
_URGENCIES = (Urgency.BULK, Urgency.NORMAL, Urgency.NORMAL, Urgency.URGENT)


def artifact(kind: Kind, word: str, size: int = 400) -> Artifact:
    """An artifact that is made of a word."""
    key = digest_of("bench", 1, word=word)
    return Artifact(kind=kind, key=key, digest=key, size=size, suffix=".bin")


def drafts(name: str, count: int, chance: Random) -> Iterator[JobDraft]:
    """Rows of a batch, of one urgency, some of them for the night."""
    urgency, window = chance.choice(_URGENCIES), chance.choice(("", "", "night"))
    for number in range(count):
        spec = JobSpec(
            row=f"row{number}",
            title="A film",
            user="bench",
            scene=f"row{number}",
            script=artifact(Kind.SOURCE, f"{name} {number}", chance.randrange(200, 9000)),
            portrait=artifact(Kind.SOURCE, "portrait"),
            voice=VoiceChoice(engine="espeak", name="en-us", language="en"),
            face="warp",
            format=Format(width=720, height=720, fps=25),
        )
        yield JobDraft(
            spec=spec,
            urgency=urgency,
            priority=chance.randrange(-5, 6),
            window=window,
            traceparent=f"00-{'a' * 32}-{'b' * 16}-01",
        )


def submit(
    ledger: Ledger, department: str, name: str, count: int, chance: Random, *, member: str = "bench"
) -> None:
    """Submit a batch; but for the one who submits everything, a member's is urgent."""
    content = digest_of("bench", 1, name=f"{department} {name}")
    batch = Submission(content=content, name=name, user=member, department=department)
    rows = drafts(f"{department} {name}", count, chance)
    if member != "bench":
        rows = (replace(row, urgency=Urgency.URGENT, window="", priority=50) for row in rows)
    submission.submit(ledger, batch, rows)


def sow(ledger: Ledger, jobs: int, number: int) -> None:
    """Departments, their jobs, a window of the night, films that render, and what has ended lately."""
    chance = Random(8)  # noqa: S311 - it sows a farm, and keeps no secret
    names = [f"department{each:02d}" for each in range(number)]
    with ledger.write("department") as connection:
        connection.execute(
            insert(departments),
            [{"name": name, "weight": chance.choice((50, 100, 300)), "urgent": 1} for name in names],
        )
        connection.execute(
            insert(windows).values(name="night", times="22:00-07:00 Asia/Shanghai", by="bench", at=0)
        )
    for each in range(jobs // BATCH):
        submit(ledger, names[each % number], f"batch {each}", BATCH, chance)
    with ledger.write("department") as connection:
        connection.execute(text("ANALYZE"))
    for each in range(WORKERS):
        workers.register(
            ledger,
            f"worker{each}@host",
            host=f"host{each // 8}",
            device=f"GPU-{each}",
            capabilities=["speak", "render.warp", "join", "archive"],
            profiles=[PROFILE],
        )
    for each in range(3 * WORKERS):
        _speak(ledger, f"worker{each % WORKERS}@host")
    for each in range(WORKERS):
        (head,) = queue.heads(ledger, RENDER, limit=1)[:1]
        _claim(ledger, head.step, f"worker{each}@host")
    with ledger.write("department") as connection:
        _end_attempts(connection, ledger.clock(), chance)
        connection.execute(text("ANALYZE"))


def _claim(ledger: Ledger, step: int, worker: str) -> None:
    claims.claim(ledger, step, worker=worker, capabilities=["render.warp"], profiles=[PROFILE])


def _speak(ledger: Ledger, worker: str) -> None:
    step = queue.heads(ledger, SPEAK, limit=1)[0].step
    claim = claims.claim(ledger, step, worker=worker, capabilities=["speak"], profiles=[PROFILE])
    if claim is None:
        raise RuntimeError(step)
    chunks = [Chunk(first=each, end=each + 1, frames=1000 + each) for each in range(4)]
    commits.finish_speak(
        ledger,
        claim,
        timeline=artifact(Kind.TIMELINE, f"{step}"),
        chunks=chunks,
        profile=PROFILE,
        used=[],
        machine_ms=1,
    )


def _end_attempts(connection: object, now: int, chance: Random) -> None:
    """Attempts of the last day, at whichever steps: what they were at makes no difference."""
    ids = connection.execute(select(steps.c.id).limit(ENDED)).scalars().all()  # type: ignore[attr-defined]
    ended = []
    for step in ids:
        at, took = now - chance.randrange(86_400_000), chance.randrange(5_000, 120_000)
        ended.append(
            {
                "step_id": step,
                "number": 1000,
                "worker": "w",
                "device": "d",
                "started_at": at - took,
                "ended_at": at,
                "outcome": "ok",
                "held_ms": took,
                "machine_ms": took,
            }
        )
    connection.execute(insert(attempts), ended)  # type: ignore[attr-defined]


def look(ledger: Ledger, cards: CardTime, fairness: Fairness, slots: int) -> list[int]:
    """What a dispatcher does for so many free slots of one line, but for Redis."""
    lines = read_lines(ledger)
    gates = read_gates(ledger, cards)
    fairness.look()
    read_dealings(ledger)
    free = Slots([Hands(slots=slots, queues={SPEAK: Queue(capability="speak")})], {}, [SPEAK])
    chosen = fairness.choose({SPEAK: lines[SPEAK].lanes}, free, gates=gates, hands=WORKERS)
    ids = [head.step for head, _ in chosen]
    queue.mark_sent(ledger, ids)
    fairness.sent(head for head, _ in chosen)
    return ids


def crowd(ledger: Ledger, sheets: int, films: int) -> None:
    """Have a member at the limit submit what stands in front of the others' of his department."""
    chance = Random(10)  # noqa: S311 - as above
    with ledger.write("department") as connection:
        connection.execute(
            update(departments).where(departments.c.name == "department01").values(member_running=UNDER_WAY)
        )
    for number in range(sheets):
        submit(ledger, "department01", f"crowd {sheets} {number}", films, chance, member="crowd")
    with ledger.write("job") as connection:
        some = select(jobs.c.id).where(jobs.c.member == "crowd").limit(UNDER_WAY)
        connection.execute(update(jobs).where(jobs.c.id.in_(some)).values(state=JobState.ACTIVE.value))
        connection.execute(text("ANALYZE"))


class Clock:
    """Tells what acts take: wall time, and the processor time of this process and of the server's for it.

    On a machine with other work to do the second one says more.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def tell(self, name: str, times: int, act: Callable[[], Callable[[], object] | None]) -> None:
        """Print what an act takes, done again and again; what it gives back is done outside of the time.

        The first time, which prepares statements, is not told.
        """
        walls: list[float] = []
        cpu = 0.0
        for number in range(times + 1):
            before, began = self._cpu(), time.perf_counter()
            after = act()
            wall, spent = time.perf_counter() - began, self._cpu() - before
            if number:
                walls.append(1000 * wall)
                cpu += 1000 * spent
            if after is not None:
                after()
        walls.sort()
        most = walls[min(len(walls) - 1, int(len(walls) * 0.95))]
        told = f"median {statistics.median(walls):7.1f} ms   p95 {most:7.1f} ms"
        print(f"  {name:<46} {told}   processor {cpu / times:7.1f} ms")

    def _cpu(self) -> float:
        spent = time.process_time()
        if self._ledger.is_sqlite:
            return spent
        with self._ledger.read() as connection:
            pids = connection.execute(text(_BACKENDS)).scalars().all()
        for pid in pids:
            with contextlib.suppress(psutil.Error):
                times = psutil.Process(pid).cpu_times()
                spent += times.user + times.system
        return spent


def measure(farm: Farm) -> None:
    """Print what this farm's ledger takes."""
    ledger = farm.ledger
    fairness, cards = Fairness(ledger), CardTime(ledger)
    began = time.perf_counter()
    fairness.look()
    print(f"  whoever begins to lead sums up in {1000 * (time.perf_counter() - began):.0f} ms")
    clock = Clock(ledger)

    def look_for(slots: int) -> Callable[[], object]:
        sent = look(ledger, cards, fairness, slots)
        return lambda: queue.unmark_sent(ledger, sent)

    def tell_looks(what: str) -> None:
        for slots in (1, 8):
            clock.tell(f"a look for {slots} of them{what}", LOOKS, partial(look_for, slots))

    tell_looks("")
    last = show.newest_batch(farm)
    job = show.jobs(farm, batch=last, most=1)[0].id
    asked: tuple[tuple[str, Callable[[], object]], ...] = (
        ("lectern status", lambda: show.whole(farm, most=20)),
        ("lectern list", lambda: show.batches(farm, most=50)),
        (f"lectern list {last} ({BATCH} jobs)", lambda: show.jobs(farm, batch=last)),
        (f"lectern show {job}", lambda: show.job(farm, job)),
    )
    for name, ask in asked:
        clock.tell(name, TIMES, partial(_silently, ask))
    chance = Random(9)  # noqa: S311 - likewise
    names = (f"later {number}" for number in itertools.count())
    enter = partial(_silently, lambda: submit(ledger, "department00", next(names), 300, chance))
    clock.tell("a submission of 300 rows", TIMES, enter)
    for sheets, films in ((20, BATCH), (1000, 1)):
        crowd(ledger, sheets, films)
        tell_looks(f", {sheets} sheets of one crowd" if films > 1 else f", {sheets} more of one film")


def _silently(act: Callable[[], object]) -> None:
    """Do it, and tell nothing."""
    act()


def run(farm: Farm, database: str, asked: argparse.Namespace) -> None:
    """Sow and measure one database."""
    began = time.perf_counter()
    sow(farm.ledger, asked.jobs, asked.departments)
    took = time.perf_counter() - began
    print(f"{database}: {asked.jobs} jobs of {asked.departments} departments, sown in {took:.0f} s")
    measure(farm)


if __name__ == "__main__":
    on_both(__doc__, run, jobs=100_000, departments=20)
