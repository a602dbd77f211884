"""Whose voices and pictures there are: profiles with their consent, who may use them, and which jobs do."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Named,
    String,
    Table,
    Text,
    TypedColumns,
    UniqueConstraint,
)

from db.tables.orders import artifacts, departments, jobs
from db.tables.schema import Id, metadata, one_of
from pipeline.plan.people import ProfileKind


class ProfileColumns(TypedColumns):
    """A person's voice or picture, with the person's consent."""

    id: Named[int] = Column(Id, primary_key=True)
    kind: Named[str] = Column(String(16), nullable=False)
    name: Named[str] = Column(Text, nullable=False)
    #: The name without regard to case.
    folded: Named[str] = Column(String(200), nullable=False)
    person: Named[str] = Column(Text, nullable=False)
    owner: Named[str] = Column(Text, nullable=False)
    department_id: Named[int] = Column(Id, ForeignKey(departments.c.id), nullable=False)
    consent_id: Named[int] = Column(Id, ForeignKey(artifacts.c.id), nullable=False, index=True)
    reference_id: Named[int] = Column(Id, ForeignKey(artifacts.c.id), nullable=False, index=True)
    expires_at: Named[int] = Column(BigInteger, nullable=False, index=True)
    withdrawn_at: Named[int | None] = Column(BigInteger)
    created_at: Named[int] = Column(BigInteger, nullable=False)
    by: Named[str] = Column(Text, nullable=False)


profiles = Table(
    "profiles", metadata, ProfileColumns, UniqueConstraint("kind", "folded"), one_of("kind", ProfileKind)
)


class ProfileFileColumns(TypedColumns):
    """What was made of a profile for a model, named by the model's digest: kept as long as the profile."""

    profile_id: Named[int] = Column(Id, ForeignKey(profiles.c.id), primary_key=True)
    model: Named[str] = Column(String(64), primary_key=True)
    artifact_id: Named[int] = Column(Id, ForeignKey(artifacts.c.id), nullable=False, index=True)


profile_files = Table("profile_files", metadata, ProfileFileColumns)


class GrantColumns(TypedColumns):
    """A department that may use a profile beside the one that it belongs to."""

    profile_id: Named[int] = Column(Id, ForeignKey(profiles.c.id), primary_key=True)
    department_id: Named[int] = Column(Id, ForeignKey(departments.c.id), primary_key=True)
    by: Named[str] = Column(Text, nullable=False)
    at: Named[int] = Column(BigInteger, nullable=False)


grants = Table("grants", metadata, GrantColumns)


class JobProfileColumns(TypedColumns):
    """Which profiles a job was promised. Jobs outlive a profile that is forgotten: its id is no reference."""

    job_id: Named[int] = Column(Id, ForeignKey(jobs.c.id), primary_key=True)
    kind: Named[str] = Column(String(16), primary_key=True)
    name: Named[str] = Column(String(200), primary_key=True)
    profile_id: Named[int] = Column(Id, nullable=False, index=True)


job_profiles = Table("job_profiles", metadata, JobProfileColumns, one_of("kind", ProfileKind))
