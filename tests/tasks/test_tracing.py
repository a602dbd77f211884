"""Promises about spans: their ids are the ledger's, they tell no words of people, and are not waited for."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry import trace as otel
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.util._once import Once

from db import queue, reads
from db.states import Stage, StepState
from db.values import Claim
from farm import otlp
from farm.bootstrap import Farm, set_up_spans
from farm.otlp import endpoint_of, headers_of
from pipeline.plan import trace
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import InputError, LecternError, TransientError
from pipeline.steps.desk import Desk
from tasks.bell import Bell
from tasks.stages import Bench, Commit
from tasks.step import StepRunner
from tests.db.values import CAPABILITIES, PROFILE, SKILLS
from tests.tasks.yard import Row, quick_settings, sow

_SAID = "Our Merger Is Secret"
_PUT = Artifact(kind=Kind.SPEECH, key="e" * 64, digest="d" * 64, size=7, suffix=".wav")


class Receiver:
    """A backend: what was sent to it, decoded, with the headers that came along."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.headers: list[str] = []
        self.raw = b""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.raw += body
                receiver.headers.append(str(self.headers.get("Authorization")))
                sent = ExportTraceServiceRequest.FromString(body)
                for resource in sent.resource_spans:
                    for scope in resource.scope_spans:
                        receiver.spans.extend(scope.spans)
                self.send_response(200 if self.path == "/v1/traces" else 404)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A backend on a port of its own."""
    opened = Receiver()
    serving = threading.Thread(target=opened.server.serve_forever, kwargs={"poll_interval": 0.02})
    serving.start()
    yield opened
    opened.server.shutdown()
    opened.server.server_close()
    serving.join()


@contextmanager
def sending(monkeypatch: pytest.MonkeyPatch, home: Path, url: str, headers: str = "") -> Iterator[None]:
    """This process sends its spans there within the block, as a process that works does."""
    monkeypatch.setattr(otel, "_TRACER_PROVIDER", None)
    monkeypatch.setattr(otel, "_TRACER_PROVIDER_SET_ONCE", Once())
    settings = quick_settings(home, TELEMETRY__OTLP_URL=url, TELEMETRY__HEADERS_FILE=headers)
    end = set_up_spans(settings, instance="w")
    try:
        yield
    finally:
        end()
        monkeypatch.undo()


def _speaking(error: LecternError) -> Callable[[Bench, Claim, Desk], Commit | None]:
    """Speech that makes one thing, and fails at the next one."""

    def speak(_bench: Bench, _claim: Claim, desk: Desk) -> Commit | None:
        assert desk.take(_PUT.kind, _PUT.key)
        desk.put(_PUT, 3)
        raise error

    return speak


def _work(farm: Farm, redis_url: str, error: LecternError) -> reads.JobView:
    sow(farm, [Row(row="row of Maria", script=_SAID)])
    (head,) = queue.heads(farm.ledger, SKILLS["speak"], limit=1)
    with StepRunner(
        farm,
        node="w",
        capabilities=CAPABILITIES,
        profiles=[PROFILE],
        bell=Bell(redis_url),
        stages={Stage.SPEAK: _speaking(error)},
    ) as runner:
        assert runner.run(head.step)
    return reads.read_job(farm.ledger, 1)


def test_the_ids_of_the_backend_are_the_ledgers_and_it_is_told_no_words(
    farm: Farm, redis_url: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Film, wait, attempt, and what it made: each below the right one, in codes and numbers alone."""
    file = tmp_path / "headers"
    file.write_text("Authorization: Bearer of-nobody\n")
    with sending(monkeypatch, tmp_path / "home", receiver.url, str(file)):
        view = _work(farm, redis_url, InputError("face-cannot-be-driven", said=_SAID))
    born = trace.parse(view.line.traceparent)
    (attempt,) = view.steps[0].attempts
    spans = {span.name: span for span in receiver.spans}
    assert {name: (span.span_id.hex(), span.parent_span_id.hex()) for name, span in spans.items()} == {
        "speak": (attempt.span, born.span_id),
        "make speech": (spans["make speech"].span_id.hex(), attempt.span),
        "wait speak": (spans["wait speak"].span_id.hex(), born.span_id),
        "film": (born.span_id, ""),
    }
    assert {span.trace_id.hex() for span in receiver.spans} == {born.trace_id}
    told = {each.key: each.value for each in spans["speak"].attributes}
    assert told["error.type"].string_value == "face-cannot-be-driven"
    assert (told["lectern.job"].int_value, told["lectern.worker"].string_value) == (1, "w")
    assert spans["film"].start_time_unix_nano == view.line.submitted_at * 1_000_000
    assert spans["wait speak"].end_time_unix_nano == attempt.started_at * 1_000_000
    assert not any(word.encode() in receiver.raw for word in (_SAID, "Maria", "test"))
    assert set(receiver.headers) == {"Bearer of-nobody"}


def test_a_backend_that_hangs_or_is_away_keeps_nobody(
    farm: Farm, redis_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The attempt is in the ledger, and the process ends while the backend still does not answer."""
    monkeypatch.setattr(otlp, "_CLOSE_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        url = f"http://127.0.0.1:{hanging.getsockname()[1]}"
        with sending(monkeypatch, tmp_path / "home", url):
            view = _work(farm, redis_url, TransientError("media-failed", words=""))
    assert view.steps[0].state is StepState.READY
    assert view.steps[0].attempts[0].span
    # Nobody listens there any more.
    with sending(monkeypatch, tmp_path / "home", url):
        otel.get_tracer("lectern").start_span("lost").end()


def test_where_no_backend_is_set_no_sdk_is_loaded() -> None:
    """Not even for a process that works."""
    program = (
        "import sys; from farm.bootstrap import set_up_spans, settings_of; import tasks.desk; "
        "set_up_spans(settings_of({}), instance='w')(); "
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exp'))])"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("url", "environment", "endpoint"),
    [
        ("", {}, ""),
        ("http://c:4318", {}, "http://c:4318/v1/traces"),
        ("https://c/v1/traces", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://d"}, "https://c/v1/traces"),
        ("", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://d/x/"}, "http://d/x/v1/traces"),
        ("", {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://d/here"}, "http://d/here"),
    ],
)
def test_spans_go_where_the_knob_or_else_the_standard_says(
    url: str, environment: dict[str, str], endpoint: str
) -> None:
    """The standard's variable for traces alone is taken as it is, bases get the standard's path."""
    assert endpoint_of(url, environment) == endpoint


@pytest.mark.parametrize("url", ["c:4318", "file:///etc/passwd", "http://", "http://me:hidden@c:4318"])
def test_an_address_that_is_none_is_refused_without_its_password(url: str) -> None:
    """By the knob's name."""
    with pytest.raises(InputError) as refused:
        endpoint_of(url, {})
    assert refused.value.code == "farm-knob-wrong"
    assert "hidden" not in str(refused.value.facts)


@pytest.mark.parametrize("text", [None, "no colon", "empty:"])
def test_headers_that_are_none_are_refused_without_telling_them(tmp_path: Path, text: str | None) -> None:
    """A file that is not there, or has other lines: its name is told, not what it holds."""
    file = tmp_path / "headers"
    if text is not None:
        file.write_text(text)
    with pytest.raises(InputError) as refused:
        headers_of(str(file))
    assert refused.value.facts == {"knob": "telemetry.headers_file", "value": str(file)}
