"""Promises about log files: they are cut without a line lost, and kept for as long as was asked."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.tasks.yard import quick_settings
from worker.logkeeping import keeping_own_logs
from worker.logs import LOG_BYTES, LOG_S, OLDER, LogFolder, open_log, rotate, sweep_hosts

#: Four processes that share a log write as fast as they can until told, as a service and as a library do;
#: each says how many lines there were.
_WRITE = """
import logging, os, pathlib, sys, structlog
from farm import telemetry
for _ in range(2):
    os.fork()
telemetry.set_up(style="json", level="info")
number = 0
while not pathlib.Path(sys.argv[1]).exists():
    structlog.get_logger().info("line", pid=os.getpid(), number=number)
    logging.getLogger("library").warning("line")
    number += 2
os.write(1, b"%d\\n" % number)
"""


def folder(
    path: Path, *, now: float = 1_000_000_000.0, keep_s: float = 0.0, keep: int = 1 << 40
) -> LogFolder:
    """A folder of logs at some moment."""
    return LogFolder(folder=path, keep_s=keep_s, keep_bytes=keep, clock=lambda: now)


def older(path: Path) -> list[Path]:
    """What was cut, by name."""
    return sorted(path.glob(f"*{OLDER}"))


def test_two_that_keep_a_folder_cut_a_log_once_and_lose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one comes by in the middle of it, and a line after that."""
    log, copy = tmp_path / "a.log", shutil.copyfileobj
    log.write_bytes(b"2001-09-07T01:46:40Z first\n")
    two = iter([folder(tmp_path)])

    def copied(lines: BinaryIO, packed: BinaryIO) -> None:
        copy(lines, packed)
        for other in two:
            other.turn()
            with log.open("ab") as end:
                end.write(b"second\n")

    monkeypatch.setattr("worker.logs.shutil.copyfileobj", copied)
    folder(tmp_path).turn()
    assert [gzip.decompress(each.read_bytes()).splitlines() for each in older(tmp_path)] == [
        [b"2001-09-07T01:46:40Z first", b"second"]
    ]


@pytest.mark.parametrize(("to", "keeps"), [("files", False), ("stdout", False), ("both", True)])
def test_who_may_be_alone_in_a_container_keeps_what_it_writes(
    tmp_path: Path, to: str, *, keeps: bool
) -> None:
    """The dispatcher and Flower, where lines go into files besides; else a watchdog does, or nobody."""
    chore = keeping_own_logs(quick_settings(tmp_path, LOG__TO=to))
    assert (chore is not None) is keeps


def test_no_line_is_lost_however_often_a_log_is_cut(tmp_path: Path) -> None:
    """While several processes write it, each line is found once, whole, in one of the files."""
    log, enough = tmp_path / "busy.log", tmp_path / "enough"
    with open_log(log) as end:
        writing = subprocess.Popen(
            [sys.executable, "-c", _WRITE, str(enough)], stdout=subprocess.PIPE, stderr=end
        )
    cuts = 0
    while cuts < 6:
        if log.stat().st_size:
            rotate(log, at=time.time())
            cuts += 1
        time.sleep(0.001)
    enough.touch()
    # Which ends when the last of them has.
    written = sum(map(int, writing.communicate()[0].split()))
    told = b"".join(gzip.decompress(path.read_bytes()) for path in older(tmp_path)) + log.read_bytes()
    assert told.count(b'"event": "line"') == written
    assert all(line.startswith(b"{") and line.endswith(b"}") for line in told.splitlines())


@pytest.mark.parametrize(
    ("content", "size", "cuts"),
    [
        (b"", 0, 0),
        (b'{"timestamp": "2001-09-09T01:00:00Z"}\n', 0, 0),
        (b'{"timestamp": "2001-09-08T01:00:00Z"}\n', 0, 1),
        (b"no time at all\n", 0, 0),
        (b"no time at all\n", LOG_BYTES + 1, 1),
    ],
)
def test_a_log_is_cut_when_it_is_too_long_or_a_day_old(
    tmp_path: Path, content: bytes, size: int, cuts: int
) -> None:
    """Whoever writes goes on at its beginning; what stood there can be read back."""
    log = tmp_path / "cpu0.log"
    log.write_bytes(content)
    if size:
        os.truncate(log, size)
    with open_log(log) as writing:
        folder(tmp_path).turn()
        writing.write(b"next\n")
    assert [gzip.decompress(each.read_bytes())[: len(content)] for each in older(tmp_path)] == [
        content
    ] * cuts
    assert log.read_bytes() == (b"next\n" if cuts else content + b"next\n")


def test_what_bears_no_time_is_cut_a_day_after_it_was_seen(tmp_path: Path) -> None:
    """Redis writes in its own way."""
    (tmp_path / "redis.log").write_bytes(b"ready\n")
    kept = folder(tmp_path)
    kept.turn()
    kept.clock = lambda: 1_000_000_000.0 + LOG_S + 1
    kept.turn()
    assert len(older(tmp_path)) == 1


@pytest.mark.parametrize(
    ("keep_s", "keep", "left"),
    [(0.0, 1000, 4), (250.0, 1000, 2), (0.0, 25, 2), (250.0, 15, 1), (50.0, 0, 0), (0.0, 0, 4)],
)
def test_what_was_cut_is_kept_for_so_long_and_never_more_of_it(
    tmp_path: Path, keep_s: float, keep: int, left: int
) -> None:
    """Beyond either bound the oldest go first, whichever process they are of; what is written now stays."""
    for age in (400, 300, 200, 100):
        path = tmp_path / f"{'ab'[age % 3 == 0]}.{age}{OLDER}"
        path.write_bytes(b"x" * 10)
        os.utime(path, (0, 1_000_000_000 - age))
    (tmp_path / "a.log").write_bytes(b"now")
    folder(tmp_path, keep_s=keep_s, keep=keep).turn()
    assert {int(path.name.split(".")[1]) for path in older(tmp_path)} == set((100, 200, 300, 400)[:left])
    assert (tmp_path / "a.log").read_bytes() == b"now"


def test_on_a_full_disk_nothing_of_a_log_is_lost_and_the_oldest_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log is cut at a later look, when that has made room."""
    (tmp_path / "a.log").write_bytes(b'{"timestamp": "2001-09-01T00:00:00Z"}\n')
    old = tmp_path / f"a.0{OLDER}"
    old.write_bytes(b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("worker.logs.os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            folder(tmp_path).turn()
    assert [path.name for path in tmp_path.iterdir()] == ["a.log"]
    folder(tmp_path).turn()
    assert len(older(tmp_path)) == 1


@pytest.mark.parametrize(("keep_days", "kept"), [(184, 184), (0, 400)])
def test_what_is_to_be_kept_for_six_months_is_and_for_ever_where_so_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keep_days: int, kept: int
) -> None:
    """A line every fourth day for 400: each of the last half year is there once; others as set."""
    monkeypatch.setattr("worker.logs.os.fsync", lambda _descriptor: None)
    begun, days = 1_000_000_000.0, range(0, 400, 4)
    logs = LogFolder(folder=tmp_path, keep_s=keep_days * LOG_S, keep_bytes=0)
    for day in days:
        now = begun + day * LOG_S
        logs.clock = lambda now=now: now  # type: ignore[misc]
        with (tmp_path / "cpu0.log").open("a") as log:
            log.write(f"{datetime.fromtimestamp(now, UTC).isoformat()} day {day}\n")
        logs.turn()
    files = [gzip.decompress(each.read_bytes()) for each in older(tmp_path)]
    told = b"".join((*files, (tmp_path / "cpu0.log").read_bytes())).decode().splitlines()
    found = [int(line.rpartition(" ")[2]) for line in told]
    assert found == list(days)[-len(found) :]
    assert kept <= 4 * len(found) <= kept + 8


def test_logs_of_the_form_before_and_of_hosts_that_are_gone_age_out(tmp_path: Path) -> None:
    """A host that lives keeps its own, also a log that is empty; a folder goes with the last that it held."""
    now, keep_s = 1_000_000_000.0, 10 * LOG_S
    names = (
        "here/a.log.1",
        "here/b.log",
        "here/quiet.log",
        "gone/a.log",
        "gone/a.20010101T000000000Z.log.gz",
    )
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"" if "quiet" in name else b"x")
        os.utime(path, (0, now - (LOG_S if name == "here/b.log" else 11 * LOG_S)))
    sweep_hosts(tmp_path, keep_s=0.0, clock=lambda: now)
    assert sum(each.is_file() for each in tmp_path.rglob("*")) == len(names)
    sweep_hosts(tmp_path, keep_s=keep_s, clock=lambda: now)
    left = sorted(each.relative_to(tmp_path).as_posix() for each in tmp_path.rglob("*"))
    assert left == ["here", "here/b.log", "here/quiet.log"]
    (tmp_path / "here/a.log.1").write_bytes(b"x")
    os.utime(tmp_path / "here/a.log.1", (0, now - 11 * LOG_S))
    folder(tmp_path / "here", now=now, keep_s=keep_s).turn()
    assert not (tmp_path / "here/a.log.1").exists()
