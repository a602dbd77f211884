"""Which utterances are checked, and when one is good."""

from __future__ import annotations

import pytest

from pipeline.plan.checking import good, sampled
from pipeline.plan.keys import digest_of
from pipeline.plan.wordrate import Rate

_KEYS = [digest_of("speech", 1, text=str(number)) for number in range(2_000)]


@pytest.mark.parametrize("per_cent", [1, 10, 50])
def test_a_sample_is_as_large_as_asked_for(per_cent: int) -> None:
    """On average: within three standard deviations of two thousand lots."""
    share = per_cent / 100
    assert abs(len(sampled(_KEYS, per_cent)) - 2_000 * share) < 3 * (2_000 * share * (1 - share)) ** 0.5


def test_the_same_sentence_is_judged_alike_in_every_film() -> None:
    """Whatever stands beside it, in whatever order."""
    whole = sampled(_KEYS, 10)
    assert sampled(_KEYS[500:1_500][::-1], 10) == whole & set(_KEYS[500:1_500])


def test_a_larger_sample_holds_the_smaller_one() -> None:
    """What was heard once is not heard in vain."""
    assert sampled(_KEYS, 5) < sampled(_KEYS, 10) < sampled(_KEYS, 100) == set(_KEYS)


def test_one_is_checked_at_least() -> None:
    """Always the same one; of none, none."""
    few = _KEYS[:3]
    assert len(sampled(few, 0)) == 1
    assert sampled(few, 0) == sampled(few[::-1], 0)
    assert sampled([], 50) == frozenset()


@pytest.mark.parametrize(
    ("errors", "of", "unit", "limit", "is_good"),
    [
        (2, 10, "words", 200, True),
        (3, 10, "words", 200, False),
        (0, 10, "words", 0, True),
        (1, 10, "words", 0, False),
        (1, 2, "words", 0, True),
        (2, 2, "words", 900, False),
        (1, 3, "characters", 0, True),
        (1, 4, "characters", 200, False),
        (1, 3, "words", 300, False),
        (0, 0, "words", 0, True),
        (1, 0, "words", 900, False),
    ],
)
def test_a_short_sentence_may_have_one_error(
    errors: int, of: int, unit: str, limit: int, *, is_good: bool
) -> None:
    """Of fewer than three words or four characters; a longer one is within its limit."""
    assert good(Rate(errors=errors, of=of, unit=unit), limit) is is_good
