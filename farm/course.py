"""A film's whole course, by its number or by its trace id: what `lectern trace` draws."""

from __future__ import annotations

import re
from dataclasses import dataclass

from db.traces import Act, Hold, find_traced, read_course
from farm.bootstrap import Farm
from farm.policy.waterfall import Axis, Bar, axis, waterfall
from pipeline.plan import trace
from pipeline.plan.errors import InputError

_TRACE = re.compile(r"[0-9a-f]{32}")
_JOB = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, kw_only=True)
class CourseView:
    """A film's course; times are milliseconds since the Unix epoch, by the ledger's clock.

    Attributes:
        job: its number.
        batch: its batch.
        row: its id in the manifest.
        department: who pays.
        state: where it stands.
        trace: its trace id.
        root: the span id that all of its attempts' spans are below.
        submitted: when it was submitted.
        ended: when it ended; None: it did not.
        now: when this was read.
        bars: its attempts and waits.
        axis: where their times are drawn.
        holds: what keeps it now.
        acts: what people did with it.
    """

    job: int
    batch: int
    row: str
    department: str
    state: str
    trace: str
    root: str
    submitted: int
    ended: int | None
    now: int
    bars: tuple[Bar, ...]
    axis: Axis
    holds: tuple[Hold, ...]
    acts: tuple[Act, ...]


def course(farm: Farm, asked: str) -> CourseView:
    """The course of a film that is named by its number, its trace id, or its ``traceparent``.

    Raises:
        InputError: ``trace-wrong``: it is none of these; ``trace-unknown`` or ``ledger-job-unknown``: this
            ledger knows of none such.
        AwayError: ``ledger-away``.
    """
    found = read_course(farm.ledger, job_of(farm, asked))
    bars = waterfall(found.steps, submitted_at=found.submitted_at)
    told = trace.parse(found.traceparent)
    return CourseView(
        job=found.job,
        batch=found.batch,
        row=found.row,
        department=found.department,
        state=found.state,
        trace=told.trace_id,
        root=told.span_id,
        submitted=found.submitted_at,
        ended=found.ended_at,
        now=found.now,
        bars=bars,
        axis=axis(bars, submitted_at=found.submitted_at, now=found.now),
        holds=found.holds,
        acts=found.acts,
    )


def job_of(farm: Farm, asked: str) -> int:
    """The number of a film that is named by its number, its trace id, or its ``traceparent``.

    Raises:
        InputError: ``trace-wrong``, ``trace-unknown``.
        AwayError: ``ledger-away``.
    """
    asked = asked.strip().lower()
    if _JOB.fullmatch(asked):
        return int(asked)
    trace_id = asked
    try:
        trace_id = trace.parse(asked).trace_id
    except ValueError:
        if not _TRACE.fullmatch(asked):
            raise InputError("trace-wrong", asked=asked) from None
    job = find_traced(farm.ledger, trace_id)
    if job is None:
        raise InputError("trace-unknown", trace=trace_id)
    return job
