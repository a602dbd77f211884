"""What goes into the ledger and comes out of its transactions: frozen values, no rows.

Identifiers of batches, jobs and steps are positive integers in the order of submission. Every time is in
whole milliseconds since the Unix epoch, every duration in whole milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from db.states import Outcome, Stage, Urgency
from pipeline.plan.artifact import Artifact
from pipeline.plan.errors import Fact
from pipeline.plan.job import JobSpec, RenderProfile
from pipeline.plan.keys import NEWER
from pipeline.plan.messages import Language


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A warning that a row was accepted with, or that a film was made with.

    Attributes:
        code: what is said.
        facts: what it is said of.
        stage: the word of the stage that found it; empty for what its row was accepted with.
    """

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    stage: str = field(default="", metadata=NEWER)


@dataclass(frozen=True, kw_only=True)
class JobDraft:
    """One row on its way into the ledger, complete and checked, its inputs already in the store.

    Attributes:
        spec: what to make.
        urgency: how urgent it is.
        traceparent: W3C trace context, born with the job.
        warnings: what the row was accepted in spite of.
        pool: whose workers render it; empty for none.
        project: what its cost is put down to besides its department; empty for nothing.
        priority: -50 to 50; the higher one goes first.
        window: the window outside of which nothing of it begins; empty for none.
        deadline: when it is wanted, in milliseconds since the Unix epoch; None: whenever.
    """

    spec: JobSpec
    urgency: Urgency
    traceparent: str
    warnings: tuple[Notice, ...] = ()
    pool: str = ""
    project: str = ""
    priority: int = 0
    window: str = ""
    deadline: int | None = None


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A batch on its way into the ledger.

    Attributes:
        content: digest of the films and who pays for them; equal content is the same batch.
        former: what an earlier version knew the same by; empty for nothing.
        name: shown to people, such as the manifest's file name.
        user: who submits.
        department: name of the department that pays.
        key: the user's own name for this submission, kept for this content alone; None for none.
        again: make a new batch although the content is there already.
        language: what its results are told in.
    """

    content: str
    name: str
    user: str
    department: str = "default"
    key: str | None = None
    again: bool = False
    language: Language = "en"
    former: str = ""


@dataclass(frozen=True, kw_only=True)
class Room:
    """What a limited department has in the store.

    Attributes:
        id: the department's number.
        name: its name.
        limit: bytes that it may have there.
        used: bytes that it has.
        last: the last job of it that they were counted with; 0: none.
        new: bytes that come on top with what submitted films are made from; their clips and films come later.
    """

    id: int
    name: str
    limit: int
    used: int
    last: int
    new: int = 0


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """What became of a submission.

    Attributes:
        batch: the batch.
        jobs: how many jobs it has.
        created: whether it is new.
        held: how many of them wait for their department's quota, of a new one.
        room: what the department has in the store and gets with them, of a new one; None: there is no limit.
    """

    batch: int
    jobs: int
    created: bool
    held: int = 0
    room: Room | None = None


@dataclass(frozen=True, kw_only=True)
class Film:
    """What a join leaves behind.

    Attributes:
        film: the film itself.
        srt: its captions as SubRip.
        vtt: its captions as WebVTT.
        poster: its poster picture.
        manifest: its manifest.json.
        frames: length of the film.
        essence: SHA-256 (hex) over the packets of its streams.
        warnings: what was measured on it, told with the row's own warnings from then on.
        preview: its animated preview; None for none.
        transcript: what was heard in its recording, as plain text; None where nothing was.
    """

    film: Artifact
    srt: Artifact
    vtt: Artifact
    poster: Artifact
    manifest: Artifact
    frames: int
    essence: str
    warnings: tuple[Notice, ...] = ()
    preview: Artifact | None = None
    transcript: Artifact | None = None

    @property
    def companions(self) -> tuple[Artifact, ...]:
        """What lies beside the film in an archive."""
        beside = (self.srt, self.vtt, self.poster, self.manifest, self.preview, self.transcript)
        return tuple(each for each in beside if each is not None)


@dataclass(frozen=True, kw_only=True, order=True)
class Skill:
    """What a step needs and a worker has.

    Attributes:
        capability: such as ``speak`` or ``render.warp``.
        profile: digest of the render profile; empty for everything but rendering.
    """

    capability: str
    profile: str = ""


@dataclass(frozen=True, kw_only=True)
class Holding:
    """A claim in its shortest form: the step and the fence that makes it this worker's."""

    step: int
    fence: int


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A step that is this worker's until its fence moves, with everything needed to run it.

    Attributes:
        step: the step's id.
        fence: the number that every write about this claim has to bear; also the number of the attempt.
        job: the job's id.
        batch: the batch's id.
        stage: what to do.
        index: which of the stage's steps this is, from 0.
        count: how many steps the stage has.
        capability: what it needs.
        worker: who claimed it.
        chunk: the utterances to render, as indices into the timeline; empty unless the stage is render.
        spec: the job; its script is the one that was written, once it is.
        traceparent: the job's trace.
        span: id of the attempt's span, in hex; empty if none was given.
        submitted_at: when the job was submitted.
        profile: how to render; None until the film is planned.
        timeline: the timeline artifact; None until the job has been spoken, or its recording cut.
        transcript: what was heard in the job's recording; None until then, and where nothing was.
        film: what was joined; None until then.
        failures: retries that this step has used up already.
        waits: times in a row that it was given back or waited before this attempt.
        pool: whose workers render the film; empty for none.
        waited_ms: for how long it has waited since what went before it ended, or since the time of its next
            try; what was held or kept for a window has waited, too.
    """

    step: int
    fence: int
    job: int
    batch: int
    stage: Stage
    index: int
    count: int
    capability: str
    worker: str
    chunk: range
    spec: JobSpec
    traceparent: str
    submitted_at: int
    profile: RenderProfile | None
    timeline: Artifact | None
    transcript: Artifact | None
    film: Film | None
    failures: int
    waits: int
    pool: str = ""
    waited_ms: int = 0
    span: str = ""

    @property
    def holding(self) -> Holding:
        """What `claims.beat` wants."""
        return Holding(step=self.step, fence=self.fence)


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """One render step to plan: utterances `first` up to but not including `end`, and their frames."""

    first: int
    end: int
    frames: int


@dataclass(frozen=True, kw_only=True)
class Failure:
    """How an attempt failed.

    Attributes:
        outcome: ``error`` or ``timeout``.
        code: code of the error.
        facts: facts of the error.
        machine_ms: machine time that was spent.
        log_tail: the last lines of what the attempt said.
        blames: whether where it ran may be to blame (`farm.policy.blocking.blames`).
    """

    outcome: Outcome
    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    machine_ms: int = 0
    log_tail: str = ""
    blames: bool = False
