"""Promises of how many frames a job is drawn with at a time: memory and speed alone, unless it says fewer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.plan.atonce import BATCH, MOST_AT_ONCE, most_at_once, with_fewer, with_plain_batch
from pipeline.plan.clipkey import shaping
from pipeline.plan.delivery import profile_for
from pipeline.plan.errors import InputError
from tests.db.values import PROFILE

OF_EIGHT = replace(PROFILE, batch=8)


@pytest.mark.parametrize(
    ("machine", "asked", "made"),
    [(8, "4", 4), (8, "8", 8), (8, "９", 8), (8, "", 8), (2, "4", 2), (0, "4", 0)],
)
def test_a_job_is_drawn_with_as_many_at_a_time_as_both_allow(machine: int, asked: str, made: int) -> None:
    """Nothing else of the profile changes; who computes fewer, or knows no such number, goes on as he is."""
    own = replace(PROFILE, batch=machine)
    assert with_fewer(own, {BATCH: asked}) == replace(own, batch=made)
    assert profile_for(own, {BATCH: asked}) == replace(profile_for(own, {}), batch=made)


def test_the_option_itself_shapes_no_clip() -> None:
    """Clips of a film that asks for no fewer than its machine takes have the keys that they had."""
    asked = {"face.pads": "0,10,0,0", BATCH: "8"}
    assert shaping(asked, filmed=False) == shaping({"face.pads": "0,10,0,0"}, filmed=False)
    assert profile_for(OF_EIGHT, asked) == profile_for(OF_EIGHT, {})


@pytest.mark.parametrize("word", ["0", "-1", "four", "4.5", str(MOST_AT_ONCE + 1), "99999999999"])
def test_what_is_no_number_of_frames_is_refused(word: str) -> None:
    """In words that say what it may be."""
    with pytest.raises(InputError) as refused:
        most_at_once({BATCH: word})
    assert refused.value.code == "face-batch-wrong"


def test_equal_wishes_are_written_alike() -> None:
    """In plain digits, or not at all."""
    assert with_plain_batch({BATCH: " ０4 ", "x": "y"}) == {BATCH: "4", "x": "y"}
    assert with_plain_batch({BATCH: ""}) == {}
