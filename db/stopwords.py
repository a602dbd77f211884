"""The words that no script of a department may hold, as the ledger keeps them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, Executable, bindparam, delete, insert, select

from db import rows
from db.ledger import Ledger
from db.tables import audit, departments, stopwords
from pipeline.plan.errors import InputError
from pipeline.plan.stopwords import fold

_DEPARTMENT = select(departments.c.id).where(departments.c.name == bindparam("department"))
_READ = (
    select(stopwords.c.word)
    .join_from(stopwords, departments, stopwords.c.department_id == departments.c.id)
    .where(departments.c.name == bindparam("department"))
    .order_by(stopwords.c.folded)
)
_THERE = select(stopwords.c.folded).where(stopwords.c.department_id == bindparam("of"))
_REMOVE = delete(stopwords).where(
    stopwords.c.department_id == bindparam("of"),
    stopwords.c.folded.in_(bindparam("words", expanding=True)),
)
_AUDIT = insert(audit)


def _adding(inserter: rows.Inserter) -> Executable:
    return inserter(stopwords).on_conflict_do_nothing()


_ADD = rows.per_dialect(_adding)


def read_words(ledger: Ledger, department: str) -> tuple[str, ...]:
    """A department's words, in the order of their letters; none of a department that does not exist.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return tuple(connection.execute(_READ, {"department": department}).scalars())


def add_words(ledger: Ledger, department: str, words: Collection[str], *, by: str) -> tuple[str, ...]:
    """Add words to a department's; those that are new. Written into the audit.

    Args:
        ledger: the ledger.
        department: its name.
        words: none of them folds to nothing.
        by: who adds them.

    Raises:
        InputError: ``ledger-department-unknown``.
        AwayError: ``ledger-away``.
    """
    with ledger.write("add-words") as connection:
        of = _department(connection, department)
        there = set(connection.execute(_THERE, {"of": of}).scalars())
        new: Mapping[str, str] = {
            folded: word for word, folded in zip(words, map(fold, words), strict=True) if folded not in there
        }
        entered = [{"department_id": of, "folded": folded, "word": word} for folded, word in new.items()]
        for start in range(0, len(entered), rows.MANY):
            connection.execute(rows.spoken(connection, _ADD), entered[start : start + rows.MANY])
        _tell(connection, "words-added", department, new.values(), by=by, at=ledger.clock())
        return tuple(new.values())


def remove_words(ledger: Ledger, department: str, words: Collection[str], *, by: str) -> tuple[str, ...]:
    """Take words away from a department's; those that were there. Written into the audit.

    Raises:
        InputError, AwayError: as `add_words`.
    """
    with ledger.write("remove-words") as connection:
        of = _department(connection, department)
        there = set(connection.execute(_THERE, {"of": of}).scalars())
        gone = {folded: word for word in words if (folded := fold(word)) in there}
        ordered = sorted(gone)
        for start in range(0, len(ordered), rows.MANY):
            connection.execute(_REMOVE, {"of": of, "words": ordered[start : start + rows.MANY]})
        _tell(connection, "words-removed", department, gone.values(), by=by, at=ledger.clock())
        return tuple(gone.values())


def _department(connection: Connection, department: str) -> int:
    found = connection.execute(_DEPARTMENT, {"department": department}).scalar()
    if found is None:
        raise InputError("ledger-department-unknown", department=department)
    return found


def _tell(
    connection: Connection, verb: str, department: str, words: Collection[str], *, by: str, at: int
) -> None:
    """Enter into the audit what was changed, if anything was."""
    if words:
        told = {"at": at, "by": by, "verb": verb, "batch_id": None, "job_id": None}
        connection.execute(_AUDIT, {**told, "detail": f"{department}: {', '.join(words)}"})
