"""The farm as a machine that anything may happen to, in any order; the auditor looks after every move."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from sqlalchemy import Engine, select

from db import operations, queue
from db.codec import spec_from_text
from db.tables import jobs, steps
from tests.db.auditor import audit_end, audit_standing
from tests.db.conftest import SCRATCH
from tests.db.crew import Crew
from tests.db.ending import collect_at_last, settle
from tests.db.moves import (
    BATCHES,
    ENDS,
    ERRORS,
    FUSES,
    JOBS,
    LATE,
    LATE_FUSES,
    LEGAL,
    MOMENTS,
    MOST_JOBS,
    NEEDS,
    PLACES,
    PLANS,
    TIMES,
    WHICH,
)
from tests.db.offices import Dispatcher
from tests.db.values import CAPABILITIES, digest
from tests.db.world import Worker, World, empty


class Farm(Crew):
    """Two workers, two dispatchers, gc and people, in any order, killed after any operation."""

    engine: ClassVar[Engine]
    #: The points that were passed in all histories.
    passed: ClassVar[set[str]]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="lectern-farm-", dir=SCRATCH))
        empty(self.engine)
        self.world = World(engine=self.engine, folder=self.folder)
        self.workers = [Worker("cpu0@here"), Worker("cpu1@here")]
        self.helper = Worker("cpu2@here")
        self.dispatchers = [Dispatcher(self.world, "first"), Dispatcher(self.world, "second")]
        self.pulses = []
        self.ghosts: list[Worker] = []
        self.batch: tuple[str, ...] = ()
        self.fences: dict[int, int] = {}
        self.states: dict[int, str] = {}
        self.came_back = False

    @initialize(batch=st.sampled_from(BATCHES))
    def submit(self, batch: tuple[str, ...]) -> None:
        """A batch is there."""
        self.batch = batch
        self.world.submit(batch, "batch")

    # Work, well or badly.

    @rule(which=WHICH, data=st.data(), times=TIMES, fuse=FUSES)
    def work(self, which: int, data: st.DataObject, times: int, fuse: int | None) -> None:
        """A worker takes a message if it is free, and goes on for a while; killed, it forgets everything."""
        self._begin(which, data)
        self._go_on(self.workers[which], times, fuse)

    @rule(which=WHICH, data=st.data(), plan=PLANS, fuse=FUSES)
    def meddle(self, which: int, data: st.DataObject, plan: tuple[str, str], fuse: int | None) -> None:
        """Something comes between two operations of a worker, who then goes on as if nothing had happened."""
        self._have_work(*CAPABILITIES)
        at, what = plan
        worker = self.workers[which]
        if worker.work is None:
            self._begin(which, data)
        self._go_on(worker, 100, None, halt=at)
        if worker.claim is not None:
            with self.world.fuse.lit(fuse):
                self._come_between(what, worker.claim.job, data)
            self._go_on(worker, 100, None)

    def _come_between(self, what: str, job: int, data: st.DataObject) -> None:
        if what == "gc":
            self.world.pass_day()
            self.world.collect()
        elif what == "damage":
            self._damage(data)
        elif what == "again":
            self._submit_again()
        else:
            verb = operations.cancel if what == "cancel" else operations.pause
            verb(self.world.ledger, [job], by="anna")

    @rule(which=WHICH, data=st.data(), plan=st.tuples(PLACES, PLACES), late=st.sampled_from(LATE))
    def usurp(self, which: int, data: st.DataObject, plan: tuple[str, str], late: str) -> None:
        """A worker's step is taken from it and claimed by another; in the midst of that it comes back."""
        self._have_work(*CAPABILITIES)
        self._begin(which, data)
        old = self.workers[which]
        self._go_on(old, 100, None, halt=plan[0])
        if old.claim is not None:
            step = old.claim.step
            self._cut_off(which)
            self.world.claim(self.workers[which], step)
            self._go_on(self.workers[which], 100, None, halt=plan[1])
            self._come_late(old, late, 100, None)

    @rule(plan=st.tuples(PLACES, PLACES), order=st.permutations([0, 1]))
    def meet(self, plan: tuple[str, str], order: list[int]) -> None:
        """Two workers speak or render the same words at the same time."""
        if any(worker.work for worker in self.workers):
            return
        self._have_work("speak")
        queue.unmark_sent(self.world.ledger)
        capability = next(
            (each for each in ("render.warp", "speak") if len(self.world.look(each, 2)) == 2), ""
        )
        for worker, step in zip(self.workers, self.world.look(capability, 2), strict=False):
            self.world.claim(worker, step)
        for which in (0, 1):
            self._go_on(self.workers[which], 100, None, halt=plan[which])
        for which in order:
            self._go_on(self.workers[which], 100, None)

    @rule(stage=st.sampled_from(["render.warp", "join", "join", "archive", "archive", ""]))
    def go_forward(self, stage: str) -> None:
        """The farm works undisturbed until a stage is reached; without one, until nothing can be done."""
        for _ in range(60):
            self.world.offset_ms += 60_000
            queue.unmark_sent(self.world.ledger)
            chosen = [step for each in CAPABILITIES for step in self.world.look(each, 1)]
            if not chosen or (stage and self.world.look(stage, 1)):
                break
            for step in self.world.mark(chosen[:1]):
                self.world.claim(self.helper, step)
            while self.helper.work is not None:
                self.world.go_on(self.helper)
            self._audit()

    def _begin(self, which: int, data: st.DataObject) -> None:
        worker = self.workers[which]
        if worker.work is None:
            step = self._message(data)
            if step is not None:
                self.world.claim(worker, step)

    def _message(self, data: st.DataObject) -> int | None:
        """The next message; now and then one that came before, or from long ago."""
        if data.draw(st.integers(0, 4)) == 0 and self.world.messages:
            return data.draw(st.sampled_from(self.world.messages))
        before = len(self.world.messages)
        self.world.send(2)
        fresh = self.world.messages[before:]
        return data.draw(st.sampled_from(fresh)) if fresh else None

    def _go_on(self, worker: Worker, times: int, fuse: int | None, *, halt: str = "") -> None:
        """Go on for so many operations, or until it has just done the one to halt after."""
        finished = False
        with self.world.fuse.lit(fuse):
            for _ in range(times):
                if worker.work is None or (halt and worker.at == halt):
                    break
                self.world.go_on(worker)
            finished = True
        if not finished:
            worker.die()

    @rule(
        which=WHICH,
        data=st.data(),
        ends=st.lists(st.tuples(PLACES, ENDS), min_size=1, max_size=3),
        fuse=FUSES,
    )
    def give_up(self, which: int, data: st.DataObject, ends: list[tuple[str, str]], fuse: int | None) -> None:
        """Attempts of a worker end with an error, or because it is asked to go; it comes back for more."""
        queue.unmark_sent(self.world.ledger)
        self._have_work("speak", "render.warp")
        self._begin(which, data)
        worker = self.workers[which]
        for at, how in ends:
            self._go_on(worker, 100, None, halt=at)
            if worker.claim is None:
                break
            step = worker.claim.step
            self._give_up(worker, how, fuse)
            self.world.claim(worker, step)
            if worker.claim is None:
                self.world.offset_ms += 300_000
                self.world.claim(worker, step)

    def _give_up(self, worker: Worker, how: str, fuse: int | None) -> None:
        if worker.claim is not None:
            with self.world.fuse.lit(fuse):
                if how == "interrupted":
                    self.world.release(worker)
                else:
                    self.world.fail(worker, ERRORS[how])
        worker.die()

    # Dispatchers.

    @rule(slots=st.integers(1, 3), which=WHICH, data=st.data(), fuse=FUSES)
    def dispatch(self, slots: int, which: int, data: st.DataObject, fuse: int | None) -> None:
        """Either dispatcher fills the queues and is killed at it, or a worker is while it claims."""
        with self.world.fuse.lit(fuse):
            self.world.send(slots)
            if self.world.messages and self.workers[which].work is None:
                self.world.claim(self.workers[which], data.draw(st.sampled_from(self.world.messages)))

    @rule(capability=st.sampled_from(CAPABILITIES), what=st.sampled_from(["", "pause", "cancel", "claim"]))
    def dispatch_together(self, capability: str, what: str) -> None:
        """Both dispatchers look before either has sent; perhaps a step is claimed or held in between."""
        queue.unmark_sent(self.world.ledger)
        self._have_work(*CAPABILITIES)
        looks = [self.world.look(capability, 2) or self.world.look("speak", 2) for _ in range(2)]
        for step in looks[0][:1]:
            if what == "claim":
                self.world.claim(self.helper, step)
            elif what:
                verb = operations.pause if what == "pause" else operations.cancel
                verb(self.world.ledger, [self.world.row(step).job_id], by="anna")
        first, second = (self.world.mark(look) for look in looks)
        assert not first & second, "two dispatchers sent the same"
        self._audit()
        self._go_on(self.helper, 100, None)

    @precondition(lambda self: any(worker.claim for worker in self.workers))
    @rule(which=WHICH)
    def cut_off(self, which: int) -> None:
        """A worker is cut off and loses its step; it may wake up late, and another takes its name."""
        self._cut_off(which)

    def _cut_off(self, which: int) -> None:
        worker = self.workers[which]
        if worker.claim is None:
            return
        self.ghosts.append(worker)
        self.workers[which] = Worker(worker.name)
        self.world.read_leases()
        for lease in self.world.readings:
            if lease.step == worker.claim.step:
                self.world.expire(lease)
        self._audit()

    @precondition(lambda self: self.ghosts)
    @rule(data=st.data(), how=st.sampled_from(LATE), fuse=FUSES)
    def wake_late(self, data: st.DataObject, how: str, fuse: int | None) -> None:
        """A worker that was cut off goes on as if nothing had happened, or fails, or gives back."""
        self._come_late(data.draw(st.sampled_from(self.ghosts)), how, data.draw(TIMES), fuse)

    def _come_late(self, ghost: Worker, how: str, times: int, fuse: int | None) -> None:
        if how == "work":
            self._go_on(ghost, times, fuse)
        else:
            self._give_up(ghost, how, fuse)
        if ghost.work is None:
            self.ghosts.remove(ghost)

    @rule(data=st.data(), old=st.booleans(), fuse=FUSES)
    def expire(self, data: st.DataObject, old: bool, fuse: int | None) -> None:  # noqa: FBT001 - drawn by name
        """Either dispatcher takes a step away, by a reading of any age, from a worker alive or dead."""
        if not old or not self.world.readings:
            self.world.read_leases()
        if self.world.readings:
            lease = data.draw(st.sampled_from(self.world.readings[::-1]))
            with self.world.fuse.lit(fuse):
                self.world.expire(lease)

    # The world around.

    @rule(days=st.integers(0, 2), fuse=FUSES)
    def collect(self, days: int, fuse: int | None) -> None:
        """The garbage is collected, perhaps after days, whatever is under way."""
        for _ in range(days):
            self.world.pass_day()
        with self.world.fuse.lit(fuse):
            self.world.collect()

    @precondition(lambda self: not self.came_back)
    @rule(moment=MOMENTS, fuse=FUSES)
    def come_back_for(self, moment: tuple[str, str], fuse: int | None) -> None:
        """What was archived long ago is wanted again in the very moment in which it is cleared away."""
        self.came_back = True
        at, halt = moment
        number = len(self.states)
        self.world.submit((f"o{number}",), f"old {number}")
        self.go_forward("")
        for _ in range(2):
            self.world.pass_day()
        self.world.submit((f"o{number}",), f"old {number}", again=True)
        worker = Worker("cpu3@here")
        for stage in ("speak", "render.warp"):
            for step in self.world.look(stage, MOST_JOBS)[-1:]:
                self.world.claim(worker, step)
            self._go_on(worker, 100, None, halt=halt)
            with (
                self.world.fuse.lit(fuse),
                self.world.between.before(at, lambda: self._go_on(worker, 100, None)),
            ):
                self.world.collect()
            self._go_on(worker, 100, None)
            self._audit()

    @rule(back=st.booleans(), fuse=FUSES)
    def replan(self, back: bool, fuse: int | None) -> None:  # noqa: FBT001 - drawn by name
        """Nobody renders any more as films were planned, or so a dispatcher thinks."""
        with self.world.fuse.lit(fuse):
            self.world.replan(back=back)

    @rule(what=st.sampled_from(["minute", "redis", "submit", "again"]), fuse=FUSES)
    def pass_by(self, what: str, fuse: int | None) -> None:
        """What waits has waited; Redis loses its memory; the same batch is submitted once more."""
        self.world.offset_ms += 60_000
        with self.world.fuse.lit(fuse):
            if what == "redis":
                queue.unmark_sent(self.world.ledger)
            elif what == "submit":
                self.world.submit(self.batch, "batch")
            elif what == "again":
                self._submit_again()

    def _have_work(self, *capabilities: str) -> None:
        """Submit two more films, if nothing else is to be done there; they say something new."""
        waiting = any(self.world.look(each, 1) for each in capabilities)
        if not waiting and len(self.states) + 2 <= MOST_JOBS:
            number = len(self.states)
            self.world.submit((f"x{number} y{number}",) * 2, f"pair {number}")

    def _submit_again(self) -> None:
        if len(self.states) + len(self.batch) <= MOST_JOBS:
            self.world.submit(self.batch, "batch", again=True)

    @rule(stage=st.sampled_from(sorted(NEEDS)), word=st.integers(0, 1), fuse=LATE_FUSES)
    def lose(self, stage: str, word: int, fuse: int | None) -> None:
        """What a stage needs vanishes, perhaps in its midst; the farm finds out and makes it again."""
        self._have_work(*CAPABILITIES)
        self.go_forward(stage)
        told = select(steps.c.job_id, jobs.c.spec).join_from(steps, jobs)
        for step in self.world.look(stage, 1):
            if stage == "archive":
                self._deliver_in_vain(step, fuse)
            with self.world.ledger.read() as connection:
                job, text = connection.execute(told.where(steps.c.id == step)).one()
            words = self.world.scripts[spec_from_text(text).script.key]
            kind = NEEDS[stage]
            of = {"clip": words[word % len(words)], "timeline": " ".join(words), "film": f"{job} film"}
            for path in (self.world.store.root / kind).glob(f"*/{digest(of[kind])}.*"):
                self.world.take_file_away(path)
        self.go_forward("")

    @rule(fuse=FUSES)
    def lose_shared(self, fuse: int | None) -> None:
        """What was spoken for one film vanishes right before another wants it; it is made again."""
        number = len(self.states)
        if number + 2 > MOST_JOBS:
            return
        word = f"s{number}"
        self.world.submit((word, word), f"shared {number}")
        for step in self.world.look("speak", MOST_JOBS)[-2:]:
            for path in (self.world.store.root / "speech").glob(f"*/{digest(word)}.*"):
                self.world.take_file_away(path)
            self.world.claim(self.helper, step)
            self._go_on(self.helper, 100, fuse)

    def _deliver_in_vain(self, step: int, fuse: int | None) -> None:
        """A worker is lost while it delivers a film, or when it has and nobody knows."""
        worker = Worker("cpu3@here")
        self.world.claim(worker, step)
        self._go_on(worker, 100, fuse, halt="made")
        if worker.claim is not None:
            self.ghosts.append(worker)
        self.world.read_leases()
        running = [lease for lease in self.world.readings if lease.step == step]
        # What it was to deliver may be gone already, and then it has given the step back.
        if running:
            self.world.expire(running[-1])

    @rule(data=st.data())
    def damage(self, data: st.DataObject) -> None:
        """A file vanishes from the store, whoever may need it."""
        self._damage(data)

    def _damage(self, data: st.DataObject) -> None:
        """Sources are safe, or nothing could be promised."""
        kinds = ("speech", "timeline", "clip", "film")
        found = sorted(path for kind in kinds for path in (self.world.store.root / kind).glob("*/*"))
        if found:
            self.world.take_file_away(data.draw(st.sampled_from(found)))

    @rule(
        verb=st.sampled_from(
            [operations.cancel, operations.pause, operations.resume, operations.resume, operations.retry]
        ),
        job=JOBS,
        fuse=FUSES,
    )
    def operate(self, verb: Callable[..., object], job: int, fuse: int | None) -> None:
        """Somebody cancels, pauses, resumes or retries."""
        known = sorted(self.states)
        if known:
            with self.world.fuse.lit(fuse):
                verb(self.world.ledger, [known[job % len(known)]], by="anna")

    # What holds.

    @invariant()
    def stand(self) -> None:
        """Fences never fall, states move as the design says, and the auditor finds nothing."""
        with self.world.ledger.read() as connection:
            for row in connection.execute(select(steps.c.id, steps.c.fence)):
                assert row.fence >= self.fences.get(row.id, 0)
                self.fences[row.id] = row.fence
            for job, state in connection.execute(select(jobs.c.id, jobs.c.state)):
                before = self.states.get(job, state)
                assert before == state or (before, state) in LEGAL, (before, state)
                self.states[job] = state
        self._audit()

    def _audit(self) -> None:
        audit_standing(self.world.ledger, self.world.store, self.world.damaged, self.world.scripts)

    def teardown(self) -> None:
        """Everything comes to an end, by itself first, and then by retries; the auditor looks twice."""
        try:
            if self.states:
                self._wind_up()
        finally:
            self.passed.update(self.world.fuse.passed)
            shutil.rmtree(self.folder)

    def _wind_up(self) -> None:
        world = self.world
        every = list(self.states)
        operations.pause(world.ledger, every, by="anna")
        operations.resume(world.ledger, every, by="anna")
        self._settle()
        collect_at_last(world)
        audit_end(world, all_completed=False)
        for _ in range(3):
            operations.retry(world.ledger, every, by="anna")
            self._settle()
        self._audit()
        self.go_home()
        collect_at_last(world)
        audit_end(world, all_completed=True)

    def _settle(self) -> None:
        settle(self.world, self.helper, [*self.ghosts, *self.workers])
        self.ghosts.clear()
