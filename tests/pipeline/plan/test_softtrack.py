"""Promises about the soft caption track: every cue at its time, and nothing between."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from pipeline.plan.captions import Cue
from pipeline.plan.softtrack import EMPTY, SoftTrack, soft_track

SECOND = 48_000


def _cue(start_ms: int, end_ms: int, *lines: str) -> Cue:
    return Cue(start_ms=start_ms, end_ms=end_ms, lines=lines)


def _text(packet: bytes) -> str:
    (length,) = struct.unpack_from(">H", packet)
    assert len(packet) == length + 2
    return packet[2:].decode()


def test_cues_and_gaps_fill_the_film() -> None:
    """Each cue is a packet, each gap an empty one, from the beginning to the end."""
    shown = [_cue(500, 1500, "One.", "Two."), _cue(1500, 2000, "三。")]
    track = soft_track(shown, samples=3 * SECOND, language="eng")
    assert [_text(packet) for packet in track.packets] == ["", "One.\nTwo.", "三。", ""]
    assert track.ticks == (SECOND // 2, SECOND, SECOND // 2, SECOND)


def test_a_cue_ends_with_the_film() -> None:
    """Times are rounded to milliseconds, the film's end is not."""
    track = soft_track([_cue(0, 1001, "One.")], samples=SECOND, language="eng")
    assert track.ticks == (SECOND,)
    late = soft_track([_cue(1000, 1001, "One.")], samples=SECOND, language="eng")
    assert late.packets == (EMPTY,)


def test_nothing_in_a_text_is_markup() -> None:
    """What players would take for tags or codes is what the SubRip file has in its place."""
    track = soft_track([_cue(0, 1000, r"<b>{\an8} -->")], samples=SECOND, language="eng")
    assert _text(track.packets[0]) == r"＜b>｛\an8} →"


def test_an_endless_text_spoils_nothing() -> None:
    """Cut between characters at what a packet can hold."""
    track = soft_track([_cue(0, 1000, "字" * 30_000)], samples=SECOND, language="zho")
    assert _text(track.packets[0]) == "字" * (65_535 // 3)


def test_the_digest_tells_text_and_time() -> None:
    """Another word, another time or another cut is another digest; the language is told beside it."""
    tracks = [
        soft_track(shown, samples=2 * SECOND, language="eng")
        for shown in (
            [_cue(0, 1000, "One.")],
            [_cue(0, 1000, "Two.")],
            [_cue(0, 1001, "One.")],
            [_cue(1, 1000, "One.")],
        )
    ]
    assert len({track.digest for track in tracks}) == len(tracks)


@given(
    st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 4000), st.text(max_size=20)), max_size=6),
    st.integers(1, 20 * SECOND),
)
def test_a_track_is_as_long_as_its_film(parts: list[tuple[int, int, str]], samples: int) -> None:
    """Whatever the cues are, no packet lasts no time, and together they last as long as the film."""
    shown, now = [], 0
    for gap, length, text in parts:
        shown.append(_cue(now + gap, now + gap + length, text))
        now += gap + length
    track: SoftTrack = soft_track(shown, samples=samples, language="und")
    assert sum(track.ticks) == samples
    assert min(track.ticks) > 0
    assert len(track.ticks) == len(track.packets)
