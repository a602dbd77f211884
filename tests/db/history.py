"""A fixed history of a farm, in scenes, that passes every transaction and every operation on files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import insert

from db import (
    backups,
    cards,
    claims,
    dead,
    departments,
    leases,
    leaving,
    lexicon,
    nights,
    operations,
    posts,
    queue,
    quotas,
    standing,
    stops,
    stopwords,
    strays,
    stuck,
    windows,
    workers,
)
from db.engine import WRITES
from db.states import CardState, Condition, StopKind, StopScope, WorkerOrder
from db.tables import key_leases
from farm.policy.windows import parse
from pipeline.plan.lexicon import Entry
from tests.db.moves import ERRORS
from tests.db.offices import TURNS, Dispatcher
from tests.db.stages import accepted
from tests.db.telling import tell_news
from tests.db.values import CAPABILITIES, digest
from tests.db.world import PROFILES, Worker, World


class Scene(Protocol):
    """A part of the history, which begins on an empty farm."""

    __name__: str

    def __call__(self, company: Company) -> None:
        """Play it."""


@dataclass
class Company:
    """Everybody who works on one farm, and what they were asked for.

    Attributes:
        world: the farm.
        one: a worker.
        two: another one.
        leader: a dispatcher.
        deputy: another one.
        orders: what was submitted: names, and the scripts of the rows.
        acting: whose process is at work just now; None: a person's or a dispatcher's.
        opening: how many points were passed before the scene began in which somebody may be killed.
        key_left: whether there may be a key whose maker has gone.
        pooled: whether a film may be in a pool in which nobody is.
        limited: whether the department may have a quota.
    """

    world: World
    one: Worker = field(default_factory=lambda: Worker("cpu0@here"))
    two: Worker = field(default_factory=lambda: Worker("cpu1@here"))
    orders: dict[str, tuple[str, ...]] = field(default_factory=dict)
    acting: Worker | None = None
    opening: int = 0
    key_left: bool = False
    pooled: bool = False
    limited: bool = False

    def __post_init__(self) -> None:
        """Hire two dispatchers; the world was there before."""
        self.curtain()
        self.leader = Dispatcher(self.world, "leader")
        self.deputy = Dispatcher(self.world, "deputy")

    def curtain(self) -> None:
        """What came before was only preparation."""
        self.opening = len(self.world.fuse.passed)

    # People.

    def submit(self, name: str, *scripts: str, again: bool = False) -> None:
        """Submit a batch; submitted before, it is found."""
        self.acting = None
        self.orders[name] = scripts
        self.world.submit(scripts, name, again=again)

    def submit_again(self) -> None:
        """Whatever was submitted is submitted once more; nothing comes of it but what was not there."""
        for name, scripts in self.orders.items():
            self.submit(name, *scripts)

    def lose(self, kind: str, word: str) -> None:
        """A file vanishes from the store behind everybody's back."""
        (path,) = (self.world.store.root / kind).glob(f"*/{digest(word)}.*")
        self.world.take_file_away(path)

    # Workers.

    def register(self, worker: Worker) -> None:
        """A worker tells what it can do."""
        self.acting = worker
        workers.register(
            self.world.ledger,
            worker.name,
            host="here",
            device="cpu",
            capabilities=CAPABILITIES,
            profiles=PROFILES,
        )

    def relearn(self, worker: Worker) -> None:
        """A worker tells anew what it can do."""
        self.acting = worker
        workers.relearn(
            self.world.ledger, worker.name, device="cpu", capabilities=CAPABILITIES, profiles=PROFILES
        )

    def beat(self, worker: Worker, *, mine: bool) -> bool:
        """A worker's heart beats; it hears whether its step is still its own, and whether it shall go."""
        self.acting = worker
        holding = worker.claim.holding if worker.claim else None
        heard = claims.beat(self.world.ledger, worker.name, holding)
        assert heard.mine is mine
        return heard.order is WorkerOrder.DRAIN

    def work(self, worker: Worker, capability: str, *, halt: str = "") -> None:
        """A step is sent, and a worker does it, or halts right after some operation of it."""
        self.acting = None
        (step,) = self.world.mark(self.world.look(capability, 1))
        self.acting = worker
        self.world.claim(worker, step)
        self.go_on(worker, halt=halt)

    def go_on(self, worker: Worker, *, halt: str = "") -> None:
        """A worker goes on with what it has."""
        self.acting = worker
        while worker.work is not None and worker.at != halt:
            self.world.go_on(worker)

    def give_up(self, worker: Worker, how: str) -> None:
        """A worker's attempt ends with an error."""
        self.acting = worker
        self.world.fail(worker, ERRORS[how])
        self.acting = None

    def make_film(self, *, until: str = "") -> None:
        """The first worker does everything, or everything up to some stage."""
        for _ in range(50):
            stage = next((each for each in CAPABILITIES if self.world.look(each, 1)), until)
            if stage == until:
                self.acting = None
                return
            self.work(self.one, stage)

    # Dispatchers.

    def expire(self, worker: Worker) -> None:
        """A worker's step is taken from it."""
        assert worker.claim is not None
        self.acting = None
        self.world.read_leases()
        lease = next(each for each in self.world.readings if each.step == worker.claim.step)
        assert self.world.expire(lease).taken

    def leave_key(self) -> None:
        """There is a key whose maker has gone; a take and a cancel that meet on PostgreSQL may leave one."""
        self.acting = None
        left = {"kind": "clip", "key": digest("nobody's"), "step_id": 1, "fence": 1}
        with self.world.engine.execution_options(**{WRITES: True}).begin() as connection:
            connection.execute(insert(key_leases).values(left))
        self.key_left = True

    def collect(self) -> None:
        """The garbage is collected after two days."""
        self.acting = None
        self.world.pass_day()
        self.world.pass_day()
        self.world.collect()


def make_a_film(company: Company) -> None:
    """From the brief to the archive, through every stage, and away with what nobody needs."""
    company.leader.turn()
    company.register(company.one)
    company.submit("film", "write check|a")
    company.work(company.one, "write", halt="taken")
    company.beat(company.one, mine=True)
    company.go_on(company.one)
    company.make_film()
    company.collect()


def lose_what_was_heard(company: Company) -> None:
    """A good take and a piece of a recording are gone when they are to be shown: they are made anew."""
    company.submit("unheard", "check|a", "record|b")
    for stage in ("speak", "listen", "listen"):
        company.work(company.one, stage)
    company.lose("speech", accepted("a"))
    company.lose("speech", "b")
    company.curtain()
    # The first time, it might only not be seen yet.
    for _ in range(2):
        company.work(company.one, "render.warp")
        company.work(company.two, "render.warp")
        company.world.offset_ms += 300_000
    for stage in ("speak", "listen", "listen"):
        company.work(company.two, stage)


def share_a_clip(company: Company) -> None:
    """Two workers want to say and to show the same; who finds it taken gives its step back."""
    company.submit("pair", "a", "a")
    for stage in ("speak", "render.warp"):
        company.curtain()
        company.work(company.one, stage, halt="taken")
        company.work(company.two, stage)
        company.go_on(company.one, halt="put")
        company.work(company.two, stage)
        company.go_on(company.one)


def lose_a_worker(company: Company) -> None:
    """A worker falls silent, another does its work, and it comes back late; so it is with the leader."""
    company.leader.turn()
    company.register(company.one)
    company.register(company.two)
    company.submit("lost", "a")
    company.curtain()
    company.work(company.one, "speak", halt="made")
    company.expire(company.one)
    company.work(company.two, "speak")
    company.beat(company.one, mine=False)
    company.go_on(company.one)
    company.acting = None
    for _ in range(2 * TURNS):
        company.deputy.turn()
    company.leader.turn()
    assert company.deputy.leading
    assert not company.leader.leading
    assert all(pulse.worker != company.two.name for pulse in leases.read_pulses(company.world.ledger))
    company.register(company.two)
    company.relearn(company.two)
    posts.tell(company.world.ledger, company.two.name, pool="", version="1", pid=1)
    posts.tell_condition(company.world.ledger, company.two.name, Condition.DISK_LOW)
    posts.tell_loaded(company.world.ledger, company.two.name, ["a model"], [])
    hot = cards.Card(host="here", device="GPU-1", state=CardState.OUT, reason="card-hot")
    assert cards.take_out(company.world.ledger, hot)
    assert cards.put_back(company.world.ledger, hot.host, hot.device)
    cool = cards.Gauge(device="GPU-1", name="L4", temperature_c=40, used_mb=1, total_mb=2)
    cards.watch_over(company.world.ledger, "here", [cool])
    stuck.record(company.world.ledger, company.one.name, role="hand", pids=[1])
    posts.order(company.world.ledger, company.two.name, WorkerOrder.DRAIN, reason="a test", by="anna")
    posts.clear(company.world.ledger, company.two.name, reason="a test", by="anna")
    assert workers.drain(company.world.ledger, company.two.name, draining=True)
    assert company.beat(company.two, mine=False)
    workers.leave(company.world.ledger, company.two.name)
    company.deputy.resign()


def meet_trouble(company: Company) -> None:
    """Errors that pass, errors that do not, a retry, and an archive that is away."""
    company.submit("trouble", "a")
    company.curtain()
    company.work(company.one, "speak", halt="taken")
    company.give_up(company.one, "error")
    company.world.offset_ms += 300_000
    company.work(company.one, "speak", halt="put")
    company.give_up(company.one, "fatal")
    operations.requeue(company.world.ledger, [1], by="anna")
    company.make_film(until="render.warp")


def find_the_archive_away(company: Company) -> None:
    """A film that cannot be delivered waits, and then is."""
    company.submit("away", "a")
    company.make_film(until="archive")
    company.curtain()
    company.work(company.one, "archive", halt="named")
    company.give_up(company.one, "away")


def upgrade(company: Company) -> None:
    """A film that nobody renders any more as it was planned is planned anew, while its clip is made."""
    company.submit("upgrade", "a")
    company.make_film(until="render.warp")
    company.curtain()
    company.world.replan(back=False)
    company.make_film(until="join")


def move_films(company: Company) -> None:
    """An operator moves a film whose version left with its worker."""
    company.submit("move", "a")
    company.make_film(until="render.warp")
    company.curtain()
    company.world.retire(old=True)
    company.world.move()
    company.make_film(until="join")


def hand_over(company: Company) -> None:
    """An operator gives a film to a pool in which nobody is, and takes it back."""
    company.submit("pool", "a")
    company.make_film(until="render.warp")
    company.curtain()
    company.pooled = True
    company.world.hand_over("studio")
    company.world.hand_over("")
    company.make_film(until="join")


def obey_people(company: Company) -> None:
    """Jobs are paused, canceled, resumed and requeued, and one hold ends by itself."""
    company.submit("people", "a", "b")
    company.leader.turn()
    company.curtain()
    ledger = company.world.ledger
    operations.pause(ledger, [1], by="anna")
    company.work(company.one, "speak", halt="taken")
    company.acting = None
    operations.cancel(ledger, [2], by="anna")
    running = company.one.claim
    assert running is not None
    leaving.have_leave(ledger, [running.step], leaving.PAUSED)
    leaving.have_stay(ledger, [running.step], leaving.PAUSED)
    leaving.have_leave(ledger, [running.step], leaving.PAUSED)
    company.go_on(company.one)
    company.acting = None
    operations.resume(ledger, [1], by="anna")
    operations.pause(ledger, [1], by="anna", until=company.world.now())
    company.leader.turn()
    dead.discard(ledger, [2], by="anna")
    operations.requeue(ledger, [2], by="anna")
    company.world.mark(company.world.look("speak", 2))
    queue.unmark_sent(ledger)


def stop_for_a_while(company: Company) -> None:
    """A film is held, made to wait, and interrupted; its department is stopped, until a time and for good."""
    company.submit("stopped", "a")
    company.curtain()
    ledger, of = company.world.ledger, (StopScope.DEPARTMENT, "default")
    operations.hold(ledger, [1], by="anna")
    operations.release(ledger, [1], by="anna")
    operations.start_after(ledger, [1], company.world.now() + 1000, by="anna")
    operations.start_after(ledger, [1], None, by="anna")
    standing.set_to(ledger, [1], standing.Wish(priority=7), by="anna")
    stops.stop(ledger, *of, StopKind.HOLD, by="anna")
    stops.lift(ledger, *of, [StopKind.HOLD], by="anna")
    stops.stop(ledger, *of, StopKind.PAUSE, by="anna", until=company.world.now() + 1000)
    company.world.offset_ms += 1000
    stops.end_stops(ledger)
    company.work(company.one, "speak", halt="taken")
    company.acting = None
    operations.interrupt(ledger, [1], by="anna")
    company.go_on(company.one)


def lose_files(company: Company) -> None:
    """A clip is gone when it is wanted, before a render and before a join: it is made anew."""
    company.submit("damage", "a", "a")
    company.work(company.one, "speak")
    company.work(company.one, "speak")
    company.work(company.one, "render.warp")
    company.lose("clip", "a")
    company.curtain()
    company.work(company.two, "render.warp")
    company.lose("clip", "a")
    # The first time, it might only not be seen yet.
    for _ in range(2):
        company.work(company.one, "join")
        company.world.offset_ms += 300_000


def deliver_again(company: Company) -> None:
    """A film was delivered, nobody knows, and it has to be joined anew: the new one takes its place."""
    company.submit("again", "a")
    company.make_film(until="archive")
    company.work(company.one, "archive", halt="made")
    company.expire(company.one)
    company.lose("film", "1 film")
    # The first time, it might only not be seen yet.
    for _ in range(2):
        company.work(company.two, "archive")
        company.world.offset_ms += 300_000
    company.work(company.one, "join")
    company.curtain()
    company.work(company.one, "archive")


def want_what_is_old(company: Company) -> None:
    """What was archived long ago is wanted again while it is cleared away, with a key that nobody holds."""
    company.submit("old", "a")
    company.make_film()
    company.world.pass_day()
    company.world.pass_day()
    company.submit("old", "a", again=True)
    company.curtain()
    company.work(company.one, "speak", halt="found")
    company.leave_key()
    company.world.collect()
    company.go_on(company.one)


def tell_results(company: Company) -> None:
    """Two dispatchers write at once what became of a batch, and one of them has old news."""
    company.submit("results", "a")
    company.make_film(until="archive")
    company.world.tell()
    company.work(company.one, "archive")
    company.acting = None
    company.curtain()
    company.world.tell(overtaken=True)
    company.world.tell()


def keep_words(company: Company) -> None:
    """Somebody keeps the list of words that no script may hold, and the dictionary, while a film is made."""
    company.submit("words", "a")
    company.work(company.one, "speak", halt="taken")
    company.curtain()
    company.acting = None
    stopwords.add_words(company.world.ledger, "default", ["b", "c"], by="anna")
    stopwords.remove_words(company.world.ledger, "default", ["b"], by="anna")
    lexicon.put_entry(company.world.ledger, "default", Entry(word="a", language="en", said="b"), by="anna")
    lexicon.remove_entry(company.world.ledger, "default", "a", "en", by="anna")
    strays.tell_cleared(company.world.ledger, 3, by="anna")
    backups.tell_backup(company.world.ledger, 1, by="anna")
    windows.add_window(company.world.ledger, "night", parse("22:00-07:00", "UTC"), by="anna")
    windows.set_window(company.world.ledger, "night", parse("23:00-07:00", "UTC"), by="anna")
    windows.remove_window(company.world.ledger, "night", by="anna")
    nights.lift(company.world.ledger, {1: 0}, by="lectern")
    company.go_on(company.one)


def hear_news(company: Company) -> None:
    """Somebody wants to hear of films, and is told of each end; the latest is told once more."""
    company.world.all_told = True
    company.submit("news", "a")
    company.make_film(until="archive")
    company.curtain()
    tell_news(company.world.ledger)
    company.work(company.one, "archive")
    company.acting = None
    tell_news(company.world.ledger)


def wait_for_a_quota(company: Company) -> None:
    """A department has a quota of nothing, is granted one film, and then as many as it likes."""
    ledger, company.limited = company.world.ledger, True
    for each in departments.read_departments(ledger):
        # Who was killed has left it there.
        if each != departments.DEFAULT:
            departments.remove(ledger, each, by="olga")
    departments.change(ledger, "default", {"films": 0}, by="olga")
    company.submit("quota", "a", "b")
    company.curtain()
    departments.add(ledger, "training", {"weight": 50}, by="olga")
    departments.grant(ledger, "default", 1, until=company.world.now() + 60_000, by="olga")
    quotas.release(ledger)
    company.work(company.one, "speak", halt="taken")
    company.acting = None
    departments.change(ledger, "default", {"films": None}, by="olga")
    quotas.release(ledger)
    departments.remove(ledger, "training", by="olga")
    company.go_on(company.one)


SCENES: tuple[Scene, ...] = (
    make_a_film,
    wait_for_a_quota,
    lose_what_was_heard,
    share_a_clip,
    lose_a_worker,
    meet_trouble,
    find_the_archive_away,
    upgrade,
    move_films,
    hand_over,
    obey_people,
    stop_for_a_while,
    lose_files,
    deliver_again,
    want_what_is_old,
    tell_results,
    keep_words,
    hear_news,
)
