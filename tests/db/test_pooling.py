"""Films that are handed to another pool, on either database: nothing is lost, and nothing is made again."""

from __future__ import annotations

import pytest

from db import claims, commits, operations, queue, reads, standing, workers
from db.ledger import Ledger
from db.states import StepState
from db.values import Skill
from pipeline.plan.errors import InputError
from tests.db.acting import head, ready, render, speak, take, try_step
from tests.db.values import CAPABILITIES, OTHER, PROFILE, SKILLS, WORKER, submit

_STUDIO = Skill(capability="render.warp@studio", profile=SKILLS["render.warp"].profile)


def test_a_film_goes_on_in_the_pool_that_it_is_handed_to(ledger: Ledger) -> None:
    """What was rendered stays, what is in work ends where it is, and the rest is sent to the pool's queue."""
    submit(ledger, ["a", "b"])
    workers.register(ledger, WORKER, host="h", device="cpu", capabilities=CAPABILITIES, profiles=[PROFILE])
    speak(ledger, take(ledger, "speak"))
    running = take(ledger, "render.warp")
    sent = head(ledger, "render.warp")
    assert queue.mark_sent(ledger, [sent]) == {sent}
    assert standing.set_to(ledger, [1, 2], standing.Wish(pool="studio"), by="anna").changed == (1, 2)
    assert standing.set_to(ledger, [1, 2], standing.Wish(pool="studio"), by="anna").why == {
        1: "same",
        2: "same",
    }
    assert ready(ledger) == {"speak", "render.warp@studio"}
    (waiting,) = queue.heads(ledger, _STUDIO, limit=9)
    assert waiting.step == sent, "it is in the other line at once"
    assert try_step(ledger, sent) is None
    render(ledger, running)
    studio = {"capabilities": [_STUDIO.capability], "profiles": [PROFILE]}
    workers.register(ledger, OTHER, host="h", device="cpu", **studio)  # type: ignore[arg-type]
    claim = claims.claim(ledger, sent, worker=OTHER, **studio)  # type: ignore[arg-type]
    assert claim is not None
    assert (claim.pool, claim.profile) == ("studio", PROFILE)
    commits.release(ledger, claim, delay_ms=0)
    states = [step.state for step in reads.read_job(ledger, 1).steps if step.stage == "render"]
    assert states == [StepState.DONE, StepState.READY]


def test_a_film_that_is_handed_over_while_it_is_spoken_is_planned_for_its_new_pool(ledger: Ledger) -> None:
    """Whoever speaks it has read the old one."""
    submit(ledger, ["a"])
    claim = take(ledger, "speak")
    standing.set_to(ledger, [1], standing.Wish(pool="studio"), by="anna")
    speak(ledger, claim)
    assert ready(ledger) == {"render.warp@studio"}
    standing.set_to(ledger, [1], standing.Wish(pool=""), by="anna")
    assert ready(ledger) == {"render.warp"}


def test_what_was_canceled_is_not_handed_over(ledger: Ledger) -> None:
    """A film that has ended is left alone, and told so; of a job that is not there nothing comes at all."""
    submit(ledger, ["a", "b"])
    operations.cancel(ledger, [1], by="anna")
    with pytest.raises(InputError, match="ledger-job-unknown"):
        standing.set_to(ledger, [1, 2, 7], standing.Wish(pool="studio"), by="anna")
    done = standing.set_to(ledger, [1, 2], standing.Wish(pool="studio"), by="anna")
    assert (done.changed, done.why) == ((2,), {1: "canceled"})
