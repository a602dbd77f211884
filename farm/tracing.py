"""Spans of the work on films, for a backend of traces (OpenTelemetry); the ledger knows all without it.

A span's ids are the ledger's own: the trace is the job's, an attempt's span is the attempt's, and a film's
whole life is the span that its job was born with. What a span tells is numbers and codes: no script, no
title, no person's name, and no words of an error.

Where no backend is set, nothing of OpenTelemetry but its inert interface is loaded, and a span costs some
microseconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry import trace as otel
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from db.states import JobState
from db.traces import Course, Life
from farm.policy.waterfall import Bar, waterfall
from pipeline.plan.trace import Trace, parse
from pipeline.spans import MESSAGING

_NAME = "lectern"
#: Outcomes of attempts that are errors; the others are ends that somebody wanted.
_FAILED = frozenset({"error", "timeout", "lost"})
#: For so long a process that ends waits for whoever takes its spans.
HURRY_S = 0.5
#: The ids that the next span is to have.
_chosen: ContextVar[Trace | None] = ContextVar("lectern_span", default=None)
_MS = 1_000_000


def chosen() -> Trace | None:
    """The ids that the span which is begun just now is to have; None: any."""
    return _chosen.get()


class AttemptSpan:
    """The span of an attempt; it is told once it is known how that ended.

    Args:
        span: OpenTelemetry's own.
    """

    def __init__(self, span: otel.Span) -> None:
        self._span = span
        self._ended_ns: int | None = None

    def over(self) -> None:
        """The work has ended; what it came to is told later."""
        self._ended_ns = time.time_ns()

    def tell(self, outcome: str, code: str) -> None:
        """Tell how it ended, as the ledger has it.

        Args:
            outcome: how.
            code: why; empty if all went well.
        """
        _end(self._span, outcome, code, self._ended_ns)


@contextmanager
def attempt(parent: Trace, span: Trace, name: str, facts: Mapping[str, str | int]) -> Iterator[AttemptSpan]:
    """Have whatever is done in the block stand below a span of this id, which stands below the job's own.

    Whoever has it tells how it ended, after the block.

    Args:
        parent: the job's trace.
        span: the attempt's.
        name: its stage.
        facts: what is told of it.
    """
    begun = _attempt(parent, span, name, facts)
    told = AttemptSpan(begun)
    try:
        with otel.use_span(begun, end_on_exit=False, record_exception=False, set_status_on_exception=False):
            yield told
    finally:
        told.over()


def tell_past(name: str, begun_ns: int, facts: Mapping[str, str | int]) -> None:
    """Tell of something that ended now as a span below the one under way.

    Args:
        name: what was done.
        begun_ns: when it began, in nanoseconds since the Unix epoch.
        facts: what is told of it.
    """
    _tracer().start_span(name, start_time=begun_ns, attributes=_named(facts)).end()


def tell_submitted(parents: Iterable[Trace], begun_ns: int, facts: Mapping[str, str | int]) -> None:
    """Tell of a submission that ended now, in the trace of each of its films."""
    ended_ns = time.time_ns()
    for parent in parents:
        begun = _tracer().start_span(
            "submit", context=_below(parent), start_time=begun_ns, attributes=_named(facts)
        )
        begun.end(ended_ns)


def found(course: Course, span: str) -> Bar | None:
    """The attempt of a span's id in a film's course; None: it has none such any more."""
    bars = waterfall(course.steps, submitted_at=course.submitted_at)
    return next((bar for bar in bars if span and bar.span == span), None)


def tell_wait(course: Course, bar: Bar) -> None:
    """Tell for how long an attempt had waited."""
    if bar.begins is None:
        return
    told, above = _named({"job": course.job, "batch": course.batch}), _below(parse(course.traceparent))
    begun = _tracer().start_span(
        f"wait {bar.stage}", context=above, start_time=bar.waits * _MS, attributes=told
    )
    begun.end(bar.begins * _MS)


def tell_lost(course: Course, bar: Bar) -> None:
    """Tell of an attempt whose worker cannot, as far as the ledger knows of it."""
    if bar.begins is None or bar.ends is None:
        return
    root = parse(course.traceparent)
    span = Trace(trace_id=root.trace_id, span_id=bar.span, flags=root.flags)
    facts: dict[str, str | int] = {"job": course.job, "batch": course.batch, "attempt": bar.number}
    facts |= {"part": bar.part, "parts": bar.parts, "worker": bar.worker, "device": bar.device}
    begun = _attempt(root, span, bar.stage, facts, begun_ns=bar.begins * _MS)
    _end(begun, bar.outcome, bar.code, bar.ends * _MS)


def tell_film(course: Course) -> None:
    """Tell of the whole life of a film that has ended now."""
    tell_life(
        Life(
            job=course.job,
            batch=course.batch,
            state=course.state,
            traceparent=course.traceparent,
            submitted_at=course.submitted_at,
            ended_at=None,
        )
    )


def tell_life(life: Life) -> None:
    """As `tell_film`, of a film that came to its end without any attempt's."""
    facts = _named({"job": life.job, "batch": life.batch, "state": life.state})
    with _with_ids(parse(life.traceparent)):
        whole = _tracer().start_span(
            "film", context=Context(), start_time=life.submitted_at * _MS, attributes=facts
        )
    if life.state == JobState.FAILED.value:
        whole.set_status(Status(StatusCode.ERROR))
    whole.end(None if life.ended_at is None else life.ended_at * _MS)


def hurry() -> None:
    """Have what was told sent now, within half a second: the process is about to end."""
    provider = otel.get_tracer_provider()
    # OpenTelemetry's interface knows no such thing, and what sends has it.
    if (flush := getattr(provider, "force_flush", None)) is not None:
        sending = threading.Thread(target=flush, daemon=True)
        sending.start()
        sending.join(HURRY_S)


def _attempt(
    parent: Trace, span: Trace, name: str, facts: Mapping[str, str | int], *, begun_ns: int | None = None
) -> otel.Span:
    with _with_ids(span):
        return _tracer().start_span(
            name,
            context=_below(parent),
            kind=SpanKind.CONSUMER,
            attributes={**MESSAGING, "messaging.operation.type": "process", **_named(facts)},
            start_time=begun_ns,
        )


def _end(span: otel.Span, outcome: str, code: str, ended_ns: int | None) -> None:
    span.set_attribute("lectern.outcome", outcome)
    if outcome in _FAILED:
        _fail(span, code or outcome)
    elif code:
        span.set_attribute("lectern.reason", code)
    span.end(ended_ns)


def _fail(span: otel.Span, code: str) -> None:
    span.set_attribute("error.type", code)
    span.set_status(Status(StatusCode.ERROR, code))


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
