"""Why a job is where it is, put together from what the ledger tells; read is what the reason needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

from db import departments, leases, quotas, reads, stops, workers
from db.gates import read_gates
from db.helping import read_help
from db.lately import read_lately
from db.outlook import Outlook, Place, read_outlook
from db.states import ArchiveState, HoldReason, JobState, Stage
from db.values import Skill
from db.views import JobView
from db.waits import Wait, read_waits
from db.waits import Waiting as Lack
from db.why import StepFacts, archive_hangs, read_held_before, read_steps
from farm import kept as keeping
from farm.assistance import with_help
from farm.bootstrap import Farm
from farm.delivered import place_of, told_of
from farm.policy import why as policy
from farm.policy.blocking import usable
from farm.policy.costs import Basis
from farm.policy.eta import within_ms
from farm.policy.gates import Gate, Gates
from farm.policy.order import tier_at
from farm.policy.pools import bound
from farm.policy.retry import waits
from farm.policy.why import Reason
from farm.views.films import WhyView
from pipeline.plan.moments import iso

_UNDER_WAY = frozenset({JobState.QUEUED, JobState.ACTIVE})
_ENDED = {JobState.CANCELED: Reason.CANCELED, JobState.FAILED: Reason.FAILED}
_HOLDS = {
    HoldReason.OPERATOR: Reason.OPERATOR,
    HoldReason.CONSENT: Reason.CONSENT,
    HoldReason.APPROVAL: Reason.APPROVAL,
    HoldReason.QUOTA: Reason.QUOTA,
    HoldReason.START_AFTER: Reason.START_AFTER,
}
_LACKS = {
    Lack.NO_WORKER: Reason.NO_WORKER,
    Lack.NO_POOL: Reason.NO_POOL,
    Lack.NO_VERSION: Reason.NO_VERSION,
    Lack.NO_PROFILE: Reason.NO_PROFILE,
}
#: Stages after which most of a film is still to come: a step of theirs stands for the whole film.
_FIRST = frozenset({Stage.WRITE.value, Stage.SPEAK.value, Stage.LISTEN.value})
_OF_STEPS = frozenset({Reason.RETRY, Reason.SENT, Reason.TURN})
_HOUR_MS = 3_600_000


def of_job(farm: Farm, number: int) -> WhyView:
    """Why a job is where it is.

    Raises:
        InputError: ``ledger-job-unknown``.
        AwayError: ``ledger-away``.
    """
    return why(farm, reads.read_job(farm.ledger, number))


def why(farm: Farm, job: JobView, outlook: Outlook | None = None) -> WhyView:
    """The same of a job that was read already.

    Args:
        farm: the farm.
        job: the job.
        outlook: the farm's; it is read where it is needed, if it was not yet.

    Raises:
        AwayError: ``ledger-away``.
    """
    return with_help(farm, job, _Inquiry(farm, job, outlook).answer())


@dataclass(frozen=True, kw_only=True)
class _Hands:
    """Who could do a step.

    Attributes:
        names: workers that take work and may be given it.
        skills: everything that they may be given.
        free: how many of them are at nothing.
    """

    names: frozenset[str]
    skills: frozenset[Skill]
    free: int


class _Inquiry:
    """One question about one job, at one time."""

    def __init__(self, farm: Farm, job: JobView, outlook: Outlook | None) -> None:
        self._outlook = outlook
        self._farm, self._ledger, self._job, self._line = farm, farm.ledger, job, job.line
        self._now = farm.ledger.clock()
        self._over = _over(job)
        self._known: dict[Skill, _Hands] = {}
        self._kept = stops.read_kept(self._ledger, [self._line.id])[self._line.id]
        found = () if self._over else read_steps(self._ledger, self._line.id)
        self._running = [step for step in found if step.worker]
        self._waiting = [step for step in found if not step.worker]
        standing = () if self._over else stops.read_stops(self._ledger)
        self._stops = [stop for stop in standing if keeping.keeps(stop, self._kept)]

    def answer(self) -> WhyView:
        """Why it is where it is."""
        line = self._line
        told = policy.why(
            policy.Facts(
                over=self._over,
                running=bool(self._running),
                holds=[*(_HOLDS[each.reason] for each in self._kept.holds), *self._shut()],
                stopped=bool(self._stops),
                steps=[self._obstacle(step) for step in self._waiting],
            )
        )
        step = None if told.step is None else self._waiting[told.step]
        view = WhyView(
            job=line.id,
            batch=line.batch,
            department=self._kept.department,
            reason=told.reason.value,
            then=told.then.value if told.then else "",
            begun=self._kept.begun,
            per_cent=line.percent,
            held=keeping.holds_of(self._kept),
            stops=tuple(map(keeping.view_of, self._stops)),
            stage="" if step is None else step.stage.value,
            part=0 if step is None else self._part(step),
        )
        for reason in (told.reason, told.then):
            if reason is not None:
                view = self._with(view, reason, step)
        return view

    def _shut(self) -> list[Reason]:
        """That the job's window is shut, if it is."""
        return [Reason.WINDOW] if HoldReason.OFF_PEAK in self._line.held else []

    @cached_property
    def _gates(self) -> Gates:
        return read_gates(self._ledger)

    @cached_property
    def _wait(self) -> Wait | None:
        return read_waits(self._ledger, [self._line.id]).get(self._line.id)

    @cached_property
    def _workers(self) -> tuple[workers.WorkerView, ...]:
        return workers.read_workers(self._ledger)

    def _obstacle(self, step: StepFacts) -> policy.Waiting:
        gate = self._gates.lets_through(step.gate)
        return policy.Waiting(
            gate=gate,
            # Whoever waits for a gate is not asked for somebody to do it.
            lacks=self._lack(step) if gate is Gate.OPEN else None,
            later=waits(step.not_before, self._now),
            failed=step.problem is not None,
            sent=step.sent_at > 0,
        )

    def _lack(self, step: StepFacts) -> Reason | None:
        """What nobody is there for."""
        if not self._hands(step.skill).names and any(step.skill in each.skills for each in self._workers):
            return Reason.NO_HANDS
        if self._wait is not None and self._wait.why in _LACKS:
            return _LACKS[self._wait.why]
        if not self._hands(step.skill).names:
            return Reason.NO_WORKER
        hangs = step.stage is Stage.ARCHIVE and archive_hangs(self._ledger)
        return Reason.ARCHIVE_HANGS if hangs else None

    def _hands(self, skill: Skill) -> _Hands:
        """Who could do a step, those of pools that help included."""
        if skill not in self._known:
            self._known[skill] = self._find_hands(skill)
        return self._known[skill]

    def _find_hands(self, skill: Skill) -> _Hands:
        taking = [worker for worker in self._workers if worker.takes_work]
        given = usable(
            {worker.name: worker.skills for worker in taking},
            {worker.name: worker.kept_from for worker in taking},
        )
        helping = read_help(self._ledger).helpers(skill.capability, skill.profile)
        asked = {skill, *(replace(skill, capability=bound(skill.capability, pool)) for pool in helping)}
        able = {name: skills for name, skills in given.items() if skills & asked}
        busy = {lease.worker for lease in leases.read_leases(self._ledger)}
        return _Hands(
            names=frozenset(able),
            skills=frozenset({skill, *(each for skills in able.values() for each in skills)}),
            free=sum(name not in busy for name in able),
        )

    def _part(self, step: StepFacts) -> int:
        many = sum(each.stage is step.stage for each in self._job.steps)
        return step.spot.index + 1 if many > 1 else 0

    def _with(self, view: WhyView, reason: Reason, step: StepFacts | None) -> WhyView:
        """The same with what is told of a reason."""
        if step is not None and reason in _OF_STEPS:
            return self._with_step(view, reason, step)
        if reason in {Reason.RUNNING_LIMIT, Reason.CARD_TIME}:
            return self._with_begin(self._with_limit(view, reason))
        if reason in {Reason.NO_POOL, Reason.NO_VERSION} and self._wait is not None:
            return replace(view, needs=self._wait.needs)
        telling = {
            Reason.FAILED: self._with_end,
            Reason.UNDELIVERED: self._with_end,
            Reason.DONE: self._with_end,
            Reason.RUNNING: self._with_running,
            Reason.QUOTA: self._with_quota,
            Reason.WINDOW: self._with_window,
            Reason.STOPPED: self._with_begin,
        }
        return telling[reason](view) if reason in telling else view

    def _with_step(self, view: WhyView, reason: Reason, step: StepFacts) -> WhyView:
        if reason is Reason.RETRY:
            left = max(0, step.not_before - self._now)
            return replace(
                view,
                error=told_of(step.problem),
                until=iso(step.not_before),
                left_s=-(-left // 1000),
            )
        if reason is Reason.SENT:
            return replace(view, since=iso(step.sent_at), hands=len(self._hands(step.skill).names))
        return self._with_turn(view, step)

    def _with_window(self, view: WhyView) -> WhyView:
        opens = self._line.opens_at
        return self._with_begin(replace(view, window=self._line.window, until=iso(opens or None)))

    def _with_end(self, view: WhyView) -> WhyView:
        problem = self._line.problem
        if self._line.archive is ArchiveState.ERROR:
            problem = next((each.problem for each in self._job.steps if each.stage is Stage.ARCHIVE), None)
        return replace(view, error=told_of(problem), film=place_of(self._farm, self._line))

    def _with_running(self, view: WhyView) -> WhyView:
        first, lately = self._running[0], read_lately(self._ledger)
        left = [
            policy.left_ms(
                passed_ms=max(0, self._now - step.started_at),
                done=step.done,
                total=step.total,
                usual_ms=lately.costs.get(step.skill.capability),
            )
            for step in self._running
        ]
        known = [each for each in left if each is not None]
        return replace(
            view,
            stage=first.stage.value,
            part=self._part(first),
            more=len(self._running) - 1,
            worker=first.worker,
            device=first.device,
            since=iso(first.started_at),
            left_s=max(1, max(known) // 1000) if len(known) == len(left) else None,
        )

    def _with_quota(self, view: WhyView) -> WhyView:
        standing = quotas.read_standing(self._ledger, self._kept.department)
        hold = next(each for each in self._kept.holds if each.reason is HoldReason.QUOTA)
        of_all, own = read_held_before(self._ledger, self._line.id)
        left = standing.films is None or standing.used < standing.films
        by_member = left or any(each.left for each in standing.allowances)
        calendar, begins = self._ledger.calendar, self._line.begins_at
        ends = calendar.date_of(calendar.day_of(self._now)) + timedelta(days=1)
        return replace(
            view,
            by_member=by_member,
            ahead=own if by_member else of_all,
            limit=(standing.member_films if by_member else standing.films) or 0,
            until=iso(begins or None),
            since=iso(hold.since),
            grant=ends.isoformat(),
        )

    def _with_limit(self, view: WhyView, reason: Reason) -> WhyView:
        rights = departments.read_department(self._ledger, self._kept.department)
        full = self._gates.full if reason is Reason.RUNNING_LIMIT else self._gates.spent
        name = "running" if reason is Reason.RUNNING_LIMIT else "card_ms"
        by_member = rights.id not in full or rights.rights[name] is None
        limit = int(rights.rights[f"member_{name}" if by_member else name] or 0)
        if reason is Reason.RUNNING_LIMIT:
            return replace(view, by_member=by_member, limit=limit)
        calendar = self._ledger.calendar
        until = calendar.begins_at(calendar.day_of(self._now) + 1)
        return replace(view, by_member=by_member, limit=limit / _HOUR_MS, until=iso(until))

    def _with_turn(self, view: WhyView, step: StepFacts) -> WhyView:
        place, hands = self._place, self._hands(step.skill)
        if place is None:
            return view
        view = replace(
            self._with_shares(view, place),
            ahead=place.own,
            others=place.others,
            hands=len(hands.names),
            free=hands.free,
            tier=tier_at(step.spot.rank, self._now),
        )
        at_once = place.own + place.others < hands.free
        return replace(view, begins_s=0) if at_once else self._with_begin(view)

    @cached_property
    def _places(self) -> Outlook:
        return self._outlook or read_outlook(self._ledger)

    @cached_property
    def _place(self) -> Place | None:
        return self._places.places([self._line.id]).get(self._line.id)

    def _with_begin(self, view: WhyView) -> WhyView:
        """When it will likely begin or go on, as far as anybody can tell."""
        place = self._place
        if place is None or place.begins is None or place.basis is Basis.RULE:
            return replace(view, basis="" if place is None else place.basis.value)
        left = max(0, place.begins - self._now)
        # Until the window opens, and until a stop ends, nothing is estimated.
        ends = (stop.until or 0 for stop in self._stops)
        known = max(self._now, self._line.opens_at, *ends)
        return replace(
            view,
            begins=iso(place.begins),
            begins_s=left // 1000,
            within_s=within_ms(place.begins - known) // 1000,
            basis=place.basis.value,
            attempts=place.attempts,
            pace_s=round(place.pace_ms / 1000, 2),
        )

    def _with_shares(self, view: WhyView, place: Place) -> WhyView:
        """How its department stands among those that wait for the same workers."""
        share_of = self._places.share_of
        own = share_of(place.department)
        every = [own, *map(share_of, place.rivals)]
        used, weights = sum(each.used_ms for each in every), sum(each.weight for each in every)
        return replace(
            view,
            share=round(100 * own.used_ms / used) if used else 0,
            weight=round(100 * own.weight / weights) if place.rivals else 0,
        )


def _over(job: JobView) -> Reason | None:
    """How a job has ended; None: something is left to do."""
    line = job.line
    if line.state in _UNDER_WAY or line.archive is ArchiveState.PENDING:
        return None
    if line.archive is ArchiveState.ERROR:
        return Reason.UNDELIVERED
    return _ENDED.get(line.state, Reason.DONE)
