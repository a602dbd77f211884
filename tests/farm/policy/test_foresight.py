"""Foresight: what it tells is what the rules then do, on farms that are played step by step beside it."""

from __future__ import annotations

import heapq
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median, quantiles

import pytest

from farm.policy.foresight import Foresight
from farm.policy.order import Spot, Standing, choose, rank
from farm.policy.scene import Crew, Office, Run, Scene
from farm.policy.share import Ended, Going, Share, Usage
from farm.policy.windows import Window, parse

_MINUTE = 60_000
_NOW = 1_700_049_600_000  # noon, UTC
_NIGHT = {"night": parse("22:00-07:00", "UTC")}


@dataclass(slots=True)
class _Film:
    """A film of a farm that is played by the dispatcher's rule."""

    number: int
    department: int
    batch: int
    standing: Standing
    chunks: list[int]
    speak_ms: int
    join_ms: int
    window: str = ""
    begun: int = 0
    ended: int = 0
    left: int = 0

    @property
    def work_ms(self) -> int:
        return self.speak_ms + sum(self.chunks) + self.join_ms


@dataclass
class _Farm:
    """What waits, what runs, and how departments stand; chosen by `farm.policy.order` alone."""

    films: list[_Film]
    hands: int
    weights: Mapping[int, int]
    windows: Mapping[str, Window] = field(default_factory=lambda: _NIGHT)
    running: Mapping[int, int] = field(default_factory=dict)
    now: int = _NOW
    usage: Usage = field(default_factory=lambda: Usage(_NOW))

    def __post_init__(self) -> None:
        self.ready: dict[int, tuple[Spot, _Film, str, int]] = {}
        self.at_work: list[tuple[int, int, int]] = []
        self.steps: dict[int, tuple[_Film, str, int, int]] = {}
        self.number = 0
        for film in self.films:
            self._wait(film, "speak", 0, film.speak_ms)

    def _wait(self, film: _Film, stage: str, index: int, ms: int) -> None:
        self.number += 1
        later = {"speak": 0, "render": 3, "join": 4}[stage]
        spot = Spot(
            step=self.number,
            job=film.number,
            department=film.department,
            rank=rank(film.standing, later=later),
            batch=film.batch,
            index=index,
        )
        self.ready[self.number] = spot, film, stage, ms

    def _heads(self, free: int) -> Iterator[Spot]:
        active = Counter(film.department for film in self.films if film.begun and not film.ended)
        is_open = {name: window.is_open(self.now) for name, window in self.windows.items()}
        lines: dict[tuple[int, bool], list[Spot]] = defaultdict(list)
        for spot, film, _, _ in self.ready.values():
            opens = not film.begun
            if film.window and not is_open[film.window]:
                continue
            if opens and active[film.department] >= self.running.get(film.department, 1 << 30):
                continue
            lines[film.department, opens].append(spot)
        for (department, opens), spots in lines.items():
            room = self.running.get(department, 1 << 30) - active[department] if opens else free
            yield from heapq.nsmallest(min(free, room), spots, key=lambda spot: spot.place)

    def shares(self) -> Mapping[int, Share]:
        going = [
            Going(department=film.department, capability=stage, for_ms=self.now - began)
            for film, stage, began, _ in self.steps.values()
        ]
        return self.usage.shares(self.weights, going)

    def go_on(self, until: int) -> None:
        """Play until a time, or until nothing is left."""
        while self.now <= until and (self.ready or self.at_work):
            free = self.hands - len(self.at_work)
            if free:
                for spot in choose(tuple(self._heads(free)), self.shares(), free, now_ms=self.now):
                    _, film, stage, ms = self.ready.pop(spot.step)
                    film.begun = film.begun or self.now
                    heapq.heappush(self.at_work, (self.now + ms, spot.step, ms))
                    self.steps[spot.step] = film, stage, self.now, ms
            then = self.at_work[0][0] if self.at_work else self.now + 10 * _MINUTE
            if free and self.ready:
                then = min(then, self.now + 10 * _MINUTE)
            if then > until:
                self.now = until
                return
            self.now = then
            while self.at_work and self.at_work[0][0] <= self.now:
                _, step, _ = heapq.heappop(self.at_work)
                self._end(*self.steps.pop(step))

    def _end(self, film: _Film, stage: str, began: int, ms: int) -> None:
        told = Ended(department=film.department, capability=stage, held_ms=ms, at_ms=began + ms)
        self.usage.tell([told], self.now)
        if stage == "speak":
            film.left = len(film.chunks)
            for index, each in enumerate(film.chunks):
                self._wait(film, "render", index, each)
        elif stage == "render":
            film.left -= 1
            if not film.left:
                self._wait(film, "join", 0, film.join_ms)
        else:
            film.ended = self.now

    def scene(self) -> tuple[Scene, dict[int, tuple[int, int]]]:
        """What an outlook is told of it: films by batch, what is begun by its means; and films' places."""
        mean = {stage: self.usage.cost_ms(stage) for stage in ("speak", "render", "join")}
        alike: dict[tuple[int, int, int, str, bool, float], list[_Film]] = defaultdict(list)
        by_batch: dict[int, list[int]] = defaultdict(list)
        for film in self.films:
            by_batch[film.batch].append(film.work_ms)
        for spot, film, stage, _ in self.ready.values():
            opens = not film.begun
            cost = sum(by_batch[film.batch]) / len(by_batch[film.batch]) if opens else mean[stage]
            alike[film.department, spot.rank, film.batch, film.window, opens, cost].append(film)
        runs, places = [], {}
        for (department, rank_, batch, window, opens, cost), films in sorted(alike.items()):
            films.sort(key=lambda film: film.number)
            if opens:
                places |= {film.number: (len(runs), place) for place, film in enumerate(films)}
            runs.append(
                Run(
                    department=department, rank=rank_, batch=batch, pieces=len(films), piece_ms=cost,
                    width=max(1.0, sum(map(_width, films)) / len(films)) if opens else 1.0,
                    own=frozenset({0}), window=window, opens=opens,
                )
            )  # fmt: skip
        busy = []
        for film, stage, began, _ in self.steps.values():
            left = max(1.0, mean[stage] - (self.now - began))
            busy.append((left, film.department))
            if stage == "speak":
                cost = sum(by_batch[film.batch]) / len(by_batch[film.batch]) - mean["speak"]
                runs.append(
                    Run(
                        department=film.department, rank=rank(film.standing, later=3), batch=film.batch,
                        pieces=1, piece_ms=cost, width=_width(film), own=frozenset({0}),
                        window=film.window, since=round(self.now + left),
                    )
                )  # fmt: skip
        shares = self.shares()
        offices = {each: Office(share=shares[each], running=self.running.get(each)) for each in self.weights}
        crews = [Crew(hands=self.hands, busy=busy)]
        return Scene(now=self.now, runs=runs, crews=crews, offices=offices, windows=self.windows), places


def _width(film: _Film) -> float:
    return film.work_ms / (film.speak_ms + max(film.chunks) + film.join_ms)


def _films(seed: int, each: Mapping[int, int]) -> list[_Film]:
    """Films of departments in batches of forty, of heavy-tailed lengths.

    Every third batch is bulk; of the third department, every fourth is urgent and every fifth for the night.
    """
    chance = random.Random(seed)  # noqa: S311 - it plays a farm, and keeps no secret
    films: list[_Film] = []
    for department, many in each.items():
        for place in range(many):
            batch = place // 40
            urgency = (
                "bulk" if batch % 3 == 2 else "urgent" if department == 3 and batch % 4 == 3 else "normal"
            )
            seconds = min(1200.0, chance.lognormvariate(4.0, 0.8))
            count = max(1, -(-int(seconds) // 50))
            films.append(
                _Film(
                    number=len(films),
                    department=department,
                    batch=100 * department + batch,
                    standing=Standing(submitted_ms=_NOW - 60_000 * (20 - batch), urgency=urgency),
                    chunks=[int(seconds * 4000 / count)] * count,
                    speak_ms=int(seconds * 100) + 500,
                    join_ms=int(seconds * 200) + 500,
                    window="night" if department == 3 and batch % 5 == 4 else "",
                )
            )
    return films


def _looked_at(farm: _Farm) -> tuple[list[float], list[float]]:
    """How long films waited that had not begun, as parts of what was told: to begin, and to end."""
    told: list[tuple[_Film, int, int, int]] = []
    for _ in range(3):
        farm.go_on(farm.now + 40 * _MINUTE)
        scene, places = farm.scene()
        foresight = Foresight(scene)
        for film in farm.films:
            if film.number in places and film.number % 5 == 0:
                begins, ends = foresight.begins(*places[film.number]), foresight.ends(*places[film.number])
                assert begins is not None
                assert ends is not None
                told.append((film, farm.now, begins, ends))
    farm.go_on(1 << 60)
    far = [each for each in told if each[0].begun - each[1] > 20 * _MINUTE]
    return (
        [(film.begun - at) / max(1, begins - at) for film, at, begins, _ in far],
        [(film.ended - at) / max(1, ends - at) for film, at, _, ends in far],
    )


@pytest.mark.parametrize(
    ("hands", "running"), [(2, {}), (8, {}), (8, {2: 2})], ids=["few", "many", "limited"]
)
def test_what_is_foreseen_comes_about(hands: int, running: Mapping[int, int]) -> None:
    """Departments of weights 1, 2 and 5 under load: half of all waits within 10 %, nine of ten within 20 %.

    And nothing is told far too short.
    """
    weights = {1: 100, 2: 200, 3: 500}
    films = _films(hands, {1: 60, 2: 100, 3: 210})
    for found in _looked_at(_Farm(films=films, hands=hands, weights=weights, running=running)):
        assert len(found) > 30
        off = sorted(abs(each - 1) for each in found)
        assert median(off) < 0.1
        assert quantiles(off, n=10)[-1] < 0.2
        assert quantiles(found, n=10)[-1] < 1.2


def test_workers_do_their_own_first_and_lend_what_is_left() -> None:
    """And whoever nobody works for never begins, nor does what waits for a window that nobody knows."""
    own = Run(department=1, rank=_NOW, batch=1, pieces=4, piece_ms=10_000, own=frozenset({0}))
    theirs = Run(department=2, rank=0, batch=2, pieces=2, piece_ms=10_000, lent=frozenset({0}))
    never = Run(department=3, rank=0, batch=3, pieces=2, piece_ms=10_000)
    shut = Run(department=4, rank=0, batch=4, pieces=1, piece_ms=1, own=frozenset({0}), window="gone")
    foresight = Foresight(Scene(now=_NOW, runs=[own, theirs, never, shut], crews=[Crew(hands=1)]))
    assert [foresight.begins(0, 0), foresight.begins(0, 3)] == [_NOW, _NOW + 30_000]
    assert [foresight.begins(1, 0), foresight.ends(1, 1)] == [_NOW + 40_000, _NOW + 60_000]
    assert [foresight.begins(number, 0) for number in (2, 3)] == [None, None]
    # Two of a kind at once where there are hands; no piece takes more of them than it can keep.
    many = Foresight(Scene(now=_NOW, runs=[own, theirs], crews=[Crew(hands=8, busy=[(5_000, 1)])]))
    assert [many.ends(0, 3), many.begins(1, 1)] == pytest.approx([_NOW + 10_000, _NOW], abs=500)


def test_hours_on_cards_are_given_anew_each_day() -> None:
    """When they are used up, what is left waits for the next day."""
    run = Run(department=1, rank=_NOW, batch=1, pieces=30, piece_ms=60 * _MINUTE, own=frozenset({0}))
    office = Office(cards_ms=2 * 60 * _MINUTE, cards_a_day_ms=10 * 60 * _MINUTE)
    foresight = Foresight(Scene(now=_NOW, runs=[run], crews=[Crew(hands=1)], offices={1: office}))
    day = 24 * 60 * _MINUTE
    assert foresight.begins(0, 1) == _NOW + 60 * _MINUTE
    assert [foresight.begins(0, piece) for piece in (2, 12)] == [_NOW + day, _NOW + 2 * day]
