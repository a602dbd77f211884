"""Promises about a home folder."""

from __future__ import annotations

import fcntl
import resource
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pipeline.plan.errors import InputError
from worker.places import Places, free_port, only_one, secret, tell_state, told_state, write_private
from worker.redis_server import redis_url


def test_a_second_farm_on_the_same_home_is_refused(places: Places) -> None:
    """One farm a home; when it has ended, the next may come."""
    with only_one(places), pytest.raises(InputError, match="farm-already-up"), only_one(places):
        pass
    with only_one(places):
        pass


def test_the_state_is_told_while_the_farm_is_up(places: Places) -> None:
    """What stands there after the end would be a lie."""
    assert told_state(places) is None
    with only_one(places):
        tell_state(places, {"pid": 3})
        assert told_state(places) == {"pid": 3}
    assert told_state(places) is None


def test_a_farm_that_was_killed_is_not_up(places: Places) -> None:
    """After kill -9 or a power cut nobody is sent to a Redis that is no more, and the next farm may come."""
    code = (
        "import sys, time; from pathlib import Path; sys.path.insert(0, sys.argv[1]);"
        "from worker.places import Places, only_one, tell_state;"
        "places = Places(home=Path(sys.argv[2])); held = only_one(places); held.__enter__();"
        "tell_state(places, {'pid': 3, 'redis_url': 'redis://gone'}); print('up', flush=True); time.sleep(99)"
    )
    root = str(Path(__file__).parents[2])
    with subprocess.Popen(
        [sys.executable, "-P", "-c", code, root, str(places.home)], stdout=subprocess.PIPE
    ) as farm:
        assert farm.stdout is not None
        assert farm.stdout.readline() == b"up\n"
        assert redis_url("", places.home) == "redis://gone"
        farm.kill()
    assert places.state.exists()
    assert told_state(places) is None
    with pytest.raises(InputError, match="farm-redis-unknown"):
        redis_url("", places.home)
    with only_one(places):
        assert told_state(places) is None


def test_whoever_looks_keeps_no_farm_from_coming_up(places: Places) -> None:
    """Looking whether a farm is up holds its lock for an instant, and is no claim to the home."""
    with places.lock.open("w") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        end = threading.Timer(0.1, fcntl.flock, (looking, fcntl.LOCK_UN))
        end.start()
        with only_one(places):
            pass
        end.join()


def test_a_secret_is_made_once_and_shown_to_its_owner_alone(tmp_path: Path) -> None:
    """The same secret every time, in a file nobody else may read."""
    path = tmp_path / "new" / "password"
    made = secret(path)
    assert len(made) >= 24
    assert secret(path) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["password"]


def test_a_private_file_is_never_seen_half(tmp_path: Path) -> None:
    """It is replaced whole, and never overwritten when it shall be new."""
    path = tmp_path / "file"
    write_private(path, "one")
    write_private(path, "two")
    assert path.read_text() == "two"
    with pytest.raises(FileExistsError):
        write_private(path, "three", fresh=True)
    assert path.read_text() == "two"


def test_a_file_that_cannot_be_written_leaves_nothing(places: Places) -> None:
    """A full disk does not fill with remains, and what stood there before still does."""
    path = places.run / "file"
    write_private(path, "one")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            write_private(path, "two" * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_text() == "one"
    assert [file.name for file in places.run.iterdir()] == ["file"]


def test_a_taken_port_is_named() -> None:
    """The message says which port it is."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(InputError) as caught:
            free_port(port)
    assert dict(caught.value.facts) == {"port": port}
    assert free_port(0) > 0
