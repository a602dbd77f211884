"""A farm in virtual time: it decides by the farm's own rules, and only the work itself is played.

What stands in for the ledger, the messages and the workers is here; who goes next, what may begin just now,
how many films a day, when a window is open and what is sent to whom are asked of `farm.policy` and
`tasks.errands`, as the dispatcher does. Nothing is measured by this machine's clock, so a week takes seconds,
and the same seed gives the same week.

A film is spoken on one card, rendered in chunks on any number of them, and joined on a processor. Now and
then an attempt fails and is tried again after a while, and a worker is lost with its card: the step is taken
from it when its lease has run out. What was rendered is kept clip by clip. When a window shuts, the clips in
work are finished, and the rest is given back.
"""

from __future__ import annotations

import heapq
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from _admission import Admission
from _arrivals import SECOND_MS, ZONE, Film
from _clock import Clock
from _crew import CARD, HAND, Places
from _gauge import Gauge
from _lines import Lines
from _records import JOIN, RENDER, SPEAK, Attempt, Job, Record, Site, Span, Step

from db.values import Skill
from farm.policy.gates import Gates
from farm.policy.lending import may_render
from farm.policy.order import Head, Standing, rank, tier_at
from farm.policy.pools import bound, pools_rendering
from farm.policy.retry import End, RetrySettings, decide
from farm.policy.share import Ended, Going, Usage
from farm.policy.windows import Window, parse
from pipeline.plan.errors import TransientError
from tasks.errands import Crew, errands
from tasks.slots import Slots

_STAGE = {SPEAK: 1, RENDER: 3, JOIN: 4}
#: As the farm is shipped: a look follows its bell after this, a lease lasts so long, so many messages are
#: sent beyond the free slots, and what idle workers of other pools do not take is fetched back.
_LOOK_MS, _CLAIM_MS, _LEASE_MS, _RESTART_MS, _SURPLUS, _LENT_MS = 50, 20, 12_000, 40_000, 2, 1000
_CLIP_S = 5
_TIERS = {"urgent": 0, "normal": 1, "bulk": 2}


def play(site: Site, films: Iterable[Film]) -> Record:
    """Play a farm until every film is done."""
    return _Farm(site, films).run()


class _Farm:
    def __init__(self, site: Site, films: Iterable[Film]) -> None:
        self._site = site
        self._films = sorted(films, key=lambda film: film.at_ms)
        self._chance = random.Random(site.seed)  # noqa: S311 - the same for the same seed
        self._houses = {house.id: house for house in site.houses}
        self._windows: dict[str, Window] = {name: parse(times, ZONE) for name, times in site.windows.items()}
        self._begun = self._films[0].at_ms
        self._clock = Clock(self._begun)
        self._admission = Admission(site.houses)
        self._lines = Lines(site.houses)
        self._places = Places(site)
        self._gauge = Gauge(self._lines, self._places)
        self._usage = Usage(self._begun)
        self._jobs: list[Job] = []
        self._open_jobs = len(self._films)
        self._begun_jobs: Counter[int] = Counter()
        self._steps: dict[int, Step] = {}
        #: Messages by the queues that they stand in, and the steps that they are about.
        self._queues: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        self._sent: dict[int, Step] = {}
        self._lent: dict[int, tuple[int, str]] = {}
        self._ticket = 0
        self._running: dict[int, Attempt] = {}
        self._open: frozenset[str] = frozenset()
        self._look_at = -1
        self._spans: list[Span] = []

    def run(self) -> Record:
        for at, batch in _batches(self._films):
            self._clock.at(at, partial(self._arrive, batch))
        self._turn()
        self._sample()
        while self._open_jobs:
            at, happen = self._clock.next()
            if at > self._clock.now:
                sent = [step.head.capability for step in self._sent.values() if step.stage != JOIN]
                self._gauge.let_pass(at - self._clock.now, sent)
            self._clock.now = at
            happen()
        return Record(
            site=self._site,
            jobs=self._jobs,
            spans=self._spans,
            samples=self._gauge.samples,
            idle_ms=self._gauge.idle_ms,
            pressed_ms=self._gauge.pressed_ms,
            begun_ms=self._begun,
            ended_ms=self._clock.now,
        )

    # Time.

    def _turn(self) -> None:
        """Windows open and shut, and days begin."""
        now = self._clock.now
        self._open = frozenset(name for name, window in self._windows.items() if window.is_open(now))
        self._see_gates()
        for attempt in list(self._running.values()):
            if attempt.step.stage == RENDER and not self._lines.lets(attempt.step.lane):
                self._leave(attempt)
        for house in self._admission.houses:
            self._release(house)
        self._ring()
        changes = [window.next_change(now) for window in self._windows.values()]
        day = self._admission.next_day_ms(now)
        self._clock.at(min([day, *(change for change in changes if change is not None)]), self._turn)

    def _sample(self) -> None:
        self._gauge.sample(held=self._admission.held, now_ms=self._clock.now)
        self._clock.at(self._clock.now + self._site.every_s * SECOND_MS, self._sample)

    # Films.

    def _arrive(self, films: Sequence[Film]) -> None:
        for film in films:
            standing = Standing(submitted_ms=self._clock.now, urgency=film.urgency, priority=film.priority)
            chunks = max(1, math.ceil(film.seconds / self._site.chunk_s))
            job = Job(len(self._jobs), film, standing, chunks)
            self._jobs.append(job)
            self._admission.submit(job)
        for house in {film.house for film in films}:
            self._release(house)
        self._ring()

    def _release(self, house: int) -> None:
        for job in self._admission.release(house, self._clock.now):
            self._enter(job, SPEAK, 0, 2000 + round(80 * job.film.seconds), work=job.film.seconds)

    def _enter(self, job: Job, stage: str, index: int, takes_ms: int, *, work: float) -> None:
        film = job.film
        job.longest_ms[stage] = max(takes_ms, job.longest_ms.get(stage, 0))
        job.card_ms += takes_ms if stage != JOIN else 0
        later = 0 if stage == SPEAK else _STAGE[stage]
        number = len(self._steps)
        head = Head(
            step=number,
            job=job.number,
            department=film.house,
            capability=bound(stage, self._houses[film.house].pool),
            rank=rank(job.standing, later=later),
            base=rank(job.standing),
            prepares=stage == SPEAK,
            batch=film.batch,
            stage=stage,
            index=index,
            count=job.chunks if stage == RENDER else 1,
            label="",
            traceparent="",
            work=round(1000 * work),
        )
        clip_ms = round(_CLIP_S * self._site.render * 1000)
        step = Step(number, job, stage, head, max(1, takes_ms), clip_ms)
        self._steps[number] = step
        self._wait(step)

    def _wait(self, step: Step) -> None:
        if step.due_ms > self._clock.now:
            self._clock.at(step.due_ms, lambda: self._come_back(step))
        else:
            self._lines.put(step)

    def _come_back(self, step: Step) -> None:
        self._wait(step)
        self._ring()

    # The dispatcher.

    def _ring(self) -> None:
        if self._look_at < self._clock.now:
            self._look_at = self._clock.now + _LOOK_MS
            self._clock.at(self._look_at, self._look)

    def _see_gates(self) -> None:
        """Read what stands open, as it is read from the ledger; windows as of their latest change."""
        full = frozenset(
            house.id
            for house in self._houses.values()
            if house.running is not None and self._begun_jobs[house.id] >= house.running
        )
        self._lines.see(Gates(open=self._open, full=full))

    def _look(self) -> None:
        """Send as many steps of each line as there are free slots, and a few more."""
        self._see_gates()
        self._usage.tell((), self._clock.now)
        self._fetch_back()
        waiting = [each for each in self._places.capabilities if self._lines.has(each)]
        on_the_way = Counter(step.head.capability for step in self._sent.values())
        sent = {Skill(capability=each): on_the_way[each] for each in self._places.capabilities}
        decided = errands(
            {skill: count for skill, count in sent.items() if skill.capability in waiting},
            Crew(usable=self._places.usable, busy=frozenset(self._places.busy)),
            self._places.dealings,
            surplus=_SURPLUS,
            waits=lambda skill: self._waits(skill.capability),
            away={skill: count for skill, count in sent.items() if skill.capability not in waiting},
        )
        for slots in decided:
            self._send(slots)
        self._clock.at(self._clock.now + _CLAIM_MS, self._take)

    def _fetch_back(self) -> None:
        """Have sent elsewhere what nobody took who was idle: its card has got work of its own."""
        for number, (at, queue) in list(self._lent.items()):
            if number not in self._sent:
                del self._lent[number]
            elif self._clock.now - at > _LENT_MS:
                del self._lent[number]
                self._queues[queue] = [each for each in self._queues[queue] if each[2] != number]
                heapq.heapify(self._queues[queue])
                self._wait(self._sent.pop(number))

    def _waits(self, capability: str) -> bool:
        """Whether something may go now that needs it, or is on its way."""
        on_the_way = any(step.head.capability == capability for step in self._sent.values())
        return on_the_way or self._lines.waits(capability)

    def _send(self, slots: Slots) -> None:
        chosen = self._lines.choose(
            slots,
            usage=self._usage,
            going=self._going(),
            hands=len(self._places.usable),
            now_ms=self._clock.now,
        )
        for filled in chosen:
            step, queue = self._steps[filled.spot.step], filled.queue
            self._lines.take(step)
            self._sent[step.number] = step
            if queue.lent:
                self._lent[step.number] = (self._clock.now, queue.capability)
            self._ticket += 1
            tier = _TIERS[tier_at(step.head.rank, self._clock.now)]
            heapq.heappush(self._queues[queue.capability], (tier, self._ticket, step.number))

    def _going(self) -> Iterator[Going]:
        """What is running, and what is on its way."""
        for attempt in self._running.values():
            head = attempt.step.head
            passed = self._clock.now - attempt.begun_ms
            yield Going(department=head.department, capability=head.capability, for_ms=passed)
        for step in self._sent.values():
            yield Going(department=step.head.department, capability=step.head.capability)

    # The workers.

    def _take(self) -> None:
        """Whoever is free takes the next message: the most urgent one, of those the latest stage's."""
        for kind in (HAND, CARD):
            for place in tuple(self._places.free[kind]):
                does = self._places.does(kind, place)
                while full := [each for each in does if self._queues[each]]:
                    queue = min(full, key=lambda each: self._queues[each][0][0])
                    step = self._sent.pop(heapq.heappop(self._queues[queue])[2])
                    self._see_gates()
                    if self._lines.lets(step.lane) and self._may(step, does):
                        self._places.begin(kind, place)
                        self._begin(step, kind, place, lent=step.head.capability not in does)
                        break
                    self._wait(step)

    def _may(self, step: Step, does: Sequence[str]) -> bool:
        """Whether a worker that does this may be given a step: it is its own, or is lent for it."""
        if step.head.capability in does:
            return True
        usable = self._places.usable.values()
        return may_render(
            step.head.capability,
            does,
            self._places.dealings,
            able=pools_rendering(skill.capability for skills in usable for skill in skills),
            own_waits=self._waits(does[0]),
        )

    def _begin(self, step: Step, kind: str, place: int, *, lent: bool) -> None:
        begun = self._clock.now
        job = step.job
        if job.begun_ms < 0:
            job.begun_ms = begun
            self._begun_jobs[job.film.house] += 1
        chance = self._chance.randrange(1_000_000)
        takes, end = step.left_ms, "ok"
        if chance < self._site.fails + self._site.dies:
            takes, end = self._chance.randrange(takes), "error" if chance < self._site.fails else "lost"
        attempt = Attempt(step, kind, place, begun, begun + takes, end, lent)
        self._running[step.number] = attempt
        if step.stage != JOIN:
            self._gauge.busy[job.film.house] += 1
        self._clock.at(attempt.ends_ms, lambda: self._end(attempt))

    def _leave(self, attempt: Attempt) -> None:
        """Have the clip in work finished and the rest given back."""
        step = attempt.step
        clips = -(-(self._clock.now - attempt.begun_ms) // step.clip_ms)
        left_at = attempt.begun_ms + max(1, clips) * step.clip_ms
        if left_at < attempt.ends_ms:
            attempt.is_over = True
            shorter = replace(attempt, ends_ms=left_at, end="interrupted", is_over=False)
            self._running[step.number] = shorter
            self._clock.at(left_at, lambda: self._end(shorter))

    def _end(self, attempt: Attempt) -> None:
        if attempt.is_over:
            return
        step, now = attempt.step, self._clock.now
        house, capability = step.head.department, step.head.capability
        del self._running[step.number]
        held_ms = now - attempt.begun_ms
        self._usage.tell((Ended(department=house, capability=capability, held_ms=held_ms, at_ms=now),), now)
        if step.stage != JOIN:
            self._gauge.busy[house] -= 1
        self._spans.append(
            Span(
                house=house,
                stage=step.stage,
                window=step.job.film.window,
                begun_ms=attempt.begun_ms,
                ended_ms=now,
                end=attempt.end,
                lent=attempt.lent,
            )
        )
        if attempt.end == "ok":
            self._done(step)
        else:
            self._fare(step, attempt)
        if attempt.end == "lost":
            self._places.lose(attempt.kind, attempt.place)
            self._clock.at(now + _RESTART_MS, lambda: self._back(attempt))
        else:
            self._places.end(attempt.kind, attempt.place)
            self._clock.at(now + _CLAIM_MS, self._take)
        self._ring()

    def _back(self, attempt: Attempt) -> None:
        self._places.come_back(attempt.kind, attempt.place)
        self._clock.at(self._clock.now + _CLAIM_MS, self._take)
        self._ring()

    def _fare(self, step: Step, attempt: Attempt) -> None:
        """Keep the clips that were made, and go back into the line."""
        if step.stage == RENDER:
            step.left_ms -= (self._clock.now - attempt.begun_ms) // step.clip_ms * step.clip_ms
        if attempt.end == "error":
            error = TransientError("engine-memory-short")
            decision = decide(error, failures=step.failures, settings=RetrySettings(attempts=99))
            step.failures += 1
        else:
            decision = decide(End.LOST if attempt.end == "lost" else End.LEFT, settings=RetrySettings())
        lease = _LEASE_MS if attempt.end == "lost" else 0
        step.due_ms = self._clock.now + lease + decision.delay_ms
        self._wait(step)

    def _done(self, step: Step) -> None:
        job = step.job
        if step.stage == SPEAK:
            job.left = job.chunks
            length = job.film.seconds / job.chunks
            for index in range(job.chunks):
                # Nobody knows beforehand by how much one takes longer than another of the same length.
                takes = length * self._site.render * self._chance.uniform(0.9, 1.1)
                job.chunks_ms.append(round(takes * SECOND_MS))
                self._enter(job, RENDER, index, job.chunks_ms[-1], work=length)
        elif step.stage == RENDER:
            job.left -= 1
            if not job.left:
                self._enter(job, JOIN, 0, 3000 + round(20 * job.film.seconds), work=job.film.seconds)
        else:
            job.ended_ms = self._clock.now
            self._begun_jobs[job.film.house] -= 1
            self._open_jobs -= 1


def _batches(films: Sequence[Film]) -> Iterable[tuple[int, Sequence[Film]]]:
    found: dict[int, list[Film]] = defaultdict(list)
    for film in films:
        found[film.at_ms].append(film)
    return found.items()
