"""Submission: a whole batch stands in the ledger, or nothing of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select

from db import quotas, reports, rows, storage
from db.codec import notices_to_text, spec_to_text
from db.ledger import Ledger
from db.plans import new_step, rank_of, stages_of
from db.profiles import Promises
from db.rebuilding import take_over
from db.rights import COLUMNS, rights_of
from db.states import PRECEDENCE, ArchiveState, JobState, Stage, StepState, capability_of
from db.tables import audit, batch_keys, batches, departments, jobs, steps, uses
from db.values import JobDraft, Submission, Submitted
from db.windows import keep_window
from farm.policy.affinity import affinity_of
from farm.policy.order import Standing
from farm.policy.rights import Rights, check_standing
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.capability import engine_for
from pipeline.plan.errors import InputError
from pipeline.plan.job import JobSpec
from pipeline.plan.label import waiver_of

# Submissions to one department go one after the other, so that the sources that two of them share
# cannot have each wait for the other.
_DEPARTMENT = (
    select(departments.c.id, *COLUMNS)
    .where(departments.c.name == bindparam("department"))
    .with_for_update(key_share=True)
)
_BY_KEY = (
    select(batches.c.id, batches.c.content)
    .join_from(batch_keys, batches, batch_keys.c.batch_id == batches.c.id)
    .where(batch_keys.c.department_id == bindparam("department"), batch_keys.c.key == bindparam("key_"))
)
_BY_CONTENT = (
    select(batches.c.id, batches.c.edition)
    .where(
        batches.c.department_id == bindparam("department"),
        batches.c.content.in_(bindparam("contents", expanding=True)),
    )
    .order_by(batches.c.edition.desc(), batches.c.id.desc())
    .limit(1)
)
_NEW_KEY = insert(batch_keys)
_COUNT = select(func.count()).select_from(jobs).where(jobs.c.batch_id == bindparam("batch"))
_NEW_BATCH = insert(batches).returning(batches.c.id)
_NEW_JOBS = insert(jobs).returning(jobs.c.id, sort_by_parameter_order=True)
_NEW_STEPS = insert(steps)
_KEEP = insert(uses).from_select(
    ["step_id", "artifact_id", "job_id"],
    select(steps.c.id, bindparam("artifact", type_=uses.c.artifact_id.type), steps.c.job_id).where(
        steps.c.job_id.in_(bindparam("jobs", expanding=True)), steps.c.stage == Stage.JOIN.value
    ),
)
_AUDIT = insert(audit)


def find_batch(ledger: Ledger, submission: Submission) -> Submitted | None:
    """The batch that `submit` would answer with for this content or key, before any work is done for it.

    It bears the submission's key from now on, so that other content is refused under it.

    Raises:
        InputError: as `submit`.
        AwayError: ``ledger-away``.
    """
    with ledger.read() if submission.key is None else ledger.write("submit") as connection:
        return _existing(connection, submission, _department(connection, submission)[0])[0]


def submit(ledger: Ledger, submission: Submission, drafts: Iterable[JobDraft]) -> Submitted:
    """Enter a batch and its jobs in one transaction, each with its first step ready.

    The drafts are read once and never held together, so ten thousand take no more memory than one hundred.
    As many as the department's quota of the day has left are charged to it, the first ones; the others wait.
    Content that is there already gives the existing batch, unless `again` asks for a further edition.

    What the department may have is asked once more while its row is held: a right that was taken away since
    the rows were checked lets nothing through, and what is in by then keeps what it was granted.

    Raises:
        InputError: ``ledger-key-used``, ``ledger-batch-empty``, ``ledger-department-unknown``,
            ``submit-store-limit``, ``submit-urgent-right``, ``submit-priority-limit`` or ``window-unknown``;
            or, as `Promises.enter`, somebody's consent has come to an end since the rows were checked.
        AwayError: ``ledger-away``.
    """
    room = storage.read_room(ledger, submission.department)
    with ledger.write("submit") as connection:
        department, rights = _department(connection, submission)
        existing, edition = _existing(connection, submission, department)
        if existing is not None:
            return existing
        now = ledger.clock()
        quotas.admit_waiting(connection, ledger, department, now)
        entry = _Entry(connection, department, rights, submission.user, now, anew=submission.again)
        batch = entry.begin(submission, edition)
        count = 0
        remaining = iter(drafts)
        while some := list(islice(remaining, rows.MANY)):
            entry.add(batch, some, first=count)
            count += len(some)
        if not count:
            raise InputError("ledger-batch-empty")
        if room is not None:
            room = storage.check_entered(connection, room)
        held = quotas.enter(
            connection, ledger, entry.entered, now, department=department, member=submission.user
        )
        return Submitted(batch=batch, jobs=count, created=True, held=held, room=room)


def _department(connection: Connection, submission: Submission) -> tuple[int, Rights]:
    found = connection.execute(_DEPARTMENT, {"department": submission.department}).first()
    if found is None:
        raise InputError("ledger-department-unknown", department=submission.department)
    return found.id, rights_of(found)


def _existing(
    connection: Connection, submission: Submission, department: int
) -> tuple[Submitted | None, int]:
    """The batch that stands for a submission already, and bears its key then; or the edition of a new one."""
    if submission.key is not None:
        asked = {"department": department, "key_": submission.key}
        keyed = connection.execute(_BY_KEY, asked).first()
        if keyed is not None:
            if keyed.content not in {submission.content, submission.former} or submission.again:
                raise InputError("ledger-key-used", key=submission.key, batch=keyed.id)
            return _answer(connection, keyed.id), 0
    known_by = [submission.content, *([submission.former] if submission.former else [])]
    same = connection.execute(_BY_CONTENT, {"department": department, "contents": known_by}).first()
    if same is None:
        return None, 0
    if submission.again:
        return None, same.edition + 1
    _keep_key(connection, submission, department, same.id)
    return _answer(connection, same.id), 0


def _keep_key(connection: Connection, submission: Submission, department: int, batch: int) -> None:
    """Give a batch the submission's key, which names nothing yet."""
    if submission.key is not None:
        values = {"department_id": department, "key": submission.key, "batch_id": batch}
        connection.execute(_NEW_KEY, values)


def _answer(connection: Connection, batch: int) -> Submitted:
    count = connection.execute(_COUNT, {"batch": batch}).scalar_one()
    return Submitted(batch=batch, jobs=count, created=False)


class _Entry:
    """Enters the rows of one batch, some at a time.

    Attributes:
        entered: the jobs that are new, in the order of their rows.
    """

    def __init__(
        self,
        connection: Connection,
        department: int,
        rights: Rights,
        member: str,
        now: int,
        *,
        anew: bool,
    ) -> None:
        self._connection = connection
        self._department = department
        self._rights = rights
        self._member = member
        self._now = now
        self._anew = anew
        self._promises = Promises(connection, now)
        self._windows: set[str] = {""}
        self.entered: list[int] = []

    def begin(self, submission: Submission, edition: int) -> int:
        values = {
            "department_id": self._department,
            "content": submission.content,
            "edition": edition,
            "name": submission.name,
            "user": submission.user,
            "created_at": self._now,
        }
        batch = self._connection.execute(_NEW_BATCH, values).scalar_one()
        reports.follow(self._connection, batch, submission.language)
        _keep_key(self._connection, submission, self._department, batch)
        return batch

    def add(self, batch: int, drafts: Sequence[JobDraft], *, first: int) -> None:
        for draft in drafts:
            check_standing(self._rights, draft.urgency, draft.priority)
        self._keep_windows(drafts)
        sources = self._sources(drafts)
        placed = tuple(enumerate(drafts, first))
        # What lies in the archive, and nothing but its manifest told of so far, is not made again.
        known = {} if self._anew else take_over(self._connection, batch, self._department, placed)
        new = [(place, draft) for place, draft in placed if place not in known]
        jobs_at = {**known, **self._enter(batch, new, sources)}
        every = [(jobs_at[place], draft) for place, draft in placed]
        self._tell_waivers(batch, every)
        self._promises.enter((job, draft.spec.people) for job, draft in every)
        self._keep([(jobs_at[place], draft) for place, draft in new], sources)

    def _keep_windows(self, drafts: Iterable[JobDraft]) -> None:
        """Have the windows that films wait for stay; one that was removed since refuses them."""
        for window in sorted({draft.window for draft in drafts} - self._windows):
            keep_window(self._connection, window)
            self._windows.add(window)

    def _enter(
        self, batch: int, new: Sequence[tuple[int, JobDraft]], sources: dict[tuple[str, str], int]
    ) -> dict[int, int]:
        """Enter rows that nobody knows, with their steps; their jobs by place."""
        if not new:
            return {}
        entered = [self._job(batch, place, draft, sources) for place, draft in new]
        ids = self._connection.execute(_NEW_JOBS, entered).scalars().all()
        self.entered += ids
        planned = [
            step for job, (_, draft) in zip(ids, new, strict=True) for step in self._steps(batch, job, draft)
        ]
        self._connection.execute(_NEW_STEPS, planned)
        return {place: job for job, (place, _) in zip(ids, new, strict=True)}

    def _keep(self, entered: Iterable[tuple[int, JobDraft]], sources: dict[tuple[str, str], int]) -> None:
        """Have gc keep what else jobs need until their films are archived, as the joins' own."""
        jobs_of: dict[int, list[int]] = {}
        for job, draft in entered:
            for file in _kept_for(draft.spec):
                jobs_of.setdefault(sources[file.kind.value, file.key], []).append(job)
        for artifact, ids in jobs_of.items():
            self._connection.execute(_KEEP, {"artifact": artifact, "jobs": ids})

    def _tell_waivers(self, batch: int, entered: Iterable[tuple[int, JobDraft]]) -> None:
        """Enter into the audit who decided that a film bears no label, and why."""
        waived = [
            {
                "at": self._now,
                "by": waiver.name,
                "verb": "label-waived",
                "batch_id": batch,
                "job_id": job,
                "detail": waiver.reason,
            }
            for job, draft in entered
            if (waiver := waiver_of(draft.spec.options)) is not None
        ]
        if waived:
            self._connection.execute(_AUDIT, waived)

    def _sources(self, drafts: Sequence[JobDraft]) -> dict[tuple[str, str], int]:
        """Have the inputs of some drafts accepted; their ids."""
        given = given_for(draft.spec for draft in drafts)
        rows.accept(self._connection, given.values(), self._now)
        return rows.accepted_ids(self._connection, given)

    def _job(
        self, batch: int, position: int, draft: JobDraft, sources: dict[tuple[str, str], int]
    ) -> dict[str, Any]:
        spec = draft.spec
        return {
            "batch_id": batch,
            "position": position,
            "row_name": spec.row,
            "title": spec.title,
            "user": spec.user,
            "member": self._member,
            "department_id": self._department,
            "state": JobState.QUEUED.value,
            "archive": ArchiveState.NONE.value,
            "precedence": PRECEDENCE[draft.urgency],
            "priority": draft.priority,
            "pool": draft.pool,
            "project": draft.project,
            "window": draft.window,
            "deadline": draft.deadline,
            "spec": spec_to_text(spec),
            **{
                column: None if source is None else sources[source.kind.value, source.key]
                for column, source in _inputs_of(spec).items()
            },
            "traceparent": draft.traceparent,
            "warnings": notices_to_text(draft.warnings),
            "submitted_at": self._now,
        }

    def _steps(self, batch: int, job: int, draft: JobDraft) -> list[dict[str, Any]]:
        standing = Standing(submitted_ms=self._now, urgency=draft.urgency, priority=draft.priority)
        begun = [
            new_step(
                job=job,
                batch=batch,
                department=self._department,
                stage=stage,
                capability=capability_of(stage, engine_for(stage, draft.spec)),
                rank=rank_of(standing, stage, first=not place),
                # A film that is finished waits for nothing any more.
                window="" if stage is Stage.ARCHIVE else draft.window,
                opening=not place,
                affinity=affinity_of(stage, draft.spec),
            )
            for place, stage in enumerate(stages_of(draft.spec))
        ]
        begun[0]["state"] = StepState.READY.value
        return begun


def _inputs_of(spec: JobSpec) -> dict[str, Artifact | None]:
    """What a job is made from, by the column that keeps it as long as the job is remembered."""
    return {
        "script_id": spec.script,
        "portrait_id": spec.portrait,
        "background_id": spec.background,
        "recording_id": spec.recording,
        "brief_id": spec.brief,
        "lexicon_id": spec.lexicon,
    }


def _kept_for(spec: JobSpec) -> tuple[Artifact, ...]:
    """What a job needs until its film is archived: fonts, and the words that its script may not hold."""
    fonts = dict.fromkeys(typeface.file for typeface in spec.typefaces)
    if spec.writing is None or spec.writing.stopwords is None:
        return tuple(fonts)
    return (*fonts, spec.writing.stopwords)


def given_for(specs: Iterable[JobSpec]) -> dict[tuple[Kind, str], Artifact]:
    """What jobs were given, by kind and key: their inputs, and what else they need until they are over."""
    given: dict[tuple[Kind, str], Artifact] = {}
    for spec in specs:
        inputs = (source for source in _inputs_of(spec).values() if source is not None)
        for source in (*inputs, *_kept_for(spec)):
            given[source.kind, source.key] = source
    return given
