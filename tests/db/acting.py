"""Acts of workers for tests: a step from its claim to its commit, without any real work."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from db import claims, commits, queue
from db.desk import LedgerDesk
from db.lanes import read_lines
from db.ledger import Ledger
from db.states import Outcome
from db.values import Chunk, Claim, Failure, Notice
from farm.policy.retry import RetrySettings, decide
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import LecternError
from tests.db.values import CAPABILITIES, PROFILE, SKILLS, WORKER, artifact, film_of

CHUNKS = (Chunk(first=0, end=2, frames=50), Chunk(first=2, end=3, frames=25))


def head(ledger: Ledger, capability: str) -> int:
    """The step at the head of a line."""
    return queue.heads(ledger, SKILLS[capability], limit=1)[0].step


def ready(ledger: Ledger) -> set[str]:
    """Capabilities that have something to do."""
    return {skill.capability for skill, line in read_lines(ledger).items() if line.ready}


def take(ledger: Ledger, capability: str, *, worker: str = WORKER, span: str = "") -> Claim:
    """Claim the step at the head of a line."""
    claim = try_step(ledger, head(ledger, capability), worker=worker, span=span)
    assert claim is not None
    return claim


def try_step(
    ledger: Ledger,
    step: int,
    *,
    worker: str = WORKER,
    capabilities: Collection[str] = CAPABILITIES,
    span: str = "",
) -> Claim | None:
    """Try to claim a step."""
    return claims.claim(ledger, step, worker=worker, capabilities=capabilities, profiles=[PROFILE], span=span)


def desk_of(ledger: Ledger, claim: Claim) -> LedgerDesk:
    """A claim's desk."""
    return LedgerDesk(ledger=ledger, claim=claim)


def write(ledger: Ledger, claim: Claim, *, warnings: Sequence[Notice] = ()) -> None:
    """Finish a write step."""
    script = artifact(Kind.SCRIPT, f"script of {claim.job}")
    commits.finish_write(ledger, claim, script=script, used=[], warnings=warnings, machine_ms=10)


def speak(ledger: Ledger, claim: Claim, *, chunks: tuple[Chunk, ...] = CHUNKS) -> None:
    """Finish a speak step."""
    timeline = artifact(Kind.TIMELINE, f"timeline of {claim.job}")
    heard = claim.spec.hearing is not None
    commits.finish_speak(
        ledger,
        claim,
        timeline=timeline,
        chunks=() if heard else chunks,
        profile=None if heard else PROFILE,
        used=[],
        machine_ms=10,
    )


def listen(ledger: Ledger, claim: Claim, *, warnings: Sequence[Notice] = ()) -> None:
    """Finish a listen step: a good take of the first sentence is put, and of a recording a transcript."""
    desk = desk_of(ledger, claim)
    take_ = artifact(Kind.SPEECH, f"good take of {claim.job}")
    if desk.find(take_.kind, take_.key) is None:
        assert desk.take(take_.kind, take_.key)
        desk.put(take_, 40)
    recorded = claim.spec.recording is not None
    commits.finish_listen(
        ledger,
        claim,
        timeline=artifact(Kind.TIMELINE, f"heard timeline of {claim.job}"),
        transcript=artifact(Kind.HEARD, f"transcript of {claim.job}") if recorded else None,
        warnings=warnings,
        chunks=CHUNKS,
        profile=PROFILE,
        used=desk.used.values(),
        machine_ms=10,
    )


def render(ledger: Ledger, claim: Claim) -> None:
    """Make a chunk's clips and finish its step."""
    desk = desk_of(ledger, claim)
    for number in claim.chunk:
        clip = artifact(Kind.CLIP, f"clip {number} of {claim.job}")
        if desk.find(clip.kind, clip.key) is None:
            assert desk.take(clip.kind, clip.key)
            desk.put(clip, 40)
    commits.finish_render(ledger, claim, used=desk.used.values(), machine_ms=100)


def join(ledger: Ledger, claim: Claim) -> None:
    """Finish a join step."""
    commits.finish_join(ledger, claim, film=film_of(f"job {claim.job}"), machine_ms=20)


def until(ledger: Ledger, capability: str) -> Claim:
    """Bring the first job to a stage, and claim that stage's first step."""
    if capability == "speak":
        return take(ledger, "speak")
    speak(ledger, take(ledger, "speak"))
    if capability != "render.warp":
        for _ in CHUNKS:
            render(ledger, take(ledger, "render.warp"))
        if capability == "archive":
            join(ledger, take(ledger, "join"))
    return take(ledger, capability)


def fail(ledger: Ledger, claim: Claim, error: LecternError, *, attempts: int = 3) -> None:
    """End an attempt with an error, as the policy decides."""
    patience = RetrySettings(attempts=attempts, backoff_ms=0)
    decision = decide(error, failures=claim.failures, waits=claim.waits, settings=patience)
    failure = Failure(
        outcome=Outcome.ERROR, code=error.code, facts=error.facts, machine_ms=5, log_tail="tail"
    )
    commits.fail(ledger, claim, failure, decision)
