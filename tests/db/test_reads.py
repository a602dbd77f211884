"""What people are shown is what the ledger holds."""

from __future__ import annotations

import pytest
from sqlalchemy import event, insert

from db import commits, operations, reads, rows
from db.ledger import Ledger
from db.states import ArchiveState, JobState, Stage
from db.tables import batches
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import InputError
from tests.db.acting import desk_of, render, speak, take
from tests.db.values import WORKER, artifact, submit


def test_progress_grows_with_the_work(ledger: Ledger) -> None:
    """Per cent never falls from stage to stage, and follows a running chunk."""
    submit(ledger, ["row"])
    told = [_percent(ledger)]
    speak(ledger, take(ledger, "speak"))
    told.append(_percent(ledger))
    claim = take(ledger, "render.warp")
    desk_of(ledger, claim).advance(1, 2)
    told.append(_percent(ledger))
    render(ledger, claim)
    told.append(_percent(ledger))
    render(ledger, take(ledger, "render.warp"))
    told.append(_percent(ledger))
    assert told == [
        (Stage.SPEAK, 0),
        (Stage.RENDER, 5),
        (Stage.RENDER, 33),
        (Stage.RENDER, 61),
        (Stage.JOIN, 90),
    ]


def test_progress_does_not_fall_when_a_worker_is_lost(ledger: Ledger) -> None:
    """What a lost attempt has made stands: per cent stays as the step waits, and when it is begun anew."""
    submit(ledger, ["row"])
    speak(ledger, take(ledger, "speak"))
    claim = take(ledger, "render.warp")
    desk_of(ledger, claim).advance(2, 2)
    told = [_percent(ledger)]
    commits.release(ledger, claim, delay_ms=0)
    told.append(_percent(ledger))
    again = take(ledger, "render.warp")
    told.append(_percent(ledger))
    desk_of(ledger, again).advance(1, 2)
    told.append(_percent(ledger))
    assert told == [(Stage.RENDER, 61)] * 4


def _percent(ledger: Ledger) -> tuple[Stage | None, int]:
    line = reads.read_job(ledger, 1).line
    return line.stage, line.percent


def test_lists_go_by_page(ledger: Ledger) -> None:
    """Jobs come in order of submission, batches the newest first, each a page at a time."""
    submit(ledger, ["a", "b", "c"], content="one")
    submit(ledger, ["d"], content="two")
    first = reads.list_jobs(ledger, limit=2)
    rest = reads.list_jobs(ledger, limit=9, after=first[-1].id)
    assert [line.row for line in (*first, *rest)] == ["a", "b", "c", "d"]
    assert [line.row for line in reads.list_jobs(ledger, batch=2)] == ["d"]
    assert reads.list_jobs(ledger, state=JobState.FAILED) == ()
    assert len(reads.list_jobs(ledger, user="anna")) == 4
    (newest,) = reads.list_batches(ledger, limit=1)
    (older,) = reads.list_batches(ledger, before=newest.id)
    assert (newest.id, older.id) == (2, 1)
    assert not newest.finished


def test_attempts_are_told_with_what_they_made(ledger: Ledger) -> None:
    """A running attempt is shown without an end."""
    submit(ledger, ["row"])
    claim = take(ledger, "speak")
    desk = desk_of(ledger, claim)
    word = artifact(Kind.SPEECH, "w")
    desk.take(word.kind, word.key)
    desk.put(word, 7)
    (attempt,) = reads.read_job(ledger, 1).steps[0].attempts
    assert (attempt.worker, attempt.outcome, attempt.ended_at) == (WORKER, None, None)


def test_what_is_not_there_is_named(ledger: Ledger) -> None:
    """An unknown batch and an unknown job are errors that say so."""
    with pytest.raises(InputError) as told:
        reads.read_batch(ledger, 5)
    assert told.value.code == "ledger-batch-unknown"
    with pytest.raises(InputError) as told:
        reads.read_job(ledger, 5)
    assert told.value.code == "ledger-job-unknown"


def test_a_look_at_the_farm_does_not_grow_with_what_is_over(ledger: Ledger) -> None:
    """Of thousands of batches those under way are read; no statement names more than it may."""
    submit(ledger, ["a", "b"], content="first")
    same = {"department_id": 1, "edition": 0, "name": "n", "user": "u", "created_at": 1}
    past = [{**same, "content": str(number)} for number in range(1200)]
    with ledger.write("past") as connection:
        connection.execute(insert(batches), past)
    submit(ledger, ["c"], content="last")
    operations.cancel(ledger, [1], by="anna")
    operations.pause(ledger, [2], by="anna")
    named: list[int] = []
    event.listen(ledger.engine, "before_cursor_execute", lambda *told: named.append(len(told[3])))
    first, last = reads.list_unfinished(ledger, limit=9)
    assert (first.id, last.jobs) == (1, 1)
    assert (first.states[JobState.CANCELED], first.held[JobState.QUEUED]) == (1, 1)
    assert [view.id for view in reads.list_unfinished(ledger, limit=1)] == [1]
    assert max(named) < 10, "what is over is not asked for"
    totals = reads.count_jobs(ledger)
    assert {state: count for state, count in totals.states.items() if count} == {
        JobState.QUEUED: 2,
        JobState.CANCELED: 1,
    }
    assert (totals.held[JobState.QUEUED], totals.archives[ArchiveState.NONE]) == (1, 3)
    assert len(reads.list_batches(ledger, limit=2000)) == 1202
    assert max(named) < rows.MANY + 10


def test_long_lists_are_asked_for_in_parts(ledger: Ledger) -> None:
    """A list of all jobs is no statement with all their ids."""
    submit(ledger, [f"row{number}" for number in range(1200)])
    operations.pause(ledger, [1, 1200], by="anna")
    named: list[int] = []
    event.listen(ledger.engine, "before_cursor_execute", lambda *told: named.append(len(told[3])))
    lines = reads.list_jobs(ledger, limit=2000)
    assert [line.id for line in lines if line.held] == [1, 1200]
    assert max(named) < rows.MANY + 10
