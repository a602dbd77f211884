"""Profiles of people: whose voice or picture may be used, by whom, until when, and which jobs use them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, delete, exists, insert, or_, select

from db import rows
from db.ledger import Ledger
from db.tables import (
    artifacts,
    audit,
    departments,
    grants,
    job_profiles,
    profile_files,
    profiles,
)
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import InputError
from pipeline.plan.people import Consent, ProfileKind, ProfileUse, Standing, folded, standing


@dataclass(frozen=True, kw_only=True)
class ProfileDraft:
    """A profile on its way into the ledger, checked, its files already in the store.

    Attributes:
        kind: what of the person it holds.
        name: what it is called, in its plain form.
        person: whose voice or picture it is.
        owner: who answers for it.
        department: whose it is.
        reference: the sample or the picture, a source.
        document: the person's consent, a source.
        expires_ms: until when that holds, in milliseconds since the Unix epoch.
    """

    kind: ProfileKind
    name: str
    person: str
    owner: str
    department: str
    reference: Artifact
    document: Artifact
    expires_ms: int


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A profile as it stands in the ledger.

    Attributes:
        id: its id.
        kind: what of the person it holds.
        name: what it is called, unlike any other of its kind without regard to case.
        person: whose voice or picture it is.
        owner: who answers for it.
        department: whose it is.
        reference: the sample or the picture.
        consent: what the person agreed to.
        withdrawn: whether they have taken it back.
        created_at: when it was added.
        granted: the other departments that may use it, sorted.
    """

    id: int
    kind: ProfileKind
    name: str
    person: str
    owner: str
    department: str
    reference: Artifact
    consent: Consent
    withdrawn: bool
    created_at: int
    granted: tuple[str, ...]

    def standing(self, now_ms: int) -> Standing:
        """Whether its consent holds at a moment."""
        return standing(withdrawn=self.withdrawn, expires_ms=self.consent.expires_ms, now_ms=now_ms)

    def may_be_used_by(self, department: str) -> bool:
        """Whether it is a department's own, or was granted to it."""
        return department == self.department or department in self.granted


_document = artifacts.alias("document")
_reference = artifacts.alias("reference")
_EVERY = (
    select(
        profiles,
        departments.c.name.label("department"),
        _document.c.digest.label("consent_digest"),
        _document.c.suffix.label("consent_suffix"),
        _reference.c.key.label("reference_key"),
        _reference.c.digest.label("reference_digest"),
        _reference.c.size.label("reference_size"),
        _reference.c.suffix.label("reference_suffix"),
    )
    .join_from(profiles, departments, profiles.c.department_id == departments.c.id)
    .join(_document, profiles.c.consent_id == _document.c.id)
    .join(_reference, profiles.c.reference_id == _reference.c.id)
    .where(profiles.c.kind == bindparam("kind_"))
)
_NAMED = _EVERY.where(profiles.c.folded == bindparam("folded_"))
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_GRANTED = (
    select(grants.c.profile_id, departments.c.name)
    .join_from(grants, departments, grants.c.department_id == departments.c.id)
    .where(grants.c.profile_id.in_(_IDS))
    .order_by(departments.c.name)
)
_DEPARTMENT = select(departments.c.id).where(departments.c.name == bindparam("department"))
_TAKEN = select(profiles.c.id).where(
    profiles.c.kind == bindparam("kind_"), profiles.c.folded == bindparam("folded_")
)
_ADD = insert(profiles).returning(profiles.c.id)
_AUDIT = insert(audit)
_USED = select(exists().where(job_profiles.c.profile_id == bindparam("profile")))
_FORGET_FILES = delete(profile_files).where(profile_files.c.profile_id.in_(_IDS))
_FORGET_GRANTS = delete(grants).where(grants.c.profile_id.in_(_IDS))
_FORGET = delete(profiles).where(profiles.c.id.in_(_IDS))
# Held until the jobs stand in the ledger: whoever takes a consent back then finds them.
_PROMISED = (
    select(profiles.c.id, profiles.c.withdrawn_at, profiles.c.expires_at)
    .where(profiles.c.kind == bindparam("kind_"), profiles.c.folded == bindparam("folded_"))
    .with_for_update(read=True)
)
_PROMISE = insert(job_profiles)


def add(ledger: Ledger, draft: ProfileDraft, *, by: str) -> Profile:
    """Enter a profile with its consent.

    Raises:
        InputError: ``profile-taken`` or ``ledger-department-unknown``.
        AwayError: ``ledger-away``.
    """
    asked = {"kind_": draft.kind.value, "folded_": folded(draft.name)}
    with ledger.write("add-profile") as connection:
        now = ledger.clock()
        department = connection.execute(_DEPARTMENT, {"department": draft.department}).scalar()
        if department is None:
            raise InputError("ledger-department-unknown", department=draft.department)
        if connection.execute(_TAKEN, asked).first() is not None:
            raise InputError("profile-taken", kind=draft.kind.value, name=draft.name)
        sources = keep(connection, (draft.reference, draft.document), now)
        entered = {
            "kind": draft.kind.value,
            "name": draft.name,
            "folded": folded(draft.name),
            "person": draft.person,
            "owner": draft.owner,
            "department_id": department,
            "consent_id": sources[draft.document.key],
            "reference_id": sources[draft.reference.key],
            "expires_at": draft.expires_ms,
            "created_at": now,
            "by": by,
        }
        number = connection.execute(_ADD, entered).scalar_one()
        note(connection, "profile-added", by=by, now=now, detail=f"{draft.kind} {number}")
        return _read(connection, _NAMED, asked)[0]


def find(ledger: Ledger, kind: ProfileKind, name: str) -> Profile | None:
    """The profile of that name, without regard to case.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        found = _read(connection, _NAMED, {"kind_": kind.value, "folded_": folded(name)})
    return found[0] if found else None


def read_all(ledger: Ledger, kind: ProfileKind, *, department: str = "") -> tuple[Profile, ...]:
    """The profiles of a kind by name; only those that a department may use, if one is named.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        found = _read(connection, _EVERY.order_by(profiles.c.folded), {"kind_": kind.value})
    return tuple(each for each in found if not department or each.may_be_used_by(department))


def remove(ledger: Ledger, profile: Profile, *, by: str) -> None:
    """Drop a profile that no job was ever promised; gc takes its files away.

    Raises:
        InputError: ``profile-in-use``: films were ordered with it, and tell of its consent.
        AwayError: ``ledger-away``.
    """
    with ledger.write("remove-profile") as connection:
        if connection.execute(_USED, {"profile": profile.id}).scalar():
            raise InputError("profile-in-use", kind=profile.kind.value, name=profile.name)
        drop(connection, [profile.id])
        told = f"{profile.kind} {profile.id}"
        note(connection, "profile-removed", by=by, now=ledger.clock(), detail=told)


def keep(connection: Connection, files: Iterable[Artifact], now: int) -> Mapping[str, int]:
    """Have sources accepted; their ids by key."""
    given = {(each.kind, each.key): each for each in files}
    rows.accept(connection, given.values(), now)
    found = rows.accepted_ids(connection, given)
    return {key: number for (_, key), number in found.items()}


def note(connection: Connection, verb: str, *, by: str, now: int, detail: str) -> None:
    """Enter an act into the audit that concerns no batch; a profile is told by its number, not by a name."""
    told = {"at": now, "by": by, "verb": verb, "detail": detail, "batch_id": None, "job_id": None}
    connection.execute(_AUDIT, told)


def drop(connection: Connection, ids: list[int]) -> None:
    """Take profiles out of the ledger with everything that belongs to them."""
    for statement in (_FORGET_FILES, _FORGET_GRANTS, _FORGET):
        connection.execute(statement, {"ids": ids})


class Promises:
    """Enters which profiles jobs are promised, while their batch is; each profile is looked at once.

    Args:
        connection: the transaction of the submission.
        now: its time.
    """

    def __init__(self, connection: Connection, now: int) -> None:
        self._connection = connection
        self._now = now
        self._known: dict[tuple[ProfileKind, str], int] = {}

    def enter(self, entered: Iterable[tuple[int, tuple[ProfileUse, ...]]]) -> None:
        """Promise profiles to jobs.

        Raises:
            InputError: ``profile-unknown``, ``consent-withdrawn`` or ``consent-expired``: since the rows were
                checked, its consent has come to an end.
        """
        promised = [
            {"job_id": job, "kind": use.kind.value, "name": use.name, "profile_id": self._id(use)}
            for job, people in entered
            for use in people
        ]
        if promised:
            self._connection.execute(_PROMISE, promised)

    def _id(self, use: ProfileUse) -> int:
        wanted = use.kind, folded(use.name)
        if wanted not in self._known:
            row = self._connection.execute(
                _PROMISED, {"kind_": wanted[0].value, "folded_": wanted[1]}
            ).first()
            if row is None:
                raise InputError("profile-unknown", kind=use.kind.value, name=use.name, known="-")
            check_standing(
                use,
                standing(withdrawn=row.withdrawn_at is not None, expires_ms=row.expires_at, now_ms=self._now),
            )
            self._known[wanted] = row.id
        return self._known[wanted]


def check_standing(profile: Profile | ProfileUse, found: Standing) -> None:
    """Refuse a profile whose consent holds no longer.

    Raises:
        InputError: ``consent-withdrawn`` or ``consent-expired``.
    """
    if found is not Standing.VALID:
        code = "consent-withdrawn" if found is Standing.WITHDRAWN else "consent-expired"
        raise InputError(code, kind=profile.kind.value, name=profile.name)


def lapsed(now: BindParameter[int]) -> Any:  # noqa: ANN401 - SQLAlchemy's own type of a condition is generic in what it holds
    """Whether the consent of a profile has come to an end."""
    return or_(profiles.c.withdrawn_at.is_not(None), profiles.c.expires_at <= now)


def _read(connection: Connection, statement: Select[Any], asked: Mapping[str, str]) -> tuple[Profile, ...]:
    found = connection.execute(statement, asked).all()
    granted: dict[int, list[str]] = {row.id: [] for row in found}
    for row in connection.execute(_GRANTED, {"ids": list(granted)}) if granted else ():
        granted[row.profile_id].append(row.name)
    return tuple(
        Profile(
            id=row.id,
            kind=ProfileKind(row.kind),
            name=row.name,
            person=row.person,
            owner=row.owner,
            department=row.department,
            reference=Artifact(
                kind=Kind.SOURCE,
                key=row.reference_key,
                digest=row.reference_digest,
                size=row.reference_size,
                suffix=row.reference_suffix,
            ),
            consent=Consent(
                digest=row.consent_digest,
                suffix=row.consent_suffix,
                owner=row.owner,
                expires_ms=row.expires_at,
            ),
            withdrawn=row.withdrawn_at is not None,
            created_at=row.created_at,
            granted=tuple(granted[row.id]),
        )
        for row in found
    )
