"""Promises about the ledger's state machines: the drawing and the ledger are one."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from shutil import which

import pytest

from db import commits, dead, leases, operations, workers
from db.engine import connect
from db.ledger import Ledger
from db.states import Outcome
from db.transitions import ACTS, MACHINES, as_dot
from db.values import Chunk, Claim, Failure
from farm.policy.retry import RetryDecision, Verdict
from pipeline.plan.artifact import Artifact
from pipeline.plan.errors import InputError
from tests.db.acting import fail, join, render, speak, take, until
from tests.db.values import CAPABILITIES, OTHER, PROFILE, WORKER, film_of, submit
from tests.db.watching import known, seen, watch


@pytest.fixture
def ledger(make_sqlite: Callable[[], str]) -> Iterator[Ledger]:
    """A ledger whose every change of state is written down."""
    engine = connect(make_sqlite())
    watch(engine)
    opened = Ledger(engine)
    for name in (WORKER, OTHER):
        workers.register(
            opened, name, host="here", device="cpu", capabilities=CAPABILITIES, profiles=[PROFILE]
        )
    yield opened
    opened.close()


_AT_ONCE = RetryDecision(verdict=Verdict.AGAIN)
_MADE_ANEW = RetryDecision(verdict=Verdict.REMAKE)


def damage(ledger: Ledger, claim: Claim, lost: Artifact) -> None:
    """Have a step find something missing, and what made it begin again."""
    error = lost.damage("store-artifact-missing")
    failure = Failure(outcome=Outcome.ERROR, code=error.code, facts=error.facts, machine_ms=1)
    commits.fail(ledger, claim, failure, _MADE_ANEW)


def put_away(ledger: Ledger) -> None:
    """Have a film that failed, and one that could not be archived, put away; and one made otherwise."""
    for name, stage in (("bad", "speak"), ("homeless", "archive")):
        submit(ledger, [name], content=name)
        claim = take(ledger, stage) if stage == "speak" else until(ledger, stage)
        fail(ledger, claim, InputError("voice-unknown"))
        dead.discard(ledger, [claim.job], by="anna")
    submit(ledger, ["otherwise"], content="otherwise")
    speak(ledger, take(ledger, "speak"))
    claim = take(ledger, "render.warp")
    take(ledger, "render.warp", worker=OTHER)
    fail(ledger, claim, InputError("portrait-no-face"))
    operations.requeue(ledger, [claim.job], by="anna", options={"quality": "draft"})
    operations.cancel(ledger, [claim.job], by="anna")


def test_the_ledger_makes_every_move_of_the_drawing_and_no_other(ledger: Ledger) -> None:
    """Films that come about, fail, are canceled, lost, damaged and retried pass through all of it."""
    submit(ledger, ["fails"], content="fails")
    claim = take(ledger, "speak")
    too_long = Failure(outcome=Outcome.TIMEOUT, code="farm-step-too-long", machine_ms=1)
    commits.fail(ledger, claim, too_long, _AT_ONCE)
    take(ledger, "speak")
    (lease,) = leases.read_leases(ledger)
    assert leases.expire(ledger, lease, poison_deaths=3).taken
    claim = take(ledger, "speak")
    commits.release(ledger, claim, delay_ms=0)
    fail(ledger, take(ledger, "speak"), InputError("voice-unknown"))
    operations.requeue(ledger, [claim.job], by="anna")
    operations.cancel(ledger, [claim.job], by="anna")

    submit(ledger, ["siblings"], content="siblings")
    speak(ledger, take(ledger, "speak"))
    first, second = take(ledger, "render.warp"), take(ledger, "render.warp", worker=OTHER)
    fail(ledger, first, InputError("portrait-no-face"))
    operations.requeue(ledger, [first.job], by="anna")
    fail(ledger, second, InputError("portrait-no-face"))
    operations.requeue(ledger, [first.job], by="anna")
    take(ledger, "render.warp")
    operations.cancel(ledger, [first.job], by="anna")
    operations.requeue(ledger, [first.job], by="anna")
    operations.cancel(ledger, [first.job], by="anna")

    put_away(ledger)
    submit(ledger, ["delivered"], content="delivered")
    claim = until(ledger, "archive")
    fail(ledger, claim, InputError("archive-name-taken"))
    operations.requeue(ledger, [claim.job], by="anna")
    commits.finish_archive(ledger, take(ledger, "archive"), path="d/name.mp4", machine_ms=1)

    submit(ledger, ["vanished"], content="vanished")
    claim = until(ledger, "archive")
    damage(ledger, claim, film_of(f"job {claim.job}").film)
    operations.cancel(ledger, [claim.job], by="anna")

    submit(ledger, ["shorter"], content="shorter")
    speak(ledger, take(ledger, "speak"))
    render(ledger, take(ledger, "render.warp"))
    claim = take(ledger, "render.warp")
    assert claim.timeline is not None
    damage(ledger, claim, claim.timeline)
    speak(ledger, take(ledger, "speak"), chunks=(Chunk(first=0, end=3, frames=75),))
    render(ledger, take(ledger, "render.warp"))
    join(ledger, take(ledger, "join"))

    submit(ledger, ["taken"], content="taken")
    speak(ledger, take(ledger, "speak"))
    finder = take(ledger, "render.warp")
    take(ledger, "render.warp", worker=OTHER)
    assert finder.timeline is not None
    damage(ledger, finder, finder.timeline)
    assert seen(ledger.engine) == known()


def test_every_act_is_told_and_every_told_act_happens() -> None:
    """Whoever reads the drawing finds each of its words explained."""
    named = {act for machine in MACHINES for move in machine.moves for act in move.acts}
    assert named == set(ACTS)


def test_what_is_left_can_be_reached() -> None:
    """No state stands apart: each but the first is reached from another."""
    for machine in MACHINES:
        reached = {move.after for move in machine.moves}
        assert {move.before for move in machine.moves} <= {"", *reached}


@pytest.mark.skipif(which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_draws_it() -> None:
    """What `lectern states --dot` prints is a drawing."""
    drawn = subprocess.run(["dot", "-Tsvg"], input=as_dot(), capture_output=True, text=True, check=True)  # noqa: S607 - found above
    assert "<svg" in drawn.stdout
