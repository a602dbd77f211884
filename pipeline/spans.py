"""Spans of what is done within a step, for whoever traces it; nothing, at next to no cost, where nobody does.

Names and attributes are OpenTelemetry's own where its semantic conventions have some
(https://opentelemetry.io/docs/specs/semconv/); all others begin with ``lectern.``. What a span tells is
numbers, codes, keys and names of engines and programs: no script, no path, and no words of an error.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING

from pipeline.plan.errors import LecternError
from pipeline.plan.trace import Trace

if TYPE_CHECKING:
    from opentelemetry.trace import Span

#: What a span tells, by the names of its attributes.
SpanFacts = Mapping[str, str | int]

_NAME = "lectern"
_NONE: SpanFacts = MappingProxyType({})


#: What carries messages about steps.
MESSAGING: SpanFacts = MappingProxyType({"messaging.system": "celery"})


@contextmanager
def span(name: str, facts: SpanFacts = _NONE, *, calls: bool = False) -> Iterator[None]:
    """Have what is done in the block told as a span below the one under way, if there is one that is told.

    What ends the block ends the span with an error: its code, or what kind of exception it is.

    Args:
        name: what is done, in few words that are the same for all of its kind.
        facts: what is told of it.
        calls: whether it is done by another program.
    """
    otel = _heard()
    if otel is None:
        yield
        return
    kind = otel.SpanKind.CLIENT if calls else otel.SpanKind.INTERNAL
    with _under_way(otel, otel.get_tracer(_NAME).start_span(name, kind=kind, attributes=dict(facts))):
        yield


@contextmanager
def below(parent: Trace, name: str, facts: SpanFacts, *, sends: bool = False) -> Iterator[None]:
    """As `span`, of a call right below a film's own span, in whatever process it is made.

    Args:
        parent: the film's trace.
        name: what is done, in few words that are the same for all of its kind.
        facts: what is told of it.
        sends: whether nobody waits for what comes of it.
    """
    otel = _told()
    if otel is None:
        yield
        return
    above = otel.SpanContext(
        trace_id=int(parent.trace_id, 16),
        span_id=int(parent.span_id, 16),
        is_remote=True,
        trace_flags=otel.TraceFlags(parent.flags),
    )
    begun = otel.get_tracer(_NAME).start_span(
        name,
        context=otel.set_span_in_context(otel.NonRecordingSpan(above)),
        kind=otel.SpanKind.PRODUCER if sends else otel.SpanKind.CLIENT,
        attributes=dict(facts),
    )
    with _under_way(otel, begun):
        yield


def tell(name: str, value: str | int) -> None:
    """Tell one more thing of the span that is under way."""
    otel = _heard()
    if otel is not None:
        otel.get_current_span().set_attribute(name, value)


def failed(code: str) -> None:
    """Tell of the span that is under way that it came to nothing, though nothing is raised."""
    otel = _heard()
    if otel is not None:
        _fail(otel, otel.get_current_span(), code)


def is_told() -> bool:
    """Whether this process tells anybody of spans."""
    return _told() is not None


@contextmanager
def _under_way(otel: ModuleType, begun: Span) -> Iterator[None]:
    # What an error says may quote people: its code alone is told.
    with otel.use_span(begun, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        try:
            yield
        except BaseException as error:
            code = error.code if isinstance(error, LecternError) else type(error).__name__
            _fail(otel, begun, code)
            raise


def _fail(otel: ModuleType, begun: Span, code: str) -> None:
    begun.set_attribute("error.type", code)
    begun.set_status(otel.Status(otel.StatusCode.ERROR, code))


def _told() -> ModuleType | None:
    """OpenTelemetry's interface, if this process tells anybody; it is not loaded to find that out."""
    otel = sys.modules.get("opentelemetry.trace")
    if otel is None or isinstance(otel.get_tracer_provider(), otel.ProxyTracerProvider):
        return None
    return otel


def _heard() -> ModuleType | None:
    """As `_told`, and only if the span that is under way is told, too."""
    otel = sys.modules.get("opentelemetry.trace")
    return otel if otel is not None and otel.get_current_span().is_recording() else None
