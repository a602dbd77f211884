"""Promises about results files in the archive: renewed as rows finish, whole at every moment, and careful."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from db import operations, reports
from db.ledger import Ledger
from db.reports import Report
from farm import reporting
from farm.bootstrap import Farm
from farm.reporting import Reporter, deliver
from farm.results import Results, prefix_of, table_of
from pipeline.plan.errors import AwayError, InputError
from pipeline.plan.messages import Language
from pipeline.steps.archive import MARKER, init_archive
from pipeline.steps.parts import sweep
from pipeline.store import no_crash
from tests.db.acting import fail, take
from tests.farm.test_results import make_film, sow, table


class KilledError(BaseException):
    """Plays the end of the process that writes."""


def killed_at(wanted: str) -> Callable[[str], None]:
    """A crash at a named point."""

    def crash(point: str) -> None:
        if point == wanted:
            raise KilledError

    return crash


@pytest.fixture(autouse=True)
def _archive(farm: Farm) -> None:
    init_archive(farm.archive)


def states(farm: Farm, batch: int) -> list[str]:
    """The states that a batch's table tells."""
    path = Path(table_of(farm, batch))
    return [row["status"] for row in table(path.read_bytes())] if path.exists() else []


def writer(farm: Farm, *, every_s: float = 0, crash: Callable[[str], None] = no_crash) -> Reporter:
    """A writer of results."""
    put = partial(deliver, root=farm.archive, crash=crash)
    return Reporter(farm.ledger, put, prefix=prefix_of(farm), every_s=every_s)


def turn(farm: Farm) -> None:
    """Have a writer look that has not written yet, and so waits for nothing."""
    writer(farm).turn()


def fail_next(farm: Farm) -> None:
    """Have the next row fail for good."""
    fail(farm.ledger, take(farm.ledger, "speak"), InputError("script-empty"))


def test_results_appear_with_the_first_end_and_tell_the_last(farm: Farm) -> None:
    """Nothing before; then what has ended by then, however quickly; and both forms beside the films."""
    batch = sow(farm, ["one", "two", "three"])
    reporter = writer(farm, every_s=3600)
    reporter.turn()
    assert states(farm, batch) == []
    make_film(farm)
    reporter.turn()
    assert states(farm, batch) == ["completed", "queued", "queued"]
    fail_next(farm)
    reporter.turn()
    assert states(farm, batch) == ["completed", "queued", "queued"], "renewed no more often than it may be"
    fail_next(farm)
    reporter.turn()
    assert states(farm, batch) == ["completed", "failed", "failed"], "and at once when it is over"
    assert reports.read_due(farm.ledger) == ()
    path = Path(table_of(farm, batch))
    assert path.parent.parent == farm.archive
    assert path.with_name(path.name.replace(".csv", ".json")).is_file()


def test_messages_are_in_the_submitters_language(farm: Farm) -> None:
    """Whoever writes them."""
    batch = sow(farm, ["one"], language="zh")
    fail_next(farm)
    turn(farm)
    (row,) = table(Path(table_of(farm, batch)).read_bytes())
    assert not row["message"].isascii()


def test_a_retry_renews_the_files_of_a_batch_that_was_over(farm: Farm) -> None:
    """First that it goes on, then how it ended."""
    batch = sow(farm, ["one"])
    fail_next(farm)
    turn(farm)
    operations.requeue(farm.ledger, [1], by="anna")
    turn(farm)
    assert states(farm, batch) == ["queued"]
    make_film(farm)
    turn(farm)
    assert states(farm, batch) == ["completed"]
    assert len(list(Path(table_of(farm, batch)).parent.glob("*.results.*"))) == 2


@pytest.mark.parametrize("point", ["results-part-written", "results-visible"])
def test_whoever_dies_while_writing_is_followed_by_another(farm: Farm, point: str) -> None:
    """A reader finds the old table or the new one, whole; the next writer makes it right, in its place."""
    batch = sow(farm, ["one", "two"])
    fail_next(farm)
    turn(farm)
    before = table_of(farm, batch)
    make_film(farm)
    with pytest.raises(KilledError):
        writer(farm, crash=killed_at(point)).turn()
    assert states(farm, batch) in (["failed", "queued"], ["failed", "completed"])
    turn(farm)
    assert states(farm, batch) == ["failed", "completed"]
    assert table_of(farm, batch) == before


_KILLED = """
import os, signal, sys
from functools import partial
from farm.bootstrap import open_farm, settings_of
from farm.reporting import Reporter, deliver
with open_farm(settings_of({"LECTERN_HOME": sys.argv[1]})) as farm:
    killed = lambda point: os.kill(os.getpid(), signal.SIGKILL) if point == sys.argv[2] else None
    put = partial(deliver, root=farm.archive, crash=killed)
    Reporter(farm.ledger, put, prefix="", every_s=0).turn()
"""


@pytest.mark.parametrize("point", ["results-part-written", "results-visible"])
def test_a_process_that_is_killed_leaves_nothing_that_anybody_sees(farm: Farm, point: str) -> None:
    """Half a file is hidden, and swept away with those of films."""
    batch = sow(farm, ["one"])
    fail_next(farm)
    done = subprocess.run([sys.executable, "-c", _KILLED, farm.settings.home, point], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert states(farm, batch) in ([], ["failed"])
    turn(farm)
    assert states(farm, batch) == ["failed"]
    sweep(farm.archive, older_than_s=0)
    seen = {path.name for path in farm.archive.rglob("*") if path.is_file()} - {MARKER}
    path = Path(table_of(farm, batch))
    assert seen == {path.name, path.name.replace(".csv", ".json")}


def test_a_reader_never_sees_half_a_file(farm: Farm) -> None:
    """However often it looks while the files are renewed, it finds every row."""
    batch = sow(farm, [f"row {number}" for number in range(300)])
    operations.cancel(farm.ledger, [1], by="anna")
    turn(farm)
    path = Path(table_of(farm, batch))
    ended = threading.Event()
    found: list[int] = []

    def read() -> None:
        while not ended.is_set():
            found.append(len(table(path.read_bytes())))

    reader = threading.Thread(target=read)
    reader.start()
    for job in range(2, 20):
        operations.cancel(farm.ledger, [job], by="anna")
        turn(farm)
    ended.set()
    reader.join()
    assert set(found) == {300}
    assert states(farm, batch).count("canceled") == 19


def test_the_first_writer_may_die_too(farm: Farm) -> None:
    """What it left is known by its rows, and taken over."""
    batch = sow(farm, ["one"])
    fail_next(farm)
    with pytest.raises(KilledError):
        writer(farm, crash=killed_at("results-visible")).turn()
    turn(farm)
    assert states(farm, batch) == ["failed"]
    assert not table_of(farm, batch).endswith("_2.results.csv")


def test_of_two_writers_the_later_news_lies_there_in_the_end(farm: Farm) -> None:
    """One stands still with old news in its hands, another overtakes it; the old news does not remain."""
    batch = sow(farm, ["one", "two"])
    fail_next(farm)
    turn(farm)
    operations.requeue(farm.ledger, [1], by="anna")

    def overtake(point: str) -> None:
        if point == "results-part-written" and not overtaken:
            overtaken.append(True)
            make_film(farm)
            make_film(farm)
            turn(farm)

    overtaken: list[bool] = []
    slow = writer(farm, crash=overtake)
    slow.turn()
    assert overtaken
    slow.turn()
    assert states(farm, batch) == ["completed", "completed"]
    assert reports.read_due(farm.ledger) == ()


def test_somebodys_own_file_stays_as_it_is(farm: Farm) -> None:
    """Results go on beside it; what they once were, with columns of one's own added, is one's own too."""
    batch = sow(farm, ["one", "two"])
    first = Path(table_of(farm, batch))
    first.parent.mkdir(parents=True)
    first.write_text("mine")
    fail_next(farm)
    turn(farm)
    second = Path(table_of(farm, batch))
    assert (first.read_text(), second.name) == ("mine", first.name.replace(".results", "_2.results"))
    noted = second.read_bytes().replace(b"message\r\n", b"message,seen\r\n", 1)
    second.write_bytes(noted)
    make_film(farm)
    turn(farm)
    assert second.read_bytes() == noted
    assert states(farm, batch) == ["failed", "completed"]


def test_a_table_that_a_spreadsheet_saved_is_renewed(farm: Farm) -> None:
    """Its own way of writing the same rows makes no stranger of it."""
    batch = sow(farm, ["one", "two"])
    fail_next(farm)
    turn(farm)
    path = Path(table_of(farm, batch))
    saved = path.read_bytes().removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    path.write_bytes(saved)
    make_film(farm)
    turn(farm)
    assert table_of(farm, batch) == str(path)
    assert states(farm, batch) == ["failed", "completed"]


def test_an_archive_that_is_away_is_waited_for(farm: Farm) -> None:
    """Nothing is written into an empty mount point; the news is told when the archive is back."""
    batch = sow(farm, ["one"])
    fail_next(farm)
    (farm.archive / MARKER).rename(farm.archive / "marker")
    turn(farm)
    assert states(farm, batch) == []
    (farm.archive / "marker").rename(farm.archive / MARKER)
    turn(farm)
    assert states(farm, batch) == ["failed"]


def test_an_archive_that_hangs_is_waited_for_once(farm: Farm) -> None:
    """One batch's files find out; nobody waits for it again and again, batch by batch and turn by turn."""
    for name in ("one", "two"):
        sow(farm, [name])
        fail_next(farm)
    asked: list[str] = []

    def hang(_results: Results, wanted: str) -> str:
        asked.append(wanted)
        raise AwayError("archive-stuck", root="/nas", seconds=60)

    reporter = Reporter(farm.ledger, hang, prefix="", every_s=0)
    for _ in range(3):
        reporter.turn()
    assert len(asked) == 1


def test_a_file_that_is_held_open_stops_nothing_else(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    """A share refuses to replace it; other batches are told, and this one once it is closed."""
    held, free = sow(farm, ["one", "two"]), sow(farm, ["three", "four"])
    for _ in range(2):
        fail_next(farm)
    operations.cancel(farm.ledger, [3], by="anna")
    turn(farm)
    operations.cancel(farm.ledger, [4], by="anna")
    operations.requeue(farm.ledger, [1], by="anna")
    locked = Path(table_of(farm, held))
    real = Path.replace

    def refuse(part: Path, target: Path) -> Path:
        if target == locked:
            raise PermissionError(13, "held open")
        return real(part, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        turn(farm)
    assert states(farm, held) == ["failed", "failed"]
    assert states(farm, free) == ["canceled", "canceled"]
    turn(farm)
    assert states(farm, held) == ["queued", "failed"]


def test_a_file_that_comes_in_the_last_moment_is_not_overwritten(farm: Farm) -> None:
    """Another name is found when it is tried again."""
    batch = sow(farm, ["one"])
    fail_next(farm)
    path = Path(table_of(farm, batch))

    def come(point: str) -> None:
        if point == "results-part-written":
            path.write_text("mine")

    writer(farm, crash=come).turn()
    assert path.read_text() == "mine"
    turn(farm)
    assert path.read_text() == "mine"
    assert states(farm, batch) == ["failed"]


def test_a_fault_that_nobody_foresaw_holds_back_no_other_batch(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told in the end; the other batch has its files by then."""
    first, second = sow(farm, ["a"]), sow(farm, ["b"])
    fail_next(farm)
    fail_next(farm)
    read = reporting.read_results

    def broken(ledger: Ledger, report: Report, *, prefix: str, language: Language) -> Results:
        if report.batch == first:
            raise ZeroDivisionError
        return read(ledger, report, prefix=prefix, language=language)

    monkeypatch.setattr(reporting, "read_results", broken)
    with pytest.raises(ExceptionGroup) as told:
        turn(farm)
    assert [type(each) for each in told.value.exceptions] == [ZeroDivisionError]
    assert reports.read_report(farm.ledger, first).place is None
    assert states(farm, second) == ["failed"]
