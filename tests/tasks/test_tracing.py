"""Promises about spans: their ids are the ledger's, they tell no words of people, and are not waited for."""

from __future__ import annotations

import gc
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from opentelemetry import trace as otel
from opentelemetry.proto.trace.v1.trace_pb2 import Status
from opentelemetry.sdk.trace import ReadableSpan

from db import operations, reads
from db.states import Event, Stage, StepState
from db.values import Claim
from farm import tracing
from farm.announcing import announce
from farm.bootstrap import Farm
from farm.endings import Canceled
from farm.notices import Address, Herald
from farm.otlp import endpoint_of, headers_of
from pipeline.plan import trace
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import InputError, LecternError, SupersededError, TransientError
from pipeline.steps.desk import Desk
from tasks.app import Message, make_app, publish
from tasks.bell import Bell
from tasks.dispatcher import Dispatcher, Pace
from tasks.stages import Bench, Commit
from tasks.step import StepRunner
from tests.db.values import CAPABILITIES, PROFILE
from tests.support.backend import Receiver, receiving, sending
from tests.tasks.yard import Row, ask, quick_settings, sow, wait_for

_SAID = "Our Merger Is Secret"
_PUT = Artifact(kind=Kind.SPEECH, key="e" * 64, digest="d" * 64, size=7, suffix=".wav")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A backend of traces."""
    with receiving() as opened:
        yield opened


def _speaking(error: LecternError) -> Callable[[Bench, Claim, Desk], Commit | None]:
    """Speech that makes one thing, and fails at the next one."""

    def speak(_bench: Bench, _claim: Claim, desk: Desk) -> Commit | None:
        assert desk.take(_PUT.kind, _PUT.key)
        desk.put(_PUT, 3)
        raise error

    return speak


def _work(farm: Farm, redis_url: str, speak: Callable[[Bench, Claim, Desk], Commit | None]) -> reads.JobView:
    sow(farm, [Row(row="row of Maria", script=_SAID)])
    ((job, step),) = ask(farm, "SELECT job_id, id FROM steps WHERE stage = 'speak' ORDER BY id DESC LIMIT 1")
    with StepRunner(
        farm,
        node="w",
        capabilities=CAPABILITIES,
        profiles=[PROFILE],
        bell=Bell(redis_url),
        stages={Stage.SPEAK: speak},
    ) as runner:
        assert runner.run(int(str(step)))
    return reads.read_job(farm.ledger, int(str(job)))


def test_the_ids_of_the_backend_are_the_ledgers_and_it_is_told_no_words(
    farm: Farm, redis_url: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Film, wait, attempt, and what it made: each below the right one, in codes and numbers alone."""
    file = tmp_path / "headers"
    file.write_text("Authorization: Bearer of-nobody\n")
    with sending(monkeypatch, tmp_path / "home", receiver.url, str(file)):
        view = _work(farm, redis_url, _speaking(InputError("face-cannot-be-driven", said=_SAID)))
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
    assert told["lectern.waited_ms"].int_value == attempt.started_at - view.line.submitted_at
    assert spans["film"].start_time_unix_nano == view.line.submitted_at * 1_000_000
    assert spans["wait speak"].end_time_unix_nano == attempt.started_at * 1_000_000
    assert not any(word.encode() in receiver.raw for word in (_SAID, "Maria", "test"))
    assert set(receiver.headers) == {"Bearer of-nobody"}


def test_a_backend_that_hangs_fails_or_is_away_keeps_nobody(
    farm: Farm, redis_url: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Attempts are in the ledger, no more than so many spans are kept, and the process ends meanwhile."""
    receiver.status = 503
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        hangs = f"http://127.0.0.1:{hanging.getsockname()[1]}"
        for url in (hangs, receiver.url):
            with sending(monkeypatch, tmp_path / "home", url, close_s=0.1):
                view = _work(farm, redis_url, _speaking(TransientError("media-failed", words="")))
                if url == hangs:
                    for _ in range(3_500):
                        otel.get_tracer("lectern").start_span("one of many").end()
                    kept = sum(type(each) is ReadableSpan for each in gc.get_objects())
            assert view.steps[0].state is StepState.READY
            assert view.steps[0].attempts[0].span
    # What waits, and what is just being sent.
    assert 0 < kept <= 2_048 + 512
    # It was sent there, and refused.
    wait_for(lambda: receiver.spans, seconds=60)
    # Nobody listens there any more.
    with sending(monkeypatch, tmp_path / "home", hangs, close_s=0.1):
        otel.get_tracer("lectern").start_span("lost").end()


def test_who_has_to_leave_at_once_sends_what_was_told(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A worker whose step is stuck ends itself without closing anything."""
    monkeypatch.setattr(tracing, "HURRY_S", 30.0)
    tracing.hurry()
    with sending(monkeypatch, tmp_path / "home", receiver.url):
        otel.get_tracer("lectern").start_span("the last one").end()
        tracing.hurry()
        assert [span.name for span in receiver.spans] == ["the last one"]


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


def _canceled(farm: Farm) -> Callable[[Bench, Claim, Desk], Commit | None]:
    """Speech whose film is canceled meanwhile."""

    def speak(_bench: Bench, claim: Claim, desk: Desk) -> Commit | None:
        operations.cancel(farm.ledger, [claim.job], by="test")
        while True:
            desk.check()
            time.sleep(0.01)

    return speak


def _lost(farm: Farm, redis_url: str) -> Callable[[Bench, Claim, Desk], Commit | None]:
    """Speech that a dispatcher takes away meanwhile, since nothing is heard of its worker."""
    app = make_app(redis_url, time_limit_s=60, steps_per_child=10, waits=False)
    pace = Pace(interval_s=0.1, expiry_s=0.5, surplus=1, poison_deaths=3)
    lost = "SELECT 1 FROM attempts WHERE outcome = 'lost'"

    def speak(_bench: Bench, claim: Claim, _desk: Desk) -> Commit | None:
        bell = Bell(redis_url)
        Dispatcher(farm.ledger, app, bell, [], name="d", pace=pace).run(lambda: bool(ask(farm, lost)))
        bell.close()
        raise SupersededError("farm-superseded", step=claim.step)

    return speak


def test_every_end_is_told_once_as_the_ledger_has_it(
    farm: Farm, redis_url: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Given back, canceled under way, lost with its worker; and the life of the one that was canceled."""
    ledger = farm.ledger
    lease = farm.settings.lease.model_copy(update={"beat_s": 60.0, "expiry_s": 600.0})
    silent = replace(farm, settings=farm.settings.model_copy(update={"lease": lease}))
    with sending(monkeypatch, tmp_path / "home", receiver.url):
        now = 0.0
        canceled = Canceled(ledger, pause_s=45, clock=lambda: now)
        canceled.turn()
        # Another one makes what it needs: it comes back.
        views = [_work(farm, redis_url, lambda _bench, _claim, _desk: None)]
        views.append(_work(farm, redis_url, _canceled(farm)))
        views.append(_work(silent, redis_url, _lost(farm, redis_url)))
        canceled.turn()
        canceled.turn()
        # Another dispatcher has led, and told of this one.
        sow(farm, [Row(row="elsewhere", script=_SAID)])
        operations.cancel(ledger, [len(views) + 1], by="test")
        now = 46.0
        canceled.turn()
    ends = [(each.span, str(each.outcome)) for view in views for each in view.steps[0].attempts]
    told = [
        (span.span_id.hex(), attribute.value.string_value)
        for span in receiver.spans
        for attribute in span.attributes
        if attribute.key == "lectern.outcome"
    ]
    assert sorted(told) == sorted(ends)
    assert [outcome for _, outcome in ends] == ["interrupted", "superseded", "lost"]
    errors = {span.span_id.hex() for span in receiver.spans if span.status.code == Status.STATUS_CODE_ERROR}
    assert errors == {ends[2][0]}
    born = trace.parse(views[1].line.traceparent)
    films = [(span.trace_id.hex(), span.span_id.hex()) for span in receiver.spans if span.name == "film"]
    assert films == [(born.trace_id, born.span_id)]


def test_what_is_done_for_a_film_outside_of_its_steps_stands_below_it(
    farm: Farm, redis_url: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its submission, the message about its step, and a notice that nobody takes: in its own trace."""
    home = tmp_path / "home"
    address = Address(
        url="http://127.0.0.1:9/secret",
        name="127.0.0.1",
        secrets=("s" * 16,),
        events=frozenset(Event),
        allow_http=False,
        prefix="",
    )
    herald = Herald(farm.ledger, address)
    herald.turn()
    with sending(monkeypatch, home, receiver.url):
        view = _work(farm, redis_url, _speaking(InputError("face-cannot-be-driven", said=_SAID)))
        announce(replace(farm, settings=quick_settings(home, TELEMETRY__OTLP_URL=receiver.url)), 1, 1_000)
        # All is queued by then: an address that is none is told by those who work.
        announce(replace(farm, settings=quick_settings(home, TELEMETRY__OTLP_URL="ftp://nobody")), 1, 2_000)
        app = make_app(redis_url, time_limit_s=60, steps_per_child=10, waits=False)
        born = trace.parse(view.line.traceparent)
        publish(app, Message(step=1, capability="speak", label="", urgency="bulk", trace=born, job=1))
        herald.turn()
    spans = {span.name: span for span in receiver.spans if span.parent_span_id.hex() == born.span_id}
    assert {*spans} == {"speak", "wait speak", "submit", "send lectern.speak", "POST notice"}
    assert {span.trace_id.hex() for span in spans.values()} == {born.trace_id}
    assert spans["submit"].start_time_unix_nano == 1_000
    sent = {each.key: each.value.string_value for each in spans["send lectern.speak"].attributes}
    assert (sent["messaging.system"], sent["messaging.destination.name"]) == ("celery", "lectern.speak")
    assert spans["POST notice"].status.message == "post-away"
    assert b"/secret" not in receiver.raw
