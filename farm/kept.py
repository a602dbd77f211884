"""What keeps films from going on that people have set: who, since when, until when and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from db import stops
from db.states import StopKind, StopScope
from db.stops import Kept, Stop
from farm.bootstrap import Farm
from farm.policy.pools import ANY
from farm.views.films import JobView
from farm.views.stops import HoldView, StopView
from pipeline.plan.moments import iso

_STOPPED = "stopped"


def with_reasons(farm: Farm, jobs: Sequence[JobView]) -> tuple[JobView, ...]:
    """Jobs with their holds in full, and with the stops of their departments and pools.

    A stop is why a job waits where nothing of its own keeps it.

    Raises:
        AwayError: ``ledger-away``.
    """
    standing = stops.read_stops(farm.ledger)
    asked = [job.id for job in jobs if job.holds or (standing and not job.over)]
    kept = stops.read_kept(farm.ledger, asked) if asked else {}
    return tuple(_told(job, kept[job.id], standing) if job.id in kept else job for job in jobs)


def stops_of(farm: Farm) -> tuple[StopView, ...]:
    """Every stop that stands.

    Raises:
        AwayError: ``ledger-away``.
    """
    return tuple(map(view_of, stops.read_stops(farm.ledger)))


def view_of(stop: Stop) -> StopView:
    """A stop as people are shown it."""
    return StopView(
        scope=stop.scope.value,
        name=stop.name or ANY,
        kind=stop.kind.value,
        by=stop.by,
        since=iso(stop.at),
        until=iso(stop.until),
        detail=stop.reason,
    )


def _told(job: JobView, kept: Kept, standing: Sequence[Stop]) -> JobView:
    stopped = () if job.over else tuple(view_of(stop) for stop in standing if keeps(stop, kept))
    return replace(
        job,
        begun=kept.begun,
        held=holds_of(kept),
        stops=stopped,
        waiting=_STOPPED if stopped and not job.holds else job.waiting,
        eta_s=None if any(not stop.until for stop in stopped) else job.eta_s,
    )


def holds_of(kept: Kept) -> tuple[HoldView, ...]:
    """A job's holds as people are shown them."""
    return tuple(
        HoldView(
            reason=hold.reason.value,
            by=hold.by,
            since=iso(hold.since),
            until=iso(hold.until),
            detail=hold.detail,
            paused=hold.paused,
        )
        for hold in kept.holds
    )


def keeps(stop: Stop, kept: Kept) -> bool:
    """Whether a stop keeps a job from going on."""
    its = kept.department if stop.scope is StopScope.DEPARTMENT else kept.pool
    return stop.name == its and (stop.kind is StopKind.PAUSE or kept.opening)
