"""The retry policy is a table."""

from __future__ import annotations

import pytest

from farm.policy.retry import (
    LONGEST_WAIT_MS,
    TABLE,
    Deaths,
    End,
    RetryDecision,
    RetrySettings,
    Tried,
    Verdict,
    decide,
    waits,
)
from pipeline.plan.errors import (
    AwayError,
    DamageError,
    DefectError,
    InputError,
    LecternError,
    TransientError,
)

_PATIENCE = RetrySettings(attempts=3, backoff_ms=10_000)
_AT_ONCE = RetryDecision(verdict=Verdict.BACK)
_OTHERS_TURN = RetryDecision(verdict=Verdict.BACK, elsewhere_ms=3_600_000)
_DEAD = RetryDecision(verdict=Verdict.DEAD)


def again(delay_s: int) -> RetryDecision:
    """It is tried again after so long, elsewhere first."""
    return RetryDecision(verdict=Verdict.AGAIN, delay_ms=1000 * delay_s, elsewhere_ms=30_000)


def wait(delay_s: int) -> RetryDecision:
    """It waits for so long."""
    return RetryDecision(verdict=Verdict.WAIT, delay_ms=1000 * delay_s)


@pytest.mark.parametrize(
    ("error", "failures", "waits", "decision"),
    [
        (InputError("a"), 0, 0, _DEAD),
        (DefectError("a"), 0, 0, _DEAD),
        (LecternError("a"), 0, 0, _DEAD),
        (TransientError("a"), 0, 0, again(10)),
        (TransientError("a"), 1, 9, again(20)),
        (TransientError("a"), 2, 0, _DEAD),
        (TransientError("face-device-lost"), 0, 0, again(0)),
        (TransientError("engine-device-lost"), 0, 0, again(0)),
        (TransientError("engine-device-lost"), 1, 0, again(20)),
        (TransientError("engine-device-lost"), 2, 0, _DEAD),
        (TransientError("engine-memory-short"), 0, 0, again(10)),
        (TransientError("face-memory-exhausted"), 1, 0, again(20)),
        (TransientError("media-memory"), 2, 0, _DEAD),
        (AwayError("ledger-away"), 2, 0, wait(5)),
        (AwayError("archive-away"), 2, 0, wait(5)),
        (AwayError("store-full"), 0, 2, wait(20)),
        (AwayError("a"), 0, 99, wait(120)),
        (DamageError("a"), 0, 0, RetryDecision(verdict=Verdict.AGAIN, delay_ms=1_000)),
        (DamageError("a"), 1, 0, RetryDecision(verdict=Verdict.REMAKE, delay_ms=1_000)),
        (DamageError("a"), 2, 0, _DEAD),
        (End.LEFT, 2, 9, _AT_ONCE),
        (End.OTHERWISE, 2, 9, _AT_ONCE),
        (End.SHARED, 2, 9, RetryDecision(verdict=Verdict.BACK, delay_ms=1_000)),
    ],
)
def test_what_becomes_of_a_step(
    error: LecternError | End, failures: int, waits: int, decision: RetryDecision
) -> None:
    """Bad input is final, what may pass is tried again elsewhere, what is away costs nothing."""
    assert decide(error, failures=failures, waits=waits, settings=_PATIENCE) == decision


@pytest.mark.parametrize(
    ("died", "others", "most", "decision"),
    [
        ("a", True, 3, _AT_ONCE),
        ("aa", True, 3, _OTHERS_TURN),
        ("aaa", True, 3, _OTHERS_TURN),
        ("aaaa", True, 3, _OTHERS_TURN),
        ("baa", True, 3, _DEAD),
        ("baa", False, 3, _DEAD),
        ("ba", True, 3, _AT_ONCE),
        ("aba", True, 3, _DEAD),
        ("a", False, 3, _AT_ONCE),
        ("aa", False, 3, _AT_ONCE),
        ("aaa", False, 3, _DEAD),
        ("a", True, 2, _OTHERS_TURN),
        ("ba", True, 2, _DEAD),
        ("aa", False, 2, _DEAD),
        ("a", True, 1, _DEAD),
        ("aa", True, 9, _AT_ONCE),
    ],
)
def test_deaths_are_poison_once_two_workers_died_where_there_are_two(
    died: str,
    others: bool,  # noqa: FBT001 - given by name
    most: int,
    decision: RetryDecision,
) -> None:
    """One worker alone may be ill itself: another one, if it lives, goes before the last."""
    deaths = Deaths(workers=died, others=others)
    settings = RetrySettings(attempts=1, poison_deaths=most)
    assert decide(End.LOST, failures=0, deaths=deaths, settings=settings) == decision


def test_who_was_lost_interrupted_or_waits_uses_up_no_attempt() -> None:
    """Nor does anything else that is no fault of the film."""
    free = {row.sample for row in TABLE if not row.becomes(Tried()).uses_up}
    assert {each for each in free if isinstance(each, End)} == set(End)
    assert {each.code for each in free if isinstance(each, LecternError)} == {"ledger-away", "archive-away"}


def test_every_row_of_the_table_is_reached_by_its_sample() -> None:
    """No row hides behind an earlier one."""
    for row in TABLE:
        assert next(each for each in TABLE if each.ends(row.sample)) is row


@pytest.mark.parametrize(
    ("not_before", "waiting"),
    [
        (0, False),
        (1_000_000, False),
        (1_000_001, True),
        (1_000_000 + LONGEST_WAIT_MS, True),
        (1_000_001 + LONGEST_WAIT_MS, False),
    ],
)
def test_a_wait_that_nobody_orders_is_none(not_before: int, waiting: bool) -> None:  # noqa: FBT001 - a column of the table
    """It was ordered by a clock that was wrong; no order is for longer, however often a step has failed."""
    assert waits(not_before, 1_000_000) is waiting


def test_no_wait_is_longer_than_the_longest() -> None:
    """However patient the farm is told to be."""
    patient = RetrySettings(attempts=100, backoff_ms=600_000)
    decisions = [decide(TransientError("x"), failures=failures, settings=patient) for failures in range(99)]
    assert max(decision.delay_ms for decision in decisions) == LONGEST_WAIT_MS
