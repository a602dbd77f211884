"""Commits: how a claim ends, each way in one transaction under the fence.

Every one locks the job's row first: two last chunks committing at once would otherwise not see each other
on PostgreSQL, and the job would stand still for ever. A commit that finds its own attempt accepted already
is a success: the reply was lost.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, bindparam, update

from db import news, rows
from db.blame import blame
from db.codec import (
    facts_to_text,
)
from db.damage import MAKERS, Damaged, remake
from db.finish import Finish
from db.ledger import Ledger
from db.outage import archive_is_back
from db.plans import stages_of
from db.prepared import run
from db.sources import is_gone
from db.states import ArchiveState, JobState, Outcome, Role, Stage, StepState
from db.tables import jobs
from db.values import Chunk, Claim, Failure, Film, Notice
from farm.policy.retry import RetryDecision, Verdict
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.job import RenderProfile

_LOG_TAIL = 20_000


def finish_write(
    ledger: Ledger,
    claim: Claim,
    *,
    script: Artifact,
    used: Collection[Artifact],
    machine_ms: int,
    warnings: Sequence[Notice] = (),
) -> None:
    """Have the script accepted that was written: what comes next works with it, and may begin.

    Raises:
        SupersededError, AwayError: as `finish_speak`.
    """
    with ledger.write("finish-write") as connection:
        finish = Finish(connection, claim, machine_ms=machine_ms, now=ledger.clock())
        if not finish.begin():
            return
        if not finish.rest_on(used):
            finish.start_over()
            return
        finish.keep({Role.SCRIPT: script})
        finish.end()
        finish.warn(warnings)
        rows.unblock(connection, [claim.job], Stage.SPEAK)


def finish_speak(
    ledger: Ledger,
    claim: Claim,
    *,
    timeline: Artifact,
    used: Collection[Artifact],
    machine_ms: int,
    chunks: Sequence[Chunk] = (),
    profile: RenderProfile | None = None,
) -> None:
    """Have a job's timeline accepted, and its render steps planned: one per chunk, ready at once.

    Those of a job that is listened to are not planned yet: its listen step is ready instead.

    Args:
        ledger: the ledger.
        claim: the speak step's.
        timeline: the timeline in the store.
        used: every speech that the timeline is made of (`LedgerDesk.used`).
        machine_ms: machine time of the attempt.
        chunks: the render steps to plan, in order, without gaps; at least one, but none where it is listened
            to.
        profile: how every clip of the job is rendered; None where it is listened to.

    Raises:
        SupersededError: ``ledger-superseded``; nothing was written.
        AwayError: ``ledger-away``; the same call may be made again, whether or not it was written.
    """
    if Stage.LISTEN in stages_of(claim.spec):
        if chunks or profile is not None:
            raise ValueError(chunks)
    elif not chunks or profile is None:
        raise ValueError(chunks)
    with ledger.write("finish-speak") as connection:
        finish = Finish(connection, claim, machine_ms=machine_ms, now=ledger.clock())
        if not finish.begin():
            return
        if not finish.rest_on(used):
            finish.start_over()
            return
        finish.keep({Role.TIMELINE: timeline})
        finish.end()
        if profile is None:
            rows.unblock(connection, [claim.job], Stage.LISTEN)
        else:
            finish.plan(chunks, profile)


def finish_listen(
    ledger: Ledger,
    claim: Claim,
    *,
    timeline: Artifact,
    transcript: Artifact | None,
    warnings: Sequence[Notice],
    chunks: Sequence[Chunk],
    profile: RenderProfile,
    used: Collection[Artifact],
    machine_ms: int,
) -> None:
    """Have what was heard accepted: the timeline that holds from now on, and its render steps as planned.

    Args:
        ledger: the ledger.
        claim: the listen step's.
        timeline: that of a recording, or the spoken one with the takes that were found good.
        transcript: what was heard, as plain text; None where nothing is told of it.
        warnings: what is doubtful in what was heard; told with the job's others.
        chunks: as of `finish_speak`, at least one; and so are the others.
        profile: likewise.
        used: likewise.
        machine_ms: likewise.

    Raises:
        SupersededError, AwayError: as `finish_speak`.
    """
    if not chunks:
        raise ValueError(chunks)
    with ledger.write("finish-listen") as connection:
        finish = Finish(connection, claim, machine_ms=machine_ms, now=ledger.clock())
        if not finish.begin():
            return
        if not finish.rest_on(used):
            finish.start_over()
            return
        heard = {Role.TIMELINE: timeline}
        finish.keep(heard if transcript is None else {**heard, Role.TRANSCRIPT: transcript})
        finish.end()
        finish.warn(warnings)
        finish.plan(chunks, profile)


def finish_render(ledger: Ledger, claim: Claim, *, used: Collection[Artifact], machine_ms: int) -> None:
    """Have a chunk accepted, once every clip of it is; the last one makes the join ready.

    A clip that was struck or collected meanwhile sends the step back to the line: nothing is ready then.

    Raises:
        SupersededError, AwayError: as `finish_speak`.
    """
    with ledger.write("finish-render") as connection:
        finish = Finish(connection, claim, machine_ms=machine_ms, now=ledger.clock())
        if not finish.begin():
            return
        if not finish.rest_on(used):
            finish.start_over()
            return
        finish.end()
        rows.unblock(connection, [claim.job], Stage.JOIN)


def finish_join(ledger: Ledger, claim: Claim, *, film: Film, machine_ms: int) -> None:
    """Have the film accepted: the job is completed, and its archiving ready.

    Raises:
        SupersededError, AwayError: as `finish_speak`.
    """
    with ledger.write("finish-join") as connection:
        finish = Finish(connection, claim, machine_ms=machine_ms, now=ledger.clock())
        if not finish.begin():
            return
        made = {
            Role.FILM: film.film,
            Role.SRT: film.srt,
            Role.VTT: film.vtt,
            Role.POSTER: film.poster,
            Role.MANIFEST: film.manifest,
        }
        finish.keep(made if film.preview is None else {**made, Role.PREVIEW: film.preview})
        finish.end()
        finish.warn(film.warnings)
        done = {"id_": claim.job, "now_": finish.now, "frames_": film.frames, "essence_": film.essence}
        run(connection, _COMPLETE, done)
        rows.unblock(connection, [claim.job], Stage.ARCHIVE)


def finish_archive(ledger: Ledger, claim: Claim, *, path: str, machine_ms: int) -> None:
    """Remember where in the archive the film lies, relative to the archive's folder.

    Raises:
        SupersededError, AwayError: as `finish_speak`.
    """
    with ledger.write("finish-archive") as connection:
        finish = Finish(connection, claim, machine_ms=machine_ms, now=ledger.clock())
        if finish.begin():
            finish.end()
            run(connection, _ARCHIVED, {"id_": claim.job, "path_": path})
            archive_is_back(connection)
            news.enter(connection, [claim.job], finish.now)


_COMPLETE = (
    update(jobs)
    .where(jobs.c.id == bindparam("id_"))
    .values(
        state=JobState.COMPLETED.value,
        archive=ArchiveState.PENDING.value,
        ended_at=bindparam("now_"),
        frames=bindparam("frames_"),
        essence=bindparam("essence_"),
        error_code=None,
        error_facts=None,
    )
)
_ARCHIVED = (
    update(jobs)
    .where(jobs.c.id == bindparam("id_"))
    .values(archive=ArchiveState.ARCHIVED.value, archive_path=bindparam("path_"))
)


def fail(ledger: Ledger, claim: Claim, failure: Failure, decision: RetryDecision) -> bool:
    """End an attempt that did not succeed, as `farm.policy.retry.decide` has decided; whether for good.

    A dead step makes its job `failed` (a dead archive step makes the job's archive column `error`);
    its siblings that have not begun are not dispatched, running ones finish. Damage is told by its facts
    `kind`, `key` and `digest`; that of a source is final, since nothing can make it again. One that the farm
    has let go of, or knows to be lost, is told as ``job-sources-gone``.

    Raises:
        SupersededError, AwayError: as `finish_speak`.
    """
    if decision.verdict is Verdict.WAIT:
        error = {"error_code": failure.code, "error_facts": facts_to_text(failure.facts)}
        failure = replace(failure, outcome=Outcome.INTERRUPTED)
        _give_back(ledger, claim, failure, decision.delay_ms, error)
        return False
    with ledger.write("fail") as connection:
        now = ledger.clock()
        if not _stop(connection, claim, failure, now):
            return decision.verdict is Verdict.DEAD
        if failure.blames:
            blame(connection, step=claim.step, fence=claim.fence, code=failure.code, now=now)
        damaged = _damaged(failure) if decision.verdict is Verdict.REMAKE else None
        dead = decision.verdict is Verdict.DEAD or (decision.verdict is Verdict.REMAKE and damaged is None)
        code, facts = failure.code, facts_to_text(failure.facts)
        if dead and is_gone(connection, failure.facts):
            code, facts = "job-sources-gone", facts_to_text({"job": claim.job})
        told = {"error_code": code, "error_facts": facts, "failures": claim.failures + 1}
        told |= {"waits": 0, "deaths": 0, "death_key": None}
        if dead:
            rows.leave_step(connection, claim, {"state": StepState.DEAD.value, **told})
            rows.fail_job(connection, claim, code, facts, now)
            return True
        not_before = now + decision.delay_ms
        told |= {"not_before": not_before, "state": StepState.READY.value}
        if decision.elsewhere_ms:
            told |= {"avoid_worker": claim.worker, "avoid_until": not_before + decision.elsewhere_ms}
        rows.leave_step(connection, claim, told)
        if damaged is not None:
            remake(connection, claim, damaged, now)
        return False


def release(ledger: Ledger, claim: Claim, *, delay_ms: int, reason: str = "", machine_ms: int = 0) -> None:
    """Give a step back without using up a retry: another makes what it needs, or the worker has to go.

    Args:
        ledger: the ledger.
        claim: what is given back.
        delay_ms: how long it waits; 0: it may go to another worker at once.
        reason: a code that says why; the same reason many times in a row leaves one attempt's row.
        machine_ms: machine time of the attempt.

    Raises:
        SupersededError, AwayError: as `finish_speak`.
    """
    failure = Failure(outcome=Outcome.INTERRUPTED, code=reason, machine_ms=machine_ms)
    # Nothing is wrong: an error that it met before is told no longer.
    _give_back(ledger, claim, failure, delay_ms, {"error_code": None, "error_facts": None})


def _give_back(
    ledger: Ledger, claim: Claim, failure: Failure, delay_ms: int, error: Mapping[str, str | None]
) -> None:
    with ledger.write("release") as connection:
        now = ledger.clock()
        if not _stop(connection, claim, failure, now):
            return
        back = {"state": StepState.READY.value, "not_before": now + delay_ms, "waits": claim.waits + 1}
        rows.leave_step(connection, claim, {**back, **error})
        rows.fold(connection, claim, failure.code)


def _stop(connection: Connection, claim: Claim, failure: Failure, now: int) -> bool:
    """Lock the job and end the claim's attempt; False when this very attempt has ended so before."""
    rows.lock_job(connection, claim.job)
    if not rows.is_mine(connection, claim):
        if rows.ended_as(connection, claim) is failure.outcome:
            return False
        raise rows.superseded(claim)
    # A voice that speaks several sentences at once does not tell at which of them it failed.
    making = rows.making_of(connection, claim.step, claim.fence)
    ended = {
        "outcome": failure.outcome.value,
        "ended_at": now,
        "machine_ms": failure.machine_ms,
        "error_code": failure.code or None,
        "error_facts": facts_to_text(failure.facts),
        "log_tail": failure.log_tail[-_LOG_TAIL:],
        "blamed": int(failure.blames),
        "last_key": making[0] if len(making) == 1 else None,
    }
    rows.end_attempt(connection, claim.step, claim.fence, ended)
    rows.free_keys(connection, claim.step)
    return True


def _damaged(failure: Failure) -> Damaged | None:
    """What was found damaged, if something can make it again."""
    kind, key = failure.facts.get("kind"), failure.facts.get("key")
    if kind in MAKERS and isinstance(key, str):
        return Damaged(kind=Kind(str(kind)), key=key, digest=str(failure.facts.get("digest", "")))
    return None
