"""Promises about how long news are told: eight tries within a day, and no end before the last."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.policy.notices import PAUSES_MS, Decision, Fate, decide

_HOUR_MS = 3_600_000


def test_eight_tries_within_a_day() -> None:
    """Whoever is down for a night has time to come back; pauses only grow."""
    decisions = [decide(status=0, tries=number) for number in range(1, 9)]
    assert [each.fate for each in decisions] == [Fate.AGAIN] * 7 + [Fate.GIVEN_UP]
    waits = [each.wait_ms for each in decisions[:-1]]
    assert waits == sorted(waits) == list(PAUSES_MS)
    assert 23 * _HOUR_MS < sum(waits) < 24 * _HOUR_MS


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        (200, Fate.SENT), (204, Fate.SENT), (299, Fate.SENT), (410, Fate.GIVEN_UP),
        (0, Fate.AGAIN), (301, Fate.AGAIN), (400, Fate.AGAIN), (401, Fate.AGAIN), (429, Fate.AGAIN),
        (500, Fate.AGAIN), (503, Fate.AGAIN),
    ],
)  # fmt: skip
def test_what_an_answer_means(status: int, fate: Fate) -> None:
    """Only success is success, and only `gone` ends it at once: a wrong setting can be mended."""
    assert decide(status=status, tries=1).fate is fate


@given(st.integers(1, 7), st.integers(-5, 10**9))
def test_the_other_side_may_ask_for_more_time_and_never_for_less(tries: int, asked_s: int) -> None:
    """And not for so much that nothing would ever be told."""
    wait_ms = decide(status=503, tries=tries, retry_after_s=asked_s).wait_ms
    assert PAUSES_MS[tries - 1] <= wait_ms <= max(PAUSES_MS[tries - 1], 6 * _HOUR_MS)
    assert wait_ms >= min(asked_s * 1000, 6 * _HOUR_MS)


@given(st.integers(200, 299), st.integers(1, 100))
def test_what_was_taken_is_never_told_again(status: int, tries: int) -> None:
    """However late."""
    assert decide(status=status, tries=tries) == Decision(fate=Fate.SENT)
