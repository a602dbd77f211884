"""A film that nobody renders any more as it was planned is planned anew, as a whole and only once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db import claims, operations, queue, reads, replan, workers
from db.codec import profile_digest
from db.ledger import Ledger
from db.states import Outcome, Stage, StepState
from db.values import Chunk, Claim, Skill
from db.views import StepView
from db.waits import Waiting, read_waits
from pipeline.plan.errors import SupersededError
from tests.db.acting import join, render, speak, take, try_step
from tests.db.auditor import acts
from tests.db.values import CAPABILITIES, NEXT_PROFILE, OTHER, PROFILE, SKILLS, WORKER, submit

_NEXT = profile_digest(NEXT_PROFILE)
_THREE = tuple(Chunk(first=number, end=number + 1, frames=25) for number in range(3))


def _come(ledger: Ledger) -> None:
    """A worker that renders in the new way."""
    workers.register(
        ledger, OTHER, host="h", device="cpu", capabilities=CAPABILITIES, profiles=[NEXT_PROFILE]
    )


def _renders(ledger: Ledger, job: int) -> list[StepView]:
    return [step for step in reads.read_job(ledger, job).steps if step.stage is Stage.RENDER]


def _claim_anew(ledger: Ledger, step: int) -> Claim | None:
    return claims.claim(ledger, step, worker=OTHER, capabilities=CAPABILITIES, profiles=[NEXT_PROFILE])


def test_a_film_is_planned_anew_as_a_whole(ledger: Ledger) -> None:
    """What was rendered and what was being rendered is rendered again; what was spoken stays."""
    submit(ledger, ["a"])
    speak(ledger, take(ledger, "speak"), chunks=_THREE)
    render(ledger, take(ledger, "render.warp"))
    running = take(ledger, "render.warp")
    _come(ledger)
    assert replan.replan(ledger, SKILLS["render.warp"], _NEXT) == 1
    assert replan.replan(ledger, SKILLS["render.warp"], _NEXT) == 0
    assert [step.state for step in _renders(ledger, 1)] == [StepState.READY] * 3
    assert acts(ledger)["replan"] == 1
    with pytest.raises(SupersededError):
        render(ledger, running)
    assert _renders(ledger, 1)[1].attempts[-1].outcome is Outcome.SUPERSEDED
    assert try_step(ledger, running.step) is None, "who renders in the old way has no part in it"
    for step in _renders(ledger, 1):
        claim = _claim_anew(ledger, step.id)
        assert claim is not None
        assert claim.profile == NEXT_PROFILE
        render(ledger, claim)
    join(ledger, take(ledger, "join"))


def test_films_of_others_are_left_alone(ledger: Ledger) -> None:
    """A film that waits for nothing, and one for which there is no other profile, stay as they are."""
    submit(ledger, ["a", "b"])
    speak(ledger, take(ledger, "speak"), chunks=_THREE[:1])
    running = take(ledger, "render.warp")
    assert replan.replan(ledger, SKILLS["render.warp"], _NEXT) == 0, "nobody has told of such a profile"
    _come(ledger)
    assert replan.replan(ledger, SKILLS["render.warp"], _NEXT) == 0
    render(ledger, running)
    assert reads.read_job(ledger, 1).profile == PROFILE


def test_films_that_a_worker_was_told_of_are_planned_anew(ledger: Ledger) -> None:
    """A message that is on its way changes nothing: whoever hears of the step takes it as it stands then."""
    submit(ledger, ["a"])
    speak(ledger, take(ledger, "speak"), chunks=_THREE[:1])
    (step,) = _renders(ledger, 1)
    assert queue.mark_sent(ledger, [step.id]) == {step.id}
    _come(ledger)
    assert replan.replan(ledger, SKILLS["render.warp"], _NEXT) == 1
    assert _claim_anew(ledger, step.id) is not None


def test_a_film_is_begun_from_its_first_clip_to_its_last(ledger: Ledger) -> None:
    """Held or not; neither before, nor when all it needs is to be joined, nor for another skill."""
    skill = SKILLS["render.warp"]
    submit(ledger, ["a"])
    speak(ledger, take(ledger, "speak"), chunks=_THREE[:2])
    assert not replan.is_begun(ledger, skill)
    first = take(ledger, "render.warp")
    assert replan.is_begun(ledger, skill)
    render(ledger, first)
    operations.pause(ledger, [1], by="anna")
    assert replan.is_begun(ledger, skill)
    assert not replan.is_begun(ledger, Skill(capability="render.warp", profile=_NEXT))
    operations.resume(ledger, [1], by="anna")
    render(ledger, take(ledger, "render.warp"))
    assert not replan.is_begun(ledger, skill)


def test_it_is_told_what_a_film_waits_for(ledger: Ledger) -> None:
    """Nobody at all, nobody of its version or with all else; with somebody who has it, for its turn alone."""
    submit(ledger, ["a"])
    speak(ledger, take(ledger, "speak"))
    assert read_waits(ledger, [1])[1].why is Waiting.NO_WORKER
    _come(ledger)
    wait = read_waits(ledger, [1])[1]
    assert (wait.why, wait.needs) == (Waiting.NO_VERSION, "warp 1")
    told = {"host": "h", "device": "cpu", "capabilities": CAPABILITIES}
    workers.register(ledger, OTHER, **told, profiles=[replace(PROFILE, encoder="x265")])  # type: ignore[arg-type]
    assert read_waits(ledger, [1])[1].why is Waiting.NO_PROFILE
    workers.register(ledger, WORKER, host="h", device="cpu", capabilities=CAPABILITIES, profiles=[PROFILE])
    assert read_waits(ledger, [1]) == {}
