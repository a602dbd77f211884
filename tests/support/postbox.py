"""A mail server: real SMTP on this machine, with STARTTLS and passwords, and the ways in which it refuses."""

from __future__ import annotations

import base64
import socketserver
import ssl
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any


@dataclass
class Postbox:
    """Takes mail.

    Attributes:
        port: where it listens on this machine.
        certificate: what it shows when a line is to be encrypted; None: it cannot encrypt.
        password: of the user ``farm``; empty: it asks nobody.
        strangers: receivers whom it does not know.
        silent_s: how long it says nothing at all at first.
        mails: what it has taken, each with its receivers.
        encrypted: whether the line was, for each of these.
        heard: every line that came in plain text.
    """

    port: int = 0
    certificate: Path | None = None
    password: str = ""
    strangers: frozenset[str] = frozenset()
    silent_s: float = 0
    mails: list[tuple[EmailMessage, tuple[str, ...]]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)


class _Clerk(socketserver.BaseRequestHandler):
    """Talks with one sender."""

    box: Postbox

    def handle(self) -> None:
        self.tls = False
        self.known = not self.box.password
        self.to: list[str] = []
        time.sleep(self.box.silent_s)
        self.line: Any = self.request
        self.file = self.line.makefile("rb")
        try:
            self._talk()
        finally:
            self.file.close()
            self.line.close()

    def _talk(self) -> None:
        self._say("220 here")
        while raw := self.file.readline():
            text = raw.decode().strip()
            if not self.tls:
                self.box.heard.append(text)
            verb = text.partition(" ")[0].upper()
            if verb == "QUIT":
                self._say("221 bye")
                return
            self._hear(verb, text)

    def _hear(self, verb: str, text: str) -> None:
        if verb == "EHLO":
            offered = ["250-here", *(["250-STARTTLS"] if self.box.certificate and not self.tls else [])]
            self._say(*offered, "250 AUTH PLAIN")
        elif verb == "STARTTLS":
            self._encrypt()
        elif verb == "AUTH":
            self.known = base64.b64decode(text.split()[2]).decode() == f"\0farm\0{self.box.password}"
            # Some servers repeat what they were given.
            self._say("235 welcome" if self.known else f"535 no user with {self.box.password}x")
        elif verb == "MAIL":
            self._say("250 ok" if self.known else "530 who are you")
        elif verb == "RCPT":
            who = text.partition("<")[2].partition(">")[0]
            self._say("550 nobody of that name" if who in self.box.strangers else "250 ok")
            self.to.append(who)
        elif verb == "DATA":
            self._say("354 go on")
            lines = list(iter(self.file.readline, b".\r\n"))
            whole = b"".join(line.removeprefix(b".") if line.startswith(b"..") else line for line in lines)
            mail = message_from_bytes(whole, policy=policy.default)
            self.box.mails.append((mail, tuple(self.to)))  # type: ignore[arg-type]
            self.box.encrypted.append(self.tls)
            self._say("250 taken")
        else:
            self._say("250 ok")

    def _encrypt(self) -> None:
        assert self.box.certificate is not None
        self._say("220 go on")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.box.certificate)
        self.file.close()
        self.line = context.wrap_socket(self.request, server_side=True)
        self.file, self.tls = self.line.makefile("rb"), True

    def _say(self, *lines: str) -> None:
        self.line.sendall("".join(f"{line}\r\n" for line in lines).encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of who hung up."""


@contextmanager
def postbox(certificate: Path | None = None) -> Generator[Postbox]:
    """A mail server that listens on this machine."""
    box = Postbox(certificate=certificate)
    server = _Server(("127.0.0.1", 0), type("_Here", (_Clerk,), {"box": box}))
    box.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield box
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
