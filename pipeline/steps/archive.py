"""Deliver a finished film with its companions to the archive: a folder that may be a share, full, or away."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NoReturn

from pipeline.plan.artifact import Artifact
from pipeline.plan.errors import AwayError, DamageError, InputError, TransientError
from pipeline.store import CrashPoint, Store, no_crash

#: The file that makes a folder an archive.
MARKER = ".lectern-archive"
#: Where films lie until they are whole: hidden, and on the same mount.
PARTS = ".lectern-parts"
#: The inputs' folder, beside the films of a day.
SOURCES = "source"

_BLOCK = 1 << 20
# A part that nobody wrote to for a day belongs to nobody.
_STALE_S = 86_400
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}
_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP}
_FULL = {errno.ENOSPC, errno.EDQUOT}
_AWAY = {errno.EROFS, errno.EACCES, errno.EPERM, errno.ESTALE, errno.ENOTCONN, errno.EHOSTDOWN, errno.ENOTDIR}
_AWAY |= {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ETIMEDOUT, errno.ENODEV, errno.ENXIO}


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What is delivered of one job, and under which name.

    Attributes:
        name: the film's path in the archive, ``{date}/{stem}.mp4``, as it stands in the ledger.
        film: the film itself.
        companions: what lies beside it under the same stem: captions, poster, manifest; each suffix once.
        script: lies in the day's `SOURCES` as ``{stem}.script.txt``.
        portrait: lies there as ``{stem}.portrait`` with its own suffix.
    """

    name: str
    film: Artifact
    companions: tuple[Artifact, ...]
    script: Artifact
    portrait: Artifact


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """One file on its way: from the store's file over a hidden part to its final place."""

    artifact: Artifact
    source: Path
    part: Path
    final: Path


def init_archive(root: Path) -> str:
    """Make a folder an archive and give its id; an archive keeps the id that it has.

    Raises:
        AwayError: ``archive-away`` or ``archive-full``.
        TransientError: ``archive-failed``.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        if (root / MARKER).exists():
            return archive_id(root)
        part = root / f"{MARKER}.{uuid.uuid4().hex}"
        with part.open("x", encoding="utf-8") as file:
            json.dump({"archive": uuid.uuid4().hex}, file)
            file.flush()
            os.fsync(file.fileno())
        try:
            _move(part, root / MARKER)
        finally:
            part.unlink(missing_ok=True)
        _sync_folder(root)
    except OSError as error:
        _tell(error, root)
    return archive_id(root)


def archive_id(root: Path) -> str:
    """The id of an archive that can be reached.

    Raises:
        AwayError: ``archive-away``: no folder, or no marker in it, as in a mount point without its mount.
    """
    try:
        marker = json.loads((root / MARKER).read_text("utf-8"))
        return str(marker["archive"])
    except FileNotFoundError as error:
        raise AwayError("archive-away", root=str(root), reason=f"no {MARKER}") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = os.strerror(error.errno or errno.EIO) if isinstance(error, OSError) else f"damaged {MARKER}"
        raise AwayError("archive-away", root=str(root), reason=reason) from error


def archive(delivery: Delivery, *, store: Store, root: Path, crash: CrashPoint = no_crash) -> str:
    """Deliver a film; whoever sees it sees its companions, whole. Its path relative to the root.

    Everything is copied into a hidden folder of the same mount, made durable, read back, checked by digest
    and only then given its name, the film last. Nothing that is there is ever overwritten; a file with the
    same content is what an earlier run left, and counts as delivered. So it may run any number of times.

    Args:
        delivery: what is delivered.
        store: where it is taken from.
        root: the archive.
        crash: called after each file operation with the point's name.

    Raises:
        AwayError: ``archive-away`` (missing, without marker, read-only) or ``archive-full``.
        InputError: ``archive-name-taken``: another file bears the name.
        DamageError: an artifact is missing or not what it was.
        TransientError: ``archive-failed`` or ``archive-copy-differs``.
    """
    known = archive_id(root)
    owner = hashlib.sha256(delivery.name.encode()).hexdigest()[:32]
    parts = root / PARTS / f"{owner}.{uuid.uuid4().hex}"
    pieces = _pieces(delivery, store, parts, root)
    try:
        sweep(root, older_than_s=_STALE_S)
        parts.parent.mkdir(exist_ok=True)
        parts.mkdir()
        crash("archive-parts-made")
        with _removed_on_failure(parts):
            _copy_all(pieces, parts, crash)
            _publish_all(pieces, crash)
        # Parts of this very film are of no use to anyone now, however young: their writer is dead, or it is
        # late and finds the film in place when it tries again.
        for entry in parts.parent.glob(f"{owner}.*"):
            _remove(entry)
        crash("archive-parts-removed")
    except OSError as error:
        _tell(error, root)
    # A share that was unmounted meanwhile leaves an empty folder behind, which takes files gladly.
    if archive_id(root) != known:
        raise AwayError("archive-away", root=str(root), reason="another archive")
    return delivery.name


def sweep(root: Path, *, older_than_s: float) -> int:
    """Remove hidden parts that nobody wrote to for so long, by the archive's own clock; how many there were.

    Raises:
        OSError: the archive cannot be written.
    """
    folder = root / PARTS
    if not folder.is_dir():
        return 0
    # A share's clock need not be ours, so its own says how old a part is.
    probe = folder / f"{uuid.uuid4().hex}.clock"
    probe.touch()
    now = probe.stat().st_mtime
    probe.unlink()
    stale = [entry for entry in folder.iterdir() if now - _last_write(entry, now) >= older_than_s]
    for entry in stale:
        _remove(entry)
    return len(stale)


def _pieces(delivery: Delivery, store: Store, parts: Path, root: Path) -> list[_Piece]:
    """Every file of a delivery in the order in which they become visible: the film comes last."""
    name = PurePosixPath(delivery.name)
    inputs = name.parent / SOURCES
    places = [
        (inputs / f"{name.stem}.script{delivery.script.suffix}", delivery.script),
        (inputs / f"{name.stem}.portrait{delivery.portrait.suffix}", delivery.portrait),
        *((name.with_suffix(companion.suffix), companion) for companion in delivery.companions),
        (name, delivery.film),
    ]
    return [
        _Piece(
            artifact=artifact, source=store.open(artifact), part=parts / f"{number}.part", final=root / place
        )
        for number, (place, artifact) in enumerate(places)
    ]


def _copy_all(pieces: list[_Piece], parts: Path, crash: CrashPoint) -> None:
    """Make durable, verified parts of all pieces that are not delivered yet."""
    waiting = [piece for piece in pieces if not _delivered(piece)]
    for piece in waiting:
        _copy(piece)
        crash("archive-part-copied")
    _sync_folder(parts)
    crash("archive-parts-synced")
    for piece in waiting:
        if _digest(piece.part) != piece.artifact.digest:
            raise TransientError("archive-copy-differs", name=piece.final.name)
    crash("archive-parts-verified")


def _publish_all(pieces: list[_Piece], crash: CrashPoint) -> None:
    """Give every part its name, each durable before the next one shows."""
    for piece in pieces:
        folder = piece.final.parent
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            _sync_folder(folder.parent)
        if piece.part.exists() and not _move(piece.part, piece.final):
            _delivered(piece)
        # Also for what an earlier run left: it may have died before this.
        _sync_folder(folder)
        crash("archive-piece-visible")


def _delivered(piece: _Piece) -> bool:
    """Whether the final name holds this very content already.

    Raises:
        InputError: ``archive-name-taken``: it holds something else.
    """
    try:
        size = piece.final.stat().st_size
    except FileNotFoundError:
        return False
    if size == piece.artifact.size and _digest(piece.final) == piece.artifact.digest:
        return True
    raise InputError("archive-name-taken", name=f"{piece.final.parent.name}/{piece.final.name}")


def _copy(piece: _Piece) -> None:
    """Copy a source out of the store, durably; what is copied is what the artifact says."""
    digest = hashlib.sha256()
    with piece.source.open("rb") as source, piece.part.open("xb") as part:
        while block := source.read(_BLOCK):
            digest.update(block)
            part.write(block)
        part.flush()
        os.fsync(part.fileno())
        # What is read back comes from the disk or the server, not from this machine's memory.
        os.posix_fadvise(part.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    if digest.hexdigest() != piece.artifact.digest:
        kind = piece.artifact.kind.value
        raise DamageError("store-artifact-damaged", kind=kind, key=piece.artifact.key)


def _move(part: Path, final: Path) -> bool:
    """Give a part its final name unless something bears it; False if so."""
    try:
        os.link(part, final)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # No hard links here (FAT, many shares): names are fixed in the ledger, one job each, so nobody else
        # comes between the question and the rename.
        if final.exists():
            return False
        part.rename(final)
    return True


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some shares know no fsync of a folder; they keep names in order by themselves.
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)


def _last_write(entry: Path, otherwise: float) -> float:
    try:
        inside = [entry, *entry.iterdir()] if entry.is_dir() else [entry]
        return max(path.stat().st_mtime for path in inside)
    except FileNotFoundError:
        return otherwise  # its writer has just removed it


def _remove(entry: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


@contextlib.contextmanager
def _removed_on_failure(parts: Path) -> Iterator[None]:
    """Remove parts of one's own when delivering failed; a killed process cannot, and `sweep` does."""
    try:
        yield
    except Exception:
        with contextlib.suppress(OSError):
            _remove(parts)
        raise


def _tell(error: OSError, root: Path) -> NoReturn:
    """Raise what a failed file operation means to the farm, in the operating system's words."""
    number = error.errno or errno.EIO
    reason = os.strerror(number)
    if number in _FULL:
        raise AwayError("archive-full", root=str(root), reason=reason) from error
    if number in _AWAY:
        raise AwayError("archive-away", root=str(root), reason=reason) from error
    archive_id(root)
    raise TransientError("archive-failed", reason=reason) from error
