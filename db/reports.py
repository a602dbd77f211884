"""Results files as the ledger knows them: which batches have news, who writes them, and what they were told.

A batch is followed from its submission until every row has come to its end and every film lies in the
archive, and again after a requeue. Whoever writes raises the report's version first and confirms it
afterwards: if another one wrote meanwhile, or a requeue came between, that confirmation fails and the files
are written once more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Executable, and_, bindparam, exists, func, insert, select, update

from db import rows
from db.codec import facts_from_text, notices_from_text
from db.ledger import Ledger
from db.prepared import Found, run
from db.quotas import read_beginnings
from db.standstill import IS_STOPPED, stopped_at
from db.states import ArchiveState, JobState, Stage
from db.tables import IS_DUE, IS_FOR_QUOTA, batches, holds, jobs, reports, steps
from db.values import Notice
from db.views import Problem
from db.windows import shut_at
from pipeline.plan.errors import InputError
from pipeline.plan.messages import Language

#: What is written whatever was told before.
_ANEW = ""
_GOING = frozenset({JobState.QUEUED.value, JobState.ACTIVE.value, JobState.REVIEW.value})
_HELD = "held"


@dataclass(frozen=True, kw_only=True)
class Report:
    """A batch's results, as they were written last and as they stand now.

    Attributes:
        batch: its id.
        name: file name of its manifest.
        user: who submitted it.
        created_at: when.
        language: what its submitter reads.
        place: where its results files are: a path in the archive without suffix; None while there are none.
        due: whether more is to be told, or may come to be.
        version: to be given to `begin`.
        told: the standing that was written last; None: nothing was written yet.
        standing: how many rows have come to which end by now.
        whole: whether nothing more will happen by itself.
    """

    batch: int
    name: str
    user: str
    created_at: int
    language: Language
    place: str | None
    due: bool
    version: int
    told: str | None
    standing: str
    whole: bool

    @property
    def news(self) -> bool:
        """Whether results files would say something new; before the first row has ended they would not."""
        return self.standing != (self.told or "") or self.told == _ANEW


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One row of a batch and what became of it.

    Attributes:
        row: its id in the manifest.
        standing: its state, or ``held``.
        archive: where its film stands on the way to the archive.
        archive_path: where it lies there.
        frames: its length; None until it is spoken.
        fps: its frame rate.
        problem: why it failed, or why its film is not in the archive.
        warnings: what it was accepted in spite of, and what was measured on its film.
        traceparent: its trace.
        window: the window that it waits for; empty: for none.
        opens_at: when that opens, then; else 0.
        quota: it waits for its department's quota.
        begins_at: when that lets it begin, then, if ever; else 0.
    """

    row: str
    standing: str
    archive: ArchiveState
    archive_path: str | None
    frames: int | None
    fps: int
    problem: Problem | None
    warnings: tuple[Notice, ...]
    traceparent: str
    window: str = ""
    opens_at: int = 0
    quota: bool = False
    begins_at: int = 0


_FOLLOW = insert(reports)
_REPORTS = select(
    reports,
    batches.c.name,
    batches.c.user,
    batches.c.created_at,
).join_from(reports, batches, reports.c.batch_id == batches.c.id)
_DUE = _REPORTS.where(IS_DUE).order_by(reports.c.batch_id)
_BATCH = select(
    batches.c.id.label("batch_id"),
    batches.c.name,
    batches.c.user,
    batches.c.created_at,
    func.coalesce(reports.c.language, "en").label("language"),
    func.coalesce(reports.c.due, 0).label("due"),
    func.coalesce(reports.c.version, 0).label("version"),
    reports.c.standing,
    reports.c.place,
).join_from(batches, reports, reports.c.batch_id == batches.c.id, isouter=True)
_BATCH = _BATCH.where(batches.c.id == bindparam("batch"))
_COUNTS = (
    select(jobs.c.batch_id, jobs.c.state, jobs.c.archive, func.count().label("jobs"))
    .where(jobs.c.batch_id.in_(bindparam("batches", expanding=True)))
    .group_by(jobs.c.batch_id, jobs.c.state, jobs.c.archive)
    .order_by(jobs.c.batch_id, jobs.c.state, jobs.c.archive)
)
_OUTCOMES = (
    select(
        jobs.c.row_name,
        jobs.c.state,
        jobs.c.archive,
        jobs.c.archive_path,
        jobs.c.frames,
        jobs.c.spec,
        func.coalesce(jobs.c.error_code, steps.c.error_code).label("error_code"),
        func.coalesce(jobs.c.error_facts, steps.c.error_facts).label("error_facts"),
        jobs.c.warnings,
        jobs.c.traceparent,
        exists().where(holds.c.job_id == jobs.c.id).label("held"),
        jobs.c.id,
        exists().where(holds.c.job_id == jobs.c.id, IS_FOR_QUOTA).label("quota"),
        jobs.c.window,
        jobs.c.position,
        IS_STOPPED.label("stopped"),
    )
    .join_from(
        jobs, steps, and_(steps.c.job_id == jobs.c.id, steps.c.stage == Stage.ARCHIVE.value), isouter=True
    )
    .where(
        jobs.c.batch_id == bindparam("batch"),
        jobs.c.position >= bindparam("first"),
        jobs.c.position < bindparam("end"),
    )
    .order_by(jobs.c.position)
)
_LAST = select(func.max(jobs.c.position)).where(jobs.c.batch_id == bindparam("batch"))
_MINE = (reports.c.batch_id == bindparam("batch")) & (reports.c.version == bindparam("held"))
_BEGIN = update(reports).where(_MINE).values(version=bindparam("raised"), standing=_ANEW)
_END = (
    update(reports)
    .where(_MINE)
    .values(standing=bindparam("told"), place=bindparam("where"), due=bindparam("more"))
)
_AGAIN = (
    update(reports)
    .where(reports.c.batch_id == bindparam("batch"))
    .values(version=reports.c.version + 1, standing=_ANEW, due=1)
)


def _renewing(inserter: rows.Inserter) -> Executable:
    entered = inserter(reports)
    return entered.on_conflict_do_update(
        index_elements=[reports.c.batch_id],
        set_={"due": 1, "standing": _ANEW, "version": reports.c.version + 1},
    )


_RENEW = rows.per_dialect(_renewing)


def follow(connection: Connection, batch: int, language: Language) -> None:
    """Have a new batch's results told from now on."""
    connection.execute(_FOLLOW, {"batch_id": batch, "language": language, "due": 1, "version": 0})


def renew(connection: Connection, batch_ids: Iterable[int]) -> None:
    """Have batches' results told anew, since something happens to them again."""
    for batch in sorted(batch_ids):
        told = {"batch_id": batch, "language": "en", "due": 1, "version": 0, "standing": _ANEW}
        connection.execute(rows.spoken(connection, _RENEW), told)


def read_due(ledger: Ledger) -> tuple[Report, ...]:
    """The reports of every batch that something may still happen to, the oldest first.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        found = run(connection, _DUE, {}).rows
        ids = [row.batch_id for row in found]
        counts: dict[int, dict[str, int]] = {}
        for start in range(0, len(ids), rows.MANY):
            counts |= _counts(connection, ids[start : start + rows.MANY])
    return tuple(_report(row, counts.get(row.batch_id, {})) for row in found)


def read_report(ledger: Ledger, batch: int) -> Report:
    """One batch's report.

    Raises:
        InputError: ``ledger-batch-unknown``.
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        row = run(connection, _BATCH, {"batch": batch}).first()
        if row is None:
            raise InputError("ledger-batch-unknown", batch=batch)
        return _report(row, _counts(connection, [batch]).get(batch, {}))


def read_outcomes(ledger: Ledger, batch: int) -> Iterator[Outcome]:
    """What became of each row of a batch, in the manifest's order; a few hundred are held at a time.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        last = run(connection, _LAST, {"batch": batch}).scalar()
    for first in range(0, -1 if last is None else last + 1, rows.MANY):
        asked = {"batch": batch, "first": first, "end": first + rows.MANY}
        with ledger.read() as connection:
            now = ledger.clock()
            found = run(connection, _OUTCOMES, asked, stopped_at(connection, now)).rows
            shut = shut_at(connection, now)
        waiting = [row.id for row in found if row.quota]
        begins = read_beginnings(ledger, waiting) if waiting else {}
        yield from (_outcome(row, shut, begins) for row in found)


def begin(ledger: Ledger, report: Report) -> bool:
    """Take it upon oneself to write a report; False when another did, or there is newer news.

    Raises:
        AwayError: ``ledger-away``.
    """
    told = {"batch": report.batch, "held": report.version, "raised": report.version + 1}
    return ledger.change("report-begin", _BEGIN, told).rowcount == 1


def end(ledger: Ledger, report: Report, *, place: str) -> bool:
    """Confirm what was begun and written; False: it is old already, and is written again.

    Args:
        ledger: the ledger.
        report: as it was when it was begun.
        place: where the files are: a path in the archive without suffix.

    Raises:
        AwayError: ``ledger-away``.
    """
    told = {
        "batch": report.batch,
        "held": report.version + 1,
        "told": report.standing,
        "where": place,
        "more": 0 if report.whole else 1,
    }
    if ledger.change("report-end", _END, told).rowcount == 1:
        return True
    # Whoever came between may have written before us, and told newer things than lie there now.
    ledger.change("report-again", _AGAIN, {"batch": report.batch})
    return False


def _counts(connection: Connection, batch_ids: list[int]) -> dict[int, dict[str, int]]:
    counts: dict[int, dict[str, int]] = {}
    for row in run(connection, _COUNTS, {}, {"batches": batch_ids}):
        counts.setdefault(row.batch_id, {})[f"{row.state}/{row.archive}"] = row.jobs
    return counts


def _report(row: Found, counts: dict[str, int]) -> Report:
    going = [
        name for name in counts if name.partition("/")[0] in _GOING or name.endswith(ArchiveState.PENDING)
    ]
    ended = [f"{name}:{number}" for name, number in counts.items() if name.partition("/")[0] not in _GOING]
    return Report(
        batch=row.batch_id,
        name=row.name,
        user=row.user,
        created_at=row.created_at,
        language="zh" if row.language == "zh" else "en",
        place=row.place,
        due=bool(row.due),
        version=row.version,
        told=row.standing,
        standing=" ".join(ended),
        whole=not going,
    )


def _outcome(row: Found, shut: Mapping[str, int], begins: Mapping[int, int]) -> Outcome:
    going = row.state in _GOING
    off_peak = going and row.window in shut
    held = going and (bool(row.held) or off_peak or bool(row.stopped))
    return Outcome(
        row=row.row_name,
        standing=_HELD if held else row.state,
        archive=ArchiveState(row.archive),
        archive_path=row.archive_path,
        frames=row.frames,
        fps=json.loads(row.spec)["format"]["fps"],
        problem=Problem(code=row.error_code, facts=facts_from_text(row.error_facts))
        if row.error_code
        else None,
        warnings=notices_from_text(row.warnings),
        traceparent=row.traceparent,
        window=row.window if off_peak else "",
        opens_at=shut[row.window] if off_peak else 0,
        quota=bool(row.quota),
        begins_at=begins.get(row.id, 0),
    )
