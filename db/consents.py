"""Consents: one that ends holds every job that was promised its profile, until it is renewed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import BindParameter, Connection, bindparam, exists, func, literal_column, select, update

from db import rows
from db.acts import Act, Operated, is_under_way, may_be_held
from db.codec import spec_from_text, spec_to_text
from db.ledger import Ledger
from db.profiles import Profile, keep, lapsed, note
from db.states import ITSELF, HoldReason, JobState
from db.tables import holds, job_profiles, jobs, profiles
from pipeline.plan.artifact import Artifact
from pipeline.plan.people import Consent, renewed

_ACT = "consent"
_NOW: BindParameter[int] = bindparam("now")
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
_PROFILE: BindParameter[int] = bindparam("profile")
_UNDER_WAY = [JobState.QUEUED.value, JobState.ACTIVE.value]
_WITHDRAW = (
    update(profiles)
    .where(profiles.c.id == _PROFILE, profiles.c.withdrawn_at.is_(None))
    .values(withdrawn_at=bindparam("at"))
)
_RENEW = (
    update(profiles)
    .where(profiles.c.id == _PROFILE)
    .values(
        withdrawn_at=None,
        consent_id=bindparam("document"),
        owner=bindparam("answers"),
        expires_at=bindparam("until"),
    )
)
_LAPSED = select(profiles.c.id).where(lapsed(_NOW))
# Held until their jobs are: who renews a consent meanwhile finds the holds, or has renewed it before.
_SEIZED = _LAPSED.order_by(profiles.c.id).with_for_update(read=True)
_PROMISED = select(job_profiles.c.job_id).where(job_profiles.c.profile_id == _PROFILE)
_is_held = exists().where(holds.c.job_id == jobs.c.id, holds.c.reason == HoldReason.CONSENT.value)
# Asked of the jobs that are not over, one after the other, of which there are fewer than of those that are. A
# sum has no index: by that of profiles, SQLite would read all jobs of a profile for each (50 s for 20,000).
_has_lapsed = exists().where(
    job_profiles.c.job_id == jobs.c.id, (job_profiles.c.profile_id + literal_column("0")).in_(_IDS)
)
#: The jobs that are to be held for the profiles ``ids``.
TO_HOLD = select(jobs.c.id).where(jobs.c.state.in_(_UNDER_WAY), ~_is_held, _has_lapsed)
_STILL_LAPSED = (
    select(job_profiles.c.job_id)
    .join_from(job_profiles, profiles, job_profiles.c.profile_id == profiles.c.id)
    .where(job_profiles.c.job_id.in_(_JOBS), lapsed(_NOW))
)
_HELD = select(holds.c.job_id).where(holds.c.job_id.in_(_JOBS), holds.c.reason == HoldReason.CONSENT.value)
_ENDING = select(
    func.count().filter(profiles.c.expires_at > _NOW).label("valid"),
    func.count()
    .filter(profiles.c.expires_at > _NOW, profiles.c.expires_at <= bindparam("until"))
    .label("soon"),
    func.count().filter(profiles.c.expires_at <= _NOW).label("expired"),
).where(profiles.c.withdrawn_at.is_(None))
_SPECS = select(jobs.c.id, jobs.c.spec).where(jobs.c.id.in_(_JOBS))
_RESPEC = update(jobs).where(jobs.c.id == bindparam("job")).values(spec=bindparam("told"))


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How many consents stand, and how many end; those that were withdrawn are not counted.

    Attributes:
        valid: that hold now.
        soon: of these, that will not for long.
        expired: that hold no longer.
    """

    valid: int
    soon: int
    expired: int


def count_ending(ledger: Ledger, *, within_ms: int) -> Ending:
    """How many consents have expired, and how many will within a time.

    Raises:
        AwayError: ``ledger-away``.
    """
    now = ledger.clock()
    with ledger.read() as connection:
        row = connection.execute(_ENDING, {"now": now, "until": now + within_ms}).one()
    return Ending(valid=row.valid, soon=row.soon, expired=row.expired)


def withdraw(ledger: Ledger, profile: Profile, *, by: str) -> Operated:
    """Take a consent back: its jobs are held, and what runs of them is taken from its worker.

    Films that are made stay; those on their way to the archive wait. Nobody can order new ones.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.write("withdraw") as connection:
        now = ledger.clock()
        asked = {"profile": profile.id, "at": now}
        if connection.execute(_WITHDRAW, asked).rowcount:
            told = f"{profile.kind} {profile.id}"
            note(connection, "consent-withdrawn", by=by, now=now, detail=told)
        act = Act(connection, "pause", by=by, now=now, detail=_ACT)
        promised = connection.execute(_PROMISED, {"profile": profile.id}).scalars().all()
        for some in act.concerned(promised, may_be_held):
            act.hold(some, HoldReason.CONSENT)
            act.stop(some)
        return act.result()


def renew(ledger: Ledger, profile: Profile, document: Artifact, consent: Consent, *, by: str) -> Operated:
    """Give a profile another consent; jobs that waited for it go on, and their films will tell of it.

    Args:
        ledger: the ledger.
        profile: whose consent it is.
        document: the consent, a source in the store.
        consent: the same, as films tell it.
        by: whose act it is.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.write("renew") as connection:
        now = ledger.clock()
        sources = keep(connection, [document], now)
        given = {"profile": profile.id, "document": sources[document.key]}
        connection.execute(_RENEW, {**given, "answers": consent.owner, "until": consent.expires_ms})
        note(connection, "consent-renewed", by=by, now=now, detail=f"{profile.kind} {profile.id}")
        act = Act(connection, "resume", by=by, now=now, detail=_ACT)
        promised = connection.execute(_PROMISED, {"profile": profile.id}).scalars().all()
        for start in range(0, len(promised), rows.MANY):
            some = promised[start : start + rows.MANY]
            free = _freed(connection, some, now)
            for freed in act.concerned(free, lambda _: True):
                act.release(freed, HoldReason.CONSENT)
            _retell(connection, some, profile, consent)
        return act.result()


def hold_lapsed(ledger: Ledger) -> int:
    """Hold every job whose profile's consent has come to an end since; how many.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        over = connection.execute(_LAPSED, {"now": ledger.clock()}).scalars().all()
        found = connection.execute(TO_HOLD, {"ids": over}).scalars().all() if over else []
    if not found:
        return 0
    with ledger.write("hold-lapsed") as connection:
        act = Act(connection, "pause", by=ITSELF, now=ledger.clock(), detail=_ACT)
        over = connection.execute(_SEIZED, {"now": act.now}).scalars().all()
        still = set(connection.execute(TO_HOLD, {"ids": over}).scalars()) if over else set()
        for some in act.concerned(found, lambda job: is_under_way(job) and job.id in still):
            act.hold(some, HoldReason.CONSENT)
        return len(act.result().changed)


def _freed(connection: Connection, some: Sequence[int], now: int) -> set[int]:
    """Those of some jobs that were held for a consent, and lack none any more."""
    asked = {"jobs": some}
    held = set(connection.execute(_HELD, asked).scalars())
    return held - set(connection.execute(_STILL_LAPSED, {**asked, "now": now}).scalars())


def _retell(connection: Connection, some: Sequence[int], profile: Profile, consent: Consent) -> None:
    """Have films that are still to be made tell of a new consent."""
    told = []
    for row in connection.execute(_SPECS.where(jobs.c.state.in_(_UNDER_WAY)), {"jobs": some}):
        spec = spec_from_text(row.spec)
        people = renewed(spec.people, profile.kind, profile.name, consent)
        told.append({"job": row.id, "told": spec_to_text(replace(spec, people=people))})
    if told:
        connection.execute(_RESPEC, told)
