"""Promises about trace ids."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.plan import trace

_EXAMPLE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_the_standards_own_example_is_read_and_written_again() -> None:
    """Parsing and writing are inverse for version 00."""
    parsed = trace.parse(_EXAMPLE)
    assert parsed.trace_id == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert parsed.span_id == "00f067aa0ba902b7"
    assert parsed.flags == 1
    assert parsed.traceparent == _EXAMPLE


@given(st.binary(min_size=24, max_size=24).filter(lambda raw: any(raw[:16]) and any(raw[16:])))
def test_a_new_trace_can_be_read_again(random: bytes) -> None:
    """Whatever the chance bytes, the wire form gives the same trace back."""
    born = trace.new(random)
    assert trace.parse(born.traceparent) == born


def test_a_child_keeps_the_trace_and_has_a_span_of_its_own() -> None:
    """The trace id follows the film; the span id names one piece of work."""
    parent = trace.parse(_EXAMPLE)
    span = trace.child(parent, b"\x01" * trace.SPAN_BYTES)
    assert (span.trace_id, span.flags) == (parent.trace_id, parent.flags)
    assert span.span_id == "01" * 8


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        _EXAMPLE.upper(),
        _EXAMPLE + "-more",
        "ff" + _EXAMPLE[2:],
        "00-" + "0" * 32 + "-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-" + "0" * 16 + "-01",
        _EXAMPLE + "\n",
    ],
)
def test_what_is_no_traceparent_is_refused(text: str) -> None:
    """Malformed, forbidden and all-zero forms are refused as the standard says."""
    with pytest.raises(ValueError, match="trace"):
        trace.parse(text)


def test_a_later_version_is_read_as_far_as_it_is_known() -> None:
    """The standard asks to accept later versions with further fields."""
    assert trace.parse("01" + _EXAMPLE[2:] + "-more").trace_id == "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize("size", [23, 25])
def test_a_trace_takes_exactly_its_bytes(size: int) -> None:
    """Too few or too many chance bytes are a mistake of the caller."""
    with pytest.raises(ValueError, match="24"):
        trace.new(b"\x01" * size)
