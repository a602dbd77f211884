"""The one door to artifacts: files that are never changed, named by their key and by what they are."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.durable import Trouble, digest_of, give_name, sync_folder, trouble
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import AwayError, InputError, TransientError

#: Called with the name of a point after each file operation. The default does nothing; a test raises there,
#: with a BaseException that is no Exception when it plays a killed process (nothing is tidied up then).
CrashPoint = Callable[[str], None]

_PARTS = ".parts"
_BLOCK = 1 << 20
_HEX64 = re.compile(r"[0-9a-f]{64}")
_SUFFIX = re.compile(r"(\.[a-z0-9]{1,12}){1,2}")
_NAME = re.compile(r"([0-9a-f]{64})\.([0-9a-f]{16})((?:\.[a-z0-9]{1,12}){1,2})")
#: A file that gc has set aside bears its kind and its name after a number of its own.
_ASIDE = re.compile(rf"[0-9a-f]{{32}}\.(?P<kind>[a-z]+)\.(?P<name>{_NAME.pattern})\.aside")


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file that `Store.walk` came by.

    Attributes:
        kind: what it is.
        key: key of the artifact.
        digest16: the first 16 hex digits of the digest that its name promises.
        suffix: suffix of its name, with the dot.
        size: bytes.
        age_s: seconds since it was put, or put again, by the file system's own clock.
        touched_ns: when that was, by the same clock.
    """

    kind: Kind
    key: str
    digest16: str
    suffix: str
    size: int
    age_s: float
    touched_ns: int

    @property
    def path(self) -> str:
        """Where it lies, relative to the store's root, with forward slashes."""
        return f"{self.kind}/{self.key[:2]}/{self.key}.{self.digest16}{self.suffix}"


def no_crash(_point: str) -> None:
    """Do nothing: what a crash point is outside of tests."""


class Store:
    """Artifacts below one folder, which every worker sees.

    A file appears under its final name whole and durable, or not at all. A good file is never overwritten,
    and nothing but `delete` removes one. Safe for any number of processes and hosts at once.

    Args:
        root: the folder; made when the first artifact is put.
        crash: called after each file operation with the point's name.
    """

    def __init__(self, root: Path, *, crash: CrashPoint = no_crash) -> None:
        self.root = root
        self._crash = crash
        self._durable: set[Path] = set()

    def put(self, kind: Kind, key: str, suffix: str, write: Callable[[Path], None]) -> Artifact:
        """Keep the file that `write` makes, under the name of its key and its content.

        Args:
            kind: what it is.
            key: SHA-256 (hex) of everything it is made from.
            suffix: lower-case file name suffix with the dot.
            write: makes the file at the path it is given, which ends in ``.part``, and verifies it. What it
                raises is passed on, and nothing is kept.

        Raises:
            AwayError: ``store-full`` or ``store-away``.
            TransientError: ``store-failed``.
        """
        _check_name(key, suffix)
        with self._part() as part:
            write(part)
            self._crash("store-part-written")
            digest, size = self._settle(part)
            artifact = Artifact(kind=kind, key=key, digest=digest, size=size, suffix=suffix)
            self._publish(part, artifact)
        return artifact

    def adopt(self, kind: Kind, suffix: str, source: Path, *, limit_bytes: int) -> Artifact:
        """Copy a user's file in; its key is its digest.

        Raises:
            InputError: ``store-source-unreadable`` or ``store-source-large``.
            AwayError: ``store-full`` or ``store-away``.
            TransientError: ``store-failed``.
        """
        with self._part() as part:
            _copy_regular(source, part, limit_bytes)
            self._crash("store-part-written")
            digest, size = self._settle(part)
            artifact = Artifact(kind=kind, key=digest, digest=digest, size=size, suffix=suffix)
            _check_name(artifact.key, suffix)
            self._publish(part, artifact)
        return artifact

    def open(self, artifact: Artifact) -> Path:
        """Where an artifact lies; that it is there with the right size is checked, its content is not.

        One that gc has just set aside, and is looking at or was killed over, has its name again.

        Raises:
            DamageError: ``store-artifact-missing`` or ``store-artifact-damaged``, with kind and key.
            AwayError: ``store-away``: the store's folder itself cannot be reached.
        """
        path = self.root / artifact.path
        try:
            size = self._size(path)
        except FileNotFoundError:
            if not self.root.is_dir():
                raise AwayError("store-away", reason=os.strerror(errno.ENOENT)) from None
            raise artifact.damage("store-artifact-missing") from None
        except OSError as error:
            raise _told(error) from error
        if size != artifact.size:
            raise artifact.damage("store-artifact-damaged")
        return path

    def verify(self, artifact: Artifact) -> Path:
        """Where an artifact lies, its content checked by digest.

        Raises:
            DamageError, AwayError: as `open`.
            TransientError: ``store-failed``: it could not be read.
        """
        path = self.open(artifact)
        try:
            digest = digest_of(path)
        except OSError as error:
            raise _told(error) from error
        if digest != artifact.digest:
            raise artifact.damage("store-artifact-damaged")
        return path

    def delete(self, artifact: Artifact | StoredFile) -> None:
        """Remove a file for good; it may be gone already. For gc alone."""
        path = self.root / artifact.path
        try:
            path.unlink(missing_ok=True)
            self._crash("store-deleted")
            if path.parent.is_dir():
                sync_folder(path.parent)
        except OSError as error:
            raise _told(error) from error

    def delete_untouched(self, found: StoredFile) -> bool:
        """Remove a file for good unless it was put again since `walk` came by; whether it was removed.

        It is set aside first, where no `put` finds it, and only then looked at: one that was put again in
        between goes back to its place. Whoever opens it meanwhile, or walks by after a death, puts it back as
        well: where it belongs stands in its name. For gc alone.

        Raises:
            AwayError, TransientError: as `put`.
        """
        path = self.root / found.path
        aside = self.root / _PARTS / f"{uuid.uuid4().hex}.{found.kind}.{path.name}.aside"
        try:
            aside.parent.mkdir(parents=True, exist_ok=True)
            path.rename(aside)
            self._crash("store-set-aside")
            untouched = aside.stat().st_mtime_ns == found.touched_ns
            if not untouched:
                give_name(aside, path)
                sync_folder(path.parent)
            aside.unlink()
            self._crash("store-deleted")
        except FileNotFoundError:
            return False
        except OSError as error:
            raise _told(error) from error
        return untouched

    def walk(self) -> Iterator[StoredFile]:
        """Every file that bears an artifact's name, folder by folder. For gc and audits alone.

        What a gc set aside that was killed over it has its name again.
        """
        self._give_back()
        now = self._now()
        for kind in Kind:
            for folder in _listed(self.root / kind.value):
                for entry in _listed(Path(folder.path)):
                    if (name := _NAME.fullmatch(entry.name)) is None:
                        continue
                    with contextlib.suppress(FileNotFoundError):
                        found = entry.stat()
                        yield StoredFile(
                            kind=kind,
                            key=name[1],
                            digest16=name[2],
                            suffix=name[3],
                            size=found.st_size,
                            age_s=now - found.st_mtime,
                            touched_ns=found.st_mtime_ns,
                        )

    def delete_stale_parts(self, *, older_than_s: float) -> int:
        """Remove what killed processes left half written; how many there were. For gc alone.

        A part counts as stale when nothing was written to it for so long, by the file system's own clock.
        """
        now = self._now()
        removed = 0
        for entry in _listed(self.root / _PARTS):
            with contextlib.suppress(FileNotFoundError):
                if entry.is_dir(follow_symlinks=False):
                    # No part is a folder.
                    continue
                if not _ASIDE.fullmatch(entry.name) and now - entry.stat().st_mtime >= older_than_s:
                    Path(entry.path).unlink()
                    removed += 1
        return removed

    def _size(self, path: Path) -> int:
        with contextlib.suppress(FileNotFoundError):
            return path.stat().st_size
        self._give_back(path)
        return path.stat().st_size

    def _give_back(self, wanted: Path | None = None) -> None:
        """Have what gc has set aside under its name again, unless that was put anew: all of it, or one."""
        for entry in _listed(self.root / _PARTS):
            if (told := _ASIDE.fullmatch(entry.name)) is None:
                continue
            path = self.root / told["kind"] / told["name"][:2] / told["name"]
            if wanted not in (None, path):
                continue
            try:
                give_name(Path(entry.path), path)
                sync_folder(path.parent)
                Path(entry.path).unlink()
            except FileNotFoundError:
                # Whoever set it aside has decided by now.
                continue
            except OSError as error:
                raise _told(error) from error

    @contextlib.contextmanager
    def _part(self) -> Iterator[Path]:
        """A path of one's own; nothing is left there unless the process dies."""
        part = self.root / _PARTS / f"{uuid.uuid4().hex}.part"
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
            yield part
        except OSError as error:
            part.unlink(missing_ok=True)
            raise _told(error) from error
        except Exception:
            part.unlink(missing_ok=True)
            raise

    def _settle(self, part: Path) -> tuple[str, int]:
        """Make a part durable; its digest and size."""
        # Open for writing: a client of SMB passes over the fsync of a file that is open for reading alone.
        with part.open("r+b") as file:
            os.fsync(file.fileno())
        self._crash("store-part-synced")
        return digest_of(part), part.stat().st_size

    def _publish(self, part: Path, artifact: Artifact) -> None:
        """Give a part its final name, durably."""
        final = self._name(part, artifact)
        sync_folder(final.parent)
        self._crash("store-folder-synced")
        part.unlink(missing_ok=True)
        self._crash("store-part-removed")

    def _name(self, part: Path, artifact: Artifact) -> Path:
        """Give a part its final name, which is durable once its folder is; that name."""
        final = self.root / artifact.path
        self._make_folder(final.parent)
        while not give_name(part, final):
            # What lies there may be taken away by gc at any moment: then it is our turn again.
            with contextlib.suppress(FileNotFoundError):
                if not _holds(final, artifact):
                    # The name says what belongs there, and something else lies there: it is healed.
                    part.replace(final)
                    break
                # Its age counts from now on, so that gc does not take away what was just found of use.
                os.utime(final)
                break
        self._crash("store-linked")
        return final

    def _make_folder(self, folder: Path) -> None:
        if folder in self._durable and folder.is_dir():
            return
        folder.mkdir(parents=True, exist_ok=True)
        self._crash("store-folder-made")
        # A folder is only as durable as its entry in the folder above, and whoever made it may have died
        # before that was: once in its life each process makes sure.
        sync_folder(folder.parent)
        sync_folder(self.root)
        self._durable.add(folder)

    def _now(self) -> float:
        """The file system's own time: a share's clock need not be ours."""
        probe = self.root / _PARTS / f"{uuid.uuid4().hex}.clock"
        try:
            probe.parent.mkdir(parents=True, exist_ok=True)
            try:
                probe.touch()
                now = probe.stat().st_mtime
            finally:
                probe.unlink(missing_ok=True)
        except OSError:
            return time.time()
        return now


def _check_name(key: str, suffix: str) -> None:
    if not _HEX64.fullmatch(key) or not _SUFFIX.fullmatch(suffix):
        raise ValueError(f"{key}{suffix}")


def _holds(path: Path, artifact: Artifact) -> bool:
    return path.stat().st_size == artifact.size and digest_of(path) == artifact.digest


def _copy_regular(source: Path, part: Path, limit_bytes: int) -> None:
    """Copy a regular file of at most `limit_bytes`; pipes and devices are no files to us."""
    try:
        # A pipe would be waited on for ever without O_NONBLOCK.
        descriptor = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        reason = os.strerror(error.errno or errno.EIO)
        raise InputError("store-source-unreadable", name=source.name, reason=reason) from error
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        reason = os.strerror(errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL)
        raise InputError("store-source-unreadable", name=source.name, reason=reason)
    with os.fdopen(descriptor, "rb") as file, part.open("wb") as copy:
        copied = 0
        while block := file.read(_BLOCK):
            copied += len(block)
            if copied > limit_bytes:
                raise InputError("store-source-large", name=source.name, limit_bytes=limit_bytes)
            copy.write(block)


def _listed(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise _told(error) from error


def _told(error: OSError) -> AwayError | TransientError:
    """What a failed file operation means to the farm, in the operating system's words."""
    kind, reason = trouble(error)
    if kind is Trouble.FULL:
        return AwayError("store-full", reason=reason)
    if kind is Trouble.AWAY:
        return AwayError("store-away", reason=reason)
    return TransientError("store-failed", reason=reason)
