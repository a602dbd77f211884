"""What may happen to dispatchers and to workers as such: who leads, who lives, who shall take nothing new."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from sqlalchemy import bindparam, select

from db import cards, claims, leases, posts, stuck, tables, workers
from db.states import CardState, Condition, WorkerOrder
from pipeline.plan.errors import InputError, SupersededError
from tests.db.moves import FUSES, WHICH
from tests.db.offices import TURNS, Dispatcher
from tests.db.values import CAPABILITIES
from tests.db.world import PROFILES, Worker, World

_VIEW = select(tables.workers.c.alive, tables.workers.c.draining).where(
    tables.workers.c.name == bindparam("who")
)

_GRAVITY = {state: gravity for gravity, state in enumerate(CardState)}
_ORDERS = {"order": WorkerOrder.DRAIN, "lock": WorkerOrder.LOCK, "unlock": WorkerOrder.NONE}
ACTS = ["register", "drain", "undrain", "leave", "relearn", "tell", "clear", *_ORDERS]


class Crew(RuleBasedStateMachine):
    """Two dispatchers, of whom one leads, and two workers that are registered, live and go home.

    Attributes:
        world: where they work.
        workers: two workers.
        dispatchers: two dispatchers.
        pulses: readings of workers' counters, however old.
    """

    world: World
    workers: list[Worker]
    dispatchers: list[Dispatcher]
    pulses: list[leases.WorkerPulse]

    @rule(which=WHICH, times=st.sampled_from([1, 1, 2, 2 * TURNS]), fuse=FUSES)
    def lead(self, which: int, times: int, fuse: int | None) -> None:
        """A dispatcher leads, or takes the lead of one who is silent; killed, another comes in its place."""
        dispatcher, lived = self.dispatchers[which], False
        with self.world.fuse.lit(fuse):
            for _ in range(times):
                dispatcher.turn()
            lived = True
        if not lived:
            dispatcher.die()

    @rule(overtaken=st.booleans(), fuse=FUSES)
    def tell(self, overtaken: bool, fuse: int | None) -> None:  # noqa: FBT001 - drawn by name
        """Somebody writes results files, or two do at once; killed, the next one makes them right."""
        with self.world.fuse.lit(fuse):
            self.world.tell(overtaken=overtaken)

    @rule(wakes=st.booleans())
    def race(self, wakes: bool) -> None:  # noqa: FBT001 - drawn by name
        """All who do not lead see a silent leader; if it does not wake now, one of them takes its lead."""
        seen = [(each, each.watch()) for each in self.dispatchers if not each.leading]
        for dispatcher in self.dispatchers:
            if wakes and dispatcher.leading:
                dispatcher.leading = dispatcher.lead_on()
        taken = [each.take(leadership) for each, leadership in seen if leadership is not None]
        assert sum(taken) <= 1, "two dispatchers took the same lead"

    @rule(which=WHICH, fuse=FUSES)
    def resign(self, which: int, fuse: int | None) -> None:
        """A dispatcher goes in good order, whether it led or only thought so."""
        with self.world.fuse.lit(fuse):
            self.dispatchers[which].resign()
        self.dispatchers[which].die()

    @rule(which=WHICH, fuse=FUSES)
    def beat(self, which: int, fuse: int | None) -> None:
        """A worker's heart beats: it hears exactly whether its step is its own, and whether it shall go."""
        with self.world.fuse.lit(fuse):
            self._beat(self.workers[which])

    @rule(which=WHICH, done=st.sampled_from([0, 1, 3]), fuse=FUSES)
    def advance(self, which: int, done: int, fuse: int | None) -> None:
        """A worker tells how far it is; only whose step is its own may."""
        worker = self.workers[which]
        if worker.desk is None:
            return
        mine = self._is_mine(worker)
        with self.world.fuse.lit(fuse):
            try:
                worker.desk.advance(done, 3)
            except SupersededError:
                assert not mine, "a worker was refused its own step"
            else:
                assert mine, "progress of a late worker was accepted"

    @rule(which=WHICH, what=st.sampled_from(ACTS), fuse=FUSES)
    def come_and_go(self, which: int, what: str, fuse: int | None) -> None:
        """A worker comes, is ordered to stop or go on, is about to end, goes, or tells of itself."""
        with self.world.fuse.lit(fuse):
            if what == "register":
                self._register(self.workers[which])
            elif what == "leave":
                self._leave(self.workers[which])
            elif what == "relearn":
                self._relearn(self.workers[which])
            elif what == "tell":
                self._tell(self.workers[which])
            elif what == "clear":
                self._clear(self.workers[which])
            elif what in _ORDERS:
                self._order(self.workers[which], _ORDERS[what])
            else:
                self._drain(self.workers[which], draining=what == "drain")

    @rule(state=st.sampled_from(CardState), fuse=FUSES)
    def ail(self, state: CardState, fuse: int | None) -> None:
        """A card is found ill, or well by its readings: what is graver stands, and only `out` ends so."""
        before = next((card.state for card in cards.read_cards(self.world.ledger)), CardState.WELL)
        gauge = cards.Gauge(device="GPU-1", name="L4", temperature_c=40, used_mb=1, total_mb=None)
        with self.world.fuse.lit(fuse):
            # What a card tells changes nothing of how it stands.
            cards.watch_over(self.world.ledger, "here", [gauge])
            if state is CardState.WELL:
                changed = cards.put_back(self.world.ledger, "here", "GPU-1")
                assert changed == (before is CardState.OUT)
            else:
                ill = cards.Card(host="here", device="GPU-1", state=state, reason="card-hot")
                assert cards.take_out(self.world.ledger, ill) == (_GRAVITY[state] > _GRAVITY[before])
            if state in {CardState.SICK, CardState.STUCK}:
                stuck.record(self.world.ledger, self.workers[0].name, role="hand", pids=[1])

    @rule(data=st.data(), old=st.booleans(), fuse=FUSES)
    def bury(self, data: st.DataObject, old: bool, fuse: int | None) -> None:  # noqa: FBT001 - drawn by name
        """Somebody holds a worker to be dead, by a reading of any age: right only if it has not moved."""
        now = leases.read_pulses(self.world.ledger)
        if not old or not self.pulses:
            self.pulses += now
        if self.pulses:
            pulse = data.draw(st.sampled_from(self.pulses[::-1]))
            with self.world.fuse.lit(fuse):
                buried = leases.bury(self.world.ledger, pulse)
                assert buried == (pulse in now), "a worker was buried that had moved, or was not"

    def go_home(self) -> None:
        """At the end everybody goes in good order, and nobody is held to live or to lead."""
        for worker in self.workers:
            self._register(worker)
            self._tell(worker)
            self._order(worker, WorkerOrder.LOCK)
            self._beat(worker)
            self._order(worker, WorkerOrder.NONE)
            self._clear(worker)
            self._drain(worker, draining=True)
            self._beat(worker)
            self._leave(worker)
        for dispatcher in self.dispatchers:
            for _ in range(2 * TURNS):
                dispatcher.turn()
        assert not leases.read_pulses(self.world.ledger), "somebody silent is held to live"
        for dispatcher in self.dispatchers:
            dispatcher.resign()
        assert not leases.read_leadership(self.world.ledger).holder

    def _register(self, worker: Worker) -> None:
        register = workers.register
        register(
            self.world.ledger,
            worker.name,
            host="here",
            device="cpu",
            capabilities=CAPABILITIES,
            profiles=PROFILES,
        )
        ordered = self._ordered(worker) is not WorkerOrder.NONE
        assert self._view(worker) == (True, ordered), "an order was forgotten"

    def _relearn(self, worker: Worker) -> None:
        before = self._view(worker)
        relearn = workers.relearn
        relearn(self.world.ledger, worker.name, device="d", capabilities=CAPABILITIES, profiles=PROFILES)
        assert self._view(worker) == before, "whether a worker lives or drains is another matter"

    def _drain(self, worker: Worker, *, draining: bool) -> None:
        before = self._view(worker)
        assert workers.drain(self.world.ledger, worker.name, draining=draining) == (before is not None)
        assert before is None or self._view(worker) == (before[0], draining)

    def _order(self, worker: Worker, what: WorkerOrder) -> None:
        before = self._view(worker)
        try:
            posts.order(self.world.ledger, worker.name, what, reason="a test", by="anna")
        except InputError:
            assert before is None, "an order to a worker that is there was refused"
            return
        assert self._ordered(worker) is what
        assert before is None or self._view(worker) == (before[0], what is not WorkerOrder.NONE)

    def _tell(self, worker: Worker) -> None:
        before = self._ordered(worker)
        posts.tell(self.world.ledger, worker.name, pool="p", version="1", pid=1)
        posts.tell_condition(self.world.ledger, worker.name, Condition.DISK_LOW)
        posts.tell_loaded(self.world.ledger, worker.name, ["a model"], [])
        assert self._ordered(worker) is before, "an order was forgotten"

    def _clear(self, worker: Worker) -> None:
        before = self._ordered(worker)
        if self._view(worker) is not None:
            posts.clear(self.world.ledger, worker.name, reason="a test", by="anna")
        assert self._ordered(worker) is before, "an order was forgotten"

    def _ordered(self, worker: Worker) -> WorkerOrder:
        post = posts.read_posts(self.world.ledger).get(worker.name)
        return WorkerOrder.NONE if post is None else post.ordered

    def _leave(self, worker: Worker) -> None:
        workers.leave(self.world.ledger, worker.name)
        after = self._view(worker)
        assert after is None or not after[0], "who has left lives"

    def _beat(self, worker: Worker) -> None:
        mine, before = self._is_mine(worker), self._view(worker)
        holding = worker.claim.holding if worker.claim else None
        heard = claims.beat(self.world.ledger, worker.name, holding)
        assert heard.mine == mine, "a worker was told the wrong thing about its step"
        assert heard.order is (WorkerOrder.NONE if before is None else self._ordered(worker))
        assert before is None or self._view(worker) == (True, before[1]), "a heart beats, and nobody sees it"

    def _is_mine(self, worker: Worker) -> bool:
        if worker.claim is None:
            return False
        row = self.world.row(worker.claim.step)
        return (row.state, row.fence) == ("running", worker.claim.fence)

    def _view(self, worker: Worker) -> tuple[bool, bool] | None:
        """Whether a worker lives and whether it shall take nothing new; None: it was never there."""
        with self.world.ledger.read() as connection:
            found = connection.execute(_VIEW, {"who": worker.name}).first()
        return None if found is None else (found.alive == 1, found.draining == 1)
