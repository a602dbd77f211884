"""Puts a model on the shelf: copied, looked into, named, with its card."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from farm.models.catalogue import Catalogue, Known
from farm.models.gathering import Progress, Weighed, copied, gathered
from farm.models.recognise import Seen, kind_of_folder, recognise
from farm.models.shelf import Model, ModelShelf
from pipeline.plan.errors import InputError
from pipeline.plan.models import UNKNOWN, ModelKind, ModelRecord, allowed_uses, check_name, name_from

# The shape of a BCP 47 tag (RFC 5646): a language and what narrows it down.
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_LICENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .+()-]{0,199}")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody says of a model; what is left empty is found out or stays as it was.

    Attributes:
        name: what it shall be called.
        kind: what it is.
        licence: an SPDX identifier, several joined by AND, a name, or ``own`` for weights of one's own.
        languages: BCP 47 tags that it was trained on.
        vram_mb: what it needs on a card, in MB.
        trusted: whether a program in it may be opened.
    """

    name: str = ""
    kind: ModelKind | None = None
    licence: str = ""
    languages: tuple[str, ...] = ()
    vram_mb: int = 0
    trusted: bool = False


@dataclass(frozen=True, kw_only=True)
class Added:
    """What became of a model that was brought.

    Attributes:
        model: the model as it is on the shelf now.
        new: whether the name was not there before.
        opened: whether it was found out here that an engine can open it.
        left_out: names in a folder that are no part of the model, and were not copied.
    """

    model: Model
    new: bool
    opened: bool
    left_out: tuple[str, ...] = ()


def add_model(
    shelf: ModelShelf,
    catalogue: Catalogue,
    path: Path,
    wish: Wish,
    *,
    by: str,
    at_ms: int,
    progress: Progress = lambda _done, _total: None,
) -> Added:
    """Copy a file or folder of weights onto the shelf, once it was found that an engine can open it.

    The same weights under the same name again: what the wish says of them is written anew, and what is
    damaged is healed. Who accepted a licence accepted that one: another licence is not accepted with it.

    Raises:
        InputError: ``model-source-unreadable``; ``model-name-wrong``, ``model-licence-wrong`` or
            ``model-language-wrong`` of the wish; ``model-name-taken``: other weights bear the name;
            ``model-licence-known``: the catalogue knows this file under another licence; what `recognise` and
            `gathered` raise.
        AwayError: ``model-shelf-away`` or ``model-shelf-full``.
    """
    _check(wish)
    if _is_folder(path):
        kind = kind_of_folder(path, wish.kind)
        gathering = gathered(shelf, path, kind, trusted=wish.trusted, progress=progress)
    else:
        gathering = copied(shelf, path, progress)
    with gathering as weighed:
        return _shelve(shelf, catalogue, weighed, wish, by=by, at_ms=at_ms)


def add_downloaded(
    shelf: ModelShelf, catalogue: Catalogue, known: Known, path: Path, wish: Wish, *, by: str, at_ms: int
) -> Added:
    """Put a known model's file, which lies verified beside the shelf, onto it.

    Raises:
        InputError, AwayError: as `add_model`.
    """
    _check(wish)
    weighed = Weighed(
        path=path, file=known.file, source=known.address or known.page, digest=known.digest, size=known.bytes
    )
    return _shelve(shelf, catalogue, weighed, wish, by=by, at_ms=at_ms)


def _is_folder(path: Path) -> bool:
    """Whether there is such a folder; a path that no system can have is told as any other that is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _check(wish: Wish) -> None:
    if wish.name:
        check_name(wish.name)
    if wish.licence and not _LICENCE.fullmatch(wish.licence):
        raise InputError("model-licence-wrong", licence=wish.licence)
    for language in wish.languages:
        if not _LANGUAGE.fullmatch(language):
            raise InputError("model-language-wrong", language=language)


def _shelve(
    shelf: ModelShelf, catalogue: Catalogue, weighed: Weighed, wish: Wish, *, by: str, at_ms: int
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
    return Added(model=model, new=before is None, opened=seen.opened, left_out=weighed.left_out)


def _before(
    shelf: ModelShelf, weighed: Weighed, wish: Wish, known: Known | None
) -> tuple[ModelRecord | None, str]:
    """The card that these weights have already, if any, and the name that they get."""
    there = [record for record in shelf.records() if record.digest == weighed.digest]
    if not wish.name and there:
        return there[0], there[0].name
    wanted = wish.name or (known.name if known else "")
    taken = {name.casefold(): name for name in shelf.cabinet.cards()}
    other = taken.get(wanted.casefold())
    if other is None:
        return None, wanted or name_from(_stem_of(weighed), taken)
    same = next((record for record in there if record.name == other), None)
    if same is None:
        raise InputError("model-name-taken", model=other)
    return same, same.name


def _stem_of(weighed: Weighed) -> str:
    """A file's name without what tells its form; a folder's whole name: versions have dots in them."""
    return weighed.file if weighed.files else Path(weighed.file).stem


def _fresh(name: str, weighed: Weighed, seen: Seen, known: Known | None, at_ms: int) -> ModelRecord:
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
        files=weighed.files,
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
        languages=wish.languages or seen.found.languages or card.languages,
        vram_mb=wish.vram_mb or card.vram_mb,
        trusted=wish.trusted or card.trusted,
        acceptance=card.acceptance if licence == card.licence else None,
        traits=seen.found.traits or card.traits,
    )
