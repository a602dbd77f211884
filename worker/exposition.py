"""A process's own small HTTP server: what it tells of itself to probes and to Prometheus.

One thread answers everybody. It reads a request's head alone, up to a length, answers at once from what is
known already, and closes. Whoever is slower than a few seconds, or comes when too many are there already, is
hung up on; so nobody holds it, and it does not grow.
"""

from __future__ import annotations

import base64
import binascii
import errno
import hmac
import os
import selectors
import socket
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

import structlog

from pipeline.plan.errors import InputError

#: Who looks: the user's name, with the password that was set.
USER = "lectern"
_HEAD_BYTES = 8192
#: So many are listened to at once.
_MOST = 32
#: And so many may wait to be.
_WAITING = 128
#: From being heard of to the end of the answer.
_DEADLINE_S = 5.0
_TICK_S = 0.5
_END_S = 2.0
_TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody asks.

    Attributes:
        query: the words after the question mark.
        trusted: whether it may hear everything: it knew the password, or there is none.
    """

    query: Mapping[str, str]
    trusted: bool


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What it is told."""

    status: HTTPStatus
    body: bytes
    kind: str = _TEXT
    headers: Mapping[str, str] = field(default_factory=dict)


#: What answers a question; called in the server's thread, and to return at once.
Answers = Callable[[Asked], Answer]


@dataclass(kw_only=True)
class _Caller:
    """One connection."""

    socket: socket.socket
    until: float
    heard: bytearray = field(default_factory=bytearray)
    answer: memoryview | None = None


#: What a forked process is not to keep: it would hold the port when its parent has ended.
_open: weakref.WeakSet[Exposition] = weakref.WeakSet()


class Exposition:
    """A server for some paths, from `start` to `close`; a context manager.

    Args:
        host: the address that it listens on.
        port: the port.
        knob: which knob has set that, for whoever finds it taken.
        answers: what answers, by path.
        password: what has to be known for what `Asked.trusted` says; empty: nothing.

    Raises:
        InputError: ``metrics-port-taken`` or ``metrics-host-wrong``.
    """

    def __init__(
        self, host: str, port: int, *, knob: str, answers: Mapping[str, Answers], password: str = ""
    ) -> None:
        self._answers = dict(answers)
        self._expected = f"{USER}:{password}".encode() if password else b""
        self._door = _listening(host, port, knob)
        self._port: int = self._door.getsockname()[1]
        self._callers: dict[socket.socket, _Caller] = {}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="exposition", daemon=True)
        self._log = structlog.get_logger()
        _open.add(self)

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Listen no more; it may be called twice."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(_END_S)
        self._door.close()

    def leave(self) -> None:
        """Let go of every connection, in a process that was forked off."""
        for known in (self._door, *self._callers):
            known.close()

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._door, selectors.EVENT_READ)
            while not self._ending.is_set():
                ready = selector.select(_TICK_S)
                for key, _ in ready:
                    if key.fileobj is self._door:
                        self._accept(selector)
                    elif (caller := self._callers.get(key.fileobj)) is not None:  # type: ignore[call-overload]
                        self._attend(caller, selector)
                now = time.monotonic()
                for caller in [each for each in self._callers.values() if each.until < now]:
                    self._part(caller, selector)
            for caller in list(self._callers.values()):
                self._part(caller, selector)

    def _accept(self, selector: selectors.BaseSelector) -> None:
        try:
            accepted, _ = self._door.accept()
        except BlockingIOError:
            return
        except OSError as error:
            # No descriptor is left, or whoever called has hung up already. It asks again at its own pace.
            if error.errno in {errno.EMFILE, errno.ENFILE}:
                time.sleep(_TICK_S)
            return
        if len(self._callers) >= _MOST:
            # Who has had the most time makes room: a probe that was just sent is answered.
            self._part(min(self._callers.values(), key=lambda each: each.until), selector)
        accepted.setblocking(False)  # noqa: FBT003 - as the socket has it
        self._callers[accepted] = _Caller(socket=accepted, until=time.monotonic() + _DEADLINE_S)
        selector.register(accepted, selectors.EVENT_READ)

    def _attend(self, caller: _Caller, selector: selectors.BaseSelector) -> None:
        try:
            if caller.answer is None and not self._hear(caller, selector):
                return
            if caller.answer is not None:
                caller.answer = caller.answer[caller.socket.send(caller.answer) :]
                if caller.answer:
                    return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._part(caller, selector)

    def _hear(self, caller: _Caller, selector: selectors.BaseSelector) -> bool:
        """Read on; True once there is something to say, or nobody to say it to."""
        piece = caller.socket.recv(_HEAD_BYTES)
        if not piece:
            return True
        caller.heard += piece
        ended = b"\r\n\r\n" in caller.heard or b"\n\n" in caller.heard
        if not ended and len(caller.heard) <= _HEAD_BYTES:
            return False
        if ended:
            answer, head_alone = self._answer(bytes(caller.heard))
        else:
            answer, head_alone = _plain(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE), False
        caller.answer = memoryview(_written(answer, head_alone=head_alone))
        caller.heard.clear()
        selector.modify(caller.socket, selectors.EVENT_WRITE)
        return True

    def _answer(self, heard: bytes) -> tuple[Answer, bool]:
        """What a request is told, and whether without the body."""
        line, *rest = heard.replace(b"\r\n", b"\n").split(b"\n\n", 1)[0].decode("latin-1").split("\n")
        words = line.split(" ")
        if len(words) != len(("method", "target", "version")) or not words[2].startswith("HTTP/1."):
            return _plain(HTTPStatus.BAD_REQUEST), False
        method, target, _ = words
        if method not in {"GET", "HEAD"}:
            return _plain(HTTPStatus.METHOD_NOT_ALLOWED, Allow="GET, HEAD"), False
        try:
            asked = urlsplit(target)
            query = {
                name: values[-1]
                for name, values in parse_qs(asked.query, keep_blank_values=True, max_num_fields=16).items()
            }
        except ValueError:
            return _plain(HTTPStatus.BAD_REQUEST), method == "HEAD"
        answers = self._answers.get(asked.path)
        if answers is None:
            return _plain(HTTPStatus.NOT_FOUND), method == "HEAD"
        try:
            answer = answers(Asked(query=query, trusted=self._trusts(rest)))
        except Exception as error:  # noqa: BLE001 - whatever it was, the next one is answered
            # Without what stood around it, which may hold the password.
            self._log.error("not told", path=asked.path, reason=repr(error))
            answer = _plain(HTTPStatus.INTERNAL_SERVER_ERROR)
        return answer, method == "HEAD"

    def _trusts(self, headers: list[str]) -> bool:
        if not self._expected:
            return True
        for header in headers:
            name, _, value = header.partition(":")
            scheme, _, told = value.strip().partition(" ")
            if name.strip().lower() == "authorization" and scheme.lower() == "basic":
                with suppress(binascii.Error, ValueError):
                    return hmac.compare_digest(base64.b64decode(told.strip(), validate=True), self._expected)
        return False

    def _part(self, caller: _Caller, selector: selectors.BaseSelector) -> None:
        if self._callers.pop(caller.socket, None) is None:
            return
        selector.unregister(caller.socket)
        with suppress(OSError):
            caller.socket.shutdown(socket.SHUT_RDWR)
        caller.socket.close()


def check_free(host: str, port: int, *, knob: str) -> None:
    """See that a process that is about to be started can listen there; a port of 0 is none.

    Raises:
        InputError: as `Exposition`.
    """
    if port:
        _listening(host, port, knob).close()


def unknown_caller() -> Answer:
    """What one is told who may not hear it."""
    return _plain(HTTPStatus.UNAUTHORIZED, **{"WWW-Authenticate": 'Basic realm="lectern"'})


def _plain(status: HTTPStatus, **headers: str) -> Answer:
    return Answer(status=status, body=f"{status.phrase}\n".encode(), headers=headers)


def _written(answer: Answer, *, head_alone: bool) -> bytes:
    told = {
        "Content-Type": answer.kind,
        "Content-Length": str(len(answer.body)),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Connection": "close",
        **answer.headers,
    }
    lines = [f"HTTP/1.1 {answer.status.value} {answer.status.phrase}"]
    lines += [f"{name}: {value}" for name, value in told.items()]
    head = "\r\n".join([*lines, "", ""]).encode("latin-1")
    return head if head_alone else head + answer.body


def _listening(host: str, port: int, knob: str) -> socket.socket:
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise InputError("metrics-host-wrong", host=host) from error
    door = socket.socket(family, socket.SOCK_STREAM)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(address)
        door.listen(_WAITING)
    except OSError as error:
        door.close()
        if error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:
            raise InputError("metrics-host-wrong", host=host) from error
        raise InputError("metrics-port-taken", port=port, host=host, knob=knob) from error
    door.setblocking(False)  # noqa: FBT003 - as the socket has it
    return door


def _leave_all() -> None:
    for each in list(_open):
        each.leave()


os.register_at_fork(after_in_child=_leave_all)
