"""The morning report: what became of a night, what it cost, what stands in the way, and what is left."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from db import dead, morning, paces, savings
from db.held import read_holds
from db.ledger import Ledger
from db.morning import Ended
from db.states import JobState, Stage
from db.stops import read_stops
from db.windows import read_windows
from farm.accounts import accounted, prices_of
from farm.bootstrap import Farm
from farm.nightfall import foresee
from farm.policy.accounts import By
from farm.policy.costs import Basis, Pace, price
from farm.policy.periods import Period
from farm.policy.pools import ANY
from farm.policy.windows import Window
from farm.views.films import Told
from farm.views.morning import (
    HeldView,
    LeftView,
    LostView,
    MorningView,
    NightView,
    OutView,
    ReasonView,
    RhythmView,
    SavedView,
    SlowView,
    StopView,
)
from pipeline.plan.moments import on_wall

_HOUR_MS, _DAY_MS = 3_600_000, 86_400_000
#: A longer time is told by days.
_MOST_HOURS = 48
_MOST_SLOW, _MOST_JOBS = 8, 5
#: What rests on several figures is as good as the weakest one.
_WEAKEST = (Basis.RULE, Basis.SCALED, Basis.MEASURED)


def report(farm: Farm, period: Period) -> MorningView:
    """The report over a time. What failed, is held, is out and is left is told as it stands now.

    Raises:
        InputError: as `farm.accounts.prices_of`.
        AwayError: ``ledger-away``.
    """
    ledger, now = farm.ledger, farm.ledger.clock()
    windows = {each.name: each.window for each in read_windows(ledger)}
    ends = morning.read_ends(ledger, period)
    shares, left = savings.read_shared(ledger, period), morning.read_left(ledger)
    faces = {share.engine for share in shares if share.engine} | {look.engine for look in left}
    pace = paces.read_pace(ledger, faces, {look.pool for look in left} | {""})
    hourly = period.until - period.since <= _MOST_HOURS * _HOUR_MS
    return MorningView(
        period=period,
        made=on_wall(now, period.zone),
        completed=_number(ends, JobState.COMPLETED),
        canceled=_number(ends, JobState.CANCELED),
        account=accounted(farm, By.DEPARTMENT, period),
        prices=prices_of(farm),
        hourly=hourly,
        rhythm=_rhythm(ends, period, now, hourly=hourly),
        failed=_failed(farm, period),
        held=tuple(_held(ledger, period.zone)),
        stops=tuple(_stops(ledger, period.zone)),
        slow=tuple(_slow(ledger, period)),
        saved=_saved(shares, pace),
        lost=tuple(
            LostView(worker=lost.worker, times=lost.times, wasted_ms=lost.wasted_ms)
            for lost in morning.read_lost(ledger, period)
        ),
        out=tuple(
            OutView(
                card=card.name or card.device,
                host=card.host,
                state=card.state.value,
                error=Told(code=card.problem.code, facts=card.problem.facts),
                since=on_wall(card.since, period.zone),
            )
            for card in morning.read_out(ledger)
        ),
        left=_left(left, pace, now, period.zone, windows),
        nights=tuple(_nights(farm, period.zone)),
    )


def _nights(farm: Farm, zone: str) -> Iterator[NightView]:
    """The windows that films wait for."""
    for named in read_windows(farm.ledger):
        night = foresee(farm, named.name)
        if night.films:
            yield NightView(
                window=night.window,
                opens=_told_in(night.opens, zone),
                shuts=_told_in(night.shuts, zone),
                films=night.films,
                unfinished=len(night.unfinished),
                jobs=tuple(film.job for film in night.unfinished[:_MOST_JOBS]),
            )


def _told_in(moment: str, zone: str) -> str:
    """A time of a document by the clock of a zone; an empty one stays empty."""
    return on_wall(round(datetime.fromisoformat(moment).timestamp() * 1000), zone) if moment else ""


def _number(ends: Sequence[Ended], state: JobState) -> int:
    return sum(each.films for each in ends if each.state is state)


def _rhythm(ends: Sequence[Ended], period: Period, now: int, *, hourly: bool) -> tuple[RhythmView, ...]:
    """What ended in each hour or on each day, until now; empty ones too, so that a pause is seen."""
    step = _HOUR_MS if hourly else _DAY_MS
    labels: dict[str, str] = {}
    for at in range(period.since, min(period.until, max(now, period.since + 1)), step // 2):
        labels.setdefault(_part(at, period, hourly=hourly), "")
    found = {label: [0, 0] for label in labels}
    for each in ends:
        if each.state is not JobState.CANCELED:
            counts = found.setdefault(_part(max(each.at, period.since), period, hourly=hourly), [0, 0])
            counts[each.state is JobState.FAILED] += each.films
    return tuple(
        RhythmView(label=f"{label}:00" if hourly else label, completed=done, failed=failed)
        for label, (done, failed) in sorted(found.items())
    )


def _part(at: int, period: Period, *, hourly: bool) -> str:
    return on_wall(at, period.zone)[: 13 if hourly else 10]


def _held(ledger: Ledger, zone: str) -> Iterator[HeldView]:
    calendar = ledger.calendar
    tomorrow = calendar.date_of(calendar.day_of(ledger.clock())) + timedelta(days=1)
    for held in read_holds(ledger):
        name, command = shlex.quote(held.department), ""
        if held.own:
            command = f"lectern departments grant {name} --films {held.films} --until {tomorrow.isoformat()}"
        elif held.department:
            command = f"lectern departments set {name} --member-films N"
        yield HeldView(
            reason=held.reason,
            films=held.films,
            until="" if held.until is None else on_wall(held.until, zone),
            also=held.also,
            department=held.department,
            command=command,
        )


def _stops(ledger: Ledger, zone: str) -> Iterator[StopView]:
    for stop in read_stops(ledger):
        yield StopView(
            scope=stop.scope.value,
            name=stop.name or ANY,
            kind=stop.kind.value,
            by=stop.by,
            reason=stop.reason,
            until="" if stop.until is None else on_wall(stop.until, zone),
        )


def _slow(ledger: Ledger, period: Period) -> Iterator[SlowView]:
    for slow in morning.read_slow(ledger, period, most=_MOST_SLOW):
        yield SlowView(
            job=slow.job,
            row=slow.row,
            stage=slow.stage.value,
            chunk=slow.index + 1,
            took_s=slow.held_ms // 1000,
            film_s=slow.film_ms // 1000,
            worker=slow.worker,
        )


def _failed(farm: Farm, period: Period) -> tuple[ReasonView, ...]:
    reasons: dict[str, tuple[Told, dict[int, None]]] = {}
    for letter in dead.read_dead(farm.ledger):
        if period.since <= letter.ended_at < period.until:
            told = Told(code=letter.problem.code, facts=letter.problem.facts)
            reasons.setdefault(letter.problem.code, (told, {}))[1][letter.job] = None
    views = (
        ReasonView(error=told, films=len(jobs), jobs=tuple(sorted(jobs)[:_MOST_JOBS]))
        for told, jobs in reasons.values()
    )
    return tuple(sorted(views, key=lambda view: (-view.films, view.error.code)))


def _saved(shares: Sequence[savings.Share], pace: Pace) -> SavedView:
    """By the clock of one worker, as it has lately taken for the like."""
    saved_us, bases = 0, set()
    for share in shares:
        told = price(pace.works, stage=share.stage.value, engine=share.engine, format=share.format, device="")
        saved_us += told.wall_us * share.frames
        bases.add(told.basis)
    return SavedView(
        clips=sum(share.found for share in shares if share.stage is Stage.RENDER),
        sentences=sum(share.found for share in shares if share.stage is Stage.SPEAK),
        saved_ms=saved_us // 1000,
        basis=_weakest(bases),
    )


def _left(
    looks: Sequence[morning.Left], pace: Pace, now: int, zone: str, windows: Mapping[str, Window]
) -> LeftView:
    work_us, bases = 0, set()
    for look in looks:
        told = price(pace.works, stage=Stage.RENDER.value, engine=look.engine, format=look.format, device="")
        work_us += told.wall_us * look.frames
        bases.add(told.basis)
    hands = sum(pace.hands.values())
    films = sum(look.films for look in looks)
    finish = ""
    if hands and films:
        took = work_us // 1000 // hands
        # As `lectern submit` tells it: nothing is rendered while its window is shut.
        ends = [windows[name].after(now, took) for name in {look.window for look in looks} & windows.keys()]
        finish = on_wall(max(ends, default=now + took), zone)
    return LeftView(
        films=films,
        shut=sum(look.films for look in looks if _is_shut(look.window, windows, now)),
        work_ms=work_us // 1000,
        hands=hands,
        finish=finish,
        basis=_weakest(bases),
    )


def _is_shut(name: str, windows: Mapping[str, Window], now: int) -> bool:
    """Whether films of a window wait for it; one that nobody knows is shut."""
    return bool(name) and (name not in windows or not windows[name].is_open(now))


def _weakest(bases: set[Basis]) -> str:
    return next((basis for basis in _WEAKEST if basis in bases), Basis.MEASURED).value
