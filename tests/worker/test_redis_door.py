"""Promises about a Redis that asks for a password or speaks TLS."""

from __future__ import annotations

import re
import select
import socket
import socketserver
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import cast

import pytest
import redis

from cli.doctor import _redis as doctor_of
from farm.bootstrap import settings_of
from farm.doctor import Doubt
from pipeline.plan.errors import AwayError, InputError
from pipeline.plan.trace import Trace
from tasks.app import Message, make_app, publish
from worker import dispatching, watchdog
from worker.__main__ import main
from worker.places import Places, free_port
from worker.redis_server import await_redis, check_redis

_WRONG = "wrong-password-here"


def _openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)  # noqa: S607 - the system's own


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority, a certificate by it for 127.0.0.1 and this very user, and their keys."""
    folder = tmp_path_factory.mktemp("keys")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    names = ("-subj", "/CN=redis", "-addext", "subjectAltName=IP:127.0.0.1")
    ca, ca_key = str(folder / "ca.pem"), str(folder / "ca.key")
    _openssl("req", "-x509", *key, "-subj", "/CN=authority", "-days", "2", "-keyout", ca_key, "-out", ca)
    own = ("-keyout", str(folder / "own.key"), "-out", str(folder / "own.pem"))
    _openssl("req", "-x509", *key, *names, "-days", "2", "-CA", ca, "-CAkey", ca_key, *own)
    return folder


class _Relay(socketserver.BaseRequestHandler):
    """One connection to Redis, encrypted as far as here."""

    def handle(self) -> None:
        """Carry on what comes, either way, until one side ends."""
        server = cast("_Door", self.server)
        with (
            suppress(OSError),
            server.trust.wrap_socket(self.request, server_side=True) as near,
            socket.create_connection(("127.0.0.1", server.behind)) as far,
        ):
            while True:
                for one in select.select([near, far], [], [], 10)[0]:
                    if not (told := one.recv(65536)):
                        return
                    (far if one is near else near).sendall(told)


class _Door(socketserver.ThreadingTCPServer):
    """TLS before a Redis: it shows a certificate, and asks for one.

    Args:
        keys: the folder of certificates.
        behind: the port of the Redis.
    """

    daemon_threads = True

    def __init__(self, keys: Path, behind: int) -> None:
        super().__init__(("127.0.0.1", 0), _Relay)
        self.behind = behind
        self.trust = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=keys / "ca.pem")
        self.trust.load_cert_chain(keys / "own.pem", keys / "own.key")
        self.trust.verify_mode = ssl.CERT_REQUIRED


@pytest.fixture
def encrypted(keys: Path, redis_url: str) -> Iterator[str]:
    """The URL of a Redis that speaks TLS alone, and asks for a password and a certificate."""
    head, _, place = redis_url.partition("@")
    with _Door(keys, int(place.partition(":")[2].partition("/")[0])) as door:
        Thread(target=door.serve_forever, args=(0.02,), daemon=True).start()
        yield f"rediss{head.removeprefix('redis')}@127.0.0.1:{door.server_address[1]}/0"
        door.shutdown()


def test_a_wrong_password_is_said_at_once_by_whoever_needs_redis(
    redis_url: str, places: Places, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Dispatcher, Flower and doctor name the knob, wait for nothing, and tell neither password."""
    right = redis_url.partition("@")[0].rpartition(":")[2]
    wrong = redis_url.replace(right, _WRONG)
    settings = settings_of({"LECTERN_HOME": str(places.home), "LECTERN_REDIS__URL": wrong})
    began = time.monotonic()
    for ask in (
        lambda: await_redis(wrong, 60),
        lambda: check_redis(wrong),
        lambda: check_redis(redis_url.replace(f":{right}@", "")),
        lambda: doctor_of(settings),
        lambda: dispatching.serve(settings, name="d"),
        lambda: watchdog.serve(settings, beginning=lambda: None),
    ):
        with pytest.raises(InputError, match="farm-redis-refused") as caught:
            ask()
        assert right not in str(caught.value)
        assert _WRONG not in str(caught.value)
    monkeypatch.setenv("LECTERN_HOME", str(places.home))
    monkeypatch.setenv("LECTERN_REDIS__URL", wrong)
    assert main("flower", "5555") == 1
    told = capfd.readouterr().err
    assert "farm-redis-refused" in told
    assert "[redis] url" in told
    assert not re.search(f"{right}|{_WRONG}", told)
    assert time.monotonic() - began < 20
    check_redis(redis_url)
    check_redis(f"redis://127.0.0.1:{free_port(0)}/0")


def test_a_redis_elsewhere_without_encryption_is_a_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor says so, without the password; on this machine it is well; what is no URL is not shown."""
    monkeypatch.setattr("cli.doctor.await_redis", lambda _url, _seconds: None)
    settings = settings_of({"LECTERN_REDIS__URL": "redis://:word@redis.example:6379/0"})
    with pytest.raises(Doubt, match="farm-redis-plain") as caught:
        doctor_of(settings)
    assert "word" not in str(caught.value)
    assert "…@127.0.0.1" in doctor_of(settings_of({"LECTERN_REDIS__URL": "redis://:word@127.0.0.1/0"})).detail
    with pytest.raises(InputError, match="farm-redis-url-wrong") as wrong:
        await_redis("redis//:word@host", 1)
    assert "word" not in str(wrong.value)


def test_files_of_tls_join_the_address_once(tmp_path: Path) -> None:
    """Children are handed a whole address, and add nothing to it; an address without TLS stays as it is."""
    given = {"LECTERN_HOME": str(tmp_path), "LECTERN_REDIS__CA_FILE": str(tmp_path / "a b&c.pem")}
    given |= {"LECTERN_REDIS__CERT_FILE": "/own.pem", "LECTERN_REDIS__KEY_FILE": "/own.key"}
    whole = settings_of({**given, "LECTERN_REDIS__URL": "rediss://:p@h/0"}).redis.location
    with redis.Redis.from_url(whole) as client:
        told = client.connection_pool.connection_kwargs
    assert told["ssl_ca_certs"] == str(tmp_path / "a b&c.pem")
    assert (told["ssl_certfile"], told["ssl_keyfile"]) == ("/own.pem", "/own.key")
    assert settings_of({**given, "LECTERN_REDIS__URL": whole}).redis.location == whole
    assert settings_of({**given, "LECTERN_REDIS__URL": "redis://h"}).redis.location == "redis://h"


def test_messages_go_through_tls_and_nobody_else_is_trusted(keys: Path, encrypted: str) -> None:
    """With the authority and a certificate of one's own; without either it is said what is missing."""
    given = {
        "LECTERN_REDIS__URL": encrypted,
        "LECTERN_REDIS__CA_FILE": str(keys / "ca.pem"),
        "LECTERN_REDIS__CERT_FILE": str(keys / "own.pem"),
        "LECTERN_REDIS__KEY_FILE": str(keys / "own.key"),
    }
    url = settings_of(given).redis.location
    await_redis(url, 10)
    with make_app(url, time_limit_s=60, steps_per_child=10, waits=False) as app:
        trace = Trace(trace_id="1" * 32, span_id="1" * 16)
        publish(app, Message(step=7, capability="join", label="x", urgency="urgent", trace=trace))
        # Flower finds its trust here alone.
        assert app.conf.broker_use_ssl["ssl_ca_certs"] == str(keys / "ca.pem")
        assert app.conf.broker_use_ssl["ssl_cert_reqs"] == ssl.CERT_REQUIRED
    with redis.Redis.from_url(url) as client:
        assert client.llen("lectern.join") == 1
    host = encrypted.replace("127.0.0.1", "localhost")
    for changed in (
        {"CA_FILE": ""},
        {"CERT_FILE": "/nowhere.pem"},
        {"CERT_FILE": "", "KEY_FILE": ""},
        {"URL": host},
    ):
        knobs = {f"LECTERN_REDIS__{name}": value for name, value in changed.items()}
        with pytest.raises(InputError, match="farm-redis-untrusted"):
            await_redis(settings_of({**given, **knobs}).redis.location, 10)
    password = encrypted.partition("@")[0].rpartition(":")[2]
    with pytest.raises(InputError, match="farm-redis-refused"):
        await_redis(url.replace(password, _WRONG), 10)
    with pytest.raises(AwayError):
        await_redis(encrypted.replace("rediss", "redis"), 0)
