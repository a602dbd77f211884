"""Files that survive a power cut: names that overwrite nothing, folders made durable, what failures mean."""

from __future__ import annotations

import enum
import errno
import hashlib
import os
from pathlib import Path

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}
_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_AWAY = {errno.EROFS, errno.EACCES, errno.EPERM, errno.ESTALE, errno.ENOTCONN, errno.EHOSTDOWN, errno.ENOTDIR}
_AWAY |= {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ETIMEDOUT, errno.ENODEV, errno.ENXIO}
_AWAY |= {errno.ENETDOWN, errno.ENETRESET, errno.ECONNREFUSED, errno.ECONNRESET, errno.ECONNABORTED}
_AWAY |= {errno.ENOLINK, errno.EREMOTEIO, errno.ENOMEDIUM, errno.EKEYEXPIRED}


class Trouble(enum.Enum):
    """What a failed file operation means."""

    FULL = "full"
    AWAY = "away"
    OTHER = "other"


def trouble(error: OSError) -> tuple[Trouble, str]:
    """What a failed file operation means, and the operating system's words for it."""
    number = error.errno or errno.EIO
    kind = Trouble.FULL if number in _FULL else Trouble.AWAY if number in _AWAY else Trouble.OTHER
    return kind, os.strerror(number)


def give_name(part: Path, final: Path) -> bool:
    """Give a part its final name, on the same file system; False if something bears that name already.

    The part may stay beside it as a second link. The name is durable once its folder is (`sync_folder`).

    A share's answer may be lost on its way: what the client asks once more was done already, and is told as a
    failure (RFC 1813, section 4.5, on requests that cannot be repeated). The file itself says whose it is.

    Raises:
        OSError: as the system says.
    """
    ours = _identity(part)
    try:
        os.link(part, final)
    except FileExistsError:
        return _identity(final) == ours
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # Without hard links (FAT, many shares) there is no rename that refuses to overwrite everywhere. Who
        # comes between the question and the rename brings the same bytes: a name in the store is made from
        # them, one in the archive is fixed in the ledger for one job.
        if final.exists():
            return False
        try:
            part.rename(final)
        except FileNotFoundError:
            if _identity(final) != ours:
                raise
    return True


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from every other one; None: there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def sync_file(path: Path) -> None:
    """Make a file's content durable.

    Raises:
        OSError: as the system says.
    """
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable.

    Raises:
        OSError: as the system says.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some shares know no fsync of a folder; they keep names in order by themselves.
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)


def digest_of(path: Path) -> str:
    """SHA-256 (hex) of a file's content.

    Raises:
        OSError: as the system says.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
