"""How an attempt ends otherwise than with what it was to make: given back, failed, or somebody else's."""

from __future__ import annotations

import contextlib
from collections.abc import Collection

import structlog

from db import commits
from db.states import Outcome
from db.values import Failure
from farm.bootstrap import Farm
from farm.policy.blocking import blames
from farm.policy.retry import End, RetryDecision, RetrySettings, Verdict, decide
from pipeline.plan.errors import LecternError, SupersededError
from tasks.attempt import Attempt, Halt
from tasks.desk import insist
from tasks.tidings import Ending, Tidings


def give_back(farm: Farm, attempt: Attempt, end: End, *, reason: str) -> None:
    """Have the step go back into the line, with no retry used up; the ledger is waited for.

    Args:
        farm: whose ledger it is.
        attempt: what is given back.
        end: how it ends; the policy decides how soon it comes back.
        reason: a code that says why.

    Raises:
        SupersededError: it is somebody else's now.
    """
    delay_ms = _decided(farm, attempt, end).delay_ms
    insist(
        lambda: commits.release(
            farm.ledger, attempt.claim, delay_ms=delay_ms, reason=reason, machine_ms=attempt.machine_ms
        ),
        attempt.check_own,
    )
    attempt.ended = Outcome.INTERRUPTED, reason
    attempt.tidings = Tidings(ending=Ending.AGAIN, code=reason, facts={"step": attempt.claim.step})


def pass_on(farm: Farm, attempt: Attempt, end: End, *, reason: str) -> bool:
    """As `give_back`; False: it is somebody else's already."""
    try:
        give_back(farm, attempt, end, reason=reason)
    except SupersededError as superseded:
        return stand_back(farm, attempt, superseded)
    return True


def fail(farm: Farm, attempt: Attempt, error: LecternError, lines: Collection[str]) -> bool:
    """Have it failed, for the policy to decide what comes next; False: it is somebody else's now.

    Args:
        farm: whose ledger it is, which is waited for.
        attempt: what failed.
        error: of what.
        lines: the last lines that it logged.
    """
    failure, decision = _failure(attempt, error, lines), _decided(farm, attempt, error)
    try:
        dead = insist(lambda: commits.fail(farm.ledger, attempt.claim, failure, decision), attempt.check_own)
    except SupersededError as superseded:
        return stand_back(farm, attempt, superseded)
    attempt.ended = (
        Outcome.INTERRUPTED if decision.verdict is Verdict.WAIT else failure.outcome,
        failure.code,
    )
    ending = Ending.FAILED if dead else Ending.AGAIN
    attempt.tidings = Tidings(ending=ending, code=error.code, facts=error.facts)
    return True


def stand_back(farm: Farm, attempt: Attempt, error: SupersededError) -> bool:
    """Leave work that may not go on here; whether anything was written of it."""
    if attempt.halt is not None and attempt.halt.gives_back:
        with contextlib.suppress(SupersededError):
            give_back(farm, attempt, End.LEFT, reason=attempt.given_back_for)
            return True
    attempt.ended = Outcome.SUPERSEDED, error.code
    attempt.tidings = Tidings(ending=Ending.TAKEN)
    structlog.get_logger().info("stood back", code=error.code)
    return False


def tell_left(farm: Farm, attempt: Attempt) -> None:
    """Tell the ledger, once, of an attempt that is ended by force, if there is anything to tell.

    Raises:
        AwayError: ``ledger-away``.
        SupersededError: it is somebody else's now.
    """
    if attempt.halt is not None and attempt.halt.gives_back:
        delay_ms = _decided(farm, attempt, End.LEFT).delay_ms
        commits.release(farm.ledger, attempt.claim, delay_ms=delay_ms, reason=attempt.given_back_for)
        attempt.ended = Outcome.INTERRUPTED, attempt.given_back_for
    elif attempt.halt is Halt.TIMEOUT:
        error = attempt.too_long()
        failure, decision = _failure(attempt, error, ()), _decided(farm, attempt, error)
        commits.fail(farm.ledger, attempt.claim, failure, decision)
        attempt.ended = failure.outcome, failure.code


def _decided(farm: Farm, attempt: Attempt, ended: LecternError | End) -> RetryDecision:
    claim, retry = attempt.claim, farm.settings.retry
    patience = RetrySettings(
        attempts=retry.attempts,
        backoff_ms=int(retry.backoff_s * 1000),
        poison_deaths=retry.poison_deaths,
    )
    return decide(ended, failures=claim.failures, waits=claim.waits, settings=patience)


def _failure(attempt: Attempt, error: LecternError, lines: Collection[str]) -> Failure:
    return Failure(
        outcome=Outcome.TIMEOUT if attempt.halt is Halt.TIMEOUT else Outcome.ERROR,
        code=error.code,
        facts=error.facts,
        machine_ms=attempt.machine_ms,
        log_tail="\n".join(lines),
        blames=blames(error),
    )
