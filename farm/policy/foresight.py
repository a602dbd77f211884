"""Foresight: when what waits will begin and end, by the rules that choose it, played forward coarsely.

What waits is played in *runs*: pieces of a department that stand together in its line and are alike. A run
is worked at as water flows: workers go to the best tier, in it to whoever had least for its weight, and to
equals by weight (`farm.policy.order`); what was used fades as it does for the dispatcher
(`farm.policy.share`); windows, limits and days' quotas let work through as time passes; a pool's workers do
their own work first and lend what is left. So a play costs what its runs do, however many films they are.

It is an estimate: nothing is submitted meanwhile, nothing fails, and work takes what its like took lately.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from farm.policy.dealing import catch_ups, deal
from farm.policy.order import tier_at, tier_bounds
from farm.policy.scene import Office, Run, Scene
from farm.policy.share import HALF_LIFE_MS

#: No further is looked: what begins later than this, nobody can tell.
HORIZON_MS: Final = 14 * 24 * 3_600_000
#: So many runs are played at most for each lane, the alike ones beyond it taken together.
_MOST_RUNS: Final = 400
_TIERS = ("urgent", "normal", "bulk")
_FADE = math.log(2) / HALF_LIFE_MS
_LEAST_MS = 1.0
#: A play has no more steps than this: whatever it has not told by then, nobody can tell.
_MOST_STEPS = 5_000
#: Less than this part of a worker is none.
_FEW = 1e-6
_USUAL: Final = Office()


class _Curve:
    """How much of something is done by when; straight between the points."""

    def __init__(self, at: float) -> None:
        self._times = [at]
        self._done = [0.0]

    def go_on(self, at: float, then: float, more: float) -> None:
        """From one time to another so much more is done; since the last time it was told of, nothing was."""
        if at > self._times[-1]:
            self._times.append(at)
            self._done.append(self._done[-1])
        self._times.append(then)
        self._done.append(self._done[-1] + more)

    def when(self, done: float, *, more: bool = False) -> float:
        """The first time at which so much is done; `more`: the time at which more than that begins to be."""
        # What is left at the end of a run is no more than a part of a millisecond.
        sought = done + _LEAST_MS / 2 if more else max(done - _LEAST_MS, done / 2)
        place = (bisect_right if more else bisect_left)(self._done, sought)
        if place >= len(self._done):
            return math.inf
        if place == 0:
            return self._times[0]
        before, then = self._done[place - 1], self._done[place]
        part = (min(max(done, before), then) - before) / (then - before) if then > before else 0.0
        return self._times[place - 1] + part * (self._times[place] - self._times[place - 1])

    def by(self, at: float) -> float:
        """How much is done by a time."""
        place = bisect_right(self._times, at)
        if place >= len(self._times):
            return self._done[-1]
        since, until = self._times[place - 1], self._times[place]
        part = (at - since) / (until - since) if until > since else 0.0
        return self._done[place - 1] + part * (self._done[place] - self._done[place - 1])


class _Going:
    """A run, or several that are alike, while it is played."""

    __slots__ = ("curve", "left", "lifts", "place", "rate", "run", "tier")

    def __init__(self, run: Run, now: int) -> None:
        self.run = run
        self.place = run.rank, run.batch
        self.left, self.rate = run.work_ms, 0.0
        self.curve = _Curve(float(now))
        self.tier, self.lifts = 0, 0.0
        self.wait(now)

    def wait(self, now: int) -> None:
        """By waiting it may have come into a better tier."""
        self.tier = _TIERS.index(tier_at(self.run.rank, now))
        self.lifts = float(now + self.run.rank - tier_bounds(self.run.rank, now)[0])

    def appetite(self) -> float:
        """How many workers it can keep: those at its last pieces are at them until the end."""
        pieces = max(1, math.ceil(self.left / self.run.piece_ms - _LEAST_MS / 1000))
        return max(pieces * self.run.width, self.rate)


_Lane = tuple[int, str, frozenset[int], frozenset[int], bool, int]


class Foresight:
    """A play, from now until all is done that ever will be within the horizon.

    Args:
        scene: what it begins with.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._now = float(scene.now)
        self._films = _Curve(self._now)
        hands = sum(crew.hands for crew in scene.crews)
        self._busy = sum(len(crew.busy) for crew in scene.crews) / hands if hands else 0.0
        self._used = {each: office.share.used_ms for each, office in scene.offices.items()}
        self._cards = {each: office.cards_ms for each, office in scene.offices.items()}
        self._day_ends = self._now
        self._opened: dict[str, bool] = {}
        self._changes = self._now
        self._spots: dict[int, tuple[_Going, float]] = {}
        #: Of each lane, what is next stands last.
        self._lanes: dict[_Lane, list[_Going]] = {}
        self._gather()
        self._play()

    def begins(self, run: int, piece: float) -> int | None:
        """When a piece of a run begins, in milliseconds since the Unix epoch; None: nobody can tell.

        Args:
            run: the number of the run in the scene.
            piece: how many pieces of it stand before.
        """
        told, (going, before) = self._scene.runs[run], self._spots[run]
        over = going.curve.when(before + (piece + 1) * told.piece_ms)
        if over == math.inf:
            return None
        first, flows = going.curve.when(0.0, more=True), self.passes(run, piece)
        # Workers that are idle begin as many pieces at once; from busy ones they are begun one after the
        # other, and as much as half of what flows is in work by then.
        at_once = min(flows, max(first, over - told.piece_ms / told.width))
        return round(at_once + (flows - at_once) * self._busy / 2)

    def passes(self, run: int, piece: float) -> float:
        """When as much of a run is done as stands before a piece of it, in milliseconds since the epoch."""
        going, before = self._spots[run]
        return going.curve.when(before + piece * self._scene.runs[run].piece_ms, more=True)

    def ends(self, run: int, piece: float, *, work_ms: float | None = None, width: float = 1.0) -> int | None:
        """When a piece of a run is done, with all that follows on it; None: nobody can tell.

        Args:
            run: the number of the run in the scene.
            piece: how many pieces of it stand before.
            work_ms: for how long this one keeps workers; None: as long as those of its run.
            width: how many of them at once, if that is told.
        """
        told, (going, before) = self._scene.runs[run], self._spots[run]
        work, at_once = (told.piece_ms, told.width) if work_ms is None else (work_ms, width)
        begins = self.begins(run, piece)
        whole = before + min(piece * told.piece_ms + work, told.work_ms)
        at = going.curve.when(whole)
        if begins is None or at == math.inf:
            return None
        return round(max(at, begins + work / at_once))

    def films_before(self, at: float) -> int:
        """How many films that have not begun yet will have by a time."""
        return round(self._films.by(at))

    def begun_by(self, at: float, crews: frozenset[int]) -> Mapping[int, float]:
        """How many pieces have begun by a time of what some crews do, by department."""
        begun: dict[int, float] = defaultdict(float)
        for going in self._goings(crews):
            begun[going.run.department] += going.curve.by(at) / going.run.piece_ms
        return begun

    def work_by(self, at: float, crews: frozenset[int], *, but: Collection[int]) -> float:
        """How much work begins by a time of what some crews do, some runs left out, in worker's time."""
        own = {id(self._spots[number][0]) for number in but}
        return sum(going.curve.by(at) for going in self._goings(crews) if id(going) not in own)

    def rivals(self, crews: frozenset[int]) -> frozenset[int]:
        """The departments of which anything waits now that some crews do."""
        return frozenset(
            going.run.department for going in self._goings(crews) if going.run.since <= self._now
        )

    def _goings(self, crews: frozenset[int]) -> Iterable[_Going]:
        found = {id(going): going for going, _ in self._spots.values()}
        return [going for going in found.values() if crews & (going.run.own | going.run.lent)]

    def _gather(self) -> None:
        """Sort the runs into lanes, and take alike ones together where there are too many."""
        runs, lanes = self._scene.runs, defaultdict[_Lane, list[int]](list)
        for number, run in enumerate(runs):
            since = run.since if run.since > self._now else 0
            lanes[run.department, run.window, run.own, run.lent, run.opens, since].append(number)
        most = max(4, _MOST_RUNS // max(1, len(lanes)))
        for lane, numbers in lanes.items():
            numbers.sort(key=lambda number: (runs[number].rank, runs[number].batch))
            parts: list[list[int]] = []
            tier = ""
            for number in numbers:
                before, tier = tier, tier_at(runs[number].rank, self._scene.now)
                if tier != before or len(parts[-1]) * most >= len(numbers):
                    parts.append([])
                parts[-1].append(number)
            line = [self._together(some) for some in reversed(parts)]
            if lane[2] or lane[3]:
                self._lanes[lane] = line

    def _together(self, numbers: Sequence[int]) -> _Going:
        """Runs that are played as one."""
        runs = [self._scene.runs[number] for number in numbers]
        pieces, work = sum(run.pieces for run in runs), sum(run.work_ms for run in runs)
        width = sum(run.width * run.pieces for run in runs) / pieces
        going = _Going(replace(runs[0], pieces=pieces, piece_ms=work / pieces, width=width), self._scene.now)
        before = 0.0
        for number, run in zip(numbers, runs, strict=True):
            self._spots[number] = going, before
            before += run.work_ms
        return going

    def _play(self) -> None:
        at, end = self._now, self._now + HORIZON_MS
        for _ in range(_MOST_STEPS):
            if at >= end or not any(self._lanes.values()):
                return
            self._look_at_the_clock(at)
            rates = self._deal(at)
            then = min(end, max(at + _LEAST_MS, self._next(at, rates)))
            self._pass(at, then, rates)
            at = then

    def _look_at_the_clock(self, at: float) -> None:
        """See which windows are open, and give hours on cards anew when a day begins."""
        if at >= self._changes:
            used = {
                lane[1]: self._scene.windows[lane[1]]
                for lane in self._lanes
                if lane[1] in self._scene.windows
            }
            self._opened = {name: window.is_open(int(at)) for name, window in used.items()}
            changes = (window.next_change(int(at)) for window in used.values())
            self._changes = min((change for change in changes if change is not None), default=math.inf)
        if at >= self._day_ends:
            calendar = self._scene.calendar
            if at > self._now:
                limited = {each for each, left in self._cards.items() if left is not None}
                self._cards |= {each: self._scene.offices[each].cards_a_day_ms for each in limited}
            self._day_ends = float(calendar.begins_at(calendar.day_of(int(at)) + 1))

    def _office(self, department: int) -> Office:
        return self._scene.offices.get(department, _USUAL)

    def _level(self, department: int) -> float:
        """What a department had for its weight."""
        return self._used.get(department, 0.0) / self._office(department).share.weight

    def _is_open(self, lane: _Lane, at: float) -> bool:
        department, window, since = lane[0], lane[1], lane[5]
        cards = self._cards.get(department)
        return (
            since <= at and (not window or self._opened.get(window, False)) and (cards is None or cards > 0)
        )

    def _may_keep(self, line: Sequence[_Going], at: float) -> float:
        """How many workers the films that a department may have under way can keep."""
        run = line[-1].run
        most = self._office(run.department).running
        if most is None:
            return math.inf
        busy = sum(
            self._now + ms > at and of == run.department for crew in self._scene.crews for ms, of in crew.busy
        )
        return max(0.0, most * run.width - busy)

    def _deal(self, at: float) -> dict[_Going, float]:
        """Who works at what from a time on, in workers."""
        rates: dict[_Going, float] = defaultdict(float)
        lanes = [(lane, line) for lane, line in self._lanes.items() if line and self._is_open(lane, at)]
        left: dict[int, float] = {}
        for lane, line in lanes:
            left[lane[0]] = max(left.get(lane[0], 0.0), self._may_keep(line, at))
        for number, crew in enumerate(self._scene.crews):
            free = float(crew.hands - sum(self._now + ms > at for ms, _ in crew.busy))
            own = [line for lane, line in lanes if number in lane[2]]
            for lines in (own, [line for lane, line in lanes if number in lane[3]]):
                if lines and free > _FEW:
                    free -= self._deal_crew(at, lines, free, left, rates)
        return rates

    def _deal_crew(
        self,
        at: float,
        lines: Iterable[Sequence[_Going]],
        free: float,
        left: dict[int, float],
        rates: dict[_Going, float],
    ) -> float:
        """Have a crew's free workers begin at some lanes; how many do."""
        given = 0.0
        for _, queue in sorted(_queues(lines, at, free).items()):
            for department in queue:
                queue[department].sort(key=_place)
            wants = {
                department: min(left[department], sum(each.appetite() - rates[each] for each in some))
                for department, some in queue.items()
            }
            weights = {department: self._office(department).share.weight for department in queue}
            levels = {department: self._level(department) for department in queue}
            for department, workers in deal(wants, weights, levels, free - given).items():
                left[department] -= workers
                given += workers
                rest = workers
                for going in queue[department]:
                    takes = min(rest, going.appetite() - rates[going])
                    rates[going] += takes
                    rest -= takes
        return given

    def _next(self, at: float, rates: Mapping[_Going, float]) -> float:
        """Until when they go on like that: something ends, opens, comes, or another one has caught up."""
        times = [self._changes]
        of: dict[int, float] = defaultdict(float)
        for going, rate in rates.items():
            if rate > 0:
                of[going.run.department] += rate
                times.append(at + going.left / rate)
        for lane, line in self._lanes.items():
            if line:
                times += [line[-1].lifts, lane[5]]
        times += [self._now + ms for crew in self._scene.crews for ms, _ in crew.busy]
        if any(left is not None for left in self._cards.values()):
            times.append(self._day_ends)
        times += [
            at + left / of[department] for department, left in self._cards.items() if left and of[department]
        ]
        levels = [(self._level(each), of[each] / self._office(each).share.weight) for each in self._waiting()]
        times += [at + ms for ms in catch_ups(levels, _FADE)]
        return min((each for each in times if each > at), default=math.inf)

    def _waiting(self) -> frozenset[int]:
        return frozenset(lane[0] for lane, line in self._lanes.items() if line)

    def _pass(self, at: float, then: float, rates: Mapping[_Going, float]) -> None:
        """Let time pass."""
        passed, films = then - at, 0.0
        left = math.exp(-_FADE * passed)
        self._used = {each: used * left for each, used in self._used.items()}
        for going, rate in rates.items():
            going.rate = rate
            run, done = going.run, min(rate * passed, going.left)
            going.curve.go_on(at, then, done)
            going.left -= done
            films += done / run.piece_ms if run.opens else 0.0
            self._used[run.department] = self._used.get(run.department, 0.0) + rate * (1 - left) / _FADE
            cards = self._cards.get(run.department)
            if cards is not None:
                self._cards[run.department] = cards - done if cards - done > _LEAST_MS else 0.0
        self._films.go_on(at, then, films)
        for line in self._lanes.values():
            # Of those that are worked at side by side, a later one may end first.
            line[:] = [going for going in line if going.left > _LEAST_MS / 2]


def _place(going: _Going) -> tuple[int, int]:
    return going.place


def _queues(lines: Iterable[Sequence[_Going]], at: float, free: float) -> dict[int, dict[int, list[_Going]]]:
    """What may go next of some lanes, by tier and department: no more than would keep all free workers."""
    queues: dict[int, dict[int, list[_Going]]] = {}
    for line in lines:
        room = free
        for going in reversed(line):
            if going.lifts <= at:
                going.wait(int(at))
            queues.setdefault(going.tier, {}).setdefault(going.run.department, []).append(going)
            room -= going.appetite()
            if room <= 0:
                break
    return queues
