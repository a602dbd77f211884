"""When a mouth is closed: in every pause, at both ends, and never while somebody speaks."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.engines.face import Drive
from pipeline.engines.face.wav2lip.silence import CLOSING, OPENING, PAUSE, closing
from pipeline.plan.clock import FRAME_RATES, SAMPLE_RATE, samples_per_frame
from pipeline.plan.speech import Phoneme
from tests.support.faces import murmured, silent, spoken

_MS = SAMPLE_RATE // 1000


def _drive(fps: int, *spans: tuple[int, int], ms: int = 3_000) -> Drive:
    """An utterance in which something is said from and to so many milliseconds."""
    length = samples_per_frame(fps)
    frames = ms * _MS // length
    return Drive(
        audio=np.zeros(frames * length, np.int16),
        phonemes=tuple(Phoneme(symbol="a", start=a * _MS, end=b * _MS) for a, b in spans),
        frames=frames,
        fps=fps,
        seed=1,
    )


@pytest.mark.parametrize("fps", FRAME_RATES)
def test_speech_is_open_and_pauses_are_closed(fps: int) -> None:
    """0 in every frame that shows speech, 1 wherever nobody speaks but near it, smooth between."""
    drive = _drive(fps, (240, 800), (1_400, 2_900))
    closed = closing(drive)
    length = samples_per_frame(fps)
    middles = np.arange(drive.frames) * length + 20 * _MS
    for start, end in ((240 * _MS, 800 * _MS), (1_400 * _MS, 2_900 * _MS)):
        said = (middles >= start) & (middles <= min(end, len(drive.audio) - 2 * OPENING))
        assert not closed[said].any()
    pause = (middles >= 800 * _MS + CLOSING) & (middles <= 1_400 * _MS - OPENING)
    assert (closed[pause] == 1).all()
    assert np.abs(np.diff(closed)).max() <= 1.5 * 1.5 * length / OPENING


@pytest.mark.parametrize("fps", FRAME_RATES)
def test_every_utterance_begins_and_ends_closed(fps: int) -> None:
    """Whatever is said there: clips join at rest, and no mouth jumps to it within a frame."""
    drive = _drive(fps, (0, 3_000))
    closed = closing(drive)
    assert closed[0] == closed[-1] == 1
    settled = fps // 10
    assert not closed[settled:-settled].any()


def test_the_mouth_opens_before_the_first_sound_and_closes_after_the_last() -> None:
    """Lips part up to two frames early, and never before the last sound has ended do they meet."""
    closed = closing(_drive(25, (400, 1_000)))
    assert closed[:8].min() == 1
    assert 0 < closed[9] < 1
    assert not closed[10:25].any()
    assert 0 < closed[26] < 1
    assert closed[28:].min() == 1


def test_a_short_silence_is_spoken_through() -> None:
    """Lips do not flutter: in a silence as short as a held stop the network draws what it hears."""
    short, long = PAUSE // _MS - 10, PAUSE // _MS + 60
    assert not closing(_drive(50, (500, 1_000), (1_000 + short, 2_000)))[25:100].any()
    assert closing(_drive(50, (500, 1_000), (1_000 + long, 2_000)))[25:100].max() == 1


@pytest.mark.parametrize("offset", [-5, -1, 0, 3])
def test_an_offset_of_the_lips_clips_no_sound(offset: int) -> None:
    """Lips that run ahead part so much earlier, and such that come late meet so much later."""
    closed = closing(_drive(25, (800, 1_800)), offset)
    assert not closed[20 - max(offset, 0) : 45 + max(-offset, 0)].any()
    assert (closed[: 18 - max(offset, 0)] == 1).all()
    assert (closed[48 + max(-offset, 0) :] == 1).all()


def test_a_pause_that_is_marked_is_one() -> None:
    """Silences among phonemes count as what they are."""
    drive = spoken("a a a _ _ _ _ _ a a", fps=25)
    closed = closing(drive)
    assert closed[12:-4].max() == 1


@pytest.mark.parametrize("frames", [0, 1, 2, 3])
def test_the_shortest_utterances_are_closed(frames: int) -> None:
    """Where there is no time to open and to close the mouth stays as it is."""
    length = samples_per_frame(25)
    drive = Drive(
        audio=np.full(frames * length, 9_000, np.int16),
        phonemes=(Phoneme(symbol="a", start=0, end=max(frames * length, 1)),),
        frames=frames,
        fps=25,
        seed=1,
    )
    closed = closing(drive)
    assert len(closed) == frames
    assert (closed[[0, -1] if frames else []] == 1).all()


def test_silence_is_closed() -> None:
    """Where nothing is said and nothing heard the mouth rests."""
    assert (closing(silent(50)) == 1).all()


def test_unknown_sounds_are_heard() -> None:
    """Without phonemes the mouth opens for what is heard, and rests before and after it."""
    closed = closing(murmured())
    assert (closed[:4] == 1).all()
    assert (closed[-3:] == 1).all()
    assert (closed[8:40] == 0).mean() > 0.5
