"""A desk in memory: for one film in one process, with an index so that the next one finds its work."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from pathlib import Path

from pipeline.plan.artifact import Artifact, Kind, artifact_of
from pipeline.plan.keys import canonical

#: Told how far a step is: done, total.
Progress = Callable[[int, int], None]


class MemoryDesk:
    """Remembers accepted artifacts by kind and key; nobody else works here, so every key may be taken.

    With an index file, what was accepted stands in it as one line of JSON each, and a later desk with the
    same file begins with all of it. Lines are appended whole, so that several processes may share the file;
    a line that a crash cut short is skipped. Safe for threads.

    Args:
        index: the file to remember in; made when the first artifact is accepted. None: remember nothing.
        progress: told how far the step is.
    """

    def __init__(self, *, index: Path | None = None, progress: Progress | None = None) -> None:
        self._index = index
        self._progress = progress
        self._lock = threading.Lock()
        self._accepted: dict[tuple[Kind, str], Artifact] = {}
        if index is not None and index.is_file():
            for line in index.read_bytes().splitlines():
                self._recall(line)

    def find(self, kind: Kind, key: str) -> Artifact | None:
        """The accepted artifact of a key, if there is one."""
        with self._lock:
            return self._accepted.get((kind, key))

    def find_all(self, kind: Kind, keys: Collection[str]) -> Mapping[str, Artifact]:
        """The accepted artifacts of some keys, by key."""
        found = ((key, self.find(kind, key)) for key in keys)
        return {key: artifact for key, artifact in found if artifact is not None}

    def take(self, kind: Kind, key: str) -> bool:  # noqa: ARG002 - the protocol's question, always answered yes
        """Become the one maker of a key: always, since there is no other worker."""
        return True

    def put(
        self,
        artifact: Artifact,
        machine_ms: int,  # noqa: ARG002 - nobody bills a film made here
        *,
        then: str | None = None,
    ) -> bool:
        """Accept an artifact; a later one of the same key takes its place. Takes `then` along."""
        with self._lock:
            self._accepted[artifact.kind, artifact.key] = artifact
            self._note({"put": asdict(artifact)})
        return then is not None and self.take(artifact.kind, then)

    def forget(self, artifact: Artifact) -> None:
        """Strike out an artifact; another one accepted under the same key since then stays."""
        with self._lock:
            if self._accepted.get((artifact.kind, artifact.key)) == artifact:
                del self._accepted[artifact.kind, artifact.key]
                self._note({"forget": asdict(artifact)})

    def advance(self, done: int, total: int) -> None:
        """Tell how far the step is, in whatever unit it counts."""
        if self._progress is not None:
            self._progress(done, total)

    def check(self) -> None:
        """Do nothing: work in one process is never taken away."""

    def still(self) -> None:
        """Do nothing, likewise."""

    def _note(self, entry: dict[str, dict[str, str | int]]) -> None:
        if self._index is None:
            return
        self._index.parent.mkdir(parents=True, exist_ok=True)
        line = f"\n{canonical(entry)}\n".encode()
        # One write in append mode: lines of several processes do not mix. It begins with a line break, so
        # that it stays whole after one that a crash cut short.
        descriptor = os.open(self._index, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)

    def _recall(self, line: bytes) -> None:
        try:
            ((verb, parts),) = json.loads(line).items()
            artifact = artifact_of(parts)
        except (ValueError, TypeError, KeyError, AttributeError):
            return
        if verb == "put":
            self._accepted[artifact.kind, artifact.key] = artifact
        elif self._accepted.get((artifact.kind, artifact.key)) == artifact:
            del self._accepted[artifact.kind, artifact.key]
