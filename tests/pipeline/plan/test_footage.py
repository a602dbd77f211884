"""Which plate is shown when, and which files are films of a person."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.plan.clock import FRAME_RATES
from pipeline.plan.footage import container_of, gaps, is_footage, look_step, playback


@st.composite
def _asked(draw: st.DrawFn) -> tuple[int, int, int, int]:
    plates = draw(st.integers(1, 300))
    return (
        draw(st.integers(1, 900)),
        plates,
        draw(st.integers(0, plates - 1)),
        draw(st.sampled_from(FRAME_RATES)),
    )


@settings(max_examples=300, deadline=None)
@given(_asked())
def test_each_clip_goes_from_the_anchor_to_the_anchor_without_a_jump(
    asked: tuple[int, int, int, int],
) -> None:
    """Whatever the lengths, both ends are the anchor, no step is longer than one, and all plates exist."""
    frames, plates, anchor, fps = asked
    shown = playback(frames, plates=plates, anchor=anchor, fps=fps)
    assert len(shown) == frames
    assert shown[0] == shown[-1] == anchor
    assert min(shown) >= 0
    assert max(shown) < plates
    assert all(abs(after - before) <= 1 for before, after in pairwise(shown))


@settings(max_examples=300, deadline=None)
@given(_asked())
def test_a_plate_is_held_once_and_only_where_there_and_back_do_not_fit(
    asked: tuple[int, int, int, int],
) -> None:
    """Clips of an odd number of frames hold none, others exactly one, unless there is one plate alone."""
    frames, plates, anchor, fps = asked
    shown = playback(frames, plates=plates, anchor=anchor, fps=fps)
    holds = sum(after == before for before, after in pairwise(shown))
    assert holds == (frames - 1 if plates == 1 or frames < 3 else (frames - 1) % 2)


def test_a_long_clip_turns_at_the_ends_and_never_twitches() -> None:
    """Ways from the anchor and back are about as long as the film allows, whichever side of it is longer."""
    shown = playback(1001, plates=200, anchor=60, fps=25)
    assert min(shown) >= 0
    assert max(shown) == 199 or max(shown) >= 120
    returns = [index for index, plate in enumerate(shown) if plate == 60]
    assert min(after - before for before, after in pairwise(returns)) >= 25


def test_a_short_clip_goes_once_there_and_back() -> None:
    """Two seconds of speech turn once, on the side where there is more of the film."""
    shown = playback(51, plates=200, anchor=60, fps=25)
    assert max(shown) == 85
    assert shown.count(85) == 1


def test_a_side_too_short_to_go_there_is_left_out() -> None:
    """Three plates before the anchor are not visited for a clip of many seconds."""
    assert min(playback(700, plates=104, anchor=3, fps=25)) == 3


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00", "mp4"),
        (b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00", "mov"),
        (b"\x00\x00\x00\x08wide\x00\x00\x00\x00mdat", "mov"),
        (b"\x1a\x45\xdf\xa3\x01\x00\x00\x00B\x82\x84webm", "webm"),
        (b"\x1a\x45\xdf\xa3\x01\x00\x00\x00B\x82\x88matroska", "matroska"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "avi"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", ""),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", ""),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", ""),
        (b"GIF89a", ""),
        (b"ID3\x04\x00", ""),
        (b"", ""),
    ],
)
def test_films_are_known_by_what_they_begin_with(head: bytes, kind: str) -> None:
    """Never by a name; pictures and sounds in containers of the same family are none."""
    assert container_of(head) == kind


def test_a_portrait_in_the_store_tells_whether_it_moves() -> None:
    """By its suffix, which its content decided."""
    assert is_footage(".mov")
    assert not is_footage(".png")


def test_gaps_are_told_in_whole_seconds_outwards() -> None:
    """Looks without a face that touch are one gap; the last one ends with the film."""
    seen = [True] * 5 + [False] * 3 + [True] * 10 + [False]
    assert gaps(seen, step=5, frames=94, fps=25) == ((1, 2), (3, 4))
    assert gaps([True, True], step=5, frames=10, fps=25) == ()


@pytest.mark.parametrize("fps", FRAME_RATES)
def test_a_face_is_looked_for_five_times_a_second_or_hardly_less(fps: int) -> None:
    """Whole frames lie between looks at every frame rate."""
    assert 4.5 < fps / look_step(fps) < 6.1
