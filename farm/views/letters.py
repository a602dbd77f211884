"""What people and machines are shown of what failed for good, and of what was done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from farm.views.films import AttemptView, PersonView, Told


@dataclass(frozen=True, kw_only=True)
class DeadView:
    """A step that no retry of the farm's own cures, and what it would take to understand it.

    Attributes:
        job: number of the job.
        batch: number of its batch.
        row: the row's id in the manifest.
        title: the film's title.
        user: who submitted it.
        stage: the stage.
        chunk: which step of its stage, counted from 0.
        error: what it met last.
        attempts: how often it was tried.
        worker: who tried it last.
        device: what that computes with.
        ended: when that ended, UTC, ISO 8601; empty for never.
    """

    job: int
    batch: int
    row: str
    title: str
    user: str
    stage: str
    chunk: int
    error: Told
    attempts: int
    worker: str
    device: str
    ended: str


@dataclass(frozen=True, kw_only=True)
class PlaceView:
    """The sentence that a step failed at.

    Attributes:
        sentence: which one of the film, counted from 1; of a silence the one before it, 0 for none.
        of: how many there are.
        text: what captions show of it; empty for a silence.
        line: the line of the script that it begins in, counted from 1 without blank ones; 0: not known.
        second: when it begins in the film, in seconds; None while that is not known.
    """

    sentence: int
    of: int
    text: str
    line: int
    second: int | None


@dataclass(frozen=True, kw_only=True)
class AutopsyView:
    """A dead step with everything that is known of how it died.

    Attributes:
        letter: the step, as lists show it.
        tries: its attempts with their errors, the oldest first.
        log: the last lines that the last attempt wrote.
        manifest: the name of its batch.
        place: the sentence that it failed at; None where that is not known.
        text: what was to be said in what it was making: its chunk's sentences, or the script's beginning.
        blamed: which of the inputs below the error is about; empty where it is about none of them.
        script: the script's file in the store.
        portrait: likewise the portrait's.
        background: likewise that of the picture behind it; empty for none.
        recording: likewise that of what is said; empty for a voice.
        voice: who speaks.
        people: whose voice and picture it uses.
        options: what the row asked for besides.
        profile: how it is rendered, once that is known: engine, backend and batch.
    """

    letter: DeadView
    tries: tuple[AttemptView, ...]
    log: str
    manifest: str
    place: PlaceView | None
    text: tuple[str, ...]
    blamed: str
    script: str
    portrait: str
    background: str
    recording: str
    voice: str
    people: tuple[PersonView, ...]
    options: Mapping[str, str]
    profile: str


@dataclass(frozen=True, kw_only=True)
class ActView:
    """What somebody did.

    Attributes:
        at: when, UTC, ISO 8601.
        by: who.
        verb: what, such as ``requeue``.
        batches: the batches that it concerned.
        jobs: the jobs, likewise.
        scope: else ``department``, ``pool``, ``window`` or ``worker``; empty: it was done to none of these.
        name: the name of that.
        detail: what is told besides: a reason, or the options of a requeue.
    """

    at: str
    by: str
    verb: str
    batches: tuple[int, ...]
    jobs: tuple[int, ...]
    scope: str
    name: str
    detail: str
