"""Films that are delivered to an archive, and what lies there afterwards."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from pipeline.plan.artifact import Artifact, Kind
from pipeline.steps.archive import Delivery, archive
from pipeline.steps.parts import PARTS
from pipeline.store import Store

NAME = "2026-11-20/anna_20261120-221502_a.b.mp4"
STEM = "2026-11-20/anna_20261120-221502_a.b"
VISIBLE = {
    f"{STEM}.jpg",
    f"{STEM}.json",
    f"{STEM}.mp4",
    f"{STEM}.srt",
    f"{STEM}.vtt",
    "2026-11-20/source/anna_20261120-221502_a.b.portrait.png",
    "2026-11-20/source/anna_20261120-221502_a.b.script.txt",
}


class KilledError(BaseException):
    """Plays the end of a process: nothing is tidied up after it."""


def put(store: Store, kind: Kind, suffix: str, content: bytes) -> Artifact:
    """An artifact of the store with this content."""
    return store.put(kind, os.urandom(32).hex(), suffix, lambda path: _write(path, content))


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def delivery_of(store: Store, content: bytes, *, trace: str = "a" * 32) -> Delivery:
    """A film of this content, with everything that goes with it."""
    film = put(store, Kind.FILM, ".mp4", content)
    srt, vtt = put(store, Kind.CAPTIONS, ".srt", b"1" + content), put(store, Kind.CAPTIONS, ".vtt", b"WEBVTT")
    poster = put(store, Kind.POSTER, ".jpg", b"jpeg")
    told = {"trace": trace, "film": {"digest": film.digest}, "poster": {"digest": poster.digest}}
    told["captions"] = {"srt": {"digest": srt.digest}, "vtt": {"digest": vtt.digest}}
    manifest = put(store, Kind.MANIFEST, ".json", json.dumps(told).encode())
    return Delivery(
        name=NAME,
        film=film,
        companions=(srt, vtt, poster, manifest),
        script=put(store, Kind.SOURCE, ".txt", b"Hello."),
        portrait=put(store, Kind.SOURCE, ".png", b"png"),
    )


def visible(root: Path) -> set[str]:
    """Every file of an archive that is not hidden."""
    found = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return {str(path) for path in found if not any(part.startswith(".") for part in path.parts)}


def parts(root: Path) -> list[Path]:
    """What lies in the hidden folder."""
    return list((root / PARTS).iterdir()) if (root / PARTS).is_dir() else []


def deliver_and_die(delivery: Delivery, store: Store, root: Path, *, after: int) -> None:
    """Deliver a film, and die after so many file operations if there are as many."""
    passed: list[str] = []

    def die(point: str) -> None:
        passed.append(point)
        if len(passed) > after:
            raise KilledError

    with contextlib.suppress(KilledError):
        archive(delivery, store=store, root=root, crash=die)


def assert_whole(root: Path) -> None:
    """A visible film has its own companions beside it, and nothing of another."""
    assert visible(root) == VISIBLE
    content = (root / NAME).read_bytes()
    assert (root / f"{STEM}.srt").read_bytes() == b"1" + content


def refuse(number: int) -> Callable[..., NoReturn]:
    """A file operation that fails with an error number."""

    def fail(*_args: object, **_more: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    return fail
