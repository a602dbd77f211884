"""The room on the farm's disks as it is found from here, and whether the archive is there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from farm.bootstrap import Farm
from farm.policy.room import Disk, floor_of
from farm.views.films import Told
from farm.views.screen import DiskView
from pipeline.apart import Apart
from pipeline.plan.errors import AwayError, LecternError, TransientError
from pipeline.steps.archive import archive_id

_MEGABYTE = 1_000_000
#: Who asks at three in the morning waits for no share that hangs.
_PATIENCE_S = 3.0
_HOME, _STORE, _ARCHIVE = "home", "store", "archive"


def look(farm: Farm) -> tuple[DiskView, ...]:
    """Home, store and archive: those that lie on one disk are told together."""
    settings, store = farm.settings, farm.store.root
    if store.is_relative_to(settings.home) and not store.exists():
        # It is made when the first file is put into it.
        store = settings.home
    places = {_HOME: settings.home, _STORE: store, _ARCHIVE: farm.archive}
    found: dict[object, DiskView] = {}
    with Apart(farm.archive, stuck_s=min(_PATIENCE_S, settings.archive.stuck_s)) as apart:
        for name, place in places.items():
            for disk, view in _looked_at(apart, name, place, settings.worker.disk_floor_mb):
                known = found.get(disk)
                found[disk] = view if known is None else replace(known, of=(*known.of, name))
    return tuple(found.values())


def _looked_at(apart: Apart, name: str, place: Path, floor_mb: int) -> Iterator[tuple[object, DiskView]]:
    """One place, with the disk that it lies on; a place that nobody can see is a disk of its own."""
    blank = DiskView(of=(name,), place=str(place), free_mb=0, size_mb=0, floor_mb=0, low=False, error=None)
    try:
        if name == _ARCHIVE:
            apart.run(archive_id, place)
        device = apart.run(os.stat, place).st_dev
        room = apart.run(os.statvfs, place)
    except (AwayError, TransientError) as error:
        yield name, replace(blank, error=_error(name, error))
    except OSError as error:
        away = AwayError("store-away", reason=error.strerror or type(error).__name__)
        yield name, replace(blank, error=Told(code=away.code, facts=away.facts))
    else:
        disk = Disk(place=str(place), free=room.f_bavail * room.f_frsize, size=room.f_blocks * room.f_frsize)
        # Films that are finished wait in the store while the archive is full: no worker stops for it.
        floor = 0 if name == _ARCHIVE else floor_of(disk, mark=floor_mb * _MEGABYTE)
        view = replace(
            blank,
            free_mb=disk.free // _MEGABYTE,
            size_mb=disk.size // _MEGABYTE,
            floor_mb=floor // _MEGABYTE,
            low=disk.free < floor,
        )
        yield device, view


def _error(name: str, error: LecternError) -> Told:
    if name == _ARCHIVE:
        return Told(code=error.code, facts=error.facts)
    return Told(code="store-away", facts={"reason": "no answer"})
