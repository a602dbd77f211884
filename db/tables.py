"""The tables, typed: what may stand in the ledger, held by constraints of the database itself.

Times are whole milliseconds since the Unix epoch, durations whole milliseconds. JSON is canonical text.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Named,
    SmallInteger,
    String,
    Table,
    Text,
    TypedColumns,
    UniqueConstraint,
    literal_column,
)

from db.states import ArchiveState, HoldReason, JobState, Outcome, Role, Stage, StepState
from pipeline.plan.artifact import Kind

#: Every revision of the schema in order; the last one is what this version of Lectern works with.
REVISIONS = ("0001", "0002", "0003", "0004")

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

#: SQLite numbers rows by itself only in a column that is an INTEGER and nothing else.
_Id = BigInteger().with_variant(Integer, "sqlite")


def _one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _never_below(column: str, least: int) -> CheckConstraint:
    return CheckConstraint(f"{column} >= {least}", name=f"{column}_range")


class DepartmentColumns(TypedColumns):
    """A department pays for jobs, and jobs of departments share the farm fairly."""

    id: Named[int] = Column(_Id, primary_key=True)
    name: Named[str] = Column(String(64), nullable=False, unique=True)


departments = Table("departments", metadata, DepartmentColumns)


class ArtifactColumns(TypedColumns):
    """Files in the store that were accepted; a struck one was found damaged and has to be made again."""

    id: Named[int] = Column(_Id, primary_key=True)
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
    _one_of("kind", Kind),
    _never_below("size", 0),
    CheckConstraint("struck IN (0, 1)", name="struck"),
)


class BatchColumns(TypedColumns):
    """A submission; equal content is one batch, unless a further edition was asked for."""

    id: Named[int] = Column(_Id, primary_key=True)
    department_id: Named[int] = Column(_Id, ForeignKey(departments.c.id), nullable=False)
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
    _never_below("edition", 0),
)


class BatchKeyColumns(TypedColumns):
    """Users' own names for a batch: each names one for good, and a batch may have several."""

    department_id: Named[int] = Column(_Id, ForeignKey(departments.c.id), primary_key=True)
    key: Named[str] = Column(String(200), primary_key=True)
    batch_id: Named[int] = Column(_Id, ForeignKey(batches.c.id), nullable=False, index=True)


batch_keys = Table("batch_keys", metadata, BatchKeyColumns)


class ReportColumns(TypedColumns):
    """What a batch's results files told when they were written last, and whether more is to be told."""

    batch_id: Named[int] = Column(_Id, ForeignKey(batches.c.id), primary_key=True)
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
#: As with the steps below.
IS_DUE = reports.c.due == literal_column("1")
Index("ix_reports_due", reports.c.batch_id, sqlite_where=IS_DUE, postgresql_where=IS_DUE)


class JobColumns(TypedColumns):
    """A film to make, its state and its result."""

    id: Named[int] = Column(_Id, primary_key=True)
    batch_id: Named[int] = Column(_Id, ForeignKey(batches.c.id), nullable=False)
    position: Named[int] = Column(Integer, nullable=False)
    row_name: Named[str] = Column(Text, nullable=False)
    title: Named[str] = Column(Text, nullable=False)
    user: Named[str] = Column(Text, nullable=False)
    state: Named[str] = Column(String(16), nullable=False)
    archive: Named[str] = Column(String(16), nullable=False)
    precedence: Named[int] = Column(SmallInteger, nullable=False)
    spec: Named[str] = Column(Text, nullable=False)
    script_id: Named[int] = Column(_Id, ForeignKey(artifacts.c.id), nullable=False, index=True)
    portrait_id: Named[int] = Column(_Id, ForeignKey(artifacts.c.id), nullable=False, index=True)
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
    # An artifact's id like the two above; SQLite cannot add a foreign key to a table that is there.
    background_id: Named[int | None] = Column(_Id, index=True)


jobs = Table(
    "jobs",
    metadata,
    JobColumns,
    UniqueConstraint("batch_id", "position"),
    UniqueConstraint("batch_id", "row_name"),
    _one_of("state", JobState),
    _one_of("archive", ArchiveState),
    CheckConstraint("precedence IN (0, 1, 2)", name="precedence"),
    CheckConstraint("state <> 'completed' OR essence IS NOT NULL", name="completed_has_film"),
    CheckConstraint("archive = 'none' OR state = 'completed'", name="archive_needs_film"),
    CheckConstraint("archive <> 'archived' OR archive_path IS NOT NULL", name="archived_has_path"),
    CheckConstraint("state <> 'failed' OR error_code IS NOT NULL", name="failed_has_error"),
    # Lists and counts of jobs go by state, the newest first or in the order of work.
    Index("ix_jobs_order", "state", "precedence", "batch_id", "id", "archive"),
)


class ResultColumns(TypedColumns):
    """What a job has got so far: its timeline, and the parts of its film."""

    job_id: Named[int] = Column(_Id, ForeignKey(jobs.c.id), primary_key=True)
    role: Named[str] = Column(String(16), primary_key=True)
    artifact_id: Named[int] = Column(_Id, ForeignKey(artifacts.c.id), nullable=False, index=True)


results = Table("results", metadata, ResultColumns, _one_of("role", Role))


class HoldColumns(TypedColumns):
    """Why a job may not go on; one row per reason."""

    job_id: Named[int] = Column(_Id, ForeignKey(jobs.c.id), primary_key=True)
    reason: Named[str] = Column(String(16), primary_key=True)
    until: Named[int | None] = Column(BigInteger)
    by: Named[str] = Column(Text, nullable=False)
    since: Named[int] = Column(BigInteger, nullable=False)


holds = Table("holds", metadata, HoldColumns, _one_of("reason", HoldReason))


class StepColumns(TypedColumns):
    """One stage of one job, or one chunk of its rendering: the unit of queueing, retry and resume."""

    id: Named[int] = Column(_Id, primary_key=True)
    job_id: Named[int] = Column(_Id, ForeignKey(jobs.c.id), nullable=False)
    stage: Named[str] = Column(String(16), nullable=False)
    index: Named[int] = Column(Integer, nullable=False)
    first: Named[int] = Column(Integer, nullable=False)
    end: Named[int] = Column(Integer, nullable=False)
    frames: Named[int] = Column(Integer, nullable=False)
    state: Named[str] = Column(String(16), nullable=False)
    #: The job dispatches nothing new: it is held, failed or canceled.
    closed: Named[int] = Column(SmallInteger, nullable=False)
    # The place in the line, repeated from job and batch so that one index gives the head.
    department_id: Named[int] = Column(_Id, ForeignKey(departments.c.id), nullable=False)
    capability: Named[str] = Column(String(64), nullable=False)
    precedence: Named[int] = Column(SmallInteger, nullable=False)
    batch_id: Named[int] = Column(BigInteger, nullable=False)
    profile: Named[str] = Column(String(64), nullable=False)
    #: Raised by every claim; the number of the running or latest attempt.
    fence: Named[int] = Column(Integer, nullable=False)
    #: Raised by the worker that runs it; a dispatcher watches it move.
    lease: Named[int] = Column(BigInteger, nullable=False)
    worker: Named[str | None] = Column(String(200))
    not_before: Named[int] = Column(BigInteger, nullable=False)
    #: When a message about it was sent, 0 when none is on its way.
    published_at: Named[int] = Column(BigInteger, nullable=False)
    #: Retries used up.
    failures: Named[int] = Column(Integer, nullable=False)
    #: Waits in a row for something that is away or being made by another.
    waits: Named[int] = Column(Integer, nullable=False)
    #: Workers that died in a row, and the key that they were making.
    deaths: Named[int] = Column(Integer, nullable=False)
    death_key: Named[str | None] = Column(String(64))
    #: The worker that failed last: another one goes first, up to a time.
    avoid_worker: Named[str | None] = Column(String(200))
    avoid_until: Named[int] = Column(BigInteger, nullable=False)
    progress_done: Named[int] = Column(BigInteger, nullable=False)
    progress_total: Named[int] = Column(BigInteger, nullable=False)
    error_code: Named[str | None] = Column(String(64))
    error_facts: Named[str | None] = Column(Text)


steps = Table(
    "steps",
    metadata,
    StepColumns,
    UniqueConstraint("job_id", "stage", "index"),
    _one_of("stage", Stage),
    _one_of("state", StepState),
    CheckConstraint("closed IN (0, 1)", name="closed"),
    CheckConstraint('first <= "end"', name="chunk"),
    CheckConstraint("(state = 'running') = (worker IS NOT NULL)", name="running_has_worker"),
    CheckConstraint("state <> 'dead' OR error_code IS NOT NULL", name="dead_has_error"),
    _never_below("fence", 0),
    _never_below("failures", 0),
    _never_below("deaths", 0),
)

# Conditions of the partial indexes. A query that shall use such an index says the same with literals: with
# parameters, neither database could tell that the index fits.
IS_READY = steps.c.state == literal_column("'ready'")
IS_RUNNING = steps.c.state == literal_column("'running'")
IS_OPEN = steps.c.closed == literal_column("0")
IS_SENT = steps.c.published_at > literal_column("0")
IS_UNSENT = steps.c.published_at == literal_column("0")
_waiting = IS_READY & IS_OPEN & IS_UNSENT
_sent = IS_READY & IS_SENT
# The head of each department's line, per capability and render profile.
Index(
    "ix_steps_line",
    steps.c.capability, steps.c.profile, steps.c.department_id, steps.c.precedence, steps.c.batch_id,
    steps.c.job_id, steps.c.index,
    sqlite_where=_waiting, postgresql_where=_waiting,
)  # fmt: skip
Index("ix_steps_sent", steps.c.published_at, sqlite_where=_sent, postgresql_where=_sent)
Index("ix_steps_running", steps.c.id, sqlite_where=IS_RUNNING, postgresql_where=IS_RUNNING)


class AttemptColumns(TypedColumns):
    """One run of a step by one worker; the number is the fence it was claimed under."""

    step_id: Named[int] = Column(_Id, ForeignKey(steps.c.id), primary_key=True)
    number: Named[int] = Column(Integer, primary_key=True)
    worker: Named[str] = Column(String(200), nullable=False)
    device: Named[str] = Column(String(200), nullable=False)
    started_at: Named[int] = Column(BigInteger, nullable=False)
    ended_at: Named[int | None] = Column(BigInteger)
    outcome: Named[str | None] = Column(String(16))
    machine_ms: Named[int] = Column(BigInteger, nullable=False, default=0)
    error_code: Named[str | None] = Column(String(64))
    error_facts: Named[str | None] = Column(Text)
    log_tail: Named[str] = Column(Text, nullable=False, default="")
    span: Named[str] = Column(String(32), nullable=False, default="")
    #: The key that it was making when it ended.
    last_key: Named[str | None] = Column(String(64))
    #: Earlier attempts in a row that waited for the same reason and are folded into this row.
    folded: Named[int] = Column(Integer, nullable=False, default=0)


attempts = Table(
    "attempts",
    metadata,
    AttemptColumns,
    _one_of("outcome", Outcome),
    CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="ended"),
    _never_below("number", 1),
    # The pace of the farm is measured on the latest successful ones.
    Index("ix_attempts_ended", "ended_at"),
)


class MakingColumns(TypedColumns):
    """What each thing that was made has cost: one row per clip or speech of an attempt."""

    step_id: Named[int] = Column(_Id, ForeignKey(steps.c.id), primary_key=True)
    number: Named[int] = Column(Integer, primary_key=True)
    kind: Named[str] = Column(String(16), primary_key=True)
    key: Named[str] = Column(String(64), primary_key=True)
    machine_ms: Named[int] = Column(BigInteger, nullable=False)
    made_at: Named[int] = Column(BigInteger, nullable=False)


makings = Table("makings", metadata, MakingColumns)


class UseColumns(TypedColumns):
    """Which artifacts a step made or found: what gc must keep, and who runs again when one is damaged."""

    step_id: Named[int] = Column(_Id, ForeignKey(steps.c.id), primary_key=True)
    artifact_id: Named[int] = Column(_Id, ForeignKey(artifacts.c.id), primary_key=True, index=True)
    job_id: Named[int] = Column(_Id, ForeignKey(jobs.c.id), nullable=False, index=True)


uses = Table("uses", metadata, UseColumns)


class KeyLeaseColumns(TypedColumns):
    """Who is making a key just now; it holds only while that step is running under that fence."""

    kind: Named[str] = Column(String(16), primary_key=True)
    key: Named[str] = Column(String(64), primary_key=True)
    step_id: Named[int] = Column(_Id, ForeignKey(steps.c.id), nullable=False, index=True)
    fence: Named[int] = Column(Integer, nullable=False)


key_leases = Table("key_leases", metadata, KeyLeaseColumns)


class WorkerColumns(TypedColumns):
    """A worker process that told of itself; its counter moves while it lives."""

    name: Named[str] = Column(String(200), primary_key=True)
    host: Named[str] = Column(String(200), nullable=False)
    device: Named[str] = Column(String(200), nullable=False)
    counter: Named[int] = Column(BigInteger, nullable=False)
    alive: Named[int] = Column(SmallInteger, nullable=False)
    draining: Named[int] = Column(SmallInteger, nullable=False)
    registered_at: Named[int] = Column(BigInteger, nullable=False)
    seen_at: Named[int] = Column(BigInteger, nullable=False)


workers = Table(
    "workers",
    metadata,
    WorkerColumns,
    CheckConstraint("alive IN (0, 1)", name="alive"),
    CheckConstraint("draining IN (0, 1)", name="draining"),
)


class SkillColumns(TypedColumns):
    """What a worker can do, and how: to render, it has a render profile; nothing else has one."""

    worker: Named[str] = Column(String(200), ForeignKey(workers.c.name), primary_key=True)
    capability: Named[str] = Column(String(64), primary_key=True)
    #: Digest of the profile, and the profile itself.
    profile: Named[str] = Column(String(64), primary_key=True)
    profile_text: Named[str] = Column(Text, nullable=False)


skills = Table("skills", metadata, SkillColumns)


class LeaderColumns(TypedColumns):
    """The one row that says which dispatcher leads; an optimisation, never a lock."""

    id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    holder: Named[str] = Column(String(200), nullable=False)
    counter: Named[int] = Column(BigInteger, nullable=False)


leaders = Table("leaders", metadata, LeaderColumns, CheckConstraint("id = 1", name="one"))


class ArchiveNameColumns(TypedColumns):
    """Names given out in the archive: one per job, unique in its folder without regard to case."""

    folder: Named[str] = Column(String(200), primary_key=True)
    folded: Named[str] = Column(String(400), primary_key=True)
    name: Named[str] = Column(String(400), nullable=False)
    stem: Named[str] = Column(String(400), nullable=False)
    number: Named[int] = Column(Integer, nullable=False)
    job_id: Named[int] = Column(_Id, ForeignKey(jobs.c.id), nullable=False, unique=True)


archive_names = Table(
    "archive_names",
    metadata,
    ArchiveNameColumns,
    # The next free number of a stem.
    Index("ix_archive_names_stem", "folder", "stem", "number"),
)


class AuditColumns(TypedColumns):
    """Who did what to which batch or job, and when; nothing here is ever changed."""

    id: Named[int] = Column(_Id, primary_key=True)
    at: Named[int] = Column(BigInteger, nullable=False)
    by: Named[str] = Column(Text, nullable=False)
    verb: Named[str] = Column(String(32), nullable=False)
    batch_id: Named[int | None] = Column(BigInteger, index=True)
    job_id: Named[int | None] = Column(BigInteger, index=True)
    detail: Named[str] = Column(Text, nullable=False)


audit = Table("audit", metadata, AuditColumns)
