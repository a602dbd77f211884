"""What people and machines are shown of the farm: plain values, computed by `farm.show`.

Their fields are the fields of the JSON documents of `--json`: they may be added to, never renamed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.plan.errors import Fact

_OVER = ("completed", "failed", "canceled")
_UNDER_WAY = ("queued", "active")


@dataclass(frozen=True, kw_only=True)
class Told:
    """An error or warning as it was stored: a code of the catalogue and its facts."""

    code: str
    facts: Mapping[str, Fact]


@dataclass(frozen=True, kw_only=True)
class AttemptView:
    """One run of a step.

    Attributes:
        stage: speak, render, join or archive.
        chunk: which step of its stage, counted from 0.
        number: 1 for the first attempt of the step.
        outcome: running, ok, error, timeout, lost, interrupted or superseded.
        worker: who ran it.
        device: what that computes with.
        started: UTC, ISO 8601.
        ended: the same; empty while it runs.
        machine_ms: machine time in milliseconds.
        error: what went wrong, if anything.
    """

    stage: str
    chunk: int
    number: int
    outcome: str
    worker: str
    device: str
    started: str
    ended: str
    machine_ms: int
    error: Told | None


@dataclass(frozen=True, kw_only=True)
class JobView:
    """One job as it stands now.

    Attributes:
        id: number of the job.
        batch: number of its batch.
        row: the row's id in the manifest.
        title: the film's title.
        state: queued, active, completed, failed, canceled or review.
        holds: reasons why nothing new of it is started, such as ``operator``.
        stage: the stage it is in or waits for; empty when there is none left.
        per_cent: how much of it is done, 0 to 100.
        ahead: unfinished jobs that go before it; None in lists and when it is over.
        eta_s: seconds until its film is expected, from measured machine times; None in lists, when nothing is
            measured yet, and when nothing moves.
        waiting: why nothing moves at this moment: ``held``, ``no-worker``, ``no-profile`` (nobody renders as
            it was planned; it is planned anew soon), ``no-version`` (nobody has the versions of engines that
            it was begun with), ``retry`` or ``shared`` (another job makes a part that both need); empty when
            something does, or when it only waits for its turn.
        needs: the versions of engines that it waits for, if that is why; else empty.
        retry_in_s: seconds until the next attempt, when that is what it waits for.
        frames: the film's length in frames; None until it is spoken.
        trace: its W3C trace id, 32 hex digits.
        archive: none, pending, archived or error.
        film: where the film is: a link, a path in the archive, or a path in the store; empty before.
        error: the error that ended it, or the last one that it is retried after.
        submitted: UTC, ISO 8601.
        ended: the same; empty while it is under way.
    """

    id: int
    batch: int
    row: str
    title: str
    state: str
    holds: tuple[str, ...]
    stage: str
    per_cent: int
    ahead: int | None
    eta_s: int | None
    waiting: str
    retry_in_s: int | None
    frames: int | None
    trace: str
    archive: str
    film: str
    error: Told | None
    submitted: str
    ended: str
    needs: str = ""

    @property
    def standing(self) -> str:
        """What it counts as: its state, or ``held`` when it is queued or active and has a hold."""
        return "held" if self.holds and self.state in _UNDER_WAY else self.state

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it by itself, the archive aside."""
        return self.state in _OVER


@dataclass(frozen=True, kw_only=True)
class ModelView:
    """A model that a film is drawn with: its role, name and licence, and who took on what that forbids."""

    role: str
    name: str
    licence: str
    accepted_by: str


@dataclass(frozen=True, kw_only=True)
class PersonView:
    """A person whose voice or picture a film uses.

    Attributes:
        kind: ``voice`` or ``portrait``.
        name: the profile's name; empty for somebody who was forgotten.
        person: whose it is; likewise.
        standing: how the consent stands now: ``valid``, ``expired``, ``withdrawn`` or ``forgotten``.
        expires: until when it holds, UTC, ISO 8601; empty for somebody who was forgotten.
    """

    kind: str
    name: str
    person: str
    standing: str
    expires: str


@dataclass(frozen=True, kw_only=True)
class JobDetail:
    """One job with everything that is known of it.

    Attributes:
        job: as lists show it, with what takes a closer look.
        attempts: every run of each of its steps, in the order of the steps.
        files: paths in the store of what was made: script, timeline, transcript, film, srt, vtt, poster,
            manifest.
        archived: where film, srt, vtt, poster, preview, transcript and manifest lie in the archive, as
            `JobView.film` tells of the film; empty before.
        user: who submitted it.
        scene: its place in the archive's names.
        voice: engine and voice, such as ``espeak/en-us``; empty where a recording is heard.
        language: BCP 47 tag of the script.
        format: such as ``720x720``.
        fps: frames in a second.
        quality: how finely it is encoded: ``draft``, ``standard`` or ``high``.
        loudness: what its sound is brought to, in LUFS, such as ``-18``; empty for the farm's usual one.
        face: the face engine, such as ``warp``.
        mode: how it draws, such as ``exact``; empty for an engine that has one way.
        models: what it draws with, one after the other; none for an engine that draws without.
        expression: the look on the face: ``neutral`` or ``friendly``.
        motion: how lively the face is: ``none``, ``calm`` or ``lively``.
        background: what stands behind the portrait where it does not fill the film or is transparent:
            ``blur``, a colour such as ``#1f3a5f``, or a picture's path in the store.
        captions: whether the film carries captions in its own file.
        burned: whether captions are drawn into its pictures.
        label: which label it bears: ``both``, ``cn``, ``eu`` or ``none``.
        label_name: who answers for a film without one; else empty.
        label_reason: why it has none; else empty.
        essence: the film's essence digest; empty before.
        warnings: what its row was accepted in spite of, and what was measured on the film.
        people: whose voice and picture it uses, by their profiles.
        at_once: how many frames are computed at a time at the most, where that was asked for; 0: as many as
            fit.
    """

    job: JobView
    attempts: tuple[AttemptView, ...]
    files: Mapping[str, str]
    archived: Mapping[str, str]
    user: str
    scene: str
    voice: str
    language: str
    format: str
    fps: int
    quality: str
    loudness: str
    face: str
    mode: str
    models: tuple[ModelView, ...]
    expression: str
    motion: str
    background: str
    captions: bool
    burned: bool
    label: str
    label_name: str
    label_reason: str
    essence: str
    warnings: tuple[Told, ...]
    people: tuple[PersonView, ...] = ()
    at_once: int = 0


@dataclass(frozen=True, kw_only=True)
class BatchView:
    """One batch as it stands now.

    Attributes:
        id: number of the batch.
        name: file name of its manifest.
        keys: the user's own names for it, as given with ``--key``.
        user: who submitted it.
        submitted: UTC, ISO 8601.
        counts: jobs by state, without zeros; a queued or active job with a hold counts as ``held`` instead,
            so that they add up to `jobs`.
        jobs: how many jobs it has.
        per_cent: how much of it is done, 0 to 100; 100 only when it is over.
        eta_s: seconds until its last film is expected; None when nothing is measured yet or nothing moves.
        archive_pending: films that wait for the archive.
    """

    id: int
    name: str
    keys: tuple[str, ...]
    user: str
    submitted: str
    counts: Mapping[str, int]
    jobs: int
    per_cent: int
    eta_s: int | None
    archive_pending: int

    @property
    def over(self) -> bool:
        """Whether every job of it is completed, failed or canceled."""
        return sum(self.counts.get(state, 0) for state in _OVER) == self.jobs


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
        verb: what, such as ``retry``.
        batches: the batches that it concerned.
        jobs: the jobs, likewise.
        detail: what is told besides: a reason, or the options of a retry.
    """

    at: str
    by: str
    verb: str
    batches: tuple[int, ...]
    jobs: tuple[int, ...]
    detail: str


@dataclass(frozen=True, kw_only=True)
class WorkView:
    """What a worker is at just now.

    Attributes:
        job: number of the job.
        row: the row's id in the manifest.
        stage: the stage.
        chunk: which step of its stage, counted from 0.
        clip: the clip that is being made, counted from 1 through those of this attempt; 0 where it is no
            rendering.
        clips: how many clips the step is made of.
        per_cent: how much of the step is done.
        since_s: seconds since this attempt began.
        progress_s: seconds since it made something, or began.
    """

    job: int
    row: str
    stage: str
    chunk: int
    clip: int
    clips: int
    per_cent: int
    since_s: int
    progress_s: int


@dataclass(frozen=True, kw_only=True)
class WorkerView:
    """One worker.

    Attributes:
        name: unique in the farm.
        capabilities: what it can do, such as ``render.warp``.
        host: where it is.
        device: what it computes with, such as a card's UUID.
        pool: the devices that it is one of; empty for none.
        version: the version of Lectern that it runs; empty while it has not told.
        pid: its main process on its host; 0 while it has not told.
        state: ``idle``, ``working``, ``ending``, ``draining``, ``drained``, ``locking``, ``locked``,
            ``disk_low``, ``card_out``, ``card_sick``, ``card_stuck``, ``silent`` (no beat for too
            long), ``gone`` (it was lost) or ``left`` (it ended in good order).
        reason: why an operator has told it to take nothing; empty when nobody has.
        by: who has.
        detail: what it says itself of why it takes nothing.
        work: what it is at; None: nothing.
        seen_s: seconds since its heart beat last.
        failures: attempts that failed or were lost with it in the last hour.
        last_error: what the last of them met, if that is known.
        card: what is wrong with its card; None: nothing.
        card_state: ``well``, ``out``, ``sick`` or ``stuck``.
        card_name: what its card is sold as; empty while nobody has told, as the next three.
        temperature_c: how warm it is, in degrees Celsius; None: it does not tell.
        card_used_mb: what anybody holds of its memory.
        card_total_mb: all of its memory.
        memory_mb: what the worker's process holds of its host's; 0 while it has not told.
        blocked: what it is kept from since it failed at it too often, and until when (UTC, ISO 8601).
    """

    name: str
    capabilities: tuple[str, ...]
    host: str
    device: str
    pool: str
    version: str
    pid: int
    state: str
    reason: str
    by: str
    detail: str
    work: WorkView | None
    seen_s: int
    failures: int
    last_error: Told | None
    card: Told | None
    card_state: str
    blocked: Mapping[str, str]
    card_name: str = ""
    temperature_c: int | None = None
    card_used_mb: int | None = None
    card_total_mb: int | None = None
    memory_mb: int = 0


@dataclass(frozen=True, kw_only=True)
class DiskView:
    """A disk that the farm needs, as it is found from here.

    Attributes:
        of: what lies on it: ``home``, ``store`` or ``archive``, or several of them.
        place: the folder of the first of them.
        free_mb: megabytes that are free.
        size_mb: of so many.
        floor_mb: how much has to be free before a worker begins anything; 0: nobody needs any.
        low: whether there is less.
        error: why it cannot be seen; None: it can.
    """

    of: tuple[str, ...]
    place: str
    free_mb: int
    size_mb: int
    floor_mb: int
    low: bool
    error: Told | None


@dataclass(frozen=True, kw_only=True)
class QueueView:
    """What is to be done at a stage.

    Attributes:
        stage: the stage.
        waiting: steps that could begin now.
        later: steps that wait for their time, such as after an error.
        running: steps in work.
        oldest_s: how long the one has waited that waits longest; None: none waits.
        nobody: steps of `waiting` that no living worker can do.
    """

    stage: str
    waiting: int
    later: int
    running: int
    oldest_s: int | None
    nobody: int


@dataclass(frozen=True, kw_only=True)
class FailureView:
    """An error that attempts met lately.

    Attributes:
        error: the error as it was met last; None: the worker was lost.
        times: how often it was met.
        films: by how many films.
    """

    error: Told | None
    times: int
    films: int


@dataclass(frozen=True, kw_only=True)
class Advice:
    """Something that is out of the ordinary, and that the command line has words for.

    Attributes:
        what: its name, such as ``no-dispatcher``.
        level: 2: work stands still; 1: somebody has to see to it; 0: worth knowing.
        facts: what it tells; names that end in ``_s`` are lengths of time in seconds.
        error: an error that is part of it; None: none is.
    """

    what: str
    level: int
    facts: Mapping[str, Fact]
    error: Told | None = None


@dataclass(frozen=True, kw_only=True)
class StrandedView:
    """Films of a batch that wait for versions of engines that nobody has any more.

    Attributes:
        batch: its number.
        capability: what is to be done with them, such as ``render.warp``.
        films: how many there are.
        needs: the versions, such as ``warp 3``.
        movable: whether ``lectern replan`` can move them: somebody is there with another version.
    """

    batch: int
    capability: str
    films: int
    needs: str
    movable: bool


@dataclass(frozen=True, kw_only=True)
class FarmView:
    """The whole farm as it stands now.

    Attributes:
        counts: jobs of all batches, counted as in a batch.
        workers: workers that are there, or were a day ago.
        dispatcher: whether a dispatcher leads, and has said so lately.
        leader: the dispatcher that leads, or led last; empty: none.
        leader_seen_s: seconds since it said so; None: it never has.
        redis: why Redis does not answer; None: it does.
        poison: messages that were none of ours and were set aside; None: nobody can tell.
        watched: hosts that a watchdog watches over.
        unwatched: hosts with living workers that none does.
        disks: the disks that the farm needs, as they are found from here.
        queue: what is to be done, by stage.
        failures: errors that were met in the last `failures_h` hours, the most frequent first.
        failures_h: hours.
        attention: what is out of the ordinary, the gravest first; what lists of workers tell is left out.
        batches: batches that are not over, the oldest first.
        jobs: active jobs, in the order of their submission.
        archive_pending: films that wait for the archive.
        dead: steps that failed for good and wait for an operator.
        stranded: what waits for versions of engines that nobody has any more.
    """

    counts: Mapping[str, int]
    workers: tuple[WorkerView, ...]
    dispatcher: bool
    batches: tuple[BatchView, ...]
    jobs: tuple[JobView, ...]
    archive_pending: int
    dead: int = 0
    leader: str = ""
    leader_seen_s: int | None = None
    redis: Told | None = None
    poison: int | None = None
    watched: tuple[str, ...] = ()
    unwatched: tuple[str, ...] = ()
    disks: tuple[DiskView, ...] = ()
    queue: tuple[QueueView, ...] = ()
    failures: tuple[FailureView, ...] = ()
    failures_h: int = 0
    attention: tuple[Advice, ...] = ()
    stranded: tuple[StrandedView, ...] = ()
