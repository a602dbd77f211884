"""The watchdog of a host: sees that a process ended, and ends one that hangs; it starts nothing.

It watches every process that leaves a proof (`worker.proof`) in the home's folder. What a process held that
has ended is released at once, so that its step runs again within seconds and not when its lease runs out.
One that proves no life, or no progress, is killed with its worker and all that is below it; whoever
started the worker starts it anew. One that cannot be killed is recorded, and what it held is released all
the same: the ledger's fence refuses whatever it may still write.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from db import cards
from db.siting import this_machine
from farm.bootstrap import Farm, Settings, open_farm, sending_spans
from farm.policy.readiness import LEDGER
from farm.policy.vigilance import Patience, Reading, Verdict, Vigil, patience_for, watch
from pipeline.plan.errors import AwayError
from tasks.bell import Bell
from tasks.chore import Chore
from worker import cardmeters
from worker.aftermath import Aftermath, Left
from worker.cardkeeper import CardKeeper
from worker.clocks import LOOK_S as LOOK_CLOCK_S
from worker.clocks import ClockWatch
from worker.grip import Grip, KernelGrip, grips_below
from worker.health import exposing
from worker.life import Life
from worker.logkeeping import keeping_logs
from worker.places import Places
from worker.proof import Person, Witnessed, own_space, proofs_in
from worker.readiness import Readiness, look_at_schema
from worker.redis_server import check_redis, redis_url

#: How often it looks.
LOOK_S = 0.1
#: How often it tells the ledger that it does, and what the cards tell.
_TELL_S = 10.0


@dataclass(kw_only=True)
class _Ward:
    """One process that is watched; a grip of None: it had ended before anybody took hold of it."""

    proof: Witnessed
    grip: Grip | None
    vigil: Vigil = field(default_factory=Vigil)
    #: All that was killed with it, itself included, as far as it is not gone yet.
    victims: list[Grip] = field(default_factory=list)
    #: Whether its end was told.
    over: bool = False

    @property
    def person(self) -> Person:
        return self.proof.person

    def left(self, *, stuck: tuple[int, ...] = ()) -> Left:
        shown = self.proof.read()
        return Left(
            role=self.person.role,
            worker=self.person.node,
            pid=self.person.pid,
            step=shown.step,
            fence=shown.fence,
            stuck=stuck,
        )


@dataclass(frozen=True, kw_only=True)
class Hold:
    """How processes are taken hold of; a test may have one that does not let go.

    Attributes:
        of: takes hold of a process, by its id and when it was started; raises `ProcessLookupError`.
        below: takes hold of everything below one.
    """

    of: Callable[[int, int], Grip] = KernelGrip
    below: Callable[[int], list[Grip]] = grips_below


class Watchdog:
    """Judges every process that leaves a proof in a folder, each time when it is told to look.

    Args:
        folder: where the proofs are.
        patience: for how long a process may prove nothing.
        settle: releases what a process held; called soon after it ended, or once it is found stuck, and to
            return at once. It is given what to call when all is settled.
        hold: how processes are taken hold of.
        clock: monotonic, in seconds.
    """

    def __init__(
        self,
        folder: Path,
        patience: Patience,
        *,
        settle: Callable[[Left, Callable[[], None]], None],
        hold: Hold | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._patience = patience
        self._settle = settle
        self._hold = hold or Hold()
        self._clock = clock
        self._looked = clock()
        self._wards: dict[Path, _Ward] = {}
        self._own = (socket.gethostname(), own_space())
        #: Proofs that are not for us: of another host that shares the home, or damaged.
        self._others: set[Path] = set()
        self._log = structlog.get_logger()

    def turn(self) -> None:
        """Look at everybody once, and do what is due; returns at once."""
        now = self._clock()
        passed_s, self._looked = now - self._looked, now
        found = set(proofs_in(self._folder))
        self._others &= found
        for path in found - self._wards.keys() - self._others:
            self._meet(path)
        for path, ward in list(self._wards.items()):
            # Who took its proof along has ended in good order, or what it held is settled.
            if path in found or ward.victims:
                self._judge(ward, passed_s)
            else:
                self._part(ward)

    def _meet(self, path: Path) -> None:
        try:
            proof = Witnessed(path)
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            self._log.warning("no proof", file=path.name, reason=str(error))
            self._others.add(path)
            return
        if (proof.person.host, proof.person.space) != self._own:
            self._others.add(path)
            return
        grip: Grip | None = None
        with contextlib.suppress(ProcessLookupError):
            grip = self._hold.of(proof.person.pid, proof.person.ticks)
        self._wards[path] = _Ward(proof=proof, grip=grip)

    def _part(self, ward: _Ward) -> None:
        del self._wards[ward.proof.path]
        for grip in (ward.grip, *ward.victims):
            if grip is not None:
                grip.let_go()

    def _judge(self, ward: _Ward, passed_s: float) -> None:
        self._bury(ward)
        lives = ward.grip is not None and ward.grip.alive()
        shown = ward.proof.read()
        told = {
            "role": ward.person.role,
            "worker": ward.person.node,
            "pid": ward.person.pid,
            "step": shown.step,
            "attempt": shown.fence,
        }
        if not lives and not ward.over:
            ward.over = True
            self._log.warning("process gone", **told)
            self._settle(ward.left(), ward.proof.take_away)
        if not lives and not ward.victims:
            return
        seen = Reading(alive=True, beats=shown.beats, moves=shown.moves, awaited=shown.awaited)
        ward.vigil, verdict = watch(ward.vigil, seen, passed_s, self._patience)
        if verdict in {Verdict.SILENT, Verdict.STALLED}:
            self._log.error("process killed", **told, why=verdict.value)
            self._kill(ward)
        elif verdict is Verdict.STUCK:
            stuck = tuple(grip.pid for grip in ward.victims)
            self._log.error("process stuck", **told, stuck=stuck)
            # Its proof stays for as long as it does.
            self._settle(ward.left(stuck=stuck), lambda: None)

    def _kill(self, ward: _Ward) -> None:
        """Kill a process with its worker and all that is below; a worker is of no use without either part."""
        person = ward.person
        whole = dict.fromkeys(((person.above, person.above_ticks), (person.pid, person.ticks)))
        victims: list[Grip] = []
        # The main process comes first, lest it starts another hand meanwhile.
        for pid, ticks in whole:
            with contextlib.suppress(ProcessLookupError):
                victims.append(self._hold.of(pid, ticks))
                victims += self._hold.below(pid)
        for grip in victims:
            grip.kill()
        ward.victims = victims

    def _bury(self, ward: _Ward) -> None:
        """Let go of those who are gone of all that was killed."""
        for grip in [each for each in ward.victims if not each.alive()]:
            ward.victims.remove(grip)
            grip.let_go()


def readiness_of(farm: Farm, clock: ClockWatch) -> Readiness:
    """That of a watchdog: what others held is released in the ledger; Redis is told of it, and not needed."""
    ready = Readiness(told=clock.told)
    ready.rest_on(LEDGER, patience_s=3 * _TELL_S)
    look_at_schema(ready, farm.ledger.engine)
    return ready


def serve(settings: Settings, *, beginning: Callable[[], None] = lambda: None) -> int:
    """Watch over the processes of this home until told to end; returns the exit code.

    One is enough for a host; two do each other no harm. `beginning` is called once when nothing stands
    against it.

    Raises:
        InputError: a setting is wrong, the ledger's schema is not this version's, or the port of [metrics] is
            taken, or Redis lets nobody in.
        AwayError: the ledger cannot be reached at the start. Later it may come and go.
    """
    places = Places.of(settings)
    places.make()
    place = redis_url(settings.redis.location, settings.home)
    check_redis(place)
    bell = Bell(place)
    ending = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: ending.set())
    life = Life(hung_s=settings.metrics.hung_s)
    with (
        open_farm(settings) as farm,
        sending_spans(settings, instance=f"watchdog@{socket.gethostname()}"),
        Aftermath(farm, bell) as aftermath,
        CardKeeper(farm.ledger, places.proofs) as keeper,
        exposing(
            settings,
            "watchdog",
            life,
            ready=(ready := readiness_of(farm, clock := ClockWatch(farm.ledger))),
            metrics=lambda: cardmeters.exposition(keeper.readings) + clock.exposition(),
        ),
    ):
        beginning()
        patience = patience_for(settings.lease.beat_s, settings.worker.no_progress_s)
        watchdog = Watchdog(places.proofs, patience, settle=aftermath.settle)
        host = this_machine().host

        def tell() -> None:
            """Tell the ledger, and whoever asks how that went."""
            try:
                cards.watch_over(farm.ledger, host, keeper.gauges)
            except AwayError as error:
                ready.found(LEDGER, error.code, **error.facts)
                raise
            ready.found(LEDGER)

        told = Chore("telling", tell, every_s=_TELL_S)
        logs = keeping_logs(settings)
        clocks = Chore("clock", clock.look, every_s=LOOK_CLOCK_S)
        structlog.get_logger().info("watching")
        life.ready()
        while not ending.wait(LOOK_S):
            watchdog.turn()
            told.turn()
            clocks.turn()
            logs.turn()
            life.moved()
        life.stopping()
        told.close()
        clocks.close()
        logs.close()
    bell.close()
    return 0
