"""Promises of the measure of pulses: what was drawn is no pulse, and what stands out is one."""

from __future__ import annotations

import pytest

from bench._pulse import beyond, beyond_near


def test_what_was_drawn_is_no_pulse() -> None:
    """A film that steps as it was drawn to does not pulse, however far."""
    assert beyond([0, 3, 9, 0.5], [0, 3, 9, 0.5]) == 0
    assert beyond([0, 3, 9, 2], [0, 3, 9, 0.5]) == 1.5


@pytest.mark.parametrize("at", range(1, 6))
def test_a_pulse_counts_wherever_it_is(at: int) -> None:
    """At keyframes as between them."""
    steps = [0.0, 1, 1, 1, 1, 1]
    steps[at] += 2
    assert beyond(steps, [0, 1, 1, 1, 1, 1]) == 2


def test_a_keyframe_stands_out_of_the_frames_near_it() -> None:
    """Of those before and behind; frames farther away and other keyframes hide nothing."""
    steps = [0, 9, 1, 2, 5, 1, 6, 1, 9]
    assert beyond_near(steps, {0, 4}, near=1) == 3
    assert beyond_near(steps, {0, 4}, near=2) == -1
    assert beyond_near(steps, {0, 4, 6}, near=2) == 3


def test_alone_it_shows_whole() -> None:
    """A keyframe between keyframes has nothing to hide behind."""
    assert beyond_near([0, 2], {0, 1}, near=12) == 2
