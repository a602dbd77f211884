"""The promises of the farm, whatever happens in whatever order: nothing is lost, doubled or left over."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from db import operations, queue, submission
from db.states import Urgency
from db.tables import jobs, steps
from db.values import JobDraft, Submission
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import AwayError, TransientError
from tests.db.auditor import audit_end, audit_standing
from tests.db.conftest import SCRATCH
from tests.db.values import TRACE, digest, spec
from tests.db.world import Worker, World

#: The scripts of the jobs: they share sentences, and two of them are the same.
SCRIPTS = ("a b c", "b c d", "a b c", "e")
#: After how many operations a process is killed, if at all.
FUSES = st.one_of(st.none(), st.none(), st.integers(0, 12))
_LEGAL = {
    ("queued", "active"), ("queued", "canceled"), ("queued", "failed"), ("active", "completed"), ("active", "failed"),
    ("active", "canceled"), ("failed", "queued"), ("canceled", "queued"), ("completed", "active"),
    # Seen from one look to the next, two moves may lie between.
    ("queued", "completed"), ("failed", "active"), ("canceled", "active"), ("active", "queued"),
}  # fmt: skip


class Farm(RuleBasedStateMachine):
    """Two workers, two dispatchers, gc and people, in any order, killed after any operation."""

    make_url: ClassVar[Callable[[], str]]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="lectern-farm-", dir=SCRATCH))
        self.world = World(url=type(self).make_url(), folder=self.folder)
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

    @rule(fuse=FUSES)
    def submit_again(self, fuse: int | None) -> None:
        """The same content once more is the same batch, also when the first answer was lost."""
        with self.world.fuse.lit(fuse):
            self._submit(again=False)

    @rule(slots=st.integers(1, 3), fuse=FUSES)
    def dispatch(self, slots: int, fuse: int | None) -> None:
        """Either dispatcher fills the queues."""
        with self.world.fuse.lit(fuse):
            self.world.send(slots)

    @precondition(lambda self: self.world.messages)
    @rule(data=st.data(), which=st.sampled_from([0, 1]), fuse=FUSES)
    def deliver(self, data: st.DataObject, which: int, fuse: int | None) -> None:
        """A message arrives: the newest, one that came before, or one from long ago."""
        worker = self.workers[which]
        if worker.work is None:
            step = data.draw(st.sampled_from(self.world.messages[::-1]))
            with self.world.fuse.lit(fuse):
                self.world.claim(worker, step)

    @rule(which=st.sampled_from([0, 1]), times=st.integers(1, 30), fuse=FUSES)
    def work(self, which: int, times: int, fuse: int | None) -> None:
        """A worker goes on for a while, or is killed; then what it has in mind is gone."""
        self._go_on(self.workers[which], times, fuse)

    @rule(which=st.sampled_from([0, 1]))
    def cut_off(self, which: int) -> None:
        """A worker is cut off from the world, and another process takes its name; it may wake up late."""
        worker = self.workers[which]
        if worker.work is not None:
            self.ghosts.append(worker)
            self.workers[which] = Worker(worker.name)

    @precondition(lambda self: self.ghosts)
    @rule(data=st.data(), times=st.integers(1, 30), fuse=FUSES)
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

    @rule(which=st.sampled_from([0, 1]), away=st.booleans(), fuse=FUSES)
    def fail(self, which: int, away: bool, fuse: int | None) -> None:  # noqa: FBT001 - drawn by name
        """A worker's attempt ends with an error that may pass."""
        worker = self.workers[which]
        error = AwayError("archive-away") if away else TransientError("media-failed")
        if worker.claim is not None:
            with self.world.fuse.lit(fuse):
                self.world.fail(worker, error)
            worker.die()

    @rule(which=st.sampled_from([0, 1]), fuse=FUSES)
    def interrupt(self, which: int, fuse: int | None) -> None:
        """A worker is asked to go, and gives its step back."""
        worker = self.workers[which]
        if worker.claim is not None:
            with self.world.fuse.lit(fuse):
                self.world.release(worker)
            worker.die()

    @rule()
    def read_leases(self) -> None:
        """Either dispatcher looks at the leases."""
        self.world.read_leases()

    @precondition(lambda self: self.world.readings)
    @rule(data=st.data(), fuse=FUSES)
    def expire(self, data: st.DataObject, fuse: int | None) -> None:
        """Either dispatcher takes a step away, by a reading of any age, from a worker alive or dead."""
        lease = data.draw(st.sampled_from(self.world.readings[::-1]))
        with self.world.fuse.lit(fuse):
            self.world.expire(lease)

    @rule(fuse=FUSES)
    def forget_messages(self, fuse: int | None) -> None:
        """Redis loses its memory."""
        with self.world.fuse.lit(fuse):
            queue.unmark_sent(self.world.ledger)

    @rule(fuse=FUSES)
    def collect(self, fuse: int | None) -> None:
        """The garbage is collected."""
        with self.world.fuse.lit(fuse):
            self.world.collect()

    @rule()
    def pass_day(self) -> None:
        """A day goes by, whatever is under way."""
        self.world.pass_day()

    @rule()
    def pass_minute(self) -> None:
        """What waits has waited."""
        self.world.offset_ms += 60_000

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
            self.world.ledger.close()
            shutil.rmtree(self.folder)

    def _wind_up(self) -> None:
        every = [row for row in self.states]
        operations.resume(self.world.ledger, every, by="anna")
        self._settle()
        audit_end(
            self.world.ledger, self.world.store, self.world.archive, self._damaged(), all_completed=False
        )
        for _ in range(3):
            operations.retry(self.world.ledger, every, by="anna")
            self._settle()
        audit_end(
            self.world.ledger, self.world.store, self.world.archive, self._damaged(), all_completed=True
        )

    def _damaged(self) -> set[tuple[str, str]]:
        return self.world.damaged

    def _settle(self) -> None:
        """Work until there is nothing left to do; the lost come late once more, and gc comes last."""
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
        self.world.pass_day()
        self.world.pass_day()
        self.world.collect()


def _campaign(make_url: Callable[[], str], *, examples: int, steps_each: int, derandomize: bool) -> None:
    machine = type("Campaign", (Farm,), {"make_url": staticmethod(make_url)})
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps_each,
        deadline=None,
        derandomize=derandomize,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=chosen)


def test_nothing_is_lost_on_sqlite(make_sqlite: Callable[[], str]) -> None:
    """Every job ends, with one film, one name and no rest, whatever is killed in whatever order."""
    _campaign(make_sqlite, examples=40, steps_each=40, derandomize=True)


def test_nothing_is_lost_on_postgresql(make_postgresql: Callable[[], str]) -> None:
    """The same holds on PostgreSQL."""
    _campaign(make_postgresql, examples=12, steps_each=40, derandomize=True)


@pytest.mark.soak
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_nothing_is_lost_in_a_long_campaign(database: str, request: pytest.FixtureRequest) -> None:
    """The same holds over thousands of random histories."""
    make: Any = request.getfixturevalue(f"make_{database}")
    _campaign(
        make, examples=int(os.environ.get("LECTERN_SOAK_EXAMPLES", "1000")), steps_each=80, derandomize=False
    )
