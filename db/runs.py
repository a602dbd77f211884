"""Runs: what waits and what is at work, put together as a play takes it (`farm.policy.scene`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from db.hands import Crews
from db.lately import Lately
from db.looks import Look
from db.states import Stage, StopKind, StopScope, capability_of
from db.stops import Stop
from db.waiting import Alike, AtWork, Some
from farm.policy.costs import Basis
from farm.policy.order import BEGUN_MS
from farm.policy.pools import bound, pool_of
from farm.policy.scene import Run
from farm.policy.share import USUAL_MS
from farm.policy.why import left_ms

#: Stages after which most of a film is still to come: a step of theirs stands for the whole film.
_FIRST = frozenset({Stage.WRITE.value, Stage.SPEAK.value, Stage.LISTEN.value})
_NOBODY: frozenset[int] = frozenset()


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


def is_first(kind: Alike) -> bool:
    """Whether most of their films is still to come."""
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


class Runs:
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
        if is_first(kind):
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
        # Whoever has begun to prepare a film has chosen the releases of its engines.
        able = self._crews.doing(kind.skill.capability, kind.skill.profile or None)
        speak, _ = able if kind.skill.capability else crews
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
        if is_first(step.kind):
            for look in self._looks.get(step.kind.batch, ())[:1]:
                rest = look.work_ms - look.costs[Stage.SPEAK]
                kind = replace(step.kind, rank=step.kind.rank - BEGUN_MS, opening=False, since=until)
                number = self._run(kind, 1, rest, self._rendering(look), pool=look.pool, width=look.width)
                then, known = number, look.basis is not Basis.RULE
        before = self.at_work.get(step.job)
        if before is not None:
            until, known = max(until, before.until), known and before.is_measured
        self.at_work[step.job] = Busy(batch=step.kind.batch, until=until, then=then, is_measured=known)
