"""The work on films: steps, attempts at them, what they made and use, and who works."""

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

from db.states import CardState, Condition, Outcome, Stage, StepState, WorkerOrder
from db.tables.orders import artifacts, departments, jobs
from db.tables.schema import Id, metadata, never_below, one_of


class StepColumns(TypedColumns):
    """One stage of one job, or one chunk of its rendering: the unit of queueing, retry and resume."""

    id: Named[int] = Column(Id, primary_key=True)
    job_id: Named[int] = Column(Id, ForeignKey(jobs.c.id), nullable=False)
    stage: Named[str] = Column(String(16), nullable=False)
    index: Named[int] = Column(Integer, nullable=False)
    first: Named[int] = Column(Integer, nullable=False)
    end: Named[int] = Column(Integer, nullable=False)
    frames: Named[int] = Column(Integer, nullable=False)
    state: Named[str] = Column(String(16), nullable=False)
    #: The job dispatches nothing new: it is held, failed or canceled.
    closed: Named[int] = Column(SmallInteger, nullable=False)
    # The place in the line, repeated from job and batch so that one index gives the head.
    department_id: Named[int] = Column(Id, ForeignKey(departments.c.id), nullable=False)
    capability: Named[str] = Column(String(64), nullable=False)
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
    #: Its place in its department's line, as `farm.policy.order` tells: the lowest goes first.
    rank: Named[int] = Column(BigInteger, nullable=False, server_default="0")
    #: The job's window, repeated.
    window: Named[str] = Column(String(64), nullable=False, server_default="")
    #: With it a job would begin that is queued.
    opening: Named[int] = Column(SmallInteger, nullable=False, server_default="0")
    #: Why its worker is to give it back after the clip in work; empty: it is to go on.
    leave: Named[str] = Column(String(64), nullable=False, server_default="")
    #: What a worker has to load for it: one that has done its like has it at hand.
    affinity: Named[str] = Column(String(64), nullable=False, server_default="")


steps = Table(
    "steps",
    metadata,
    StepColumns,
    UniqueConstraint("job_id", "stage", "index"),
    one_of("stage", Stage),
    one_of("state", StepState),
    CheckConstraint("closed IN (0, 1)", name="closed"),
    CheckConstraint('first <= "end"', name="chunk"),
    CheckConstraint("(state = 'running') = (worker IS NOT NULL)", name="running_has_worker"),
    CheckConstraint("state <> 'dead' OR error_code IS NOT NULL", name="dead_has_error"),
    never_below("fence", 0),
    never_below("failures", 0),
    never_below("deaths", 0),
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
# The head of each lane: what waits of a department, per capability and render profile, for the same window,
# and that would begin a film or not. So whatever may not begin just now stops nobody.
Index(
    "ix_steps_line",
    steps.c.capability, steps.c.profile, steps.c.department_id, steps.c.window, steps.c.opening,
    steps.c.rank, steps.c.batch_id, steps.c.job_id, steps.c.index,
    sqlite_where=_waiting, postgresql_where=_waiting,
)  # fmt: skip
Index("ix_steps_sent", steps.c.published_at, sqlite_where=_sent, postgresql_where=_sent)
Index("ix_steps_running", steps.c.id, sqlite_where=IS_RUNNING, postgresql_where=IS_RUNNING)


class AttemptColumns(TypedColumns):
    """One run of a step by one worker; the number is the fence it was claimed under."""

    step_id: Named[int] = Column(Id, ForeignKey(steps.c.id), primary_key=True)
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
    #: It failed, and where it ran may be to blame.
    blamed: Named[int] = Column(SmallInteger, nullable=False, server_default="0")
    #: For how long it kept its worker, and so its card; what departments are charged for.
    held_ms: Named[int] = Column(BigInteger, nullable=False, server_default="0")
    #: How much of that is proven by what it made: all of it where it ended well.
    good_ms: Named[int] = Column(BigInteger, nullable=False, server_default="0")


attempts = Table(
    "attempts",
    metadata,
    AttemptColumns,
    one_of("outcome", Outcome),
    CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="ended"),
    never_below("number", 1),
    # The pace of the farm is measured on the latest successful ones.
    Index("ix_attempts_ended", "ended_at"),
    # How a worker has fared lately.
    Index("ix_attempts_worker", "worker", "ended_at"),
)


class MakingColumns(TypedColumns):
    """What each thing that was made has cost: one row per clip or speech of an attempt."""

    step_id: Named[int] = Column(Id, ForeignKey(steps.c.id), primary_key=True)
    number: Named[int] = Column(Integer, primary_key=True)
    kind: Named[str] = Column(String(16), primary_key=True)
    key: Named[str] = Column(String(64), primary_key=True)
    machine_ms: Named[int] = Column(BigInteger, nullable=False)
    made_at: Named[int] = Column(BigInteger, nullable=False)


makings = Table("makings", metadata, MakingColumns)


class UseColumns(TypedColumns):
    """Which artifacts a step made or found: what gc must keep, and who runs again when one is damaged."""

    step_id: Named[int] = Column(Id, ForeignKey(steps.c.id), primary_key=True)
    artifact_id: Named[int] = Column(Id, ForeignKey(artifacts.c.id), primary_key=True, index=True)
    job_id: Named[int] = Column(Id, ForeignKey(jobs.c.id), nullable=False, index=True)


uses = Table("uses", metadata, UseColumns)


class KeyLeaseColumns(TypedColumns):
    """Who is making a key just now; it holds only while that step is running under that fence."""

    kind: Named[str] = Column(String(16), primary_key=True)
    key: Named[str] = Column(String(64), primary_key=True)
    step_id: Named[int] = Column(Id, ForeignKey(steps.c.id), nullable=False, index=True)
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
    #: The id of its running kernel: machines differ in it, containers of one do not. Empty: not known.
    boot: Named[str] = Column(String(64), nullable=False, server_default="")
    #: What the process that works holds, as of its last beat; 0: not known.
    memory_mb: Named[int] = Column(Integer, nullable=False, server_default="0")


workers = Table(
    "workers",
    metadata,
    WorkerColumns,
    CheckConstraint("alive IN (0, 1)", name="alive"),
    CheckConstraint("draining IN (0, 1)", name="draining"),
)


class PostColumns(TypedColumns):
    """A place to work at, by its worker's name: what the worker tells of itself, and what it was ordered.

    An order outlives the worker that heard it: who comes back under this name is still under it.
    """

    worker: Named[str] = Column(String(200), primary_key=True)
    #: The devices that it is one of, and the version of Lectern that it runs.
    pool: Named[str] = Column(String(64), nullable=False)
    version: Named[str] = Column(String(64), nullable=False)
    #: Its main process on its host; 0: not known.
    pid: Named[int] = Column(BigInteger, nullable=False)
    #: Whether it could take work, and if not, why in a few words of its own.
    condition: Named[str] = Column(String(16), nullable=False)
    detail: Named[str] = Column(Text, nullable=False)
    #: What an operator has told it, why, who and when.
    ordered: Named[str] = Column(String(16), nullable=False)
    reason: Named[str] = Column(Text, nullable=False)
    by: Named[str] = Column(Text, nullable=False)
    at: Named[int] = Column(BigInteger, nullable=False)
    #: What its pool had it open when it began, and what could not be; empty: it was to open nothing.
    loaded: Named[str] = Column(Text, nullable=False, server_default="")


posts = Table("posts", metadata, PostColumns, one_of("condition", Condition), one_of("ordered", WorkerOrder))


class CardColumns(TypedColumns):
    """A device of a host: how it stands, and what its watchdog read of it last."""

    host: Named[str] = Column(String(200), primary_key=True)
    device: Named[str] = Column(String(200), primary_key=True)
    name: Named[str] = Column(Text, nullable=False)
    state: Named[str] = Column(String(16), nullable=False)
    #: The code that says why, and what it tells.
    reason: Named[str] = Column(String(64), nullable=False)
    facts: Named[str] = Column(Text, nullable=False)
    since: Named[int] = Column(BigInteger, nullable=False)
    by: Named[str] = Column(Text, nullable=False)
    #: What the card tells, as far as it does, and when that was read; 0: never.
    temperature_c: Named[int | None] = Column(Integer)
    used_mb: Named[int | None] = Column(Integer)
    total_mb: Named[int | None] = Column(Integer)
    read_at: Named[int] = Column(BigInteger, nullable=False, server_default="0")


cards = Table("cards", metadata, CardColumns, one_of("state", CardState))


class WatchdogColumns(TypedColumns):
    """A host that a watchdog watches over, and when it told so last."""

    host: Named[str] = Column(String(200), primary_key=True)
    seen_at: Named[int] = Column(BigInteger, nullable=False)


watchdogs = Table("watchdogs", metadata, WatchdogColumns)


class BlockColumns(TypedColumns):
    """What a worker is kept from for a while, since it failed at it again and again."""

    worker: Named[str] = Column(String(200), primary_key=True)
    capability: Named[str] = Column(String(64), primary_key=True)
    until: Named[int] = Column(BigInteger, nullable=False)
    reason: Named[str] = Column(String(64), nullable=False)


blocks = Table("blocks", metadata, BlockColumns)


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
    #: When it led last, for people: who leads is told by the counter alone.
    seen_at: Named[int] = Column(BigInteger, nullable=False, server_default="0")


leaders = Table("leaders", metadata, LeaderColumns, CheckConstraint("id = 1", name="one"))


class EpochColumns(TypedColumns):
    """The one row of a ledger that was put back from a backup, or rebuilt; others have none."""

    id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    #: No fence was ever higher in any earlier life of this ledger; every claim's is from now on.
    fence: Named[int] = Column(Integer, nullable=False)


epochs = Table("epochs", metadata, EpochColumns, CheckConstraint("id = 1", name="one"))
