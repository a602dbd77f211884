"""What was ordered and what came of it: departments, batches, jobs, their holds, results and names."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Named,
    SmallInteger,
    String,
    Table,
    Text,
    TypedColumns,
    UniqueConstraint,
    literal_column,
)

from db.states import ArchiveState, HoldReason, JobState, Role
from db.tables.schema import Id, metadata, never_below, one_of
from pipeline.plan.artifact import Kind


class DepartmentColumns(TypedColumns):
    """A department pays for jobs, and jobs of departments share the farm fairly."""

    id: Named[int] = Column(Id, primary_key=True)
    name: Named[str] = Column(String(64), nullable=False, unique=True)
    #: Its share of the farm while others want it, too.
    weight: Named[int] = Column(Integer, nullable=False, server_default="100")
    #: The highest number that its jobs may have, and whether they may be urgent.
    priority_limit: Named[int] = Column(SmallInteger, nullable=False, server_default="50")
    urgent: Named[int] = Column(SmallInteger, nullable=False, server_default="0")
    #: Films a day, jobs under way at once, and milliseconds on cards a day; None: no limit.
    films: Named[int | None] = Column(Integer)
    running: Named[int | None] = Column(Integer)
    card_ms: Named[int | None] = Column(BigInteger)
    # The same for each of its members.
    member_films: Named[int | None] = Column(Integer)
    member_running: Named[int | None] = Column(Integer)
    member_card_ms: Named[int | None] = Column(BigInteger)
    #: Whose workers render its films where they do not say so themselves; empty: as is set for all.
    pool: Named[str] = Column(String(64), nullable=False, server_default="")
    #: The window that its jobs wait for where they do not say so themselves; empty: none.
    window: Named[str] = Column(String(64), nullable=False, server_default="")
    #: What its sources and films may take in the store; None: no limit.
    store_bytes: Named[int | None] = Column(BigInteger)
    #: For how long its sources are kept: ``keep``, ``days:N`` or ``never``.
    retention: Named[str] = Column(String(16), nullable=False, server_default="keep")


departments = Table("departments", metadata, DepartmentColumns)


class ArtifactColumns(TypedColumns):
    """Files in the store that were accepted; a struck one was found damaged and has to be made again."""

    id: Named[int] = Column(Id, primary_key=True)
    kind: Named[str] = Column(String(16), nullable=False)
    key: Named[str] = Column(String(64), nullable=False)
    digest: Named[str] = Column(String(64), nullable=False)
    size: Named[int] = Column(BigInteger, nullable=False)
    suffix: Named[str] = Column(String(32), nullable=False)
    struck: Named[int] = Column(SmallInteger, nullable=False, default=0)
    made_at: Named[int] = Column(BigInteger, nullable=False)


artifacts = Table(
    "artifacts",
    metadata,
    ArtifactColumns,
    UniqueConstraint("kind", "key"),
    one_of("kind", Kind),
    never_below("size", 0),
    CheckConstraint("struck IN (0, 1)", name="struck"),
)


class BatchColumns(TypedColumns):
    """A submission; equal content is one batch, unless a further edition was asked for."""

    id: Named[int] = Column(Id, primary_key=True)
    department_id: Named[int] = Column(Id, ForeignKey(departments.c.id), nullable=False)
    content: Named[str] = Column(String(64), nullable=False)
    edition: Named[int] = Column(Integer, nullable=False)
    name: Named[str] = Column(Text, nullable=False)
    user: Named[str] = Column(Text, nullable=False)
    created_at: Named[int] = Column(BigInteger, nullable=False)


batches = Table(
    "batches",
    metadata,
    BatchColumns,
    UniqueConstraint("department_id", "content", "edition"),
    never_below("edition", 0),
)


class BatchKeyColumns(TypedColumns):
    """Users' own names for a batch: each names one for good, and a batch may have several."""

    department_id: Named[int] = Column(Id, ForeignKey(departments.c.id), primary_key=True)
    key: Named[str] = Column(String(200), primary_key=True)
    batch_id: Named[int] = Column(Id, ForeignKey(batches.c.id), nullable=False, index=True)


batch_keys = Table("batch_keys", metadata, BatchKeyColumns)


class ReportColumns(TypedColumns):
    """What a batch's results files told when they were written last, and whether more is to be told."""

    batch_id: Named[int] = Column(Id, ForeignKey(batches.c.id), primary_key=True)
    language: Named[str] = Column(String(8), nullable=False)
    #: Something may still happen to the batch, or has happened since.
    due: Named[int] = Column(SmallInteger, nullable=False)
    #: Raised by whoever begins to write, and by what makes a writer's news old.
    version: Named[int] = Column(Integer, nullable=False)
    #: How many rows had come to which end; empty: to be written anew whatever it told; None: never written.
    standing: Named[str | None] = Column(Text)
    #: Where the files are: a path in the archive without its suffix.
    place: Named[str | None] = Column(Text)


reports = Table("reports", metadata, ReportColumns, CheckConstraint("due IN (0, 1)", name="due"))
#: A condition of a partial index, as those of steps.
IS_DUE = reports.c.due == literal_column("1")
Index("ix_reports_due", reports.c.batch_id, sqlite_where=IS_DUE, postgresql_where=IS_DUE)


class JobColumns(TypedColumns):
    """A film to make, its state and its result."""

    id: Named[int] = Column(Id, primary_key=True)
    batch_id: Named[int] = Column(Id, ForeignKey(batches.c.id), nullable=False)
    position: Named[int] = Column(Integer, nullable=False)
    row_name: Named[str] = Column(Text, nullable=False)
    title: Named[str] = Column(Text, nullable=False)
    user: Named[str] = Column(Text, nullable=False)
    state: Named[str] = Column(String(16), nullable=False)
    archive: Named[str] = Column(String(16), nullable=False)
    precedence: Named[int] = Column(SmallInteger, nullable=False)
    spec: Named[str] = Column(Text, nullable=False)
    script_id: Named[int] = Column(Id, ForeignKey(artifacts.c.id), nullable=False, index=True)
    portrait_id: Named[int] = Column(Id, ForeignKey(artifacts.c.id), nullable=False, index=True)
    traceparent: Named[str] = Column(String(64), nullable=False)
    warnings: Named[str] = Column(Text, nullable=False)
    submitted_at: Named[int] = Column(BigInteger, nullable=False)
    started_at: Named[int | None] = Column(BigInteger)
    ended_at: Named[int | None] = Column(BigInteger)
    error_code: Named[str | None] = Column(String(64))
    error_facts: Named[str | None] = Column(Text)
    profile: Named[str | None] = Column(Text)
    frames: Named[int | None] = Column(Integer)
    essence: Named[str | None] = Column(String(64))
    archive_path: Named[str | None] = Column(Text)
    # Artifacts' ids like the two above; SQLite cannot add a foreign key to a table that is there.
    background_id: Named[int | None] = Column(Id, index=True)
    recording_id: Named[int | None] = Column(Id, index=True)
    brief_id: Named[int | None] = Column(Id, index=True)
    lexicon_id: Named[int | None] = Column(Id, index=True)
    #: Whose workers render it; empty for none.
    pool: Named[str] = Column(String(64), nullable=False, server_default="")
    #: -50 to 50; the higher one goes first among a department's.
    priority: Named[int] = Column(SmallInteger, nullable=False, server_default="0")
    #: The window outside of which nothing of it begins; empty: it may begin at any time.
    window: Named[str] = Column(String(64), nullable=False, server_default="")
    #: When it is wanted; None: whenever.
    deadline: Named[int | None] = Column(BigInteger)
    #: What its cost is put down to besides its department; empty: nothing.
    project: Named[str] = Column(String(200), nullable=False, server_default="")
    #: Who submitted it, as the limits of members count: no word of its row.
    member: Named[str] = Column(String(200), nullable=False, server_default="")
    #: Who pays, repeated from its batch so that one index tells how many of a department are under way.
    department_id: Named[int] = Column(Id, nullable=False, server_default="0")


jobs = Table(
    "jobs",
    metadata,
    JobColumns,
    UniqueConstraint("batch_id", "position"),
    UniqueConstraint("batch_id", "row_name"),
    one_of("state", JobState),
    one_of("archive", ArchiveState),
    CheckConstraint("precedence IN (0, 1, 2)", name="precedence"),
    CheckConstraint("state <> 'completed' OR essence IS NOT NULL", name="completed_has_film"),
    CheckConstraint("archive = 'none' OR state = 'completed'", name="archive_needs_film"),
    CheckConstraint("archive <> 'archived' OR archive_path IS NOT NULL", name="archived_has_path"),
    CheckConstraint("state <> 'failed' OR error_code IS NOT NULL", name="failed_has_error"),
    # Lists and counts of jobs go by state, the newest first or in the order of work.
    Index("ix_jobs_order", "state", "precedence", "batch_id", "id", "archive"),
)
#: A condition of a partial index, as those of steps.
IS_ACTIVE = jobs.c.state == literal_column("'active'")
# How many films of a department, and of each of its members, are under way.
Index(
    "ix_jobs_active", jobs.c.department_id, jobs.c.member, sqlite_where=IS_ACTIVE, postgresql_where=IS_ACTIVE
)


class ResultColumns(TypedColumns):
    """What a job has got so far: its timeline, and the parts of its film."""

    job_id: Named[int] = Column(Id, ForeignKey(jobs.c.id), primary_key=True)
    role: Named[str] = Column(String(16), primary_key=True)
    artifact_id: Named[int] = Column(Id, ForeignKey(artifacts.c.id), nullable=False, index=True)


results = Table("results", metadata, ResultColumns, one_of("role", Role))


class HoldColumns(TypedColumns):
    """Why a job may not go on; one row per reason."""

    job_id: Named[int] = Column(Id, ForeignKey(jobs.c.id), primary_key=True)
    reason: Named[str] = Column(String(16), primary_key=True)
    until: Named[int | None] = Column(BigInteger)
    by: Named[str] = Column(Text, nullable=False)
    since: Named[int] = Column(BigInteger, nullable=False)
    #: Why, in the words of whoever set it.
    detail: Named[str] = Column(Text, nullable=False, server_default="")
    #: Whose quota it waits for, and as whose film; None: for something else.
    department_id: Named[int | None] = Column(Id)
    member: Named[str | None] = Column(String(200))


holds = Table("holds", metadata, HoldColumns, one_of("reason", HoldReason))
#: A condition of a partial index, as those of steps.
IS_FOR_QUOTA = holds.c.reason == literal_column("'quota'")
# The line of films that wait for a department's quota, by member.
Index(
    "ix_holds_quota",
    holds.c.department_id, holds.c.member, holds.c.job_id,
    sqlite_where=IS_FOR_QUOTA, postgresql_where=IS_FOR_QUOTA,
)  # fmt: skip


class ArchiveNameColumns(TypedColumns):
    """Names given out in the archive: one per job, unique in its folder without regard to case."""

    folder: Named[str] = Column(String(200), primary_key=True)
    folded: Named[str] = Column(String(400), primary_key=True)
    name: Named[str] = Column(String(400), nullable=False)
    stem: Named[str] = Column(String(400), nullable=False)
    number: Named[int] = Column(Integer, nullable=False)
    job_id: Named[int] = Column(Id, ForeignKey(jobs.c.id), nullable=False, unique=True)


archive_names = Table(
    "archive_names",
    metadata,
    ArchiveNameColumns,
    # The next free number of a stem.
    Index("ix_archive_names_stem", "folder", "stem", "number"),
)


class AuditColumns(TypedColumns):
    """Who did what to which batch or job, and when; nothing here is ever changed."""

    id: Named[int] = Column(Id, primary_key=True)
    at: Named[int] = Column(BigInteger, nullable=False)
    by: Named[str] = Column(Text, nullable=False)
    verb: Named[str] = Column(String(32), nullable=False)
    batch_id: Named[int | None] = Column(BigInteger, index=True)
    job_id: Named[int | None] = Column(BigInteger, index=True)
    detail: Named[str] = Column(Text, nullable=False)


audit = Table("audit", metadata, AuditColumns)
