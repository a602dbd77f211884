"""The one door by which anything is posted to another program over HTTP: bounded in time, size and trust."""

from __future__ import annotations

import functools
import ipaddress
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Self
from urllib.parse import SplitResult, urlsplit

from typing_extensions import override

from pipeline.plan.errors import AwayError, InputError

#: How long a whole exchange may take, from the first packet to the last, in seconds.
DEADLINE_S = 10.0
#: How much of an answer is read; the rest is nobody's business.
MOST_BYTES = 1 << 16
_BLOCK = 1 << 14


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the other side answered.

    Attributes:
        status: HTTP's status code, whatever it is; a redirect is an answer like any other.
        body: the beginning of what came with it.
        retry_after: its header of that name, or nothing.
    """

    status: int
    body: bytes
    retry_after: str

    @property
    def ok(self) -> bool:
        """Whether the other side has taken what was posted (RFC 9110, section 15.3)."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the class of success


def check_address(address: str, *, allow_http: bool = False) -> str:
    """The host of an address that may be posted to.

    Private addresses may be: where to is the operator's choice, a setting and no user's input.

    Raises:
        InputError: ``post-address-wrong``: no address of the web, or one with a password in it;
            ``post-address-plain``: it is not encrypted, though it leads to another machine. Neither repeats
            the address: there are secrets in those of bots.
    """
    parts = _parts_of(address)
    host = parts.hostname if parts is not None else None
    if parts is None or host is None or parts.scheme not in {"http", "https"} or "@" in parts.netloc:
        raise InputError("post-address-wrong", host=host or "?")
    if parts.scheme == "http" and not allow_http and not is_loopback(host):
        raise InputError("post-address-plain", host=host)
    return host


def _parts_of(address: str) -> SplitResult | None:
    """An address in its parts, or nothing where it is none."""
    if not address.isascii() or not address.isprintable() or " " in address:
        return None
    try:
        parts = urlsplit(address)
        # A port that is none is found out when it is asked for.
        usable = parts.port != 0
    except ValueError:
        return None
    return parts if usable else None


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself by its very name, so that nobody can listen on the way."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def post(
    address: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allow_http: bool = False,
    deadline_s: float = DEADLINE_S,
    most_bytes: int = MOST_BYTES,
) -> Answer:
    """Post a body, and bring back what is answered: any status, and no redirect is followed.

    Certificates are checked against those of the system, or of SSL_CERT_FILE. Proxies are taken from the
    environment, as by curl, but none to this machine itself.

    Args:
        address: where to; an address of the web.
        body: what is posted.
        headers: what stands above it.
        allow_http: also without encryption to another machine.
        deadline_s: for connecting, sending and the whole answer together, once the host's name is resolved.
        most_bytes: how much of the answer is read.

    Raises:
        InputError: as `check_address` does.
        AwayError: ``post-away``: no whole answer in time, in the words of whoever noticed, with the host and
            nothing else of the address.
    """
    host = check_address(address, allow_http=allow_http)
    told = {"User-Agent": "lectern", "Accept-Encoding": "identity", **headers}
    request = urllib.request.Request(address, data=body, headers=told, method="POST")  # noqa: S310 - checked
    with _Watch(deadline_s) as watch:
        try:
            opener = _opener(watch, direct=is_loopback(host))
            with opener.open(request, timeout=deadline_s) as answer:
                return _read(answer, watch, most_bytes)
        except (OSError, HTTPException, ValueError) as error:
            reason = "Connection timed out" if watch.is_over else _reason(error)
            # What is raised in there may repeat the whole address: it goes no further.
            raise AwayError("post-away", host=host, reason=reason) from None


def _read(answer: HTTPResponse, watch: _Watch, most_bytes: int) -> Answer:
    body = b""
    while len(body) < most_bytes and (block := answer.read1(min(_BLOCK, most_bytes - len(body)))):
        body += block
    watch.check()
    return Answer(status=answer.status, body=body, retry_after=answer.headers.get("Retry-After", "").strip())


class _Watch:
    """Cuts every line of an exchange once its time is over, whatever the other side drips."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._lines: list[socket.socket] = []
        self._lock = threading.Lock()

    @property
    def is_over(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() >= self._until

    def check(self) -> None:
        """Raise once the time is over: what was read since may be half of it."""
        if self.is_over:
            raise TimeoutError

    def guard(self, line: socket.socket) -> None:
        """Have a line cut in time; TLS takes its descriptor away later, so that it is known by one more."""
        with self._lock:
            self._lines.append(line.dup())
        self.check()

    def _cut(self) -> None:
        with self._lock:
            for line in self._lines:
                try:
                    line.shutdown(socket.SHUT_RDWR)
                except OSError:
                    # It is closed already.
                    continue

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            for line in self._lines:
                line.close()
            self._lines.clear()


class _Line(HTTPConnection):
    """A connection that its watch knows of."""

    watch: _Watch

    @override
    def connect(self) -> None:
        super().connect()
        self.watch.guard(self.sock)


class _SafeLine(HTTPSConnection, _Line):
    """An encrypted one; `_Line` connects it, before it is encrypted."""


class _Plain(urllib.request.HTTPHandler):
    def __init__(self, watch: _Watch) -> None:
        super().__init__()
        self._watch = watch

    @override
    def http_open(self, req: urllib.request.Request) -> HTTPResponse:
        return self.do_open(functools.partial(_watched, _Line, self._watch), req)


class _Safe(urllib.request.HTTPSHandler):
    def __init__(self, watch: _Watch) -> None:
        super().__init__()
        self._watch = watch

    @override
    def https_open(self, req: urllib.request.Request) -> HTTPResponse:
        line = functools.partial(_watched, _SafeLine, self._watch)
        return self.do_open(line, req, context=ssl.create_default_context())


def _watched(kind: type[_Line], watch: _Watch, *args: Any, **kwargs: Any) -> _Line:  # noqa: ANN401 - as urllib gives
    line = kind(*args, **kwargs)
    line.watch = watch
    return line


class _AsItIs(urllib.request.HTTPErrorProcessor):
    """Takes every status for an answer: none is raised, and none is followed."""

    @override
    def http_response(self, request: urllib.request.Request, response: HTTPResponse) -> HTTPResponse:
        return response

    https_response = http_response


def _opener(watch: _Watch, *, direct: bool) -> urllib.request.OpenerDirector:
    proxies = urllib.request.ProxyHandler({} if direct else None)
    return urllib.request.build_opener(proxies, _Plain(watch), _Safe(watch), _AsItIs())


def _reason(error: BaseException) -> str:
    """Why there was no answer, in the words of the operating system or of TLS, which know no address."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return "Connection timed out"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return cause.verify_message
    if isinstance(cause, ssl.SSLError):
        return cause.reason or "TLS"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return "Connection reset by peer" if isinstance(cause, HTTPException | ValueError) else "?"
