"""The files that a manifest names: found inside its own folder, and nowhere else."""

from __future__ import annotations

import difflib
import errno
import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from itertools import islice
from pathlib import Path, PurePosixPath

from farm.once import Once
from pipeline.plan.errors import InputError
from pipeline.plan.names import unique_key

_DRIVE = re.compile(r"[A-Za-z]:")
_QUOTED_CHARACTERS = 120
#: How alike two names are of which one was meant, how many such searches a batch is worth, among how many.
_LIKENESS = 0.75
_MOST_GUESSES = 50
_MOST_NAMES = 5_000
_MISSING = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EINVAL}


class BatchFolder:
    """A manifest's folder; each file in it is opened once, however many rows name it.

    Args:
        root: the folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._digests: Once[Path, str] = Once()
        self._found: Once[str, Path] = Once()
        self._names: dict[Path, dict[str, str]] = {}
        self._guesses = 0

    def holds(self, name: str) -> bool:
        """Whether something of that name lies in the folder, a link to nowhere included."""
        return os.path.lexists(self._root / name)

    def find(self, name: str) -> Path:
        """The regular file that a cell names, links followed.

        Slashes of either kind are taken, and either spelling of an accent, since archives made on another
        system bring both.

        Raises:
            InputError: ``manifest-path-absolute``, ``manifest-path-outside``, ``manifest-file-missing``,
                ``manifest-file-misspelt``, ``manifest-file-irregular`` or ``manifest-file-unreadable``.
        """
        return self._found.find(name, lambda: self._search(name))

    def digest(self, path: Path, *, limit_bytes: int) -> str:
        """SHA-256 (hex) of a file that `find` gave.

        Raises:
            InputError: ``manifest-file-large``, or as `find`.
        """

        def read() -> str:
            with self._open(path, limit_bytes) as file:
                return hashlib.file_digest(file, "sha256").hexdigest()

        return self._digests.find(path, read)

    def read(self, path: Path, *, limit_bytes: int) -> bytes:
        """The bytes of a file that `find` gave.

        Raises:
            InputError: ``manifest-file-large``, or as `find`.
        """
        with self._open(path, limit_bytes) as file:
            return file.read(limit_bytes)

    def _search(self, name: str) -> Path:
        forward = name.replace("\\", "/")
        if forward.startswith("/") or _DRIVE.match(forward):
            raise InputError("manifest-path-absolute", path=_quoted(name))
        if ".." in PurePosixPath(forward).parts:
            raise InputError("manifest-path-outside", path=_quoted(name))
        spellings = (name, forward, *(unicodedata.normalize(form, forward) for form in ("NFC", "NFD")))
        for spelling in dict.fromkeys(spellings):
            try:
                # Not Path.resolve, which tells of a loop of links in another way in each version of Python.
                path = Path(os.path.realpath(self._root / spelling, strict=True))
                mode = path.stat().st_mode
            except OSError as error:
                if error.errno not in _MISSING:
                    raise _unreadable(error, name) from error
                continue
            if not path.is_relative_to(self._root):
                raise InputError("manifest-path-outside", path=_quoted(name))
            if not stat.S_ISREG(mode):
                raise InputError("manifest-file-irregular", path=_quoted(name))
            return path
        if meant := self._meant(PurePosixPath(forward)):
            raise InputError("manifest-file-misspelt", path=_quoted(name), meant=_quoted(meant))
        raise InputError("manifest-file-missing", path=_quoted(name))

    def _meant(self, path: PurePosixPath) -> str:
        """The file beside the one that is missing whose name is the same but for its case, or most alike."""
        folder = Path(os.path.realpath(self._root / path.parent))
        if not folder.is_relative_to(self._root):
            return ""
        if folder not in self._names:
            try:
                with os.scandir(folder) as entries:
                    names = [entry.name for entry in islice(entries, _MOST_NAMES) if entry.is_file()]
            except (OSError, ValueError):
                names = []
            self._names[folder] = {unique_key(name): name for name in sorted(names)}
        names_by_key, key = self._names[folder], unique_key(path.name)
        if key not in names_by_key and self._guesses < _MOST_GUESSES:
            self._guesses += 1
            # A wrong suffix is a small slip, and a common one makes no name alike.
            stems = {PurePosixPath(other).stem: other for other in names_by_key}
            alike = difflib.get_close_matches(PurePosixPath(key).stem, stems, n=1, cutoff=_LIKENESS)
            key = stems[alike[0]] if alike else key
        return str(path.with_name(names_by_key[key])) if key in names_by_key else ""

    @contextmanager
    def _open(self, path: Path, limit_bytes: int) -> Iterator[BufferedReader]:
        name = str(path.relative_to(self._root))
        try:
            # A pipe put here since it was found would be waited on for ever without O_NONBLOCK.
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb") as file:
                found = os.fstat(descriptor)
                if not stat.S_ISREG(found.st_mode):
                    raise InputError("manifest-file-irregular", path=_quoted(name))
                if found.st_size > limit_bytes:
                    raise InputError("manifest-file-large", path=_quoted(name), limit=limit_bytes)
                yield file
        except OSError as error:
            raise _unreadable(error, name) from error


def _quoted(name: str) -> str:
    """A path as messages quote it: a whole text that stands in the wrong column is not repeated."""
    return name if len(name) <= _QUOTED_CHARACTERS else f"{name[:_QUOTED_CHARACTERS]}…"


def _unreadable(error: OSError, name: str) -> InputError:
    return InputError(
        "manifest-file-unreadable", path=_quoted(name), reason=os.strerror(error.errno or errno.EIO)
    )
