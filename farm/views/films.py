"""What people and machines are shown of films and batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from farm.views.stops import HoldView, StopView
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
        machine_ms: CPU time that it used, in milliseconds.
        held_ms: for how long it kept its worker, likewise: what accounts and the report count.
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
    held_ms: int
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
        eta_s: seconds until its film is expected, from measured CPU times; None in lists, when nothing is
            measured yet, and when nothing moves.
        waiting: why nothing moves at this moment: ``held``, ``no-worker``, ``no-pool`` (nobody in its pool
            renders, or, without one, all who render are kept for pools), ``no-profile`` (nobody renders as it
            was planned; it is planned anew soon), ``no-version`` (nobody has the versions of engines that it
            was begun with), ``retry``, ``shared`` (another job makes a part that both need) or ``stopped``
            (its department or pool is); empty when something does, or when it only waits for its turn.
        needs: the versions of engines or the pool that it waits for, if that is why; else empty.
        retry_in_s: seconds until the next attempt, when that is what it waits for.
        frames: the film's length in frames; None until it is spoken.
        trace: its W3C trace id, 32 hex digits.
        archive: none, pending, archived or error.
        film: where the film is: a link, a path in the archive, or a path in the store; empty before.
        error: the error that ended it, or the last one that it is retried after.
        submitted: UTC, ISO 8601.
        ended: the same; empty while it is under way.
        urgency: ``urgent``, ``normal`` or ``bulk``.
        priority: -50 to 50; of equal urgency the higher one goes first.
        window: the window outside of which nothing of it begins; empty for none.
        opens: when that opens next, UTC, ISO 8601, if it is what is waited for; else empty.
        begins: when its department's quota will let it begin, likewise.
        deadline: when the film is wanted, likewise; empty for whenever.
        lifted: whether urgency and priority are what it was moved forward to for that.
        begun: whether anything of it was ever begun, as far as it has holds or stops.
        held: its holds in full.
        stops: those of its department and its pool that keep it from going on.
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
    urgency: str = "normal"
    priority: int = 0
    window: str = ""
    opens: str = ""
    begins: str = ""
    deadline: str = ""
    lifted: bool = False
    begun: bool = False
    held: tuple[HoldView, ...] = ()
    stops: tuple[StopView, ...] = ()

    @property
    def standing(self) -> str:
        """What it counts as: its state, or ``held`` when it is queued or active and may not go on."""
        return "held" if (self.holds or self.stops) and self.state in _UNDER_WAY else self.state

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
class WhyView:
    """Why a job is where it is, and when it will likely begin, go on or end.

    Attributes:
        job: number of the job.
        batch: number of its batch.
        department: who pays.
        reason: `farm.policy.why.Reason`.
        then: of a job that is running, what keeps the rest of it; empty: nothing.
        begun: whether anything of it was ever begun.
        film: where the film is, once it is made.
        error: that ended it, or after which it is tried again.
        stage: what runs, or would next; empty for nothing.
        part: of a stage in several, which one, counted from 1; 0: the stage is one piece.
        more: other parts that are running.
        worker: who is at it.
        device: on what.
        since: since when it runs, was sent, or is held; UTC, ISO 8601; empty where that says nothing.
        per_cent: how much of the film is done.
        left_s: seconds until what is running is done, or is tried again; None: nobody can tell.
        until: when it may go again, the window opens, or the day begins; empty: nobody can tell.
        held: the holds that somebody has set.
        stops: the stops of its department and its pool.
        window: the window that is shut.
        ahead: before it, films that wait for the same quota, or steps of its department.
        grant: a date until which a grant that lets it begin would have to last.
        limit: of a quota or a limit, how many: films a day, films at once, hours on cards.
        by_member: the limit is that of a member.
        needs: the versions of engines, or the pool, that it waits for.
        hands: workers that could do it and take work.
        free: of these, those who are at nothing.
        tier: what it counts as just now: ``urgent``, ``normal`` or ``bulk``.
        others: steps of other departments that are reckoned to begin before it.
        share: what its department had of the farm lately, in per cent of what it and its rivals had.
        weight: its weight, in per cent of theirs together; 0: nobody else has work waiting.
        begins: when it will likely begin, UTC, ISO 8601; empty: nobody can tell.
        begins_s: the same in seconds from now; None: nobody can tell.
        within_s: by how many seconds that is off at the most, nine times of ten.
        basis: what it rests on: ``measured``, ``scaled`` from films of other sizes, or ``rule``: of thumb,
            and then it is not told.
        attempts: how many were measured.
        pace_s: for how long a second of its film keeps a worker, all stages together, in seconds.
        pool: of one that goes on and is not rendered yet, its pool, ``any`` for none; else empty.
        rendered_by: the pool that stands in for that one just now; empty for none.
        lender: the pool that has lent it a worker; empty for none.
        lent: that worker.
    """

    job: int
    batch: int
    department: str
    reason: str
    then: str = ""
    begun: bool = False
    film: str = ""
    error: Told | None = None
    stage: str = ""
    part: int = 0
    more: int = 0
    worker: str = ""
    device: str = ""
    since: str = ""
    per_cent: int = 0
    left_s: int | None = None
    until: str = ""
    held: tuple[HoldView, ...] = ()
    stops: tuple[StopView, ...] = ()
    window: str = ""
    ahead: int = 0
    grant: str = ""
    limit: float = 0
    by_member: bool = False
    needs: str = ""
    hands: int = 0
    free: int = 0
    tier: str = ""
    others: int = 0
    share: int = 0
    weight: int = 0
    begins: str = ""
    begins_s: int | None = None
    within_s: int = 0
    basis: str = ""
    attempts: int = 0
    pace_s: float = 0
    pool: str = ""
    rendered_by: str = ""
    lender: str = ""
    lent: str = ""


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
        pool: whose workers render it; empty for none.
        rendered_by: the pool that does so in their place just now; empty for none.
        project: what its cost is put down to besides its department; empty for nothing.
        why: why it is where it is.
        department: the department that it is made for.
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
    pool: str = ""
    rendered_by: str = ""
    project: str = ""
    why: WhyView | None = None
    department: str = ""


@dataclass(frozen=True, kw_only=True)
class BatchView:
    """One batch as it stands now.

    Attributes:
        id: number of the batch.
        name: file name of its manifest.
        keys: the user's own names for it, as given with ``--key``.
        user: who submitted it.
        submitted: UTC, ISO 8601.
        counts: jobs by state, without zeros; a queued or active job that may not go on counts as ``held``
            instead, so that they add up to `jobs`.
        jobs: how many jobs it has.
        per_cent: how much of it is done, 0 to 100; 100 only when it is over.
        eta_s: seconds until its last film is expected; None when nothing is measured yet or nothing moves.
        archive_pending: films that wait for the archive.
        quota: films that wait for their department's quota.
        quota_last: when the last of them begins as things are, UTC, ISO 8601; empty: never, or there is none.
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
    quota: int = 0
    quota_last: str = ""

    @property
    def over(self) -> bool:
        """Whether every job of it is completed, failed or canceled."""
        return sum(self.counts.get(state, 0) for state in _OVER) == self.jobs
