"""Promises about results as the ledger knows them: no news is missed, and old news is never taken for new."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from db import commits, operations, reports
from db.ledger import Ledger
from db.reports import Report
from db.states import ArchiveState
from db.tables import REVISIONS
from pipeline.plan.errors import AwayError, InputError
from tests.db.acting import fail, join, render, speak, take
from tests.db.revisions import bring_to
from tests.db.values import submit


def _finish(ledger: Ledger) -> None:
    """Bring the next job to its film."""
    speak(ledger, take(ledger, "speak"))
    while True:
        render(ledger, take(ledger, "render.warp"))
        with ledger.read() as connection:
            left = text("SELECT 1 FROM steps WHERE state = 'ready' AND stage = 'render'")
            if not connection.execute(left).all():
                break
    join(ledger, take(ledger, "join"))


def _archive(ledger: Ledger) -> None:
    commits.finish_archive(ledger, take(ledger, "archive"), path="day/film.mp4", machine_ms=1)


def _write(ledger: Ledger, report: Report) -> bool:
    return reports.begin(ledger, report) and reports.end(ledger, report, place="day/name")


def _due(ledger: Ledger) -> Report:
    (report,) = reports.read_due(ledger)
    return report


def test_every_end_of_a_row_is_news_until_it_was_told(ledger: Ledger) -> None:
    """Nothing at first; a film, its way to the archive, a cancel; and then the batch is told of no more."""
    batch = submit(ledger, ["one", "two"]).batch
    assert not _due(ledger).news
    _finish(ledger)
    assert _due(ledger).news
    assert _write(ledger, _due(ledger))
    assert not _due(ledger).news
    _archive(ledger)
    assert _due(ledger).news
    assert not _due(ledger).whole
    assert _write(ledger, _due(ledger))
    operations.cancel(ledger, [2], by="anna")
    assert _due(ledger).news
    assert _due(ledger).whole
    assert _write(ledger, _due(ledger))
    assert reports.read_due(ledger) == ()
    told = reports.read_report(ledger, batch)
    assert (told.due, told.place) == (False, "day/name")


def test_a_retry_is_news_whatever_was_told(ledger: Ledger) -> None:
    """Also when the same rows fail again in the same number before anybody looks."""
    submit(ledger, ["row"])
    fail(ledger, take(ledger, "speak"), InputError("script-empty"))
    assert _write(ledger, _due(ledger))
    assert reports.read_due(ledger) == ()
    operations.requeue(ledger, [1], by="anna")
    fail(ledger, take(ledger, "speak"), InputError("script-empty"))
    assert _due(ledger).news


def test_a_writer_that_somebody_overtook_has_it_written_again(ledger: Ledger) -> None:
    """Two writers, or a writer and a retry: whatever lies there in the end, more news is due."""
    submit(ledger, ["row", "other"])
    operations.cancel(ledger, [1], by="anna")
    slow = _due(ledger)
    assert reports.begin(ledger, slow)
    quick = _due(ledger)
    assert _write(ledger, quick)
    assert not reports.end(ledger, slow, place="day/name")
    assert _due(ledger).news
    operations.cancel(ledger, [2], by="anna")
    slow = _due(ledger)
    assert reports.begin(ledger, slow)
    operations.requeue(ledger, [1], by="anna")
    assert not reports.end(ledger, slow, place="day/name")
    assert _due(ledger).due


def test_what_another_has_begun_is_not_begun_twice(ledger: Ledger) -> None:
    """Of two who read the same report, one writes."""
    submit(ledger, ["row"])
    operations.cancel(ledger, [1], by="anna")
    report = _due(ledger)
    assert [reports.begin(ledger, report), reports.begin(ledger, report)] == [True, False]
    assert _due(ledger).news, "and should it die, what it had begun is news still"


def test_outcomes_are_the_rows_in_their_order(ledger: Ledger) -> None:
    """With why a row failed, why a film is not in the archive, and what the row was accepted in spite of."""
    batch = submit(ledger, ["film", "bad", "held"]).batch
    _finish(ledger)
    fail(ledger, take(ledger, "archive"), AwayError("archive-away", root="/nas", reason="gone"))
    fail(ledger, take(ledger, "speak"), InputError("script-empty"))
    operations.pause(ledger, [3], by="anna")
    film, bad, held = reports.read_outcomes(ledger, batch)
    assert [each.row for each in (film, bad, held)] == ["film", "bad", "held"]
    assert [each.standing for each in (film, bad, held)] == ["completed", "failed", "held"]
    assert film.problem is not None
    assert (film.archive, film.frames, film.fps) == (ArchiveState.PENDING, 75, 25)
    assert film.problem.code == "archive-away"
    assert bad.problem is not None
    assert bad.problem.code == "script-empty"
    assert held.problem is None
    assert [notice.code for notice in held.warnings] == ["portrait-turned"]


def test_a_batch_that_is_not_there_is_unknown(ledger: Ledger) -> None:
    """It has no report."""
    with pytest.raises(InputError, match="ledger-batch-unknown"):
        reports.read_report(ledger, 7)


def test_what_is_under_way_at_an_upgrade_is_followed(ledger: Ledger) -> None:
    """Batches of an older ledger too; those that were over stay as they are."""
    submit(ledger, ["over"])
    operations.cancel(ledger, [1], by="anna")
    going = submit(ledger, ["going"], content="other").batch
    with ledger.engine.begin() as connection:
        connection.execute(text("DROP TABLE reports"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    bring_to(ledger.engine, "0003")
    with ledger.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :last"), {"last": REVISIONS[-1]})
    assert _due(ledger).batch == going
    operations.requeue(ledger, [1], by="anna")
    assert [report.batch for report in reports.read_due(ledger)] == [1, going]
