"""The dispatcher: takes steps from the dead, ends holds, and keeps the queues in Redis thin and full enough.

Everything is decided in the ledger; what stands in Redis is only what will be taken within seconds. So
urgency, pauses and cancels hold at once, and a Redis that forgets everything costs one interval. One
dispatcher leads and the others watch it, which saves work; nothing would go wrong with two leaders,
since each decision is a conditional update.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import redis
import structlog
from celery import Celery
from kombu.exceptions import OperationalError

from db import consents, leases, operations, queue, recalling, replan, stops
from db.cardtime import CardTime
from db.codec import profile_digest
from db.gates import read_gates
from db.lanes import Line, read_lines
from db.leases import Leadership, Lease, Watch, WorkerPulse
from db.ledger import Ledger
from db.pools import honoured_for, read_dealings
from db.states import Stage
from db.values import Skill
from db.workers import WorkerView, read_workers
from farm.endings import tell_lost
from farm.policy.blocking import usable
from farm.policy.gates import Gates
from farm.policy.order import Head, tier_at
from farm.policy.profiles import choose_profile
from pipeline.plan import trace
from pipeline.plan.errors import AwayError
from pipeline.plan.faceway import way_in
from pipeline.plan.job import RenderProfile
from tasks.app import Message, publish
from tasks.bell import Bell
from tasks.chore import Chore
from tasks.errands import Crew, deputies, errands
from tasks.fairness import Fairness
from tasks.slots import Slots

#: A message that nobody has claimed for so long is sent again.
_RESEND_S = 30.0
#: Workers that are begun again, one after another, are back by then.
_REPLAN_S = 60.0
_GATHER_S = 0.05
#: A worker that is idle has taken what it was sent by then.
_LENT_S = 1.0
_REDIS_ERRORS = (OperationalError, redis.RedisError, OSError)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How a dispatcher keeps time, in seconds, and how full the queues are kept.

    Attributes:
        interval_s: how often it looks when nobody rings.
        expiry_s: how long a lease may stand still.
        surplus: messages beyond the free slots, per capability.
        poison_deaths: deaths in a row on the same key that make a step dead.
        resend_s: a message that was not claimed for so long is sent again.
        replan_s: for how long nobody may honour a film's render profile before it gets another one.
    """

    interval_s: float
    expiry_s: float
    surplus: int
    poison_deaths: int
    resend_s: float = _RESEND_S
    replan_s: float = _REPLAN_S


class Stands(Protocol):
    """Hears how a dispatcher's looks go."""

    def __call__(self, trouble: str, *, leading: bool) -> None:
        """It has looked."""


class Dispatcher:
    """One dispatcher; any number may run.

    Args:
        ledger: the ledger.
        app: what publishes.
        bell: what wakes it.
        chores: what else is done while it leads.
        name: its own name, unlike any other dispatcher's.
        pace: how it keeps time.
        stands: hears after each look what kept it from its work, empty for nothing, and whether it leads.
    """

    def __init__(
        self,
        ledger: Ledger,
        app: Celery,
        bell: Bell,
        chores: Sequence[Chore],
        *,
        name: str,
        pace: Pace,
        stands: Stands | None = None,
    ) -> None:
        self._ledger = ledger
        self._app = app
        self._bell = bell
        self._chores = tuple(chores)
        self._name = name
        self._pace = pace
        self._stands = stands
        self._leading = False
        self._due = 0.0
        self._workers: tuple[WorkerView, ...] = ()
        self._trouble = ""
        #: What was sent to idle workers of other pools of late, and when.
        self._lent: dict[int, float] = {}
        self._fairness = Fairness(ledger)
        self._cards = CardTime(ledger)
        self._mark = secrets.token_hex(8)
        self._leader_watch = self._watch(pace.expiry_s)
        self._lease_watch = self._watch(pace.expiry_s)
        self._pulse_watch = self._watch(pace.expiry_s)
        self._stranded_watch = self._watch(pace.replan_s)
        self._log = structlog.get_logger().bind(dispatcher=name)

    def run(self, ending: Callable[[], bool]) -> None:
        """Dispatch until told to end. A ledger or a Redis that is away is waited for."""
        while not ending():
            self.turn()
            if self._leading:
                self._bell.wait(self._due - time.monotonic())
                # Commits come in company, and what stands in the queues keeps the workers busy meanwhile.
                time.sleep(_GATHER_S)
            else:
                time.sleep(max(0.0, self._due - time.monotonic()))
        self._resign()
        for chore in self._chores:
            chore.close()

    def turn(self) -> None:
        """Look once, and do what is due."""
        try:
            if time.monotonic() >= self._due:
                self._due = time.monotonic() + self._pace.interval_s
                self._leading = self._lead()
                # Who does not lead watches as well: when the leader is lost, and a worker with it, that
                # worker has stood still before these eyes, too, and need not be waited for once more.
                lost, silent = self._observe()
                if self._leading:
                    self._take_away(lost, silent)
                    self._call_back()
                    self._replan()
                    recalling.recall(self._ledger)
                    operations.end_holds(self._ledger)
                    stops.end_stops(self._ledger)
                    consents.hold_lapsed(self._ledger)
                    for chore in self._chores:
                        chore.turn()
            if self._leading:
                self._fill()
            self._say("")
        except AwayError as error:
            self._say(error.code)
        except _REDIS_ERRORS as error:
            self._say(f"redis: {type(error).__name__}")

    def _say(self, trouble: str) -> None:
        """Log a trouble when it begins and when it is over, not each time that it is met."""
        if self._stands is not None:
            self._stands(trouble, leading=self._leading)
        if trouble != self._trouble:
            self._trouble = trouble
            self._log.warning("waiting" if trouble else "goes on", trouble=trouble)

    def _watch(self, expiry_s: float) -> Watch:
        # Two readings that lie further apart than this had something between them that kept us from reading.
        gap_s = max(3 * self._pace.interval_s, self._pace.expiry_s / 2)
        return Watch(expiry_s=expiry_s, gap_s=gap_s)

    def _lead(self) -> bool:
        if self._leading and leases.lead_on(self._ledger, self._name):
            return True
        seen = leases.read_leadership(self._ledger)
        silent = self._leader_watch.observe([(seen.holder, seen.counter)], time.monotonic())
        if seen.holder and seen.holder not in silent:
            return False
        if not leases.take_lead(self._ledger, self._name, seen):
            return False
        self._begin_to_lead(seen)
        return True

    def _begin_to_lead(self, before: Leadership) -> None:
        self._stranded_watch = self._watch(self._pace.replan_s)
        self._fairness.begin()
        self._log.info("leading", before=before.holder)

    def _resign(self) -> None:
        if self._leading:
            try:
                leases.resign(self._ledger, self._name)
            except AwayError:
                self._log.warning("ledger away", told="the next dispatcher takes over after one lease")

    def _observe(self) -> tuple[Sequence[Lease], Sequence[WorkerPulse]]:
        """Look at everybody's counters; leases and workers whose counter stood still for too long.

        Nobody is lost before it had one whole lease to show itself to this very dispatcher.
        """
        running = {(lease.step, lease.fence): lease for lease in leases.read_leases(self._ledger)}
        pulses = {pulse.worker: pulse for pulse in leases.read_pulses(self._ledger)}
        now = time.monotonic()
        lost = self._lease_watch.observe([(who, lease.counter) for who, lease in running.items()], now)
        silent = self._pulse_watch.observe([(who, pulse.counter) for who, pulse in pulses.items()], now)
        # That one is lost is seen in the moment when its lease ends, not at the look after it.
        self._due = min(self._due, now + min(self._lease_watch.due_in_s, self._leader_watch.due_in_s))
        return (
            [lease for who, lease in running.items() if who in lost],
            [pulse for who, pulse in pulses.items() if who in silent],
        )

    def _take_away(self, lost: Sequence[Lease], silent: Sequence[WorkerPulse]) -> None:
        """Take steps from workers that are lost, and know who is left."""
        for lease in lost:
            self._expire(lease)
        for pulse in silent:
            self._bury(pulse)
        self._workers = read_workers(self._ledger)

    def _expire(self, lease: Lease) -> None:
        expired = leases.expire(self._ledger, lease, poison_deaths=self._pace.poison_deaths)
        if expired.taken:
            self._log.warning(
                "step lost",
                job=lease.job,
                step=lease.step,
                attempt=lease.fence,
                worker=lease.worker,
                poisoned=expired.poisoned,
            )
            tell_lost(self._ledger, lease.job, expired.span)

    def _bury(self, pulse: WorkerPulse) -> None:
        if leases.bury(self._ledger, pulse):
            # It may have messages with it; those that others have are sent in vain once more.
            again = queue.unmark_sent(self._ledger)
            self._log.warning("worker silent", worker=pulse.worker, sent_again=again)

    def _call_back(self) -> None:
        """Have messages that nobody claimed sent again."""
        sent_before = self._ledger.clock() - int(self._pace.resend_s * 1000)
        queue.unmark_sent(self._ledger, before_ms=sent_before)

    def _replan(self) -> None:
        """Give films another render profile where nobody has honoured theirs for a while."""
        living = [skill for worker in self._workers for skill in worker.skills]
        lines = read_lines(self._ledger)
        waiting = {skill for skill, line in lines.items() if skill.profile and line.lanes}
        crew = [worker.skills for worker in self._workers if worker.takes_work]
        helped = deputies(waiting, crew, read_dealings(self._ledger))
        stranded = [(skill, 0) for skill in waiting.difference(living, helped)]
        for skill in self._stranded_watch.observe(stranded, time.monotonic()):
            if isinstance(skill, Skill) and (profile := self._profile_for(skill)):
                films = replan.replan(self._ledger, skill, profile_digest(profile))
                self._log.warning("planned anew", capability=skill.capability, films=films)

    def _profile_for(self, stranded: Skill) -> RenderProfile | None:
        """The profile for films that wait for a skill, of the same way and version; None: nobody has one.

        To another version of its engine a film is moved by an operator alone.
        """
        planned = replan.read_planned(self._ledger, stranded)
        if planned is None:
            return None
        way = way_in(planned)
        for honoured in honoured_for(self._ledger, stranded.capability):
            if chosen := choose_profile(honoured, way, version=planned.version):
                return None if profile_digest(chosen) == stranded.profile else chosen
        return None

    def _fill(self) -> None:
        """Send as many steps of each line as workers that can do them will soon be free for."""
        if self._bell.epoch() is None:
            sent_before = queue.unmark_sent(self._ledger)
            self._bell.plant(self._mark)
            self._log.info("redis is new", sent_again=sent_before)
        self._fetch_back()
        lines = read_lines(self._ledger)
        if not any(line.lanes for line in lines.values()):
            return
        gates = read_gates(self._ledger, self._cards)
        self._fairness.look()
        decided = errands(
            {skill: line.sent for skill, line in lines.items() if line.lanes},
            Crew(usable=self._usable(), busy=self._fairness.busy),
            read_dealings(self._ledger),
            surplus=self._pace.surplus,
            waits=partial(self._waits, lines, gates),
            away={skill: line.sent for skill, line in lines.items() if not line.lanes},
        )
        for slots in decided:
            self._send(slots, lines, gates)

    def _fetch_back(self) -> None:
        """Have sent elsewhere what nobody took who was idle: its worker has got work of its own."""
        late = [step for step, at in self._lent.items() if time.monotonic() - at > _LENT_S]
        for step in late:
            del self._lent[step]
        if late:
            queue.unmark_sent(self._ledger, late)

    def _waits(self, lines: Mapping[Skill, Line], gates: Gates, skill: Skill) -> bool:
        """Whether something of a line may go now, or is on its way."""
        line = lines.get(skill, Line())
        if line.sent or not line.lanes:
            return bool(line.sent)
        return bool(queue.spots(self._ledger, line.lanes, limit=1, gates=gates))

    def _usable(self) -> Mapping[str, frozenset[Skill]]:
        """What each worker may be given just now."""
        taking = [worker for worker in self._workers if worker.takes_work]
        return usable(
            {worker.name: worker.skills for worker in taking},
            {worker.name: worker.kept_from for worker in taking},
        )

    def _send(self, slots: Slots, lines: Mapping[Skill, Line], gates: Gates) -> None:
        waiting = {skill: lines[skill].lanes for skill in slots.lines}
        found = self._fairness.choose(waiting, slots, gates=gates, hands=len(self._workers))
        marked = queue.mark_sent(self._ledger, [head.step for head, _ in found])
        self._fairness.sent(head for head, _ in found if head.step in marked)
        sent: set[int] = set()
        try:
            for head, to in found:
                if head.step in marked:
                    told = message_of(head, self._ledger.clock())
                    publish(self._app, replace(told, capability=to.capability))
                    sent.add(head.step)
                    if to.lent:
                        self._lent[head.step] = time.monotonic()
        finally:
            if unsent := marked - sent:
                queue.unmark_sent(self._ledger, unsent)


def message_of(head: Head, now_ms: int) -> Message:
    """What is said about a step in the queue at a time."""
    part = f" chunk {head.index + 1}/{head.count}" if head.stage == Stage.RENDER else ""
    return Message(
        step=head.step,
        capability=head.capability,
        job=head.job,
        label=f"{head.stage} J{head.job}{part}",
        film=head.label,
        department=head.owner,
        urgency=tier_at(head.rank, now_ms),
        trace=trace.parse(head.traceparent),
    )
