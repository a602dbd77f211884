"""The process around espeak-ng: it lives and dies as it should, and takes nobody with it."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from pipeline.engines.voice.espeak import EspeakVoice, zygote
from pipeline.engines.voice.espeak.process import Zygote, locate
from pipeline.plan.errors import DefectError, InputError, LecternError

_REQUEST = {"text": "Hello there.", "voice": "gmw/en-US", "rate": 165, "pitch": 50}
_LONG = {**_REQUEST, "text": "Many words take their time. " * 280}
_INTERRUPTED = f"""
import signal
from pipeline.engines.voice.espeak.process import Zygote, locate

def interrupt(number, frame):
    raise TimeoutError

library, data = locate()
process = Zygote(library=library, data=data)
expected = process.ask({_REQUEST!r})
signal.signal(signal.SIGALRM, interrupt)
signal.setitimer(signal.ITIMER_REAL, 0.03)
try:
    process.ask({_LONG!r})
except TimeoutError:
    print("interrupted")
print("alike" if process.ask({_REQUEST!r}) == expected else "mixed up")
process.close()
"""


@pytest.fixture
def process() -> Iterator[Zygote]:
    """A process of the test's own."""
    library, data = locate()
    started = Zygote(library=library, data=data)
    yield started
    started.close()


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_it_starts_again_after_it_was_killed(process: Zygote) -> None:
    """A killed process is started anew by the next request, which gives the same bytes."""
    before = process.ask(_REQUEST)
    old = process.pid
    assert old is not None
    os.kill(old, signal.SIGKILL)
    assert process.ask(_REQUEST) == before
    assert process.pid != old


def test_it_ends_with_its_owner() -> None:
    """When its owner is killed the process ends too, and with it whatever it was doing."""
    program = (
        "import time; from pipeline.engines.voice.espeak.process import Zygote, locate\n"
        "library, data = locate(); process = Zygote(library=library, data=data)\n"
        "process.version; print(process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        assert psutil.pid_exists(pid)
        owner.kill()
    _wait(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


def test_it_ends_when_it_is_closed(process: Zygote) -> None:
    """After close there is no process, and another request starts one."""
    process.ask(_REQUEST)
    pid = process.pid
    assert pid is not None
    process.close()
    process.close()
    assert process.pid is None
    assert not psutil.pid_exists(pid)
    assert process.ask(_REQUEST)


def test_a_killed_child_costs_one_request(process: Zygote) -> None:
    """A crash of the library is told with its signal; the process itself lives on."""
    process.ask(_REQUEST)
    failed: list[LecternError] = []

    def ask() -> None:
        try:
            process.ask(_LONG)
        except LecternError as error:
            failed.append(error)

    assert process.pid is not None
    own = psutil.Process(process.pid)
    thread = threading.Thread(target=ask)
    thread.start()
    _wait(lambda: bool(own.children()))
    own.children()[0].kill()
    thread.join(10)
    assert [error.code for error in failed] == ["voice-espeak-crashed"]
    assert failed[0].facts["status"] == str(-signal.SIGKILL)
    assert process.pid == own.pid
    assert process.ask(_REQUEST)


def test_a_hung_child_is_stopped() -> None:
    """What takes longer than the limit is killed and told; nothing is left of it."""
    library, data = locate()
    hasty = Zygote(library=library, data=data, limit_ms=1)
    with pytest.raises(LecternError, match="voice-espeak-late"):
        hasty.ask(_LONG)
    assert hasty.pid is not None
    assert psutil.Process(hasty.pid).children() == []
    hasty.close()


def test_a_fork_of_the_owner_has_a_process_of_its_own(process: Zygote) -> None:
    """After a fork both sides speak, the same bytes, each through its own process."""
    expected = process.ask(_REQUEST)
    own = process.pid
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            told = hashlib.sha256(process.ask(_REQUEST)).hexdigest()
            os.write(writing, f"{told} {process.pid}".encode())
            process.close()
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    digest, pid = os.read(reading, 1000).decode().split()
    os.close(reading)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert digest == hashlib.sha256(expected).hexdigest()
    assert int(pid) != own == process.pid
    assert process.ask(_REQUEST) == expected


def test_it_outlives_a_thread_that_started_it(process: Zygote) -> None:
    """The thread that started the process may end: the next request is answered all the same."""
    answers: list[bytes] = []
    thread = threading.Thread(target=lambda: answers.append(process.ask(_REQUEST)))
    thread.start()
    thread.join()
    time.sleep(0.05)
    assert process.ask(_REQUEST) == answers[0]


def test_an_interrupt_leaves_no_answer_behind() -> None:
    """What interrupts a request, such as a time limit of the caller, does not mix up the next ones."""
    # In a process of its own: a signal concerns all of one, with the libraries that others have loaded.
    done = subprocess.run([sys.executable, "-c", _INTERRUPTED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["interrupted", "alike"]


def test_ctrl_c_does_not_reach_it(process: Zygote) -> None:
    """SIGINT, which a terminal sends to the whole group, leaves the process alone."""
    process.ask(_REQUEST)
    pid = process.pid
    assert pid is not None
    os.kill(pid, signal.SIGINT)
    assert process.ask(_REQUEST)
    assert process.pid == pid


def test_a_library_that_does_not_load_is_told(tmp_path: Path) -> None:
    """A file that is no library is an engine that is broken, with the loader's reason."""
    _, data = locate()
    fake = tmp_path / "libespeak-ng.so"
    fake.write_bytes(b"no library")
    with pytest.raises(InputError) as caught:
        _ = Zygote(library=fake, data=data).version
    assert caught.value.code == "engine-broken"
    assert "libespeak-ng" in str(caught.value.facts["reason"])


def test_a_long_path_is_no_hindrance(tmp_path: Path) -> None:
    """The library cuts paths at 160 characters; an environment deep in the tree works all the same."""
    library, data = locate()
    deep = tmp_path / ("d" * 120) / ("e" * 120)
    deep.mkdir(parents=True)
    (deep / "espeak-ng-data").symlink_to(data / "espeak-ng-data")
    process = Zygote(library=library, data=deep)
    assert process.ask(_REQUEST)
    process.close()


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"text": "a\0b"},
        {"text": "\x01200S"},
        {"text": "a" * (zygote.TEXT_LIMIT + 1)},
        {"voice": "../../etc/passwd"},
        {"voice": "no-such-voice"},
        {"rate": 10_000},
        {"rate": True},
        {"pitch": -1},
    ],
)
def test_a_malformed_request_is_refused(process: Zygote, wrong: dict[str, str | int]) -> None:
    """The process checks what it is asked, whoever asks, and goes on."""
    with pytest.raises(DefectError, match="voice-espeak-refused"):
        process.ask({**_REQUEST, **wrong})
    assert process.ask(_REQUEST)


def test_the_program_loads_only_what_it_needs() -> None:
    """The process has neither numpy nor anything of Lectern's: the library's licence ends at the pipe."""
    voice = EspeakVoice()
    pid = voice._zygote.pid
    assert pid is not None
    mapped = {Path(entry.path).name for entry in psutil.Process(pid).memory_maps()}
    own = {Path(entry.path).name for entry in psutil.Process().memory_maps()}
    voice.close()
    assert any(name.startswith("libespeak-ng") for name in mapped)
    assert not any("numpy" in name for name in mapped)
    assert not any(name.startswith("libespeak-ng") for name in own)
