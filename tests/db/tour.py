"""One history in which everything that is drawn seldom happens once, so that chance leaves out nothing."""

from __future__ import annotations

from db import leaving, operations
from db.states import CardState
from tests.db.crew import ACTS
from tests.db.machine import PASSING, Farm, hurry, put_away, wait
from tests.db.offices import TURNS


class Tour(Farm):
    """The farm of the drawn histories, led past its acts one by one; what holds is looked at after each.

    A new transaction has its place in an act of the farm, where it is drawn, and that act here.
    """

    def go(self) -> None:
        """Everything that may befall workers, dispatchers, people and films."""
        self.submit(batch=("write check|a b", "record|b a"))
        self.stand()
        self.lose_shared(fuse=None)
        self.stand()
        self._fail()
        for which in (0, 1):
            self.lead(which=which, times=2 * TURNS, fuse=None)
        for what in ("register", *ACTS, "register"):
            self.come_and_go(which=0, what=what, fuse=None)
            self.beat(which=0, fuse=None)
            self.stand()
        for state in (CardState.OUT, *CardState):
            self.ail(state=state, fuse=None)
            self.stand()
        for what in PASSING:
            self.pass_by(what=what, fuse=None)
            self.stand()
        for back in (False, True):
            self.replan(back=back, fuse=None)
            self.stand()
        for stage in ("join", "archive", ""):
            self.go_forward(stage=stage)
            self.tell(overtaken=True, fuse=None)
            self.tell(overtaken=False, fuse=None)
            self.stand()
        # Of what has ended there are news.
        self.pass_by(what="words", fuse=None)
        self.lose(stage="join", word=0, fuse=None)
        self.collect(days=2, most=0, fuse=None)
        self.stand()
        self.race(wakes=False)
        self.resign(which=1, fuse=None)
        self.stand()

    def _fail(self) -> None:
        """A film is held, let go, canceled and wanted again; it fails, is put away, and wanted once more."""
        for verb in (
            operations.pause,
            operations.resume,
            operations.hold,
            operations.release,
            wait,
            hurry,
            operations.interrupt,
            operations.cancel,
            operations.requeue,
            wait,
        ):
            self.operate(verb=verb, job=0, fuse=None)
            self.stand()
        self.world.offset_ms += 60_000
        self.lead(which=0, times=2 * TURNS, fuse=None)
        for how in ("error", "interrupted", "", "fatal"):
            (step,) = self.world.look("write", 1)
            self.world.claim(self.workers[0], step)
            assert self.workers[0].claim is not None
            leaving.have_stay(self.world.ledger, [step], leaving.PAUSED)
            if how:
                self._give_up(self.workers[0], how, None)
            else:
                self.cut_off(which=0)
            self.world.offset_ms += 300_000
            self.stand()
        for verb in (put_away, operations.requeue):
            self.operate(verb=verb, job=0, fuse=None)
            self.stand()
