"""Puts a file of weights on the shelf: copied, looked into, named, with its card."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import stat
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from farm.models.cabinet import shelf_error
from farm.models.catalogue import Catalogue, Known
from farm.models.recognise import Seen, recognise
from farm.models.shelf import Model, ModelShelf
from pipeline.plan.errors import InputError
from pipeline.plan.models import UNKNOWN, Kind, ModelRecord, allowed_uses, check_name, name_from

_BLOCK = 1 << 20
_SUFFIX = re.compile(r"\.[a-z0-9]{1,12}")
# The shape of a BCP 47 tag (RFC 5646): a language and what narrows it down.
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_LICENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .+()-]{0,199}")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody says of a file of weights; what is left empty is found out or stays as it was.

    Attributes:
        name: what it shall be called.
        kind: what it is.
        licence: an SPDX identifier, several joined by AND, a name, or ``own`` for weights of one's own.
        languages: BCP 47 tags that it was trained on.
        vram_mb: what it needs on a card, in MB.
        trusted: whether a program in it may be opened.
    """

    name: str = ""
    kind: Kind | None = None
    licence: str = ""
    languages: tuple[str, ...] = ()
    vram_mb: int = 0
    trusted: bool = False


@dataclass(frozen=True, kw_only=True)
class Added:
    """What became of a file.

    Attributes:
        model: the model as it is on the shelf now.
        new: whether the name was not there before.
        opened: whether it was found out here that an engine can open it.
    """

    model: Model
    new: bool
    opened: bool


@dataclass(frozen=True, kw_only=True)
class _Weighed:
    """A whole file beside the shelf: where it lies, how it was called, what it is by content."""

    path: Path
    file: str
    source: str
    digest: str
    size: int

    @property
    def suffix(self) -> str:
        return _suffix_of(self.file)


#: Told how many bytes of a file were copied, of how many; it may raise to stop.
Progress = Callable[[int, int], None]


def add_file(
    shelf: ModelShelf,
    catalogue: Catalogue,
    file: Path,
    wish: Wish,
    *,
    by: str,
    at_ms: int,
    progress: Progress = lambda _done, _total: None,
) -> Added:
    """Copy a file of weights onto the shelf, once it was found that an engine can open it.

    The same weights under the same name again: what the wish says of them is written anew, and a damaged file
    is healed. Who accepted a licence accepted that one: another licence is not accepted with it.

    Raises:
        InputError: ``model-source-unreadable``; ``model-name-wrong``, ``model-licence-wrong`` or
            ``model-language-wrong`` of the wish; ``model-name-taken``: other weights bear the name;
            ``model-licence-known``: the catalogue knows this file under another licence; what `recognise`
            raises.
        AwayError: ``model-shelf-away`` or ``model-shelf-full``.
    """
    _check(wish)
    with _copied(shelf, file, progress) as weighed:
        return _shelve(shelf, catalogue, weighed, wish, by=by, at_ms=at_ms)


def add_downloaded(
    shelf: ModelShelf, catalogue: Catalogue, known: Known, path: Path, wish: Wish, *, by: str, at_ms: int
) -> Added:
    """Put a known model's file, which lies verified beside the shelf, onto it.

    Raises:
        InputError, AwayError: as `add_file`.
    """
    _check(wish)
    weighed = _Weighed(
        path=path, file=known.file, source=known.address or known.page, digest=known.digest, size=known.bytes
    )
    return _shelve(shelf, catalogue, weighed, wish, by=by, at_ms=at_ms)


def _check(wish: Wish) -> None:
    if wish.name:
        check_name(wish.name)
    if wish.licence and not _LICENCE.fullmatch(wish.licence):
        raise InputError("model-licence-wrong", licence=wish.licence)
    for language in wish.languages:
        if not _LANGUAGE.fullmatch(language):
            raise InputError("model-language-wrong", language=language)


def _shelve(
    shelf: ModelShelf, catalogue: Catalogue, weighed: _Weighed, wish: Wish, *, by: str, at_ms: int
) -> Added:
    known = catalogue.with_digest(weighed.digest)
    if known and wish.licence and wish.licence != known.licence:
        raise InputError("model-licence-known", model=known.name, licence=known.licence, given=wish.licence)
    kind = known.kind if known else wish.kind
    seen = recognise(weighed.path, trusted=wish.trusted, kind=kind, file=weighed.file)
    with shelf.cabinet.changing():
        before, name = _before(shelf, weighed, wish, known)
        record = _card(before or _fresh(name, weighed, seen, known, at_ms), wish, seen, known)
        shelf.cabinet.journal(
            "added",
            by,
            at_ms,
            {
                "model": name,
                "digest": record.digest,
                "licence": record.licence,
                "trusted": int(record.trusted),
                "source": record.source,
            },
        )
        shelf.cabinet.keep(weighed.path, record)
    model = Model(record=record, path=shelf.cabinet.file(record))
    return Added(model=model, new=before is None, opened=seen.opened)


def _before(
    shelf: ModelShelf, weighed: _Weighed, wish: Wish, known: Known | None
) -> tuple[ModelRecord | None, str]:
    """The card that these weights have already, if any, and the name that they get."""
    there = [record for record in shelf.records() if record.digest == weighed.digest]
    if not wish.name and there:
        return there[0], there[0].name
    wanted = wish.name or (known.name if known else "")
    taken = {name.casefold(): name for name in shelf.cabinet.cards()}
    other = taken.get(wanted.casefold())
    if other is None:
        return None, wanted or name_from(Path(weighed.file).stem, taken)
    same = next((record for record in there if record.name == other), None)
    if same is None:
        raise InputError("model-name-taken", model=other)
    return same, same.name


def _fresh(name: str, weighed: _Weighed, seen: Seen, known: Known | None, at_ms: int) -> ModelRecord:
    """The card of weights that were never here."""
    return ModelRecord(
        name=name,
        kind=seen.kind,
        engine=seen.kind.engine,
        digest=weighed.digest,
        bytes=weighed.size,
        suffix=weighed.suffix,
        licence=known.licence if known else UNKNOWN,
        languages=known.languages if known else (),
        vram_mb=known.vram_mb if known else 0,
        source=weighed.source,
        added_at=at_ms,
    )


def _card(card: ModelRecord, wish: Wish, seen: Seen, known: Known | None) -> ModelRecord:
    """A card with what is known and wished now."""
    licence = wish.licence or (known.licence if known else card.licence)
    return replace(
        card,
        kind=seen.kind,
        engine=seen.kind.engine,
        licence=licence,
        uses=allowed_uses(licence),
        languages=wish.languages or card.languages,
        vram_mb=wish.vram_mb or card.vram_mb,
        trusted=wish.trusted or card.trusted,
        acceptance=card.acceptance if licence == card.licence else None,
    )


@contextlib.contextmanager
def _copied(shelf: ModelShelf, file: Path, progress: Progress) -> Generator[_Weighed]:
    """A copy of a file beside the shelf, which is gone afterwards unless it was kept."""
    with _opened(file) as source:
        part = shelf.cabinet.part()
        part = part.with_name(f"{part.name}{_suffix_of(file.name)}")
        try:
            digest, size = _copy(file, source, part, shelf, progress)
            yield _Weighed(path=part, file=file.name, source=file.name, digest=digest, size=size)
        finally:
            part.unlink(missing_ok=True)


@contextlib.contextmanager
def _opened(file: Path) -> Generator[BinaryIO]:
    """A regular file, to be read; pipes and devices are no files to us."""
    try:
        # A pipe would be waited on for ever without O_NONBLOCK.
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        reason = os.strerror(getattr(error, "errno", None) or errno.EINVAL)
        raise InputError("model-source-unreadable", file=str(file), reason=reason) from error
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        reason = os.strerror(errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL)
        raise InputError("model-source-unreadable", file=str(file), reason=reason)
    with os.fdopen(descriptor, "rb") as source:
        yield source


def _copy(file: Path, source: BinaryIO, part: Path, shelf: ModelShelf, progress: Progress) -> tuple[str, int]:
    """Copy a file; its SHA-256 and size."""
    total = os.fstat(source.fileno()).st_size
    digest, size = hashlib.sha256(), 0
    try:
        with part.open("wb") as copy:
            while block := _read(file, source):
                digest.update(block)
                size += copy.write(block)
                progress(size, total)
    except OSError as error:
        raise shelf_error(error, shelf.root) from error
    return digest.hexdigest(), size


def _read(file: Path, source: BinaryIO) -> bytes:
    try:
        return source.read(_BLOCK)
    except OSError as error:
        reason = os.strerror(error.errno or errno.EIO)
        raise InputError("model-source-unreadable", file=str(file), reason=reason) from error


def _suffix_of(file: str) -> str:
    suffix = Path(file).suffix.lower()
    return suffix if _SUFFIX.fullmatch(suffix) else ""
