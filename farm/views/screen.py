"""What people and machines are shown of the farm itself: workers, disks, queues, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from farm.views.films import BatchView, JobView, Told
from farm.views.pools import PoolView, UnopenedView
from farm.views.stops import StopView
from pipeline.plan.errors import Fact


@dataclass(frozen=True, kw_only=True)
class WorkView:
    """What a worker is at just now.

    Attributes:
        job: number of the job.
        row: the row's id in the manifest.
        stage: the stage.
        chunk: which step of its stage, counted from 0.
        clip: the clip that is being made, counted from 1 through those of this attempt; 0 where it is no
            rendering.
        clips: how many clips the step is made of.
        per_cent: how much of the step is done.
        since_s: seconds since this attempt began.
        progress_s: seconds since it made something, or began.
        helps: the pool whose film it is where the worker is kept for others, ``any`` for none; else empty.
        how: why it does so: ``lent``, ``standby`` (nobody of that pool takes work) or ``ending`` (neither any
            more: it ends its chunk); empty where it helps nobody.
        lender: the pool of the worker's that helps; empty where none does.
    """

    job: int
    row: str
    stage: str
    chunk: int
    clip: int
    clips: int
    per_cent: int
    since_s: int
    progress_s: int
    helps: str = ""
    how: str = ""
    lender: str = ""


@dataclass(frozen=True, kw_only=True)
class WorkerView:
    """One worker.

    Attributes:
        name: unique in the farm.
        capabilities: what it can do, such as ``render.warp``.
        host: where it is.
        device: what it computes with, such as a card's UUID.
        pool: the devices that it is one of; empty for none.
        version: the version of Lectern that it runs; empty while it has not told.
        pid: its main process on its host; 0 while it has not told.
        state: ``idle``, ``working``, ``ending``, ``draining``, ``drained``, ``locking``, ``locked``,
            ``disk_low``, ``card_out``, ``card_sick``, ``card_stuck``, ``silent`` (no beat for too
            long), ``gone`` (it was lost) or ``left`` (it ended in good order).
        reason: why an operator has told it to take nothing; empty when nobody has.
        by: who has.
        ordered: when (UTC, ISO 8601); empty when nobody has.
        detail: what it says itself of why it takes nothing.
        work: what it is at; None: nothing.
        seen_s: seconds since its heart beat last.
        failures: attempts that failed or were lost with it in the last hour.
        last_error: what the last of them met, if that is known.
        card: what is wrong with its card; None: nothing.
        card_state: ``well``, ``out``, ``sick`` or ``stuck``.
        card_name: what its card is sold as; empty while nobody has told, as the next three.
        temperature_c: how warm it is, in degrees Celsius; None: it does not tell.
        card_used_mb: what anybody holds of its memory.
        card_total_mb: all of its memory.
        memory_mb: what the worker's process holds of its host's; 0 while it has not told.
        opened: models and voices that it opened before anybody asked, as its pool has it.
        unopened: those that it could not open.
        blocked: what it is kept from since it failed at it too often, and until when (UTC, ISO 8601).
    """

    name: str
    capabilities: tuple[str, ...]
    host: str
    device: str
    pool: str
    version: str
    pid: int
    state: str
    reason: str
    by: str
    detail: str
    work: WorkView | None
    seen_s: int
    failures: int
    last_error: Told | None
    card: Told | None
    card_state: str
    blocked: Mapping[str, str]
    card_name: str = ""
    temperature_c: int | None = None
    card_used_mb: int | None = None
    card_total_mb: int | None = None
    memory_mb: int = 0
    opened: tuple[str, ...] = ()
    unopened: tuple[UnopenedView, ...] = ()
    ordered: str = ""


@dataclass(frozen=True, kw_only=True)
class DiskView:
    """A disk that the farm needs, as it is found from here.

    Attributes:
        of: what lies on it: ``home``, ``store`` or ``archive``, or several of them.
        place: the folder of the first of them.
        free_mb: megabytes that are free.
        size_mb: of so many.
        floor_mb: how much has to be free before a worker begins anything; 0: nobody needs any.
        low: whether there is less.
        error: why it cannot be seen; None: it can.
    """

    of: tuple[str, ...]
    place: str
    free_mb: int
    size_mb: int
    floor_mb: int
    low: bool
    error: Told | None


@dataclass(frozen=True, kw_only=True)
class ClockView:
    """A machine whose clock differs from the ledger's.

    Attributes:
        host: the machine.
        ahead_s: by how many seconds it is ahead, at least; negative: behind.
    """

    host: str
    ahead_s: int


@dataclass(frozen=True, kw_only=True)
class QueueView:
    """What is to be done at a stage.

    Attributes:
        stage: the stage.
        waiting: steps that could begin now.
        later: steps that wait for their time, such as after an error.
        running: steps in work.
        oldest_s: how long the one has waited that waits longest; None: none waits.
        nobody: steps of `waiting` that no living worker can do.
    """

    stage: str
    waiting: int
    later: int
    running: int
    oldest_s: int | None
    nobody: int


@dataclass(frozen=True, kw_only=True)
class FailureView:
    """An error that attempts met lately.

    Attributes:
        error: the error as it was met last; None: the worker was lost.
        times: how often it was met.
        films: by how many films.
    """

    error: Told | None
    times: int
    films: int


@dataclass(frozen=True, kw_only=True)
class Advice:
    """Something that is out of the ordinary, and that the command line has words for.

    Attributes:
        what: its name, such as ``no-dispatcher``.
        level: 2: work stands still; 1: somebody has to see to it; 0: worth knowing.
        facts: what it tells; names that end in ``_s`` are lengths of time in seconds.
        error: an error that is part of it; None: none is.
    """

    what: str
    level: int
    facts: Mapping[str, Fact]
    error: Told | None = None


@dataclass(frozen=True, kw_only=True)
class StrandedView:
    """Films of a batch that wait for versions of engines that nobody has any more.

    Attributes:
        batch: its number.
        capability: what is to be done with them, such as ``render.warp``.
        films: how many there are.
        needs: the versions, such as ``warp 3``.
        movable: whether ``lectern replan`` can move them: somebody is there with another version.
        kept: the pools of those who could render them and are kept for others' films; empty for none.
    """

    batch: int
    capability: str
    films: int
    needs: str
    movable: bool
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LimitView:
    """A department that has reached a limit of its own.

    Attributes:
        department: its name.
        limit: ``quota``, ``member-quota`` (of each member, where the department itself has room),
            ``running`` or ``card-hours``.
        films: films that wait for the quota; of other limits 0.
        until: when the quota's next day begins, UTC, ISO 8601; of films under way empty.
    """

    department: str
    limit: str
    films: int
    until: str


@dataclass(frozen=True, kw_only=True)
class FarmView:
    """The whole farm as it stands now.

    Attributes:
        counts: jobs of all batches, counted as in a batch.
        workers: workers that are there, or were a day ago.
        dispatcher: whether a dispatcher leads, and has said so lately.
        leader: the dispatcher that leads, or led last; empty: none.
        leader_seen_s: seconds since it said so; None: it never has.
        redis: why Redis does not answer; None: it does.
        poison: messages that were none of ours and were set aside; None: nobody can tell.
        notices_given_up: news that other programs did not take.
        watched: hosts that a watchdog watches over.
        unwatched: hosts with living workers that none does.
        disks: the disks that the farm needs, as they are found from here.
        clocks: machines whose clocks differ from the ledger's.
        queue: what is to be done, by stage.
        failures: errors that were met in the last `failures_h` hours, the most frequent first.
        failures_h: hours.
        stops: departments and pools of which nothing, or no new film, begins.
        limits: departments that have reached a limit of theirs.
        attention: what is out of the ordinary, the gravest first; what lists of workers tell is left out.
        batches: batches that are not over, the oldest first.
        jobs: active jobs, in the order of their submission.
        archive_pending: films that wait for the archive.
        dead: steps that failed for good and wait for an operator.
        stranded: what waits for versions of engines that nobody has any more.
        pools: those of which films wait to be rendered, or are.
    """

    counts: Mapping[str, int]
    workers: tuple[WorkerView, ...]
    dispatcher: bool
    batches: tuple[BatchView, ...]
    jobs: tuple[JobView, ...]
    archive_pending: int
    dead: int = 0
    leader: str = ""
    clocks: tuple[ClockView, ...] = ()
    leader_seen_s: int | None = None
    redis: Told | None = None
    poison: int | None = None
    notices_given_up: int = 0
    watched: tuple[str, ...] = ()
    unwatched: tuple[str, ...] = ()
    disks: tuple[DiskView, ...] = ()
    queue: tuple[QueueView, ...] = ()
    failures: tuple[FailureView, ...] = ()
    failures_h: int = 0
    stops: tuple[StopView, ...] = ()
    limits: tuple[LimitView, ...] = ()
    attention: tuple[Advice, ...] = ()
    stranded: tuple[StrandedView, ...] = ()
    pools: tuple[PoolView, ...] = ()
