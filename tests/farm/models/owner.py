"""An owner's server on this machine: real HTTP, and every way in which such a server misbehaves."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from farm.models.catalogue import Known, Terms
from farm.models.fetch import Patience
from pipeline.plan.models import ModelKind

#: For tests: nobody waits for what never comes.
HASTY = Patience(silent_s=20.0, slow_s=0.1, slow_bytes=1 << 16, pauses_s=(0.0, 0.0))


@dataclass
class Owner:
    """What the server gives, and what it was asked.

    Attributes:
        content: the file.
        act: how it answers; as a good server does unless told otherwise.
        asked: the Range of each question, empty for none.
    """

    content: bytes
    address: str = ""
    act: Callable[[Handler, Owner], None] | None = None
    asked: list[str] = field(default_factory=list)

    def known(self, **changes: object) -> Known:
        """The catalogue's entry of its file."""
        entry: dict[str, object] = {
            "name": "lips",
            "kind": ModelKind.WAV2LIP,
            "file": "lips.pth",
            "bytes": len(self.content),
            "digest": hashlib.sha256(self.content).hexdigest(),
            "licence": "MIT",
            "terms": Terms(en="Do what you like.", zh="可随意使用。"),
            "page": self.address,
            "address": self.address,
        }
        return Known.model_validate({**entry, **changes})


class Handler(BaseHTTPRequestHandler):
    """Answers as the owner acts."""

    owner: Owner

    def do_GET(self) -> None:
        """Give the file, or do as the owner does."""
        self.owner.asked.append(self.headers.get("Range", ""))
        (self.owner.act or good)(self, self.owner)

    def head(self, status: int, **headers: str) -> None:
        """Begin an answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def begin(self) -> int:
        """Where the question wants the file to begin."""
        wanted = self.headers.get("Range", "")
        return int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def good(handler: Handler, owner: Owner) -> None:
    """Answer as a good server: the whole file, or the rest that was asked for."""
    begin, size = handler.begin(), len(owner.content)
    rest = owner.content[begin:]
    if begin:
        handler.head(206, Content_Length=str(len(rest)), Content_Range=f"bytes {begin}-{size - 1}/{size}")
    else:
        handler.head(200, Content_Length=str(size))
    handler.wfile.write(rest)


def broken_off(handler: Handler, owner: Owner) -> None:
    """Hang up after a third of what is left."""
    rest = owner.content[handler.begin() :]
    if begin := handler.begin():
        handler.head(206, Content_Length=str(len(rest)), Content_Range=f"bytes {begin}-/{len(owner.content)}")
    else:
        handler.head(200, Content_Length=str(len(rest)))
    handler.wfile.write(rest[: len(rest) // 3])
    handler.close_connection = True


def rangeless(handler: Handler, owner: Owner) -> None:
    """Hear of no ranges; the first answer breaks off."""
    handler.head(200, Content_Length=str(len(owner.content)))
    whole = len(owner.asked) > 1
    handler.wfile.write(owner.content if whole else owner.content[:100])


def endless(handler: Handler, owner: Owner) -> None:
    """Tell no length, and give more than there should be."""
    handler.head(200)
    handler.wfile.write(owner.content + b"x" * 100_000)


def another(handler: Handler, owner: Owner) -> None:
    """Give a file of the same size with other content."""
    handler.head(200, Content_Length=str(len(owner.content)))
    handler.wfile.write(b"z" * len(owner.content))


def page(handler: Handler, owner: Owner) -> None:
    """Give a page that asks to confirm."""
    handler.head(200, Content_Type="text/html; charset=utf-8")
    handler.wfile.write(b"<html>Can't scan this file for viruses. Download anyway?</html>")
    del owner


def absent(handler: Handler, owner: Owner) -> None:
    """Have no such file."""
    handler.head(404, Content_Length="0")
    del owner


def overworked(handler: Handler, owner: Owner) -> None:
    """Be overworked at first, then good."""
    if len(owner.asked) == 1:
        handler.head(503, Content_Length="0")
    else:
        good(handler, owner)


def moved(handler: Handler, owner: Owner) -> None:
    """Lead on to where the file is."""
    if handler.path == "/moved":
        good(handler, owner)
    else:
        handler.head(302, Location=f"{owner.address}moved", Content_Length="0")


def around(handler: Handler, owner: Owner) -> None:
    """Lead in circles."""
    handler.head(302, Location=f"{owner.address}round-{len(owner.asked)}", Content_Length="0")


def to_a_file(handler: Handler, owner: Owner) -> None:
    """Lead to a file of this machine."""
    handler.head(302, Location="file:///etc/passwd", Content_Length="0")
    del owner


def dripping(handler: Handler, owner: Owner) -> None:
    """Give a byte now and then."""
    handler.head(200, Content_Length=str(len(owner.content)))
    for number in range(10):
        handler.wfile.write(owner.content[number : number + 1])
        time.sleep(0.02)


def silent(handler: Handler, owner: Owner) -> None:
    """Say nothing at all."""
    time.sleep(0.6)
    handler.close_connection = True
    del owner


@contextmanager
def owner_of(content: bytes) -> Generator[Owner]:
    """An owner who gives this file away, for as long as the block lasts."""
    owner = Owner(content=content)
    handler = type("OwnHandler", (Handler,), {"owner": owner})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        # Whoever is hung up on says so on standard error otherwise.
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        owner.address = f"http://127.0.0.1:{server.server_address[1]}/"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield owner
        finally:
            server.shutdown()
            thread.join()
