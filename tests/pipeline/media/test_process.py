"""A child process is fed, limited, and gone for sure."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from pipeline.media import Limits, Media, find_ffmpeg
from pipeline.media.process import running
from pipeline.plan.errors import AwayError, InputError, SupersededError, TransientError

_ENDLESS = ["-f", "lavfi", "-i", "testsrc=size=64x64:rate=25", "-f", "null", "-"]
_MEMORY = 4_000_000_000


def _media(seconds: int = 60, memory: int = _MEMORY) -> Media:
    return Media(find_ffmpeg(), limits=Limits(seconds=seconds, memory_bytes=memory))


def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_time_is_limited() -> None:
    """A run that goes on for ever is ended at its limit, in words."""
    with pytest.raises(TransientError, match="media-time"):
        _media(seconds=1).run(["-re", *_ENDLESS])


def test_a_reader_that_stalls_is_ended_too() -> None:
    """A child that never takes its input does not hold its feeder beyond the limit."""
    limits = Limits(seconds=1, memory_bytes=_MEMORY)
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    with (
        running(command, limits=limits, check=lambda: None, fed=True) as child,
        pytest.raises(TransientError, match="media-time"),
    ):
        child.write(bytes(8 << 20))


def test_memory_is_limited() -> None:
    """A run that asks for more than its limit fails in words; the machine does not notice."""
    big = ["-f", "lavfi", "-i", "color=size=16000x16000:rate=1", "-frames:v", "2", "-f", "null", "-"]
    with pytest.raises(TransientError) as caught:
        _media(memory=400_000_000).run(big)
    assert caught.value.code == "media-memory"


def test_a_large_process_is_not_copied_for_its_child() -> None:
    """However much memory a worker's models take, FFmpeg starts without a fork that copies its tables."""
    forks: list[int] = []
    os.register_at_fork(before=lambda: forks.append(1))
    _media().run(["-f", "lavfi", "-i", "testsrc=size=64x64:rate=25", "-frames:v", "1", "-f", "null", "-"])
    assert forks == []


def test_whatever_is_raised_ends_the_child() -> None:
    """Once the work is no longer ours, FFmpeg is gone before the error arrives."""
    others = {child.pid for child in psutil.Process().children()}
    seen: list[int] = []

    def superseded() -> None:
        seen.extend(child.pid for child in psutil.Process().children() if child.pid not in others)
        raise SupersededError("ledger-superseded")

    with pytest.raises(SupersededError):
        _media().run(["-re", *_ENDLESS], check=superseded)
    assert seen
    assert all(_gone(pid) for pid in seen)


def test_an_error_in_the_feed_ends_the_child(tmp_path: Path) -> None:
    """What the source of frames raises is passed on as it is."""

    def feed() -> object:
        yield bytes(64)
        raise InputError("voice-unknown")

    arguments = ["-f", "u8", "-ar", "8000", "-ac", "1", "-i", "pipe:0", "-f", "wav", str(tmp_path / "x")]
    with pytest.raises(InputError, match="voice-unknown"):
        _media().run(arguments, feed=feed())  # type: ignore[arg-type]


def test_failure_is_told_in_ffmpegs_words(tmp_path: Path) -> None:
    """An error carries the end of what FFmpeg said."""
    with pytest.raises(TransientError, match="media-failed") as caught:
        _media().run(["-i", str(tmp_path / "none.mp4"), "-f", "null", "-"])
    assert "No such file" in str(caught.value.facts["reason"])


def test_a_program_that_vanished_is_told(tmp_path: Path) -> None:
    """An FFmpeg that cannot be started any more is a failure that may pass, in words."""
    gone = Media(tmp_path / "ffmpeg", limits=Limits(seconds=9, memory_bytes=_MEMORY))
    with pytest.raises(TransientError, match="No such file"):
        gone.run(_ENDLESS)


def test_a_full_disk_makes_the_work_wait() -> None:
    """No room left is no failure of the step."""
    with pytest.raises(AwayError, match="media-disk-full"):
        _media().run(["-f", "lavfi", "-i", "testsrc", "-t", "2", "-f", "rawvideo", "-y", "file:/dev/full"])


def test_a_talkative_child_does_not_block() -> None:
    """However much a child says, it is listened to, and only the end is kept."""
    limits = Limits(seconds=30, memory_bytes=_MEMORY)
    script = "import sys; sys.stderr.write('x' * 3_000_000 + ' the end'); sys.exit(3)"
    with (
        running([sys.executable, "-c", script], limits=limits, check=lambda: None) as child,
        pytest.raises(TransientError) as caught,
    ):
        child.finish()
    reason = str(caught.value.facts["reason"])
    assert reason.endswith("the end")
    assert len(reason) <= 400


def test_a_child_dies_with_its_parent() -> None:
    """Killing a worker kills its FFmpeg: nothing is left to write into the store."""
    script = (
        "import subprocess, sys\n"
        "from pipeline.media.process import Limits, running\n"
        "command = [sys.executable, '-c', 'import os, time; os.write(2, b\"up\"); time.sleep(60)']\n"
        "limits = Limits(seconds=60, memory_bytes=4_000_000_000)\n"
        "with running(command, limits=limits, check=lambda: None) as child:\n"
        "    print(child._process.pid, flush=True)\n"
        "    child.finish()\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert not _gone(pid)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    deadline = time.monotonic() + 5
    while not _gone(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert _gone(pid)


def test_a_program_that_is_no_ffmpeg_is_named(tmp_path: Path) -> None:
    """A wrong or missing program is one clear line."""
    with pytest.raises(InputError, match="media-ffmpeg-missing"):
        find_ffmpeg(str(tmp_path / "none"))
    with pytest.raises(InputError, match="media-ffmpeg-missing"):
        _ = Media(Path(sys.executable), limits=Limits(seconds=9, memory_bytes=_MEMORY)).version
    assert find_ffmpeg(str(find_ffmpeg())).samefile(find_ffmpeg())
    assert _media().version
