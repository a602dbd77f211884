"""Promises about the door to other programs: bounded in time, size and trust, and silent about secrets."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from farm.post import check_address, post
from pipeline.plan.errors import AwayError, InputError, LecternError
from tests.support.receiver import Desk, Posted, Receiver, certificate_of_nobody, receiver


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver on this machine, and a proxy in the environment that nobody must ask for it."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with receiver() as made:
        yield made


def test_what_is_posted_arrives(there: Receiver) -> None:
    """Body and headers arrive as they were given, without a proxy in between; the answer comes back."""
    answer = post(there.address, b"news", {"X-Mark": "1"})
    assert (answer.status, answer.ok) == (204, True)
    (posted,) = there.posted
    assert (posted.path, posted.body, posted.headers["X-Mark"]) == ("/hook?key=topsecret", b"news", "1")


@pytest.mark.parametrize("status", [301, 302, 307, 308, 410, 500])
def test_every_status_is_an_answer(there: Receiver, status: int) -> None:
    """No redirect is followed, and no status raises."""
    there.act = lambda desk, _: desk.answer(status, b"no", Location=there.address, Retry_After="7")
    answer = post(there.address, b"news", {})
    assert (answer.status, answer.ok, answer.body, answer.retry_after) == (status, False, b"no", "7")
    assert len(there.posted) == 1


def test_a_long_answer_is_cut(there: Receiver) -> None:
    """Nobody fills our memory."""
    there.act = lambda desk, _: desk.answer(200, b"x" * 100_000)
    assert len(post(there.address, b"", {}, most_bytes=1000).body) == 1000


def _drip(desk: Desk, _: Posted) -> None:
    desk.send_response(200)
    desk.end_headers()
    try:
        while True:
            desk.wfile.write(b".")
            time.sleep(0.02)
    except OSError:
        return


def test_who_drips_is_cut_in_time(there: Receiver) -> None:
    """The deadline is for the whole exchange, however much keeps coming."""
    there.act = _drip
    with pytest.raises(AwayError) as caught:
        post(there.address, b"", {}, deadline_s=0.2)
    assert caught.value.facts["reason"] == "Connection timed out"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_who_is_silent_is_cut_in_time(scheme: str) -> None:
    """Also while hands are shaken."""
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(AwayError) as caught:
        post(f"{scheme}://127.0.0.1:{mute.getsockname()[1]}/", b"", {}, deadline_s=0.2)
    assert caught.value.facts == {"host": "127.0.0.1", "reason": "Connection timed out"}


def test_nobody_there_is_told() -> None:
    """In the system's words, without the address."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(AwayError) as caught:
        post(f"http://127.0.0.1:{port}/hook?key=topsecret", b"", {})
    assert caught.value.facts == {"host": "127.0.0.1", "reason": "Connection refused"}


def test_a_certificate_of_nobody_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is posted before the other side has shown who it is; an authority of one's own can be named."""
    made = certificate_of_nobody(tmp_path)
    with receiver(certificate=made) as there:
        with pytest.raises(AwayError) as caught:
            post(there.address, b"news", {})
        assert "self" in str(caught.value.facts["reason"])
        assert not there.posted
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "public.pem"))
        assert post(there.address, b"news", {}).ok


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://films.example/hook?key=topsecret", "post-address-plain"),
        ("http://10.0.0.7/hook", "post-address-plain"),
        ("https://me:topsecret@films.example/", "post-address-wrong"),
        ("https://films.example:topsecret/", "post-address-wrong"),
        ("https://films.example/topsecret x", "post-address-wrong"),
        ("https://films.example/topsecret\r\nX: y", "post-address-wrong"),
        ("https://電影.example/topsecret", "post-address-wrong"),
        ("https:///topsecret", "post-address-wrong"),
        ("file:///etc/topsecret", "post-address-wrong"),
        ("topsecret", "post-address-wrong"),
        ("", "post-address-wrong"),
    ],
)
def test_other_addresses_are_refused(address: str, code: str) -> None:
    """Before anything is sent, and without repeating what may be a secret."""
    with pytest.raises(InputError) as caught:
        post(address, b"", {})
    assert caught.value.code == code
    assert "topsecret" not in str(caught.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "[::1]"])
def test_this_machine_needs_no_encryption(host: str) -> None:
    """Nobody listens on the way to oneself; another machine takes the operator's word."""
    assert check_address(f"http://{host}:8080/hook")
    assert check_address("http://films.example/hook", allow_http=True) == "films.example"


def test_no_secret_is_in_any_error(there: Receiver) -> None:
    """Not in its facts, and not in what it was raised from."""

    def hang_up(desk: Desk, _: Posted) -> None:
        desk.wfile.write(b"no HTTP at all\r\n\r\n")

    there.act = hang_up
    with pytest.raises(LecternError) as caught:
        post(there.address, b"topsecret", {"Authorization": "topsecret"})
    assert "topsecret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
