"""A program that is posted to: real HTTP on this machine, and every way in which it misbehaves."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass(frozen=True)
class Posted:
    """What has come once."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Receiver:
    """Takes what is posted.

    Attributes:
        address: where to.
        act: how it answers; it answers 204 unless told otherwise.
        posted: what has come, the latest one last.
    """

    address: str = ""
    act: Callable[[Desk, Posted], None] | None = None
    posted: list[Posted] = field(default_factory=list)


class Desk(BaseHTTPRequestHandler):
    """Answers as the receiver acts."""

    receiver: Receiver

    def do_POST(self) -> None:
        """Take it, and answer."""
        length = int(self.headers.get("Content-Length", "0"))
        posted = Posted(path=self.path, headers=dict(self.headers.items()), body=self.rfile.read(length))
        self.receiver.posted.append(posted)
        if self.receiver.act is None:
            self.answer(204)
        else:
            self.receiver.act(self, posted)

    def do_GET(self) -> None:
        """Remember that a redirect was followed, as nobody should."""
        self.receiver.posted.append(Posted(path=self.path, headers=dict(self.headers.items()), body=b""))
        self.answer(204)

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Answer whole."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of who hung up."""


@contextmanager
def receiver(
    act: Callable[[Desk, Posted], None] | None = None, *, certificate: Path | None = None
) -> Generator[Receiver]:
    """A receiver that listens on this machine; with a certificate it is one of TLS."""
    made = Receiver(act=act)
    server = _Server(("127.0.0.1", 0), type("_Desk", (Desk,), {"receiver": made}))
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        # Who connects shakes hands in a thread of its own.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    made.address = f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}/hook?key=topsecret"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate_of_nobody(folder: Path) -> Path:
    """A certificate for this machine that no authority has signed, with its key."""
    file = folder / "nobody.pem"
    wanted = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    subprocess.run(
        ["openssl", *wanted, *names, "-keyout", str(file), "-out", str(folder / "public.pem")],  # noqa: S607 - the system's own
        check=True,
        capture_output=True,
    )
    with file.open("ab") as whole:
        whole.write((folder / "public.pem").read_bytes())
    return file
