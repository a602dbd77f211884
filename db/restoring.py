"""A ledger that was put back, told what became of the farm since: what is lost, what is there, what is over.

Each function is one transaction, or several that may be broken off: whoever begins again puts the ledger back
once more. Nothing works with it meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Engine,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from db import rows
from db.codec import spec_from_text
from db.damage import MAKERS, maker_of, send_back
from db.engine import Reaching, revision_of
from db.ledger import Ledger
from db.profiles import note
from db.states import STAGE_ORDER, ArchiveState, JobState, Outcome, Role, StepState
from db.tables import (
    REVISIONS,
    archive_names,
    artifacts,
    attempts,
    audit,
    epochs,
    holds,
    jobs,
    key_leases,
    leaders,
    profile_files,
    profiles,
    reports,
    results,
    skills,
    steps,
    uses,
    workers,
)
from pipeline.plan import trace
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.names import unique_key

#: What an attempt is told to have ended with that was under way when the backup was taken.
RESTORED = "ledger-restored"
#: More than any step was ever claimed in one life of a ledger: a farm that waits for its archive for a year,
#: asking twice a minute, claims a step that often.
_EPOCH = 1_000_000

_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_END = (
    update(attempts)
    .where(attempts.c.outcome.is_(None))
    .values(
        outcome=Outcome.LOST.value,
        ended_at=bindparam("now"),
        error_code=RESTORED,
        machine_ms=rows.PROVEN_MS,
        # Nobody knows when it ended: what lies between a backup and its return is charged to nobody.
        **rows.kept_worker(rows.LAST_MADE_AT),
    )
)
_BACK = (
    update(steps)
    .where(steps.c.state == StepState.RUNNING.value)
    .values(state=StepState.READY.value, worker=None, not_before=0, closed=rows.IS_CLOSED)
)
_UNPROMISED = update(steps).where(steps.c.published_at > 0).values(published_at=0)
_HIGHEST = select(
    func.coalesce(select(func.max(steps.c.fence)).scalar_subquery(), 0),
    func.coalesce(select(epochs.c.fence).scalar_subquery(), 0),
)
_AWAY = update(workers).where(workers.c.alive == 1).values(alive=0)
_DUE = update(reports).values(due=1, standing="")
_SOME = select(artifacts).where(artifacts.c.id > bindparam("after")).order_by(artifacts.c.id).limit(rows.MANY)
_STRIKE = update(artifacts).where(artifacts.c.id.in_(_IDS)).values(struck=1)
_concerned = jobs.c.archive != ArchiveState.ARCHIVED.value
_concerned &= jobs.c.state.in_(
    [JobState.QUEUED.value, JobState.ACTIVE.value, JobState.COMPLETED.value, JobState.FAILED.value]
)
_LOST = (
    select(jobs.c.id.label("job"), jobs.c.spec, artifacts.c.id, artifacts.c.kind)
    .select_from(uses)
    .join(jobs, jobs.c.id == uses.c.job_id)
    .join(artifacts, artifacts.c.id == uses.c.artifact_id)
    .where(artifacts.c.struck == 1, artifacts.c.kind.in_([kind.value for kind in MAKERS]), _concerned)
    .distinct()
    .order_by(jobs.c.id, artifacts.c.id)
)
_OPEN = (
    select(jobs.c.id, jobs.c.traceparent, jobs.c.submitted_at)
    .where(jobs.c.archive != ArchiveState.ARCHIVED.value)
    .order_by(jobs.c.id)
)
_TRACES = select(jobs.c.traceparent)
_COMPLETE = (
    update(jobs)
    .where(jobs.c.id == bindparam("job"))
    .values(
        state=JobState.COMPLETED.value,
        archive=ArchiveState.ARCHIVED.value,
        archive_path=bindparam("path"),
        frames=bindparam("frames_"),
        essence=bindparam("essence_"),
        ended_at=bindparam("ended"),
        error_code=None,
        error_facts=None,
    )
)
_DONE = (
    update(steps)
    .where(steps.c.job_id == bindparam("job"))
    .values(
        state=StepState.DONE.value,
        worker=None,
        closed=0,
        published_at=0,
        waits=0,
        deaths=0,
        death_key=None,
        error_code=None,
        error_facts=None,
    )
)
_UNHOLD = delete(holds).where(holds.c.job_id == bindparam("job"))
_NAMED = select(archive_names.c.job_id).where(
    or_(
        archive_names.c.job_id == bindparam("job"),
        (archive_names.c.folder == bindparam("folder_")) & (archive_names.c.folded == bindparam("folded_")),
    )
)
_NAME = insert(archive_names)
_PARTS = [Kind.FILM.value, Kind.CAPTIONS.value, Kind.POSTER.value, Kind.HEARD.value, Kind.MANIFEST.value]
_LYING = select(artifacts.c.id, artifacts.c.digest, artifacts.c.kind).where(
    artifacts.c.kind.in_(_PARTS), artifacts.c.struck == 0
)
_KNOWN = select(artifacts.c.id).where(
    artifacts.c.kind == bindparam("kind_"), artifacts.c.key == bindparam("key_")
)
_ENTER = insert(artifacts).returning(artifacts.c.id)
_HAS = select(results.c.role).where(results.c.job_id == bindparam("job"))
_RESULT = insert(results)


_LAST_RESTORE = select(audit.c.detail).where(audit.c.verb == "restored").order_by(audit.c.id.desc()).limit(1)


#: Ids of artifacts by kind and digest.
PartsLying = Mapping[tuple[str, str], int]


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """A film that lies in the archive, as the manifest beside it tells.

    Attributes:
        path: the film's place, relative to the archive.
        frames: its length.
        essence: SHA-256 (hex) over its packets.
        ended_at: when it was delivered, by the archive's clock.
        parts: its files, by what they are to its job.
    """

    path: str
    frames: int
    essence: str
    ended_at: int
    parts: Mapping[Role, Artifact]


def calm(ledger: Ledger) -> int:
    """End what was under way when the backup was taken; how many steps are in the line again.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.write("restore-calm") as connection:
        connection.execute(_END, {"now": ledger.clock()})
        again = connection.execute(_BACK).rowcount
        connection.execute(_UNPROMISED)
        for table in (key_leases, leaders, skills):
            connection.execute(delete(table))
        # As the first migration leaves it, whatever the backup had: who leads takes it over from nobody.
        connection.execute(insert(leaders).values(id=1, holder="", counter=0))
        connection.execute(_AWAY)
        connection.execute(_DUE)
        return again


def begin_epoch(ledger: Ledger, before: Iterable[int], announce: Callable[[int], object]) -> int:
    """Have every claim from now on bear a fence that nobody ever held; what all of them are above.

    Ids are given anew after a restore, and fences would be: whoever comes back late, with a step of before,
    must not be taken for who holds that step, or another one of its number, now.

    Args:
        ledger: the ledger.
        before: what this gave in other lives of the farm's ledger.
        announce: makes it known to lives to come, before it counts.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        known = connection.execute(_HIGHEST).one()
    epoch = max(*map(int, known), *before, 0) + _EPOCH
    announce(epoch)
    with ledger.write("restore-epoch") as connection:
        connection.execute(delete(epochs))
        connection.execute(insert(epochs).values(id=1, fence=epoch))
    return epoch


def accepted(ledger: Ledger) -> Iterator[Mapping[int, tuple[Artifact, bool]]]:
    """Every artifact that the ledger has entered, some at a time: by id, with whether it is struck out."""
    after = 0
    while True:
        with ledger.read() as connection:
            found = connection.execute(_SOME, {"after": after}).all()
        if not found:
            return
        after = found[-1].id
        yield {row.id: (_artifact(row), bool(row.struck)) for row in found}


def strike(ledger: Ledger, ids: Sequence[int]) -> None:
    """Strike out artifacts whose files are gone: whoever needs one makes it again."""
    with ledger.write("restore-strike") as connection:
        for start in range(0, len(ids), rows.MANY):
            connection.execute(_STRIKE, {"ids": list(ids[start : start + rows.MANY])})


def adopt(ledger: Ledger, found: Collection[Artifact]) -> None:
    """Accept files that lie in the store; a key that has a file already keeps it."""
    with ledger.write("restore-adopt") as connection:
        rows.accept(connection, found, ledger.clock())


def send_back_lost(ledger: Ledger) -> int:
    """Have made again, of films that are not archived, what was made once and is gone; how many films.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.write("restore-send-back") as connection:
        found = connection.execute(_LOST).all()
        concerned = 0
        for job, lost in groupby(found, key=lambda row: row.job):
            concerned += 1
            _send_back(connection, job, list(lost), ledger.clock())
        return concerned


def _send_back(connection: Connection, job: int, lost: Sequence[Any], now: int) -> None:
    spec = spec_from_text(lost[0].spec)
    makers = {row.id: maker_of(Kind(row.kind), spec) for row in lost}
    for maker in sorted(set(makers.values()), key=STAGE_ORDER.__getitem__):
        send_back(connection, job, maker, [each for each in makers if makers[each] is maker], now)


def unarchived(ledger: Ledger) -> Mapping[str, tuple[int, int]]:
    """Jobs whose films are not known to lie in the archive: id and time of submission by trace id."""
    with ledger.read() as connection:
        found = connection.execute(_OPEN).all()
    return {trace.parse(row.traceparent).trace_id: (row.id, row.submitted_at) for row in found}


def traces(ledger: Ledger) -> frozenset[str]:
    """The trace ids of every job."""
    with ledger.read() as connection:
        return frozenset(trace.parse(told).trace_id for told in connection.execute(_TRACES).scalars())


def parts_lying(ledger: Ledger) -> PartsLying:
    """What films consist of and lies in the store: ids by kind and digest.

    No index leads from a digest to an artifact, so all of them are read once.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return {(row.kind, row.digest): row.id for row in connection.execute(_LYING)}


def complete(ledger: Ledger, job: int, film: Delivered, lying: PartsLying) -> None:
    """Have a job completed and archived, whose film was found in the archive.

    Args:
        ledger: the ledger.
        job: the job's id.
        film: what was found.
        lying: as `parts_lying` tells.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.write("restore-complete") as connection:
        rows.lock_job(connection, job)
        told = {"path": film.path, "frames_": film.frames, "essence_": film.essence, "ended": film.ended_at}
        connection.execute(_COMPLETE, {"job": job, **told})
        connection.execute(_UNHOLD, {"job": job})
        connection.execute(_DONE, {"job": job})
        reserve(connection, job, film.path)
        keep_parts(connection, job, film.parts, lying, ledger.clock())


def reserve(connection: Connection, job: int, path: str) -> None:
    """Have a name in the archive be a job's own, unless one of the two is given already."""
    folder, _, file = path.rpartition("/")
    stem = file.rpartition(".")[0]
    folded = unique_key(stem)
    if connection.execute(_NAMED, {"job": job, "folder_": folder, "folded_": folded}).first() is None:
        named = {"folder": folder, "folded": folded, "name": stem, "stem": folded, "number": 1}
        connection.execute(_NAME, {**named, "job_id": job})


def keep_parts(
    connection: Connection, job: int, parts: Mapping[Role, Artifact], lying: PartsLying, now: int
) -> None:
    """Enter the parts of a job's film as its results; those that are not in the store, as what is gone."""
    has = set(connection.execute(_HAS, {"job": job}).scalars())
    kept = []
    for role, part in parts.items():
        if role.value in has:
            continue
        if (known := lying.get((part.kind.value, part.digest))) is None:
            known = enter_lost(connection, part, now)
        kept.append({"job_id": job, "role": role.value, "artifact_id": known})
    if kept:
        connection.execute(_RESULT, kept)


def enter_lost(connection: Connection, file: Artifact, now: int) -> int:
    """The id of an artifact; one that is not known is entered as what is gone."""
    asked = {"kind_": file.kind.value, "key_": file.key}
    known: int | None = connection.execute(_KNOWN, asked).scalar()
    if known is not None:
        return known
    values = {
        "kind": file.kind.value,
        "key": file.key,
        "digest": file.digest,
        "size": file.size,
        "suffix": file.suffix,
        "struck": 1,
        "made_at": now,
    }
    return int(connection.execute(_ENTER, values).scalar_one())


def tell(ledger: Ledger, verb: str, *, by: str, detail: str) -> None:
    """Enter into the audit that the ledger was restored, or rebuilt."""
    with ledger.write("restore-tell") as connection:
        note(connection, verb, by=by, now=ledger.clock(), detail=detail)
    ledger.settle()


def restored_from(engine: Engine) -> str:
    """What the last restore of a ledger told of itself; empty: there was none, or it cannot be read."""
    if revision_of(engine) != REVISIONS[-1]:
        return ""
    with Reaching(engine), engine.connect() as connection:
        told: str | None = connection.execute(_LAST_RESTORE).scalar()
        return told or ""


_PEOPLES = (profiles.c.consent_id, profiles.c.reference_id, profile_files.c.artifact_id)
_INPUTS = (
    jobs.c.script_id,
    jobs.c.portrait_id,
    jobs.c.background_id,
    jobs.c.recording_id,
    jobs.c.brief_id,
    jobs.c.lexicon_id,
)
_is_needed = or_(
    *(artifacts.c.id.in_(select(column).where(column.is_not(None))) for column in _PEOPLES),
    *(artifacts.c.id.in_(select(column).where(column.is_not(None), _concerned)) for column in _INPUTS),
    (artifacts.c.kind == Kind.SOURCE.value)
    & artifacts.c.id.in_(
        select(uses.c.artifact_id).join_from(uses, jobs, jobs.c.id == uses.c.job_id).where(_concerned)
    ),
)
_IRREPLACEABLE = select(artifacts).where(artifacts.c.struck == 0, _is_needed).order_by(artifacts.c.id)


def irreplaceable(ledger: Ledger) -> tuple[Artifact, ...]:
    """Files that nothing can make again: what people gave, and the inputs of films that are not archived.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return tuple(_artifact(row) for row in connection.execute(_IRREPLACEABLE))


def _artifact(row: Any) -> Artifact:  # noqa: ANN401 - a row of SQLAlchemy's
    return Artifact(kind=Kind(row.kind), key=row.key, digest=row.digest, size=row.size, suffix=row.suffix)
