"""An archive that hangs: one step at a time finds out whether it is back, and the others wait for that.

A share that answers nothing keeps whoever touches it for as long as `[archive] stuck_s`. If each finished
film found that out by itself, the films that wait for the archive would in the end keep every worker, and
nothing would be rendered meanwhile. An archive that says no costs nobody any time: each film asks for itself.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, exists, literal_column, or_, select, update

from db.prepared import run
from db.rows import IS_DUE
from db.states import Stage
from db.tables import IS_OPEN, IS_READY, IS_RUNNING, IS_SENT, IS_UNSENT, steps

#: What a step met that hung (`pipeline.apart`).
_HUNG = "archive-stuck"
_ARCHIVES = steps.c.capability == literal_column(f"'{Stage.ARCHIVE.value}'")
_MET = (steps.c.waits > 0) & (steps.c.error_code == _HUNG)


def _waits(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a step waits that met it; each half is answered by an index of its own."""
    return or_(
        exists().where(IS_READY, IS_OPEN, IS_UNSENT, _ARCHIVES, _MET, *conditions),
        exists().where(IS_READY, IS_SENT, IS_OPEN, _ARCHIVES, _MET, *conditions),
    )


_TAKEN = select(
    or_(
        exists().where(IS_RUNNING, _ARCHIVES, _MET),
        _waits() & exists().where(IS_RUNNING, _ARCHIVES),
        _waits(~IS_DUE),
    )
)
# Two that are done at once let each other's rows alone: the one that is not skipped is freed all the same.
_FREED = (
    select(steps.c.id).where(IS_READY, _ARCHIVES, _MET).order_by(steps.c.id).with_for_update(skip_locked=True)
)
_FREE = (
    update(steps)
    .where(steps.c.id.in_(_FREED))
    .values(waits=0, not_before=0, published_at=0, error_code=None, error_facts=None)
)


def waits_for_archive(connection: Connection, now: int) -> bool:
    """Whether no film may be delivered just now, since the archive hung and nobody knows that it is back."""
    return bool(run(connection, _TAKEN, {"now": now}).scalar())


def archive_is_back(connection: Connection) -> None:
    """Let every film be delivered that waits only because the archive hung."""
    run(connection, _FREE, {})
