"""Why a job is where it is: the first reason that holds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.policy.gates import Gate
from farm.policy.order import tier_at, tier_bounds
from farm.policy.why import (
    Facts,
    Reason,
    Told,
    Waiting,
    left_ms,
    why,
)

_HOUR = 3_600_000
_NOW = 1_000 * _HOUR
_STEP = Waiting(gate=Gate.RUNNING, lacks=Reason.NO_HANDS, later=True, failed=True, sent=True)
#: What keeps a job, each taken away in turn, and what is told then.
_LIFTED = [
    (Facts(over=Reason.FAILED, running=True), Reason.FAILED),
    (Facts(running=True), Reason.RUNNING),
    (Facts(holds=[Reason.START_AFTER, Reason.WINDOW, Reason.OPERATOR], stopped=True), Reason.OPERATOR),
    (Facts(holds=[Reason.WINDOW, Reason.QUOTA, Reason.CONSENT]), Reason.CONSENT),
    (Facts(holds=[Reason.WINDOW, Reason.QUOTA]), Reason.QUOTA),
    (Facts(holds=[Reason.START_AFTER, Reason.WINDOW], stopped=True), Reason.WINDOW),
    (Facts(holds=[Reason.START_AFTER], stopped=True), Reason.START_AFTER),
    (Facts(stopped=True), Reason.STOPPED),
    (Facts(), Reason.RUNNING_LIMIT),
]
_UNTIED = [
    (_STEP, Reason.RUNNING_LIMIT),
    (replace(_STEP, gate=Gate.CARD_TIME), Reason.CARD_TIME),
    (replace(_STEP, gate=Gate.OPEN), Reason.NO_HANDS),
    (replace(_STEP, gate=Gate.OPEN, lacks=None), Reason.RETRY),
    (replace(_STEP, gate=Gate.OPEN, lacks=None, failed=False), Reason.SHARED),
    (Waiting(sent=True), Reason.SENT),
    (Waiting(), Reason.TURN),
]


@pytest.mark.parametrize(("facts", "reason"), _LIFTED)
def test_the_first_reason_that_holds_is_told(facts: Facts, reason: Reason) -> None:
    """Whatever else keeps it, and whatever its steps wait for."""
    assert why(replace(facts, steps=[_STEP])).reason is reason


@pytest.mark.parametrize(("step", "reason"), _UNTIED)
def test_what_keeps_a_step_is_told_when_nothing_keeps_its_job(step: Waiting, reason: Reason) -> None:
    """One thing after the other, the one that lasts longest first."""
    assert why(Facts(steps=[step])) == Told(reason=reason, step=0)


def test_the_step_counts_that_has_the_least_before_it() -> None:
    """A job goes on with whatever can go; of equals the first is told."""
    retried = replace(_STEP, gate=Gate.OPEN, lacks=None)
    assert why(Facts(steps=[_STEP, retried, Waiting(), Waiting()])) == Told(reason=Reason.TURN, step=2)
    assert why(Facts(steps=[_STEP, retried, _STEP])).step == 1
    assert why(Facts()) == Told(reason=Reason.TURN), "between two steps"


def test_of_a_running_job_it_is_told_what_keeps_the_rest() -> None:
    """Only what people have decided: that the rest waits for its turn goes without saying."""
    assert why(Facts(running=True, holds=[Reason.OPERATOR])).then is Reason.OPERATOR
    assert why(Facts(running=True, stopped=True)).then is Reason.STOPPED
    assert why(Facts(running=True, steps=[_STEP])).then is Reason.RUNNING_LIMIT
    assert why(Facts(running=True, steps=[Waiting()])).then is None


@given(first=st.integers(0, 200), other=st.integers(0, 200))
def test_bounds_part_the_tiers(first: int, other: int) -> None:
    """What is at most the one is of a better tier, what is at most the other of the same or a better one."""
    tiers = ("urgent", "normal", "bulk")
    mine, its = _NOW - first * _HOUR, _NOW - other * _HOUR
    better, same = tier_bounds(mine, _NOW)
    apart = tiers.index(tier_at(its, _NOW)) - tiers.index(tier_at(mine, _NOW))
    assert (its <= better, its <= same) == (apart < 0, apart <= 0)


def test_how_long_a_step_takes_on() -> None:
    """By what it has done; before it has done any, as its like takes; else nobody knows."""
    assert left_ms(passed_ms=3000, done=1, total=4, usual_ms=1.0) == 9000
    assert left_ms(passed_ms=3000, done=0, total=4, usual_ms=5000.0) == 2000
    assert left_ms(passed_ms=3000, done=0, total=4, usual_ms=1000.0) == 0
    assert left_ms(passed_ms=3000, done=0, total=0, usual_ms=None) is None
