"""Curves of the mouth through time."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.engines.face import Drive
from pipeline.engines.face.warp.lips import WIDEST
from pipeline.engines.face.warp.tracks import STEP, MouthTracks, at_frames, mouth_tracks, sounds
from pipeline.plan.clock import FRAME_RATES, samples_per_frame
from pipeline.plan.speech import Phoneme
from tests.support.faces import silent, spoken

_NAMES = [field.name for field in fields(MouthTracks)]
_SOUNDS = ["p", "b", "m", "f", "v", "s", "ʃ", "t", "k", "w", "l", "a", "i", "u", "oʊ", "ə", "ˈɑ", "_", "tɕ"]
_SPEECH = st.lists(st.sampled_from(_SOUNDS), min_size=1, max_size=12).map(" ".join)


def _tracks(drive: Drive) -> MouthTracks:
    return mouth_tracks(sounds(drive.phonemes, len(drive.audio)), len(drive.audio))


def _seen(drive: Drive) -> MouthTracks:
    return at_frames(_tracks(drive), drive.frames, drive.fps)


@settings(max_examples=40, deadline=None)
@given(_SPEECH, st.sampled_from(FRAME_RATES), st.integers(15, 300))
@example("u", 24, 54)
def test_both_ends_of_an_utterance_are_rest(said: str, fps: int, sound_ms: int) -> None:
    """Every curve is exactly 0 at the first and the last point, and in the first and the last frame."""
    drive = spoken(said, fps=fps, sound_ms=sound_ms)
    for curves in (_tracks(drive), _seen(drive)):
        for name in _NAMES:
            assert getattr(curves, name)[0] == 0
            assert getattr(curves, name)[-1] == 0


@settings(max_examples=25, deadline=None)
@given(_SPEECH, _SPEECH, st.sampled_from(FRAME_RATES), st.integers(15, 200))
def test_two_utterances_as_one_audio_give_the_curves_of_each(one: str, two: str, fps: int, ms: int) -> None:
    """Laid end to end, they move the mouth as each does alone: point by point, to the last bit."""
    first, second = spoken(one, fps=fps, sound_ms=ms), spoken(two, fps=fps, sound_ms=ms)
    shift = len(first.audio)
    moved = tuple(
        Phoneme(symbol=p.symbol, start=p.start + shift, end=p.end + shift, stressed=p.stressed)
        for p in second.phonemes
    )
    both = Drive(
        audio=np.concatenate([first.audio, second.audio]),
        phonemes=first.phonemes + moved,
        frames=first.frames + second.frames,
        fps=fps,
        seed=0,
    )
    for take in (_tracks, _seen):
        joined, a, b = take(both), take(first), take(second)
        for name in _NAMES:
            apart = np.concatenate([getattr(a, name), getattr(b, name)])
            assert np.array_equal(getattr(joined, name), apart), name


@pytest.mark.parametrize("fps", FRAME_RATES)
@pytest.mark.parametrize("sound_ms", [20, 45, 80, 150])
@pytest.mark.parametrize("closing", ["p", "b", "m"])
def test_a_bilabial_is_seen_closed_in_a_frame(closing: str, sound_ms: int, fps: int) -> None:
    """Between two open vowels, however short, at any frame rate, one frame shows the lips all but closed."""
    for offset_ms in range(0, 42, 7):
        drive = spoken(f"ɑ {closing} ɑ", fps=fps, sound_ms=sound_ms)
        shift = offset_ms * 48
        middle = [Phoneme(symbol=p.symbol, start=p.start + shift, end=p.end + shift) for p in drive.phonemes]
        length = -(-(len(drive.audio) + 4800) // samples_per_frame(fps))
        said = sounds(middle, length * samples_per_frame(fps))
        seen = at_frames(mouth_tracks(said, length * samples_per_frame(fps)), length, fps)
        sounding = slice(int((middle[1].start - 3400) / samples_per_frame(fps)), None)
        near = seen.aperture[sounding][: int(0.25 * fps) + 1]
        assert near.min() < 0.02
        assert seen.press.max() > 0.97


def test_a_burst_is_preceded_by_its_closure() -> None:
    """A short p is marked at its burst: lips are closed before the mark and open soon after."""
    drive = spoken("ɑ p ɑ", sound_ms=40)
    mark = drive.phonemes[1].start // STEP
    tracks = _tracks(drive)
    assert tracks.press[mark - 10 : mark].max() == 1.0
    assert tracks.press[mark + 14 :].max() == 0.0


def test_a_jaw_is_heavier_than_lips() -> None:
    """Lips meet at once on m between open vowels; the jaw rises more slowly, and not all the way."""
    drive = spoken("ɑ m ɑ", sound_ms=80)
    tracks, seen = _tracks(drive), _seen(drive)
    met = int(np.argmax(tracks.press >= 1.0))
    assert tracks.aperture[met] == 0.0
    assert tracks.jaw[met] > 0.4 * tracks.jaw.max()
    assert np.abs(np.diff(seen.jaw)).max() < 0.4


def test_lips_tuck_on_f_and_v() -> None:
    """The lower lip goes under the upper teeth on f and v, and on nothing else here."""
    assert _tracks(spoken("ɑ f ɑ")).tuck.max() == 1.0
    assert _tracks(spoken("ɑ v ɑ")).tuck.max() == 1.0
    assert _tracks(spoken("ɑ s ɑ m u")).tuck.max() == 0.0


def test_vowels_look_like_themselves() -> None:
    """An open vowel opens, a rounded one rounds, a spread one spreads, and stress opens further."""
    open_, rounded, spread = (_tracks(spoken(f"{v} {v} {v}")) for v in ("ɑ", "u", "i"))
    assert open_.aperture.max() > 0.75
    assert rounded.aperture.max() < 0.3
    assert rounded.width.min() < -0.8
    assert spread.width.max() > 0.7
    stressed = _tracks(spoken("ˈɑ ˈɑ ˈɑ"))
    assert stressed.aperture.max() > open_.aperture.max()


@pytest.mark.parametrize("between", ["t", "d", "n", "l", "k", "ɡ", "ŋ", "h"])
def test_sounds_of_the_tongue_leave_the_lips_to_their_neighbours(between: str) -> None:
    """Lips stay wide from open vowel to open vowel, and narrow between close ones."""
    wide, narrow = (_tracks(spoken(f"{v} {between} {v}", sound_ms=80)) for v in ("ɑ", "i"))
    middle = slice((240 + 80) // 5, (240 + 160) // 5)
    assert wide.aperture[middle].min() > 0.6
    assert narrow.aperture[middle].max() < 0.25


def test_a_tongue_shows_on_l() -> None:
    """Between open vowels the tip of the tongue is seen to go up."""
    assert _tracks(spoken("ɑ l ɑ", sound_ms=80)).tongue.max() > 0.4


def test_lips_close_in_a_pause_and_not_in_a_held_stop() -> None:
    """A silence of 300 ms closes the lips; one of 60 ms between two sounds does not."""
    paused = _tracks(spoken("ɑ _ ɑ", sound_ms=300))
    middle = (240 + 450) // 5
    assert paused.aperture[middle - 8 : middle + 8].max() == 0.0
    held = _tracks(spoken("ɑ _ ɑ", sound_ms=60))
    speaking = held.aperture[240 // 5 + 6 : 240 // 5 + 30]
    assert speaking.min() > 0.1


def test_silence_is_rest() -> None:
    """Nothing said, nothing moved: every curve is 0 throughout."""
    for name in _NAMES:
        assert not getattr(_tracks(silent(50)), name).any()


@settings(max_examples=30, deadline=None)
@given(_SPEECH, st.integers(15, 200))
def test_lips_never_jump(said: str, sound_ms: int) -> None:
    """From frame to frame lips part or meet by at most 0.12 inter-ocular distances, at 24 a second too."""
    aperture = _seen(spoken(said, fps=24, sound_ms=sound_ms)).aperture
    assert np.abs(np.diff(aperture)).max() * WIDEST <= 0.12


def test_any_times_give_neutral_ends() -> None:
    """Sounds that reach into the silent borders, or beyond the audio, are kept off them."""
    phonemes = (Phoneme(symbol="ɑ", start=0, end=96_000),)
    tracks = mouth_tracks(sounds(phonemes, 48_000), 48_000)
    assert tracks.aperture[0] == tracks.aperture[-1] == 0
    assert tracks.aperture.max() > 0.5
