"""Sway, nods, brows and blinks."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.engines.face.warp.life import HeadTracks, head_tracks
from pipeline.engines.face.warp.tracks import sounds
from pipeline.plan.clock import FRAME_RATES
from tests.support.faces import spoken

_NAMES = [field.name for field in fields(HeadTracks)]
_SEEDS = st.integers(0, 2**64 - 1)


@settings(max_examples=60, deadline=None)
@given(_SEEDS, st.integers(1, 400), st.sampled_from(FRAME_RATES))
def test_both_ends_are_neutral(seed: int, frames: int, fps: int) -> None:
    """Every curve is exactly 0 in the first and the last frame, however short the utterance is."""
    tracks = head_tracks((), frames, fps, seed)
    for name in _NAMES:
        curve = getattr(tracks, name)
        assert len(curve) == frames
        assert curve[0] == 0
        assert curve[-1] == 0


@settings(max_examples=30, deadline=None)
@given(_SEEDS)
def test_blinks_are_whole_and_human(seed: int) -> None:
    """Lids close fully, are open at both ends, and blink 8 to 30 times a minute."""
    blink = head_tracks((), 25 * 60, 25, seed).blink
    closed = blink > 0.5
    starts = int((closed[1:] & ~closed[:-1]).sum())
    assert 8 <= starts <= 30
    assert blink.max() > 0.9
    assert blink.min() == 0


@settings(max_examples=30, deadline=None)
@given(_SEEDS)
def test_motion_is_small_and_smooth(seed: int) -> None:
    """No pose is beyond what the picture can follow, and none is reached in a jerk."""
    tracks = head_tracks((), 1500, 25, seed)
    for name, most in (
        ("roll", 0.03),
        ("shift_x", 0.031),
        ("shift_y", 0.03),
        ("yaw", 0.054),
        ("pitch", 0.03),
    ):
        curve = getattr(tracks, name)
        assert np.abs(curve).max() < most
        assert np.abs(np.diff(curve)).max() < most / 5


def test_the_same_seed_lives_the_same_life() -> None:
    """Curves follow from the seed alone; another seed gives others."""
    one, again, other = (head_tracks((), 200, 25, seed) for seed in (5, 5, 6))
    for name in _NAMES:
        assert np.array_equal(getattr(one, name), getattr(again, name))
    assert not np.array_equal(one.yaw, other.yaw)


@pytest.mark.parametrize("fps", FRAME_RATES)
def test_stress_moves_head_and_brows(fps: int) -> None:
    """Stressed vowels nod and raise the brows; speech without stress does not."""
    loud, flat = (spoken(f"{mark}a n {mark}a n {mark}a n " * 4, fps=fps) for mark in ("ˈ", ""))
    with_stress, without = (
        head_tracks(sounds(drive.phonemes, len(drive.audio)), drive.frames, fps, 11) for drive in (loud, flat)
    )
    assert with_stress.brow.max() > 0
    assert without.brow.max() == 0
    assert not np.array_equal(with_stress.pitch, without.pitch)
