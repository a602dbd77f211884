"""The farm as a machine that anything may happen to, in any order; the auditor looks after every move."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from sqlalchemy import select

from db import (
    dead,
    departments,
    leases,
    leaving,
    nights,
    operations,
    queue,
    quotas,
    standing,
    stops,
    stopwords,
    strays,
    windows,
)
from db.backups import tell_backup
from db.codec import spec_from_text
from db.ledger import Ledger
from db.lexicon import put_entry, remove_entry
from db.states import Stage, StopKind, StopScope, Urgency
from db.tables import jobs, steps
from farm.policy.windows import parse
from pipeline.plan.lexicon import Entry
from tests.db.auditor import audit_end
from tests.db.ending import collect_at_last, settle
from tests.db.labour import Labour
from tests.db.moves import (
    BATCHES,
    FUSES,
    JOBS,
    LATE_FUSES,
    LEGAL,
    MOMENTS,
    MOST_JOBS,
    NEEDS,
    WHICH,
)
from tests.db.stages import accepted
from tests.db.telling import tell_news
from tests.db.values import CAPABILITIES, digest
from tests.db.world import Worker

_ALL = (StopScope.DEPARTMENT, "default")
#: What may pass by beside the work.
PASSING = ("minute", "redis", "submit", "again", "words", "pool", "shut", "quota")


def put_away(ledger: Ledger, job_ids: Collection[int], *, by: str) -> None:
    """Put films away that failed; what was made and could not be archived is tried again at the end."""
    failed = {letter.job for letter in dead.read_dead(ledger) if letter.stage is not Stage.ARCHIVE}
    dead.discard(ledger, failed.intersection(job_ids), by=by)


def change_windows(ledger: Ledger) -> None:
    """Somebody makes a window that no film waits for, changes it, and removes it; or what is left to do."""
    if not windows.read_windows(ledger):
        windows.add_window(ledger, "night", parse("22:00-07:00", "UTC"), by="anna")
    windows.set_window(ledger, "night", parse("23:00-07:00", "UTC"), by="anna")
    windows.remove_window(ledger, "night", by="anna")
    nights.lift(ledger, nights.read_wanted(ledger), by="lectern")


def wait(ledger: Ledger, job_ids: Collection[int], *, by: str) -> None:
    """Have films wait for a minute."""
    operations.start_after(ledger, job_ids, ledger.clock() + 60_000, by=by)


def hurry(ledger: Ledger, job_ids: Collection[int], *, by: str) -> None:
    """Have films go before others."""
    standing.set_to(ledger, job_ids, standing.Wish(urgency=Urgency.NORMAL, priority=7), by=by)


class Farm(Labour):
    """Two workers, two dispatchers, gc and people, in any order, killed after any operation."""

    def __init__(self) -> None:
        super().__init__()
        self.fences: dict[int, int] = {}
        self.came_back = False

    @initialize(batch=st.sampled_from(BATCHES))
    def submit(self, batch: tuple[str, ...]) -> None:
        """A batch is there."""
        self.batch = batch
        self.world.submit(batch, "batch")

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

    @rule(days=st.integers(0, 2), most=st.sampled_from([0, 1, 400]), fuse=FUSES)
    def collect(self, days: int, most: int, fuse: int | None) -> None:
        """The garbage is collected, perhaps after days or within a limit, whatever is under way."""
        for _ in range(days):
            self.world.pass_day()
        with self.world.fuse.lit(fuse):
            self.world.collect(most=most)

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
        """Nobody renders any more as films were planned, or so a dispatcher or an operator thinks."""
        self.go_forward("render.warp")
        with self.world.fuse.lit(fuse):
            self.world.retire(old=not back)
            self.world.move()
            self.world.replan(back=back)

    @rule(what=st.sampled_from(PASSING), fuse=FUSES)
    def pass_by(self, what: str, fuse: int | None) -> None:
        """What waits has waited; Redis loses its memory; the same batch is submitted once more.

        Or somebody changes a list that concerns no film that is under way, and hears of films that end; or
        gives films to a pool and takes them back; or it is the end of a window, what runs is wanted back, and
        the department is stopped; or a department has a quota of nothing for a while, but for a film that it
        is granted.
        """
        self.world.offset_ms += 60_000
        with self.world.fuse.lit(fuse):
            if what == "redis":
                queue.unmark_sent(self.world.ledger)
            elif what == "submit":
                self.world.submit(self.batch, "batch")
            elif what == "again":
                self._submit_again()
            elif what == "words":
                stopwords.add_words(self.world.ledger, "default", ["a"], by="anna")
                stopwords.remove_words(self.world.ledger, "default", ["a"], by="anna")
                put_entry(self.world.ledger, "default", Entry(word="a", language="en", said="ay"), by="anna")
                remove_entry(self.world.ledger, "default", "a", "en", by="anna")
                strays.tell_cleared(self.world.ledger, 3, by="anna")
                tell_backup(self.world.ledger, 1, by="anna")
                change_windows(self.world.ledger)
                tell_news(self.world.ledger)
            elif what == "pool":
                self.world.hand_over("studio")
                self.world.hand_over("")
            elif what == "shut":
                running = {lease.step for lease in leases.read_leases(self.world.ledger)}
                leaving.have_leave(self.world.ledger, running, "farm-paused")
                leaving.have_stay(self.world.ledger, running, "farm-paused")
                stops.stop(self.world.ledger, *_ALL, StopKind.HOLD, by="anna")
                stops.lift(self.world.ledger, *_ALL, [StopKind.HOLD], by="anna")
                soon = self.world.ledger.clock() + 1000
                stops.stop(self.world.ledger, *_ALL, StopKind.PAUSE, by="anna", until=soon)
                self.world.offset_ms += 1000
                stops.end_stops(self.world.ledger)
            elif what == "quota":
                self._have_no_quota()
        if what == "pool":
            self.world.hand_over("")
        elif what == "quota":
            departments.change(self.world.ledger, "default", {"films": None}, by="olga")
            quotas.release(self.world.ledger)
        stops.lift(self.world.ledger, *_ALL, StopKind, by="anna")

    def _have_no_quota(self) -> None:
        """What is submitted, or wanted again, waits for a quota; one film is granted."""
        ledger = self.world.ledger
        for each in departments.read_departments(ledger):
            if each != departments.DEFAULT:
                departments.remove(ledger, each, by="olga")
        departments.add(ledger, "training", {"weight": 50}, by="olga")
        departments.change(ledger, "default", {"films": 0}, by="olga")
        self._submit_again()
        for job in list(self.states)[:2]:
            operations.cancel(ledger, [job], by="anna")
            operations.requeue(ledger, [job], by="anna")
        departments.grant(ledger, "default", 1, until=self.world.now() + 60_000, by="olga")
        quotas.release(ledger)
        departments.remove(ledger, "training", by="olga")

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
            spec = spec_from_text(text)
            words = self.world.scripts[(spec.recording or spec.brief or spec.script).key]
            kind, timeline = NEEDS[stage], " ".join(words)
            of = {"script": timeline, "clip": words[word % len(words)], "film": f"{job} film"}
            of |= {"speech": of["clip"], "timeline": accepted(timeline) if spec.hearing else timeline}
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

    @rule(
        verb=st.sampled_from(
            [
                operations.cancel,
                operations.pause,
                operations.resume,
                operations.resume,
                operations.requeue,
                operations.hold,
                operations.release,
                operations.interrupt,
                wait,
                hurry,
                put_away,
            ]
        ),
        job=JOBS,
        fuse=FUSES,
    )
    def operate(self, verb: Callable[..., object], job: int, fuse: int | None) -> None:
        """Somebody does to a film whatever may be done."""
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
        operations.start_after(world.ledger, every, None, by="anna")
        self._settle()
        collect_at_last(world)
        audit_end(world, all_completed=False)
        for _ in range(3):
            operations.requeue(world.ledger, every, by="anna")
            self._settle()
        self._audit()
        self.go_home()
        collect_at_last(world)
        audit_end(world, all_completed=True)

    def _settle(self) -> None:
        settle(self.world, self.helper, [*self.ghosts, *self.workers])
        self.ghosts.clear()
