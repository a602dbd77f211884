"""The promises of the farm, whatever happens in whatever order: nothing is lost, doubled or left over."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, delete, insert, select

from db import operations, queue, submission
from db.engine import WRITES, connect
from db.states import Urgency
from db.tables import departments, jobs, leaders, metadata, steps
from db.values import JobDraft, Submission
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import AwayError, TransientError
from tests.db.auditor import audit_end, audit_standing
from tests.db.conftest import SCRATCH
from tests.db.values import TRACE, digest, spec
from tests.db.world import Worker, World

#: The scripts of the jobs: they share sentences, and two of them are the same.
SCRIPTS = ("a b c", "b c d", "a b c")
#: After how many operations a process is killed, if at all.
FUSES = st.one_of(st.none(), st.none(), st.integers(0, 20))
WHICH = st.sampled_from([0, 1])
#: The moves of the design, and two in one where two moves may lie between two looks.
_LEGAL = {
    ("queued", "active"), ("queued", "canceled"), ("queued", "failed"), ("queued", "completed"),
    ("active", "completed"), ("active", "failed"), ("active", "canceled"), ("active", "queued"),
    ("failed", "queued"), ("failed", "active"), ("canceled", "queued"), ("canceled", "active"),
    ("completed", "active"),
}  # fmt: skip


class Farm(RuleBasedStateMachine):
    """Two workers, two dispatchers, gc and people, in any order, killed after any operation."""

    engine: ClassVar[Engine]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="lectern-farm-", dir=SCRATCH))
        empty(self.engine)
        self.world = World(engine=self.engine, folder=self.folder)
        self.workers = [Worker("cpu0@here"), Worker("cpu1@here")]
        self.ghosts: list[Worker] = []
        self.fences: dict[int, int] = {}
        self.states: dict[int, str] = {}

    @initialize()
    def submit(self) -> None:
        """A batch is there."""
        self._submit(again=False)

    def _submit(self, *, again: bool) -> None:
        drafts = [
            JobDraft(
                spec=spec(f"row{number}", script=self._script(script), portrait=self._script("portrait")),
                urgency=Urgency.NORMAL,
                traceparent=TRACE,
            )
            for number, script in enumerate(SCRIPTS)
        ]
        batch = Submission(content=digest("batch"), name="demo", user="anna", again=again)
        submission.submit(self.world.ledger, batch, drafts)

    def _script(self, text: str) -> Artifact:
        source = self.folder / "source.txt"
        source.write_text(text)
        return self.world.store.adopt(Kind.SOURCE, ".txt", source, limit_bytes=1000)

    @rule(which=WHICH, data=st.data(), times=st.integers(1, 20), fuse=FUSES)
    def work(self, which: int, data: st.DataObject, times: int, fuse: int | None) -> None:
        """A worker takes a message if it is free, and goes on for a while; killed, it forgets everything."""
        self._work(which, data, times, fuse)

    @rule(which=WHICH, data=st.data(), fuse=FUSES)
    def work_long(self, which: int, data: st.DataObject, fuse: int | None) -> None:
        """A worker works until its step has ended."""
        self._work(which, data, 100, fuse)

    def _work(self, which: int, data: st.DataObject, times: int, fuse: int | None) -> None:
        worker = self.workers[which]
        if worker.work is None:
            step = self._message(data)
            if step is not None:
                with self.world.fuse.lit(None):
                    self.world.claim(worker, step)
        self._go_on(worker, times, fuse)

    def _message(self, data: st.DataObject) -> int | None:
        """The next message; now and then one that came before, or from long ago."""
        if data.draw(st.integers(0, 4)) == 0 and self.world.messages:
            return data.draw(st.sampled_from(self.world.messages))
        before = len(self.world.messages)
        self.world.send(2)
        fresh = self.world.messages[before:]
        return data.draw(st.sampled_from(fresh)) if fresh else None

    @rule(slots=st.integers(1, 3), which=WHICH, data=st.data(), fuse=FUSES)
    def dispatch(self, slots: int, which: int, data: st.DataObject, fuse: int | None) -> None:
        """Either dispatcher fills the queues and is killed at it, or a worker is while it claims."""
        with self.world.fuse.lit(fuse):
            self.world.send(slots)
            if self.world.messages and self.workers[which].work is None:
                self.world.claim(self.workers[which], data.draw(st.sampled_from(self.world.messages)))

    @precondition(lambda self: any(worker.work for worker in self.workers))
    @rule(which=WHICH, taken=st.booleans())
    def cut_off(self, which: int, taken: bool) -> None:  # noqa: FBT001 - drawn by name
        """A worker is cut off, loses its step or not, and may wake up late; another takes its name."""
        worker = self.workers[which]
        if worker.claim is None:
            return
        self.ghosts.append(worker)
        self.workers[which] = Worker(worker.name)
        self.world.read_leases()
        for lease in self.world.readings:
            if taken and lease.step == worker.claim.step:
                self.world.expire(lease)

    @precondition(lambda self: self.ghosts)
    @rule(data=st.data(), times=st.integers(1, 60), fuse=FUSES)
    def wake_late(self, data: st.DataObject, times: int, fuse: int | None) -> None:
        """A worker that was cut off goes on as if nothing had happened."""
        ghost = data.draw(st.sampled_from(self.ghosts))
        self._go_on(ghost, times, fuse)
        if ghost.work is None:
            self.ghosts.remove(ghost)

    def _go_on(self, worker: Worker, times: int, fuse: int | None) -> None:
        finished = False
        with self.world.fuse.lit(fuse):
            for _ in range(times):
                if worker.work is not None:
                    self.world.go_on(worker)
            finished = True
        if not finished:
            worker.die()

    @precondition(lambda self: any(worker.work for worker in self.workers))
    @rule(which=WHICH, how=st.sampled_from(["error", "away", "interrupted"]), fuse=FUSES)
    def give_up(self, which: int, how: str, fuse: int | None) -> None:
        """A worker's attempt ends with an error that may pass, or because the worker is asked to go."""
        worker = self.workers[which]
        if worker.claim is not None:
            with self.world.fuse.lit(fuse):
                if how == "interrupted":
                    self.world.release(worker)
                else:
                    error = AwayError("archive-away") if how == "away" else TransientError("media-failed")
                    self.world.fail(worker, error)
            worker.die()

    @rule(data=st.data(), old=st.booleans(), fuse=FUSES)
    def expire(self, data: st.DataObject, old: bool, fuse: int | None) -> None:  # noqa: FBT001 - drawn by name
        """Either dispatcher takes a step away, by a reading of any age, from a worker alive or dead."""
        if not old or not self.world.readings:
            self.world.read_leases()
        if self.world.readings:
            lease = data.draw(st.sampled_from(self.world.readings[::-1]))
            with self.world.fuse.lit(fuse):
                self.world.expire(lease)

    @rule(days=st.integers(0, 2), fuse=FUSES)
    def collect(self, days: int, fuse: int | None) -> None:
        """The garbage is collected, perhaps after days, whatever is under way."""
        for _ in range(days):
            self.world.pass_day()
        with self.world.fuse.lit(fuse):
            self.world.collect()

    @rule(what=st.sampled_from(["minute", "minute", "redis", "submit"]), fuse=FUSES)
    def pass_by(self, what: str, fuse: int | None) -> None:
        """What waits has waited; Redis loses its memory; the same batch is submitted once more."""
        self.world.offset_ms += 60_000
        with self.world.fuse.lit(fuse):
            if what == "redis":
                queue.unmark_sent(self.world.ledger)
            elif what == "submit":
                self._submit(again=False)

    @rule(data=st.data())
    def damage(self, data: st.DataObject) -> None:
        """A file vanishes from the store; sources are safe, or nothing could be promised."""
        kinds = ("speech", "timeline", "clip", "film")
        found = sorted(path for kind in kinds for path in (self.world.store.root / kind).glob("*/*"))
        if found:
            self.world.take_file_away(data.draw(st.sampled_from(found)))

    @rule(
        verb=st.sampled_from([operations.cancel, operations.pause, operations.resume, operations.retry]),
        job=st.integers(1, len(SCRIPTS)),
        fuse=FUSES,
    )
    def operate(self, verb: Callable[..., object], job: int, fuse: int | None) -> None:
        """Somebody cancels, pauses, resumes or retries."""
        with self.world.fuse.lit(fuse):
            verb(self.world.ledger, [job], by="anna")

    @invariant()
    def stand(self) -> None:
        """Fences never fall, states move as the design says, and what is needed is there."""
        with self.world.ledger.read() as connection:
            for row in connection.execute(select(steps.c.id, steps.c.fence)):
                assert row.fence >= self.fences.get(row.id, 0)
                self.fences[row.id] = row.fence
            for row in connection.execute(select(jobs.c.id, jobs.c.state)):
                before = self.states.get(row.id, row.state)
                assert before == row.state or (before, row.state) in _LEGAL, (before, row.state)
                self.states[row.id] = row.state
        audit_standing(self.world.ledger, self.world.store, self.world.damaged)

    def teardown(self) -> None:
        """Everything comes to an end, by itself first, and then by retries; the auditor looks twice."""
        try:
            if self.states:
                self._wind_up()
        finally:
            shutil.rmtree(self.folder)

    def _wind_up(self) -> None:
        world = self.world
        every = list(self.states)
        operations.resume(world.ledger, every, by="anna")
        self._settle()
        self._collect_at_last()
        audit_end(world.ledger, world.store, world.archive, world.damaged, all_completed=False)
        for _ in range(3):
            operations.retry(world.ledger, every, by="anna")
            self._settle()
        self._collect_at_last()
        audit_end(world.ledger, world.store, world.archive, world.damaged, all_completed=True)

    def _collect_at_last(self) -> None:
        for _ in range(2):
            self.world.pass_day()
        self.world.collect()

    def _settle(self) -> None:
        """Work until there is nothing left to do; the lost come late once more."""
        worker = Worker("cpu2@here")
        for _ in range(200):
            self.world.offset_ms += 3_600_000
            self.world.read_leases()
            for lease in self.world.readings:
                self.world.expire(lease)
            self.world.readings.clear()
            queue.unmark_sent(self.world.ledger)
            self.world.messages.clear()
            self.world.send(1)
            if not self.world.messages:
                break
            for step in self.world.messages:
                self.world.claim(worker, step)
                while worker.work is not None:
                    self.world.go_on(worker)
        else:
            raise AssertionError("the farm never comes to rest")
        for ghost in [*self.ghosts, *self.workers]:
            while ghost.work is not None:
                self.world.go_on(ghost)
        self.ghosts.clear()


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


def campaign(url: str, *, examples: int, steps_each: int, derandomize: bool) -> None:
    """Live through so many histories of so many acts each."""
    engine = connect(url)
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps_each,
        deadline=None,
        derandomize=derandomize,
        database=None,
        print_blob=True,
        # Making a failure smaller takes longer than a run of the suite may; the long campaign does it.
        phases=(Phase.generate,) if derandomize else tuple(Phase),
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(type("Campaign", (Farm,), {"engine": engine}), settings=chosen)
    finally:
        engine.dispose()


def test_nothing_is_lost_on_sqlite(make_sqlite: Callable[[], str]) -> None:
    """Every job ends, with one film, one name and no rest, whatever is killed in whatever order."""
    campaign(make_sqlite(), examples=15, steps_each=40, derandomize=True)


def test_nothing_is_lost_on_postgresql(make_postgresql: Callable[[], str]) -> None:
    """The same holds on PostgreSQL."""
    campaign(make_postgresql(), examples=6, steps_each=40, derandomize=True)


@pytest.mark.soak
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_nothing_is_lost_in_a_long_campaign(database: str, request: pytest.FixtureRequest) -> None:
    """The same holds over thousands of random histories."""
    make: Callable[[], str] = request.getfixturevalue(f"make_{database}")
    examples = int(os.environ.get("LECTERN_SOAK_EXAMPLES", "1000"))
    campaign(make(), examples=examples, steps_each=80, derandomize=False)
