"""Promises about the spans of what a step does: told in numbers and codes, below it, or not at all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry import trace as otel
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from pipeline import spans
from pipeline.engines.holding import loaded, loads_since
from pipeline.engines.shelf import voices
from pipeline.media import Limits, Media, find_ffmpeg
from pipeline.plan.errors import TransientError
from pipeline.plan.trace import Trace

_PARENT = Trace(trace_id="a" * 32, span_id="b" * 16)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """Whatever spans this process tells."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(otel, "_TRACER_PROVIDER", provider)
    yield exporter
    provider.shutdown()


def names(told: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    """The spans that have ended, by name."""
    return {span.name: span for span in told.get_finished_spans()}


def facts(span: ReadableSpan) -> dict[str, object]:
    """What a span tells."""
    return dict(span.attributes or {})


def test_calls_stand_below_the_step_with_their_codes_and_no_words(
    told: InMemorySpanExporter, tmp_path: Path
) -> None:
    """A program that fails, an engine that opens, a model that loads: name, kind, exit code, error code."""
    media = Media(find_ffmpeg(), limits=Limits(seconds=20, memory_bytes=1 << 32))
    secret = tmp_path / "our merger.wav"
    with otel.get_tracer("test").start_as_current_span("step") as step:
        with pytest.raises(TransientError):
            media.run(["-i", str(secret), "-f", "null", "-"], doing="sound")
        media.run(["-f", "lavfi", "-i", "color=d=0.04:s=16x16", "-f", "null", "-"], doing="clip")
        shelf = voices()
        shelf.open("espeak")
        shelf.close()
        loaded("xtts", set)
        loads_since()
        with spans.span("above"), spans.span("below"):
            pass
    found = names(told)
    above = {name: span.parent.span_id for name, span in found.items() if span.parent is not None}
    mine = step.get_span_context().span_id
    lowest = found["above"].context
    assert lowest is not None
    assert above == {
        **dict.fromkeys(["ffmpeg sound", "ffmpeg clip", "open espeak", "load xtts", "above"], mine),
        "below": lowest.span_id,
    }
    failed, whole = found["ffmpeg sound"], found["ffmpeg clip"]
    assert (failed.kind, failed.status.status_code) == (SpanKind.CLIENT, StatusCode.ERROR)
    assert facts(failed)["error.type"] == failed.status.description == "media-failed"
    assert facts(failed)["process.exit.code"] != 0
    assert (facts(whole)["process.exit.code"], whole.status.status_code) == (0, StatusCode.UNSET)
    assert facts(found["load xtts"]) == {"lectern.engine": "xtts"}
    assert not any("merger" in span.to_json() for span in found.values())


def test_a_call_below_a_film_stands_there_in_whatever_process(told: InMemorySpanExporter) -> None:
    """By the ids of the ledger; what came to nothing without an error being raised is told, too."""
    with spans.below(_PARENT, "send q", spans.MESSAGING, sends=True):
        spans.tell("http.response.status_code", 503)
        spans.failed("503")
    with pytest.raises(KeyError), spans.below(_PARENT, "POST", {}):
        raise KeyError("our merger")
    sent, posted = names(told)["send q"], names(told)["POST"]
    for span in (sent, posted):
        assert span.parent is not None
        assert span.context is not None
        assert f"{span.parent.span_id:016x}" == _PARENT.span_id
        assert f"{span.context.trace_id:032x}" == _PARENT.trace_id
    assert (sent.kind, posted.kind) == (SpanKind.PRODUCER, SpanKind.CLIENT)
    assert facts(sent) == {**spans.MESSAGING, "http.response.status_code": 503, "error.type": "503"}
    assert facts(posted) == {"error.type": "KeyError"}
    assert not posted.events


def test_nothing_is_told_outside_of_a_step(told: InMemorySpanExporter) -> None:
    """Whoever looks at a file by hand tells nobody."""
    with spans.span("probe"):
        spans.tell("lectern.key", "k")
        spans.failed("media-failed")
    assert not told.get_finished_spans()


def test_who_makes_a_film_without_a_backend_loads_nothing_for_it() -> None:
    """Not even OpenTelemetry's interface: a command is not slowed down by what nobody hears."""
    program = (
        "import sys; import pipeline.media, pipeline.engines.shelf; "
        "from pipeline import spans\n"
        "with spans.span('a'): spans.tell('b', 1)\n"
        "print(spans.is_told(), [name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False []"
