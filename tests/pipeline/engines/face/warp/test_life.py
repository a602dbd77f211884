"""Sway, breath, nods, brows, glances and blinks."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.engines.face.warp.life import HeadTracks, head_tracks
from pipeline.engines.face.warp.tracks import sounds
from pipeline.plan.bearing import Motion
from pipeline.plan.clock import FRAME_RATES
from tests.support.faces import spoken

_NAMES = [field.name for field in fields(HeadTracks)]
_SEEDS = st.integers(0, 2**64 - 1)


@settings(max_examples=60, deadline=None)
@given(_SEEDS, st.integers(1, 400), st.sampled_from(FRAME_RATES), st.sampled_from(Motion))
def test_both_ends_are_neutral(seed: int, frames: int, fps: int, motion: Motion) -> None:
    """Every curve is exactly 0 in the first and the last frame, however short the utterance is."""
    tracks = head_tracks((), frames, fps, seed, motion)
    for name in _NAMES:
        curve = getattr(tracks, name)
        assert len(curve) == frames
        assert curve[0] == 0
        assert curve[-1] == 0


@settings(max_examples=30, deadline=None)
@given(_SEEDS)
def test_blinks_are_whole_and_human(seed: int) -> None:
    """Lids close fully, are open at both ends, and blink 10 to 26 times in any minute."""
    blink = head_tracks((), 25 * 60, 25, seed, Motion.CALM).blink
    assert 10 <= _starts(blink) <= 26
    assert blink.max() == 1
    assert blink.min() == 0


def test_blinks_are_as_frequent_as_peoples() -> None:
    """Over sentences of some seconds, 12 to 20 a minute; in every motion at the same times."""
    blinks = frames = 0
    for seed in range(60):
        drive = spoken("a n " * 20, seed=seed)
        said = sounds(drive.phonemes, len(drive.audio))
        calm, lively, none = (head_tracks(said, drive.frames, 25, seed, motion).blink for motion in Motion)
        assert np.array_equal(calm, lively)
        assert np.array_equal(calm, none)
        blinks, frames = blinks + _starts(calm), frames + drive.frames
    assert 12 <= blinks / (frames / 25 / 60) <= 20


def test_blinks_seek_the_ends_of_phrases() -> None:
    """More lids begin to close in the half second around a pause than in half a second of speech."""
    drive = spoken("a n " * 8 + "_ _ _ " + "a n " * 8)
    said = sounds(drive.phonemes, len(drive.audio))
    closed = sum(head_tracks(said, drive.frames, 25, seed, Motion.CALM).blink for seed in range(200))
    first = round((0.24 + 16 * 0.12) * 25)
    at_pause, in_speech = closed[first - 3 : first + 9].sum(), closed[first - 25 : first - 13].sum()
    assert at_pause > 2 * in_speech


def test_a_short_silence_has_no_jerk() -> None:
    """In the 0.4 s with which a film begins the head moves no faster than it does elsewhere."""
    short, long = (
        max(
            np.abs(np.diff(head_tracks((), frames, 25, seed, Motion.LIVELY).shift_x)).max()
            for seed in range(60)
        )
        for frames in (10, 100)
    )
    assert short < 0.5 * long


def _starts(blink: NDArray[np.float64]) -> int:
    closed = blink > 0.5
    return int((closed[1:] & ~closed[:-1]).sum())


@settings(max_examples=30, deadline=None)
@given(_SEEDS, st.sampled_from(Motion))
def test_motion_is_small_and_smooth(seed: int, motion: Motion) -> None:
    """No pose is beyond what the picture can follow, and none is reached in a jerk; calm is calmer."""
    tracks = head_tracks((), 1500, 25, seed, motion)
    share = {Motion.NONE: 0.0, Motion.CALM: 1.0, Motion.LIVELY: 1.6}[motion]
    for name, most in (
        ("roll", 0.028),
        ("shift_x", 0.028),
        ("shift_y", 0.030),
        ("yaw", 0.050),
        ("pitch", 0.028),
    ):
        curve = getattr(tracks, name)
        assert np.abs(curve).max() <= most * share
        assert np.abs(np.diff(curve)).max() <= most * share / 5


@settings(max_examples=30, deadline=None)
@given(_SEEDS, st.sampled_from(FRAME_RATES))
def test_eyes_look_at_the_viewer_and_glance_aside(seed: int, fps: int) -> None:
    """Glances are a few degrees wide, begin every one to six seconds, and most of the time there is none."""
    x, y = (getattr(head_tracks((), fps * 60, fps, seed, Motion.CALM), name) for name in ("gaze_x", "gaze_y"))
    aside = (x != 0) | (y != 0)
    assert 0.1 < aside.mean() < 0.5
    assert 10 <= int((aside[1:] & ~aside[:-1]).sum()) <= 30
    # A degree is a three hundredth of the distance between the eyes.
    assert 1 / 300 < np.abs(x).max() < 2.5 / 300
    assert np.abs(y).max() <= np.abs(x).max()


def test_without_motion_lids_alone_move() -> None:
    """Head, brows and eyes keep still; blinks stay."""
    drive = spoken("ˈa n " * 20)
    tracks = head_tracks(sounds(drive.phonemes, len(drive.audio)), drive.frames, 25, 3, Motion.NONE)
    assert all((getattr(tracks, name) == 0).all() for name in _NAMES if name != "blink")
    assert tracks.blink.max() == 1


def test_the_same_seed_lives_the_same_life() -> None:
    """Curves follow from the seed alone; another seed gives others."""
    one, again, other = (head_tracks((), 200, 25, seed, Motion.CALM) for seed in (5, 5, 6))
    for name in _NAMES:
        assert np.array_equal(getattr(one, name), getattr(again, name))
    assert not np.array_equal(one.yaw, other.yaw)


@pytest.mark.parametrize("fps", FRAME_RATES)
def test_stress_moves_head_and_brows(fps: int) -> None:
    """Stressed vowels nod and raise the brows; speech without stress does not."""
    loud, flat = (spoken(f"{mark}a n {mark}a n {mark}a n " * 4, fps=fps) for mark in ("ˈ", ""))
    with_stress, without = (
        head_tracks(sounds(drive.phonemes, len(drive.audio)), drive.frames, fps, 11, Motion.CALM)
        for drive in (loud, flat)
    )
    assert with_stress.brow.max() > 0
    assert without.brow.max() == 0
    assert not np.array_equal(with_stress.pitch, without.pitch)
