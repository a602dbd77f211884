"""What of a farm's files a power cut would leave: the contents and names that were made durable."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from sqlalchemy import select

from db.tables import artifacts, jobs
from tests.db.world import World

_fsync = os.fsync
_ACCEPTED = select(artifacts.c.kind, artifacts.c.key, artifacts.c.digest, artifacts.c.suffix).where(
    artifacts.c.struck == 0
)
_DELIVERED = select(jobs.c.archive_path).where(jobs.c.archive == "archived")
#: What lies beside a film for whoever sees it.
_BESIDE = (".srt", ".vtt", ".jpg", ".json")


class Disk:
    """Notes what is made durable; `fsync` stands in for the system's own, and calls it."""

    def __init__(self) -> None:
        self._contents: dict[int, int] = {}
        self._names: dict[Path, set[tuple[str, int]]] = {}

    def fsync(self, descriptor: int) -> None:
        """Make a file's content or a folder's names durable."""
        _fsync(descriptor)
        found = os.fstat(descriptor)
        if stat.S_ISDIR(found.st_mode):
            with os.scandir(descriptor) as entries:
                names = {(entry.name, entry.inode()) for entry in entries}
            self._names[Path(f"/proc/self/fd/{descriptor}").readlink()] = names
        else:
            self._contents[found.st_ino] = found.st_size

    def keeps(self, path: Path, root: Path) -> bool:
        """Whether a file below a folder would be there after a power cut, whole and under its name."""
        found = path.stat()
        if self._contents.get(found.st_ino) != found.st_size:
            return False
        for place in (path, *path.parents):
            if place == root:
                return True
            if (place.name, place.stat().st_ino) not in self._names.get(place.parent, ()):
                return False
        raise ValueError(path)

    def audit(self, world: World) -> None:
        """Whatever the ledger has accepted would survive a power cut, and whatever it says is delivered."""
        with world.ledger.read() as connection:
            accepted = connection.execute(_ACCEPTED).all()
            delivered = connection.execute(_DELIVERED).scalars().all()
        for kind, key, digest, suffix in accepted:
            path = world.store.root / kind / key[:2] / f"{key}.{digest[:16]}{suffix}"
            if (kind, key) not in world.damaged:
                assert self.keeps(path, world.store.root), (
                    f"a power cut would take the {kind} that is accepted"
                )
        for name in delivered:
            film = world.archive / name
            for path in (film, *(film.with_suffix(suffix) for suffix in _BESIDE)):
                assert self.keeps(path, world.archive), f"a power cut would take {path.name} off the archive"


def audit_shelves(world: World) -> None:
    """Whoever sees a film on the archive sees its companions."""
    for film in world.archive.glob("*/*.mp4"):
        missing = [suffix for suffix in _BESIDE if not film.with_suffix(suffix).is_file()]
        assert not missing, f"a film is seen without its {missing}"
