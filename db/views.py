"""Views: what people and machines are shown of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from db.states import ArchiveState, HoldReason, JobState, Outcome, Role, Stage, StepState, Urgency
from db.values import Notice
from pipeline.plan.artifact import Artifact
from pipeline.plan.errors import Fact
from pipeline.plan.job import JobSpec, RenderProfile


@dataclass(frozen=True, kw_only=True)
class Problem:
    """An error as it is kept: a code of the catalogue and its facts."""

    code: str
    facts: Mapping[str, Fact]


@dataclass(frozen=True, kw_only=True)
class BatchView:
    """A batch and how its jobs stand.

    Attributes:
        id: its id.
        name: what it was called.
        keys: the user's own names for it, in alphabetical order.
        user: who submitted it.
        department: who pays.
        created_at: when.
        jobs: how many jobs it has.
        states: jobs by state; every state is there.
        held: how many of the queued and active jobs have a hold, by state; every state is there.
        archives: jobs by archive state; every state is there.
    """

    id: int
    name: str
    keys: tuple[str, ...]
    user: str
    department: str
    created_at: int
    jobs: int
    states: Mapping[JobState, int]
    held: Mapping[JobState, int]
    archives: Mapping[ArchiveState, int]

    @property
    def finished(self) -> bool:
        """Whether no job can go on by itself: all are completed, failed or canceled."""
        return self.states[JobState.QUEUED] + self.states[JobState.ACTIVE] + self.states[JobState.REVIEW] == 0


@dataclass(frozen=True, kw_only=True)
class Totals:
    """How the jobs of all batches stand, as in `BatchView`."""

    states: Mapping[JobState, int]
    held: Mapping[JobState, int]
    archives: Mapping[ArchiveState, int]


@dataclass(frozen=True, kw_only=True)
class JobLine:
    """A job in one line of a list.

    Attributes:
        id: its id.
        batch: its batch's id.
        row: the row's id.
        title: what it is called.
        user: who submitted it.
        state: where it stands.
        held: why it may not go on; empty when it may.
        window: the window outside of which nothing of it begins; empty for none.
        opens_at: when that opens next, if it is shut and the job waits for it; else 0.
        begins_at: when its department's quota will let it begin, if it waits for that and ever may; else 0.
        deadline: when it is wanted; None: whenever.
        lifted: whether it stands where it was moved forward to for that.
        stage: the stage it is in; None when it has ended.
        percent: how much of it is done, 0 to 100.
        urgency: how urgent it is.
        priority: -50 to 50; the higher one goes first.
        archive: where its film stands on the way to the archive.
        archive_path: where it lies there.
        frames: length of the film, once known.
        problem: why it failed.
        submitted_at: when it was submitted.
        started_at: when its first step began.
        ended_at: when it ended.
        traceparent: its trace.
    """

    id: int
    batch: int
    row: str
    title: str
    user: str
    state: JobState
    held: tuple[HoldReason, ...]
    stage: Stage | None
    percent: int
    urgency: Urgency
    priority: int
    archive: ArchiveState
    archive_path: str | None
    frames: int | None
    problem: Problem | None
    submitted_at: int
    started_at: int | None
    ended_at: int | None
    traceparent: str
    window: str = ""
    opens_at: int = 0
    begins_at: int = 0
    deadline: int | None = None
    lifted: bool = False


@dataclass(frozen=True, kw_only=True)
class AttemptView:
    """One run of a step.

    Attributes:
        number: the fence that it was claimed under.
        worker: who ran it.
        device: what that computes with.
        started_at: when it began.
        ended_at: when it ended; None while it runs.
        outcome: how it ended; likewise.
        machine_ms: CPU time that it used.
        held_ms: for how long it kept its worker; 0 while it runs.
        problem: what it met, if anything.
        log_tail: the last lines of what it said.
        span: id of its span, in hex.
        last_key: the key of the one thing that it was making when it ended; empty for none, or for several.
    """

    number: int
    worker: str
    device: str
    started_at: int
    ended_at: int | None
    outcome: Outcome | None
    machine_ms: int
    held_ms: int = 0
    problem: Problem | None
    log_tail: str
    span: str
    last_key: str


@dataclass(frozen=True, kw_only=True)
class StepView:
    """A step with its attempts, the oldest first."""

    id: int
    stage: Stage
    index: int
    first: int
    end: int
    state: StepState
    capability: str
    worker: str | None
    frames: int
    failures: int
    done: int
    total: int
    not_before: int
    problem: Problem | None
    attempts: tuple[AttemptView, ...]


@dataclass(frozen=True, kw_only=True)
class JobView:
    """Everything about a job.

    Attributes:
        line: the job in one line.
        spec: what was submitted.
        warnings: what it was accepted in spite of.
        profile: how it is rendered, once known.
        essence: essence digest of its film.
        results: its timeline and the parts of its film in the store.
        steps: its steps in order.
        pool: whose workers render it; empty for none.
        project: what its cost is put down to besides its department; empty for nothing.
        department: the department that it is made for.
    """

    line: JobLine
    spec: JobSpec
    warnings: tuple[Notice, ...]
    profile: RenderProfile | None
    essence: str | None
    results: Mapping[Role, Artifact]
    steps: tuple[StepView, ...]
    pool: str
    project: str
    department: str
