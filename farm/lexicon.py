"""Dictionaries: how a department has words pronounced, frozen with each job that concerns them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from db import lexicon
from db.ledger import Ledger
from farm.bootstrap import Farm
from farm.caller import caller
from farm.departments import check_department
from farm.once import Once
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import InputError
from pipeline.plan.lexicon import Entry, check, concerned, to_json
from pipeline.plan.script import normalise
from pipeline.store import Store

_SUFFIX = ".json"


def listed(farm: Farm, department: str, *, language: str = "") -> tuple[Entry, ...]:
    """A department's entries, of one language or of all.

    Raises:
        InputError: ``submit-department-unknown``.
    """
    check_department(farm.ledger, department)
    every = lexicon.read_lexicon(farm.ledger, department)
    return tuple(entry for entry in every if not language or entry.language == language)


def add(farm: Farm, department: str, entry: Entry) -> Entry:
    """Have a word pronounced so from now on; the entry as it was kept. Jobs under way are as they were.

    Raises:
        InputError: as `pipeline.plan.lexicon.check`, or ``submit-department-unknown``.
    """
    kept = Entry(
        word=normalise(entry.word),
        language=entry.language.strip(),
        said=normalise(entry.said),
        ipa=entry.ipa.strip(),
    )
    check(kept)
    check_department(farm.ledger, department)
    lexicon.put_entry(farm.ledger, department, kept, by=caller())
    return kept


def remove(farm: Farm, department: str, word: str, language: str) -> None:
    """Have a word read as it is written again.

    Raises:
        InputError: ``lexicon-entry-unknown`` or ``submit-department-unknown``.
    """
    check_department(farm.ledger, department)
    if not lexicon.remove_entry(farm.ledger, department, normalise(word), language.strip(), by=caller()):
        raise InputError("lexicon-entry-unknown", word=word, language=language, department=department)


class Dictionaries:
    """What of a department's dictionary concerns a script; each dictionary is read once.

    Args:
        ledger: where they are.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._read: Once[str, tuple[Entry, ...]] = Once()

    def of(self, department: str, script: str) -> tuple[Entry, ...]:
        """The entries whose words stand in a script."""
        every = self._read.find(department, lambda: lexicon.read_lexicon(self._ledger, department))
        return concerned(script, every) if every else ()

    def artifact(self, department: str, script: str) -> Artifact | None:
        """What these entries are called in the store; None when there are none."""
        entries = self.of(department, script)
        return lexicon_artifact(to_json(entries)) if entries else None

    def keep(self, store: Store, department: str, script: str) -> None:
        """Keep these entries in the store, if there are any."""
        if entries := self.of(department, script):
            _keep(store, to_json(entries))


def lexicon_artifact(text: str) -> Artifact:
    """What a dictionary is called in the store: its JSON in UTF-8, named by its digest."""
    data = text.encode()
    digest = hashlib.sha256(data).hexdigest()
    return Artifact(kind=Kind.SOURCE, key=digest, digest=digest, size=len(data), suffix=_SUFFIX)


def _keep(store: Store, text: str) -> None:
    def write(part: Path) -> None:
        part.write_bytes(text.encode())

    store.put(Kind.SOURCE, lexicon_artifact(text).key, _SUFFIX, write)
