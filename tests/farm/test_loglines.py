"""Promises about how a film's lines are found in log files."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from farm import loglines
from farm.loglines import LogLine, Wanted, find_lines

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
    return list(find_lines(folder, WANTED, since=since, until=until))


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
