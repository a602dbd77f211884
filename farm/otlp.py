"""Sends spans to a backend by OTLP over HTTP: the one place where OpenTelemetry's SDK is loaded.

https://opentelemetry.io/docs/specs/otlp/ (OTLP/HTTP, protobuf). Spans are sent in batches by a thread of the
process that works. What a backend does not take in time is dropped; no work ever waits for it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.plan.errors import InputError

_PATH = "/v1/traces"
#: Where the standard's own variables say it, nothing else has to.
_BASE, _TRACES = "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
#: One request to the backend, and all that is left when a process ends, take no longer.
_REQUEST_S = 5.0
_CLOSE_S = 1.0
#: A backend that is away is told of as seldom as this.
_TOLD_S = 300.0
_SPEAKERS = (
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.sdk._shared_internal",
    "urllib3.connectionpool",
)


class _Seldom(logging.Filter):
    """Lets one line through, and the next one after a while."""

    def __init__(self) -> None:
        super().__init__()
        self._next = 0.0

    def filter(self, _record: logging.LogRecord) -> bool:
        """Whether a line is told."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + _TOLD_S
        return True


def endpoint_of(url: str, environment: Mapping[str, str]) -> str:
    """Where spans go, in full; empty: nowhere.

    Args:
        url: what `[telemetry] otlp_url` says: a base, as in OTEL_EXPORTER_OTLP_ENDPOINT, or all of it.
        environment: asked for the standard's own variables where that is empty.

    Raises:
        InputError: ``farm-knob-wrong``: it is no address of HTTP, or holds a password.
    """
    whole = "" if url else environment.get(_TRACES, "")
    base = url or environment.get(_BASE, "")
    if not whole and base:
        whole = base if base.endswith(_PATH) else base.rstrip("/") + _PATH
    parts = urlsplit(whole)
    if whole and (parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc):
        raise InputError("farm-knob-wrong", knob="telemetry.otlp_url", value=whole.rpartition("@")[2])
    return whole


def headers_of(file: str) -> dict[str, str]:
    """The headers of a file: ``name: value`` in each line.

    Raises:
        InputError: ``farm-knob-wrong``: it cannot be read, or has other lines.
    """
    if not file:
        return {}
    headers: dict[str, str] = {}
    try:
        lines = Path(file).expanduser().read_text("utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise InputError("farm-knob-wrong", knob="telemetry.headers_file", value=file) from error
    for line in filter(None, map(str.strip, lines)):
        name, colon, value = line.partition(":")
        if not colon or not name.strip() or not value.strip():
            raise InputError("farm-knob-wrong", knob="telemetry.headers_file", value=file)
        headers[name.strip().lower()] = value.strip()
    return headers


def send_spans(endpoint: str, headers: Mapping[str, str], *, instance: str) -> Callable[[], None]:
    """From now on send this process's spans; returns what is to be called at its end.

    That sends what is left, for some seconds at the most.

    Args:
        endpoint: where to, in full.
        headers: sent along.
        instance: this process, such as its worker's name.
    """
    from opentelemetry import trace as otel
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    from farm import tracing

    class LedgerIds(RandomIdGenerator):
        """The ledger's own ids where it has some."""

        def generate_span_id(self) -> int:
            """A span's id."""
            span = tracing.chosen()
            return super().generate_span_id() if span is None else int(span.span_id, 16)

        def generate_trace_id(self) -> int:
            """A trace's id."""
            span = tracing.chosen()
            return super().generate_trace_id() if span is None else int(span.trace_id, 16)

    told = {
        "service.name": "lectern",
        "service.version": metadata.version("lectern"),
        "service.instance.id": instance,
    }
    for name in _SPEAKERS:
        logging.getLogger(name).addFilter(_Seldom())
    provider = TracerProvider(
        resource=Resource.create(told), id_generator=LedgerIds(), shutdown_on_exit=False
    )
    exporter = OTLPSpanExporter(endpoint=endpoint, headers=dict(headers) or None, timeout=_REQUEST_S)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    otel.set_tracer_provider(provider)

    def close() -> None:
        # The SDK itself waits for half a minute.
        closing = threading.Thread(target=provider.shutdown, daemon=True)
        closing.start()
        closing.join(_CLOSE_S)

    return close
