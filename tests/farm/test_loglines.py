"""Promises about how a film's lines are found in log files."""

from __future__ import annotations

import gzip
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from farm import loglines
from farm.logfollowing import Follower
from farm.loglines import LogLine, Only, Shelf, Wanted, find_lines, source_of
from worker.logs import rotate

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
WANTED = Wanted(job=1, trace_id=TRACE, steps={7, 70})
#: 2026-11-22, 20:00 UTC.
EIGHT = 1_795_377_600.0


def line(event: str, **facts: object) -> bytes:
    """A line as a service writes it."""
    told = {"event": event, "timestamp": "2026-11-22T20:00:00Z", "level": "info", **facts}
    return json.dumps(told).encode() + b"\n"


def found(folder: Path, *, since: float = EIGHT, until: float = EIGHT) -> list[LogLine]:
    """The lines of the film that ran between two moments."""
    return list(find_lines(Shelf(folder=folder), WANTED, since=since, until=until))


def test_a_line_is_a_films_by_its_trace_its_number_or_its_step(tmp_path: Path) -> None:
    """Not by a number that begins alike, that is another job's step, or that stands in some other fact."""
    lines = [
        line("by trace", trace_id=TRACE),
        line("by job", job=1),
        line("by step", step=70),
        line("another job", job=12),
        line("another's step", job=2, step=7),
        line("another step", step=701),
        line("another fact", number=1, told='"job": 1,'),
        line("torn", job=1)[:-9] + b"\n",
        b"2026-11-22T20:00:00.5Z [warning  ] as text  job=1 step=7 worker=w@h\n",
        b"2026-11-22T20:00:00.5Z [warning  ] as text  job=11 step=7\n",
        line("at the end", job=1).rstrip(),
    ]
    (tmp_path / "cpu0.log").write_bytes(b"".join(lines))
    told = found(tmp_path)
    assert [each.event.split("  ")[0] for each in told] == [
        "by trace",
        "by job",
        "by step",
        "as text",
        "at the end",
    ]
    assert (told[3].level, told[3].facts["worker"], told[0].source) == ("warning", "w@h", "cpu0")


def test_lines_across_the_pieces_in_which_a_file_is_read_are_found_once(tmp_path: Path) -> None:
    """However long the lines are, and wherever the pieces end."""
    loglines._CHUNK, before = 37, loglines._CHUNK
    try:
        (tmp_path / "a.log").write_bytes(b"".join(line(f"{n}", job=n % 2, told="x" * n) for n in range(60)))
        assert [int(each.event) for each in found(tmp_path)] == list(range(1, 60, 2))
    finally:
        loglines._CHUNK = before


def test_files_of_another_time_are_not_opened(tmp_path: Path) -> None:
    """Neither those that were cut before the film came, nor those that were begun after it was done."""
    for hour in ("170000", "193000", "203000", "230000"):
        path = tmp_path / f"cpu0.20261122T{hour}000Z.log.gz"
        path.write_bytes(gzip.compress(line(hour, job=1)))
    (tmp_path / "cpu0.log").write_bytes(line("now", job=1))
    (tmp_path / "damaged.20261122T203000000Z.log.gz").write_bytes(gzip.compress(line("x", job=1) * 9)[:40])
    assert [each.event for each in found(tmp_path)] == ["203000"]
    assert [each.event for each in found(tmp_path, until=EIGHT + 3600)] == ["203000", "230000"]
    assert [each.event for each in found(tmp_path, since=0, until=EIGHT + 36_000)][-1] == "now"
    assert found(tmp_path / "none") == []


def test_logs_of_the_form_before_are_read_too(tmp_path: Path) -> None:
    """They were numbered, and not compressed; one that was ended before the film came is not opened."""
    for name, at in (("cpu0.log.1", EIGHT + 60), ("cpu0.log.2", EIGHT - 7200)):
        (tmp_path / name).write_bytes(line(name, job=1))
        os.utime(tmp_path / name, (at, at))
    assert [(each.event, each.source) for each in found(tmp_path)] == [("cpu0.log.1", "cpu0")]


def test_a_log_of_another_host_is_called_so() -> None:
    """As its worker is."""
    shelf = Shelf(folder=Path("/nas/b"), host="b")
    assert (source_of("gpu0", shelf), source_of("gpu0", Shelf(folder=Path("/h")))) == ("gpu0@b", "gpu0")


@pytest.mark.parametrize(
    ("only", "wanted"),
    [
        (Only(), True),
        (Only(level="warning"), True),
        (Only(level="error"), False),
        (Only(since=EIGHT), True),
        (Only(since=EIGHT + 1), False),
        (Only(step=7, attempt=2), True),
        (Only(step=8), False),
        (Only(attempt=1), False),
    ],
)
def test_only_those_are_told_that_are_wanted(only: Only, wanted: bool) -> None:  # noqa: FBT001 - of a table
    """By step, attempt, level and time; what has a level that nobody knows is told in any case."""
    facts = {"step": 7, "attempt": 2}
    told = LogLine(at="2026-11-22T20:00:00Z", level="warning", event="x", source="cpu0", facts=facts)
    assert only.wants(told) == wanted
    assert replace(only, level="debug").wants(replace(told, level="odd")) == replace(
        only, level="debug"
    ).wants(told)


def test_what_is_written_from_now_on_is_read_once_also_while_logs_are_cut(tmp_path: Path) -> None:
    """Whole lines alone; those before a cut and after it; those of a log that is new."""
    log = tmp_path / "cpu0.log"
    log.write_bytes(line("before", job=1))
    follower = Follower([Shelf(folder=tmp_path), Shelf(folder=tmp_path / "none")])

    def heard(*lines: bytes, to: Path = log) -> list[str]:
        with to.open("ab") as file:
            file.write(b"".join(lines))
        return [each.event for each in follower.look(WANTED)]

    assert heard(line("a", job=1), line("other", job=2), line("b", job=1)[:20]) == ["a"]
    assert heard(line("b", job=1)[20:]) == ["b"]
    with log.open("ab") as file:
        file.write(line("c", job=1))
    rotate(log, at=EIGHT)
    assert heard(line("d", job=1)) == ["c", "d"]
    # As it is for a moment: the older part is there, and the log not cut yet.
    (tmp_path / "cpu0.20261122T220000000Z.log.gz").write_bytes(gzip.compress(log.read_bytes()))
    assert heard() == []
    assert heard(line("e", job=1)) == ["e"]
    log.write_bytes(b"")
    assert heard(line("g", job=1)) == ["g"]
    assert heard(line("f", job=1), to=tmp_path / "new.log") == ["f"]
