"""How departments have words pronounced, as the ledger keeps it."""

from __future__ import annotations

from sqlalchemy import Connection, Executable, bindparam, delete, insert, select

from db import rows
from db.ledger import Ledger
from db.tables import audit, departments, lexicon
from pipeline.plan.errors import InputError
from pipeline.plan.lexicon import Entry, folded

_DEPARTMENT = select(departments.c.id).where(departments.c.name == bindparam("department"))
_READ = (
    select(lexicon.c.word, lexicon.c.language, lexicon.c.said, lexicon.c.ipa)
    .join_from(lexicon, departments, lexicon.c.department_id == departments.c.id)
    .where(departments.c.name == bindparam("department"))
    .order_by(lexicon.c.folded, lexicon.c.language)
)
_REMOVE = delete(lexicon).where(
    lexicon.c.department_id == bindparam("of"),
    lexicon.c.language == bindparam("tongue"),
    lexicon.c.folded == bindparam("letters"),
)
_AUDIT = insert(audit)


def _putting(inserter: rows.Inserter) -> Executable:
    entered = inserter(lexicon)
    return entered.on_conflict_do_update(
        index_elements=[lexicon.c.department_id, lexicon.c.language, lexicon.c.folded],
        set_={name: entered.excluded[name] for name in ("word", "said", "ipa")},
    )


_PUT = rows.per_dialect(_putting)


def read_lexicon(ledger: Ledger, department: str) -> tuple[Entry, ...]:
    """A department's dictionary in the order of its words; none of a department that does not exist.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        found = connection.execute(_READ, {"department": department})
        return tuple(Entry(word=row.word, language=row.language, said=row.said, ipa=row.ipa) for row in found)


def put_entry(ledger: Ledger, department: str, entry: Entry, *, by: str) -> None:
    """Have a word pronounced so from now on, whatever stood there. Written into the audit.

    Raises:
        InputError: ``ledger-department-unknown``.
        AwayError: ``ledger-away``.
    """
    with ledger.write("put-entry") as connection:
        entered = {
            "department_id": _department(connection, department),
            "language": entry.language,
            "folded": folded(entry.word),
            "word": entry.word,
            "said": entry.said,
            "ipa": entry.ipa,
        }
        connection.execute(rows.spoken(connection, _PUT), entered)
        detail = f"{department}: {entry.word} ({entry.language}): {entry.said or entry.ipa}"
        _tell(connection, "word-pronounced", detail, by=by, at=ledger.clock())


def remove_entry(ledger: Ledger, department: str, word: str, language: str, *, by: str) -> bool:
    """Have a word read as it is written again; False if no entry says otherwise. Written into the audit.

    Raises:
        InputError, AwayError: as `put_entry`.
    """
    with ledger.write("remove-entry") as connection:
        asked = {"of": _department(connection, department), "tongue": language, "letters": folded(word)}
        gone = connection.execute(_REMOVE, asked).rowcount > 0
        if gone:
            detail = f"{department}: {word} ({language})"
            _tell(connection, "word-forgotten", detail, by=by, at=ledger.clock())
        return gone


def _department(connection: Connection, department: str) -> int:
    found = connection.execute(_DEPARTMENT, {"department": department}).scalar()
    if found is None:
        raise InputError("ledger-department-unknown", department=department)
    return found


def _tell(connection: Connection, verb: str, detail: str, *, by: str, at: int) -> None:
    told = {"at": at, "by": by, "verb": verb, "batch_id": None, "job_id": None, "detail": detail}
    connection.execute(_AUDIT, told)
