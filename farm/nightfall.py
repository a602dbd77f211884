"""What will not be finished when a window shuts, and which films have to go first to meet their deadlines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from db import nights, quotas
from db.nights import Remaining
from db.paces import read_pace
from db.states import ITSELF, Stage
from db.windows import read_windows
from farm.bootstrap import Farm
from farm.caller import caller
from farm.forecast import Forecast
from farm.policy.costs import Pace, Price, price
from farm.policy.nightfall import Due, Piece, finish_times, late
from farm.policy.windows import Window, window_named
from farm.rowcheck import Film
from pipeline.plan.chunks import LIMIT_S
from pipeline.plan.errors import InputError
from pipeline.plan.job import Format
from pipeline.plan.moments import iso

#: So many films of the queue are looked at; whatever stands behind them waits for more than a night.
_MOST = 20_000
#: A deadline that is further away than this need not be looked at yet.
_AHEAD_MS = 14 * 24 * 3_600_000


@dataclass(frozen=True, kw_only=True)
class UnfinishedView:
    """A film that will not be finished in time.

    Attributes:
        job: number of the job; 0: it is not queued yet.
        batch: number of its batch; likewise.
        row: the row's id in the manifest.
    """

    job: int
    batch: int
    row: str


@dataclass(frozen=True, kw_only=True)
class MissedView:
    """A film that will not be there when it is wanted, even if it goes first.

    Attributes:
        row: the row's id in the manifest.
        deadline: when it is wanted, UTC, ISO 8601.
        window: the window outside of which nothing of it begins; empty for none.
    """

    row: str
    deadline: str
    window: str


@dataclass(frozen=True, kw_only=True)
class FilmPace:
    """How long rendering takes.

    Attributes:
        engine: who draws the face.
        width: of the film, in pixels.
        height: of the film, in pixels.
        fps: its frame rate.
        device: on which; empty: on any.
        ms: for a second of film, by the clock, one worker alone.
        basis: ``measured``, ``scaled`` from another size, or ``rule``: of thumb, nothing was measured yet.
        attempts: how many were measured; 0 for a rule.
    """

    engine: str
    width: int
    height: int
    fps: int
    device: str
    ms: int
    basis: str
    attempts: int


@dataclass(frozen=True, kw_only=True)
class Night:
    """What will become of the films of a window by its end.

    Attributes:
        window: its name.
        times: when it is open, with its time zone.
        opens: when it opens next, or that it did so: not after now while it is open; UTC, ISO 8601.
        shuts: when it shuts then; empty: never.
        films: how many wait for it.
        unfinished: those that will not be finished by then, in the order of the queue.
        workers: live workers that can render them; 0: none is there, and the estimate is for one.
        paces: how long rendering takes, and what that rests on.
    """

    window: str
    times: str
    opens: str
    shuts: str
    films: int
    unfinished: tuple[UnfinishedView, ...]
    workers: int
    paces: tuple[FilmPace, ...]


def foresee(farm: Farm, name: str = "", *, beyond: Sequence[Remaining] = ()) -> Night:
    """Say which films of a window will not be finished when it shuts.

    Args:
        farm: the farm.
        name: the window; empty: the only one.
        beyond: films that are not queued yet, as `of_forecast` tells; behind all others.

    Raises:
        InputError: ``window-unknown``, ``window-none``, ``window-which`` or ``window-name-wrong``.
        AwayError: ``ledger-away``.
    """
    windows = {each.name: each.window for each in read_windows(farm.ledger)}
    chosen = _chosen(windows, name)
    window, now = windows[chosen], farm.ledger.clock()
    opens = window.next_opening(now)
    shuts = window.next_closing(opens)
    queue = (*nights.read_remaining(farm.ledger, most=_MOST), *beyond)
    waiting = [film for film in queue if film.window == chosen]
    played = _play(farm, queue, windows, now=now, until=shuts or now + _AHEAD_MS)
    return Night(
        window=chosen,
        times=window.text,
        opens=iso(opens),
        shuts=iso(shuts),
        films=len(waiting),
        unfinished=tuple(
            UnfinishedView(job=max(0, film.job), batch=film.batch, row=film.row)
            for film in waiting
            if shuts is not None and film.job not in played.ends
        ),
        workers=sum(played.workers.get(pool, 0) for pool in {film.pool for film in waiting}),
        paces=tuple(dict.fromkeys(one for film in waiting for one in played.paces[film.pool, film.format])),
    )


def missed(farm: Farm, batch: int = 0, *, beyond: Sequence[Remaining] = ()) -> tuple[MissedView, ...]:
    """The films of a batch for which the time that is left before their deadlines will not do.

    Only films that are wanted by a time are played through: they go before all others where it gets tight.

    Args:
        farm: the farm.
        batch: number of the batch; 0: the films of `beyond`.
        beyond: as in `foresee`.

    Raises:
        AwayError: ``ledger-away``.
    """
    queue = (*nights.read_remaining(farm.ledger, most=_MOST), *beyond)
    wanted = {film.job: film.deadline for film in queue if film.deadline is not None}
    own = {film.job: film for film in queue if film.job in wanted and film.batch == batch}
    if not own:
        return ()
    windows = {each.name: each.window for each in read_windows(farm.ledger)}
    now = farm.ledger.clock()
    first = [film for film in queue if film.job in wanted]
    ends = _play(farm, first, windows, now=now, until=max(now + 1, *wanted.values())).ends
    behind = late({job: wanted[job] for job in own}, ends)
    return tuple(
        MissedView(row=own[job].row, deadline=iso(wanted[job]), window=own[job].window) for job in behind
    )


def held_too_long(farm: Farm, films: Sequence[Film], batch: int = 0) -> tuple[MissedView, ...]:
    """The films of a batch that their quota does not let begin before they are wanted.

    Args:
        farm: the farm.
        films: those of the batch, in its order.
        batch: number of the batch; 0: it is not queued yet.

    Raises:
        AwayError: ``ledger-away``.
    """
    if batch:
        waiting = quotas.read_batch(farm.ledger, batch)
        starts = [waiting[job] for job in sorted(waiting)]
    else:
        starts = list(quotas.read_ahead(farm.ledger, films[0].department, caller(), len(films)))
    calendar = farm.ledger.calendar
    return tuple(
        MissedView(row=film.row.id, deadline=iso(film.deadline), window=film.window)
        for film, day in zip(films[len(films) - len(starts) :], starts, strict=True)
        if film.deadline is not None and (day is None or calendar.begins_at(day) >= film.deadline)
    )


def of_forecast(forecast: Forecast) -> tuple[Remaining, ...]:
    """The films of a batch that is not queued yet, as if they were; of one that is known, none."""
    if forecast.known is not None:
        return ()
    films = zip(forecast.films, forecast.contents.lengths_ms, strict=True)
    return tuple(
        Remaining(
            job=-number,
            batch=0,
            row=film.row.id,
            window=film.window,
            deadline=film.deadline,
            pool=film.pool,
            engine=film.face.engine,
            format=film.format,
            frames=frames,
            stages={Stage.SPEAK: [frames], Stage.RENDER: [frames], Stage.JOIN: [frames]},
        )
        for number, (film, ms) in enumerate(films, 1)
        for frames in (ms * film.format.fps // 1000,)
    )


def lift_late(farm: Farm) -> None:
    """Move films forward that would miss their deadlines as the queue stands; each once for each deadline.

    Raises:
        AwayError: ``ledger-away``.
    """
    wanted = nights.read_wanted(farm.ledger)
    now = farm.ledger.clock()
    soon = {job: deadline for job, deadline in wanted.items() if deadline - now < _AHEAD_MS}
    if not soon:
        return
    windows = {each.name: each.window for each in read_windows(farm.ledger)}
    queue = nights.read_remaining(farm.ledger, most=_MOST)
    until = max(now + 1, *soon.values())
    behind = late(soon, _play(farm, queue, windows, now=now, until=until).ends)
    nights.lift(farm.ledger, {job: soon[job] for job in behind}, by=ITSELF)


def _chosen(windows: Mapping[str, Window], name: str) -> str:
    """The window that is meant."""
    known = ", ".join(windows)
    if name:
        plain = window_named(name)
        if plain not in windows:
            raise InputError("window-unknown", window=plain, known=known or "-")
        return plain
    if not windows:
        raise InputError("window-none")
    if len(windows) > 1:
        raise InputError("window-which", known=known)
    return next(iter(windows))


@dataclass(frozen=True, kw_only=True)
class _Played:
    """When films end, and by pool who renders them, and at what pace."""

    ends: Mapping[int, int]
    workers: Mapping[str, int]
    paces: Mapping[tuple[str, Format], tuple[FilmPace, ...]]


def _play(
    farm: Farm, queue: Sequence[Remaining], windows: Mapping[str, Window], *, now: int, until: int
) -> _Played:
    """Play the queue of each pool through on the workers that render its films."""
    ends: dict[int, int] = {}
    workers: dict[str, int] = {}
    paces: dict[tuple[str, Format], tuple[FilmPace, ...]] = {}
    for pool in dict.fromkeys(film.pool for film in queue):
        films = [film for film in queue if film.pool == pool]
        pace = read_pace(farm.ledger, {film.engine for film in films}, (pool,))
        hands = pace.hands or {"": 1}
        bill = _Bill(pace, tuple(hands))
        machines = [kind for kind, many in enumerate(hands.values()) for _ in range(many)]
        due = [Due(job=film.job, window=film.window, stages=tuple(bill.stages(film))) for film in films]
        ends |= finish_times(due, machines, windows, now=now, until=until)
        workers[pool] = sum(pace.hands.values())
        paces |= {(pool, picture): bill.paces(picture) for picture in {film.format for film in films}}
    return _Played(ends=ends, workers=workers, paces=paces)


class _Bill:
    """How long work takes on some devices, each kind of it asked for once."""

    def __init__(self, pace: Pace, devices: Sequence[str]) -> None:
        self._pace = pace
        self._devices = devices
        self._found: dict[tuple[Stage, str, Format], tuple[Price, ...]] = {}

    def paces(self, picture: Format) -> tuple[FilmPace, ...]:
        """How long rendering takes in a format, with every engine that was asked for."""
        return tuple(
            FilmPace(
                engine=engine,
                width=picture.width,
                height=picture.height,
                fps=picture.fps,
                device=one.device,
                ms=one.wall_us * picture.fps // 1000,
                basis=one.basis.value,
                attempts=one.attempts,
            )
            for (stage, engine, of), costs in self._found.items()
            if stage is Stage.RENDER and of == picture
            for one in dict.fromkeys(costs)
        )

    def stages(self, film: Remaining) -> Iterator[Sequence[Piece]]:
        """What is left of a film, stage by stage."""
        for stage, parts in film.stages.items():
            engine = film.engine if stage is Stage.RENDER else ""
            key = (stage, engine, film.format)
            if key not in self._found:
                ask = partial(price, self._pace.works, stage=stage.value, engine=engine, format=film.format)
                self._found[key] = tuple(ask(device=device) for device in self._devices)
            costs = self._found[key]
            yield [
                tuple(frames * one.wall_us // 1000 for one in costs)
                for frames in (_chunks(parts, film.format.fps) if stage is Stage.RENDER else parts)
            ]


def _chunks(parts: Iterable[int], fps: int) -> Iterator[int]:
    """The frames of chunks: of those that are planned as they are, of more than one has as planning would."""
    for frames in parts:
        many = max(1, -(-frames // (LIMIT_S * fps)))
        yield from (frames * (each + 1) // many - frames * each // many for each in range(many))
