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
from db.runs import Busy, Entry, Kept, Runs, is_first
from db.states import Stage, capability_of
from db.tables import IS_ACTIVE, departments, jobs
from db.values import Skill
from db.waiting import Alike, AtWork, Some, held_in, running_in, waiting_in
from db.windows import read_windows
from farm.policy.blocking import usable
from farm.policy.pools import bound
from farm.policy.scene import Crew, Office, Run, Scene
from farm.policy.share import Share

#: Whoever waits for a quota waits for its first step, whatever that needs.
_ANYTHING = Skill(capability="")
_NOBODY: frozenset[int] = frozenset()
#: A batch that is not there yet comes after all that are.
_LAST = 1 << 62
_ACTIVE = select(func.count()).select_from(jobs).where(IS_ACTIVE)
_DEPARTMENTS = select(departments.c.id, departments.c.name, departments.c.running, departments.c.card_ms)


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
    casting = Runs(
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
        if is_first(kind):
            step = max(1, (some.last - some.first) // 8)
            ids.setdefault(kind.batch, set()).update((*range(some.first, some.last, step), some.last))
    for each in running:
        if is_first(each.kind):
            ids.setdefault(each.kind.batch, set()).add(each.job)
    return ids
