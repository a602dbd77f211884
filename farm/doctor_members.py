"""Looks at whether the departments that members belong to are there."""

from __future__ import annotations

from db.departments import read_departments
from db.engine import check_schema, connect, revision_of
from db.ledger import Ledger
from farm.bootstrap import Workshop
from farm.doctor import Doubt, There
from farm.policy.departments import same_name
from farm.policy.members import members_of
from pipeline.plan.errors import InputError, LecternError


def look_at_members(workshop: Workshop) -> There:
    """Who may submit for which department; how a ledger is, is told elsewhere.

    Raises:
        InputError: ``members-wrong``, ``members-twice``.
        Doubt: a member's department is not there.
    """
    members = members_of(workshop.settings.members.of)
    known = _departments(workshop) if members else None
    if known is not None:
        there = frozenset(map(same_name, known))
        for user, named in members.items():
            for department in sorted(named - there):
                facts = {"user": user, "department": department, "known": ", ".join(known)}
                raise Doubt(InputError("members-department-unknown", **facts))
    return There(detail=workshop.settings.members.of.strip() or "–")


def _departments(workshop: Workshop) -> tuple[str, ...] | None:
    """The departments that there are; None where there is no ledger that can be asked."""
    try:
        engine = connect(workshop.settings.ledger_url)
    except LecternError:
        return None
    try:
        if revision_of(engine) is None:
            return None
        check_schema(engine)
        return read_departments(Ledger(engine))
    except LecternError:
        return None
    finally:
        engine.dispose()
