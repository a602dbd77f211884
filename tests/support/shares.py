"""Shares in trouble, for tests that run as root: real mounts that are frozen, full or read-only."""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

_LIBC = ctypes.CDLL(None, use_errno=True)
_DETACH, _READ_ONLY, _REMOUNT = 2, 1, 32


def needs_mounts() -> None:
    """Skip a test where nothing can be mounted."""
    if os.geteuid() != 0:
        pytest.skip("not run: mounting needs root")


def mount(kind: str, place: Path, options: str) -> None:
    """Mount a file system without a device.

    Raises:
        OSError: as the system says.
    """
    if _LIBC.mount(b"lectern-test", os.fsencode(place), kind.encode(), 0, options.encode()):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(place))


def unmount(place: Path) -> None:
    """Take a mount away at once, whoever uses it."""
    _LIBC.umount2(os.fsencode(place), _DETACH)


@contextlib.contextmanager
def frozen(place: Path) -> Iterator[None]:
    """A mount over a folder whose server never answers: who touches it is held by the kernel."""
    needs_mounts()
    try:
        server = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        pytest.skip("not run: there is no /dev/fuse")
    try:
        mount("fuse", place, f"fd={server},rootmode=40000,user_id=0,group_id=0")
        try:
            yield
        finally:
            unmount(place)
    finally:
        os.close(server)


@contextlib.contextmanager
def small(place: Path, *, kilobytes: int) -> Iterator[None]:
    """A mount over a folder that holds so much, and no more."""
    needs_mounts()
    mount("tmpfs", place, f"size={kilobytes}k")
    try:
        yield
    finally:
        unmount(place)


def remount(place: Path, *, writable: bool) -> None:
    """Let a mount be written, or only read."""
    if _LIBC.mount(None, os.fsencode(place), None, _REMOUNT | (0 if writable else _READ_ONLY), None):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(place))
