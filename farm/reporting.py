"""Results files in the archive: renewed as rows finish, whole at every moment, and once more at the end.

They lie beside the batch's films and are written by whoever leads. A reader sees the old ones or the new
ones. A file under their name that does not hold this batch's results is somebody's own and stays as it is:
they go on beside it under a number. Whatever keeps one batch's files from being written, such as a
spreadsheet that holds one open on a share, is waited for and stops nothing else.
"""

from __future__ import annotations

import errno
import itertools
import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import structlog

from db import reports
from db.ledger import Ledger
from db.reports import Report
from farm.results import SUFFIXES, Form, Results, place_for, read_results
from pipeline.durable import give_name, sync_folder
from pipeline.plan.errors import AwayError, LecternError
from pipeline.plan.names import numbered
from pipeline.steps.archive import archive_id, raise_trouble
from pipeline.steps.parts import PARTS
from pipeline.store import CrashPoint, no_crash

#: Puts results where they would like to lie, if that is free; where they lie.
Put = Callable[[Results, str], str]
#: Writing a batch's results takes no more than this share of a processor while its rows finish.
_SHARE = 50
#: What could not be written is tried again after so long.
_AFTER_TROUBLE_S = 30.0


class Reporter:
    """Renews the results files of every batch that has news; one in each leading dispatcher.

    Any number may work at once: what lies there in the end tells how the batch ended.

    Args:
        ledger: the ledger.
        put: puts results where they would like to lie and tells where they do, as `deliver`.
        prefix: what stands before a film's path there in links that open it.
        every_s: a batch whose rows are finishing is not written more often than this, in seconds.
    """

    def __init__(self, ledger: Ledger, put: Put, *, prefix: str, every_s: float) -> None:
        self._ledger = ledger
        self._put = put
        self._prefix = prefix
        self._every_s = every_s
        self._not_before: dict[int, float] = {}
        self._troubled: dict[int, tuple[str, float]] = {}
        self._stuck_until = 0.0
        self._log = structlog.get_logger()

    def turn(self) -> None:
        """Write what has news and is not to wait; the end of a batch waits for nothing.

        An archive that hangs is waited for once, with one batch's files; all others are left for later.

        Raises:
            AwayError: ``ledger-away``.
            ExceptionGroup: what nobody foresaw, once every other batch has had its turn.
        """
        due = reports.read_due(self._ledger)
        ids = {report.batch for report in due}
        self._not_before = {batch: at for batch, at in self._not_before.items() if batch in ids}
        self._troubled = {batch: told for batch, told in self._troubled.items() if batch in ids}
        unforeseen: list[Exception] = []
        for report in due:
            if time.monotonic() < self._stuck_until:
                break
            if report.news and self._may_write(report):
                try:
                    self._write(report)
                except LecternError:
                    raise
                except Exception as error:  # noqa: BLE001 - told below: it holds back no other batch
                    unforeseen.append(error)
        if unforeseen:
            raise ExceptionGroup("results not written", unforeseen)

    def _may_write(self, report: Report) -> bool:
        now = time.monotonic()
        _, again = self._troubled.get(report.batch, ("", 0.0))
        return now >= again and (report.whole or now >= self._not_before.get(report.batch, 0.0))

    def _write(self, report: Report) -> None:
        begun = time.monotonic()
        try:
            if reports.begin(self._ledger, report):
                results = read_results(self._ledger, report, prefix=self._prefix, language=report.language)
                place = self._put(results, report.place or place_for(report))
                told = reports.end(self._ledger, report, place=place)
                self._log.debug("results written", batch=report.batch, place=place, told=told)
        except LecternError as error:
            if error.code.startswith("ledger-") and isinstance(error, AwayError):
                raise
            self._fail(report, error)
            return
        self._troubled.pop(report.batch, None)
        took = time.monotonic() - begun
        self._not_before[report.batch] = time.monotonic() + max(self._every_s, _SHARE * took)

    def _fail(self, report: Report, error: LecternError) -> None:
        """Tell of a trouble when it begins, not each time that it is met."""
        before, _ = self._troubled.get(report.batch, ("", 0.0))
        if before != error.code:
            self._log.warning("results not written", batch=report.batch, code=error.code, **dict(error.facts))
        again = time.monotonic() + _AFTER_TROUBLE_S
        self._troubled[report.batch] = (error.code, again)
        if error.code == "archive-stuck":
            self._stuck_until = again


def deliver(results: Results, wanted: str, root: Path, crash: CrashPoint = no_crash) -> str:
    """Put both forms of results into the archive; where they lie, without suffix, relative to its folder.

    Each form is made durable in a hidden folder of the same mount and then takes its place in one go. What is
    there already with the same content stays.

    Args:
        results: what is told.
        wanted: where they would like to lie; the first free number is added when somebody's own files do.
        root: the archive.
        crash: called after each file operation with the point's name.

    Raises:
        AwayError: as `archive_id`, ``archive-full``, or ``archive-away``: they may not be written.
        TransientError: ``archive-failed``.
    """
    known = archive_id(root)
    try:
        place = _place(results, wanted, root)
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / PARTS).mkdir(exist_ok=True)
        for form, suffix in SUFFIXES.items():
            _put(results.forms[form], root / f"{place}{suffix}", root / PARTS, crash)
        sync_folder((root / place).parent)
    except OSError as error:
        raise_trouble(error, root)
    # A share that was unmounted meanwhile leaves an empty folder behind, which takes files gladly.
    if archive_id(root) != known:
        raise AwayError("archive-exchanged", root=str(root))
    return place


def _place(results: Results, wanted: str, root: Path) -> str:
    """The first name of which both files are free or this batch's own."""
    path = PurePosixPath(wanted)
    for number in itertools.count(1):
        place = str(path.with_name(numbered(path.name, number)))
        if all(_is_free(results, root / f"{place}{suffix}", form) for form, suffix in SUFFIXES.items()):
            return place
    raise AssertionError("numbers do not end")


def _is_free(results: Results, path: Path, form: Form) -> bool:
    return not os.path.lexists(path) or results.are_in(path, form)


def _put(content: bytes, path: Path, parts: Path, crash: CrashPoint) -> None:
    """Have a file hold some content, whole at every moment."""
    renewing = path.exists()
    if renewing and path.read_bytes() == content:
        return
    part = parts / f"results.{uuid.uuid4().hex}.part"
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        crash("results-part-written")
        if renewing:
            part.replace(path)
        elif not give_name(part, path):
            # Somebody's file came in the last moment: another name is found when this is tried again.
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
        crash("results-visible")
    finally:
        part.unlink(missing_ok=True)
