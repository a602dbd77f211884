"""Promises of the room on the disks: told once for each disk, and what cannot be seen hides nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest

from farm import disks
from farm.bootstrap import open_farm
from pipeline.plan.errors import AwayError
from tests.tasks.yard import break_ground, quick_settings

_BLOCK = 1_000_000


@dataclass
class Machine:
    """Stands in for the helper that touches the disks: each folder is a disk, with so many blocks free."""

    free: dict[str, int]

    def __call__(self, _root: Path, *, stuck_s: float) -> Self:
        """Begin."""
        assert stuck_s <= 3
        return self

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """End."""

    def run(self, act: Callable[..., Any], place: Path) -> object:
        """What a call tells of a folder; the archive hangs."""
        if place.name == "archive":
            raise AwayError("archive-stuck", root=str(place), seconds=3)
        number = sorted(self.free).index(place.name)
        if act is os.stat:
            return os.stat_result((0, 0, number, 0, 0, 0, 0, 0, 0, 0))
        return os.statvfs_result((_BLOCK, _BLOCK, 9000, 0, self.free[place.name], 0, 0, 0, 0, 255, 0))


def test_a_full_disk_and_one_that_hangs_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below the floor it is low, of a small disk a tenth; what hangs has an error, and the others room."""
    settings = quick_settings(tmp_path / "home", WORKER__DISK_FLOOR_MB="2000")
    break_ground(settings)
    (tmp_path / "home" / "store").mkdir(exist_ok=True)
    monkeypatch.setattr(disks, "Apart", Machine({"home": 899, "store": 900}))
    with open_farm(settings) as farm:
        home, store, archive = disks.look(farm)
    assert (home.of, home.free_mb, home.size_mb, home.floor_mb, home.low) == (("home",), 899, 9000, 900, True)
    assert (store.of, store.free_mb, store.low, store.error) == (("store",), 900, False, None)
    assert archive.of == ("archive",)
    assert archive.error is not None
    assert archive.error.code == "archive-stuck"


def test_what_lies_on_one_disk_is_told_once_as_it_really_is(tmp_path: Path) -> None:
    """By the real helper; a store that nothing was put into yet is no store that is away."""
    settings = quick_settings(tmp_path / "home")
    break_ground(settings)
    with open_farm(settings) as farm:
        (disk,) = disks.look(farm)
    told = os.statvfs(tmp_path)
    assert disk.of == ("home", "store", "archive")
    assert disk.size_mb == told.f_blocks * told.f_frsize // 1_000_000
    assert disk.error is None
