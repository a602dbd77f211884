"""Grants: departments that may use a profile which is another's."""

from __future__ import annotations

from sqlalchemy import Executable, bindparam, select

from db import rows
from db.ledger import Ledger
from db.profiles import Profile, note
from db.tables import departments, grants
from pipeline.plan.errors import InputError

_DEPARTMENT = select(departments.c.id).where(departments.c.name == bindparam("department"))


def _granting(inserter: rows.Inserter) -> Executable:
    return inserter(grants).on_conflict_do_nothing().returning(grants.c.profile_id)


_GRANT = rows.per_dialect(_granting)


def grant(ledger: Ledger, profile: Profile, department: str, *, by: str) -> bool:
    """Let another department use a profile; False: it may already.

    Raises:
        InputError: ``ledger-department-unknown``.
        AwayError: ``ledger-away``.
    """
    with ledger.write("grant") as connection:
        number = connection.execute(_DEPARTMENT, {"department": department}).scalar()
        if number is None:
            raise InputError("ledger-department-unknown", department=department)
        if profile.may_be_used_by(department):
            return False
        now = ledger.clock()
        entered = {"profile_id": profile.id, "department_id": number, "by": by, "at": now}
        new = connection.execute(rows.spoken(connection, _GRANT), entered).first() is not None
        if new:
            detail = f"{profile.kind} {profile.id} {department}"
            note(connection, "profile-granted", by=by, now=now, detail=detail)
        return new
