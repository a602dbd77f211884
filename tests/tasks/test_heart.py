"""Promises about heartbeats and halts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from db.desk import LedgerDesk
from db.states import Stage
from db.values import Claim
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import AwayError, SupersededError, TransientError
from pipeline.plan.job import Format, JobSpec, VoiceChoice
from pipeline.plan.trace import Trace
from pipeline.steps.memory import MemoryDesk
from tasks.attempt import Attempt, Halt, spent_ms
from tasks.desk import PatientDesk, insist
from tasks.heart import Heart

_SPAN = Trace(trace_id="4bf92f3577b34da6a3ce929d0e0e4736", span_id="00f067aa0ba902b7")


def claim() -> Claim:
    """A claim of some speak step."""
    source = Artifact(kind=Kind.SOURCE, key="0" * 64, digest="0" * 64, size=1, suffix=".txt")
    spec = JobSpec(
        row="row",
        title="",
        user="u",
        scene="row",
        script=source,
        portrait=source,
        voice=VoiceChoice(engine="espeak", name="en-us", language="en"),
        face="warp",
        format=Format(width=64, height=64, fps=25),
    )
    return Claim(
        step=3,
        fence=1,
        job=2,
        batch=1,
        stage=Stage.SPEAK,
        index=0,
        count=1,
        capability="speak",
        worker="w",
        chunk=range(0),
        spec=spec,
        traceparent=_SPAN.traceparent,
        submitted_at=0,
        profile=None,
        timeline=None,
        transcript=None,
        film=None,
        failures=0,
        waits=0,
    )


def attempt(limit_s: float = 60.0) -> Attempt:
    """An attempt on it."""
    return Attempt(claim(), _SPAN, limit_s=limit_s)


def made(kind: Kind, key: str) -> Artifact:
    """What was made under a key."""
    return Artifact(kind=kind, key=key, digest=key, size=1, suffix=".bin")


def never(_attempt: Attempt) -> None:
    """Leave the process: not wanted here."""
    raise AssertionError("nobody was to leave")


def test_an_attempt_goes_on_while_the_ledger_is_away_and_stops_when_it_is_not_ours() -> None:
    """Only the answer "not yours" stops it."""
    answers: list[bool | AwayError] = [AwayError("ledger-away"), AwayError("ledger-away"), True, False]
    asked = threading.Event()

    def beat(_attempt: Attempt | None) -> bool:
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, AwayError):
            assert work.halt is None
            raise answer
        if not answer:
            asked.set()
        return answer

    work = attempt()
    heart = Heart(beat, every_s=0.02, grace_s=60, leave=never)
    heart.carry(work)
    heart.start()
    assert asked.wait(5)
    heart.stop()
    assert work.halt is Halt.SUPERSEDED
    with pytest.raises(SupersededError, match="farm-superseded"):
        work.check()


def test_no_error_ends_the_heart() -> None:
    """Whatever a beat meets, the next one comes: a step without beats is taken away, and its work is lost."""
    again = threading.Event()
    errors: list[Exception] = [ZeroDivisionError("driver"), OSError("disk"), RuntimeError("else")]

    def beat(_attempt: Attempt | None) -> bool:
        if errors:
            raise errors.pop()
        again.set()
        return True

    heart = Heart(beat, every_s=0.02, grace_s=60, leave=never)
    heart.start()
    assert again.wait(5)
    heart.stop()


def test_an_attempt_that_does_not_stop_is_left_with_its_process() -> None:
    """Whoever asks nobody is ended after the grace, and not before."""
    left = threading.Event()
    work = attempt()
    heart = Heart(lambda _attempt: True, every_s=0.02, grace_s=0.3, leave=lambda _attempt: left.set())
    heart.carry(work)
    heart.start()
    assert not left.wait(0.4)
    began = time.monotonic()
    work.stop(Halt.INTERRUPTED)
    assert left.wait(5)
    heart.stop()
    assert time.monotonic() - began >= 0.3


def test_an_attempt_that_takes_too_long_fails_but_its_result_may_be_written() -> None:
    """A step beyond its limit is stuck; one that is done by then has not been in vain."""
    work = attempt(limit_s=0.0)
    with pytest.raises(TransientError, match="farm-step-too-long"):
        work.check()
    work.check_own()


def test_the_first_reason_to_stop_stands() -> None:
    """Being canceled while it is interrupted makes no difference any more."""
    work = attempt()
    work.stop(Halt.INTERRUPTED)
    work.stop(Halt.SUPERSEDED)
    with pytest.raises(SupersededError, match="farm-interrupted"):
        work.check()
    work.check_own()


def test_a_ledger_that_is_away_is_asked_again_until_it_answers() -> None:
    """Work that is done waits for the ledger instead of being thrown away."""
    times = 0

    def ask() -> str:
        nonlocal times
        times += 1
        if times < 3:
            raise AwayError("ledger-away", place="x", reason="y")
        return "written"

    assert insist(ask, lambda: None) == "written"
    assert times == 3


def test_nothing_is_written_once_it_is_not_ours() -> None:
    """Waiting for the ledger ends when the attempt has to."""
    work = attempt()

    def ask() -> None:
        work.stop(Halt.SUPERSEDED)
        raise AwayError("ledger-away", place="x", reason="y")

    with pytest.raises(SupersededError):
        insist(ask, work.check_own)


def test_machine_time_counts_children_that_live_and_children_that_ended(tmp_path: Path) -> None:
    """The voice's own process lives long and FFmpeg's do not: both are paid for, each once."""
    import subprocess
    import sys

    burn = "import time\nwhile time.process_time() < 0.2: pass\nprint('burnt', flush=True)\ninput()"
    work = attempt()
    with subprocess.Popen(
        [sys.executable, "-I", "-c", burn], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"burnt\n"
        alive = work.machine_ms
        child.communicate(b"\n")
    ended = work.machine_ms
    assert alive >= 190
    assert alive <= ended < alive + 150
    assert spent_ms() > 0


def test_a_drained_attempt_makes_what_it_has_begun_and_nothing_else() -> None:
    """Between two things it is left; in the midst of one it goes on, and may write how it ended."""
    work = attempt()
    work.check_next()
    work.drain(60)
    work.check()
    with pytest.raises(SupersededError, match="farm-drained"):
        work.check_next()
    work.check_own()


def test_a_recalled_attempt_is_left_between_two_things_unless_it_is_let_go_on() -> None:
    """It is given back for the reason that was told; what is taken back in time has no effect."""
    work = attempt()
    work.recall("farm-paused")
    work.recall("")
    work.check_next()
    work.recall("farm-paused")
    work.check()
    with pytest.raises(SupersededError, match="farm-paused"):
        work.check_next()
    work.recall("")
    assert work.halt is not None
    assert work.halt.gives_back
    assert work.given_back_for == "farm-paused"
    work.check_own()


def test_a_drain_that_takes_too_long_interrupts() -> None:
    """The clip in work has so long and no longer; being drained again gives it no more time."""
    work = attempt()
    work.drain(0.0)
    work.drain(60)
    time.sleep(0.01)
    with pytest.raises(SupersededError, match="farm-interrupted"):
        work.check()
    assert work.halt is Halt.INTERRUPTED


def test_an_attempt_is_left_between_clips_and_never_within_one() -> None:
    """What is made for the sake of a clip belongs to it; behind the last one the step is simply done."""
    work = attempt()
    steady = PatientDesk(cast(LedgerDesk, MemoryDesk()), work.check, work.check_next)
    assert steady.take(Kind.CLIP, "1" * 64)
    work.drain(60)
    assert steady.take(Kind.HEARD, "2" * 64)
    steady.put(made(Kind.HEARD, "2" * 64), 1)
    with pytest.raises(SupersededError, match="farm-drained"):
        steady.put(made(Kind.CLIP, "1" * 64), 1, then="3" * 64)

    last = attempt()
    steady = PatientDesk(cast(LedgerDesk, MemoryDesk()), last.check, last.check_next)
    assert steady.take(Kind.CLIP, "4" * 64)
    last.drain(60)
    steady.put(made(Kind.CLIP, "4" * 64), 1)
    last.check()
    with pytest.raises(SupersededError, match="farm-drained"):
        steady.take(Kind.CLIP, "5" * 64)


def test_whatever_a_step_does_is_progress_and_standing_still_is_none() -> None:
    """Pieces, questions and checks are told of; whoever waits without a limit of its own proves nothing."""
    moves: list[int] = []
    work = attempt()
    steady = PatientDesk(
        cast(LedgerDesk, MemoryDesk()), work.check, work.check_next, move=lambda: moves.append(1)
    )
    acts: list[Callable[[], object]] = [
        steady.check,
        lambda: steady.advance(1, 2),
        lambda: steady.find(Kind.CLIP, "1" * 64),
        lambda: steady.put(made(Kind.CLIP, "1" * 64), 1),
    ]
    for act in acts:
        before = len(moves)
        act()
        assert len(moves) > before
    before = len(moves)
    steady.still()
    assert len(moves) == before
    work.stop(Halt.SUPERSEDED)
    with pytest.raises(SupersededError):
        steady.still()
