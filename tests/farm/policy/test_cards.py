"""When a worker ends so that a card is free again."""

from __future__ import annotations

import pytest

from farm.policy.cards import ends, held_since


def test_a_card_is_held_while_more_than_nine_tenths_stay_in_use() -> None:
    """The time is that of the first look that found it so; one that does not ends it."""
    since = None
    told = []
    for now, used in enumerate([50, 90, 90.1, 99, 100, 90, 95, 95]):
        since = held_since(since, used, float(now))
        told.append(since)
    assert told == [None, None, 2, 2, 2, None, 6, 6]


def test_a_clock_that_is_set_back_begins_anew() -> None:
    """Nobody waits for an hour that has been already."""
    assert held_since(5000.0, 99, 1000.0) == 1000.0


@pytest.mark.parametrize(
    ("since", "restarts", "now", "end"),
    [
        (None, [], 10_000.0, False),
        (9_900.0, [], 10_000.0, False),
        (9_880.0, [], 10_000.0, True),
        (9_880.0, [9_000.0], 10_000.0, True),
        (9_880.0, [9_000.0, 9_500.0], 10_000.0, False),
        (9_880.0, [6_400.0, 9_500.0], 10_000.0, True),
        (9_880.0, [1_000.0, 2_000.0, 3_000.0], 10_000.0, True),
    ],
)
def test_it_ends_after_two_minutes_and_at_most_twice_an_hour(
    since: float | None, restarts: list[float], now: float, *, end: bool
) -> None:
    """Not before the card was held for two minutes, and not for a third time within an hour."""
    assert ends(since, restarts, now) is end
