"""Deliver a finished film with its companions to the archive: a folder that may be a share, full, or away."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NoReturn

from pipeline.durable import Trouble, digest_of, give_name, sync_folder, trouble
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import AwayError, InputError, TransientError
from pipeline.plan.film import told_by
from pipeline.steps.parts import drop_parts, give_back, hidden_folder, new_parts, set_aside, sweep
from pipeline.store import CrashPoint, Store, no_crash

#: The file that makes a folder an archive.
MARKER = ".lectern-archive"
#: The inputs' folder, beside the films of a day.
SOURCES = "source"

#: What a share mounted `soft` says while its server does not answer (nfs(5)), maybe for a whole night.
_SERVER_SILENT = {errno.EIO, errno.EREMOTEIO}
_BLOCK = 1 << 20
_SYNC_EVERY = 16 << 20
# A film of hours has a manifest of a few megabytes; nothing larger is read in search of one.
_MOST_MANIFEST = 64 << 20
# A part that nobody wrote to for a day belongs to nobody.
_STALE_S = 86_400


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What is delivered of one job, and under which name.

    Attributes:
        name: the film's path in the archive, ``{date}/{stem}.mp4``, as it stands in the ledger.
        film: the film itself.
        companions: what lies beside it under the same stem: captions, poster, manifest; each suffix once.
        script: lies in the day's `SOURCES` as ``{stem}.script.txt``.
        portrait: lies there as ``{stem}.portrait`` with its own suffix; None: its person was forgotten.
        background: the picture behind the portrait, which lies there as ``{stem}.background``; None for none.
    """

    name: str
    film: Artifact
    companions: tuple[Artifact, ...]
    script: Artifact
    portrait: Artifact | None
    background: Artifact | None = None


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """One file on its way: from the store's file over a hidden part to its final place."""

    artifact: Artifact
    source: Path
    part: Path
    final: Path


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What is to be done for a delivery.

    Attributes:
        earlier: pieces in whose place files of an earlier delivery of this film lie, the film first.
        vouched: digests of the files that may be taken from there.
        missing: pieces that have to be copied.
    """

    earlier: list[_Piece]
    vouched: Collection[str]
    missing: list[_Piece]


def nobody_else() -> None:
    """Confirm the work: for who delivers without a ledger, and so alone."""


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
            give_name(part, root / MARKER)
        finally:
            part.unlink(missing_ok=True)
        sync_folder(root)
    except OSError as error:
        raise_trouble(error, root)
    return archive_id(root)


def archive_id(root: Path) -> str:
    """The id of an archive that can be reached.

    Raises:
        AwayError: ``archive-unmarked``: no folder, or no marker in it, as in a mount point without its mount;
            ``archive-marker-damaged``, or ``archive-away``: it cannot be read.
    """
    try:
        marker = json.loads((root / MARKER).read_text("utf-8"))
        return str(marker["archive"])
    except FileNotFoundError as error:
        raise AwayError("archive-unmarked", root=str(root), marker=MARKER) from error
    except OSError as error:
        raise AwayError("archive-away", root=str(root), reason=trouble(error)[1]) from error
    except (ValueError, KeyError, TypeError) as error:
        raise AwayError("archive-marker-damaged", root=str(root), marker=MARKER) from error


def space_in(root: Path) -> tuple[int, int]:
    """The bytes that are free in an archive, and the number of the device that it lies on.

    Raises:
        AwayError: as `archive_id`.
        TransientError: ``archive-failed``.
    """
    archive_id(root)
    try:
        return shutil.disk_usage(root).free, root.stat().st_dev
    except OSError as error:
        raise_trouble(error, root)


def missing(root: Path, paths: Collection[str]) -> frozenset[str]:
    """Those of some files, relative to an archive's root, that do not lie there."""
    return frozenset(path for path in paths if not (root / path).is_file())


def archive(
    delivery: Delivery,
    *,
    store: Store,
    root: Path,
    confirm: Callable[[], object] = nobody_else,
    crash: CrashPoint = no_crash,
) -> str:
    """Deliver a film; whoever sees it sees its companions, whole. Its path relative to the root.

    Everything is copied into a hidden folder of the same mount, made durable, read back, checked by digest
    and only then given its name, the film last. A file with the same content is what an earlier run left, and
    counts as delivered, so it may run any number of times. If the film was joined anew since an earlier run,
    with other bytes, what that run left gives way: it is known by the manifest beside it, which bears this
    job's trace and tells the digests of its files. Nothing else that is there is ever touched.

    Args:
        delivery: what is delivered.
        store: where it is taken from.
        root: the archive.
        confirm: asks the ledger whether the work is still one's own, and raises if not; called when
            everything is copied, right before anything is given its name or gives way.
        crash: called after each file operation with the point's name.

    Raises:
        AwayError: as `archive_id`, ``archive-exchanged``: another one lies there now, or ``archive-full``.
        InputError: ``archive-name-taken``: another file bears the name.
        DamageError: an artifact is missing or not what it was.
        TransientError: ``archive-failed`` or ``archive-copy-differs``.
    """
    known = archive_id(root)
    parts = new_parts(root, delivery.name)
    pieces = _pieces(delivery, store, parts, root)
    try:
        sweep(root, older_than_s=_STALE_S)
        give_back(root, delivery.name)
        with hidden_folder(parts, root, crash):
            _deliver(pieces, parts, root, confirm, crash)
        # Parts of this very film are of no use to anyone now, however young: their writer is dead, or it is
        # late and finds the film in place when it tries again.
        drop_parts(root, delivery.name)
        crash("archive-parts-removed")
    except OSError as error:
        raise_trouble(error, root)
    # A share that was unmounted meanwhile leaves an empty folder behind, which takes files gladly.
    if archive_id(root) != known:
        raise AwayError("archive-exchanged", root=str(root))
    return delivery.name


def _pieces(delivery: Delivery, store: Store, parts: Path, root: Path) -> list[_Piece]:
    """Every file of a delivery in the order in which they become visible: the film comes last.

    The manifest comes before what it tells of, so that whatever an earlier run left is known by it.
    """
    name = PurePosixPath(delivery.name)
    inputs = name.parent / SOURCES
    companions = sorted(delivery.companions, key=lambda companion: companion.kind is not Kind.MANIFEST)
    places = [
        (inputs / f"{name.stem}.script{delivery.script.suffix}", delivery.script),
        *(
            (inputs / f"{name.stem}.{what}{picture.suffix}", picture)
            for what, picture in (("portrait", delivery.portrait), ("background", delivery.background))
            if picture is not None
        ),
        *((name.with_suffix(companion.suffix), companion) for companion in companions),
        (name, delivery.film),
    ]
    return [
        _Piece(
            artifact=artifact, source=store.open(artifact), part=parts / f"{number}.part", final=root / place
        )
        for number, (place, artifact) in enumerate(places)
    ]


def _plan(pieces: list[_Piece]) -> _Plan:
    """What has to be copied, and what gives way to it.

    Raises:
        InputError: ``archive-name-taken``: a final name holds what nobody vouches for.
    """
    lying = {piece.final: _digest_there(piece) for piece in pieces}
    strange = [piece for piece in pieces if lying[piece.final] not in {None, piece.artifact.digest}]
    if not strange:
        return _Plan(earlier=[], vouched=(), missing=[each for each in pieces if not lying[each.final]])
    vouched = _vouched(pieces)
    for piece in strange:
        if lying[piece.final] not in vouched:
            raise _taken(piece)
    # All of it gives way, the film first and the manifest last: it vouches for the rest until the end.
    earlier = [piece for piece in reversed(pieces) if lying[piece.final] in vouched]
    missing = [piece for piece in pieces if piece in earlier or not lying[piece.final]]
    return _Plan(earlier=earlier, vouched=vouched, missing=missing)


def _vouched(pieces: list[_Piece]) -> frozenset[str]:
    """Digests of the files of an earlier delivery of this very film, as its manifest tells."""
    manifest = next((piece for piece in pieces if piece.artifact.kind is Kind.MANIFEST), None)
    if manifest is None or not manifest.final.is_file() or manifest.final.stat().st_size > _MOST_MANIFEST:
        return frozenset()
    content = manifest.final.read_bytes()
    try:
        told, mine = told_by(content), told_by(manifest.source.read_bytes())
    except ValueError:
        return frozenset()
    return told.digests | {hashlib.sha256(content).hexdigest()} if told.trace == mine.trace else frozenset()


def _give_way(piece: _Piece, vouched: Collection[str], root: Path, crash: CrashPoint) -> None:
    """Take a file of an earlier delivery out of the way; its own digest says once more what it is."""
    with contextlib.suppress(FileNotFoundError):
        digest = digest_of(piece.final)
        if digest not in vouched or not set_aside(piece.final, digest, piece.part.parent, root, crash):
            raise _taken(piece)


def _deliver(
    pieces: list[_Piece], parts: Path, root: Path, confirm: Callable[[], object], crash: CrashPoint
) -> None:
    """Copy what is missing, hear whether the work is still one's own, and only then change what is seen."""
    plan = _plan(pieces)
    _copy_all(plan.missing, parts, crash)
    confirm()
    for piece in plan.earlier:
        _give_way(piece, plan.vouched, root, crash)
        crash("archive-earlier-set-aside")
    _publish_all(pieces, crash)


def _copy_all(pieces: list[_Piece], parts: Path, crash: CrashPoint) -> None:
    """Make durable, verified parts of pieces."""
    for piece in pieces:
        _copy(piece)
        crash("archive-part-copied")
    sync_folder(parts)
    crash("archive-parts-synced")
    for piece in pieces:
        if digest_of(piece.part) != piece.artifact.digest:
            raise TransientError("archive-copy-differs", name=piece.final.name)
    crash("archive-parts-verified")


def _publish_all(pieces: list[_Piece], crash: CrashPoint) -> None:
    """Give every part its name, each durable before the next one shows."""
    _make_folders({piece.final.parent for piece in pieces})
    for piece in pieces:
        shown = not piece.part.exists() or give_name(piece.part, piece.final)
        # Somebody may have been faster: a late run of this delivery, or a stranger.
        if not shown and _digest_there(piece) != piece.artifact.digest:
            raise _taken(piece)
        # Also for what an earlier run left: it may have died before this.
        sync_folder(piece.final.parent)
        crash("archive-piece-visible")


def _make_folders(folders: Collection[Path]) -> None:
    """Have folders there, durably: those that an earlier run left too, which may have died before this."""
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    for above in {folder.parent for folder in folders}:
        sync_folder(above)


def _digest_there(piece: _Piece) -> str | None:
    """Digest of what lies under the final name, empty for what is no file; None: nothing."""
    try:
        return digest_of(piece.final)
    except FileNotFoundError:
        return None
    except IsADirectoryError:
        return ""


def _taken(piece: _Piece) -> InputError:
    return InputError("archive-name-taken", name=f"{piece.final.parent.name}/{piece.final.name}")


def _copy(piece: _Piece) -> None:
    """Copy a source out of the store, durably; what is copied is what the artifact says."""
    digest = hashlib.sha256()
    with piece.source.open("rb") as source, piece.part.open("xb") as part:
        while block := source.read(_BLOCK):
            digest.update(block)
            part.write(block)
            if part.tell() % _SYNC_EVERY == 0:
                # Bit by bit, so that whoever watches sees it move, and a share that is full says so early.
                os.fdatasync(part.fileno())
        part.flush()
        os.fsync(part.fileno())
        # What is read back comes from the disk or the server, not from this machine's memory.
        os.posix_fadvise(part.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    if digest.hexdigest() != piece.artifact.digest:
        raise piece.artifact.damage("store-artifact-damaged")


def raise_trouble(error: OSError, root: Path) -> NoReturn:
    """Raise what a failed file operation in an archive means to the farm, in the operating system's words.

    Raises:
        AwayError: ``archive-full``, ``archive-away``, or as `archive_id`.
        TransientError: ``archive-failed``.
    """
    kind, reason = trouble(error)
    if kind is Trouble.FULL:
        raise AwayError("archive-full", root=str(root), reason=reason) from error
    if kind is Trouble.AWAY or error.errno in _SERVER_SILENT:
        raise AwayError("archive-away", root=str(root), reason=reason) from error
    archive_id(root)
    raise TransientError("archive-failed", reason=reason) from error
