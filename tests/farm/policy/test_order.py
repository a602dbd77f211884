"""Departments share evenly; within one the line's own order holds."""

from __future__ import annotations

from collections import Counter

from farm.policy.eta import EtaInputs, estimate_ms
from farm.policy.holds import Hold, ended
from farm.policy.order import Head, choose


def _head(step: int, *, department: int = 1, rank: int = 1, batch: int = 1) -> Head:
    return Head(
        step=step,
        job=step,
        department=department,
        capability="speak",
        rank=rank,
        batch=batch,
        stage="speak",
        index=0,
        work=0,
        count=1,
        label="demo/row",
        traceparent="",
    )


def test_one_department_goes_in_order() -> None:
    """Urgency first, then the batch, then the row, whatever order the heads come in."""
    heads = [_head(4), _head(3, batch=2), _head(2, rank=2), _head(1, batch=2, rank=0), _head(5)]
    assert [head.step for head in choose(heads, {}, 9)] == [1, 4, 5, 3, 2]


def test_departments_share_whatever_their_urgency() -> None:
    """Three departments of which one files everything as urgent get a third each."""
    heads = [
        _head(100 * department + number, department=department, rank=0 if department == 1 else 1)
        for department in (1, 2, 3)
        for number in range(50)
    ]
    chosen = choose(heads, {}, 30)
    assert Counter(head.department for head in chosen) == {1: 10, 2: 10, 3: 10}


def test_what_runs_already_counts() -> None:
    """A department that is busy waits until the others are as busy."""
    heads = [
        _head(100 * department + number, department=department)
        for department in (1, 2)
        for number in range(9)
    ]
    chosen = choose(heads, {1: 3}, 5)
    assert Counter(head.department for head in chosen) == {1: 1, 2: 4}
    assert choose(heads, {}, 0) == ()


def test_a_hold_with_a_time_ends_then() -> None:
    """Only holds whose time has come end."""
    holds = [
        Hold(job=number, reason="start_after", until=until, by="b")
        for number, until in enumerate((None, 5, 6))
    ]
    assert [hold.job for hold in ended(holds, 5)] == [1]


def test_an_estimate_needs_a_pace_and_hands() -> None:
    """Work ahead is spread over the workers; without a measured pace or a worker nobody can tell."""
    assert estimate_ms(EtaInputs(frames_left=100, frames_ahead=400, us_per_frame=10_000, workers=4)) == 1500
    assert estimate_ms(EtaInputs(frames_left=1, frames_ahead=0, us_per_frame=None, workers=4)) is None
    assert estimate_ms(EtaInputs(frames_left=1, frames_ahead=0, us_per_frame=5, workers=0)) is None
