"""A film's course as a ledger tells it, on both databases: retries, what was found, and by which names."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from db import commits, operations
from db.ledger import Ledger
from db.states import Outcome
from db.values import Failure
from farm.bootstrap import Farm
from farm.course import CourseView, course
from farm.policy.retry import RetrySettings, decide
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import InputError, TransientError
from tests.db.acting import desk_of, join, render, speak, take
from tests.db.values import OTHER, TRACE, WORKER, artifact, submit


def _course(ledger: Ledger, asked: str) -> CourseView:
    return course(cast(Farm, SimpleNamespace(ledger=ledger)), asked)


def _at(ledger: Ledger, now: int) -> None:
    ledger.clock = lambda: now  # type: ignore[method-assign]


def test_a_film_that_was_retried_and_found_clips_made(ledger: Ledger) -> None:
    """Who did what and when, the error's code, and what was found, kept and made, by trace id or number."""
    _at(ledger, 1_000)
    submit(ledger, ["a"])
    _at(ledger, 2_000)
    speak(ledger, take(ledger, "speak"))
    _at(ledger, 3_000)
    claim = take(ledger, "render.warp", worker=OTHER, span="c" * 16)
    desk = artifact(Kind.CLIP, "clip 0 of 1")
    assert desk_of(ledger, claim).take(desk.kind, desk.key)
    _at(ledger, 4_000)
    desk_of(ledger, claim).put(desk, 40)
    _at(ledger, 5_000)
    error = TransientError("media-failed", reason="gone")
    settled = decide(error, failures=0, waits=0, settings=RetrySettings(attempts=3, backoff_ms=1_000))
    told = Failure(outcome=Outcome.ERROR, code=error.code, facts={}, machine_ms=50, log_tail="")
    commits.fail(ledger, claim, told, settled)
    _at(ledger, 60_000)
    for _ in range(2):
        render(ledger, take(ledger, "render.warp"))
    join(ledger, take(ledger, "join"))
    operations.pause(ledger, [1], by="anna")

    view = _course(ledger, TRACE)
    assert view == _course(ledger, "1") == _course(ledger, "A" * 32)
    assert (view.trace, view.root, view.job, view.submitted) == ("a" * 32, "b" * 16, 1, 1_000)
    bars = [
        (bar.stage, bar.part, bar.worker, bar.waits, bar.begins, bar.ends, bar.outcome, bar.code)
        for bar in view.bars
    ]
    assert bars == [
        ("speak", 1, WORKER, 1_000, 2_000, 2_000, "ok", ""),
        ("render", 1, OTHER, 2_000, 3_000, 5_000, "error", "media-failed"),
        ("render", 1, WORKER, 5_000, 60_000, 60_000, "ok", ""),
        ("render", 2, WORKER, 2_000, 60_000, 60_000, "ok", ""),
        ("join", 1, WORKER, 60_000, 60_000, 60_000, "ok", ""),
        ("archive", 1, "", 60_000, None, None, "", ""),
    ]
    failed, again = view.bars[1:3]
    assert (failed.span, [(piece.begins, piece.ends) for piece in failed.pieces]) == (
        "c" * 16,
        [(3_000, 4_000)],
    )
    assert (again.kept, again.found, len(again.pieces)) == (1, 0, 1)
    assert [(act.verb, act.by) for act in view.acts] == [("pause", "anna")]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("7", "ledger-job-unknown"),
        ("f" * 32, "trace-unknown"),
        ("f" * 31, "trace-wrong"),
        ("%", "trace-wrong"),
    ],
)
def test_what_nobody_knows_is_said_so(ledger: Ledger, asked: str, code: str) -> None:
    """A number, a trace id, and what is neither."""
    with pytest.raises(InputError) as refused:
        _course(ledger, asked)
    assert refused.value.code == code
