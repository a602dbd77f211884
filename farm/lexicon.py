"""Dictionaries: how a department has words pronounced, frozen with each job that concerns them."""

from __future__ import annotations

from collections.abc import Iterable

from db import lexicon
from db.ledger import Ledger
from farm.bootstrap import Farm
from farm.caller import caller
from farm.departments import check_department
from farm.once import Once
from farm.sources import json_artifact, store_json
from pipeline.plan.artifact import Artifact
from pipeline.plan.errors import InputError
from pipeline.plan.lexicon import Entry, check, concerned, in_order, to_json
from pipeline.plan.script import normalise
from pipeline.store import Store


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
        self._whole: Once[str, tuple[str, Artifact]] = Once()

    def of(self, department: str, script: str | None) -> tuple[Entry, ...]:
        """The entries whose words stand in a script; all of them where it is not known yet (None)."""
        every = self._read.find(department, lambda: in_order(lexicon.read_lexicon(self._ledger, department)))
        if script is None:
            return every
        return concerned(script, every) if every else ()

    def artifact(self, department: str, script: str | None) -> Artifact | None:
        """What these entries are called in the store; None when there are none."""
        kept = self._kept(department, script)
        return None if kept is None else kept[1]

    def keep(self, store: Store, department: str, script: str | None) -> None:
        """Keep these entries in the store, if there are any."""
        kept = self._kept(department, script)
        if kept is not None:
            store_json(store, kept[0])

    def _kept(self, department: str, script: str | None) -> tuple[str, Artifact] | None:
        """These entries as they are kept, and what they are called then."""
        entries = self.of(department, script)
        if not entries:
            return None
        # Many rows share a whole dictionary.
        return _told(entries) if script is not None else self._whole.find(department, lambda: _told(entries))


def _told(entries: Iterable[Entry]) -> tuple[str, Artifact]:
    text = to_json(entries)
    return text, json_artifact(text)
