"""Have a ledger that was put back agree with store and archive: adopt what is there, and know what is not."""

from __future__ import annotations

import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from db import rebuilding, restoring
from db.ledger import Ledger
from db.restoring import Delivered
from db.states import Role
from farm.bootstrap import Farm
from pipeline.apart import Apart
from pipeline.durable import digest_of
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import AwayError
from pipeline.plan.filmread import FilmRead
from pipeline.plan.names import folder_for
from pipeline.steps.lying import FilmLying, days_of, films_of
from pipeline.store import Store, StoredFile

#: What a manifest tells of a film in the archive, and where that lies.
FilmFound = tuple[FilmRead, Delivered]

_MANY = 500
#: Farms move, and their clocks are set: a film is looked for in the folders beside its day's, too.
_DAYS = 2


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    """What was found.

    Attributes:
        again: steps that were under way when the backup was taken, and are in the line again.
        adopted: files of the store that the ledger did not know.
        lost: files that it knew and that are gone.
        remade: films that miss some of those, which are made again.
        archived: films that were archived since the backup was taken.
        entered: films in the archive of jobs that the ledger did not know.
        finished: films in the store that were finished since the backup was taken and are not archived.
        inputs: files that were given since: who gave them ordered films that the ledger may not know.
    """

    again: int
    adopted: int
    lost: int
    remade: int
    archived: int
    entered: int
    finished: int
    inputs: int


def reconcile(farm: Farm, *, taken_ms: int, with_archive: bool = True) -> Reconciled:
    """Have a ledger that was put back agree with what became of the farm since.

    Files in the store are accepted whose content is what their names say, so that nothing that was finished
    is rendered again; those that are gone are struck out. Films in the archive complete their jobs, or are
    entered as jobs where the ledger has none, so that nothing is published twice.

    Args:
        farm: whose ledger nobody else uses.
        taken_ms: when the backup was taken; nothing older is looked for among films that nobody knows.
        with_archive: whether there is an archive to look into.

    Raises:
        AwayError, TransientError: a place cannot be read.
    """
    ledger, store = farm.ledger, farm.store
    again = restoring.calm(ledger)
    known, lost = _compare(ledger, store)
    adopted = _adopt(ledger, store, known)
    films = list(_since(farm, taken_ms)) if with_archive else []
    archived, entered = _settle(ledger, films)
    # What became of films that are archived by now is not made again.
    remade = restoring.send_back_lost(ledger)
    archived_files = {part.digest for _, delivered in films for part in delivered.parts.values()}
    finished = [file for file in adopted if file.kind is Kind.FILM and file.digest not in archived_files]
    return Reconciled(
        again=again,
        adopted=len(adopted),
        lost=lost,
        remade=remade,
        archived=archived,
        entered=entered,
        finished=len(finished),
        inputs=sum(file.kind is Kind.SOURCE for file in adopted),
    )


def films_in(apart: Apart, archive: Path, days: Collection[str] | None = None) -> Iterator[FilmFound]:
    """Every film of an archive that lies there with its manifest; of some days' folders, or of all.

    Raises:
        AwayError: as `pipeline.steps.archive.archive_id`; or ``archive-away``.
        TransientError: as `pipeline.apart.Apart.run`.
    """
    for day in apart.run(days_of, archive):
        if days is None or day in days:
            for film in apart.run(films_of, archive, day):
                yield film.told, _delivered(film)


def _delivered(film: FilmLying) -> Delivered:
    return Delivered(
        path=film.path,
        frames=film.told.frames,
        essence=film.told.essence,
        ended_at=film.ended_ms,
        parts={Role(word): part for word, part in film.told.parts.items()},
    )


def _since(farm: Farm, taken_ms: int) -> Iterator[FilmFound]:
    """The films of days on which something was submitted that may have been archived since the backup."""
    ledger = farm.ledger
    begun = {_day(submitted) for _, submitted in restoring.unarchived(ledger).values()}
    days = {day + timedelta(days=off) for day in begun for off in range(-_DAYS, _DAYS + 1)}
    day = _day(taken_ms) - timedelta(days=_DAYS)
    last = max(_day(ledger.clock()), _day(taken_ms)) + timedelta(days=_DAYS)
    while day <= last:
        days.add(day)
        day += timedelta(days=1)
    names = {folder_for(datetime(each.year, each.month, each.day)) for each in days}  # noqa: DTZ001 - a day alone
    yield from films_in(farm.apart, farm.archive, names)


def _day(time_ms: int) -> date:
    return datetime.fromtimestamp(time_ms / 1000).astimezone().date()


def _settle(ledger: Ledger, films: Collection[FilmFound]) -> tuple[int, int]:
    """Complete the jobs of films that were found, and enter those that have none; how many of each."""
    waiting, known = restoring.unarchived(ledger), restoring.traces(ledger)
    lying = restoring.parts_lying(ledger)
    archived = 0
    strangers = []
    for told, delivered in films:
        if told.trace in waiting:
            restoring.complete(ledger, waiting[told.trace][0], delivered, lying)
            archived += 1
        elif told.trace not in known:
            strangers.append((told, delivered))
    return archived, rebuilding.enter(ledger, strangers)


def _compare(ledger: Ledger, store: Store) -> tuple[frozenset[tuple[str, str, str]], int]:
    """Strike out what the store has lost; what it has of what the ledger knows, and how much it lost."""
    known: set[tuple[str, str, str]] = set()
    lost = 0
    for some in restoring.accepted(ledger):
        gone = []
        for number, (file, struck) in some.items():
            if struck:
                continue
            if _lies(store, file):
                known.add((file.kind.value, file.key, file.digest[:16]))
            else:
                gone.append(number)
        restoring.strike(ledger, gone)
        lost += len(gone)
    return frozenset(known), lost


def _lies(store: Store, file: Artifact) -> bool:
    try:
        told = (store.root / file.path).stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise AwayError("store-away", reason=error.strerror or "-") from error
    return stat.S_ISREG(told.st_mode) and told.st_size == file.size


def _adopt(ledger: Ledger, store: Store, known: Collection[tuple[str, str, str]]) -> list[Artifact]:
    """Accept the store's other files, each read to its end; those that are what their names say."""
    adopted: list[Artifact] = []
    given = 0
    for found in store.walk():
        if (found.kind.value, found.key, found.digest16) in known:
            continue
        if (file := _verified(store, found)) is not None:
            adopted.append(file)
        if len(adopted) - given == _MANY:
            restoring.adopt(ledger, adopted[given:])
            given = len(adopted)
    restoring.adopt(ledger, adopted[given:])
    return adopted


def _verified(store: Store, found: StoredFile) -> Artifact | None:
    try:
        digest = digest_of(store.root / found.path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AwayError("store-away", reason=error.strerror or "-") from error
    if digest[:16] != found.digest16:
        return None
    return Artifact(kind=found.kind, key=found.key, digest=digest, size=found.size, suffix=found.suffix)
