"""The forecast of a batch: what it will be, cost and need, before anything of it is stored or queued."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from db.casting import Newcomers
from db.outlook import foretell
from db.paces import read_pace
from db.quotas import read_ahead as read_days
from db.states import Stage
from db.values import Notice
from db.values import Room as StoreRoom
from farm.bootstrap import Farm
from farm.caller import caller
from farm.contents import Contents, read_contents
from farm.policy.costs import (
    BESIDE_BYTES,
    SPEECH_BYTES,
    TRACK_BYTES,
    Basis,
    Pace,
    Price,
    film_bytes,
    price,
)
from farm.policy.order import Standing, rank
from farm.precheck import Admitted
from farm.rowcheck import Film
from farm.sources import source_of
from farm.submit import check_room, known_batch
from pipeline.plan.chunks import LIMIT_S
from pipeline.plan.errors import Fact, LecternError
from pipeline.plan.job import Format
from pipeline.steps.archive import space_in

_MILLION = 1_000_000
_PER_MILLE = 1000

#: How many frames are drawn, by face engine and format.
_Frames = Mapping[tuple[str, Format], int]


@dataclass(frozen=True, kw_only=True)
class Room:
    """What a place on a disk needs and has.

    Attributes:
        place: the folder.
        needed: bytes that the batch will take there.
        free: bytes that are free; None when the place cannot be reached.
    """

    place: Path
    needed: int
    free: int | None


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What a batch will be, cost, need and take.

    Attributes:
        films: its rows, in order.
        contents: what they consist of; lengths and counts are estimates.
        prices: what a frame costs, one for each stage and, of rendering, for each format and device.
        machine_ms: CPU time of everything that has to be made.
        wall_ms: how long one worker alone would work for it.
        store: room in the store.
        archive: room in the archive.
        size_basis: what both rest on.
        one_disk: whether both are on the same disk.
        workers: live workers that can render it.
        ahead_ms: how long one worker alone would work for what of others goes before the last of it.
        finish_at: when it will be done, milliseconds since the Unix epoch; None while no worker is there.
        known: the batch that the same content was submitted as before; None: it is new, or wanted again.
        room: what its department has in the store and may have; None: there is no limit, or nothing is new.
        notices: what may keep it from being done.
    """

    films: Sequence[Film]
    contents: Contents
    prices: tuple[Price, ...]
    machine_ms: int
    wall_ms: int
    store: Room
    archive: Room
    size_basis: Basis
    one_disk: bool
    workers: int
    ahead_ms: int
    finish_at: int | None
    known: int | None
    room: StoreRoom | None
    notices: tuple[Notice, ...]

    @property
    def length_ms(self) -> int:
        """How long all films are together."""
        return sum(self.contents.lengths_ms)


def forecast(farm: Farm, admitted: Admitted, *, again: bool = False) -> Forecast:
    """Say what will become of a batch; nothing is stored or queued, spoken or drawn.

    Machine time counts what is made once for several films once, and what was made before not at all.

    Raises:
        InputError: ``submit-store-limit``: it would be refused, since its department has no room for it.
        AwayError: the ledger or the store cannot be reached.
    """
    known = known_batch(farm, admitted, again=again)
    room = check_room(farm, admitted) if known is None else None
    films = admitted.films
    pools = {film.pool for film in films}
    pace = read_pace(farm.ledger, {film.face.engine for film in films}, pools)
    contents = read_contents(farm, films, user=caller(), speeches=pace.speeches)
    frames = _frames_of(films, contents)
    devices = tuple(pace.hands) or ("",)
    bills = {device: _Bill(pace, device, frames, contents) for device in devices}
    hands = pace.hands or {"": 1}
    many = sum(hands.values())
    # Workers on different devices share the work by their speed.
    speed = sum(count / max(1, bills[device].wall_us) for device, count in hands.items())
    wall_us = round(many / speed)
    ends, ahead_ms = foretell(farm.ledger, _newcomers(farm, films, contents, wall_us))
    store, archive, basis, one_disk = _rooms(farm, films, frames, contents, pace)
    return Forecast(
        films=films,
        contents=contents,
        prices=tuple(dict.fromkeys(one for bill in bills.values() for one in bill.prices)),
        machine_ms=sum(bills[device].machine_us * count for device, count in hands.items()) // many // 1000,
        wall_ms=wall_us // 1000,
        store=store,
        archive=archive,
        size_basis=basis,
        one_disk=one_disk,
        workers=sum(pace.hands.values()),
        ahead_ms=ahead_ms,
        finish_at=ends if pace.hands else None,
        known=known,
        room=room,
        notices=_notices(store, archive, workers=len(pace.hands), one_disk=one_disk),
    )


def _newcomers(farm: Farm, films: Sequence[Film], contents: Contents, wall_us: int) -> tuple[Newcomers, ...]:
    """The films as they would come into the line, as their department's quota lets them begin.

    Films that no quota will ever let begin are left out.
    """
    now, calendar = farm.ledger.clock(), farm.ledger.calendar
    days = read_days(farm.ledger, films[0].department, caller(), len(films))
    whole_ms = max(1, sum(contents.lengths_ms))
    alike: Counter[tuple[int, str, str, str, int]] = Counter()
    for film, day in zip(films, days, strict=True):
        if day is not None:
            since = calendar.begins_at(day) if day > calendar.day_of(now) else 0
            standing = Standing(submitted_ms=now, urgency=film.urgency.value, priority=film.priority)
            alike[rank(standing), film.pool, film.face.engine, film.window, since] += 1
    each_ms = max(1.0, wall_us / 1000 / len(films))
    chunks = max(1.0, whole_ms / len(films) / 1000 / LIMIT_S)
    return tuple(
        Newcomers(
            department=films[0].department,
            rank=place,
            pool=pool,
            face=face,
            window=window,
            since=since,
            films=many,
            film_ms=each_ms,
            width=chunks,
        )
        for (place, pool, face, window, since), many in alike.items()
    )


class _Bill:
    """What a batch costs on one device, in microseconds."""

    def __init__(self, pace: Pace, device: str, frames: _Frames, contents: Contents) -> None:
        shares = {
            **({Stage.WRITE: contents.to_write} if contents.unwritten else {}),
            Stage.SPEAK: contents.to_speak,
            Stage.RENDER: contents.to_render,
            Stage.JOIN: _PER_MILLE,
            Stage.ARCHIVE: _PER_MILLE,
        }
        self.prices: list[Price] = []
        self.machine_us = self.wall_us = 0
        for stage, share in shares.items():
            for (face, picture), count in frames.items():
                engine = face if stage is Stage.RENDER else ""
                one = price(pace.works, stage=stage.value, engine=engine, format=picture, device=device)
                self.prices.append(one)
                self.machine_us += one.machine_us * count * share // _PER_MILLE
                self.wall_us += one.wall_us * count * share // _PER_MILLE


def _frames_of(films: Sequence[Film], contents: Contents) -> _Frames:
    frames: Counter[tuple[str, Format]] = Counter()
    for film, ms in zip(films, contents.lengths_ms, strict=True):
        frames[film.face.engine, film.format] += ms * film.format.fps // 1000
    return frames


def _rooms(
    farm: Farm, films: Sequence[Film], frames: _Frames, contents: Contents, pace: Pace
) -> tuple[Room, Room, Basis, bool]:
    """What store and archive need and have, by what basis, and whether they lie on one disk."""
    pictures = clips = 0
    bases = set()
    for (_, picture), count in frames.items():
        per_frame, basis = film_bytes(pace.sizes, picture)
        pictures += per_frame * count // 1000
        clips += per_frame * count * contents.to_render // 1000 // _PER_MILLE
        bases.add(basis)
    seconds = sum(contents.lengths_ms) // 1000
    sound = TRACK_BYTES * seconds + SPEECH_BYTES * seconds * contents.to_speak // _PER_MILLE
    beside = BESIDE_BYTES * len(films)
    given = {film.row.portrait_digest: film.row.portrait for film in films}
    given |= {film.row.background_digest: film.row.background for film in films if film.row.background}
    sources = sum(source_of(path, digest).size for digest, path in given.items())
    basis = next(one for one in (Basis.RULE, Basis.SCALED, Basis.MEASURED) if one in bases)
    store = Room(
        place=farm.store.root,
        needed=pictures + clips + sound + beside + sources,
        free=_free(_there(farm.store.root)),
    )
    free = device = None
    with contextlib.suppress(LecternError):
        free, device = farm.apart.run(space_in, farm.archive)
    archive = Room(place=farm.archive, needed=pictures + beside, free=free)
    return store, archive, basis, device == _device_of(store.place)


def _free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def _there(folder: Path) -> Path:
    """A folder, or the nearest one above it that can be looked at; a share may be away."""
    return next(each for each in (folder, *folder.parents) if os.path.exists(each))  # noqa: PTH110 - a stale share is no error to it


def _device_of(folder: Path) -> int:
    return _there(folder).stat().st_dev


def _notices(store: Room, archive: Room, *, workers: int, one_disk: bool) -> tuple[Notice, ...]:
    found = []
    if not workers:
        found.append(Notice(code="submit-no-worker", facts={}))
    both = store.needed + archive.needed if one_disk and archive.free is not None else store.needed
    for room, needed in ((store, both), (archive, archive.needed)):
        if room.free is not None and needed > room.free:
            facts: dict[str, Fact] = {
                "place": str(room.place),
                "needed_mb": needed // _MILLION,
                "free_mb": room.free // _MILLION,
            }
            found.append(Notice(code="submit-disk-tight", facts=facts))
    if archive.free is None:
        found.append(Notice(code="submit-archive-away", facts={"place": str(archive.place)}))
    return tuple(found)
