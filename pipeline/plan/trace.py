"""Trace context: the id that follows a film through ledger, queue, logs and metadata.

The wire form is W3C Trace Context's ``traceparent`` (https://www.w3.org/TR/trace-context/), version 00:
``00-<32 hex: trace>-<16 hex: span>-<2 hex: flags>``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

TRACE_BYTES = 16
SPAN_BYTES = 8
_SAMPLED = 1
_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One span of one trace.

    Attributes:
        trace_id: 32 lower-case hex digits, not all zero; the same from submit to archive.
        span_id: 16 lower-case hex digits, not all zero; names one piece of work within the trace.
        flags: 0 to 255; bit 0 says that the trace is recorded.
    """

    trace_id: str
    span_id: str
    flags: int = _SAMPLED

    @property
    def traceparent(self) -> str:
        """The wire form, as headers and the ledger carry it."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags:02x}"


def new(random: bytes) -> Trace:
    """Begin a trace from 24 random bytes: 16 for the trace, 8 for its first span.

    Raises:
        ValueError: another number of bytes, or an id that would be all zero.
    """
    if len(random) != TRACE_BYTES + SPAN_BYTES:
        raise ValueError(f"a trace takes {TRACE_BYTES + SPAN_BYTES} random bytes, not {len(random)}")
    return _checked(random[:TRACE_BYTES].hex(), random[TRACE_BYTES:].hex(), _SAMPLED)


def child(parent: Trace, random: bytes) -> Trace:
    """Begin a span within the parent's trace, from 8 random bytes.

    Raises:
        ValueError: another number of bytes, or an id that would be all zero.
    """
    if len(random) != SPAN_BYTES:
        raise ValueError(f"a span takes {SPAN_BYTES} random bytes, not {len(random)}")
    return _checked(parent.trace_id, random.hex(), parent.flags)


def parse(traceparent: str) -> Trace:
    """Read a ``traceparent``; of later versions, the part that version 00 knows.

    Raises:
        ValueError: it is malformed, of the forbidden version ff, or holds an id that is all zero.
    """
    match = _FORM.fullmatch(traceparent)
    if match is None:
        raise ValueError(f"not a traceparent: {traceparent!r}")
    version, trace_id, span_id, flags, rest = match.groups()
    if version == "ff" or (version == "00" and rest is not None):
        raise ValueError(f"not a traceparent: {traceparent!r}")
    return _checked(trace_id, span_id, int(flags, 16))


def _checked(trace_id: str, span_id: str, flags: int) -> Trace:
    if not int(trace_id, 16) or not int(span_id, 16):
        raise ValueError("the ids of a trace and a span are not all zero")
    return Trace(trace_id=trace_id, span_id=span_id, flags=flags)
