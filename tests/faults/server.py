"""A PostgreSQL that can be killed, behind a door that can be shut, also between a COMMIT and its answer."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import threading
import warnings
from pathlib import Path
from typing import Any

import psutil

_BLOCK = 1 << 16
_COMMIT = b"COMMIT\0"


class Door:
    """Passes connections on to a server's socket; it may cut them all, or one in the worst of moments.

    Args:
        behind: the server's Unix socket.
    """

    def __init__(self, behind: Path) -> None:
        self._behind = behind
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._losing = 0
        #: COMMITs whose answer was lost.
        self.lost = 0
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._lock = threading.Lock()
        self._porter = threading.Thread(target=self._welcome, name="door", daemon=True)
        self._porter.start()

    def lose_commits(self, count: int) -> None:
        """Let that many next COMMITs through, and cut their connections before the answer."""
        self._losing = count

    def cut(self) -> None:
        """Cut every connection."""
        with self._lock:
            pairs = list(self._pairs)
        for pair in pairs:
            _shut(pair)

    def close(self) -> None:
        """Let nobody in any more."""
        _shut((self._listener,))
        self._porter.join()
        self._listener.close()
        self.cut()

    def _welcome(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        pair = (client, server)
        with self._lock:
            self._pairs.add(pair)
        try:
            server.connect(str(self._behind))
            self._pump(client, server)
        except OSError:
            # Either side is gone: so is the connection.
            pass
        finally:
            with self._lock:
                self._pairs.discard(pair)
            client.close()
            server.close()

    def _pump(self, client: socket.socket, server: socket.socket) -> None:
        doomed = False
        while True:
            ready, _, _ = select.select([client, server], [], [])
            for end in ready:
                data = end.recv(_BLOCK)
                if not data or (doomed and end is server):
                    return
                if end is client and self._losing > 0 and _COMMIT in data:
                    self._losing -= 1
                    self.lost += 1
                    doomed = True
                (server if end is client else client).sendall(data)


class Server:
    """A PostgreSQL of its own, and its door.

    Args:
        folder: where its data are.
    """

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            # That no folder is named for sockets whose own has too long a name, which ours has not.
            warnings.simplefilter("ignore")
            import pgserver

            self._server: Any = pgserver.get_server(folder, cleanup_mode="delete")
        for setting in ("max_wal_size = '64MB'", "max_connections = 60"):
            self._server.psql(f"ALTER SYSTEM SET {setting}")
        self._server.psql("CREATE DATABASE lectern")
        self.door = Door(Path(self._server.get_postmaster_info().socket_path or ""))

    @property
    def url(self) -> str:
        """The ledger's URL for who has nothing to do with the faults."""
        return str(self._server.get_uri(database="lectern"))

    @property
    def url_by_door(self) -> str:
        """The ledger's URL by the door."""
        return f"postgresql://postgres@127.0.0.1:{self.door.port}/lectern"

    def kill(self) -> None:
        """Kill -9 of the server; its other processes see it, and end."""
        below = psutil.Process(self._server.get_pid()).children()
        os.kill(self._server.get_pid(), signal.SIGKILL)
        psutil.wait_procs(below, timeout=10)

    def start(self) -> None:
        """Start it again; it recovers from its log."""
        self._server.ensure_postgres_running()

    def close(self) -> None:
        """End it, and remove its data."""
        self.door.close()
        self._server.cleanup()


def _shut(pair: tuple[socket.socket, ...]) -> None:
    for end in pair:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
