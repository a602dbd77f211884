"""An archive that is away, closed to writers, full, slow, frozen, or fails in the middle of a file."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tests.faults.ground import Ground, mount_share, remount_share, unmount_share, until
from tests.faults.kinds.kind import Effect, FaultKind, Need
from tests.faults.shim import Files, Shim

_BLOCK = 1 << 20


def _unmount(ground: Ground, _chance: Random) -> Effect:
    unmount_share(ground.nas)
    try:
        _met(ground)
    finally:
        mount_share(_disk(ground), ground.nas)
    return Effect()


def _close(ground: Ground, _chance: Random) -> Effect:
    remount_share(ground.nas, "ro")
    try:
        _met(ground)
    finally:
        remount_share(ground.nas, "rw")
    return Effect()


def _fill(ground: Ground, _chance: Random) -> Effect:
    ballast = _disk(ground) / ".ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(_BLOCK))
    with ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(512))
    try:
        _met(ground)
    finally:
        ballast.unlink()
    return Effect()


def _fail_half_way(ground: Ground, chance: Random) -> Effect:
    with _faring(_shim(ground), Files.EIO_AFTER, chance.randrange(100, 20_000)):
        _met(ground)
    return Effect()


def _slow(ground: Ground, chance: Random) -> Effect:
    shim = _shim(ground)
    with _faring(shim, Files.SLOW, chance.randrange(10_000, 60_000)):
        job = ground.sow(1)
        until(lambda: ground.archived(job), "a film is in the archive, however slow that is")
    return Effect()


def _freeze(ground: Ground, chance: Random) -> Effect:
    """Nobody waits for an archive that answers nothing: films are rendered meanwhile."""
    shim = _shim(ground)
    before = shim.hits
    with _faring(shim, Files.FROZEN):
        ground.sow(1)
        until(lambda: shim.hits > before, "somebody waits for the archive")
        time.sleep(chance.uniform(0, ground.settings.lease.expiry_s))
        job = ground.sow(1)
        until(
            lambda: ground.ask("SELECT id FROM jobs WHERE id = :job AND state = 'completed'", job=job),
            "a film is finished while the archive is frozen",
        )
    return Effect()


def _met(ground: Ground) -> None:
    """Have a film meet what is the matter with the archive; it waits, and loses no retry by it."""
    job = ground.sow(1)

    def waits() -> bool:
        ground.child.tend()
        question = (
            "SELECT id FROM steps WHERE job_id = :job AND stage = 'archive' AND waits > 0 AND failures = 0"
        )
        return bool(ground.ask(question, job=job))

    until(waits, f"film {job} finds the archive out of order")


@contextlib.contextmanager
def _faring(shim: Shim, fare: Files, budget: int = 0) -> Iterator[None]:
    shim.files(fare, budget)
    try:
        yield
    finally:
        shim.files(Files.WELL)


def _disk(ground: Ground) -> Path:
    return ground.nas.with_name("disk")


def _shim(ground: Ground) -> Shim:
    assert ground.shim is not None
    return ground.shim


KINDS = (
    FaultKind(name="archive-unmounted", words="the archive unmounted", inflict=_unmount, needs=(Need.ROOT,)),
    FaultKind(
        name="archive-closed", words="the archive mounted read-only", inflict=_close, needs=(Need.ROOT,)
    ),
    FaultKind(name="archive-full", words="no room in the archive", inflict=_fill, needs=(Need.ROOT,)),
    FaultKind(
        name="archive-broken",
        words="EIO in the middle of a delivery",
        inflict=_fail_half_way,
        needs=(Need.SHIM,),
    ),
    FaultKind(
        name="archive-slow",
        words="an archive in which every call takes up to 60 ms",
        inflict=_slow,
        needs=(Need.SHIM,),
    ),
    FaultKind(
        name="archive-frozen",
        words="an archive that answers nothing; films are finished meanwhile",
        inflict=_freeze,
        needs=(Need.SHIM,),
    ),
)
