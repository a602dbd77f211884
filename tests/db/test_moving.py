"""A film keeps the versions that it was begun with, until an operator has it moved to others."""

from __future__ import annotations

import pytest

from db import claims, commits, moving, operations, queue, reads, workers
from db.ledger import Ledger
from db.moving import Price
from db.states import Outcome, Stage, StepState
from db.values import Chunk, Claim, Skill
from db.waits import Waiting, read_waits
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import InputError, SupersededError
from tests.db.acting import desk_of, fail, join, render, speak, take
from tests.db.auditor import acts
from tests.db.values import CAPABILITIES, NEXT_PROFILE, OTHER, PROFILE, WORKER, artifact, submit

_THREE = tuple(Chunk(first=number, end=number + 1, frames=25) for number in range(3))
_OLD, _NEW = {"espeak": "1"}, {"espeak": "2"}


def _come(ledger: Ledger, name: str, *, new: bool) -> None:
    kit = "espeak 2" if new else "espeak 1"
    workers.register(
        ledger,
        name,
        host="h",
        device="cpu",
        capabilities=CAPABILITIES,
        profiles=[NEXT_PROFILE if new else PROFILE],
        kits={"speak": [kit]},
    )


def _claim(ledger: Ledger, step: int, *, new: bool) -> Claim | None:
    return claims.claim(
        ledger,
        step,
        worker=OTHER if new else WORKER,
        capabilities=CAPABILITIES,
        profiles=[NEXT_PROFILE if new else PROFILE],
        releases=_NEW if new else _OLD,
    )


def _begin_to_speak(ledger: Ledger) -> Claim:
    """A script of which one sentence is spoken, by the old version, which then gives it back."""
    _come(ledger, WORKER, new=False)
    submit(ledger, ["a"])
    (head,) = queue.heads(ledger, Skill(capability="speak"), limit=1)
    claim = _claim(ledger, head.step, new=False)
    assert claim is not None
    desk = desk_of(ledger, claim)
    assert desk.take(Kind.SPEECH, artifact(Kind.SPEECH, "one").key)
    desk.put(artifact(Kind.SPEECH, "one"), 40)
    commits.release(ledger, claim, delay_ms=0, reason="farm-drained")
    return claim


def test_a_script_is_spoken_by_the_version_that_began_it(ledger: Ledger) -> None:
    """Another version does not take it, and no message about it goes to who has that."""
    claim = _begin_to_speak(ledger)
    _come(ledger, OTHER, new=True)
    assert _claim(ledger, claim.step, new=True) is None
    assert not queue.heads(ledger, Skill(capability="speak"), limit=1), "nobody is called for who has another"
    (head,) = queue.heads(ledger, Skill(capability="speak", profile="espeak 1"), limit=1)
    assert _claim(ledger, head.step, new=False) is not None


def test_a_script_whose_version_is_gone_waits_until_it_is_moved(ledger: Ledger) -> None:
    """It is told what it waits for; moved, whoever is there begins it, and what that costs was told."""
    claim = _begin_to_speak(ledger)
    workers.leave(ledger, WORKER)
    _come(ledger, OTHER, new=True)
    wait = read_waits(ledger, [1])[1]
    assert (wait.why, wait.needs) == (Waiting.NO_VERSION, "espeak 1")
    (found,) = moving.read_stranded(ledger)
    assert (found.batch, found.films, found.needs, found.movable) == (1, 1, "espeak 1", True)
    assert moving.concerned(ledger, found) == (1,)
    assert moving.read_price(ledger, found, [1]) == Price(sentences=1)
    assert moving.move(ledger, found, [1], by="anna") == (1,)
    assert moving.move(ledger, found, [1], by="anna") == (), "it was moved"
    assert acts(ledger)["replan"] == 1
    assert moving.read_stranded(ledger) == ()
    assert _claim(ledger, claim.step, new=True) is not None


def test_a_film_is_moved_as_a_whole_to_the_version_that_is_there(ledger: Ledger) -> None:
    """Its clips of the old version are counted before; who is still at it writes nothing more of it."""
    _come(ledger, WORKER, new=False)
    submit(ledger, ["a", "b"])
    speak(ledger, take(ledger, "speak"), chunks=_THREE)
    render(ledger, take(ledger, "render.warp"))
    running = take(ledger, "render.warp")
    assert moving.read_stranded(ledger, batch=1) == (), "somebody is there who has its version"
    workers.leave(ledger, WORKER)
    assert not moving.read_stranded(ledger, batch=1)[0].movable, "nobody is there at all"
    _come(ledger, OTHER, new=True)
    wait = read_waits(ledger, [1])
    assert wait == {}, "one of its steps is held to be running"
    (found,) = moving.read_stranded(ledger, batch=1)
    assert (found.needs, found.to) == ("warp 1", NEXT_PROFILE)
    assert moving.read_price(ledger, found, [1]) == Price(clips=1)
    assert moving.move(ledger, found, moving.concerned(ledger, found), by="anna") == (1,)
    with pytest.raises(SupersededError):
        render(ledger, running)
    steps = [step for step in reads.read_job(ledger, 1).steps if step.stage is Stage.RENDER]
    assert [step.state for step in steps] == [StepState.READY] * 3
    assert steps[1].attempts[-1].outcome is Outcome.SUPERSEDED
    for step in steps:
        claim = _claim(ledger, step.id, new=True)
        assert claim is not None
        render(ledger, claim)
    join(ledger, take(ledger, "join", worker=OTHER))


def test_what_has_ended_or_has_its_version_again_is_not_moved(ledger: Ledger) -> None:
    """Nor is one that failed; and between what was told and what is done, somebody cancels another one."""
    _come(ledger, WORKER, new=False)
    submit(ledger, ["f", "a", "b"])
    for _ in range(3):
        speak(ledger, take(ledger, "speak"), chunks=_THREE)
    fail(ledger, take(ledger, "render.warp"), InputError("face-none"))
    workers.leave(ledger, WORKER)
    _come(ledger, OTHER, new=True)
    (found,) = moving.read_stranded(ledger, batch=1)
    assert found.films == 2
    operations.cancel(ledger, [2], by="anna")
    _come(ledger, WORKER, new=False)
    assert moving.move(ledger, found, [1, 2, 3], by="anna") == ()
    workers.leave(ledger, WORKER)
    operations.pause(ledger, [3], by="anna")
    assert moving.read_stranded(ledger) == (), "what is held waits for somebody else"
    assert moving.move(ledger, found, [1, 2, 3], by="anna") == (3,)
    assert [reads.read_job(ledger, job).profile for job in (1, 2, 3)] == [PROFILE, PROFILE, NEXT_PROFILE]
    with pytest.raises(InputError, match="ledger-batch-unknown"):
        moving.read_stranded(ledger, batch=7)
