"""What of a farm's standing is out of the ordinary, and how grave it is: decided from what was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from farm.policy.pools import ANY, pool_of
from farm.views.films import Told
from farm.views.pools import PoolView, UnopenedView
from farm.views.screen import Advice, FarmView, LimitView, StrandedView, WorkerView
from pipeline.plan.errors import Fact

STANDS, SEE_TO, KNOW = 2, 1, 0
#: Workers that are not there.
AWAY = frozenset({"gone", "left", "silent"})
#: Workers that take what comes.
TAKING = frozenset({"idle", "working"})
#: Nobody set where Redis is, and no farm is up here: from here nothing can be said of it.
_UNKNOWN = "farm-redis-unknown"
_ARCHIVE = "archive"
#: What is told where workers are listed, and nowhere else.
_ITS_OWN = frozenset({"worker-failed", "worker-is-left"})


def attention(view: FarmView) -> tuple[Advice, ...]:
    """All of it, the gravest first; that a worker failed or was ended is told where workers are listed."""
    found = [*_processes(view), *_places(view)]
    found += of_limits(view.limits)
    if view.dead:
        found.append(_advice("dead-letters", SEE_TO, number=view.dead))
    if view.notices_given_up:
        found.append(_advice("notices-given-up", SEE_TO, number=view.notices_given_up))
    if view.poison:
        found.append(_advice("poison-messages", KNOW, number=view.poison))
    return tuple(sorted(found, key=lambda each: -each.level))


def of_limits(limits: Iterable[LimitView]) -> Iterator[Advice]:
    """Departments that have reached a limit of theirs, and what lets their films go on."""
    for each in limits:
        told: dict[str, Fact] = {"department": each.department}
        told |= {"films": each.films} if each.films else {}
        told |= {"until": each.until} if each.until else {}
        yield Advice(what=f"limit-{each.limit}", level=KNOW, facts=told)


def of_worker(worker: WorkerView) -> Iterator[Advice]:
    """What is out of the ordinary with a worker."""
    name, host = worker.name, worker.host
    if worker.reason:
        told: dict[str, Fact] = {"by": worker.by, "reason": worker.reason, "since": worker.ordered}
        yield Advice(what="worker-ordered-drain", level=KNOW, facts={"worker": name, **told})
    if worker.state in AWAY:
        level = KNOW if worker.state == "left" else SEE_TO
        yield _advice(f"worker-is-{worker.state}", level, worker=name, span_s=worker.seen_s, host=host)
        return
    if worker.state == "disk_low":
        yield _advice("worker-disk", SEE_TO, worker=name, detail=worker.detail, host=host)
    if worker.card is not None:
        # Its message says whether better readings put it back, or an operator has to clear it.
        yield _advice("worker-out", SEE_TO, worker.card, worker=name)
    for capability, until in worker.blocked.items():
        yield _advice("worker-blocked", KNOW, worker=name, capability=capability, until=until)
    yield from of_unopened(worker.unopened)
    if worker.last_error is not None:
        yield _advice("worker-failed", KNOW, worker.last_error, worker=name, times=worker.failures)


def of_unopened(unopened: Iterable[UnopenedView]) -> Iterator[Advice]:
    """What workers were to open when they began, and could not."""
    for each in unopened:
        yield _advice("worker-unopened", KNOW, each.error, worker=each.worker, name=each.name)


def of_pool(pool: PoolView) -> Iterator[Advice]:
    """That a pool's films are rendered by another one, since nobody in it takes work."""
    if pool.rendered_by:
        what = "pool-rendered-by" if pool.name != ANY else "any-rendered-by"
        yield _advice(what, KNOW, pool=pool.name, standby=pool.rendered_by)


def of_helper(worker: WorkerView) -> Iterator[Advice]:
    """That a worker renders another pool's film."""
    if worker.work is not None and worker.work.how:
        told: dict[str, Fact] = {"pool": worker.work.lender, "helped": worker.work.helps}
        told |= {"job": worker.work.job, "row": worker.work.row, "span_s": worker.work.since_s}
        yield Advice(
            what=f"worker-helps-{worker.work.how}", level=KNOW, facts={"worker": worker.name, **told}
        )


def of_stranded(stranded: Iterable[StrandedView]) -> Iterator[Advice]:
    """What waits for versions of engines that nobody has any more, and how it goes on."""
    for each in stranded:
        pool = pool_of(each.capability)
        what = "films-stranded" if each.movable else "films-no-pool" if pool else "films-stuck"
        if what == "films-stuck" and each.kept:
            what = "films-all-kept"
        told: dict[str, Fact] = {"batch": each.batch, "films": each.films, "needs": each.needs}
        told |= {"capability": each.capability} | ({"pool": pool} if pool else {})
        told |= {"pools": ", ".join(each.kept), "one": each.kept[0]} if each.kept else {}
        yield Advice(what=what, level=STANDS, facts=told)


def _processes(view: FarmView) -> Iterator[Advice]:
    to_do = sum(view.counts.get(state, 0) for state in ("queued", "active")) + view.archive_pending
    level = STANDS if to_do else SEE_TO
    living = [worker for worker in view.workers if worker.state not in AWAY]
    if not living and not view.dispatcher:
        yield _advice("farm-not-up", level, films=to_do)
        return
    if view.redis is not None and view.redis.code != _UNKNOWN:
        yield _advice("redis-silent", level, view.redis)
    if not view.dispatcher and view.leader_seen_s is not None:
        yield _advice("dispatcher-silent", level, name=view.leader, span_s=view.leader_seen_s)
    elif not view.dispatcher:
        yield _advice("no-dispatcher", level)
    if not living:
        yield _advice("no-workers", level)
    elif to_do and not any(worker.state in TAKING for worker in living):
        yield _advice("none-takes", STANDS)
    yield from of_stranded(view.stranded)
    yield from (advice for pool in view.pools for advice in of_pool(pool))
    told_of = {each.capability.partition(".")[0] for each in view.stranded}
    stuck = [line for line in view.queue if line.nobody and line.stage not in told_of]
    if living and stuck:
        steps, stages = sum(line.nobody for line in stuck), " ".join(line.stage for line in stuck)
        yield _advice("nobody-can", STANDS, stages=stages, steps=steps)
    told = [each for worker in view.workers for each in of_worker(worker)]
    yield from (each for each in told if each.what not in _ITS_OWN)
    yield from (_advice("unwatched", SEE_TO, host=host) for host in view.unwatched)
    for clock in view.clocks:
        what = "clock-ahead" if clock.ahead_s > 0 else "clock-behind"
        yield _advice(what, SEE_TO, host=clock.host, span_s=abs(clock.ahead_s))


def _places(view: FarmView) -> Iterator[Advice]:
    for disk in view.disks:
        if disk.error is not None and _ARCHIVE in disk.of:
            yield _advice("archive-away", SEE_TO, disk.error, films=view.archive_pending)
        elif disk.error is not None:
            yield _advice("disk-away", STANDS, disk.error, place=disk.place)
        elif disk.low:
            yield _advice("disk-low", STANDS, place=disk.place, free_mb=disk.free_mb, floor_mb=disk.floor_mb)


def _advice(what: str, level: int, error: Told | None = None, **facts: Fact) -> Advice:
    return Advice(what=what, level=level, facts=facts, error=error)
