"""Commits: how a claim ends, each way in one transaction under the fence.

Every one locks the job's row first: two last chunks committing at once would otherwise not see each other
on PostgreSQL, and the job would stand still for ever. A commit that finds its own attempt accepted already
is a success: the reply was lost.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from db.ledger import Ledger
from db.values import Chunk, Claim, Committed, Failure, Film
from farm.policy.retry import RetryDecision
from pipeline.plan.artifact import Artifact
from pipeline.plan.job import RenderProfile


def finish_speak(
    ledger: Ledger,
    claim: Claim,
    *,
    timeline: Artifact,
    chunks: Sequence[Chunk],
    profile: RenderProfile,
    used: Collection[Artifact],
    machine_ms: int,
    span: str = "",
) -> Committed:
    """Have a job's timeline accepted, and its render steps planned: one per chunk, ready at once.

    Args:
        ledger: the ledger.
        claim: the speak step's.
        timeline: the timeline in the store.
        chunks: the render steps to plan, in order, without gaps; at least one.
        profile: how every clip of the job is rendered.
        used: every speech that the timeline is made of (`LedgerDesk.used`).
        machine_ms: machine time of the attempt.
        span: id of the attempt's span, in hex.

    Raises:
        SupersededError: ``ledger-superseded``; nothing was written.
        AwayError: ``ledger-away``; the same call may be made again, whether or not it was written.
    """
    raise NotImplementedError


def finish_render(
    ledger: Ledger, claim: Claim, *, used: Collection[Artifact], machine_ms: int, span: str = ""
) -> Committed:
    """Have a chunk accepted, once every clip of it is; the last one makes the join ready.

    A clip that was struck or collected meanwhile sends the step back to the line: nothing is ready then.

    Raises:
        SupersededError, AwayError: as `finish_speak`.
    """
    raise NotImplementedError


def finish_join(ledger: Ledger, claim: Claim, *, film: Film, machine_ms: int, span: str = "") -> Committed:
    """Have the film accepted: the job is completed, and its archiving ready.

    Raises:
        SupersededError, AwayError: as `finish_speak`.
    """
    raise NotImplementedError


def finish_archive(ledger: Ledger, claim: Claim, *, path: str, machine_ms: int, span: str = "") -> Committed:
    """Remember where in the archive the film lies, relative to the archive's folder.

    Raises:
        SupersededError, AwayError: as `finish_speak`.
    """
    raise NotImplementedError


def fail(ledger: Ledger, claim: Claim, failure: Failure, decision: RetryDecision) -> Committed:
    """End an attempt that did not succeed, as `farm.policy.retry.decide` has decided.

    A dead step makes its job `failed` (a dead archive step makes the job's archive column `error`);
    its siblings that have not begun are not dispatched, running ones finish.

    Raises:
        SupersededError, AwayError: as `finish_speak`.
    """
    raise NotImplementedError


def release(
    ledger: Ledger, claim: Claim, *, delay_ms: int, reason: str = "", machine_ms: int = 0
) -> Committed:
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
    raise NotImplementedError
