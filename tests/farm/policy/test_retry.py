"""The retry policy is a table."""

from __future__ import annotations

import pytest

from farm.policy.retry import RetryDecision, RetrySettings, Verdict, decide
from pipeline.plan.errors import (
    AwayError,
    DamageError,
    DefectError,
    InputError,
    LecternError,
    TransientError,
)

_PATIENCE = RetrySettings(attempts=3, backoff_ms=10_000)


@pytest.mark.parametrize(
    ("error", "failures", "waits", "decision"),
    [
        (InputError("a"), 0, 0, RetryDecision(verdict=Verdict.DEAD)),
        (DefectError("a"), 0, 0, RetryDecision(verdict=Verdict.DEAD)),
        (LecternError("a"), 0, 0, RetryDecision(verdict=Verdict.DEAD)),
        (
            TransientError("a"),
            0,
            0,
            RetryDecision(verdict=Verdict.AGAIN, delay_ms=10_000, elsewhere_ms=30_000),
        ),
        (
            TransientError("a"),
            1,
            9,
            RetryDecision(verdict=Verdict.AGAIN, delay_ms=20_000, elsewhere_ms=30_000),
        ),
        (TransientError("a"), 2, 0, RetryDecision(verdict=Verdict.DEAD)),
        (AwayError("a"), 2, 0, RetryDecision(verdict=Verdict.WAIT, delay_ms=5_000)),
        (AwayError("a"), 0, 2, RetryDecision(verdict=Verdict.WAIT, delay_ms=20_000)),
        (AwayError("a"), 0, 99, RetryDecision(verdict=Verdict.WAIT, delay_ms=120_000)),
        (DamageError("a"), 0, 0, RetryDecision(verdict=Verdict.AGAIN, delay_ms=1_000)),
        (DamageError("a"), 1, 0, RetryDecision(verdict=Verdict.REMAKE, delay_ms=1_000)),
        (DamageError("a"), 2, 0, RetryDecision(verdict=Verdict.DEAD)),
    ],
)
def test_what_becomes_of_a_step(
    error: LecternError, failures: int, waits: int, decision: RetryDecision
) -> None:
    """Bad input is final, what may pass is tried again elsewhere, what is away costs nothing."""
    assert decide(error, failures=failures, waits=waits, settings=_PATIENCE) == decision
