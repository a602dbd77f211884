"""What a preview's plan promises: small, short, evenly timed, and a whole clip where it may be one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.plan.clock import FRAME_RATES
from pipeline.plan.job import Format
from pipeline.plan.preview import plan_preview


@given(
    fps=st.sampled_from(FRAME_RATES),
    frames=st.integers(1, 3_000),
    width=st.integers(40, 960).map(lambda half: 2 * half),
    height=st.integers(40, 960).map(lambda half: 2 * half),
)
def test_a_preview_is_small_and_short(fps: int, frames: int, width: int, height: int) -> None:
    """At most 480 pixels either way and six seconds; its pictures last as long as what they stand for."""
    plan = plan_preview(Format(width=width, height=height, fps=fps), frames=frames)
    assert max(plan.width, plan.height) <= 480
    assert plan.width / plan.height == pytest.approx(width / height, rel=0.05)
    shown = min(frames, 6 * fps)
    assert sum(plan.durations_ms) == shown * 1000 // fps
    assert len(plan.durations_ms) == -(-shown // plan.every)
    assert fps / plan.every <= 12.5
    assert plan.melting < max(len(plan.durations_ms), 1)
    assert bool(plan.melting) == (frames > shown)


def test_pictures_are_never_enlarged() -> None:
    """A small film has a small preview."""
    plan = plan_preview(Format(width=320, height=240, fps=25), frames=25)
    assert (plan.width, plan.height, plan.durations_ms[:2]) == (320, 240, (80, 80))
