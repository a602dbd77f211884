"""A farm in small: real ledger, real store, tiny files; whoever acts can be killed after every operation."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, bindparam, delete, insert, select

from db import claims, commits, leases, moving, pools, queue, replan, standing, submission, workers
from db.codec import profile_digest
from db.desk import LedgerDesk
from db.engine import WRITES
from db.ledger import CrashPoint
from db.reports import Report
from db.states import Outcome, Urgency
from db.tables import attempts, departments, holds, jobs, key_leases, leaders, metadata, steps
from db.values import Claim, Failure, JobDraft, Skill, Submission
from farm.gc import Collected, collect_garbage
from farm.policy.order import choose
from farm.policy.retry import RetrySettings, Verdict, decide
from farm.reporting import Reporter, deliver
from farm.results import Results, read_results
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import LecternError, SupersededError
from pipeline.plan.job import JobSpec
from pipeline.steps.archive import init_archive
from pipeline.steps.parts import PARTS
from tests.db.between import Between, OpenLedger, OpenStore
from tests.db.fuse import Fuse
from tests.db.stages import STAGES, Work
from tests.db.values import CAPABILITIES, NEXT_PROFILE, PROFILE, digest, made, spec

PATIENCE = RetrySettings(attempts=4, backoff_ms=1000, poison_deaths=3)
GRACE_S = 3600
_DAY_MS = 24 * 3600 * 1000
#: How films may be rendered, before an upgrade and after it.
PROFILES = (PROFILE, NEXT_PROFILE)
RENDERS = tuple(Skill(capability="render.warp", profile=profile_digest(each)) for each in PROFILES)

#: What every commit tells as the machine time of an attempt that did not succeed.
ENDED_MS = 1
_PREFIX = "https://nas.example"
_EPOCH_MS = 1_800_000_000_000

_OPEN = (
    select(jobs.c.id, jobs.c.state, holds.c.reason)
    .select_from(steps.join(jobs, steps.c.job_id == jobs.c.id).outerjoin(holds, holds.c.job_id == jobs.c.id))
    .where(steps.c.id.in_(bindparam("ids", expanding=True)))
)
_ROW = select(steps).where(steps.c.id == bindparam("step"))
_KEPT = select(key_leases.c.key).where(key_leases.c.step_id == bindparam("step"))
_ENDED = select(attempts.c.outcome, attempts.c.error_code).where(
    attempts.c.step_id == bindparam("step"), attempts.c.number == bindparam("number")
)


@dataclass
class Worker:
    """A worker process: what it does just now, if anything."""

    name: str
    claim: Claim | None = None
    work: Work | None = None
    desk: LedgerDesk | None = None
    #: What it did last.
    at: str = ""

    def die(self) -> None:
        """Forget everything."""
        self.claim = self.work = self.desk = None
        self.at = ""


@dataclass
class World:
    """Everything there is."""

    engine: Engine
    folder: Path
    fuse: Fuse = field(default_factory=Fuse)
    offset_ms: int = 0
    damaged: set[tuple[str, str]] = field(default_factory=set)
    #: Every message that was ever sent, for any of them may come late and twice.
    messages: list[int] = field(default_factory=list)
    #: Readings of leases, however old.
    readings: list[leases.Lease] = field(default_factory=list)
    between: Between = field(default_factory=Between)
    #: How attempts ended: outcome and code, by step and number.
    ends: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    #: What each job is called in the archive.
    names: dict[int, tuple[str, str]] = field(default_factory=dict)
    #: Whether each message comes twice, and each reply is lost once.
    doubled: bool = True
    #: Whether whoever wants news has wanted them since before anything ended.
    all_told: bool = False
    #: The words of each script, brief and recording, by its digest.
    scripts: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Open what there is."""
        self._ticks = itertools.count(_EPOCH_MS)
        self._births = itertools.count(1)
        self.ledger = OpenLedger(self.engine, self.between, crash=self.fuse, clock=self.now)
        self.store = OpenStore(self.folder / "store", self.between, crash=self.fuse)
        self.archive = self.folder / "archive"
        init_archive(self.archive)
        for number, profile in enumerate(PROFILES):
            who = f"renderer{number}@here"
            workers.register(
                self.ledger, who, host="h", device="d", capabilities=["render.warp"], profiles=[profile]
            )

    def now(self) -> int:
        """The ledger's time: it never stands still, so that what happened first can be told."""
        return next(self._ticks) + self.offset_ms

    # What people do.

    def submit(self, scripts: tuple[str, ...], name: str, *, again: bool = False) -> None:
        """Submit a batch, a row for each script; every second one has a picture behind its portrait.

        A script may begin with how it is made, as ``write check|a b``.
        """
        drafts = [
            JobDraft(
                spec=self._spec(number, script),
                urgency=Urgency.NORMAL,
                traceparent=f"00-{next(self._births):032x}-{'b' * 16}-01",
                deadline=_EPOCH_MS + _DAY_MS,
            )
            for number, script in enumerate(scripts)
        ]
        batch = Submission(content=digest(name), name="demo", user="anna", again=again)
        submission.submit(self.ledger, batch, drafts)

    def _spec(self, number: int, script: str) -> JobSpec:
        how, _, words = script.rpartition("|")
        given = spec(f"row{number}", script=self._source(words), portrait=self._source("portrait"))
        each = made(given, how=how)
        if each.brief is not None or each.recording is not None:
            each = replace(each, script=self._source(""))
        return replace(each, background=self._source("background") if number % 2 else None)

    def _source(self, text: str) -> Artifact:
        source = self.folder / "source.txt"
        source.write_text(text)
        self.scripts[digest(text)] = text.split()
        return self.store.adopt(Kind.SOURCE, ".txt", source, limit_bytes=1000)

    # What a dispatcher does.

    def send(self, slots: int) -> None:
        """Fill the queues."""
        for capability in CAPABILITIES:
            self.mark(self.look(capability, slots))

    def look(self, capability: str, slots: int) -> list[int]:
        """Choose what shall be sent."""
        lines = RENDERS if capability == RENDERS[0].capability else (Skill(capability=capability),)
        found = [head for line in lines for head in queue.heads(self.ledger, line, limit=slots)]
        return [head.step for head in choose(found, {}, slots, now_ms=self.ledger.clock())]

    def mark(self, chosen: list[int]) -> frozenset[int]:
        """Send what was chosen, however long ago; nothing of a job that may not go on."""
        if not chosen:
            return frozenset()
        marked = queue.mark_sent(self.ledger, chosen)
        self.check_open(marked, "sent")
        self.messages += sorted(marked)
        return marked

    def check_open(self, step_ids: Collection[int], what: str) -> None:
        """Nothing is dispatched of a job that is held, failed or canceled."""
        with self.ledger.read() as connection:
            for row in connection.execute(_OPEN, {"ids": sorted(step_ids)}):
                assert row.reason is None, f"a step of job {row.id} was {what} while it is held"
                assert row.state not in {"failed", "canceled"}, f"a step of a {row.state} job was {what}"

    def read_leases(self) -> None:
        """Look at the leases, to judge them sooner or later."""
        self.readings += leases.read_leases(self.ledger)

    def expire(self, lease: leases.Lease) -> leases.Expired:
        """Take a step away, rightly or not; it uses up no retry."""
        before = self.row(lease.step)
        expired = leases.expire(self.ledger, lease, poison_deaths=PATIENCE.poison_deaths)
        assert self.row(lease.step).failures == before.failures, "a lost attempt used up a retry"
        if expired.taken:
            self.ends[lease.step, lease.fence] = ("lost", "")
        return expired

    def tell(self, *, overtaken: bool = False) -> None:
        """Write results files; overtaken: by another who does the same in the midst of it."""
        others = [self._reporter(self.fuse)] if overtaken else []

        def crash(point: str) -> None:
            self.fuse(point)
            if point == "results-part-written" and others:
                others.pop().turn()

        self._reporter(crash).turn()

    def _reporter(self, crash: CrashPoint) -> Reporter:
        put = partial(deliver, root=self.archive, crash=crash)
        return Reporter(self.ledger, put, prefix=_PREFIX, every_s=0)

    def results(self, report: Report) -> Results:
        """What results files of a batch shall tell."""
        return read_results(self.ledger, report, prefix=_PREFIX, language=report.language)

    def row(self, step: int) -> Any:  # noqa: ANN401 - a row
        """A step as the ledger has it."""
        with self.ledger.read() as connection:
            return connection.execute(_ROW, {"step": step}).one()

    def pass_day(self) -> None:
        """Let a day go by: for the ledger's clock, and for every file."""
        self.offset_ms += _DAY_MS
        paths = (*self.store.root.rglob("*"), *(self.archive / PARTS).rglob("*"))
        some = [path for path in paths if path.is_file() or path.is_relative_to(self.archive)]
        # What a killed worker had linked has two names, and grows older by one day all the same.
        for path in {path.stat().st_ino: path for path in some}.values():
            then = path.stat().st_mtime_ns - _DAY_MS * 1_000_000
            os.utime(path, ns=(then, then))

    def collect(self, *, most: int = 0) -> Collected:
        """Run gc, within a limit of so many bytes unless that is 0."""
        return collect_garbage(self.ledger, self.store, grace_s=GRACE_S, most=most)

    def take_file_away(self, found: Path) -> None:
        """Damage the store behind everybody's back."""
        self.damaged.add((found.parent.parent.name, found.name.partition(".")[0]))
        found.unlink()

    def replan(self, *, back: bool) -> None:
        """Have films rendered with another profile, whoever honours the one that they have."""
        old, new = reversed(RENDERS) if back else RENDERS
        replan.replan(self.ledger, old, new.profile)

    def move(self) -> None:
        """Have an operator move the films whose versions nobody has any more."""
        for each in moving.read_stranded(self.ledger):
            if each.movable:
                moving.move(self.ledger, each, moving.concerned(self.ledger, each), by="anna")

    def hand_over(self, pool: str) -> None:
        """Have an operator set a pool, and hand every film over to it."""
        with self.ledger.read() as connection:
            every = connection.execute(select(jobs.c.id)).scalars().all()
        pools.set_pool(self.ledger, pool, pools.Change(preload=(f"{pool}-model",)), by="anna")
        standing.set_to(self.ledger, every, standing.Wish(pool=pool), by="anna")

    def retire(self, *, old: bool) -> None:
        """Have one of the two who render leave, and the other come back."""
        for number, profile in enumerate(PROFILES):
            who, leaves = f"renderer{number}@here", old == (number == 0)
            if leaves:
                workers.leave(self.ledger, who)
            else:
                told = {"host": "h", "device": "d", "capabilities": ["render.warp"], "profiles": [profile]}
                workers.register(self.ledger, who, **told)  # type: ignore[arg-type]

    # What a worker does.

    def claim(self, worker: Worker, step: int) -> None:
        """Have a worker look at a message; somebody else gets the same one."""
        before = self.row(step)
        now = self.now()
        claim = self._claim(step, worker.name)
        if claim is not None:
            worker.claim = claim
            worker.desk = LedgerDesk(ledger=self.ledger, claim=claim)
            worker.work = STAGES[claim.stage](self, claim, worker.desk)
            worker.at = "claimed"
            self.check_open([claim.step], "claimed")
            assert before.state == "ready", f"a step that is {before.state} was claimed"
            assert before.not_before <= now, "a step was claimed before its wait was over"
            assert claim.fence == before.fence + 1
            if self.doubled:
                assert self._claim(step, "twin@here") is None, "a step was claimed by two"

    def _claim(self, step: int, worker: str) -> Claim | None:
        return claims.claim(self.ledger, step, worker=worker, capabilities=CAPABILITIES, profiles=PROFILES)

    def go_on(self, worker: Worker) -> None:
        """Have a worker do its next operation; an error ends the attempt as it would on the farm."""
        assert worker.work is not None
        try:
            worker.at = next(worker.work)
        except (StopIteration, SupersededError):
            worker.die()
        except LecternError as error:
            self.fail(worker, error)

    def fail(self, worker: Worker, error: LecternError) -> None:
        """End a worker's attempt with an error."""
        claim = worker.claim
        assert claim is not None
        failure = Failure(outcome=Outcome.ERROR, code=error.code, facts=error.facts, machine_ms=ENDED_MS)
        decision = decide(error, failures=claim.failures, waits=claim.waits, settings=PATIENCE)
        used = int(decision.verdict is not Verdict.WAIT)
        self.end(
            worker,
            lambda: self.twice(
                claim, lambda: commits.fail(self.ledger, claim, failure, decision), retries=used
            ),
        )

    def release(self, worker: Worker) -> None:
        """Have a worker give its step back."""
        claim = worker.claim
        assert claim is not None
        self.end(worker, lambda: self.give_back(claim, "farm-interrupted"))

    def give_back(self, claim: Claim, reason: str) -> None:
        """Give a step back, the first reply being lost."""
        self.twice(
            claim,
            lambda: commits.release(self.ledger, claim, delay_ms=0, reason=reason, machine_ms=ENDED_MS),
        )

    def twice(self, claim: Claim, commit: Callable[[], object], *, retries: int = 0) -> None:
        """Commit, the first reply being lost: what was accepted stays so; so many retries are used up."""
        commit()
        self.ended(claim)
        if not self.doubled:
            return
        try:
            commit()
        except SupersededError as error:
            # Only what began again has nothing that could be accepted.
            if self.ends[claim.step, claim.fence][1] != "ledger-collected":
                raise AssertionError("a commit whose reply was lost was refused") from error
        self.ended(claim)
        with self.ledger.read() as connection:
            kept = connection.execute(_KEPT, {"step": claim.step}).all()
        assert not kept, "an attempt that has ended keeps a key"
        used = self.row(claim.step).failures - claim.failures
        assert used == retries, f"an attempt that is {self.ends[claim.step, claim.fence]} used up {used}"

    def end(self, worker: Worker, commit: Callable[[], object]) -> None:
        """Commit and be done."""
        with suppress(SupersededError):
            commit()
            if worker.claim is not None:
                self.ended(worker.claim)
        worker.die()

    # What is made.

    def make(self, kind: Kind, word: str, content: str, suffix: str = ".bin") -> Artifact:
        """Put a tiny file."""
        self.damaged.discard((kind.value, digest(word)))
        return self.store.put(kind, digest(word), suffix, lambda part: _write(part, content))

    def ended(self, claim: Claim) -> None:
        """A commit that was not refused was accepted: this very attempt has ended so."""
        with self.ledger.read() as connection:
            row = connection.execute(_ENDED, {"step": claim.step, "number": claim.fence}).one()
        assert row.outcome in {"ok", "error", "interrupted"}, f"a late commit was accepted: {row.outcome}"
        self.ends[claim.step, claim.fence] = (row.outcome, row.error_code or "")


def _write(path: Path, content: str) -> None:
    path.write_text(content)


def empty(engine: Engine) -> None:
    """Leave a ledger as it was after its migration."""
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        tables = [table for table in reversed(metadata.sorted_tables) if table is not departments]
        if engine.dialect.name == "postgresql":
            names = ", ".join(table.name for table in tables)
            connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY")
        else:
            for table in tables:
                connection.execute(delete(table))
        connection.execute(insert(leaders).values(id=1, holder="", counter=0))
