"""What may happen to work itself: done well or badly, taken away in its midst, brought back late, spoilt."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy import Engine

from db import operations, queue
from tests.db.auditor import audit_standing
from tests.db.conftest import SCRATCH
from tests.db.crew import Crew
from tests.db.moves import (
    ENDS,
    ERRORS,
    FUSES,
    LATE,
    MOST_JOBS,
    PLACES,
    PLANS,
    TIMES,
    WHICH,
)
from tests.db.offices import Dispatcher
from tests.db.values import CAPABILITIES
from tests.db.world import Worker, World, empty


class Labour(Crew):
    """Two workers at their steps, who are disturbed, robbed and replaced between any two operations."""

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
        self.states: dict[int, str] = {}

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
            (each for each in ("render.warp", "listen", "speak") if len(self.world.look(each, 2)) == 2), ""
        )
        for worker, step in zip(self.workers, self.world.look(capability, 2), strict=False):
            self.world.claim(worker, step)
        for which in (0, 1):
            self._go_on(self.workers[which], 100, None, halt=plan[which])
        for which in order:
            self._go_on(self.workers[which], 100, None)

    @rule(stage=st.sampled_from(["listen", "render.warp", "join", "join", "archive", "archive", ""]))
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

    def _have_work(self, *capabilities: str) -> None:
        """Submit two more films, if nothing else is to be done there; they say something new."""
        waiting = any(self.world.look(each, 1) for each in capabilities)
        if not waiting and len(self.states) + 2 <= MOST_JOBS:
            number = len(self.states)
            # Where any work will do, films of all kinds come in turn.
            how = ("", "check|", "record|", "write|")[number % 4] if "write" in capabilities else ""
            self.world.submit((f"{how}x{number} y{number}",) * 2, f"pair {number}")

    def _submit_again(self) -> None:
        if len(self.states) + len(self.batch) <= MOST_JOBS:
            self.world.submit(self.batch, "batch", again=True)

    @rule(data=st.data())
    def damage(self, data: st.DataObject) -> None:
        """A file vanishes from the store, whoever may need it."""
        self._damage(data)

    def _damage(self, data: st.DataObject) -> None:
        """Sources are safe, or nothing could be promised."""
        kinds = ("script", "speech", "heard", "timeline", "clip", "film")
        found = sorted(path for kind in kinds for path in (self.world.store.root / kind).glob("*/*"))
        if found:
            self.world.take_file_away(data.draw(st.sampled_from(found)))

    def _audit(self) -> None:
        audit_standing(self.world.ledger, self.world.store, self.world.damaged, self.world.scripts)
