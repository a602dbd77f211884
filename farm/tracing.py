"""Spans of the work on films, for a backend of traces (OpenTelemetry); the ledger knows all without it.

A span's ids are the ledger's own: the trace is the job's, an attempt's span is the attempt's, and a film's
whole life is the span that its job was born with. What a span tells is numbers and codes: no script, no
title, no person's name, and no words of an error.

Where no backend is set, nothing of OpenTelemetry but its inert interface is loaded, and a span costs some
microseconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry import trace as otel
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from db.traces import Course
from farm.policy.waterfall import waterfall
from pipeline.plan.trace import Trace, parse

_NAME = "lectern"
#: The ids that the next span is to have.
_chosen: ContextVar[Trace | None] = ContextVar("lectern_span", default=None)
_MS = 1_000_000


def chosen() -> Trace | None:
    """The ids that the span which is begun just now is to have; None: any."""
    return _chosen.get()


@contextmanager
def attempt(parent: Trace, span: Trace, name: str, facts: Mapping[str, str | int]) -> Iterator[None]:
    """Have whatever is done in the block told as a span of this id, below the job's own.

    Args:
        parent: the job's trace.
        span: the attempt's.
        name: its stage.
        facts: what is told of it.
    """
    with _with_ids(span):
        begun = _tracer().start_span(
            name, context=_below(parent), kind=SpanKind.CONSUMER, attributes=_named(facts)
        )
    # What an error says may quote people: its code is told, by `failed`.
    with otel.use_span(begun, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        yield


def failed(code: str) -> None:
    """Say of the span that is under way that it ended with an error."""
    span = otel.get_current_span()
    span.set_attribute("error.type", code)
    span.set_status(Status(StatusCode.ERROR, code))


def is_told() -> bool:
    """Whether the span that is under way is told to anybody."""
    return otel.get_current_span().is_recording()


def tell_past(name: str, begun_ns: int, facts: Mapping[str, str | int]) -> None:
    """Tell of something that ended now as a span below the one under way.

    Args:
        name: what was done.
        begun_ns: when it began, in nanoseconds since the Unix epoch.
        facts: what is told of it.
    """
    _tracer().start_span(name, start_time=begun_ns, attributes=_named(facts)).end()


def tell_course(course: Course, *, stage: str, part: int, number: int) -> None:
    """Tell how long an attempt had waited, and of the whole film once that has come to its end with it.

    Args:
        course: its film's.
        stage: the attempt's stage.
        part: which step of that, from 1.
        number: the attempt's number.
    """
    root = parse(course.traceparent)
    bars = waterfall(course.steps, submitted_at=course.submitted_at)
    mine = next((bar for bar in bars if (bar.stage, bar.part, bar.number) == (stage, part, number)), None)
    if mine is None or mine.begins is None:
        return
    facts = _named({"job": course.job, "batch": course.batch})
    begun = _tracer().start_span(
        f"wait {mine.stage}", context=_below(root), start_time=mine.waits * _MS, attributes=facts
    )
    begun.end(mine.begins * _MS)
    over = course.state == "failed" or (stage == "archive" and mine.outcome == "ok")
    if not over:
        return
    with _with_ids(root):
        whole = _tracer().start_span(
            "film", context=Context(), start_time=course.submitted_at * _MS, attributes=facts
        )
    if course.state == "failed":
        whole.set_status(Status(StatusCode.ERROR))
    whole.end()


@contextmanager
def _with_ids(span: Trace) -> Iterator[None]:
    token = _chosen.set(span)
    try:
        yield
    finally:
        _chosen.reset(token)


def _tracer() -> otel.Tracer:
    return otel.get_tracer(_NAME)


def _below(parent: Trace) -> Context:
    """What a span is begun in that is to stand below another process's."""
    context = SpanContext(
        trace_id=int(parent.trace_id, 16),
        span_id=int(parent.span_id, 16),
        is_remote=True,
        trace_flags=TraceFlags(parent.flags),
    )
    return otel.set_span_in_context(NonRecordingSpan(context), Context())


def _named(facts: Mapping[str, str | int]) -> dict[str, str | int]:
    return {f"{_NAME}.{name}": value for name, value in facts.items()}
