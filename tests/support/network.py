"""Hosts in a network of their own on this machine, for tests that run as root: each can be cut off."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

#: Where the ledger and Redis are, in every such network.
LEDGER, REDIS = "10.213.7.1", "10.213.7.2"
_ENTER = ("ip", "netns", "exec")
_NAMED = 'hostname "$1"; shift; exec "$@"'


def needs_namespaces() -> None:
    """Skip a test where there can be no such network."""
    if os.geteuid() != 0 or shutil.which("ip") is None or shutil.which("unshare") is None:
        pytest.skip("not run: network namespaces need root, ip and unshare")


def _run(*argv: str) -> None:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0, (argv, done.stderr)


@dataclass(frozen=True, kw_only=True)
class Host:
    """A host: a network namespace with one line to the others, and a name."""

    name: str
    space: str
    line: str
    hub: str

    def start(
        self, argv: Sequence[str], environment: Mapping[str, str], log: Path
    ) -> subprocess.Popen[bytes]:
        """Start a program there; its output goes to a file."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            return subprocess.Popen(
                [*_ENTER, self.space, "unshare", "-u", "sh", "-c", _NAMED, "sh", self.name, *argv],
                env={"PATH": os.environ["PATH"], **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    @contextlib.contextmanager
    def cut_off(self) -> Generator[None]:
        """Have it reach nobody for a while; what it sends is lost without a word."""
        _run("ip", "-n", self.hub, "link", "set", self.line, "down")
        try:
            yield
        finally:
            _run("ip", "-n", self.hub, "link", "set", self.line, "up")

    @contextlib.contextmanager
    def cut_off_from(self, address: str) -> Generator[None]:
        """Have it not reach one address for a while."""
        _run("ip", "-n", self.space, "route", "add", "blackhole", f"{address}/32")
        try:
            yield
        finally:
            _run("ip", "-n", self.space, "route", "del", "blackhole", f"{address}/32")


@contextlib.contextmanager
def network(names: Sequence[str]) -> Generator[tuple[Host, tuple[Host, ...]]]:
    """A hub, where ledger and Redis are, and hosts with a line to it."""
    needs_namespaces()
    hub = f"lec{os.getpid()}"
    made: list[str] = []

    def make(space: str) -> None:
        _run("ip", "netns", "add", space)
        made.append(space)
        _run("ip", "-n", space, "link", "set", "lo", "up")

    try:
        make(hub)
        _run("ip", "-n", hub, "link", "add", "br0", "type", "bridge")
        _run("ip", "-n", hub, "link", "set", "br0", "up")
        for address in (LEDGER, REDIS):
            _run("ip", "-n", hub, "address", "add", f"{address}/24", "dev", "br0")
        hosts = []
        for number, name in enumerate(names):
            space, line = f"{hub}-{number}", f"line{number}"
            make(space)
            _run("ip", "-n", hub, "link", "add", line, "type", "veth", "peer", "name", "eth0", "netns", space)
            _run("ip", "-n", hub, "link", "set", line, "master", "br0")
            _run("ip", "-n", hub, "link", "set", line, "up")
            _run("ip", "-n", space, "address", "add", f"10.213.7.{10 + number}/24", "dev", "eth0")
            _run("ip", "-n", space, "link", "set", "eth0", "up")
            hosts.append(Host(name=name, space=space, line=line, hub=hub))
        yield Host(name="hub", space=hub, line="", hub=hub), tuple(hosts)
    finally:
        for space in reversed(made):
            _run("ip", "netns", "del", space)


def relay(address: str, port: int, path: str) -> None:
    """Hand every connection to an address on to a Unix socket, for ever: a server there is reached so."""
    with socket.create_server((address, port), backlog=64) as server:
        while True:
            ours, _ = server.accept()
            theirs = socket.socket(socket.AF_UNIX)
            theirs.connect(path)
            for one, other in ((ours, theirs), (theirs, ours)):
                threading.Thread(target=_pour, args=(one, other), daemon=True).start()


def _pour(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while block := one.recv(1 << 16):
            other.sendall(block)
    for each in (one, other):
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    relay(sys.argv[1], int(sys.argv[2]), sys.argv[3])
