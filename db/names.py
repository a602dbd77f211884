"""Names in the archive: reserved in the ledger before anything is written, unique without regard to case."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Executable, bindparam, func, select

from db import rows
from db.ledger import Ledger
from db.prepared import run
from db.tables import archive_names
from db.values import Claim
from pipeline.plan.names import unique_key

_MINE = select(archive_names.c.folder, archive_names.c.name).where(archive_names.c.job_id == bindparam("job"))
_LAST = select(func.coalesce(func.max(archive_names.c.number), 0)).where(
    archive_names.c.folder == bindparam("folder_"), archive_names.c.stem == bindparam("stem_")
)


def _reserving(inserter: rows.Inserter) -> Executable:
    return inserter(archive_names).on_conflict_do_nothing().returning(archive_names.c.job_id)


_RESERVE = rows.per_dialect(_reserving)


def reserve_name(
    ledger: Ledger, claim: Claim, *, folder: str, stem: str, numbered: Callable[[str, int], str]
) -> tuple[str, str]:
    """Give a job its name in the archive, once and for all: the folder and the name.

    A job that has one already keeps it, whatever is asked for now.

    Args:
        ledger: the ledger.
        claim: the archive step's.
        folder: the folder of the day, relative to the archive.
        stem: the wanted name without suffix.
        numbered: gives the stem that is tried as number 1 (the stem itself), 2 (``stem_2``) and so on.

    Raises:
        SupersededError: ``ledger-superseded``.
        AwayError: ``ledger-away``.
    """
    with ledger.write("reserve-name") as connection:
        rows.lock_job(connection, claim.job)
        if not rows.is_mine(connection, claim):
            raise rows.superseded(claim)
        kept = run(connection, _MINE, {"job": claim.job}).first()
        if kept is not None:
            return kept.folder, kept.name
        asked = {"folder_": folder, "stem_": unique_key(stem)}
        number = run(connection, _LAST, asked).scalar() + 1
        while True:
            name = numbered(stem, number)
            wanted = {
                "folder": folder,
                "folded": unique_key(name),
                "name": name,
                "stem": asked["stem_"],
                "number": number,
                "job_id": claim.job,
            }
            if run(connection, rows.spoken(connection, _RESERVE), wanted).first() is not None:
                return folder, name
            # Another stem that happens to look the same has this name, or another worker was faster.
            number += 1
