"""Exact time: frames and samples, whole numbers only.

Frame rates are the five in which a frame at 48 kHz is a whole number of samples and five or three
frames are a whole number of steps of an 80 Hz mel spectrogram, the grid of lip-sync networks.
"""

from __future__ import annotations

SAMPLE_RATE = 48_000
FRAME_RATES = (24, 25, 30, 50, 60)
_MEL_RATE = 80


def samples_per_frame(fps: int) -> int:
    """How many samples of the master audio one frame lasts: 2000, 1920, 1600, 960 or 800."""
    if fps not in FRAME_RATES:
        raise ValueError(fps)
    return SAMPLE_RATE // fps


def grid_frames(fps: int) -> int:
    """The number of frames of which every utterance's length is a multiple: 5 at 25 and 50, else 3."""
    if fps not in FRAME_RATES:
        raise ValueError(fps)
    frames = 1
    while frames * _MEL_RATE % fps:
        frames += 1
    # At 24, 30 and 60 the exact period is 3; at 25 and 50 it is 5.
    return frames
