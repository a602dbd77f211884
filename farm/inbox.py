"""The nightly folder: batches that people lay there, found once nobody writes them any more, and put away.

A batch is a folder with one manifest and its files, or a manifest that lies in the nightly folder itself,
with its files beside it. A folder without a manifest is left alone: such files, or a copy under way. What
was submitted lies in ``submitted/DATE``, what was refused in ``refused/DATE`` with its problems beside it;
each is put away by one rename on the same mount, so that it lies in one place or the other whatever happens.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from farm.models.cabinet import NO_LOCKS
from farm.output import write_whole
from pipeline.durable import give_name, sync_folder, trouble
from pipeline.plan.errors import AwayError, InputError
from pipeline.plan.names import numbered

SUBMITTED, REFUSED = "submitted", "refused"
_LOCK = ".lectern-nightly.lock"
#: How files are called that may be manifests.
_MANIFESTS = frozenset({".csv", ".tsv", ".xlsx", ".xlsm", ".jsonl", ".ndjson", ".json"})
#: What editors and copies leave beside a file while it is open or under way.
_NOT_YET = (".", "~", "_")
_SIDE = ".toml"
#: Files of a batch that are looked at, for whether somebody writes them: more than any has.
_MOST_FILES = 100_000

#: A file's path, size, time of change and number: what changes while somebody writes it.
_Footprint = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True, kw_only=True)
class Laid:
    """A batch that lies in the folder.

    Attributes:
        name: how the folder or file is called.
        manifests: what may be its manifest; one, if it is as it should be.
        parts: what is put away with it: its folder, or its manifest and the file of values beside that.
    """

    name: str
    manifests: tuple[Path, ...]
    parts: tuple[Path, ...]

    @property
    def manifest(self) -> Path:
        """Its manifest.

        Raises:
            InputError: ``nightly-which-manifest``: it has none, or several.
        """
        if len(self.manifests) != 1:
            found = ", ".join(each.name for each in self.manifests) or "-"
            raise InputError("nightly-which-manifest", folder=self.name, found=found)
        return self.manifests[0]


class Inbox:
    """The nightly folder.

    Args:
        root: the folder.
        settled_s: what was not changed for so long, in seconds, is not being written.
        wall_s: the time by the clock, which dates files.
        still_s: the time by which it is told for how long something stood still.
    """

    def __init__(
        self,
        root: Path,
        *,
        settled_s: float,
        wall_s: Callable[[], float] = time.time,
        still_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.root = root
        self._settled_s = settled_s
        self._wall_s = wall_s
        self._still_s = still_s
        self._seen: dict[str, tuple[_Footprint, float]] = {}
        #: Folders without a manifest, as of the last look.
        self.bare: tuple[str, ...] = ()

    @contextlib.contextmanager
    def alone(self) -> Generator[None]:
        """Have nobody else put batches away until the block ends.

        Raises:
            InputError: ``nightly-running``: somebody else is at it.
            AwayError: ``nightly-folder-away``.
        """
        with self._reaching():
            file = (self.root / _LOCK).open("ab")
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise InputError("nightly-running", folder=str(self.root)) from error
            except OSError as error:
                # A share without locks: two at once submit the same batches, which are the same batches then.
                if error.errno not in NO_LOCKS:
                    raise _away(error, self.root) from error
            yield

    def look(self) -> tuple[tuple[Laid, ...], tuple[str, ...]]:
        """The batches that are complete, by name, and the names of those that somebody still writes.

        A batch is complete when none of its files was changed lately, by their dates, or by what was found at
        an earlier look, since clocks of shares go wrong. For a manifest in the nightly folder itself, all
        files there and in folders without a manifest count, since any may be its own.

        Raises:
            AwayError: ``nightly-folder-away``.
        """
        ready: list[Laid] = []
        waiting: list[str] = []
        seen: dict[str, tuple[_Footprint, float]] = {}
        with self._reaching():
            for laid, footprint in self._laid():
                before = self._seen.get(laid.name)
                since = before[1] if before and before[0] == footprint else self._still_s()
                seen[laid.name] = (footprint, since)
                if self._is_still(footprint, since):
                    ready.append(laid)
                else:
                    waiting.append(laid.name)
        self._seen = seen
        return tuple(ready), tuple(waiting)

    def put_away(self, laid: Laid, kind: str, day: str, *, problems: str = "") -> Path:
        """Put a batch where it belongs, under its name or the next free one; where its first part lies.

        Its problems are there before it is.

        Raises:
            AwayError: ``nightly-folder-away``.
        """
        with self._reaching():
            folder = self.root / kind / day
            folder.mkdir(parents=True, exist_ok=True)
            number = 1
            while any(os.path.lexists(folder / _as(part.name, number)) for part in laid.parts):
                number += 1
            if problems:
                stem = (
                    Path(_as(laid.name, number)).stem if laid.parts[0].is_file() else _as(laid.name, number)
                )
                write_whole(folder / f"{stem}.problems.txt", problems.encode())
            # The manifest goes first: without the values beside it, it would be another batch.
            for part in laid.parts:
                _move(part, folder / _as(part.name, number))
            sync_folder(folder)
            sync_folder(self.root)
            return folder / _as(laid.parts[0].name, number)

    def _laid(self) -> Iterator[tuple[Laid, _Footprint]]:
        here = sorted(
            (
                entry
                for entry in self.root.iterdir()
                if not entry.name.startswith(_NOT_YET) and not entry.is_symlink()
            ),
            key=lambda entry: entry.name,
        )
        files = [entry for entry in here if entry.is_file()]
        folders = [entry for entry in here if entry.is_dir() and entry.name not in {SUBMITTED, REFUSED}]
        inside = {folder: [each for each in _walk(folder) if each.is_file()] for folder in folders}
        manifests = {
            folder: tuple(each for each in sorted(inside[folder]) if each.parent == folder and _may_be(each))
            for folder in folders
        }
        bare = [folder for folder in folders if inside[folder] and not manifests[folder]]
        self.bare = tuple(folder.name for folder in bare)
        together = _footprint([*files, *(each for folder in bare for each in inside[folder])])
        for entry in here:
            if found := manifests.get(entry):
                yield Laid(name=entry.name, manifests=found, parts=(entry,)), _footprint(inside[entry])
            elif entry in files and _may_be(entry):
                side = entry.with_suffix(_SIDE)
                parts = (entry, side) if side.is_file() else (entry,)
                yield Laid(name=entry.name, manifests=(entry,), parts=parts), together

    def _is_still(self, footprint: _Footprint, since: float) -> bool:
        newest_s = max(changed for _, _, changed, _ in footprint) / 1e9
        age_s = self._wall_s() - newest_s
        return age_s >= self._settled_s or self._still_s() - since >= self._settled_s

    @contextlib.contextmanager
    def _reaching(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            raise _away(error, self.root) from error


def _away(error: OSError, root: Path) -> AwayError:
    return AwayError("nightly-folder-away", folder=str(root), reason=trouble(error)[1])


def _may_be(file: Path) -> bool:
    # A link would be read with the rights of whoever runs the night.
    return (
        file.suffix.casefold() in _MANIFESTS and not file.name.startswith(_NOT_YET) and not file.is_symlink()
    )


def _walk(folder: Path) -> Iterator[Path]:
    for number, path in enumerate(folder.rglob("*")):
        if number == _MOST_FILES:
            return
        yield path


def _footprint(files: list[Path]) -> _Footprint:
    found = []
    for file in files:
        # What vanishes meanwhile was somebody's part of something, who is at work here.
        with contextlib.suppress(FileNotFoundError):
            stat = file.stat()
            found.append((str(file), stat.st_size, stat.st_mtime_ns, stat.st_ino))
    return tuple(sorted(found)) or (("", 0, time.time_ns(), 0),)


def _as(name: str, number: int) -> str:
    """A name, or its next one, with the suffixes that it had."""
    path = Path(name)
    return f"{numbered(path.stem, number)}{path.suffix}" if number > 1 else name


def _move(part: Path, place: Path) -> None:
    """Give a file or folder another name on the same mount; nothing is overwritten."""
    if part.is_dir():
        part.rename(place)
        return
    if not give_name(part, place):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), place)
    part.unlink(missing_ok=True)
