"""When a step that did not succeed is tried again: a function that returns its decision."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.plan.errors import AwayError, DamageError, LecternError, TransientError

_ELSEWHERE_MS = 30_000
_AWAY_LEAST_MS = 5_000
_AWAY_MOST_MS = 120_000
#: Renames on shares can be seen late, so damage is believed when it is still there at the second look.
_SECOND_LOOK = 1


class Verdict(StrEnum):
    """What becomes of a step that did not succeed."""

    AGAIN = "again"
    """It failed; it is tried again after a while."""
    WAIT = "wait"
    """Something it needs is away; it waits and uses up no retry."""
    REMAKE = "remake"
    """What it needs is damaged; the step that made it runs again first."""
    DEAD = "dead"
    """No retry cures it, or its retries are used up."""


@dataclass(frozen=True, kw_only=True)
class RetryDecision:
    """What becomes of a step, and when.

    Attributes:
        verdict: what becomes of it.
        delay_ms: how long it waits first.
        elsewhere_ms: for how long another worker goes before the one that failed; 0: the same one may.
    """

    verdict: Verdict
    delay_ms: int = 0
    elsewhere_ms: int = 0


@dataclass(frozen=True, kw_only=True)
class RetrySettings:
    """How patient the farm is.

    Attributes:
        attempts: attempts that may fail before a step is dead; lost and interrupted ones do not count.
        backoff_ms: wait before the second attempt; it doubles with each further one.
        poison_deaths: deaths of workers in a row on the same key after which it is held to be poison.
    """

    attempts: int = 3
    backoff_ms: int = 10_000
    poison_deaths: int = 3


def decide(error: LecternError, *, failures: int, waits: int, settings: RetrySettings) -> RetryDecision:
    """Decide what becomes of a step that ended with an error.

    Args:
        error: why it ended.
        failures: retries that it had used up before this attempt.
        waits: times in a row that it had waited before this attempt.
        settings: how patient the farm is.
    """
    if isinstance(error, AwayError):
        return RetryDecision(verdict=Verdict.WAIT, delay_ms=_doubled(_AWAY_LEAST_MS, waits, _AWAY_MOST_MS))
    if not isinstance(error, (TransientError, DamageError)) or failures + 1 >= settings.attempts:
        return RetryDecision(verdict=Verdict.DEAD)
    if isinstance(error, DamageError):
        verdict = Verdict.REMAKE if failures >= _SECOND_LOOK else Verdict.AGAIN
        return RetryDecision(verdict=verdict, delay_ms=min(1000, settings.backoff_ms))
    return RetryDecision(
        verdict=Verdict.AGAIN,
        delay_ms=_doubled(settings.backoff_ms, failures, 64 * settings.backoff_ms),
        elsewhere_ms=_ELSEWHERE_MS,
    )


def _doubled(least_ms: int, times: int, most_ms: int) -> int:
    return min(least_ms << min(times, 16), most_ms)
