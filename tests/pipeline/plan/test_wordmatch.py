"""Which words stand for which: the fewest errors, whole coverage, and long texts in little time."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.plan.wordmatch import errors_between, matched

_WORDS = st.lists(st.sampled_from(["a", "b", "ab", "c"]), max_size=9)


def _levenshtein(one: list[str], other: list[str]) -> int:
    """The distance as the textbook has it."""
    row = list(range(len(other) + 1))
    for i, word in enumerate(one, 1):
        left, row[0] = row[0], i
        for j, another in enumerate(other, 1):
            left, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, left + (word != another))
    return row[-1]


@pytest.mark.parametrize(
    ("one", "other", "errors"),
    [
        ("", "", 0),
        ("a b c", "", 3),
        ("", "a b", 2),
        ("the film begins at noon", "the film begins at noon", 0),
        ("the film begins at noon", "the films begin at noon", 2),
        ("the film begins at noon", "film begins now at noon", 2),
        ("send an e mail", "send an email", 0),
        ("well known", "wellknown", 0),
        ("the web site", "the website is", 1),
        ("ab c", "a bc", 2),
    ],
)
def test_errors_are_the_fewest(one: str, other: str, errors: int) -> None:
    """Put in, left out, replaced; written together or apart is no error."""
    assert errors_between(one.split(), other.split()) == errors
    assert errors_between(other.split(), one.split()) == errors


@given(one=st.lists(st.sampled_from("abc"), max_size=9), other=st.lists(st.sampled_from("abc"), max_size=9))
def test_of_single_characters_it_is_levenshteins_distance(one: list[str], other: list[str]) -> None:
    """Nothing can be written together there."""
    assert errors_between(one, other) == _levenshtein(one, other)


@given(one=_WORDS, other=_WORDS)
def test_every_word_is_in_one_match(one: list[str], other: list[str]) -> None:
    """In order, without gaps, and a match without errors is of words that are the same."""
    found = matched(one, other)
    if one or other:
        assert (found[0].start, found[0].other_start) == (0, 0)
        assert (found[-1].end, found[-1].other_end) == (len(one), len(other))
    for left, right in pairwise(found):
        assert (left.end, left.other_end) == (right.start, right.other_start)
    for match in found:
        mine, theirs = one[match.start : match.end], other[match.other_start : match.other_end]
        assert match.errors == (0 if "".join(mine) == "".join(theirs) else 1)


def test_what_is_said_to_be_the_same_is_no_error() -> None:
    """By its place, so that the same word elsewhere is not."""
    one, other = ["ada", "met", "ada"], ["ida", "met", "ida"]
    assert errors_between(one, other, same=lambda i, _: i == 0) == 1


def test_an_hour_of_words_is_matched_from_anchor_to_anchor() -> None:
    """Ten thousand words with an error in every tenth: what is equal is found, errors stay what they are."""
    lot = random.Random(1)  # noqa: S311 - a repeatable text, and no secret
    one = [f"w{lot.choice((lot.randrange(40), lot.randrange(4_000)))}" for _ in range(10_000)]
    other, errors = [], 0
    for word in one:
        change = lot.randrange(30)
        errors += change < 3
        other += {0: [], 1: [word, "put-in"], 2: ["replaced"]}.get(change, [word])
    assert errors_between(one, other) <= errors * 1.02
    assert sum(match.errors == 0 for match in matched(one, other)) > 9_000


def test_texts_that_have_nothing_in_common_stay_apart() -> None:
    """However long: nobody says that one stands for the other, and every word is an error."""
    one, other = ["a"] * 3_000, ["b"] * 2_000
    assert errors_between(one, other) == 3_000
    assert errors_between([f"a{n}" for n in range(3_000)], [f"b{n}" for n in range(3_000)]) == 3_000
