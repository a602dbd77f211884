"""A backend of traces for tests, and a process that tells it of its spans."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry import trace as otel
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.util._once import Once

from farm import otlp
from farm.bootstrap import sending_spans
from tests.tasks.yard import quick_settings


class _Server(ThreadingHTTPServer):
    """Keeps nobody at the door: whoever is turned away there comes back after a second."""

    request_queue_size = 128


class Receiver:
    """A backend: what was sent to it, decoded, with the headers that came along."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.headers: list[str] = []
        self.raw = b""
        self.status = 200
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
                self.send_response(receiver.status if self.path == "/v1/traces" else 404)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = _Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A backend on a port of its own."""
    opened = Receiver()
    serving = threading.Thread(target=opened.server.serve_forever, kwargs={"poll_interval": 0.02})
    serving.start()
    try:
        yield opened
    finally:
        opened.server.shutdown()
        opened.server.server_close()
        serving.join()


@contextmanager
def as_if_new(monkeypatch: pytest.MonkeyPatch, *, close_s: float = 60.0) -> Iterator[None]:
    """This process has not told anybody of spans yet, and what it sets up for that is gone after the block.

    Who tells waits at its end for longer than the farm does, so that a machine that stalls loses none.
    """
    with monkeypatch.context() as patch:
        patch.setattr(otlp, "_CLOSE_S", close_s)
        patch.setattr(otel, "_TRACER_PROVIDER", None)
        patch.setattr(otel, "_TRACER_PROVIDER_SET_ONCE", Once())
        yield


@contextmanager
def sending(
    monkeypatch: pytest.MonkeyPatch, home: Path, url: str, headers: str = "", *, close_s: float = 60.0
) -> Iterator[None]:
    """This process sends its spans there within the block, as a process that works does."""
    settings = quick_settings(home, TELEMETRY__OTLP_URL=url, TELEMETRY__HEADERS_FILE=headers)
    with as_if_new(monkeypatch, close_s=close_s), sending_spans(settings, instance="w"):
        yield
