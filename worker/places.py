"""Where the processes of one machine keep what is theirs, below the home folder."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import socket
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TextIO

from farm.bootstrap import Settings, logs_of
from pipeline.plan.errors import InputError

#: Longer than anybody takes to look whether a lock is held.
_LOOK_S = 0.5


@dataclass(frozen=True, kw_only=True)
class Places:
    """Folders and files of one home.

    Attributes:
        home: the home folder.
        logs_at: where this host's log files are, unless in the home.
    """

    home: Path
    logs_at: Path | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The places of a home, and of its logs, as the operator set them."""
        return cls(home=settings.home, logs_at=logs_of(settings))

    @property
    def run(self) -> Path:
        """What is true only while the farm is up; only its owner may look inside."""
        return self.home / "run"

    @property
    def logs(self) -> Path:
        """One log file for each process of this host."""
        return self.logs_at or self.home / "logs"

    @property
    def redis(self) -> Path:
        """Data, configuration and password of our own Redis."""
        return self.home / "redis"

    @property
    def state(self) -> Path:
        """What the running farm tells about itself, as JSON; true only while the lock is held."""
        return self.run / "up.json"

    @property
    def lock(self) -> Path:
        """What the running farm holds locked; the kernel frees it with the process, however that ends."""
        return self.run / "up.lock"

    @property
    def crew_lock(self) -> Path:
        """What this host's supervisor of workers holds locked; several hosts may see one home."""
        return self.run / f"crew.{socket.gethostname()}.lock"

    @property
    def flower_password(self) -> Path:
        """The password of Flower's one user."""
        return self.run / "flower.password"

    @property
    def flower(self) -> Path:
        """What Flower has heard, over its restarts."""
        return self.home / "flower"

    @property
    def proofs(self) -> Path:
        """What each process proves of itself to the watchdog of this machine."""
        return self.run / "proofs"

    def restarts(self, worker: str) -> Path:
        """When a worker of this machine last ended by itself so that its card was freed, as JSON."""
        return self.run / f"{worker}.restarts.json"

    def make(self) -> None:
        """Make the folders, closed to everybody but their owner."""
        for folder in (self.home, self.run, self.logs, self.redis):
            folder.mkdir(parents=True, exist_ok=True)
        for folder in (self.run, self.redis):
            folder.chmod(0o700)


@contextlib.contextmanager
def only_one(places: Places) -> Generator[None]:
    """Hold the home's lock: a second farm on the same home is refused.

    Raises:
        InputError: ``farm-already-up``.
    """
    places.make()
    with places.lock.open("w") as lock:
        _take(lock, InputError("farm-already-up", home=str(places.home)))
        # A farm that was killed could not take back what it told.
        places.state.unlink(missing_ok=True)
        try:
            yield
        finally:
            places.state.unlink(missing_ok=True)


@contextlib.contextmanager
def only_crew(places: Places) -> Generator[None]:
    """Hold this host's lock of the home: its workers cannot be started twice under the same names.

    Raises:
        InputError: ``farm-crew-already``.
    """
    places.make()
    with places.crew_lock.open("w") as lock:
        _take(lock, InputError("farm-crew-already", home=str(places.home)))
        yield


def _take(lock: TextIO, refusal: InputError) -> None:
    until = time.monotonic() + _LOOK_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            # Somebody who only looks whether it is held holds it too, for an instant.
            if time.monotonic() > until:
                raise refusal from error
            time.sleep(_LOOK_S / 20)
        else:
            return


def is_up(places: Places) -> bool:
    """Whether a farm is up on this home: its lock is held."""
    try:
        with places.lock.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except BlockingIOError:
        return True
    return False


def secret(path: Path) -> str:
    """The secret kept in a file that only its owner may read; made by chance when there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        write_private(path, secrets.token_urlsafe(24), fresh=True)
    return path.read_text("ascii").strip()


def write_private(path: Path, text: str, *, fresh: bool = False) -> None:
    """Write a file that only its owner may read, whole or not at all.

    Raises:
        FileExistsError: `fresh` was asked for, and it is there already.
        OSError: it cannot be written, as on a full disk; nothing is left of it.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        if fresh:
            os.link(part, path)
        else:
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def tell_state(places: Places, state: Mapping[str, object]) -> None:
    """Tell what runs, for those who look later."""
    write_private(places.state, json.dumps(state, indent=1))


def told_state(places: Places) -> Mapping[str, object] | None:
    """What the farm on this home tells about itself; None while it is not up."""
    if not is_up(places):
        # What a farm that was killed has told stands there still.
        return None
    try:
        state = json.loads(places.state.read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return state if isinstance(state, dict) else None


def free_port(wanted: int, host: str = "127.0.0.1") -> int:
    """A port of one of this machine's addresses that nobody listens on: `wanted`, or any when that is 0.

    Raises:
        InputError: ``farm-port-taken``.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, wanted))
        except OSError as error:
            raise InputError("farm-port-taken", port=wanted) from error
        port: int = probe.getsockname()[1]
        return port
