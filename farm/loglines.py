"""A film's log lines: those of this host's log files, compressed ones too, and what the ledger kept."""

from __future__ import annotations

import contextlib
import gzip
import json
import math
import re
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from db import reads
from db.views import AttemptView, JobView
from farm.bootstrap import Farm, Settings
from farm.course import job_of
from pipeline.plan import trace

#: Where a line comes from that an attempt left in the ledger.
LEDGER = "ledger"
#: Clocks of hosts may differ by so much, and a line be written so much later than what it tells of.
_SLACK_S = 120.0
_CHUNK = 1 << 22
_CUT = re.compile(r"(?P<name>.+)\.(?P<at>\d{8}T\d{6})\d{3}Z\.log\.gz")
_FORMER = re.compile(r"(?P<name>.+)\.log\.\d+")
_TEXT = re.compile(r"(?P<at>\d{4}-\d\d-\d\dT\S+) +\[?(?P<level>[a-z]+) *\]? +(?P<event>.*)")
_NOT_FACTS = {"event", "timestamp", "level"}


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """A line of a log.

    Attributes:
        at: when it was written, UTC, ISO 8601; by the clock of its host.
        level: debug, info, warning, error or critical.
        event: what it says.
        source: the name of the log file, without its ending, as `source_of` says; or `LEDGER`.
        facts: what it says besides, by name.
    """

    at: str
    level: str
    event: str
    source: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """A worker of which no line about the film was found here.

    Attributes:
        worker: its name.
        host: where its logs are.
        attempts: at how many attempts of the film it was.
        kept: how many lines of these the ledger has kept.
    """

    worker: str
    host: str
    attempts: int
    kept: int


@dataclass(frozen=True, kw_only=True)
class JobLines:
    """What logs tell of a film.

    Attributes:
        job: its number.
        trace: its trace id.
        lines: the lines, the earliest first.
        elsewhere: workers that were at it and of which no line was found.
    """

    job: int
    trace: str
    lines: tuple[LogLine, ...]
    elsewhere: tuple[Elsewhere, ...]


#: Levels, the least first.
LEVELS = ("debug", "info", "warning", "error", "critical")


@dataclass(frozen=True, kw_only=True)
class Only:
    """Which of a film's lines somebody wants.

    Attributes:
        step: only of this step.
        attempt: only of attempts of this number.
        since: only those written since then, in seconds since 1970.
        level: only those as grave as this, or graver.
    """

    step: int | None = None
    attempt: int | None = None
    since: float = 0.0
    level: str = "debug"

    def wants(self, line: LogLine) -> bool:
        """Whether a line is one of these."""
        return (
            _told(line, "step", self.step)
            and _told(line, "attempt", self.attempt)
            and LEVELS.index(self.level) <= _grave(line.level)
            and (not self.since or _second(line.at) >= self.since)
        )


def _grave(level: str) -> int:
    """How grave a level is; of one that nobody knows, as grave as any."""
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


def _second(at: str) -> float:
    try:
        return datetime.fromisoformat(at).timestamp()
    except ValueError:
        return math.inf


_ALL = Only()


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A folder of log files.

    Attributes:
        folder: where it is; it need not be there.
        host: whose they are; empty: this one's.
    """

    folder: Path
    host: str = ""


def shelves_of(settings: Settings) -> tuple[Shelf, ...]:
    """Where log files are that can be read here: in the home, and of each host in the folder they share."""
    root = settings.log_root
    hosts = sorted(each for each in root.glob("*") if each.is_dir()) if root is not None else []
    return (Shelf(folder=settings.home / "logs"), *(Shelf(folder=each, host=each.name) for each in hosts))


def lines_of(farm: Farm, asked: str, shelves: Sequence[Shelf], *, only: Only = _ALL) -> JobLines:
    """The log lines of a film that is named as for `job_of`.

    Args:
        farm: whose ledger tells who was at it and when.
        asked: which film.
        shelves: where log files are.
        only: which lines are wanted.

    Raises:
        InputError: ``trace-wrong``, ``trace-unknown`` or ``ledger-job-unknown``.
        AwayError: ``ledger-away``.
    """
    view = reads.read_job(farm.ledger, job_of(farm, asked))
    steps = [each for each in view.steps if only.step in {None, each.id}]
    runs = [(each.id, run) for each in steps for run in each.attempts if only.attempt in {None, run.number}]
    trace_id = trace.parse(view.line.traceparent).trace_id
    now = farm.ledger.clock()
    latest = max((run.ended_at or now for each in view.steps for run in each.attempts), default=now)
    wanted = wanted_of(view)
    since, until = view.line.submitted_at / 1000, max(latest, view.line.ended_at or now) / 1000
    found = [line for each in shelves for line in find_lines(each, wanted, since=since, until=until)]
    heard = {(line.facts.get("step"), line.facts.get("attempt"), line.facts.get("worker")) for line in found}
    silent = [(id_, run) for id_, run in runs if (id_, run.number, run.worker) not in heard]
    kept = {run.worker: 0 for _, run in silent}
    for id_, run in silent:
        tail = list(_kept_lines(id_, run))
        kept[run.worker] += len(tail)
        found += tail
    elsewhere = tuple(
        Elsewhere(
            worker=worker,
            host=worker.rpartition("@")[2],
            attempts=sum(run.worker == worker for _, run in silent),
            kept=number,
        )
        for worker, number in sorted(kept.items())
    )
    lines = tuple(sorted((line for line in found if only.wants(line)), key=lambda line: line.at))
    return JobLines(job=view.line.id, trace=trace_id, lines=lines, elsewhere=elsewhere)


def wanted_of(view: JobView) -> Wanted:
    """What tells a film's lines from others."""
    trace_id = trace.parse(view.line.traceparent).trace_id
    return Wanted(job=view.line.id, trace_id=trace_id, steps=frozenset(each.id for each in view.steps))


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which lines are a film's: those that name its trace, or it, or a step of it."""

    job: int
    trace_id: str
    steps: Collection[int]

    @property
    def patterns(self) -> tuple[re.Pattern[bytes], ...]:
        """One of these every line of its has, as JSON or as text, and few others have.

        Each begins with letters that are to be found as they stand: one pattern for all of it takes ten times
        as long.
        """
        steps = "|".join(map(str, sorted(self.steps)))
        told = [self.trace_id, rf'job": {self.job}(?!\d)', rf"job={self.job}(?!\d)"]
        told += [rf'step": (?:{steps})(?!\d)', rf"step=(?:{steps})(?!\d)"] if steps else []
        return tuple(re.compile(each.encode()) for each in told)


def find_lines(shelf: Shelf, wanted: Wanted, *, since: float, until: float) -> Iterator[LogLine]:
    """The wanted lines of a folder's log files that were written between two moments (seconds since 1970).

    Which file was written when, its name and its neighbour's tell; the others are not opened.
    """
    patterns = wanted.patterns
    for file, name in _files(shelf.folder, since=since - _SLACK_S, until=until + _SLACK_S):
        for raw in _matching(file, patterns):
            line = parsed(raw, source_of(name, shelf))
            if line is not None and is_wanted(line, wanted):
                yield line


def source_of(name: str, shelf: Shelf) -> str:
    """What people call a log: its file's name, with its host where it is another one's."""
    return f"{name}@{shelf.host}" if shelf.host else name


def _files(folder: Path, *, since: float, until: float) -> Iterator[tuple[Path, str]]:
    begun: dict[str, float] = {}
    for file in sorted(folder.glob("*.log.gz")):
        if found := _CUT.fullmatch(file.name):
            cut = datetime.strptime(found["at"], "%Y%m%dT%H%M%S").replace(tzinfo=UTC).timestamp() + 1
            if cut >= since and begun.get(found["name"], 0.0) <= until:
                yield file, found["name"]
            begun[found["name"]] = cut
    for file in sorted(folder.glob("*.log.*")):
        # As older logs were named before they were compressed; when one was begun, nothing tells.
        if (named := _FORMER.fullmatch(file.name)) and _written_at(file) >= since:
            yield file, named["name"]
    for file in sorted(folder.glob("*.log")):
        if begun.get(file.stem, 0.0) <= until:
            yield file, file.stem


def _written_at(file: Path) -> float:
    with contextlib.suppress(OSError):
        return file.stat().st_mtime
    return 0.0


def _matching(file: Path, patterns: Collection[re.Pattern[bytes]]) -> Iterator[bytes]:
    """The lines of a file that match; of one that is damaged, those before the damage."""
    rest = b""
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
            while chunk := lines.read(_CHUNK):
                whole, end, rest_ = (rest + chunk).rpartition(b"\n")
                rest = rest_
                yield from matching_lines(whole + end, patterns)
    # It may have been removed, or be cut just now.
    except (OSError, EOFError, zlib.error):
        return
    yield from matching_lines(rest, patterns)


def matching_lines(text: bytes, patterns: Collection[re.Pattern[bytes]]) -> Iterator[bytes]:
    """The lines of a text that match, each once."""
    places = {
        text.rfind(b"\n", 0, found.start()) + 1 for pattern in patterns for found in pattern.finditer(text)
    }
    for begin in sorted(places):
        end = text.find(b"\n", begin)
        yield text[begin : len(text) if end < 0 else end]


def parsed(raw: bytes, source: str) -> LogLine | None:
    """A line as JSON or as people are shown it; None: it is neither."""
    told = raw.decode("utf-8", "replace").strip()
    if not told.startswith("{"):
        return _as_text(told, source)
    try:
        facts = json.loads(told)
    except ValueError:
        return None
    at, level, event = (str(facts.get(name, "")) for name in ("timestamp", "level", "event"))
    others = {name: value for name, value in facts.items() if name not in _NOT_FACTS}
    return LogLine(at=at, level=level, event=event, source=source, facts=others)


def _as_text(told: str, source: str, **facts: object) -> LogLine | None:
    found = _TEXT.fullmatch(told)
    if found is None:
        return None
    numbers = {
        name: int(value) for name, value in re.findall(r"\b(job|step|attempt)=(\d+)\b", found["event"])
    }
    words = dict(re.findall(r"\b(trace_id|worker)=(\S+)", found["event"]))
    return LogLine(
        at=found["at"],
        level=found["level"],
        event=found["event"],
        source=source,
        facts={**facts, **numbers, **words},
    )


def is_wanted(line: LogLine, wanted: Wanted) -> bool:
    """What a line says of itself decides: a step's number may be a job's."""
    facts = line.facts
    return (
        facts.get("trace_id") == wanted.trace_id
        or facts.get("job") == wanted.job
        or ("job" not in facts and facts.get("step") in wanted.steps)
    )


def _told(line: LogLine, name: str, number: int | None) -> bool:
    return number is None or line.facts.get(name) == number


def _kept_lines(step: int, run: AttemptView) -> Iterator[LogLine]:
    """What the ledger has kept of an attempt's lines."""
    for told in run.log_tail.splitlines():
        if line := _as_text(told.strip(), LEDGER, step=step, attempt=run.number, worker=run.worker):
            yield line
