"""The words of the ledger's states; each value is the word that the tables and the command line use."""

from __future__ import annotations

from enum import StrEnum


class JobState(StrEnum):
    """Where a job stands. `REVIEW` is reserved for a quality gate."""

    QUEUED = "queued"
    ACTIVE = "active"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"
    REVIEW = "review"


class ArchiveState(StrEnum):
    """Where a completed film stands on its way into the archive."""

    NONE = "none"
    PENDING = "pending"
    ARCHIVED = "archived"
    ERROR = "error"


class StepState(StrEnum):
    """Where a step stands."""

    BLOCKED = "blocked"
    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"
    CANCELED = "canceled"


class Stage(StrEnum):
    """The stages of a job, in their order; not every job has each of them."""

    WRITE = "write"
    SPEAK = "speak"
    LISTEN = "listen"
    RENDER = "render"
    JOIN = "join"
    ARCHIVE = "archive"


class Role(StrEnum):
    """What an artifact is to its job."""

    TIMELINE = "timeline"
    FILM = "film"
    SRT = "srt"
    VTT = "vtt"
    POSTER = "poster"
    PREVIEW = "preview"
    MANIFEST = "manifest"
    SCRIPT = "script"
    TRANSCRIPT = "transcript"


class Outcome(StrEnum):
    """How an attempt ended. Lost and interrupted ones use up no retry."""

    OK = "ok"
    ERROR = "error"
    TIMEOUT = "timeout"
    LOST = "lost"
    INTERRUPTED = "interrupted"
    SUPERSEDED = "superseded"


class HoldReason(StrEnum):
    """Why a job may not go on."""

    QUOTA = "quota"
    OFF_PEAK = "off_peak"
    START_AFTER = "start_after"
    APPROVAL = "approval"
    CONSENT = "consent"
    OPERATOR = "operator"


class StopScope(StrEnum):
    """What an operator stops as a whole."""

    DEPARTMENT = "department"
    POOL = "pool"


class StopKind(StrEnum):
    """How: of a hold no new film begins, of a pause nothing at all."""

    HOLD = "hold"
    PAUSE = "pause"


class Event(StrEnum):
    """What other programs can be told of."""

    FILM_DONE = "film.done"
    FILM_FAILED = "film.failed"
    FILM_CANCELED = "film.canceled"
    BATCH_COMPLETE = "batch.complete"


class DeliveryState(StrEnum):
    """Where a piece of news stands."""

    DUE = "due"
    SENT = "sent"
    GIVEN_UP = "given_up"


class WorkerOrder(StrEnum):
    """What an operator has told a worker."""

    NONE = "none"
    DRAIN = "drain"
    LOCK = "lock"


class Condition(StrEnum):
    """Whether a worker could take work, as it tells of itself."""

    ABLE = "able"
    DISK_LOW = "disk_low"
    CARD_OUT = "card_out"


class CardState(StrEnum):
    """Where a card stands; only one that is well gets work."""

    WELL = "well"
    OUT = "out"
    SICK = "sick"
    STUCK = "stuck"


class Urgency(StrEnum):
    """How urgent a job is for those who submitted it."""

    URGENT = "urgent"
    NORMAL = "normal"
    BULK = "bulk"


#: What the tables keep of it: the smallest goes first.
PRECEDENCE = {Urgency.URGENT: 0, Urgency.NORMAL: 1, Urgency.BULK: 2}
URGENCY = {precedence: urgency for urgency, precedence in PRECEDENCE.items()}
STAGE_ORDER = {stage: number for number, stage in enumerate(Stage)}
#: Whose act it is, in the audit and in holds, where the farm does something by itself.
ITSELF = "lectern"


def capability_of(stage: Stage, engine: str = "") -> str:
    """What a worker has to be able to do for a stage: ``speak``, ``render.warp``, ``join``, ``archive``.

    Args:
        stage: the stage.
        engine: without which it cannot be done, as `pipeline.plan.capability.engine_for` tells.
    """
    return f"{stage}.{engine}" if engine else stage.value
