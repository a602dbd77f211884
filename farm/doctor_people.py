"""Looks at what is done about people's consents, and which of them end soon."""

from __future__ import annotations

from db import consents
from db.engine import check_schema, connect, revision_of
from db.ledger import Ledger
from farm.bootstrap import Workshop
from farm.doctor import Doubt, There
from pipeline.plan.errors import InputError, LecternError

_DAYS = 30
_DAY_MS = 24 * 3600 * 1000


def look_at_consents(workshop: Workshop) -> There:
    """The policy for pictures and recordings without a profile; how a ledger is, is told elsewhere.

    Raises:
        Doubt: consents have expired, or expire within a month.
    """
    policy = workshop.settings.consent.policy
    told = f"consent.policy = {policy}"
    ending = _ending(workshop)
    if ending is None:
        return There(detail=told)
    if ending.expired or ending.soon:
        facts = {"policy": policy, "expired": ending.expired, "soon": ending.soon, "days": _DAYS}
        raise Doubt(InputError("consents-ending", **facts))
    return There(detail=told, facts={"consents": ending.valid} if ending.valid else {})


def _ending(workshop: Workshop) -> consents.Ending | None:
    """How many consents stand and end; None where there is no ledger that can be asked."""
    try:
        engine = connect(workshop.settings.ledger_url)
    except LecternError:
        return None
    try:
        if revision_of(engine) is None:
            return None
        check_schema(engine)
        return consents.count_ending(Ledger(engine), within_ms=_DAYS * _DAY_MS)
    except LecternError:
        return None
    finally:
        engine.dispose()
