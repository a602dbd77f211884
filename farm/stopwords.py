"""Word lists: what a department's scripts may not hold, checked before anybody speaks them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from db.ledger import Ledger
from db.stopwords import add_words, read_words, remove_words
from farm.batchfiles import BatchFolder
from farm.bootstrap import Farm
from farm.caller import caller
from farm.departments import DEPARTMENT, check_department
from farm.once import Once
from farm.textfile import decode
from pipeline.plan.errors import InputError
from pipeline.plan.stopwords import MOST_CHARACTERS, fold, found

# A list of a hundred thousand words.
_MOST_BYTES = 2_000_000
_SHOWN = 40


def words_in(path: Path) -> tuple[str, ...]:
    """The words of a text file, one a line; empty lines say nothing.

    Raises:
        InputError: as `BatchFolder.find` and `decode`, or ``manifest-file-large``.
    """
    real = Path(os.path.realpath(path))
    folder = BatchFolder(real.parent)
    lines = decode(folder.read(folder.find(real.name), limit_bytes=_MOST_BYTES)).splitlines()
    return tuple(word for word in map(str.strip, lines) if word)


def listed(farm: Farm, department: str) -> tuple[str, ...]:
    """A department's words.

    Raises:
        InputError: ``submit-department-unknown``.
    """
    check_department(farm.ledger, department)
    return read_words(farm.ledger, department)


def add(farm: Farm, department: str, words: Sequence[str]) -> tuple[str, ...]:
    """Have scripts with these words refused from now on; those that are new.

    Raises:
        InputError: ``stopword-wrong``, ``submit-department-unknown``; nothing was changed.
    """
    check_department(farm.ledger, department)
    for word in words:
        if not fold(word) or len(fold(word)) > MOST_CHARACTERS:
            raise InputError("stopword-wrong", word=_short(word), limit=MOST_CHARACTERS)
    return add_words(farm.ledger, department, words, by=caller())


def remove(farm: Farm, department: str, words: Sequence[str]) -> tuple[str, ...]:
    """Have these words allowed again; those that were not.

    Raises:
        InputError: ``submit-department-unknown``; nothing was changed.
    """
    check_department(farm.ledger, department)
    return remove_words(farm.ledger, department, words, by=caller())


class WordChecker:
    """Refuses scripts by their departments' words, each list read once.

    Args:
        ledger: where the lists are.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lists: Once[str, tuple[str, ...]] = Once()

    def words_of(self, department: str) -> tuple[str, ...]:
        """The words of a department; empty is the default one."""
        named = department or DEPARTMENT
        return self._lists.find(named, lambda: read_words(self._ledger, named))

    def check(self, text: str | None, department: str) -> None:
        """Refuse a script that holds one of them; None is a script that could not be read.

        Raises:
            InputError: ``script-word-stopped``, with the first of them.
        """
        stopped = found(text, self.words_of(department)) if text else ()
        if stopped:
            first = min(stopped, key=lambda each: each.line)
            raise InputError(
                "script-word-stopped",
                word=first.word,
                line=first.line,
                department=department or DEPARTMENT,
                number=len(stopped),
            )


def _short(word: str) -> str:
    return word if len(word) <= _SHOWN else f"{word[:_SHOWN]}…"
