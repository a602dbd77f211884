"""Promises about the server that probes and Prometheus ask, by its own sockets."""

from __future__ import annotations

import base64
import json
import os
import select
import socket
import threading
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import get_args

import pytest

from pipeline.plan.errors import InputError
from pipeline.plan.messages import text
from tests.tasks.yard import quick_settings
from worker import exposition
from worker.exposition import Answer, Answers, Asked, Exposition
from worker.health import Role, checked_password, exposing
from worker.life import Life
from worker.places import free_port
from worker.readiness import Readiness

_SECRET = "sesame"  # noqa: S105 - a test's own


def _well(asked: Asked) -> Answer:
    return Answer(status=HTTPStatus.OK, body=b"trusted\n" if asked.trusted else b"well\n")


def _broken(_asked: Asked) -> Answer:
    raise RuntimeError


_ANSWERS: dict[str, Answers] = {
    "/well": _well,
    "/broken": _broken,
    "/long": lambda _: Answer(status=HTTPStatus.OK, body=b"x" * 3_000_000),
}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where a server listens that asks for a password."""
    with Exposition("127.0.0.1", 0, knob="worker_port", answers=_ANSWERS, password=_SECRET) as served:
        yield served.port


def say(port: int, request: bytes) -> bytes:
    """All that is answered to what was sent; the server hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as caller:
        caller.sendall(request)
        return b"".join(iter(lambda: caller.recv(65536), b""))


def get(port: int, path: str, method: str = "GET", headers: str = "") -> tuple[int, bytes]:
    """The status and the body of an answer."""
    head, _, body = say(port, f"{method} {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode()).partition(
        b"\r\n\r\n"
    )
    return int(head.split()[1]), body


def _basic(user: str, password: str) -> str:
    return f"authorization: Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}\r\n"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /well HTTP/1.1\r\n\r\n", 200),
        (b"GET /well?a=1&a=2 HTTP/1.0\n\n", 200),
        (b"GET /nothing HTTP/1.1\r\n\r\n", 404),
        (b"GET /well/../etc HTTP/1.1\r\n\r\n", 404),
        (b"POST /well HTTP/1.1\r\nContent-Length: 9\r\n\r\n", 405),
        (b"GET //[ HTTP/1.1\r\n\r\n", 400),
        (b"GET /well?" + b"&".join([b"a=1"] * 99) + b" HTTP/1.1\r\n\r\n", 400),
        (b"\x16\x03\x01\x00\r\n\r\n", 400),
        (b"GET /well\r\n\r\n", 400),
        (b"GET /" + b"x" * 9000, 431),
        (b"GET /broken HTTP/1.1\r\n\r\n", 500),
    ],
)
def test_whatever_is_asked_is_answered_and_the_next_one_too(port: int, request_: bytes, status: int) -> None:
    """Nonsense, too much, a fault of ours: a status each, and no word about what serves it."""
    told = say(port, request_)
    assert int(told.split()[1]) == status
    assert b"server:" not in told.lower()
    assert b"python" not in told.lower()
    assert get(port, "/well") == (200, b"well\n")


def test_who_asks_for_the_head_gets_no_body(port: int) -> None:
    """It is told how long the body would be."""
    told = say(port, b"HEAD /well HTTP/1.1\r\n\r\n")
    assert b"Content-Length: 5\r\n" in told
    assert told.endswith(b"\r\n\r\n")


def test_a_long_answer_arrives_whole(port: int) -> None:
    """However much fits into the socket at once."""
    assert len(get(port, "/long")[1]) == 3_000_000


@pytest.mark.parametrize(
    ("headers", "trusted"),
    [
        (_basic("lectern", _SECRET), True),
        (_basic("lectern", "nonsense"), False),
        (_basic("root", _SECRET), False),
        ("Authorization: Basic !!!\r\n", False),
        ("Authorization: Basic é\r\n", False),
        (f"Authorization: Bearer {_SECRET}\r\n", False),
        ("", False),
    ],
)
def test_who_knows_the_password_is_trusted_and_nobody_else(port: int, headers: str, *, trusted: bool) -> None:
    """By HTTP's basic authentication."""
    assert get(port, "/well", headers=headers) == (200, b"trusted\n" if trusted else b"well\n")


def test_who_says_nothing_keeps_nobody_from_being_heard(port: int) -> None:
    """Also where more of them are there than are listened to; the eldest are hung up on."""
    silent = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(80)]
    try:
        for caller in silent:
            caller.sendall(b"GET /we")
        begun = time.monotonic()
        assert get(port, "/well") == (200, b"well\n")
        assert time.monotonic() - begun < 3
        assert silent[0].recv(9) == b""
        assert sum(thread.name == "exposition" for thread in threading.enumerate()) == 1
    finally:
        for caller in silent:
            caller.close()


def test_who_is_slow_is_hung_up_on(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sign now and then does not prolong its time."""
    monkeypatch.setattr(exposition, "_DEADLINE_S", 0.3)
    with socket.create_connection(("127.0.0.1", port), timeout=5) as caller:
        begun = time.monotonic()
        while time.monotonic() - begun < 3 and not select.select([caller], [], [], 0.05)[0]:
            caller.sendall(b"G")
        assert caller.recv(9) == b""
        assert time.monotonic() - begun < 3


def test_a_port_that_is_taken_is_named_with_its_knob(port: int) -> None:
    """And so is an address that is nobody's."""
    with pytest.raises(InputError) as told:
        Exposition("127.0.0.1", port, knob="worker_port", answers={})
    assert (told.value.code, told.value.facts["port"], told.value.facts["knob"]) == (
        "metrics-port-taken",
        port,
        "worker_port",
    )
    with pytest.raises(InputError, match="metrics-host-wrong"):
        Exposition("192.0.2.1", 0, knob="worker_port", answers={})


@pytest.mark.parametrize("role", get_args(Role))
def test_each_process_names_its_own_knob_where_another_farm_has_its_port(
    tmp_path: Path, port: int, role: Role
) -> None:
    """It is refused before it looks at anything; a second farm on one machine learns which port to change."""
    settings = quick_settings(tmp_path, **{f"METRICS__{role.upper()}_PORT": str(port)})
    ready, looked = Readiness(), threading.Event()
    ready.look_at("store", looked.set, every_s=1.0)
    with (
        pytest.raises(InputError, match="metrics-port-taken") as told,
        exposing(settings, role, Life(hung_s=90), ready=ready),
    ):
        pass
    assert told.value.facts["knob"] == f"{role}_port"
    assert "second farm" in text(told.value.code, "en").why
    assert not looked.is_set()


def test_a_process_that_is_forked_off_does_not_hold_the_port() -> None:
    """A worker's process that works is one, and may outlive the main one."""
    served = Exposition("127.0.0.1", 0, knob="worker_port", answers={})
    ours, its = socket.socketpair()
    child = os.fork()
    if not child:
        ours.close()
        its.sendall(b"here")
        its.recv(1)
        os._exit(0)
    its.close()
    assert ours.recv(9) == b"here"
    served.close()
    Exposition("127.0.0.1", served.port, knob="worker_port", answers={}).close()
    ours.close()
    os.waitpid(child, 0)


@pytest.mark.parametrize(
    ("knobs", "refused"),
    [
        ({"HOST": "127.0.0.1"}, ""),
        ({"HOST": "::1"}, ""),
        ({"HOST": "0.0.0.0"}, "metrics-not-open"),  # noqa: S104 - that is what is refused
        ({"HOST": "::"}, "metrics-not-open"),
        ({"HOST": "farm.example"}, "metrics-not-open"),
        ({"HOST": "0.0.0.0", "OPEN": "true"}, ""),  # noqa: S104 - opened on purpose
        ({"HOST": "0.0.0.0", "PASSWORD": _SECRET}, "metrics-not-open"),  # noqa: S104 - it could be read
        ({"HOST": "0.0.0.0", "PASSWORD": _SECRET, "OPEN": "true"}, ""),  # noqa: S104 - behind both
    ],
)
def test_nobody_opens_it_to_the_network_unawares(tmp_path: Path, knobs: dict[str, str], refused: str) -> None:
    """Beyond loopback it takes a word; a password alone would be readable on the way."""
    settings = quick_settings(tmp_path, **{f"METRICS__{name}": value for name, value in knobs.items()})
    if refused:
        with pytest.raises(InputError, match=refused):
            checked_password(settings)
    else:
        assert checked_password(settings) == knobs.get("PASSWORD", "")


def test_a_loop_that_stands_is_told_and_figures_are_for_those_who_may(tmp_path: Path) -> None:
    """A probe hears a word without a password; details and figures take it."""
    (tmp_path / "password").write_text(f"{_SECRET}\n")
    (tmp_path / "password").chmod(0o600)
    port, now = free_port(0), 0.0
    knobs = {"WORKER_PORT": str(port), "PASSWORD_FILE": str(tmp_path / "password")}
    settings = quick_settings(tmp_path, **{f"METRICS__{name}": value for name, value in knobs.items()})
    life, known = Life(hung_s=90, clock=lambda: now), _basic("lectern", _SECRET)
    ready = Readiness(told=lambda: {"leads": True})
    with exposing(settings, "worker", life, ready=ready, metrics=lambda: b"figures 1\n"):
        assert get(port, "/healthz") == (200, b"ok\n")
        assert get(port, "/readyz") == (200, b"ready\n")
        now = 91.0
        assert get(port, "/healthz") == (503, b"hangs\n")
        assert get(port, "/readyz") == (503, b"not ready\n")
        assert get(port, "/healthz?verbose")[0] == get(port, "/readyz?verbose")[0] == 401
        status, told = get(port, "/healthz?verbose", headers=known)
        assert (status, json.loads(told)["hangs"][0]["code"]) == (503, "loop-hangs")
        life.moved()
        ready.rest_on("store", patience_s=9)
        status, told = get(port, "/readyz?verbose", headers=known)
        document = json.loads(told)
        assert (status, document["ok"], document["leads"]) == (503, False, True)
        assert [(each["part"], each["code"]) for each in document["lacks"]] == [("store", "ready-unknown")]
        assert document["lacks"][0]["what"].endswith("store.")
        assert document["lacks"][0]["cure"]
        assert get(port, "/healthz?verbose", headers=known)[0] == 200
        assert get(port, "/metrics")[0] == 401
        assert get(port, "/metrics", headers=known) == (200, b"figures 1\n")
