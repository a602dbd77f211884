"""Casting: what waits and who works, put together for a play of what will become of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select

from db import stops, workers
from db.cardtime import Spent, spent_in
from db.hands import Crews
from db.helping import help_in
from db.lately import Lately, read_lately
from db.ledger import Ledger
from db.looks import Look, Looker
from db.prepared import Found, run
from db.states import Stage, StopKind, StopScope, capability_of
from db.stops import Stop
from db.tables import IS_ACTIVE, departments, jobs
from db.values import Skill
from db.waiting import Alike, AtWork, Some, held_in, running_in, waiting_in
from db.windows import read_windows
from farm.policy.blocking import usable
from farm.policy.costs import Basis
from farm.policy.order import BEGUN_MS
from farm.policy.pools import bound, pool_of
from farm.policy.scene import Crew, Office, Run, Scene
from farm.policy.share import USUAL_MS, Share
from farm.policy.why import left_ms

#: Stages after which most of a film is still to come: a step of theirs stands for the whole film.
_FIRST = frozenset({Stage.WRITE.value, Stage.SPEAK.value, Stage.LISTEN.value})
#: Whoever waits for a quota waits for its first step, whatever that needs.
_ANYTHING = Skill(capability="")
_NOBODY: frozenset[int] = frozenset()
#: A batch that is not there yet comes after all that are.
_LAST = 1 << 62
_ACTIVE = select(func.count()).select_from(jobs).where(IS_ACTIVE)
_DEPARTMENTS = select(departments.c.id, departments.c.name, departments.c.running, departments.c.card_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Steps that are alike, as they stand in the scene.

    Attributes:
        some: how many, and of which jobs.
        department: the department's id.
        opening: with each of them a film begins.
        like: pool and face of their films; None: whatever they are.
        jobs: some of these films, in order, where they are not all of the kind.
        begin: the number of the run with which they begin.
        end: that of the run with which they end.
        crews: who does what they begin with, or would be lent for it.
        is_measured: whether what they take was measured here.
    """

    some: Some
    department: int
    opening: bool
    like: tuple[str, str] | None
    jobs: tuple[int, ...]
    begin: int
    end: int
    crews: frozenset[int]
    is_measured: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """A job at work.

    Attributes:
        batch: its batch's id.
        until: when all that was begun of it will likely be done, in milliseconds since the Unix epoch.
        then: the number of the run that follows; None: none that does not wait already.
        is_measured: whether what it takes was measured here.
    """

    batch: int
    until: int
    then: int | None
    is_measured: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomers:
    """Films that might be submitted and are alike.

    Attributes:
        department: the department's name.
        rank: their place, as `farm.policy.order` has it.
        pool: whose workers render them; empty for none.
        face: who draws them.
        window: outside of which nothing of them begins; empty for none.
        since: when a quota lets them begin; 0: now.
        films: how many.
        film_ms: for how long each keeps workers.
        width: how many at once, on the average.
    """

    department: str
    rank: int
    pool: str
    face: str
    window: str
    since: int
    films: int
    film_ms: float
    width: float


@dataclass(frozen=True, kw_only=True)
class Cast:
    """The scene, and where in it what waits is found.

    Attributes:
        scene: what is played.
        entries: by what steps are like.
        of_batch: by batch.
        at_work: jobs that are at work.
        begun: how many films are under way.
        crews: who works.
        departments: their ids by name.
        looker: looks at films.
        kept: until when stops keep things from beginning.
    """

    scene: Scene
    entries: Mapping[Alike, Sequence[Entry]]
    of_batch: Mapping[int, Sequence[Entry]]
    at_work: Mapping[int, Busy]
    begun: int
    crews: Crews
    departments: Mapping[str, int]
    looker: Looker
    kept: Kept

    @property
    def anybody_renders(self) -> bool:
        """Whether somebody renders anything."""
        return self.crews.anybody_renders

    def renderers(self, look: Look) -> frozenset[int]:
        """Who renders films of a look, or would be lent for it."""
        own, lent = self.crews.doing(bound(capability_of(Stage.RENDER, look.face), look.pool))
        return own | lent

    def with_more(self, more: Sequence[Newcomers]) -> Scene:
        """The scene with films that are not submitted yet; their runs come last."""
        runs = list(self.scene.runs)
        for some in more:
            own, lent = self.crews.doing(bound(capability_of(Stage.RENDER, some.face), some.pool))
            department = self.departments[some.department]
            until = self.kept.until(department, some.pool, opens=True)
            runs.append(
                Run(
                    department=department,
                    rank=some.rank,
                    batch=_LAST,
                    pieces=some.films,
                    piece_ms=some.film_ms,
                    width=some.width,
                    own=_NOBODY if until is None else own,
                    lent=_NOBODY if until is None else lent,
                    window=some.window,
                    opens=True,
                    since=max(some.since, until or 0),
                )
            )
        return replace(self.scene, runs=runs)


def cast_of(ledger: Ledger) -> Cast:
    """What waits and who works, as of now.

    Raises:
        AwayError: ``ledger-away``.
    """
    lately, living, standing = read_lately(ledger), workers.read_workers(ledger), stops.read_stops(ledger)
    windows = {each.name: each.window for each in read_windows(ledger)}
    taking = [worker for worker in living if worker.takes_work]
    given = usable(
        {worker.name: worker.skills for worker in taking},
        {worker.name: worker.kept_from for worker in taking},
    )
    with ledger.read() as connection:
        now = ledger.clock()
        crews = Crews(given, help_in(connection))
        waiting = {**waiting_in(connection), **held_in(connection, ledger, _ANYTHING)}
        running = running_in(connection)
        looker = Looker(connection)
        looks = looker.of_batches(connection, _to_look_at(waiting, running))
        found = run(connection, _DEPARTMENTS, {}).rows
        timed = [row.id for row in found if row.card_ms is not None]
        spent = spent_in(connection, ledger, timed, now) if timed else {}
        active = run(connection, _ACTIVE, {}).scalar()
    ids = {row.name: row.id for row in found}
    kept = Kept(standing, ids, now)
    casting = _Casting(
        now=now,
        crews=crews,
        lately=lately,
        looks=looks,
        limited={row.id for row in found if row.running is not None},
        kept=kept,
    )
    for kind, some in waiting.items():
        casting.enter(kind, some)
    for each in running:
        casting.begin(each)
    return Cast(
        scene=Scene(
            now=now,
            runs=casting.runs,
            crews=[
                Crew(hands=crews.hands[number], busy=tuple(casting.busy.get(number, ())))
                for number in range(crews.number)
            ],
            offices={row.id: _office(row, lately, spent) for row in found},
            windows=windows,
            calendar=ledger.calendar,
        ),
        entries=casting.entries,
        of_batch=casting.of_batch,
        at_work=casting.at_work,
        begun=active,
        crews=crews,
        departments=ids,
        looker=looker,
        kept=kept,
    )


def _office(row: Found, lately: Lately, spent: Spent) -> Office:
    used = sum(ms for (department, _), ms in spent.items() if department == row.id)
    return Office(
        share=lately.shares.get(row.id, Share()),
        running=row.running,
        cards_ms=None if row.card_ms is None else max(0, row.card_ms - used),
        cards_a_day_ms=row.card_ms or 0,
    )


def _to_look_at(waiting: Mapping[Alike, Some], running: Sequence[AtWork]) -> Mapping[int, Collection[int]]:
    """Films of which most is still to come, by batch: some, where there are many."""
    ids: dict[int, set[int]] = {}
    for kind, some in waiting.items():
        if _is_first(kind):
            step = max(1, (some.last - some.first) // 8)
            ids.setdefault(kind.batch, set()).update((*range(some.first, some.last, step), some.last))
    for each in running:
        if _is_first(each.kind):
            ids.setdefault(each.kind.batch, set()).add(each.job)
    return ids


def _is_first(kind: Alike) -> bool:
    return kind.opening or kind.skill.capability.partition(".")[0] in _FIRST


class Kept:
    """Until when stops keep things from beginning."""

    def __init__(self, standing: Sequence[Stop], ids: Mapping[str, int], now: int) -> None:
        self._stops = {
            (ids.get(stop.name) if stop.scope is StopScope.DEPARTMENT else stop.name, stop.kind): stop.until
            for stop in standing
            if stop.until is None or stop.until > now
        }

    def until(self, department: int, pool: str, *, opens: bool) -> int | None:
        """Until when something of a department and a pool is kept; 0: not at all; None: nobody knows."""
        kinds = (StopKind.PAUSE, StopKind.HOLD) if opens else (StopKind.PAUSE,)
        found = [
            self._stops[of, kind] for of in (department, pool) for kind in kinds if (of, kind) in self._stops
        ]
        return None if None in found else max((each for each in found if each is not None), default=0)


class _Casting:
    """Puts runs together."""

    def __init__(
        self,
        *,
        now: int,
        crews: Crews,
        lately: Lately,
        looks: Mapping[int, tuple[Look, ...]],
        limited: Collection[int],
        kept: Kept,
    ) -> None:
        self._now, self._crews, self._lately = now, crews, lately
        self._looks, self._limited, self._kept = looks, limited, kept
        self.runs: list[Run] = []
        self.entries: dict[Alike, list[Entry]] = {}
        self.of_batch: dict[int, list[Entry]] = {}
        self.busy: dict[int, list[tuple[float, int]]] = {}
        self.at_work: dict[int, Busy] = {}

    def enter(self, kind: Alike, some: Some) -> None:
        """Something waits."""
        if _is_first(kind):
            for look in self._looks.get(kind.batch, ()):
                self._enter_films(kind, some, look)
            return
        crews = self._crews.doing(kind.skill.capability, kind.skill.profile)
        known = self._lately.costs.get(kind.skill.capability)
        takes = known or self._typical(kind.skill.capability)
        number = self._run(kind, some.pieces, takes, crews, pool=pool_of(kind.skill.capability))
        self._entered(kind, some, (number, number), measured=known is not None)

    def _enter_films(self, kind: Alike, some: Some, look: Look) -> None:
        """Films of which most is still to come; where others speak than render, each with what it does."""
        crews = self._rendering(look)
        speak, _ = self._crews.doing(kind.skill.capability) if kind.skill.capability else crews
        pieces = some.pieces * look.share
        if speak & (crews[0] | crews[1]) or not speak or kind.department in self._limited:
            here = crews if speak else (_NOBODY, _NOBODY)
            begin = end = self._run(kind, pieces, look.work_ms, here, pool=look.pool, width=look.width)
        else:
            spoken = sum(look.costs.get(stage, 0.0) for stage in (Stage.WRITE, Stage.SPEAK))
            begin = self._run(kind, pieces, spoken, (speak, _NOBODY), pool=look.pool)
            rest = look.work_ms - spoken
            end = self._run(kind, pieces, rest, crews, pool=look.pool, width=look.width, opens=False)
        self._entered(
            kind,
            some,
            (begin, end),
            measured=look.basis is not Basis.RULE,
            look=look if look.share < 1 else None,
        )

    def _typical(self, capability: str) -> float:
        """What a step of a stage takes in the films that were looked at, if none has ended here lately."""
        stage = Stage(capability.partition(".")[0])
        found = [
            look.costs[stage] / (look.chunks if stage is Stage.RENDER else 1)
            for looks in self._looks.values()
            for look in looks
            if stage in look.costs
        ]
        return sum(found) / len(found) if found else USUAL_MS

    def _rendering(self, look: Look) -> tuple[frozenset[int], frozenset[int]]:
        return self._crews.doing(bound(capability_of(Stage.RENDER, look.face), look.pool))

    def _run(
        self,
        kind: Alike,
        pieces: float,
        piece_ms: float,
        crews: tuple[frozenset[int], frozenset[int]],
        *,
        pool: str,
        width: float = 1.0,
        opens: bool | None = None,
    ) -> int:
        """Its number."""
        until = self._kept.until(kind.department, pool, opens=kind.opening)
        self.runs.append(
            Run(
                department=kind.department,
                rank=kind.rank,
                batch=kind.batch,
                pieces=pieces,
                piece_ms=piece_ms,
                width=width,
                own=_NOBODY if until is None else crews[0],
                lent=_NOBODY if until is None else crews[1],
                window=kind.window,
                opens=kind.opening if opens is None else opens,
                since=max(kind.since, until or 0),
            )
        )
        return len(self.runs) - 1

    def _entered(
        self, kind: Alike, some: Some, runs: tuple[int, int], *, measured: bool, look: Look | None = None
    ) -> None:
        begin, end = runs
        run = self.runs[begin]
        entry = Entry(
            some=some,
            department=kind.department,
            opening=kind.opening,
            like=None if look is None else (look.pool, look.face),
            jobs=() if look is None else look.jobs,
            begin=begin,
            end=end,
            crews=run.own | run.lent,
            is_measured=measured,
        )
        self.entries.setdefault(kind, []).append(entry)
        if not kind.since:
            self.of_batch.setdefault(kind.batch, []).append(entry)

    def begin(self, step: AtWork) -> None:
        """Somebody is at something; of a film of which most is still to come, that is what will wait."""
        capability, department = step.kind.skill.capability, step.kind.department
        usual = self._lately.costs.get(capability)
        left = left_ms(
            passed_ms=max(0, self._now - step.started_at),
            done=step.done,
            total=step.total,
            usual_ms=usual,
        )
        takes = float(USUAL_MS if left is None else max(left, 1))
        crew = self._crews.of.get(step.worker)
        if crew is not None:
            self.busy.setdefault(crew, []).append((takes, department))
        until, known, then = round(self._now + takes), left is not None, None
        if _is_first(step.kind):
            for look in self._looks.get(step.kind.batch, ())[:1]:
                rest = look.work_ms - look.costs[Stage.SPEAK]
                kind = replace(step.kind, rank=step.kind.rank - BEGUN_MS, opening=False, since=until)
                number = self._run(kind, 1, rest, self._rendering(look), pool=look.pool, width=look.width)
                then, known = number, look.basis is not Basis.RULE
        before = self.at_work.get(step.job)
        if before is not None:
            until, known = max(until, before.until), known and before.is_measured
        self.at_work[step.job] = Busy(batch=step.kind.batch, until=until, then=then, is_measured=known)
