"""What an operator may do to jobs, batches, departments and pools; each verb means one thing for all.

For jobs and batches a verb is done to what there is now. For departments and pools, hold, pause and interrupt
are stops: they stand until they are let go, and are for what is submitted meanwhile, too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from db import operations, recalling, standing, stops
from db.acts import Operated
from db.pools import read_dealings
from db.standing import Wish
from db.states import StopKind
from db.stops import Stop
from db.workers import read_workers
from farm.bootstrap import Farm
from farm.caller import caller
from farm.kept import view_of
from farm.policy.lending import served
from farm.policy.pools import pools_rendering
from farm.quotas import Waiting
from farm.views.stops import StopView
from farm.whom import Whom, some_at_a_time
from farm.windows import WaitedFor, waits
from pipeline.plan.errors import InputError
from pipeline.plan.moments import iso

_NOBODY = Operated(changed=(), unchanged=())


@dataclass(frozen=True, kw_only=True)
class Told:
    """What an operator says besides the verb.

    Attributes:
        reason: why, for whoever asks later.
        until: when it ends by itself, in milliseconds since the Unix epoch; None: somebody has to end it.
        dry_run: tell what would be changed, and change nothing.
    """

    reason: str = ""
    until: int | None = None
    dry_run: bool = False


@dataclass(frozen=True, kw_only=True)
class Done:
    """What came of a verb.

    Attributes:
        jobs: what it changed of jobs themselves.
        stops: the stops of departments and pools that it set, or lifted.
        free: the departments and pools of which there was none to be lifted.
        still: stops that stand all the same.
        films: how many films of the departments and pools are still to be made.
        unserved: whether films were moved to where nobody is who renders.
        quota: those of the changed films that wait for their departments' quotas now.
        windows: the window that the changed films were given, with when it opens.
    """

    jobs: Operated = _NOBODY
    stops: tuple[StopView, ...] = ()
    free: tuple[str, ...] = ()
    still: tuple[StopView, ...] = ()
    films: int = 0
    unserved: bool = False
    quota: Waiting = field(default_factory=Waiting)
    windows: tuple[WaitedFor, ...] = ()


def hold(farm: Farm, whom: Whom, told: Told) -> Done:
    """Have no new film begin; those of which something was begun go on.

    Raises:
        InputError: as `Whom.found`, ``ledger-job-unknown`` or ``stop-time-past``; nothing was changed.
        AwayError: ``ledger-away``.
    """
    return _keep(farm, whom, StopKind.HOLD, operations.hold, told)


def release(farm: Farm, whom: Whom, told: Told) -> Done:
    """End holds: what has not begun may begin. Raises as `hold`."""
    return _let(farm, whom, (StopKind.HOLD,), operations.release, told)


def pause(farm: Farm, whom: Whom, told: Told) -> Done:
    """Have nothing new begin of films that have begun, too; running clips finish. Raises as `hold`."""
    return _keep(farm, whom, StopKind.PAUSE, operations.pause, told)


def resume(farm: Farm, whom: Whom, told: Told) -> Done:
    """End holds and pauses: everything goes on. Raises as `hold`."""
    return _let(farm, whom, tuple(StopKind), operations.resume, told)


def interrupt(farm: Farm, whom: Whom, told: Told) -> Done:
    """As `pause`, and what runs is stopped at once, which uses up no retry. Raises as `hold`."""
    done = _stop(farm, whom, StopKind.PAUSE, told) if whom.stands else Done()
    jobs = whom.found(farm, running=True)

    def act(some: Sequence[int]) -> Operated:
        return operations.interrupt(
            farm.ledger,
            some,
            by=caller(),
            until=_ahead(farm, told.until),
            reason=told.reason,
            paused=not whom.stands,
            dry_run=told.dry_run,
        )

    taken = some_at_a_time(whom, jobs, act)
    return Done(jobs=taken, stops=done.stops, still=done.still, films=done.films)


def cancel(farm: Farm, whom: Whom, told: Told) -> Done:
    """End films that are still to be made, until they are requeued. Raises as `hold`."""

    def act(some: Sequence[int]) -> Operated:
        return operations.cancel(farm.ledger, some, by=caller(), reason=told.reason, dry_run=told.dry_run)

    return _done(some_at_a_time(whom, whom.found(farm), act))


def start_after(farm: Farm, whom: Whom, told: Told) -> Done:
    """Have films of which nothing was begun wait until `told.until`; None: no longer. Raises as `hold`."""
    return _done(
        operations.start_after(
            farm.ledger,
            whom.found(farm),
            told.until,
            by=caller(),
            reason=told.reason,
            dry_run=told.dry_run,
        )
    )


def set_to(farm: Farm, whom: Whom, told: Told, wish: Wish) -> Done:
    """Give films that are still to be made another urgency, priority, pool, window or deadline.

    What runs outside a window that was given is wanted back at once.

    Raises:
        InputError: ``submit-priority-limit``, ``submit-urgent-right``, ``window-unknown``; or as `hold`.
        AwayError: ``ledger-away``.
    """

    def act(some: Sequence[int]) -> Operated:
        return standing.set_to(farm.ledger, some, wish, by=caller(), reason=told.reason, dry_run=told.dry_run)

    done = some_at_a_time(whom, whom.found(farm), act)
    if wish.window is not None and not told.dry_run:
        recalling.recall(farm.ledger)
    return Done(
        jobs=done,
        unserved=wish.pool is not None and not is_served(farm, wish.pool),
        windows=waits(farm, {wish.window: len(done.changed)}) if wish.window else (),
    )


def is_served(farm: Farm, pool: str) -> bool:
    """Whether anybody living renders films of a pool, as its own or another's; an empty one: films without.

    Raises:
        AwayError: ``ledger-away``.
    """
    able = (skill.capability for worker in read_workers(farm.ledger) for skill in worker.skills)
    return pool in served(pools_rendering(able), {pool}, read_dealings(farm.ledger))


def _keep(farm: Farm, whom: Whom, kind: StopKind, act: Callable[..., Operated], told: Told) -> Done:
    """Stop departments and pools, or have jobs kept, until a time or somebody ends it."""
    if whom.stands:
        return _stop(farm, whom, kind, told)
    jobs, until = whom.found(farm), _ahead(farm, told.until)
    return _done(act(farm.ledger, jobs, by=caller(), until=until, reason=told.reason, dry_run=told.dry_run))


def _let(
    farm: Farm, whom: Whom, kinds: Collection[StopKind], act: Callable[..., Operated], told: Told
) -> Done:
    """Lift the stops of departments and pools, or let jobs go."""
    if whom.stands:
        return _lift(farm, whom, kinds, told)
    return _done(act(farm.ledger, whom.found(farm), by=caller(), reason=told.reason, dry_run=told.dry_run))


def _done(jobs: Operated) -> Done:
    return Done(jobs=jobs)


def _ahead(farm: Farm, until: int | None) -> int | None:
    """A time that lies ahead, or none.

    Raises:
        InputError: ``stop-time-past``.
    """
    if until is not None and until <= farm.ledger.clock():
        raise InputError("stop-time-past", time=iso(until))
    return until


def _stop(farm: Farm, whom: Whom, kind: StopKind, told: Told) -> Done:
    """Stop departments or pools; what runs of them and may not go on is wanted back at once."""
    until, scopes = _ahead(farm, told.until), whom.scopes(farm)
    films = len(whom.found(farm))
    if not told.dry_run:
        for scope, name in scopes:
            stops.stop(farm.ledger, scope, name, kind, by=caller(), until=until, reason=told.reason)
        recalling.recall(farm.ledger)
        found = [each for each in stops.read_stops(farm.ledger) if each.kind is kind]
        set_ = tuple(each for each in found if (each.scope, each.name) in scopes)
    else:
        now, by = farm.ledger.clock(), caller()
        set_ = tuple(
            Stop(scope=scope, name=name, kind=kind, until=until, reason=told.reason, by=by, at=now)
            for scope, name in scopes
        )
    return Done(stops=tuple(map(view_of, set_)), films=films)


def _lift(farm: Farm, whom: Whom, kinds: Collection[StopKind], told: Told) -> Done:
    scopes = whom.scopes(farm)
    before = [each for each in stops.read_stops(farm.ledger) if (each.scope, each.name) in scopes]
    if told.dry_run:
        lifted = tuple(each for each in before if each.kind in kinds)
    else:
        lifted = tuple(
            each
            for scope, name in scopes
            for each in stops.lift(farm.ledger, scope, name, kinds, by=caller(), reason=told.reason)
        )
    found = {(each.scope, each.name) for each in lifted}
    return Done(
        stops=tuple(map(view_of, lifted)),
        free=tuple(name for scope, name in scopes if (scope, name) not in found),
        still=tuple(view_of(each) for each in before if each.kind not in kinds),
        films=len(whom.found(farm)),
    )
