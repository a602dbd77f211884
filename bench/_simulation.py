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
from bisect import insort
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from _arrivals import HOUSES, SECOND_MS, ZONE, Film, House

from db.values import Skill
from farm.policy.days import Calendar
from farm.policy.gates import Facts, Gate, Gates
from farm.policy.order import Head, Standing, choose, rank, tier_at
from farm.policy.quota import Standing as Allotment
from farm.policy.quota import admit
from farm.policy.retry import End, RetrySettings, decide
from farm.policy.share import Ended, Going, Usage
from farm.policy.windows import Window, parse
from pipeline.plan.errors import TransientError
from tasks.errands import Crew, errands
from tasks.slots import Filled, Slots, fill

#: What a card can do; processors join.
SPEAK, RENDER, JOIN = "speak", "render.warp", "join"
_ON_CARDS = (SPEAK, RENDER)
_STAGE = {SPEAK: 1, RENDER: 3, JOIN: 4}
_SKILLS = {each: Skill(capability=each) for each in _STAGE}
#: As the farm is shipped: a look follows its bell after this, a lease lasts so long, and so many messages are
#: sent beyond the free slots.
_LOOK_MS, _CLAIM_MS, _LEASE_MS, _RESTART_MS, _SURPLUS = 50, 20, 12_000, 40_000, 2
_CHUNK_S, _CLIP_S = 50, 5
_TIERS = {"urgent": 0, "normal": 1, "bulk": 2}

Place = tuple[int, int, int, int]
#: What stands in one line: capability, department, window, and whether a film begins with it.
Lane = tuple[str, int, str, int]


@dataclass(frozen=True, kw_only=True)
class Site:
    """A farm as it is played.

    Attributes:
        houses: its departments.
        cards: how many cards it has.
        hands: how many films are joined at once.
        windows: their times by their names.
        render: seconds on a card for a second of film.
        fails: how many attempts of a million fail.
        dies: how many attempts of a million lose their worker.
        seed: of everything that happens by chance.
        every_s: how often a sample is taken.
    """

    houses: Sequence[House] = HOUSES
    cards: int = 64
    hands: int = 8
    windows: Mapping[str, str] = field(default_factory=lambda: {"night": "22:00-07:00, weekends all day"})
    render: float = 12.0
    fails: int = 4000
    dies: int = 1000
    seed: int = 7
    every_s: int = 60


@dataclass(slots=True)
class Job:
    """A film under way.

    Attributes:
        number: its number.
        film: what is wanted.
        standing: what its place in the line rests on.
        chunks: in which it is rendered.
        charged_day: the day of its department's quota that it counts against.
        admitted_ms: since when it is not held by the quota; -1: it still is.
        begun_ms: when its first step began; -1: not yet.
        ended_ms: when it was done; -1: not yet.
        left: chunks that are not rendered yet.
        card_ms: what its steps take on cards, all together, if nothing goes wrong.
        longest_ms: what the longest step of each stage takes.
    """

    number: int
    film: Film
    standing: Standing
    chunks: int
    charged_day: int | None = None
    admitted_ms: int = -1
    begun_ms: int = -1
    ended_ms: int = -1
    left: int = 0
    card_ms: int = 0
    longest_ms: dict[str, int] = field(default_factory=dict)

    @property
    def alone_ms(self) -> int:
        """How long it takes with the whole farm to itself: its longest step of each stage, in turn."""
        return sum(self.longest_ms.values())


@dataclass(slots=True)
class Step:
    """A step that waits, is on its way, or is in work; `left_ms` is what it takes then."""

    number: int
    job: Job
    capability: str
    head: Head
    left_ms: int
    clip_ms: int
    failures: int = 0
    due_ms: int = 0

    @property
    def lane(self) -> Lane:
        """What stands in one line with it."""
        job = self.job
        opens = int(self.capability == SPEAK and job.begun_ms < 0)
        return self.capability, job.film.house, job.film.window, opens


@dataclass(slots=True)
class Attempt:
    """A step in work on a card or a processor."""

    step: Step
    place: int
    begun_ms: int
    ends_ms: int
    end: str
    is_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What a card or a processor did, from when to when; times in milliseconds since the Unix epoch."""

    house: int
    capability: str
    window: str
    begun_ms: int
    ended_ms: int
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """How a farm stands at a time.

    Attributes:
        at_ms: when.
        busy: cards in use, by department.
        tiers: the best tier of the steps that wait for a card and may begin, by department.
        films: films that wait to begin: those that may under an empty word, others under why they may not.
    """

    at_ms: int
    busy: Mapping[int, int]
    tiers: Mapping[int, str]
    films: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Record:
    """What came of it.

    Attributes:
        site: the farm.
        jobs: every film.
        spans: every attempt.
        samples: how it stood every so often.
        idle_ms: card time in which a card was idle while a step waited that it could have done.
        pressed_ms: card time of all cards that were up, while a step waited.
        begun_ms: when it began.
        ended_ms: when the last film was done.
    """

    site: Site
    jobs: Sequence[Job]
    spans: Sequence[Span]
    samples: Sequence[Sample]
    idle_ms: int
    pressed_ms: int
    begun_ms: int
    ended_ms: int


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
        self._calendar = Calendar(zone=ZONE)
        self._now = self._films[0].at_ms
        self._begun = self._now
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        self._ticket = 0
        self._jobs: list[Job] = []
        self._open_jobs = len(self._films)
        self._lanes: dict[Lane, list[tuple[Place, int]]] = defaultdict(list)
        self._steps: dict[int, Step] = {}
        self._sent: dict[str, list[tuple[int, int, int]]] = {each: [] for each in _STAGE}
        self._free = {"card": deque(range(site.cards)), "hand": deque(range(site.hands))}
        self._out = 0
        self._crew = {
            f"card{number}": frozenset(map(_SKILLS.__getitem__, _ON_CARDS)) for number in range(site.cards)
        }
        self._crew |= {f"hand{number}": frozenset({_SKILLS[JOIN]}) for number in range(site.hands)}
        self._at_work: set[str] = set()
        self._running: dict[int, Attempt] = {}
        self._busy: Counter[int] = Counter()
        self._usage = Usage(self._now)
        self._weights = {house.id: house.weight for house in site.houses}
        self._sent_of: dict[int, Step] = {}
        self._quota_line: dict[int, deque[Job]] = defaultdict(deque)
        self._charges: Counter[tuple[int, int]] = Counter()
        self._look_at = -1
        self._begun_jobs: Counter[int] = Counter()
        self._gates = Gates()
        self._open: frozenset[str] = frozenset()
        self._let: dict[Lane, bool] = {}
        self._spans: list[Span] = []
        self._samples: list[Sample] = []
        self._idle = self._pressed = 0

    def run(self) -> Record:
        for at, batch in _batches(self._films):
            self._at(at, partial(self._arrive, batch))
        self._turn()
        self._sample()
        while self._open_jobs:
            at, _, happen = heapq.heappop(self._events)
            self._pass(at)
            happen()
        return Record(
            site=self._site,
            jobs=self._jobs,
            spans=self._spans,
            samples=self._samples,
            idle_ms=self._idle,
            pressed_ms=self._pressed,
            begun_ms=self._begun,
            ended_ms=self._now,
        )

    # Time.

    def _at(self, at: int, happen: Callable[[], None]) -> None:
        self._ticket += 1
        heapq.heappush(self._events, (at, self._ticket, happen))

    def _pass(self, at: int) -> None:
        """Let time pass, and count what stood idle meanwhile."""
        if at > self._now:
            waiting = sum(
                len(line) for lane, line in self._lanes.items() if lane[0] != JOIN and self._lets(lane)
            )
            waiting += sum(len(self._sent[each]) for each in _ON_CARDS)
            if waiting:
                passed = at - self._now
                self._idle += passed * min(len(self._free["card"]), waiting)
                self._pressed += passed * (self._site.cards - self._out)
        self._now = at

    def _turn(self) -> None:
        """Windows open and shut, and days begin."""
        self._open = frozenset(name for name, window in self._windows.items() if window.is_open(self._now))
        self._see_gates()
        for attempt in list(self._running.values()):
            if attempt.step.capability == RENDER and not self._lets(attempt.step.lane):
                self._leave(attempt)
        for house in self._quota_line:
            self._release(house)
        self._ring()
        changes = [window.next_change(self._now) for window in self._windows.values()]
        day = self._calendar.begins_at(self._calendar.day_of(self._now) + 1)
        self._at(min([day, *(change for change in changes if change is not None)]), self._turn)

    def _sample(self) -> None:
        films: Counter[str] = Counter()
        best: dict[int, int] = {}
        for lane, line in self._lanes.items():
            capability, house, _, opens = lane
            if not line or capability == JOIN:
                continue
            may = self._lets(lane)
            films["" if may else "off_peak"] += len(line) * opens
            if may:
                lowest = line[0][0][0]
                best[house] = min(best.get(house, lowest), lowest)
        films["quota"] = sum(len(line) for line in self._quota_line.values())
        tiers = {house: tier_at(lowest, self._now) for house, lowest in best.items()}
        self._samples.append(Sample(at_ms=self._now, busy=dict(self._busy), tiers=tiers, films=films))
        self._at(self._now + self._site.every_s * SECOND_MS, self._sample)

    # Films.

    def _arrive(self, films: Sequence[Film]) -> None:
        for film in films:
            standing = Standing(submitted_ms=self._now, urgency=film.urgency, priority=film.priority)
            chunks = max(1, math.ceil(film.seconds / _CHUNK_S))
            job = Job(len(self._jobs), film, standing, chunks)
            self._jobs.append(job)
            self._quota_line[film.house].append(job)
        for house in {film.house for film in films}:
            self._release(house)
        self._ring()

    def _release(self, house: int) -> None:
        """Let as many films of a department in as its day allows, in order of submission."""
        line = self._quota_line[house]
        if not line:
            return
        day = self._calendar.day_of(self._now)
        allotment = Allotment(films=self._houses[house].films, used=self._charges[house, day])
        starts = admit(allotment, [""] * len(line), day, self._now)
        waiting = [job for job, start in zip(line, starts, strict=True) if start is None]
        for job, start in zip(line, starts, strict=True):
            if start is not None:
                self._charges[house, day] += 1
                job.charged_day, job.admitted_ms = day, self._now
                self._enter(job, SPEAK, 0, 2000 + round(80 * job.film.seconds))
        self._quota_line[house] = deque(waiting)

    def _enter(self, job: Job, capability: str, index: int, takes_ms: int) -> None:
        film = job.film
        job.longest_ms[capability] = max(takes_ms, job.longest_ms.get(capability, 0))
        job.card_ms += takes_ms if capability in _ON_CARDS else 0
        later = 0 if capability == SPEAK else _STAGE[capability]
        number = len(self._steps)
        head = Head(
            step=number,
            job=job.number,
            department=film.house,
            capability=capability,
            rank=rank(job.standing, later=later),
            base=rank(job.standing),
            prepares=capability == SPEAK,
            batch=film.batch,
            stage=capability,
            index=index,
            count=job.chunks if capability == RENDER else 1,
            label="",
            traceparent="",
            work=takes_ms,
        )
        clip_ms = round(_CLIP_S * self._site.render * 1000)
        step = Step(number, job, capability, head, max(1, takes_ms), clip_ms)
        self._steps[number] = step
        self._wait(step)

    def _wait(self, step: Step) -> None:
        if step.due_ms > self._now:
            self._at(step.due_ms, lambda: self._come_back(step))
        else:
            insort(self._lanes[step.lane], (step.head.place, step.number))

    def _come_back(self, step: Step) -> None:
        self._wait(step)
        self._ring()

    # The dispatcher.

    def _ring(self) -> None:
        if self._look_at < self._now:
            self._look_at = self._now + _LOOK_MS
            self._at(self._look_at, self._look)

    def _see_gates(self) -> None:
        """Read what stands open, as it is read from the ledger; windows as of their latest change."""
        seen = Gates(
            open=self._open,
            full=frozenset(
                house.id
                for house in self._houses.values()
                if house.running is not None and self._begun_jobs[house.id] >= house.running
            ),
        )
        if seen != self._gates:
            self._gates, self._let = seen, {}

    def _lets(self, lane: Lane) -> bool:
        if lane not in self._let:
            capability, house, window, opens = lane
            facts = Facts(department=house, window=window, opening=bool(opens), renders=capability == RENDER)
            self._let[lane] = self._gates.lets_through(facts) is Gate.OPEN
        return self._let[lane]

    def _look(self) -> None:
        """Send as many steps of each line as there are free slots, and a few more."""
        self._see_gates()
        self._usage.tell((), self._now)
        waiting = [
            each for each in _STAGE if any(line for lane, line in self._lanes.items() if lane[0] == each)
        ]
        sent = {_SKILLS[each]: len(self._sent[each]) for each in waiting}
        away = {_SKILLS[each]: len(self._sent[each]) for each in _STAGE if each not in waiting}
        crew = Crew(usable=self._crew, busy=frozenset(self._at_work))
        for slots in errands(sent, crew, {}, surplus=_SURPLUS, waits=lambda _: False, away=away):
            self._send(slots)
        self._at(self._now + _CLAIM_MS, self._take)

    def _send(self, slots: Slots) -> None:
        for filled in self._choose(slots):
            head = filled.spot
            step = self._steps[head.step]
            self._lanes[step.lane].remove((head.place, head.step))
            self._sent_of[head.step] = step
            tier = _TIERS[tier_at(head.rank, self._now)]
            self._ticket += 1
            heapq.heappush(self._sent[filled.line.capability], (tier, self._ticket, head.step))

    def _choose(self, slots: Slots) -> Sequence[Filled]:
        """Choose what is sent; of departments that have little left, knowing all that is left."""
        capabilities, most = [line.capability for line in slots.lines], slots.left
        heads = {house: self._heads(capabilities, house, most) for house in self._houses}
        cost_ms = max(map(self._usage.cost_ms, capabilities))
        shares = self._usage.shares(self._weights, self._going())

        def filled(heads: Mapping[int, Sequence[Head]], tails: Collection[int] = ()) -> Sequence[Filled]:
            choice = partial(choose, now_ms=self._now, cost_ms=cost_ms, tails=tails)
            lines: dict[Skill, list[Head]] = {}
            for head in (head for each in heads.values() for head in each):
                lines.setdefault(_SKILLS[head.capability], []).append(head)
            return fill(slots, lines, shares, cost_ms=cost_ms, choice=choice)

        chosen = filled(heads)
        # What is left is the tail of a line when each worker has a step or two of it.
        tail = max(2 * len(self._crew), most + 1)
        houses = {each.spot.department for each in chosen}
        rest = {house: self._heads(capabilities, house, tail) for house in houses}
        tails = {house for house, left in rest.items() if len(left) < tail}
        return filled(heads | rest, tails) if tails else chosen

    def _heads(self, capabilities: Sequence[str], house: int, limit: int) -> Sequence[Head]:
        """The first steps of a department's lines that may go now."""
        found: list[Head] = []
        for capability in capabilities:
            first: list[tuple[Place, int]] = []
            for lane, line in self._lanes.items():
                if lane[:2] == (capability, house) and line and self._lets(lane):
                    first += line[:limit]
            found += [self._steps[number].head for _, number in sorted(first)[:limit]]
        return found

    def _going(self) -> Iterator[Going]:
        """What is running, and what is on its way."""
        for attempt in self._running.values():
            passed = self._now - attempt.begun_ms
            yield Going(
                department=attempt.step.job.film.house, capability=attempt.step.capability, for_ms=passed
            )
        for step in self._sent_of.values():
            yield Going(department=step.job.film.house, capability=step.capability)

    # The workers.

    def _take(self) -> None:
        """Whoever is free takes the next message: the most urgent one, of those the latest stage's."""
        for kind, capabilities in (("hand", (JOIN,)), ("card", (RENDER, SPEAK))):
            free = self._free[kind]
            while free:
                full = [each for each in capabilities if self._sent[each]]
                if not full:
                    break
                capability = min(full, key=lambda each: self._sent[each][0][0])
                step = self._sent_of.pop(heapq.heappop(self._sent[capability])[2])
                self._see_gates()
                if self._lets(step.lane):
                    self._at_work.add(f"{kind}{free[0]}")
                    self._begin(step, free.popleft())
                else:
                    self._wait(step)

    def _begin(self, step: Step, place: int) -> None:
        begun = self._now
        job = step.job
        if job.begun_ms < 0:
            job.begun_ms = begun
            self._begun_jobs[job.film.house] += 1
        chance = self._chance.randrange(1_000_000)
        takes, end = step.left_ms, "ok"
        if chance < self._site.fails + self._site.dies:
            takes, end = self._chance.randrange(takes), "error" if chance < self._site.fails else "lost"
        attempt = Attempt(step, place, begun, begun + takes, end)
        self._running[step.number] = attempt
        if step.capability != JOIN:
            self._busy[job.film.house] += 1
        self._at(attempt.ends_ms, lambda: self._end(attempt))

    def _leave(self, attempt: Attempt) -> None:
        """Have the clip in work finished and the rest given back."""
        step = attempt.step
        clips = -(-(self._now - attempt.begun_ms) // step.clip_ms)
        left_at = attempt.begun_ms + max(1, clips) * step.clip_ms
        if left_at < attempt.ends_ms:
            attempt.is_over = True
            shorter = Attempt(step, attempt.place, attempt.begun_ms, left_at, "interrupted")
            self._running[step.number] = shorter
            self._at(left_at, lambda: self._end(shorter))

    def _end(self, attempt: Attempt) -> None:
        if attempt.is_over:
            return
        step, job = attempt.step, attempt.step.job
        house, capability = job.film.house, step.capability
        del self._running[step.number]
        held = Ended(
            department=house, capability=capability, held_ms=self._now - attempt.begun_ms, at_ms=self._now
        )
        self._usage.tell((held,), self._now)
        if capability != JOIN:
            self._busy[house] -= 1
        self._spans.append(
            Span(
                house=house,
                capability=capability,
                window=job.film.window,
                begun_ms=attempt.begun_ms,
                ended_ms=self._now,
                end=attempt.end,
            )
        )
        if attempt.end == "ok":
            self._done(step)
        else:
            self._fare(step, attempt)
        kind = "hand" if capability == JOIN else "card"
        self._at_work.remove(f"{kind}{attempt.place}")
        if attempt.end == "lost":
            self._out += kind == "card"
            del self._crew[f"{kind}{attempt.place}"]
            self._at(self._now + _RESTART_MS, lambda: self._back(kind, attempt.place))
        else:
            self._free[kind].append(attempt.place)
            self._at(self._now + _CLAIM_MS, self._take)
        self._ring()

    def _back(self, kind: str, place: int) -> None:
        self._out -= kind == "card"
        self._crew[f"{kind}{place}"] = frozenset(
            map(_SKILLS.__getitem__, (JOIN,) if kind == "hand" else _ON_CARDS)
        )
        self._free[kind].append(place)
        self._at(self._now + _CLAIM_MS, self._take)
        self._ring()

    def _fare(self, step: Step, attempt: Attempt) -> None:
        """Keep the clips that were made, and go back into the line."""
        if step.capability == RENDER:
            step.left_ms -= (self._now - attempt.begun_ms) // step.clip_ms * step.clip_ms
        if attempt.end == "error":
            error = TransientError("engine-memory-short")
            decision = decide(error, failures=step.failures, settings=RetrySettings(attempts=99))
            step.failures += 1
        else:
            decision = decide(End.LOST if attempt.end == "lost" else End.LEFT, settings=RetrySettings())
        lease = _LEASE_MS if attempt.end == "lost" else 0
        step.due_ms = self._now + lease + decision.delay_ms
        self._wait(step)

    def _done(self, step: Step) -> None:
        job = step.job
        if step.capability == SPEAK:
            job.left = job.chunks
            for index in range(job.chunks):
                takes = job.film.seconds / job.chunks * self._site.render * self._chance.uniform(0.9, 1.1)
                self._enter(job, RENDER, index, round(takes * SECOND_MS))
        elif step.capability == RENDER:
            job.left -= 1
            if not job.left:
                self._enter(job, JOIN, 0, 3000 + round(20 * job.film.seconds))
        else:
            job.ended_ms = self._now
            self._begun_jobs[job.film.house] -= 1
            self._open_jobs -= 1


def _batches(films: Sequence[Film]) -> Iterable[tuple[int, Sequence[Film]]]:
    found: dict[int, list[Film]] = defaultdict(list)
    for film in films:
        found[film.at_ms].append(film)
    return found.items()
